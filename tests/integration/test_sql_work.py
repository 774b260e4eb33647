"""SQL tasks of every kind in a real scheduler, on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators import sql as operators

from lineage_kit import compat
from lineage_kit.extractors import explicit

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, RunDag
    from support.postgres import PostgresDatabase

needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


@pytest.fixture(scope="module")
def run(run_dag: RunDag, postgres: PostgresDatabase) -> DagRunEvents:
    """Give the events of the DAG `sql_work`."""
    assert postgres.name
    return run_dag("sql_work")


def outputs(event: dict[str, Any]) -> dict[str, tuple[str | None, int | None]]:
    """Return the state change and the row count of each output."""
    return {
        each["name"].rpartition(".")[2]: (
            each["facets"].get("lifecycleStateChange", {}).get("lifecycleStateChange"),
            each.get("outputFacets", {}).get("outputStatistics", {}).get("rowCount"),
        )
        for each in event["outputs"]
    }


def counted(rows: int) -> int | None:
    """Return the rows, or None where no hook reports them."""
    return rows if compat.sql_hook_lineage_key() else None


def test_parameters_and_two_outputs(run: DagRunEvents) -> None:
    """Both tables are there on START; when they are done, with what became of them."""
    assert outputs(run.task("split").start) == {"kept": (None, None), "taken": (None, None)}
    assert outputs(run.task("split").complete) == {"kept": ("CREATE", counted(2)), "taken": ("CREATE", counted(1))}


@pytest.mark.skipif(not explicit.job_facets({}), reason="this OpenLineage client has no facet for it")
def test_each_output_has_its_own_inputs(run: DagRunEvents) -> None:
    """The scheduler's event has the facet as the specification wants it."""
    facet = run.task("split").complete["job"]["facets"]["lineage"]

    assert [(entry["name"].rpartition(".")[2], sorted(entry["fields"])) for entry in facet["entries"]] == [
        ("kept", ["id"]),
        ("taken", ["customer"]),
    ]
    assert {each["name"].rpartition(".")[2] for entry in facet["entries"] for each in entry["inputs"]} == {"bookings"}


def test_mapped_tasks_count_their_own_rows(run: DagRunEvents) -> None:
    """Every instance tells what it wrote itself."""
    found = [outputs(run.task("mapped", index).complete) for index in (0, 1)]

    assert found == [{"mapped_rows": (None, counted(1))}, {"mapped_rows": (None, counted(2))}]


def test_setup_and_teardown(run: DagRunEvents) -> None:
    """They are tasks like others."""
    assert outputs(run.task("seed").complete)["bookings"] == ("OVERWRITE", counted(3))
    assert outputs(run.task("clean").complete) == {"bookings": ("DROP", None)}


@needs_sql_reports
def test_decorated_task(run: DagRunEvents) -> None:
    """Once its function has said what to run, it is a SQL task like others."""
    assert outputs(run.task("decorated").complete) == {"copies": ("CREATE", 3)}


@pytest.mark.skipif(not hasattr(operators, "SQLInsertRowsOperator"), reason="this common-sql cannot insert rows")
def test_inserted_rows(run: DagRunEvents) -> None:
    """The table is known on START, the number of rows in the end."""
    assert outputs(run.task("insert_rows").start) == {"two_rows": (None, None)}
    assert outputs(run.task("insert_rows").complete) == {"two_rows": ("OVERWRITE", counted(2))}


@needs_sql_reports
def test_python_task(run: DagRunEvents) -> None:
    """The SQL that it ran through a hook is on its own event, with the rows."""
    assert outputs(run.task("python").complete) == {"by_python": (None, 2)}


@needs_sql_reports
@pytest.mark.parametrize(("task_id", "queries"), [("python", 2), ("insert_rows", 2), ("split", 0), ("decorated", 0)])
def test_child_events(run: DagRunEvents, task_id: str, queries: int) -> None:
    """The provider's child events are sent once each where it would send them alone, and none for queries of ours."""
    children = [event for event in run.all if event["job"]["name"].startswith(f"sql_work.{task_id}.query.")]

    assert len(children) == 2 * queries
    assert not any(
        "CURRENT_SCHEMA" in event["job"]["facets"]["sql"]["query"]
        for event in run.all
        if "sql" in event["job"]["facets"]
    )
