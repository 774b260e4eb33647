"""Families that decide themselves what they take from the operator's own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.family import Official, correction
from lineage_kit.extractors.speaker import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

_WRONG = OperatorLineage(outputs=[Dataset("db", "wrong")])
_RIGHT = OperatorLineage(outputs=[Dataset("db", "right")])


@pytest.fixture
def extraction() -> Extraction:
    """Give an extraction of a finished task."""
    return Extraction(EmptyOperator(task_id="t"), EventKind.COMPLETE, None, Budget(5))


def test_its_answer_takes_the_place_of_the_official_one(extraction: Extraction) -> None:
    """The operator's own datasets are not merged in."""

    @correction("transfers")
    def renamed(_extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage:
        """Correct the name."""
        assert official() is _WRONG
        return _RIGHT

    found = renamed.extract(extraction, Official(Kind.OPERATOR, lambda: _WRONG))

    assert found is not None
    assert (found.lineage, found.covers_queries, found.hook_lineage_due) == (_RIGHT, True, False)
    assert renamed.about == "Correct the name."


@pytest.mark.parametrize(("kind", "due"), [(Kind.OPERATOR, False), (Kind.NOBODY, True)])
def test_an_operator_that_is_not_asked_runs_nothing(extraction: Extraction, kind: Kind, *, due: bool) -> None:
    """Where nobody would have spoken, what hooks reported is still due."""

    def ask() -> OperatorLineage:
        pytest.fail("asked")

    found = correction("transfers")(lambda *_: _RIGHT).extract(extraction, Official(kind, ask))

    assert found is not None
    assert found.hook_lineage_due is due


class Plain(EmptyOperator):
    """An operator as a provider brings it, with its OpenLineage methods."""

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Say what is wrong."""
        return _WRONG

    get_openlineage_facets_on_complete.__module__ = "airflow.providers.example.operators"


class Mine(Plain):
    """A subclass that knows better."""

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Say what is right."""
        return _RIGHT


class MineOnFailure(Plain):
    """A subclass that knows better about failures."""

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> OperatorLineage:  # noqa: ARG002
        """Say what is right."""
        return _RIGHT


@pytest.mark.parametrize(
    ("operator", "kind", "corrected"),
    [
        (Plain, EventKind.COMPLETE, True),
        (Mine, EventKind.COMPLETE, False),
        (Mine, EventKind.START, False),
        (MineOnFailure, EventKind.COMPLETE, True),
        (MineOnFailure, EventKind.FAIL, False),
    ],
)
def test_a_subclass_with_methods_of_its_own_is_believed(
    operator: type[Plain], kind: EventKind, *, corrected: bool
) -> None:
    """What is known to be wrong is the provider's answer only; a method for FAIL says nothing about other events."""
    extraction = Extraction(operator(task_id="t"), kind, None, Budget(5))

    found = correction("transfers")(lambda *_: _RIGHT).extract(extraction, Official(Kind.OPERATOR, lambda: _WRONG))

    assert (found is not None) is corrected


def test_nothing_to_correct(extraction: Extraction) -> None:
    """Then the official answer stands."""
    assert correction("transfers")(lambda *_: None).extract(extraction, Official(Kind.OPERATOR, lambda: _WRONG)) is None


def test_a_failure_leaves_the_official_answer(extraction: Extraction) -> None:
    """It costs the correction, and the event says so."""

    def broken(*_: object) -> OperatorLineage:
        msg = "no"
        raise LookupError(msg)

    assert correction("transfers")(broken).extract(extraction, Official(Kind.OPERATOR, lambda: _WRONG)) is None
    assert [omission.part for omission in extraction.omissions] == ["transfers"]
