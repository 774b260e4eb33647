"""What the code of a real scheduler's tasks says while it runs, in their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.utils import utils

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, RunDag


@pytest.fixture(scope="module")
def run(run_dag: RunDag) -> DagRunEvents:
    """Give the events of the DAG `runtime_lineage`."""
    return run_dag("runtime_lineage")


@pytest.fixture(scope="module")
def assets(run_dag: RunDag) -> DagRunEvents:
    """Give the events of the DAG `runtime_assets`."""
    return run_dag("runtime_assets")


def names(datasets: list[dict[str, Any]]) -> list[str]:
    """Return the names of an event's inputs or outputs."""
    return sorted(dataset["name"] for dataset in datasets)


def test_added_by_the_tasks_code(run: DagRunEvents) -> None:
    """What a task and its helpers add stands beside its outlets, with facets, and not on START."""
    start, complete = run.task("adds").start, run.task("adds").complete

    assert (names(start["inputs"]), names(start["outputs"])) == ([], ["declared.csv"])
    assert names(complete["inputs"]) == ["monday/orders.csv", "shop.public.orders"]
    assert names(complete["outputs"]) == ["declared.csv", "monday/orders.parquet", "shop.public.day_manual"]
    (orders,) = [each for each in complete["inputs"] if each["name"] == "shop.public.orders"]
    assert [field["name"] for field in orders["facets"]["schema"]["fields"]] == ["id", "amount"]
    (day,) = [each for each in complete["outputs"] if each["name"] == "shop.public.day_manual"]
    assert day["outputFacets"]["outputStatistics"]["rowCount"] == 3


def test_mapped_instances_say_their_own(run: DagRunEvents) -> None:
    """A function below `@task` is told the arguments of its instance."""
    assert [names(run.task("below", index).complete["inputs"]) for index in (0, 1)] == [
        ["/data/0.csv"],
        ["/data/1.csv"],
    ]


def test_above_the_task_decorator(run: DagRunEvents) -> None:
    """Outputs are made of what the task returned."""
    complete = run.task("above").complete

    assert names(complete["inputs"]) == ["shop.public.orders"]
    assert names(complete["outputs"]) == ["/data/a.csv", "/data/b.csv"]


def test_failed_task_tells_what_it_added(run: DagRunEvents) -> None:
    """The FAIL event has what was added until then."""
    assert names(run.task("fails").fail["inputs"]) == ["shop.public.orders"]


def test_nonsense_does_not_fail_the_task(run: DagRunEvents) -> None:
    """The task succeeds, and its event says what is missing."""
    complete = run.task("says_nonsense").complete

    omissions = complete["run"]["facets"]["lineageKit_incomplete"]["omissions"]
    assert [omission["cause"] for omission in omissions] == ["notAvailable"] * 3


def test_hook_of_an_operator(run: DagRunEvents) -> None:
    """A method of a hook names a table by its connection."""
    (totals,) = run.task("hook").complete["outputs"]

    assert (totals["name"], totals["facets"]["tags"]["tags"][0]["key"]) == ("totals", "loaded")
    assert totals["namespace"].startswith("sqlite:///")


def test_assets(assets: DagRunEvents) -> None:
    """Assets of a scheme that no installed provider knows are told, with what `extra` says."""
    outputs = assets.task("writes_assets").complete["outputs"]

    (known,) = [each for each in outputs if each["name"] == "known.csv"]
    assert known["namespace"] == "gs://lake"
    assert [owner["name"] for owner in known["facets"]["ownership"]["owners"]] == ["team:sales"]


@pytest.mark.skipif(
    not hasattr(utils, "get_runtime_outlet_assets"), reason="this OpenLineage provider does not tell runtime outlets"
)
def test_asset_behind_an_alias(assets: DagRunEvents) -> None:
    """What is added to an alias is an output of that task."""
    assert names(assets.task("writes_assets").complete["outputs"]) == ["known.csv", "report.csv"]


def _accessor_has_a_limit() -> bool:
    try:
        from airflow.sdk.execution_time.context import InletEventsAccessor
    except ImportError:
        return False
    return hasattr(InletEventsAccessor, "limit")


@pytest.mark.skipif(not _accessor_has_a_limit(), reason="this Airflow would fetch every event that there ever was")
def test_inlet_alias(assets: DagRunEvents) -> None:
    """What was written through an alias is an input of the task that reads it."""
    assert names(assets.task("reads_alias").complete["inputs"]) == ["report.csv"]
