"""Checks of data in a real scheduler: the DAG `checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.event_facts import metrics, names, verdicts

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["checks"]


@pytest.mark.parametrize("outcome", ["passes", "fails"])
@pytest.mark.parametrize(
    ("kind", "check", "others", "measured"),
    [
        (
            "column",
            "customer.null_check",
            ["amount.min", "amount.max"],
            {"customer": {"nullCount": 1}, "amount": {"min": 10, "max": 30}},
        ),
        ("table", "row_count_check", [], {}),
        ("value", "value_{outcome}", [], {"rows": 3}),
        ("threshold", "threshold_{outcome}", [], {"rows": 3}),
        ("check", "check_{outcome}", [], {}),
        ("interval", "interval_COUNT(*)", [], {}),
    ],
)
def test_result(  # noqa: PLR0913, PLR0917 - a row of the table above
    run: DagRunEvents,
    places: Places,
    outcome: str,
    kind: str,
    check: str,
    others: list[str],
    measured: dict[str, Any],
) -> None:
    """The table has the verdicts and what was measured, on COMPLETE and on FAIL; on START it has neither."""
    events = run.task(f"{kind}_{outcome}")
    ended = events.complete if outcome == "passes" else events.fail

    for event in (events.start, ended):
        assert names(event["inputs"]) == [places.dataset("shop", "orders")]
        assert event["outputs"] == []
    assert verdicts(events.start["inputs"][0]) == metrics(events.start["inputs"][0]) == {}
    assert verdicts(ended["inputs"][0]) == {
        check.format(outcome=outcome): outcome == "passes",
        **dict.fromkeys(others, True),
    }
    assert metrics(ended["inputs"][0]) == measured


@pytest.mark.parametrize(("index", "check"), [(0, "any_rows"), (1, "positive")])
def test_mapped(run: DagRunEvents, places: Places, index: int, check: str) -> None:
    """Each instance tells its own check."""
    events = run.task("mapped", index)

    assert names(events.start["inputs"]) == names(events.complete["inputs"]) == [places.dataset("shop", "orders")]
    assert verdicts(events.complete["inputs"][0]) == {check: True}


def test_missing_table(run: DagRunEvents, places: Places) -> None:
    """A check that could not be made has no verdict, and its table is told."""
    for event in (run.task("missing_table").start, run.task("missing_table").fail):
        assert names(event["inputs"]) == [places.dataset("shop", "nowhere")]
        assert verdicts(event["inputs"][0]) == {}


def test_branch(run: DagRunEvents, places: Places) -> None:
    """A choice is no verdict on the table that it is made by."""
    event = run.task("branch").complete

    assert names(run.task("branch").start["inputs"]) == [places.dataset("shop", "orders")]
    assert names(event["inputs"]) == [places.dataset("shop", "orders")]
    assert verdicts(event["inputs"][0]) == {}
    assert [test["status"] for test in event["run"]["facets"]["test"]["tests"]] == ["pass"]
