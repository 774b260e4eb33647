"""SQL of every kind of task on PostgreSQL (connection `pg`): rows written, tables that come and go, child events."""

from __future__ import annotations

from airflow.providers.common.sql.operators import sql as operators
from airflow.providers.postgres.hooks.postgres import PostgresHook

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task

SOURCES = [
    "DROP TABLE IF EXISTS bookings, copies, two_rows, kept, taken, mapped_rows",
    "CREATE TABLE bookings (id int, customer text)",
    "INSERT INTO bookings VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Eve')",
    "CREATE TABLE two_rows (id int, customer text)",
    "CREATE TABLE mapped_rows (id int)",
]

with DAG("sql_work", schedule=None):
    seed = operators.SQLExecuteQueryOperator(task_id="seed", conn_id="pg", sql=SOURCES).as_setup()
    clean = operators.SQLExecuteQueryOperator(task_id="clean", conn_id="pg", sql="DROP TABLE bookings").as_teardown(
        setups=seed
    )

    split = operators.SQLExecuteQueryOperator(
        task_id="split",
        conn_id="pg",
        sql=[
            "CREATE TABLE kept AS SELECT id FROM bookings WHERE id < %(limit)s",
            "CREATE TABLE taken AS SELECT customer FROM bookings WHERE id >= %(limit)s",
        ],
        parameters={"limit": 3},
    )

    mapped = operators.SQLExecuteQueryOperator.partial(
        task_id="mapped", conn_id="pg", sql="INSERT INTO mapped_rows SELECT id FROM bookings WHERE id <= %(most)s"
    ).expand(parameters=[{"most": 1}, {"most": 2}])

    tasks = [split, mapped]

    if hasattr(task, "sql"):

        @task.sql(conn_id="pg")
        def decorated() -> str:
            """Return the SQL of the task."""
            return "CREATE TABLE copies AS SELECT * FROM bookings"

        tasks.append(decorated())

    if hasattr(operators, "SQLInsertRowsOperator"):
        tasks.append(
            operators.SQLInsertRowsOperator(
                task_id="insert_rows",
                conn_id="pg",
                schema="public",
                table_name="two_rows",
                columns=["id", "customer"],
                rows=[(1, "Ann"), (2, "Bob")],
                preoperator="TRUNCATE public.two_rows",
            )
        )

    @task
    def python() -> None:
        """Run SQL through a hook."""
        hook = PostgresHook("pg")
        hook.run("CREATE TABLE IF NOT EXISTS by_python (id int)")
        hook.run("INSERT INTO by_python SELECT id FROM bookings WHERE id > %s", parameters=(1,))

    tasks.append(python())
    seed >> tasks >> clean
