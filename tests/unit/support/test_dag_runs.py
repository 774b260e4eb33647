"""Finding the events of one DAG run among those of all."""

from __future__ import annotations

from typing import Any

import pytest
from support.dag_runs import DagRunEvents, events_of_run, unfinished_runs


def task_event(event_type: str, run: str, job: str = "d.t", dag_run: str = "r1", map_index: int = -1) -> dict[str, Any]:
    """Return an event of a task whose DAG run has the OpenLineage id `<DAG>-<run id>`."""
    dag = job.partition(".")[0]
    instance = {"map_index": map_index} if map_index >= 0 else {}
    facets: dict[str, Any] = {
        "airflow": {"dag": {"dag_id": dag}, "dagRun": {"run_id": dag_run}, "taskInstance": instance},
        "parent": {"run": {"runId": f"{dag}-{dag_run}"}},
    }
    return {"eventType": event_type, "run": {"runId": run, "facets": facets}, "job": {"name": job}}


def bare_event(event_type: str, run: str, job: str, parent: str | None = None) -> dict[str, Any]:
    """Return an event without Airflow's facet: of the DAG, or of a query inside a task."""
    facets = {"parent": {"run": {"runId": parent}}} if parent else {}
    return {"eventType": event_type, "run": {"runId": run, "facets": facets}, "job": {"name": job}}


def test_events_of_run() -> None:
    """Tasks, the DAG itself and queries inside tasks belong to the run; another run of the DAG does not."""
    mine = [
        bare_event("START", "d-r1", "d"),
        task_event("START", "a"),
        bare_event("START", "query", "d.t.query.1", parent="a"),
        bare_event("COMPLETE", "d-r1", "d"),
    ]
    others = [
        task_event("START", "b", dag_run="r2"),
        task_event("START", "c", job="other.t"),
        bare_event("START", "d-r2", "d"),
    ]

    assert events_of_run([*mine, *others], "d", "r1") == mine


class TestUnfinishedRuns:
    def test_waits_for_the_last_event(self) -> None:
        """A run that has begun is unfinished until its COMPLETE or FAIL is there."""
        events = [task_event("START", "a"), bare_event("START", "q", "d.t.query.1", parent="a")]
        states = {("t", -1): "success"}

        assert unfinished_runs(events, "d", states) == {"a", "q"}
        events += [task_event("COMPLETE", "a"), bare_event("FAIL", "q", "d.t.query.1", parent="a")]
        assert unfinished_runs(events, "d", states) == set()

    def test_skipped_instance_may_stay_silent(self) -> None:
        """Old providers send nothing when a task is skipped, so nobody waits for it."""
        events = [task_event("START", "a", map_index=0), task_event("START", "b", map_index=1)]

        assert unfinished_runs(events, "d", {("t", 0): "skipped", ("t", 1): "failed"}) == {"b"}


class TestDagRunEvents:
    def test_task_by_type(self) -> None:
        """A task's only event of a type is found; where there is none, the message says what there is."""
        start, fail = task_event("START", "a"), task_event("FAIL", "a")
        task = DagRunEvents("d", "r1", "failed", [start, fail, bare_event("START", "x", "d")]).task("t")

        assert (task.start, task.fail) == (start, fail)
        with pytest.raises(AssertionError, match=r"0 COMPLETE events of d\.t; its events are START, FAIL"):
            _ = task.complete

    def test_mapped_instances_are_apart(self) -> None:
        """Instances of a mapped task share the job's name and are told apart by their index."""
        first, second = task_event("START", "a", map_index=0), task_event("START", "b", map_index=1)
        events = DagRunEvents("d", "r1", "success", [first, second])

        assert events.task("t", map_index=1).all == [second]
        assert events.task("t").all == []

    def test_dag(self) -> None:
        """The DAG's own events are those of the job with its id."""
        own = bare_event("START", "x", "d")

        assert DagRunEvents("d", "r1", "success", [own, task_event("START", "a")]).dag.all == [own]
