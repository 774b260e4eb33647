"""The tables that words name, where nothing else understands a statement."""

from __future__ import annotations

import pytest

from lineage_kit.sql import analyze
from lineage_kit.sql.catalog import Catalog
from lineage_kit.sql.deadline import Deadline
from lineage_kit.sql.dialects import dialect_of
from lineage_kit.sql.text.split import Piece
from lineage_kit.sql.words import read

# Stands for what nobody understands.
UNKNOWN = "?! ?!"


def named(sql: str, dialect: str | None = None) -> str:
    """Return inputs and outputs that the words name, as in `orders, items -> totals`."""
    statement = read(Piece(sql, 0, 1), Catalog(dialect_of(dialect), None, None, {}, Deadline(10)), "refused")
    assert list(statement.reasons) == ["refused"]
    inputs, outputs = ([str(table.name) for table in tables] for tables in (statement.inputs, statement.outputs))
    assert not statement.exact
    return f"{', '.join(inputs)} -> {', '.join(outputs)}".strip()


class TestTables:
    """Names behind the words that announce a table."""

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            (f"SELECT {UNKNOWN} FROM a.b, c AS x, d y JOIN e ON x.i = y.i", "a.b, c, d, e ->"),
            (f"INSERT INTO t (a, b) SELECT {UNKNOWN} FROM s", "s -> t"),
            (f"insert overwrite table t select {UNKNOWN} from s", "s -> t"),
            (f"CREATE OR REPLACE TABLE IF NOT EXISTS t AS SELECT {UNKNOWN} FROM s", "s -> t"),
            (f"CREATE VIEW v AS SELECT {UNKNOWN} FROM s", "s -> v"),
            (f"UPDATE t SET a = {UNKNOWN} FROM s", "s -> t"),
            (f"UPDATE x SET a = {UNKNOWN} FROM t AS x JOIN s ON x.i = s.i", "s -> t"),
            (f"DELETE FROM t USING s WHERE {UNKNOWN}", "s -> t"),
            (f"MERGE INTO t USING s ON {UNKNOWN} WHEN MATCHED THEN UPDATE SET a = s.a", "s -> t"),
            (f"DROP TABLE IF EXISTS t {UNKNOWN}", "-> t"),
            (f"SELECT {UNKNOWN} FROM (SELECT b FROM r, (SELECT c FROM q) x) y, s z, u", "r, q, s, u ->"),
            (f"SELECT {UNKNOWN} FROM f(1, g(x)) AS x (a, b), LATERAL h(x.a) y, TABLE(i(2)), s", "s ->"),
            (f"SELECT {UNKNOWN} FROM identifier(:y) AS z, identifier($x), :v, @w x, s", "s ->"),
            (f"SELECT {UNKNOWN} FROM r WITH (NOLOCK), s x WITH (INDEX (i)), u", "r, s, u ->"),
        ],
    )
    def test_are_found(self, sql: str, expected: str) -> None:
        """Whether they are read or written follows the word."""
        assert named(sql) == expected


class TestNoTables:
    """Better no table than a wrong one."""

    @pytest.mark.parametrize(
        "sql",
        [
            f"SELECT EXTRACT(DAY FROM d), TRIM(BOTH FROM e), a IS DISTINCT FROM b, {UNKNOWN}",
            f"SELECT {UNKNOWN} FROM generate_series(1, 10), LATERAL f(x), unnest(y)",
            f"SELECT 'FROM t' {UNKNOWN} -- FROM t\n/* FROM t */",
            f"SELECT a INTO v {UNKNOWN}",
            f"SELECT {UNKNOWN} FOR UPDATE",
            f"INSERT INTO @rows VALUES ({UNKNOWN})",
            f"CREATE INDEX i ON t USING btree (a) {UNKNOWN}",
            "",
            "FROM",
            "INSERT INTO",
        ],
    )
    def test_other_meanings_of_the_words(self, sql: str) -> None:
        """Functions, strings, comments, variables and clauses are no tables."""
        assert named(sql, "postgres") == "->"

    def test_common_table_expressions(self) -> None:
        """They are no tables, but what they read is."""
        sql = f"WITH c AS (SELECT a FROM s), d (x, y) AS (SELECT {UNKNOWN} FROM c) SELECT * FROM d, c, t"
        assert named(sql) == "s, t ->"

    def test_quotes_of_the_dialect(self) -> None:
        """Double quotes enclose names in one database and strings in another."""
        sql = f'SELECT "FROM x" FROM "My Table" {UNKNOWN}'
        assert named(sql, "postgres") == "My Table ->"
        assert named(sql, "bigquery") == "->"

    @pytest.mark.parametrize("text", ["''", "'.t'", "'(q).t'"])
    @pytest.mark.parametrize("before", ["SELECT a FROM", "INSERT INTO", "CREATE TABLE"])
    def test_a_string_that_holds_no_name(self, before: str, text: str) -> None:
        """IDENTIFIER names a table by a string; where no name stands in it, there is no table."""
        assert named(f"{before} identifier({text}) {UNKNOWN}", "snowflake") == "->"


class TestLimits:
    """Any text is read in time that grows with its length only."""

    @pytest.mark.parametrize(
        "junk", ["(", "f(", "FROM a, ", "WITH a AS (", "a AS (", "INSERT INTO ", "'", '"', "$$", "/*", "a(b, ", "."]
    )
    def test_any_text(self, junk: str) -> None:
        """The answer is a problem and never exact; quadratic effort would not come to an end here."""
        lineage = analyze("X " + junk * 20_000, "postgres")
        assert lineage.problems
        assert not any(statement.exact for statement in lineage.statements)

    def test_no_time_left(self) -> None:
        """Then no table is named, and only the problem is told."""
        lineage = analyze("SELECT a FROM s", max_seconds=-1)
        assert lineage.inputs == ()
        assert len(lineage.problems) == 1
