"""What holds for all events of all DAGs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, Event
    from support.places import Places

#: How many queries have events of their own: those that the OpenLineage provider alone would send.
CHILDREN = {
    "databases.bulk_load": 1,
    "databases.duckdb": 2,
    "databases.hook_calls": 2,
    "databases.insert_rows": 1,
    "databases.insert_rows_operator": 1,
    "databases.sensor": 1,
    "failures.hook_calls": 2,
    "failures.redshift": 1,
    "sensors.sql_fails": 1,
    "sensors.sql_passes": 1,
    "services.redshift": 1,
    "services.redshift_unload": 1,
    "transfers.mapped_sql_to_s3": 2,
    "transfers.rows": 3,
    "transfers.rows_to_nowhere": 1,
    "transfers.rows_to_sqlite": 2,
    "transfers.s3_to_sql": 1,
    "transfers.sql_to_s3": 1,
}


@pytest.fixture(scope="module")
def events(runs: dict[str, DagRunEvents]) -> list[Event]:
    """Give the events of all DAGs."""
    return [event for run in runs.values() for event in run.all]


def test_no_secret(events: list[Event], places: Places) -> None:
    """Neither passwords of connections nor the key in a URL are in any event."""
    text = json.dumps(events)

    assert [secret for secret in places.secrets if secret in text] == []
    assert places.dataset("web", "v1/orders")[0] in text


def test_queries_have_events_of_their_own_once(events: list[Event]) -> None:
    """Each query has one START and one last event, and nobody's own question is among them."""
    queries = [event for event in events if ".query." in event["job"]["name"]]
    begun = Counter(event["job"]["name"].partition(".query.")[0] for event in queries if event["eventType"] == "START")

    # Without a hook for DuckDB there is no such task.
    expected = {task: count for task, count in CHILDREN.items() if task != "databases.duckdb" or task in begun}
    assert begun == expected
    assert set(Counter(event["run"]["runId"] for event in queries).values()) == {2}
    assert not [event for event in queries if "CURRENT_SCHEMA" in event["job"]["facets"]["sql"]["query"].upper()]


def test_every_task_tells_datasets_or_a_reason(events: list[Event]) -> None:
    """No task ends in silence, and none that has datasets makes excuses."""
    ended = [event for event in events if event["eventType"] in {"COMPLETE", "FAIL"} and "airflow" in _facets(event)]

    assert len(ended) > 80
    assert [
        event["job"]["name"]
        for event in ended
        if bool(event["inputs"] or event["outputs"]) == ("lineageKit_noDatasets" in _facets(event))
    ] == []


def test_nothing_is_missing(events: list[Event]) -> None:
    """No event says that it is incomplete, but that of Athena, whose tables moto does not describe."""
    assert {event["job"]["name"] for event in events if "lineageKit_incomplete" in _facets(event)} <= {
        "failures.athena",
        "services.athena",
    }


def _facets(event: Event) -> dict[str, object]:
    facets: dict[str, object] = event["run"]["facets"]
    return facets
