"""Programs elsewhere and notebooks in a real scheduler: the DAG `programs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.event_facts import names, row_count

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["programs"]


class TestDocuments:
    """``SSHOperator`` and ``HttpOperator`` of a program that says what it did."""

    def test_of_a_command(self, run: DagRunEvents, places: Places) -> None:
        """It is known once it has been printed."""
        events = run.task("ssh")

        assert events.start["inputs"] == events.start["outputs"] == []
        assert names(events.complete["inputs"]) == [places.dataset("shop", "orders")]
        assert names(events.complete["outputs"]) == [places.dataset("lake", "by_ssh.csv")]
        assert row_count(events.complete["outputs"][0]) == 3

    def test_of_a_function(self, run: DagRunEvents, places: Places) -> None:
        """What a Lambda returned."""
        events = run.task("lambda")

        assert events.start["inputs"] == events.start["outputs"] == []
        assert names(events.complete["inputs"]) == [places.dataset("shop", "orders")]
        assert names(events.complete["outputs"]) == [places.dataset("lake", "by_lambda.csv")]

    def test_after_a_deferral(self, run: DagRunEvents, places: Places) -> None:
        """The task begins twice, and knows nothing before it ends."""
        events = run.task("http_deferred")

        assert [(each["inputs"], each["outputs"]) for each in events.of_type("START")] == [([], [])] * 2
        assert names(events.complete["outputs"]) == [places.dataset("lake", "by_http.csv")]

    def test_of_a_response(self, run: DagRunEvents, places: Places) -> None:
        """What the filter of the response returns."""
        event = run.task("http").complete

        assert names(event["outputs"]) == [places.dataset("lake", "by_http.csv")]
        assert row_count(event["outputs"][0]) == 0

    @pytest.mark.parametrize("task_id", ["ssh_fails", "http_fails"])
    def test_that_is_missing(self, run: DagRunEvents, task_id: str) -> None:
        """A program that said nothing has no datasets, and the event says so."""
        event = run.task(task_id).fail

        assert event["inputs"] == event["outputs"] == []
        assert event["run"]["facets"]["lineageKit_noDatasets"]["explanations"]


class TestNotebooks:
    """``PapermillOperator``."""

    def test_success(self, run: DagRunEvents, places: Places) -> None:
        """The notebook, and the one with the results."""
        event = run.task("notebook").complete

        assert names(event["inputs"]) == [places.dataset("local", "divide.ipynb")]
        assert names(event["outputs"]) == [places.dataset("local", "divide.ipynb.done")]
        assert names(run.task("notebook").start["inputs"]) == names(event["inputs"])
        assert run.task("notebook").start["outputs"] == []

    def test_failure(self, run: DagRunEvents, places: Places) -> None:
        """What a notebook that failed has left behind is no result."""
        event = run.task("notebook_fails").fail

        assert names(event["inputs"]) == [places.dataset("local", "divide.ipynb")]
        assert event["outputs"] == []
