"""SQL on PostgreSQL (connection `pg`), where the OpenLineage provider parses the statements itself."""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

with DAG("postgres_lineage", schedule=None):
    SQLExecuteQueryOperator(
        task_id="seed",
        conn_id="pg",
        sql=["DROP TABLE IF EXISTS orders, totals", "CREATE TABLE orders (id int, customer text, amount numeric)"],
    ) >> SQLExecuteQueryOperator(
        task_id="totals",
        conn_id="pg",
        sql="""
            CREATE TABLE totals AS
            WITH paid AS (SELECT customer, amount FROM orders WHERE amount > 0)
            SELECT customer, sum(amount) AS total FROM paid GROUP BY customer
        """,
    )
