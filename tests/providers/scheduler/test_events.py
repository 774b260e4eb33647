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
    "bulk_load": 1,
    "duckdb": 2,
    "insert_rows": 1,
    "insert_rows_operator": 1,
    "mapped_sql_to_s3": 2,
    "redshift": 1,
    "redshift_unload": 1,
    "rows": 3,
    "rows_to_nowhere": 1,
    "rows_to_sqlite": 2,
    "s3_to_sql": 1,
    "sensor": 1,
    "sql_to_s3": 1,
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
    begun = Counter(event["job"]["name"].split(".")[1] for event in queries if event["eventType"] == "START")

    # Without a hook for DuckDB there is no such task.
    assert begun == Counter({task: count for task, count in CHILDREN.items() if task != "duckdb" or "duckdb" in begun})
    assert set(Counter(event["run"]["runId"] for event in queries).values()) == {2}
    assert not [event for event in queries if "CURRENT_SCHEMA" in event["job"]["facets"]["sql"]["query"].upper()]


def test_every_task_tells_datasets_or_a_reason(events: list[Event]) -> None:
    """No task ends in silence, and none that has datasets makes excuses."""
    ended = [event for event in events if event["eventType"] in {"COMPLETE", "FAIL"} and "airflow" in _facets(event)]

    assert len(ended) > 40
    assert [
        event["job"]["name"]
        for event in ended
        if bool(event["inputs"] or event["outputs"]) == ("lineageKit_noDatasets" in _facets(event))
    ] == []


def test_nothing_is_missing(events: list[Event]) -> None:
    """No event says that it is incomplete, but that of Athena, whose tables moto does not describe."""
    assert {event["job"]["name"] for event in events if "lineageKit_incomplete" in _facets(event)} <= {
        "services.athena"
    }


def _facets(event: Event) -> dict[str, object]:
    facets: dict[str, object] = event["run"]["facets"]
    return facets
