"""SQL in every kind of task on PostgreSQL (connection `shop`), and on DuckDB (`duck`)."""

from __future__ import annotations

import os

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.common.sql.operators.sql import (
    SQLBulkLoadOperator,
    SQLExecuteQueryOperator,
    SQLInsertRowsOperator,
)
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import DAG, task

TABLES = [
    "CREATE TABLE drafts (id int)",
    "CREATE TABLE stale (id int)",
    "CREATE TABLE fresh (id int)",
    "CREATE TABLE wide (id int)",
    "CREATE TABLE numbered (id int)",
    "CREATE TABLE people (id int, name text)",
    "CREATE TABLE rows_of_python (id int, name text)",
    "CREATE TABLE rows_of_operator (id int, name text)",
    "CREATE TABLE rows_of_hook (id int, name text)",
]

with DAG("databases", schedule=None):

    def sql(task_id: str, statements: str | list[str], **options: object) -> SQLExecuteQueryOperator:
        """Return a task that runs SQL."""
        return SQLExecuteQueryOperator(task_id=task_id, conn_id="shop", sql=statements, **options)

    @task
    def insert_rows() -> None:
        """Insert rows through a hook."""
        rows = [(1, "Ann"), (2, "Bob"), (3, "Eve")]
        PostgresHook("shop").insert_rows("rows_of_python", rows, target_fields=["id", "name"])

    @task
    def hook_calls() -> None:
        """Read and write through hooks of a database and of S3."""
        hook = PostgresHook("shop")
        names = hook.get_records("SELECT customer FROM orders WHERE amount < 25")
        hook.run("INSERT INTO rows_of_hook SELECT id, customer FROM orders WHERE amount < 25")
        S3Hook().load_string(str(names), key="out/names.txt", bucket_name="lake", replace=True)

    @task.sql(conn_id="shop")
    def decorated() -> str:
        """Return the SQL of the task."""
        return "CREATE TABLE copied AS SELECT id, customer FROM orders"

    make = sql("make", TABLES).as_setup()
    clean = sql("clean", "DROP TABLE drafts").as_teardown(setups=make)
    tasks = [
        sql(
            "two_outputs",
            [
                "CREATE TABLE paid AS SELECT id, amount FROM orders WHERE amount > %(limit)s",
                "CREATE TABLE buyers AS SELECT customer FROM orders WHERE amount <= %(limit)s",
            ],
            parameters={"limit": 15},
        ),
        sql("cte", "CREATE TABLE totals AS WITH o AS (SELECT * FROM orders) SELECT sum(amount) AS total FROM o"),
        sql("truncate", "TRUNCATE stale"),
        sql("rename", "ALTER TABLE fresh RENAME TO ripe"),
        sql("alter", "ALTER TABLE wide ADD COLUMN name text"),
        sql("fails", "INSERT INTO nowhere SELECT id FROM orders"),
        SQLExecuteQueryOperator.partial(
            task_id="mapped", conn_id="shop", sql="INSERT INTO numbered SELECT id FROM orders WHERE id <= %(most)s"
        ).expand(parameters=[{"most": 1}, {"most": 2}]),
        insert_rows(),
        hook_calls(),
        decorated(),
        SqlSensor(task_id="sensor", conn_id="shop", sql="SELECT count(*) FROM orders WHERE amount > 10"),
        SQLInsertRowsOperator(
            task_id="insert_rows_operator",
            conn_id="shop",
            schema="public",
            table_name="rows_of_operator",
            columns=["id", "name"],
            rows=[(1, "Ann"), (2, "Bob")],
        ),
        SQLBulkLoadOperator(
            task_id="bulk_load", conn_id="shop", table="public.people", tmp_file=f"{os.environ['PLACES']}/local.csv"
        ),
    ]
    make >> tasks >> clean

    # Only where there is a hook for it.
    if "AIRFLOW_CONN_DUCK" in os.environ:
        SQLExecuteQueryOperator(
            task_id="duckdb",
            conn_id="duck",
            sql=[
                "CREATE TABLE Orders (Id INTEGER, Amount DOUBLE)",
                "CREATE TABLE totals AS SELECT sum(amount) AS total FROM orders",
            ],
        )
