"""What a real scheduler's tasks tell with the package installed and only a transport configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit import compat

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, RunDag

needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


@pytest.fixture(scope="module")
def run(run_dag: RunDag) -> DagRunEvents:
    """Give the events of the DAG `lineage`."""
    return run_dag("lineage")


def inputs(event: dict[str, Any]) -> list[str]:
    """Return the names of an event's inputs."""
    return [dataset["name"] for dataset in event.get("inputs", [])]


def outputs(event: dict[str, Any]) -> list[str]:
    """Return the names of an event's outputs."""
    return [dataset["name"] for dataset in event.get("outputs", [])]


def reasons(event: dict[str, Any]) -> list[str]:
    """Return the reasons that an event gives for having no dataset."""
    facet = event["run"]["facets"].get("lineageKit_noDatasets", {"explanations": []})
    return [explanation["reason"] for explanation in facet["explanations"]]


def test_sqlite_tasks_emit_datasets_on_start_and_complete(run: DagRunEvents) -> None:
    """A subclass of a SQL operator on SQLite tells inputs, outputs and column lineage on both events."""
    for event in (run.task("subclass").start, run.task("subclass").complete):
        assert inputs(event) == ["orders"]
        assert outputs(event) == ["totals"]
    (totals,) = run.task("subclass").complete["outputs"]
    assert totals["namespace"].startswith("sqlite:///")
    assert set(totals["facets"]["columnLineage"]["fields"]) == {"customer", "total"}
    assert {field["name"] for field in totals["facets"]["schema"]["fields"]} == {"customer", "total"}


def test_failing_task_tells_its_lineage(run: DagRunEvents) -> None:
    """The FAIL event names what the task was about to read and write."""
    assert inputs(run.task("failing").fail) == ["orders"]
    assert outputs(run.task("failing").fail) == ["nowhere"]


def test_mapped_tasks_tell_their_own_lineage(run: DagRunEvents) -> None:
    """Every instance of a mapped task has its own events."""
    assert [inputs(run.task("mapped", index).complete) for index in (0, 1)] == [["orders"], ["orders"]]


@needs_sql_reports
def test_task_that_makes_its_sql_while_running(run: DagRunEvents) -> None:
    """A decorated SQL task knows nothing on START and everything on COMPLETE."""
    assert inputs(run.task("decorated_sql").start) == []
    assert inputs(run.task("decorated_sql").complete) == ["orders"]


def test_python_task_with_sql_and_an_outlet(run: DagRunEvents) -> None:
    """A `@task` that runs SQL through a hook shows it beside its outlet; where that is impossible, it says why."""
    event = run.task("runs_sql_in_python").complete

    assert outputs(event) == ["dw.public.runs_sql_in_python"]
    assert "lake.public.raw_manual" in inputs(event)
    if compat.sql_hook_lineage_key() is not None:
        assert "orders" in inputs(event)
    else:
        (omission,) = event["run"]["facets"]["lineageKit_incomplete"]["omissions"]
        assert omission["cause"] == "notSupportedHere"


@needs_sql_reports
def test_child_query_events_are_sent_once_each(run: DagRunEvents) -> None:
    """The provider's events for single queries are neither lost nor doubled."""
    children = [event for event in run.all if event["job"]["name"].startswith("lineage.runs_sql_in_python.query.")]

    assert sorted((event["job"]["name"], event["eventType"]) for event in children) == [
        ("lineage.runs_sql_in_python.query.1", "COMPLETE"),
        ("lineage.runs_sql_in_python.query.1", "START"),
    ]


def test_declared_files_are_named_by_the_rules(run: DagRunEvents) -> None:
    """A Bash task's local outlet is in the namespace `file`, and its source code is still there."""
    event = run.task("bash").complete

    assert [(each["namespace"], each["name"]) for each in event["outputs"]] == [("file", "/data/out.csv")]
    assert event["job"]["facets"]["sourceCode"]["sourceCode"] == "true"


def test_asset_is_a_dataset(run: DagRunEvents) -> None:
    """An asset among the outlets is told on every release of the provider, also on those that ignore it there."""
    event = run.task("asset").complete

    assert [(each["namespace"], each["name"]) for each in event["outputs"]] == [("file", "/data/asset.csv")]


def test_temporary_files_are_not_lineage(run: DagRunEvents) -> None:
    """Of the files that hooks reported only the lasting one is told, beside the outlet."""
    event = run.task("reads_a_temporary_file").complete

    assert inputs(event) == ["/data/kept.csv"]
    assert outputs(event) == ["report.csv"]


@pytest.mark.parametrize(
    ("task_id", "reason"),
    [
        ("without_tables", "sqlWithoutTables"),
        ("undescribed", "sqlNotKnown"),
        ("says_nothing", "noExtractor" if compat.sql_hook_lineage_key() else "unsupportedHook"),
    ],
)
def test_task_without_datasets_says_why(run: DagRunEvents, task_id: str, reason: str) -> None:
    """COMPLETE events without datasets carry the reason, START events never do."""
    assert reason in reasons(run.task(task_id).complete)
    assert reasons(run.task(task_id).start) == []


def test_every_finished_task_has_datasets_or_a_reason(run: DagRunEvents) -> None:
    """No task ends in silence, and none that has datasets makes excuses."""
    finished = [
        event for event in run.all if event["eventType"] in {"COMPLETE", "FAIL"} and "airflow" in event["run"]["facets"]
    ]

    assert len(finished) > 10
    assert [
        event["job"]["name"] for event in finished if bool(inputs(event) + outputs(event)) == bool(reasons(event))
    ] == []


@pytest.mark.usefixtures("postgres")
def test_inputs_behind_a_cte_on_postgres(run_dag: RunDag) -> None:
    """What a CTE reads is an input, under the database's own names, with the columns that come through it."""
    event = run_dag("postgres_lineage").task("totals").complete

    assert [name.partition(".")[2] for name in inputs(event)] == ["public.orders"]
    (totals,) = event["outputs"]
    assert totals["name"].endswith(".public.totals")
    assert set(totals["facets"]["columnLineage"]["fields"]) == {"customer", "total"}
