"""Events arrive at all: a real scheduler, the official provider, this package beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, RunDag


@pytest.fixture(scope="module")
def smoke(run_dag: RunDag) -> DagRunEvents:
    """Give the events of one run."""
    return run_dag("smoke")


@pytest.mark.parametrize("task_id", ["decorated", "bash"])
def test_task_starts_and_completes(smoke: DagRunEvents, task_id: str) -> None:
    """A task that succeeds sends one START and one COMPLETE of the same OpenLineage run."""
    events = smoke.task(task_id)

    assert events.start["run"]["runId"] == events.complete["run"]["runId"]
    assert len(events.all) == 2


@pytest.mark.parametrize("map_index", [0, 1])
def test_mapped_instance_starts_and_completes(smoke: DagRunEvents, map_index: int) -> None:
    """Each instance of a mapped task has an OpenLineage run of its own, with a START and a COMPLETE."""
    events = smoke.task("mapped", map_index)

    assert events.start["run"]["runId"] == events.complete["run"]["runId"]
    assert len(events.all) == 2


def test_dag_is_the_parent(smoke: DagRunEvents) -> None:
    """The DAG's own run, which ends too, is the parent of its tasks' runs."""
    assert smoke.state == "success"
    assert smoke.dag.start["run"]["runId"] == smoke.dag.complete["run"]["runId"]
    assert smoke.task("bash").start["run"]["facets"]["parent"]["run"]["runId"] == smoke.dag.start["run"]["runId"]
