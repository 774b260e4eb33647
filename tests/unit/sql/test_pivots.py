"""PIVOT, UNPIVOT and MATCH_RECOGNIZE: rows that become columns, and the other way round."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables


class TestPivot:
    """PIVOT and UNPIVOT."""

    def test_pivoted_columns_aggregate_on_a_condition(self) -> None:
        """Each new column aggregates the value column where the spread column has that value."""
        sql = "SELECT * FROM s PIVOT (sum(x) FOR y IN ([u], [v])) p"
        assert columns(sql, "tsql", schema={"s": ["id", "x", "y"]}) == [
            "s.id -> id IDENTITY",
            "s.x -> u AGGREGATION",
            "s.y -> u CONDITIONAL",
            "s.x -> v AGGREGATION",
            "s.y -> v CONDITIONAL",
        ]

    def test_unpivoted_column_gathers_all(self) -> None:
        """The name column comes from no data."""
        sql = "SELECT id, n, v FROM s UNPIVOT (v FOR n IN (a, b)) u"
        assert columns(sql, "tsql") == ["s.id -> id IDENTITY", "s.a -> v IDENTITY", "s.b -> v IDENTITY"]

    @pytest.mark.parametrize(
        ("values", "dialect", "names"),
        [
            ("'u', 'v'", "snowflake", {"'u'", "'v'"}),
            ("'u', 'v'", "oracle", {"'u'", "'v'"}),
            ("'u' AS x, 'v' AS y", "oracle", {"x", "y"}),
            ("'u', 'v'", "bigquery", {"u", "v"}),
            ("'u', 'v'", "spark", {"u", "v"}),
            ("'u', 'v'", "redshift", {"u", "v"}),
            ("[1], [2]", "tsql", {"1", "2"}),
        ],
    )
    def test_new_columns_are_called_like_the_values(self, values: str, dialect: str, names: set[str]) -> None:
        """With quotes in some dialects, or by alias."""
        sql = f"SELECT * FROM (SELECT y, z FROM s) q PIVOT (sum(z) FOR y IN ({values})) p"
        assert {line.split(" ")[2] for line in columns(sql, dialect)} == names

    @pytest.mark.parametrize(("dialect", "name"), [("bigquery", "t_u"), ("spark", "u_t"), ("oracle", "u_t")])
    def test_several_aggregates(self, dialect: str, name: str) -> None:
        """Each value has one column per aggregate, called by both."""
        sql = f"SELECT {name} AS x FROM (SELECT y, z FROM s) PIVOT (sum(z) AS t, max(z) AS m FOR y IN ('u' AS u))"
        assert columns(sql, dialect) == ["s.z -> x AGGREGATION", "s.y -> x CONDITIONAL"]

    def test_names_that_the_alias_lists(self) -> None:
        """They replace all names, those of the remaining columns too."""
        sql = "SELECT * FROM (SELECT i, y, z FROM s) PIVOT (sum(z) FOR y IN ('u')) AS p (id, total)"
        assert columns(sql, "snowflake") == [
            "s.i -> id IDENTITY",
            "s.z -> total AGGREGATION",
            "s.y -> total CONDITIONAL",
        ]

    def test_values_that_a_subquery_gives(self) -> None:
        """Its table is read; which columns there are, only the data tell."""
        sql = "SELECT * FROM (SELECT i, y, z FROM s) PIVOT (sum(z) FOR y IN (SELECT c FROM r))"
        assert tables(sql, "snowflake") == "s, r ->"
        assert columns(sql, "snowflake") == ["s.i -> i IDENTITY"]

    def test_any_value(self) -> None:
        """A column that is named nevertheless is one of the new ones."""
        sql = "SELECT i, x FROM (SELECT i, y, z FROM s) PIVOT (sum(z) FOR y IN (ANY))"
        assert columns(sql, "snowflake") == [
            "s.i -> i IDENTITY",
            "s.z -> x AGGREGATION",
            "s.y -> x CONDITIONAL",
        ]

    @pytest.mark.parametrize("dialect", ["bigquery", "oracle", "databricks"])
    def test_unpivot_into_several_columns(self, dialect: str) -> None:
        """Groups of columns, position by position."""
        sql = "SELECT v, w FROM s UNPIVOT ((v, w) FOR n IN ((a, b), (c, d)))"
        assert columns(sql, dialect) == [
            "s.a -> v IDENTITY",
            "s.c -> v IDENTITY",
            "s.b -> w IDENTITY",
            "s.d -> w IDENTITY",
        ]


class TestStatementsOfDuckDb:
    """PIVOT as a statement, and in the place of a query."""

    def test_pivot(self) -> None:
        """The columns of GROUP BY remain, then one per value and aggregate."""
        sql = "PIVOT s ON y IN ('u', 'v') USING sum(z) AS t GROUP BY i"
        assert tables(sql, "duckdb") == "s ->"
        assert columns(sql, "duckdb") == [
            "s.i -> i IDENTITY",
            "s.z -> u_t AGGREGATION",
            "s.y -> u_t CONDITIONAL",
            "s.z -> v_t AGGREGATION",
            "s.y -> v_t CONDITIONAL",
        ]

    def test_name_of_a_column_never_tells_a_string_of_its_expression(self) -> None:
        """DuckDB calls it by the text of the aggregate, which may hold a secret."""
        sql = "PIVOT s ON y IN ('u') USING max(z), max(concat(z, 'secret'))"
        assert columns(sql, "duckdb") == [
            "s.z -> u_max(z) AGGREGATION",
            "s.y -> u_max(z) CONDITIONAL",
            "s.z -> u_max(concat(z, ?)) AGGREGATION",
            "s.y -> u_max(concat(z, ?)) CONDITIONAL",
        ]

    def test_pivot_by_the_data(self) -> None:
        """Without IN only the data tell the columns."""
        assert columns("PIVOT s ON y USING sum(z) GROUP BY i", "duckdb") == ["s.i -> i IDENTITY"]

    @pytest.mark.parametrize(
        "statement", ["CREATE TABLE t AS {}", "CREATE OR REPLACE VIEW t AS {}", "INSERT INTO t {}"]
    )
    @pytest.mark.parametrize("source", ["s", "(SELECT y, z FROM s)"])
    def test_pivot_that_is_stored(self, statement: str, source: str) -> None:
        """It needs no parentheses around it."""
        sql = statement.format(f"PIVOT {source} ON y IN ('u') USING sum(z)")
        assert tables(sql, "duckdb") == "s -> t"
        assert columns(sql, "duckdb") == ["s.z -> t.u AGGREGATION", "s.y -> t.u CONDITIONAL"]

    def test_unpivot_that_is_stored(self) -> None:
        """So it is with UNPIVOT."""
        sql = "CREATE TABLE t AS UNPIVOT s ON a, b INTO NAME k VALUE v"
        assert columns(sql, "duckdb") == ["s.a -> t.v IDENTITY", "s.b -> t.v IDENTITY"]

    def test_pivot_as_an_alias(self) -> None:
        """It is a word that a column may be called by."""
        assert columns("CREATE TABLE t AS SELECT a AS pivot, b FROM s", "duckdb") == [
            "s.a -> t.pivot IDENTITY",
            "s.b -> t.b IDENTITY",
        ]

    def test_pivot_in_with(self) -> None:
        """It is a query like others."""
        sql = "WITH q AS (PIVOT s ON y IN ('u') USING sum(z)) SELECT u FROM q"
        assert columns(sql, "duckdb") == ["s.z -> u AGGREGATION", "s.y -> u CONDITIONAL"]


class TestMatchRecognize:
    """MATCH_RECOGNIZE finds runs of rows."""

    SQL = """
        SELECT m.* FROM (SELECT k, t, p FROM s) MATCH_RECOGNIZE (
            PARTITION BY k ORDER BY t MEASURES last(up.p) AS top {}
            PATTERN (low up+) DEFINE up AS up.p > prev(up.p)
        ) m"""

    @pytest.mark.parametrize("dialect", ["snowflake", "oracle", "trino"])
    def test_one_row_per_match(self, dialect: str) -> None:
        """The partition and the measures remain; the definitions of the pattern filter."""
        sql = self.SQL.format("ONE ROW PER MATCH")
        assert columns(sql, dialect) == [
            "s.k -> k IDENTITY",
            "s.p -> top AGGREGATION",
            "s.k -> top WINDOW",
            "s.t -> top WINDOW",
        ]
        assert rows(sql, dialect) == ["s.p -> * FILTER"]

    def test_all_rows_per_match(self) -> None:
        """All columns remain."""
        names = [line.split(" ")[2] for line in columns(self.SQL.format("ALL ROWS PER MATCH"), "snowflake")]
        assert list(dict.fromkeys(names)) == ["k", "t", "p", "top"]
