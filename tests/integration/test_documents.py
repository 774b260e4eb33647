"""Lineage documents in a real scheduler, and the run that programs of tasks are told to be part of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.dag_runs import DagRunEvents, events_of_run
from support.openlineage import validate_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.demo.local_airflow import LocalAirflow


@pytest.fixture(scope="module")
def run(start_airflow: Callable[..., LocalAirflow], tmp_path_factory: pytest.TempPathFactory) -> DagRunEvents:
    """Give the events of the DAG `documents`."""
    folder = tmp_path_factory.mktemp("documents")
    options = {
        "AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE": f"{folder}/{{dag_id}}/{{run_id}}/{{task_id}}.json",
        "AIRFLOW__LINEAGE_KIT__INJECT_OPENLINEAGE_ENV": "True",
    }
    with start_airflow(options) as airflow:
        run_id = airflow.trigger("documents")
        state = airflow.wait("documents", run_id, 180)
    return DagRunEvents("documents", run_id, state, events_of_run(airflow.events(), "documents", run_id))


def names(event: dict[str, Any], side: str) -> list[str]:
    """Return the names of an event's inputs or outputs."""
    return [dataset["name"] for dataset in event.get(side, [])]


def identity(event: dict[str, Any]) -> str:
    """Return how a child names the run of an event as its parent."""
    return f"{event['job']['namespace']}/{event['job']['name']}/{event['run']['runId']}"


def test_events_are_valid(run: DagRunEvents) -> None:
    """What documents say makes correct events."""
    for event in run.all:
        validate_event(event)


@pytest.mark.parametrize("task_id", ["bash", "bash_with_env", "decorated_bash"])
def test_bash(run: DagRunEvents, task_id: str) -> None:
    """The last line is told on COMPLETE, and the shell knew the very run that the event is of."""
    events = run.task(task_id)

    assert names(events.start, "outputs") == []
    assert names(events.complete, "outputs") == [identity(events.complete)]


def test_mapped(run: DagRunEvents) -> None:
    """Each instance of a mapped task is told its own run, and says its own document."""
    found = [run.task("mapped", index).complete for index in (0, 1)]

    assert [names(event, "outputs") for event in found] == [[identity(event)] for event in found]
    assert identity(found[0]) != identity(found[1])


def test_failing_bash(run: DagRunEvents) -> None:
    """A file that was written before the command failed is told on FAIL."""
    events = run.task("bash_fails")

    assert names(events.start, "outputs") == []
    assert names(events.fail, "outputs") == [identity(events.fail)]


def test_python(run: DagRunEvents) -> None:
    """What a function returned beside something else, with the rows."""
    events = run.task("python")

    assert names(events.start, "inputs") == []
    assert names(events.complete, "inputs") == ["/data/in.csv"]
    (output,) = events.complete["outputs"]
    assert (output["name"], output["outputFacets"]["outputStatistics"]["rowCount"]) == ("/data/out", 3)


def test_failing_python(run: DagRunEvents) -> None:
    """What a function pushed before it failed is told on FAIL."""
    assert names(run.task("python_fails").fail, "inputs") == ["/data/in.csv"]


def test_a_document_that_breaks_the_schema(run: DagRunEvents) -> None:
    """The event says which field is wrong, and the task has succeeded."""
    facets = run.task("python_says_it_wrongly").complete["run"]["facets"]

    (message,) = [
        each["message"] for each in facets["lineageKit_noDatasets"]["explanations"] if each["reason"] == "notAvailable"
    ]
    assert "inputs[0] has `url`" in message
