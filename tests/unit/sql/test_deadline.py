"""The time that an analysis may take. The clock of these tests stands still or jumps; no machine is too slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineage_kit.sql import ahead, analyze, deadline, shapes
from lineage_kit.sql.deadline import WITH_GRACE, Deadline
from lineage_kit.sql.dialects import dialect_of
from lineage_kit.sql.exceptions import OutOfTimeError
from lineage_kit.sql.queries import query
from lineage_kit.sql.shapes import queries
from lineage_kit.sql.text import split
from lineage_kit.sql.text.lexer import tokenize
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A clock that shows what it is told, and goes on by `step` with every look at it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.step = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        self.now += self.step
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in the place of the system's."""
    clock = Clock()
    monkeypatch.setattr(deadline, "monotonic", clock)
    return clock


class TestDeadline:
    """The class."""

    def test_time_left(self, clock: Clock) -> None:
        """Up to the end there is time, and not after it."""
        limit = Deadline(5)
        clock.now += 5
        limit.check()
        clock.now += 0.1
        with pytest.raises(OutOfTimeError):
            limit.check()

    def test_grace(self, clock: Clock) -> None:
        """A tenth of the time more, for what is said about statements that come too late."""
        limit = Deadline(5)
        clock.now += 5.5
        with limit.moved_to(WITH_GRACE):
            limit.check()
        with pytest.raises(OutOfTimeError):
            limit.check()
        clock.now += 0.1
        with limit.moved_to(WITH_GRACE), pytest.raises(OutOfTimeError):
            limit.check()

    def test_text_that_is_looked_through(self, clock: Clock) -> None:
        """Lexers see the time of the analysis that runs, and do without one where none does."""
        text = "a " * 30_000
        with Deadline(5).running():
            clock.now += 6
            with pytest.raises(OutOfTimeError):
                tokenize(text, dialect_of(None))
        assert len(tokenize(text, dialect_of(None))) == len(text) // 2

    @pytest.mark.usefixtures("clock")
    def test_long_text(self) -> None:
        """A text is refused before it is parsed where the parser may need longer than there is time."""
        limit = Deadline(1)
        limit.check_length("x" * 1_000)
        with pytest.raises(OutOfTimeError):
            limit.check_length("x" * 10_000_000)


