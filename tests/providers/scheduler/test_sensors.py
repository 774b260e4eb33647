"""Sensors in a real scheduler: the DAG `sensors`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from support.event_facts import names

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places

needs_ftp = pytest.mark.skipif(not find_spec("pyftpdlib"), reason="nothing plays an FTP server")


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["sensors"]


@pytest.mark.parametrize(
    ("task_id", "seen"),
    [
        ("dynamodb", ("dynamodb", "orders")),
        ("file", ("local", "local.csv")),
        pytest.param("ftp", ("ftp", "in/orders.csv"), marks=needs_ftp),
        ("http", ("web", "v1/orders")),
        ("s3_passes", ("lake", "in/customers.csv")),
        ("sftp", ("sftp", "in/orders.csv")),
        ("sql_passes", ("shop", "orders")),
    ],
)
def test_what_it_waits_for(run: DagRunEvents, places: Places, task_id: str, seen: tuple[str, str]) -> None:
    """It is the input, before and when it has been seen."""
    for event in (run.task(task_id).start, run.task(task_id).complete):
        assert names(event["inputs"]) == [places.dataset(*seen)]
        assert event["outputs"] == []


@pytest.mark.parametrize(("index", "key"), [(0, "in/customers.csv"), (1, "in/orders.jsonl")])
def test_mapped(run: DagRunEvents, places: Places, index: int, key: str) -> None:
    """Each instance waits for its own object."""
    events = run.task("mapped", index)

    assert names(events.start["inputs"]) == names(events.complete["inputs"]) == [places.dataset("lake", key)]


def test_object_that_does_not_come(run: DagRunEvents, places: Places) -> None:
    """It is what the sensor is about to wait for, and nothing that it has read."""
    events = run.task("s3_fails")

    assert names(events.start["inputs"]) == [places.dataset("lake", "in/missing.csv")]
    assert events.fail["inputs"] == []
    assert events.fail["run"]["facets"]["lineageKit_noDatasets"]["explanations"]


def test_rows_that_do_not_come(run: DagRunEvents, places: Places) -> None:
    """The query has read its table all the same."""
    events = run.task("sql_fails")

    for event in (events.start, events.fail):
        assert names(event["inputs"]) == [places.dataset("shop", "orders")]
