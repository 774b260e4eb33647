"""One extraction: its budget, its notes, and steps that go wrong."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from lineage_kit.conf import PARTS
from lineage_kit.extractors import extraction as module
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

TASK = SimpleNamespace(task_type="LoadOperator", dag_id="sales", task_id="load")


class PanicException(BaseException):
    """What a panic of a parser written in Rust looks like: PyO3 gives it this name and this base."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give a clock that stands still until a test moves it."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: clock.now)
    return clock


def extraction(**settings: Any) -> Extraction:
    """Return an extraction with a budget that lasts for the test."""
    return Extraction(
        **{"task": TASK, "kind": EventKind.COMPLETE, "task_instance": None, "budget": Budget(60), **settings}
    )


def fail() -> None:
    """Raise."""
    msg = "the password is x"
    raise ValueError(msg)


class TestBudget:
    def test_counts_from_construction(self, clock: SimpleNamespace) -> None:
        """What remains is the budget less the time that has passed, and never less than nothing."""
        budget = Budget(5)
        clock.now += 2

        assert (budget.remaining(), budget.spent()) == (3, False)
        clock.now += 3
        assert (budget.remaining(), budget.spent()) == (0, True)
        clock.now += 10
        assert (budget.remaining(), budget.spent()) == (0, True)

    @pytest.mark.usefixtures("clock")
    def test_nothing_to_spend(self) -> None:
        """A budget of nothing is spent at once."""
        assert Budget(0).spent()


class TestNotes:
    def test_explain(self) -> None:
        """Explanations are kept in order, with the words of the schema."""
        mine = extraction()
        mine.explain(Reason.POLICY, "first")
        mine.explain(Reason.NO_EXTRACTOR, "second")

        assert [(note.reason, note.message) for note in mine.explanations] == [
            ("policy", "first"),
            ("noExtractor", "second"),
        ]
        assert mine.omissions == []

    def test_omit(self) -> None:
        """Omissions name the part and the cause."""
        mine = extraction()
        mine.omit("schema", Cause.SIZE_BUDGET, "too large")

        assert [(note.part, note.cause, note.message) for note in mine.omissions] == [
            ("schema", "sizeBudget", "too large")
        ]

    def test_notes_are_its_own(self) -> None:
        """Notes of one extraction never reach another."""
        extraction().explain(Reason.POLICY, "first")

        assert extraction().explanations == []

    def test_enabled(self) -> None:
        """A part is wanted unless the user disabled it."""
        mine = extraction(disabled_parts=frozenset({"schema"}))

        assert (mine.enabled("schema"), mine.enabled("sql")) == (False, True)


class TestAttempt:
    def test_result(self) -> None:
        """What a step returns is returned."""
        mine = extraction()

        assert mine.attempt("sql", lambda: "result") == "result"
        assert (mine.omissions, mine.explanations) == ([], [])

    @pytest.mark.usefixtures("clock")
    def test_spent_budget(self, caplog: pytest.LogCaptureFixture) -> None:
        """Without budget a step does not begin; the event, the reason and one WARNING say so."""
        mine, begun = extraction(budget=Budget(0)), []

        assert mine.attempt("schema", lambda: begun.append(1)) is None

        assert begun == []
        assert [note.cause for note in mine.omissions] == ["timeBudget"]
        assert [note.reason for note in mine.explanations] == ["timeBudget"]
        (record,) = caplog.records
        assert "sales.load" in record.getMessage()
        assert "`schema`" in record.getMessage()
        assert "[lineage_kit] time_budget" in record.getMessage()

    def test_budget_is_asked_before_each_step(self, clock: SimpleNamespace) -> None:
        """A step that has begun is not interrupted; the one after it does not begin."""
        mine = extraction(budget=Budget(5))

        def slow() -> str:
            clock.now += 6
            return "done"

        assert mine.attempt("sql", slow) == "done"
        assert mine.attempt("schema", lambda: "done") is None

    def test_failure(self, caplog: pytest.LogCaptureFixture) -> None:
        """A step that raises costs only itself: one WARNING names task and part, the details are at DEBUG."""
        mine = extraction()

        with caplog.at_level(logging.DEBUG, logger=module.__name__):
            assert mine.attempt("sql", fail) is None

        warning, details = caplog.records
        assert (warning.levelno, details.levelno) == (logging.WARNING, logging.DEBUG)
        assert "sales.load" in warning.getMessage()
        assert "`sql` failed with ValueError" in warning.getMessage()
        assert details.exc_info is not None
        assert mine.attempt("schema", lambda: "next") == "next"

    @pytest.mark.parametrize("notes", ["omissions", "explanations"])
    def test_failure_is_noted_without_its_message(self, notes: str) -> None:
        """The event says that the part failed, but not with what words: they may quote data."""
        mine = extraction()
        mine.attempt("sql", fail)

        (note,) = getattr(mine, notes)
        assert "`sql` failed with ValueError" in note.message
        assert "password" not in note.message


class TestGuard:
    @pytest.mark.usefixtures("clock")
    def test_ignores_the_budget(self) -> None:
        """What must happen in any case happens although nothing is left."""
        assert extraction(budget=Budget(0)).guard("source text", lambda: "done") == "done"

    def test_panic(self) -> None:
        """A panic of Rust code is a failure like any other."""
        mine = extraction()

        def panic() -> None:
            raise PanicException

        assert mine.guard("sql", panic) is None
        assert [note.cause for note in mine.omissions] == ["failed"]

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_end_of_the_process(self, error: type[BaseException]) -> None:
        """What ends a process is not held back."""

        def end() -> None:
            raise error

        with pytest.raises(error):
            extraction().guard("sql", end)

    @pytest.mark.parametrize("part", sorted(PARTS))
    def test_remedy_of_a_part(self, caplog: pytest.LogCaptureFixture, part: str) -> None:
        """The warning says how to switch the part off."""
        extraction().guard(part, fail)

        assert f"`[lineage_kit] disabled_parts = {part}`" in caplog.text

    def test_remedy_of_the_rest(self, caplog: pytest.LogCaptureFixture) -> None:
        """What is no part is switched off with its operator."""
        extraction().guard("hook", fail)

        assert "`[lineage_kit] disabled_operators = LoadOperator`" in caplog.text

    def test_any_task(self, caplog: pytest.LogCaptureFixture) -> None:
        """A task of an unknown shape makes no second failure."""
        extraction(task=object()).guard("sql", fail)

        assert len(caplog.records) == 1
