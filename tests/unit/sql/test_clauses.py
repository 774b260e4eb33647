"""Refused queries and changes, read clause by clause: what no grammar has costs no more than itself."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze

# Operators that no database has.
UNKNOWN = ["~?!~ 3", "!~>! 3", "FROBS 3", "NOT FROBS 'x'", "FROBS (1, 2)"]
# Statements with the places behind an operand where such an operator may stand.
STATEMENTS = [
    ("postgres", "SELECT a {} AS x, sum(b {}) AS y, c FROM s WHERE d {} = 1 GROUP BY c HAVING max(e {}) {} > 2"),
    ("postgres", "SELECT s.a, r.b {} AS x FROM s LEFT JOIN r ON s.id {} = r.id AND r.k > 1 ORDER BY s.z {} DESC"),
    ("snowflake", "SELECT a FROM s QUALIFY row_number() OVER (PARTITION BY b {} ORDER BY c) {} = 1"),
    ("snowflake", "SELECT s.a:b.c::int AS x, f.value {} AS y FROM s, LATERAL FLATTEN(input => s.l) f"),
    ("tsql", "SELECT x = a {} , [b c] {} AS y FROM [s t] WHERE CASE WHEN d {} THEN e ELSE f {} END = 1"),
    ("bigquery", "WITH c AS (SELECT id, a {} AS v FROM d.s) SELECT c.v, (SELECT max(k {}) FROM d.r) AS m FROM c"),
    ("oracle", "SELECT q.x FROM (SELECT a {} + b AS x FROM s WHERE EXISTS (SELECT 1 FROM r WHERE r.i = s.i {})) q"),
    ("mysql", "SELECT `a` {} AS x FROM s UNION ALL SELECT b {} AS x FROM r WHERE c IN (SELECT i {} AS i FROM u)"),
    ("spark", "SELECT k, e {} AS y FROM s LATERAL VIEW explode(l) t AS e WHERE k {} > 1 SORT BY e {}"),
    ("postgres", "INSERT INTO t (x, y) SELECT a {} , b FROM s ON CONFLICT (x) DO UPDATE SET y = excluded.y {} + 1"),
    ("mysql", "INSERT INTO t (x) SELECT a {} FROM s ON DUPLICATE KEY UPDATE x = x {} + 1"),
    ("postgres", "INSERT INTO t (x, y) VALUES (1, (SELECT max(a {}) FROM s))"),
    ("postgres", "CREATE VIEW v (x, y) AS SELECT a {} , b FROM s"),
    ("postgres", "UPDATE t SET x = s.a {} , y = 1, (z, w) = (s.b {} , s.c) FROM s WHERE t.id {} = s.id"),
    ("mysql", "UPDATE t JOIN s ON t.id {} = s.id SET t.x = s.a {}"),
    ("teradata", "UPDATE t FROM s SET x = s.a {} WHERE t.id {} = s.id"),
    ("postgres", "DELETE FROM t USING s WHERE t.id {} = s.id"),
    (
        "snowflake",
        """MERGE INTO t USING (SELECT id, a {} AS v FROM s) q ON t.id {} = q.id
        WHEN MATCHED AND q.v {} > 1 THEN UPDATE SET x = q.v {}
        WHEN NOT MATCHED THEN INSERT (id, x) VALUES (q.id, q.v {})""",
    ),
    ("clickhouse", "SELECT uniqIf(a {} , b) AS x FROM s PREWHERE c {} = 1 WHERE d"),
    ("duckdb", "FROM s SELECT a {} AS x WHERE b {} > 1"),
    ("db2", "SELECT a {} AS x FROM s WHERE b {} > 1 WITH UR"),
]


def places() -> list[tuple[str, str, str]]:
    """Return dialect, the statement as grammars have it, and with an unknown operator in one of its places."""
    found = []
    for number, (dialect, statement) in enumerate(STATEMENTS):
        parts = statement.split("{}")
        for place in range(1, len(parts)):
            operator = UNKNOWN[(number + place) % len(UNKNOWN)]
            found.append((dialect, "".join(parts), operator.join(["".join(parts[:place]), "".join(parts[place:])])))
    return found


def sources(sql: str, dialect: str) -> set[tuple[Any, ...]]:
    """Return which column feeds which, without how."""
    lineage = analyze(sql, dialect)
    assert lineage.problems == ()
    return {(str(c.source), c.source_column, str(c.target), c.target_column) for c in lineage.columns}


class TestUnknownOperators:
    """An operator that no grammar has, anywhere in an expression."""

    @pytest.mark.parametrize(("dialect", "plain", "odd"), places())
    def test_costs_nothing(self, dialect: str, plain: str, odd: str) -> None:
        """The same tables are read and written, and the same columns take part."""
        assert tables(odd, dialect) == tables(plain, dialect)
        assert sources(odd, dialect) == sources(plain, dialect)

    @pytest.mark.parametrize("operator", UNKNOWN)
    def test_other_columns_keep_how_they_take_part(self, operator: str) -> None:
        """Only the expression itself is a transformation of all that it names."""
        sql = f"INSERT INTO t SELECT a {operator} AS x, b, sum(c) AS z FROM s WHERE d = 1"
        assert columns(sql) == [
            "s.a -> t.x TRANSFORMATION",
            "s.b -> t.b IDENTITY",
            "s.c -> t.z AGGREGATION",
        ]
        assert rows(sql) == ["s.d -> t.* FILTER"]

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("a FROBS b", ["s.a", "s.b"]),
            ("FROBS a", ["s.a"]),
            ("a NOT FROBS b", ["s.a", "s.b"]),
            ("(a, b) FROBS (c, d)", ["s.a", "s.b", "s.c", "s.d"]),
            ("f(a ~?!~ b, c)", ["s.a", "s.b", "s.c"]),
            ("f(a FROBBING b BY c)", ["s.a", "s.b", "s.c"]),
            ("a ~?!~ DATE '2020-01-01'", ["s.a"]),
            ("a ~?!~ INTERVAL '1' DAY", ["s.a"]),
            ("a::int FROBS s.b", ["s.a", "s.b"]),
            ("a ~?!~ (SELECT max(k) FROM r)", ["s.a", "r.k"]),
            ("g(k => a ~?!~ 1)", ["s.a"]),
        ],
    )
    def test_operands(self, expression: str, expected: list[str]) -> None:
        """Words between operands are operators; types, units and names of arguments are no columns."""
        found = [line.partition(" ->")[0] for line in columns(f"SELECT {expression} AS x FROM s", "postgres")]
        assert found == expected

    def test_parts_that_are_known_keep_their_meaning(self) -> None:
        """Aggregates, windows and conditions inside."""
        sql = "SELECT sum(a) ~?!~ CASE WHEN b THEN c END ~?!~ max(d) OVER (PARTITION BY e) AS x FROM s"
        assert columns(sql, "postgres") == [
            "s.a -> x AGGREGATION",
            "s.b -> x CONDITIONAL",
            "s.c -> x TRANSFORMATION",
            "s.d -> x AGGREGATION",
            "s.e -> x WINDOW",
        ]

    def test_names_without_as(self) -> None:
        """What is left behind the last operand is the name of the item."""
        assert columns("SELECT a ~?!~ b x FROM s", "postgres") == ["s.a -> x TRANSFORMATION", "s.b -> x TRANSFORMATION"]


class TestUnknownClauses:
    """Clauses that no grammar has."""

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT a FROM s WHERE b = 1 FROBNICATE BY c, d",
            "SELECT a FROM s FROBNICATED 10 PERCENT WHERE b = 1",
            "SELECT a FROM s AS x FROBNICATED (10) WHERE x.b = 1",
            "SELECT a FROM s WHERE b = 1 LIMIT 10 FROBBING",
            "SELECT a FROM (SELECT a, b FROM s FROBNICATED (10)) q WHERE b = 1",
        ],
    )
    def test_without_names_of_tables(self, sql: str) -> None:
        """They are passed over."""
        assert tables(sql, "postgres") == "s ->"
        assert columns(sql, "postgres") == ["s.a -> a IDENTITY"]
        assert rows(sql, "postgres") == ["s.b -> * FILTER"]

    def test_joins_of_another_kind(self) -> None:
        """Both sides are read."""
        sql = "SELECT s.a, r.b FROM s LEFT FUZZY JOIN r ON s.i ~?!~ r.i"
        assert tables(sql, "postgres") == "s, r ->"
        assert rows(sql, "postgres") == ["s.i -> * JOIN", "r.i -> * JOIN"]

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT a FROM s FOO BAR BAZ",
            "SELECT a FROM s x FROBNICATED WITH r",
            "SELECT a FROM s x MODEL FROBBED (b)",
        ],
    )
    def test_that_may_name_a_table(self, sql: str) -> None:
        """A table may be missing then: that is a problem, and the statement is not exact."""
        lineage = analyze(sql, "postgres")
        assert "s" in {str(table) for table in lineage.inputs}
        assert len(lineage.problems) == 1
        assert not lineage.statements[0].exact

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT a) ~?!~ b FROM s", None),
            ("SELECT a ~?!~ 'b FROM s", None),
            ("FROM s |> WHERE a FROBS 3 |> SELECT c", "bigquery"),
            ("DELETE FROM t OUTPUT deleted.a INTO u WHERE b FROBS 1", "tsql"),
        ],
    )
    def test_texts_that_have_no_such_clauses(self, sql: str, dialect: str | None) -> None:
        """Nothing is made of what is no SQL, or has clauses of another kind."""
        assert len(analyze(sql, dialect).problems) == 1


class TestEffort:
    """Refused texts take no more than a few times as long as others."""

    @pytest.mark.parametrize("item", ["a{0} FROBS f(b{0})", "a{0} + f(b{0})"])
    def test_many_items(self, item: str) -> None:
        """Each is shown to the grammar by itself."""
        items = ", ".join(f"{item.format(number)} AS c{number}" for number in range(500))
        assert len(columns(f"SELECT {items}, x FROBS y AS z FROM s", "postgres")) == 1002

    @pytest.mark.parametrize(
        "part", ["SELECT a FROBS ", "(SELECT a FROBS ", "CASE WHEN a FROBS ", "FROM s FOO BAR ", "f(a ?"]
    )
    @pytest.mark.parametrize("dialect", ["postgres", "db2", "snowflake"])
    def test_any_text(self, part: str, dialect: str) -> None:
        """It comes to an end."""
        assert len(analyze(part * 500, dialect).problems) <= 1
