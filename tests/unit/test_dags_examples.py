"""The example DAGs load without warnings, and their SQL builds the star schema."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lineage_kit.demo.tickit import row_counts, write_lake

FOLDER = Path(__file__).resolve().parents[2] / "dags_examples"
STAGING, MODEL = "rs_source_to_staging", "rs_staging_to_dm"
ROWS = row_counts(0.01)

# Run in a process of its own, as Airflow loads a DAG file.
LOAD = """
import json, sys, warnings
file = sys.argv[1]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    bag = DagBag(file)
tasks = {
    task.task_id: {"operator": type(task).__name__, "conn_id": task.conn_id, "sql": task.sql,
                   "split": task.split_statements, "upstream": sorted(task.upstream_task_ids)}
    for dag in bag.dags.values() for task in dag.topological_sort() if hasattr(task, "split_statements")
}
print(json.dumps({
    "dags": sorted(bag.dags), "timetables": [type(dag.timetable).__name__ for dag in bag.dags.values()],
    "tasks": tasks, "errors": bag.import_errors,
    "warnings": [str(warning.message) for warning in caught if warning.filename == file],
}))
"""


@pytest.fixture(scope="module")
def dags() -> dict[str, dict[str, Any]]:
    """Give what Airflow finds in each of the two files."""
    return {dag_id: load(FOLDER / f"{dag_id}.py") for dag_id in (STAGING, MODEL)}


def load(file: Path) -> dict[str, Any]:
    """Return what Airflow finds in a DAG file."""
    done = subprocess.run([sys.executable, "-c", LOAD, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(tasks: dict[str, dict[str, Any]], folder: Path) -> None:
    """Run the SQL of tasks, each on a connection of its own as Airflow's hook does it."""
    for task in tasks.values():
        statements = task["sql"] if isinstance(task["sql"], list) else [task["sql"]]
        with closing(sqlite3.connect(folder / "warehouse.db")) as warehouse, warehouse:
            for statement in statements:
                warehouse.executescript(statement.replace("{{ conn.tickit_lake.host }}", str(folder / "lake.db")))


@pytest.fixture(scope="module")
def folder(dags: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the lake and the warehouse, after both DAGs have run twice."""
    folder = tmp_path_factory.mktemp("tickit")
    write_lake(folder / "lake.db", scale=0.01)
    for _ in range(2):
        run(dags[STAGING]["tasks"], folder)
        run(dags[MODEL]["tasks"], folder)
    return folder


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows that a query gives."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


class TestFiles:
    """What Airflow finds in the files."""

    @pytest.mark.parametrize("dag_id", [STAGING, MODEL])
    def test_loads(self, dags: dict[str, dict[str, Any]], dag_id: str) -> None:
        """Each file holds one DAG of its name without a schedule, and causes no error and no warning."""
        found = dags[dag_id]
        assert (found["dags"], found["errors"], found["warnings"]) == ([dag_id], {}, [])
        assert found["timetables"] == ["NullTimetable"]

    @pytest.mark.parametrize("dag_id", [STAGING, MODEL])
    def test_operator(self, dags: dict[str, dict[str, Any]], dag_id: str) -> None:
        """Every task is the common SQL operator on the connection `tickit`."""
        for task in dags[dag_id]["tasks"].values():
            assert (task["operator"], task["conn_id"]) == ("SQLExecuteQueryOperator", "tickit")

    def test_scripts_are_split(self, dags: dict[str, dict[str, Any]]) -> None:
        """A task whose SQL is one text of several statements asks for it to be split."""
        assert all(task["split"] for task in dags[MODEL]["tasks"].values())

    def test_declared_lineage_loads(self) -> None:
        """The example of declared lineage causes no error and no warning, so its declarations agree."""
        found = load(FOLDER / "declared_lineage.py")
        assert (found["dags"], found["errors"], found["warnings"]) == (["declared_lineage"], {}, [])

    def test_no_lineage_code(self) -> None:
        """The files say nothing about lineage in code: that is what the package is for."""
        for dag_id in (STAGING, MODEL):
            code = (FOLDER / f"{dag_id}.py").read_text().split('"""')[2:]
            assert not any(word in "".join(code) for word in ("lineage", "inlets", "outlets"))

    def test_order(self, dags: dict[str, dict[str, Any]]) -> None:
        """Only the summary waits for other tasks: for the two tables that it reads."""
        upstream = {name: task["upstream"] for name, task in dags[MODEL]["tasks"].items()}
        assert upstream == {
            "fact_sales": [],
            "dim_event": [],
            "dim_users": [],
            "category_sales": ["dim_event", "fact_sales"],
        }


class TestTables:
    """What the SQL of the tasks builds."""

    @pytest.mark.parametrize("table", ROWS)
    def test_staging(self, folder: Path, table: str) -> None:
        """Every table of the lake is in the warehouse with the same columns and as many rows."""
        columns = f"SELECT name FROM pragma_table_info('{table}')"
        assert query(folder / "warehouse.db", columns) == query(folder / "lake.db", columns)
        assert query(folder / "warehouse.db", f"SELECT COUNT(*) FROM {table}") == [(ROWS[table],)]

    @pytest.mark.parametrize("table", ROWS)
    def test_lake_is_untouched(self, folder: Path, table: str) -> None:
        """No task drops what it finds in the lake, not even while the warehouse is empty."""
        assert query(folder / "lake.db", f"SELECT COUNT(*) FROM {table}") == [(ROWS[table],)]

    def test_values_are_cleaned(self, folder: Path) -> None:
        """Staging trims names, normalises case and turns flags and missing numbers into integers."""
        (row,) = query(
            folder / "warehouse.db",
            "SELECT (SELECT COUNT(*) FROM venue WHERE venuecity LIKE '% ' OR venueseats IS NULL),"
            " (SELECT COUNT(*) FROM users WHERE state <> UPPER(state) OR email <> LOWER(email)),"
            " (SELECT SUM(holiday) FROM date)",
        )
        assert row == (0, 0, 3)

    def test_star_schema(self, folder: Path) -> None:
        """Facts and dimensions have a row for each of theirs in staging, also after a second run."""
        for table, source in {"fact_sales": "sales", "dim_event": "event", "dim_users": "users"}.items():
            assert query(folder / "warehouse.db", f"SELECT COUNT(*) FROM {table}") == [(ROWS[source],)]

    def test_summary(self, folder: Path) -> None:
        """The summary adds up to the facts."""
        (row,) = query(
            folder / "warehouse.db",
            "SELECT (SELECT SUM(tickets) FROM category_sales), (SELECT SUM(qtysold) FROM fact_sales),"
            " ROUND((SELECT SUM(revenue) FROM category_sales) - (SELECT SUM(pricepaid - commission) FROM sales), 2)",
        )
        assert row[0] == row[1] > 0
        assert row[2] == 0
