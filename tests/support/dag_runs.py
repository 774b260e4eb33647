"""The OpenLineage events of one DAG run, found by task and event type."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from lineage_kit.testing.events import DagRunEvents, Event, map_index_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.demo.local_airflow import LocalAirflow

TERMINAL = frozenset({"COMPLETE", "FAIL", "ABORT"})
# A task's last event may be written after its state; more than that means that it will not come.
_EVENT_SECONDS = 20.0
_POLL_SECONDS = 0.1


class RunDag(Protocol):
    """What the fixture `run_dag` gives."""

    def __call__(self, dag_id: str, conf: Mapping[str, Any] | None = None, *, timeout: float = ...) -> DagRunEvents:
        """Run a DAG to its end, within `timeout` seconds, and return what it emitted."""


def run_to_its_end(
    airflow: LocalAirflow, dag_id: str, conf: Mapping[str, Any] | None = None, *, timeout: float = 120.0
) -> DagRunEvents:
    """Run a DAG of a running Airflow to its end, within `timeout` seconds, and return its events."""
    return events_of_finished_run(airflow, dag_id, airflow.trigger(dag_id, conf), timeout)


def events_of_finished_run(airflow: LocalAirflow, dag_id: str, run_id: str, timeout: float) -> DagRunEvents:
    """Wait for the end of a DAG run, and return its events once every task that ended has sent its last one."""
    state = airflow.wait(dag_id, run_id, timeout)
    task_states = airflow.task_states(dag_id, run_id)
    deadline = time.monotonic() + _EVENT_SECONDS
    while True:
        events = events_of_run(airflow.events(), dag_id, run_id)
        if not unfinished_runs(events, dag_id, task_states) or time.monotonic() > deadline:
            return DagRunEvents(dag_id, run_id, state, events)
        time.sleep(_POLL_SECONDS)


def events_of_run(events: list[Event], dag_id: str, run_id: str) -> list[Event]:
    """Select the events of one DAG run: of its tasks, of the DAG, and of what names these as parents."""
    tasks = [event for event in events if airflow_run_of(event) == (dag_id, run_id)]
    known = {event["run"]["runId"] for event in tasks} | {_parent_of(event) for event in tasks}
    known.discard(None)
    return [event for event in events if event["run"]["runId"] in known or _parent_of(event) in known]


def unfinished_runs(events: list[Event], dag_id: str, task_states: Mapping[tuple[str, int], str | None]) -> set[str]:
    """Return the ids of OpenLineage runs that have begun and whose last event is still to come.

    Args:
        events: Those of one DAG run that has ended.
        dag_id: Its DAG.
        task_states: The state of each task instance by task id and map index. Instances that neither
            succeeded nor failed, such as skipped ones, may rightly never send a last event.
    """
    silent = {
        (f"{dag_id}.{task_id}", map_index)
        for (task_id, map_index), state in task_states.items()
        if state not in {"success", "failed"}
    }
    ended = {event["run"]["runId"] for event in events if event["eventType"] in TERMINAL}
    speaking = [event for event in events if (event["job"]["name"], map_index_of(event)) not in silent]
    return {event["run"]["runId"] for event in speaking} - ended


def airflow_run_of(event: Event) -> tuple[str, str] | None:
    """Return (DAG id, run id) as the official provider states them on events of tasks."""
    facet = event["run"].get("facets", {}).get("airflow")
    return (facet["dag"]["dag_id"], facet["dagRun"]["run_id"]) if facet else None


def _parent_of(event: Event) -> str | None:
    facet = event["run"].get("facets", {}).get("parent")
    return facet["run"]["runId"] if facet else None
