"""Switched off, lineage-kit is as good as not installed: the events are the same, one by one."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bare_environment import make_bare_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.demo.local_airflow import LocalAirflow

    StartAirflow = Callable[..., LocalAirflow]

Event = dict[str, Any]

#: What differs from run to run: ids, times, and the folder of the Airflow home.
_VOLATILE = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d(?:\.\d+)?%2B\d\d(?:%3A)?\d\d"), "<time>"),
    (re.compile(r"/tmp[a-z0-9_]{8}/"), "/<tmp>/"),  # noqa: S108 - a pattern, not a place
    (re.compile(r"127\.0\.0\.1:\d+"), "<host>"),
    (re.compile(r'"[^"]*/site-packages/'), '"<site-packages>/'),
)


def run_lineage(airflow: LocalAirflow) -> list[Event]:
    """Run the DAG `lineage` to its end and return all events, with what differs from run to run taken out."""
    with airflow:
        run_id = airflow.trigger("lineage")
        airflow.wait("lineage", run_id, 180)
    return [_scrub(event, str(airflow.home)) for event in airflow.events()]


def _scrub(value: Any, home: str) -> Any:
    if isinstance(value, dict):
        return {key: _scrub(each, home) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_scrub(each, home) for each in value), key=repr)
    if isinstance(value, float):
        return "<seconds>"
    if not isinstance(value, str):
        return value
    text = value.replace(home, "<home>")
    for pattern, replacement in _VOLATILE:
        text = pattern.sub(replacement, text)
    # Airflow writes some sets as lists, and some lists as text, in any order.
    return repr(sorted(ast.literal_eval(text))) if text.startswith("['") else text


def _ordered(events: list[Event]) -> list[Event]:
    """Order events so that two runs can be compared: parallel tasks finish in any order."""
    return sorted(events, key=lambda event: (event["job"]["name"], event["eventType"], repr(event)))


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the DAG `lineage` alone: others need lineage-kit to load."""
    folder = tmp_path_factory.mktemp("dags")
    shutil.copy(Path(__file__).parent / "dags" / "lineage.py", folder)
    return folder


@pytest.fixture(scope="module")
def alone(start_airflow: StartAirflow, dags: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Give the events of the OpenLineage provider alone: lineage-kit is not installed."""
    folder = tmp_path_factory.mktemp("bare")
    return run_lineage(start_airflow(dags=dags, python=str(make_bare_environment(folder))))


def test_provider_alone_finds_no_dataset_of_the_sqlite_tasks(alone: list[Event]) -> None:
    """What the package adds is not there without it."""
    subclass = [event for event in alone if event["job"]["name"] == "lineage.subclass"]

    assert {event["eventType"] for event in subclass} == {"START", "COMPLETE"}
    assert [event for event in subclass if event.get("inputs") or event.get("outputs")] == []


def test_switched_off_events_are_those_of_the_provider_alone(
    alone: list[Event], dags: Path, start_airflow: StartAirflow
) -> None:
    """With `[lineage_kit] enabled = False` every event is the same as without the package."""
    off = run_lineage(start_airflow(dags=dags, env={"AIRFLOW__LINEAGE_KIT__ENABLED": "False"}))

    assert [(event["job"]["name"], event["eventType"]) for event in _ordered(off)] == [
        (event["job"]["name"], event["eventType"]) for event in _ordered(alone)
    ]
    for ours, theirs in zip(_ordered(off), _ordered(alone), strict=True):
        assert ours == theirs
