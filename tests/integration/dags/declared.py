"""Declared tables, files and columns, on tasks of every kind (connections `warehouse` and, where it is there, `pg`)."""

from __future__ import annotations

import os

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit import Column, File, Table

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task

RAW = File(
    "s3://lake/orders/{{ params.day }}/part.csv",
    columns=["id", "amount"],
    partition={"day": "{{ params.day }}"},
    row_count=3,
)
ORDERS = Table(
    "postgres://shop.example.com:5432",
    "shop.public.orders",
    columns=[
        Column("id", "INT", "the key", tags=["pk"], from_=RAW["id"]),
        Column("total", "NUMERIC", from_=RAW["amount"], transformation="SUM"),
    ],
    description="Orders of {{ params.day }}",
    owners={"team:sales": "OWNER"},
    tags={"tier": "gold"},
    links=["https://wiki.example.com/orders"],
    source="postgres://shop.example.com:5432",
    symlinks=[File("s3://lake/orders")],
    partition={"day": "{{ params.day }}"},
    row_count=7,
)
SALES = Table.from_conn("warehouse", "sales", owners=["team:sales"], columns={"id": "INTEGER", "amount": "REAL"})
SALES_SQL = """
    DROP TABLE IF EXISTS sales;
    CREATE TABLE sales (id INTEGER, amount REAL);
    INSERT INTO sales SELECT 1, 10.0;
"""

# No `ds`: on Airflow 3 a run that is started by hand may have no logical date.
with DAG("declared", schedule=None, params={"day": "2026-01-31"}) as dag:
    everything = BashOperator(task_id="everything", bash_command="true", inlets=[RAW], outlets=[ORDERS])

    everything >> BashOperator(task_id="failing", bash_command="false", inlets=[RAW], outlets=[ORDERS], retries=0)

    everything >> EmptyOperator(task_id="empty", outlets=[ORDERS])

    BashOperator.partial(task_id="mapped", inlets=[RAW], outlets=[ORDERS]).expand(
        bash_command=["true", "exit 0"]
    ).set_upstream(everything)

    @task(inlets=RAW, outlets=[Table.from_conn("warehouse", "reports", columns_from={"day": RAW["id"]})])
    def decorated() -> None:
        """Do something that nobody sees."""

    everything >> decorated()

    if "AIRFLOW_CONN_PG" in os.environ:
        BashOperator(
            task_id="on_postgres", bash_command="true", outlets=[Table.from_conn("pg", "public.orders_declared")]
        )

    merged = SQLExecuteQueryOperator(
        task_id="merged",
        conn_id="warehouse",
        sql=SALES_SQL,
        split_statements=True,
        inlets=[RAW],
        outlets=[SALES],
    )

    merged >> SQLExecuteQueryOperator(task_id="reader", conn_id="warehouse", sql="SELECT id FROM sales")

    # Airflow 3 has no inlets from upstream tasks: there the word means nothing.
    everything >> BashOperator(task_id="after", bash_command="true", inlets="auto")