class TestAnalyze:
    """What is told when the time is over."""

    @pytest.mark.parametrize("seconds", [0, -1])
    @pytest.mark.parametrize("dialect", [None, "snowflake", "tsql"])
    def test_no_time_at_all(self, clock: Clock, seconds: float, dialect: str | None) -> None:
        """Every statement is a problem of its own, and none is exact."""
        clock.step = 0.001
        lineage = analyze(
            "INSERT INTO t SELECT a FROM s; UPDATE t SET a = 1; REFRESH MATERIALIZED VIEW v",
            dialect,
            max_seconds=seconds,
        )
        assert [(problem.statement, problem.reason) for problem in lineage.problems] == [
            (number, "the time is over") for number in range(3)
        ]
        assert not any(statement.exact for statement in lineage.statements)
        assert lineage.columns == ()

    def test_statements_before_the_end_are_exact(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        """The time that is over later costs only what was not read yet."""
        after(monkeypatch, 2, lambda: setattr(clock, "now", clock.now + 100))
        lineage = analyze(["INSERT INTO t SELECT a FROM s", "SELECT b FROM r", "SELECT c FROM q"], max_seconds=10)
        assert [problem.statement for problem in lineage.problems] == [1, 2]
        assert [statement.exact for statement in lineage.statements] == [True, False, False]
        assert [str(table) for table in lineage.outputs] == ["t"]

    def test_words_of_statements_that_come_too_late(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        """Their tables are told while there is grace."""
        after(monkeypatch, 2, lambda: setattr(clock, "now", clock.now + 10.5))
        lineage = analyze("SELECT a FROM s; SELECT b FROM r; INSERT INTO t SELECT c FROM q", max_seconds=10)
        assert [str(table) for table in (*lineage.inputs, *lineage.outputs)] == ["s", "r", "q", "t"]
        assert [statement.exact for statement in lineage.statements] == [True, False, False]
        assert [problem.reason for problem in lineage.problems] == ["the time is over"] * 2

    def test_a_statement_is_left_in_the_middle(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its parts are asked as well: thousands of subqueries may be one statement."""
        after(monkeypatch, 3, lambda: setattr(clock, "now", clock.now + 100))
        branches = " UNION ALL ".join(f"SELECT a FROM s{number}" for number in range(10))
        lineage = analyze(f"INSERT INTO t {branches}", max_seconds=10)
        assert [problem.reason for problem in lineage.problems] == ["the time is over"]
        assert lineage.columns == ()

    @pytest.mark.usefixtures("clock")
    def test_a_text_too_long_to_parse(self) -> None:
        """Other statements of the script are read all the same."""
        values = ", ".join(["(1, 'some text')"] * 10_000)
        lineage = analyze(f"INSERT INTO t SELECT a FROM s; SELECT {values} FROM r; DELETE FROM u", max_seconds=1)
        assert [problem.statement for problem in lineage.problems] == [1]
        assert [str(table) for table in lineage.outputs] == ["t", "u"]

    @pytest.mark.usefixtures("clock")
    def test_a_text_too_long_is_not_made_plainer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """That would take time as well, for a grammar that cannot read it any more."""
        simplified: list[object] = []
        monkeypatch.setattr(queries, "simplified", lambda *of: simplified.append(of))
        items = ", ".join(f"coalesce(a, 0) AS c{number}" for number in range(5_000))
        lineage = analyze(f"CREATE TABLE t AS SELECT {items} FROM s", max_seconds=1)
        assert [problem.reason for problem in lineage.problems] == ["the time is over"]
        assert simplified == []

    @pytest.mark.usefixtures("clock")
    def test_a_text_too_long_has_no_shape_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the parser has no time for is not taken apart in other ways."""
        monkeypatch.setattr(shapes, "read", None)
        items = ", ".join(f"coalesce(a, 0) AS c{number}" for number in range(5_000))
        lineage = analyze(f"CREATE TABLE t AS SELECT {items} FROM s", max_seconds=1)
        assert [problem.reason for problem in lineage.problems] == ["the time is over"]

    def test_half_of_the_time_is_for_reading(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a long script has left then is one statement that is not read; those before it are."""
        made = []

        def piece(*values: object, **named: object) -> Piece:
            made.append(Piece(*values, **named))
            clock.now += 6 if len(made) == 150 else 0
            return made[-1]

        monkeypatch.setattr(split, "Piece", piece)
        lineage = analyze(
            "\n".join(f"INSERT INTO t{number} SELECT a FROM s;" for number in range(1_000)), max_seconds=10
        )
        assert [statement.exact for statement in lineage.statements] == [True] * 200 + [False]
        assert lineage.statements[-1].line == 200
        assert [problem.reason for problem in lineage.problems] == ["the time is over"]

    def test_names_are_not_followed_when_the_time_is_over(self, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        """No statement would be read with what the look ahead finds."""
        looked: list[object] = []
        monkeypatch.setattr(ahead, "_changes", lambda *of: looked.append(of))
        clock.step = 0.001
        analyze("CREATE TABLE t AS SELECT a FROM s; DROP TABLE t", max_seconds=0)
        assert looked == []

    def test_thousands_of_statements(self, clock: Clock) -> None:
        """A script is not split to its end for nothing."""
        clock.step = 0.001
        lineage = analyze(";\n".join(["SELECT a FROM s"] * 5_000), max_seconds=0)
        assert len(lineage.statements) == 101
        assert lineage.statements[-1].line == 100
        assert {problem.reason for problem in lineage.problems} == {"the time is over"}

    def test_the_usual_time_is_plenty(self, clock: Clock) -> None:
        """What takes a second on a slow machine is no problem."""
        clock.step = 0.01
        assert analyze("; ".join(["INSERT INTO t SELECT a FROM s WHERE b = 1"] * 50)).problems == ()


def after(monkeypatch: pytest.MonkeyPatch, queries: int, action: Callable[[], None]) -> None:
    """Do something once that many queries were begun, before the clauses of the next one are read."""
    begun = 0
    read_from = query.add_relations

    def counted(*arguments: object) -> None:
        nonlocal begun
        begun += 1
        read_from(*arguments)
        if begun == queries:
            action()

    monkeypatch.setattr(query, "add_relations", counted)
