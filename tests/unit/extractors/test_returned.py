"""What a task returned, read from its own XCom."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.returned import pushed, returned


def extraction(kind: EventKind = EventKind.COMPLETE, *, push: bool = True, seconds: float = 5) -> Extraction:
    """Return an extraction for a mapped task that returned `done`."""
    asked: dict[str, Any] = {}

    def pull(**what: Any) -> str:
        asked.update(what)
        return "done"

    task_instance = SimpleNamespace(map_index=3, xcom_pull=pull, asked=asked)
    return Extraction(EmptyOperator(task_id="t", do_xcom_push=push), kind, task_instance, Budget(seconds))


def test_it_is_the_tasks_own() -> None:
    """Of a mapped task, the value of this one among its siblings."""
    event = extraction()

    assert returned(event) == "done"
    assert event.task_instance.asked == {"task_ids": "t", "map_indexes": 3}


@pytest.mark.parametrize("event", [extraction(EventKind.START), extraction(EventKind.FAIL), extraction(push=False)])
def test_nothing_is_asked_where_there_is_nothing(event: Extraction) -> None:
    """A task that has not finished has returned nothing, and one that does not push keeps nothing."""
    assert returned(event) is None
    assert event.task_instance.asked == {}


def test_the_budget_bounds_it() -> None:
    """The request goes to the supervisor, so that it does not begin once the time is over."""
    with pytest.raises(TimeoutError):
        returned(extraction(seconds=0))


@pytest.mark.parametrize("kind", [EventKind.COMPLETE, EventKind.FAIL])
def test_what_was_pushed_stays(kind: EventKind) -> None:
    """What an operator pushed while it ran is there however the task ended."""
    event = extraction(kind)

    assert pushed(event, "run_id") == "done"
    assert event.task_instance.asked == {"task_ids": "t", "map_indexes": 3, "key": "run_id"}


def test_an_operator_pushes_what_it_likes() -> None:
    """That the value which it returns is not kept says nothing of others; a task that begins has pushed none."""
    assert pushed(extraction(push=False), "run_id") == "done"
    assert pushed(extraction(EventKind.START), "run_id") is None
