"""Text that nests so deeply that the parser would take ages, or end the process."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import Problem, analyze

LEVELS = 5_000


def nested(opening: str, inner: str, closing: str, levels: int) -> str:
    """Return text inside that many pairs."""
    return opening * levels + inner + closing * levels


class TestTooDeep:
    """It costs the statement at most, not the process and not the others."""

    @pytest.mark.parametrize(
        "deep",
        [
            f"SELECT a FROM {nested('(SELECT a FROM ', 's', ')', LEVELS)}",
            f"SELECT {nested('(SELECT ', 'a', ')', LEVELS)} FROM s",
        ],
        ids=["subqueries", "values"],
    )
    def test_levels_beyond_any_parser(self, deep: str) -> None:
        """The compiled parser has no limit of its own."""
        lineage = analyze(f"{deep}; INSERT INTO t SELECT b FROM r")
        assert set(lineage.problems) <= {Problem(0, "nested too deeply")}
        assert [str(table) for table in lineage.outputs] == ["t"]

    @pytest.mark.parametrize("dialect", [None, "bigquery", "duckdb", "postgres", "snowflake", "spark"])
    @pytest.mark.parametrize("brackets", ["()", "[]"])
    @pytest.mark.parametrize("word", ["f", "ARRAY", "STRUCT", "DATE", "decimal "])
    def test_levels_of_an_expression(self, word: str, brackets: str, dialect: str | None) -> None:
        """The parser reads each level of a type twice: thirty of them would take years. The column counts all the same.

        (In brackets the word may be a column as well.)
        """
        opening, closing = brackets
        levels = 30 if word != "f" else LEVELS if opening == "(" else 300
        lineage = analyze(f"SELECT {nested(word + opening, 'a', closing, levels)} AS x FROM s", dialect)
        assert lineage.problems == ()
        sources = [(column.source_column, column.subtype) for column in lineage.columns]
        assert sources[-1:] == [("a", "TRANSFORMATION")]
        assert opening == "[" or len(sources) == 1

    @pytest.mark.parametrize("dialect", [None, "bigquery", "duckdb", "postgres", "snowflake"])
    def test_long_chains_of_subscripts(self, dialect: str | None) -> None:
        """The parser would look at the whole chain again for each of them. They all lead to one column."""
        assert columns(f"SELECT a{'[1]' * LEVELS} AS x, b FROM s", dialect) == [
            "s.a -> x TRANSFORMATION",
            "s.b -> b IDENTITY",
        ]


class TestLongRuns:
    """The time grows with the text, whatever it repeats: a pattern that looks twice at it would take hours."""

    @pytest.mark.parametrize("run", [" ", "\n", "/* */", "-- \n"], ids=repr)
    @pytest.mark.parametrize("dialect", ["postgres", "tsql", "oracle"])
    def test_of_blanks_and_comments(self, run: str, dialect: str) -> None:
        """Between any two words; the next statement is found behind them."""
        words = ["SELECT", "a", "FROM", "s", "WHERE", "b IN", "(1)"]
        text = f" {run * 10_000} ".join(words)
        assert "t" in {str(table) for table in analyze(f"{text}; INSERT INTO t SELECT 1", dialect).outputs}


class TestEndless:
    """Old releases of the parser read some texts for ever."""

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO t SELECT a FROM s WITH UR",
            "INSERT INTO t SELECT a FROM s WITH",
            "INSERT INTO t SELECT a FROM (SELECT a FROM s WITH x) q",
            "FROM s WITH CREDENTIALS AS 'x'",
        ],
    )
    @pytest.mark.parametrize("dialect", ["oracle", "db2"])
    def test_with_behind_a_query(self, sql: str, dialect: str) -> None:
        """Whether it is understood or not, the next statement is."""
        assert "u" in {str(table) for table in analyze(f"{sql}; INSERT INTO u SELECT 1 FROM r", dialect).outputs}

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE VIEW v AS SELECT a FROM s WITH READ ONLY",
            "CREATE VIEW v AS WITH c AS (SELECT a FROM s) SELECT a FROM c",
            "CREATE VIEW v AS SELECT a FROM (WITH c (a) AS (SELECT b FROM s) SELECT a FROM c) q WITH CHECK OPTION",
        ],
    )
    def test_with_that_belongs_there(self, sql: str) -> None:
        """Views have restrictions, and queries common table expressions."""
        assert tables(sql, "oracle") == "s -> v"


class TestDeepEnough:
    """What people and generators write."""

    def test_calls_named_like_types(self) -> None:
        """A few levels, in as many columns as there are."""
        items = ", ".join(f"DATE(TIMESTAMP(STRING(a{number}))) AS b{number}" for number in range(500))
        assert len(columns(f"SELECT {items} FROM s", "bigquery")) == 500

    def test_levels(self) -> None:
        """Subqueries inside subqueries."""
        assert columns(f"SELECT a FROM {nested('(SELECT a FROM ', 's', ') q', 30)}") == ["s.a -> a IDENTITY"]

    def test_brackets_that_are_text(self) -> None:
        """In strings, names and comments they open nothing."""
        sql = f"SELECT a AS \"{'(' * 600}\" /* {'(' * 600} */ FROM s WHERE b = '{'(' * 600}'"
        assert [entry.partition(" ->")[0] for entry in columns(sql, "postgres")] == ["s.a"]

    def test_brackets_that_close_nothing(self) -> None:
        """They are a mistake of that statement."""
        assert [problem.statement for problem in analyze(f"SELECT a{')' * 600} FROM s; SELECT b FROM r").problems] == [
            0
        ]
