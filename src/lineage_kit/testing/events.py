"""The OpenLineage events of one DAG run, found by task and event type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class JobEvents:
    """The events of one job (a task, or the DAG itself) in one DAG run, in the order of emission.

    Args:
        job: its name in the events, and the map index of a mapped task behind it.
        all: every event of it.

    """

    job: str
    all: list[Event]

    @property
    def start(self) -> Event:
        """The only START event; AssertionError if there is none or another one."""
        return self._only("START")

    @property
    def complete(self) -> Event:
        """The only COMPLETE event; AssertionError if there is none or another one."""
        return self._only("COMPLETE")

    @property
    def fail(self) -> Event:
        """The only FAIL event; AssertionError if there is none or another one."""
        return self._only("FAIL")

    def of_type(self, event_type: str) -> list[Event]:
        """Return every event of a type, one per try for a task with retries."""
        return [event for event in self.all if event["eventType"] == event_type]

    def last(self, event_type: str) -> Event:
        """Return the event of a type of the last try; AssertionError if there is none."""
        found = self.of_type(event_type)
        return found[-1] if found else self._only(event_type)

    def _only(self, event_type: str) -> Event:
        found = self.of_type(event_type)
        if len(found) != 1:
            types = ", ".join(event["eventType"] for event in self.all) or "none at all"
            msg = f"{len(found)} {event_type} events of {self.job}; its events are {types}."
            raise AssertionError(msg)
        return found[0]


@dataclass(frozen=True)
class DagRunEvents:
    """What one DAG run emitted.

    Args:
        dag_id: the DAG.
        run_id: Airflow's id of the run.
        state: the final state of the run: ``success`` or ``failed``.
        all: every event of the run, those of the DAG and those of queries inside its tasks included.
        log: what Airflow and the tasks logged, where it is known.

    """

    dag_id: str
    run_id: str
    state: str
    all: list[Event]
    log: str = field(default="", repr=False)

    @property
    def dag(self) -> JobEvents:
        """The events of the DAG itself."""
        return JobEvents(self.dag_id, [event for event in self.all if event["job"]["name"] == self.dag_id])

    def task(self, task_id: str, map_index: int = -1) -> JobEvents:
        """Return the events of a task, or of one mapped instance of it."""
        job = f"{self.dag_id}.{task_id}"
        events = [event for event in self.all if event["job"]["name"] == job and map_index_of(event) == map_index]
        return JobEvents(job if map_index < 0 else f"{job}[{map_index}]", events)


def map_index_of(event: Event) -> int:
    """Return the map index of the task instance that sent an event, -1 where it is not mapped.

    The official facet for mapped tasks is not the source: only START events have it.
    """
    facet = event["run"].get("facets", {}).get("airflow", {})
    index: int | None = facet.get("taskInstance", {}).get("map_index")
    return -1 if index is None else index
