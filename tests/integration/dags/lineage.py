"""Tasks of every kind that the kit speaks for, on an SQLite warehouse (connection `warehouse`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from airflow.exceptions import AirflowSkipException
from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.lineage.entities import File, Table
from airflow.providers.common.sql.operators.sql import BaseSQLOperator, SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task

ORDERS = """
    DROP TABLE IF EXISTS orders;
    CREATE TABLE orders (id INTEGER, customer TEXT, amount REAL);
    INSERT INTO orders VALUES (1, 'a', 10.0), (2, 'b', 20.0);
"""


class LoadOperator(SQLExecuteQueryOperator):
    """A team's own subclass, which the OpenLineage provider would not find by its name."""


class UndescribedOperator(BaseSQLOperator):
    """An operator that touches data in a way nobody knows."""

    def execute(self, context: object) -> None:
        """Do nothing."""


with DAG("lineage", schedule=None) as dag:
    seed = SQLExecuteQueryOperator(task_id="seed", conn_id="warehouse", sql=ORDERS, split_statements=True)

    SQLExecuteQueryOperator.partial(task_id="mapped", conn_id="warehouse").expand(
        sql=["SELECT id FROM orders", "SELECT customer FROM orders"]
    ).set_upstream(seed)

    seed >> LoadOperator(
        task_id="subclass",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS totals",
            "CREATE TABLE totals AS SELECT customer, sum(amount) AS total FROM orders GROUP BY customer",
        ],
    )

    seed >> SQLExecuteQueryOperator(
        task_id="failing", conn_id="warehouse", sql="INSERT INTO nowhere SELECT id FROM orders", retries=0
    )

    seed >> SQLExecuteQueryOperator(task_id="without_tables", conn_id="warehouse", sql="SELECT 1")

    @task(
        inlets=[Table(cluster="postgres://lake:5432", database="lake", name="public.raw_{{ run_id[:6] }}")],
        outlets=[Table(cluster="redshift://dw.eu:5439", database="dw", name="public.{{ task.task_id }}")],
    )
    def runs_sql_in_python() -> None:
        """Read a table through a hook and declare where the result went."""
        SqliteHook("warehouse").get_records("SELECT id, amount FROM orders")

    seed >> runs_sql_in_python()

    @task
    def says_nothing() -> None:
        """Touch no data."""

    seed >> says_nothing()

    @task
    def skips_itself() -> None:
        """Skip."""
        raise AirflowSkipException

    seed >> skips_itself()

    @task(outlets=[File(url="s3://bucket/report.csv")])
    def reads_a_temporary_file() -> None:
        """Report a file of the temporary folder, as transfer operators do for what they buffer."""
        from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

        path = Path(tempfile.mkdtemp()) / "buffer.csv"
        collector = get_hook_lineage_collector()
        collector.add_input_asset(SqliteHook("warehouse"), uri=f"file://{path}")
        collector.add_input_asset(SqliteHook("warehouse"), uri="file:///data/kept.csv")

    seed >> reads_a_temporary_file()

    seed >> BashOperator(task_id="bash", bash_command="true", outlets=[File(url="/data/out.csv")])

    seed >> BashOperator(task_id="asset", bash_command="true", outlets=[Asset("file:///data/asset.csv")])

    seed >> UndescribedOperator(task_id="undescribed", conn_id="warehouse")

    if hasattr(task, "sql"):  # not in the oldest supported common-sql

        @task.sql(conn_id="warehouse")
        def decorated_sql() -> str:
            """Make the statement while running."""
            return "SELECT id FROM orders"

        seed >> decorated_sql()
