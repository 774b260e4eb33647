"""Values with fields that a query puts together: a field has its own sources, not those of the whole value."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables


class TestFields:
    """One field of a value, by its name."""

    @pytest.mark.parametrize(
        ("field", "dialect"),
        [
            ("STRUCT(a, b AS x).x", "bigquery"),
            ("(SELECT AS STRUCT a, b AS x).x", "bigquery"),
            ("named_struct('a', a, 'x', b).x", "spark"),
            ("{'a': a, 'x': b}.x", "duckdb"),
            ("{'a': a, 'x': b}['x']", "duckdb"),
            ("STRUCT(STRUCT(a, b AS x) AS y).y.x", "bigquery"),
        ],
    )
    def test_of_a_value_on_the_spot(self, field: str, dialect: str) -> None:
        """The other fields do not count."""
        assert columns(f"SELECT {field} AS f FROM s", dialect) == ["s.b -> f IDENTITY"]

    def test_of_a_row_with_a_type(self) -> None:
        """The type of the cast has the names."""
        sql = "SELECT r.x FROM (SELECT CAST(ROW(a, b + 1) AS ROW(w INT, x INT)) AS r FROM s) q"
        assert columns(sql, "trino") == ["s.b -> x TRANSFORMATION"]

    @pytest.mark.parametrize(
        ("value", "dialect"),
        [
            ("ARRAY_AGG(STRUCT(a, b AS x) IGNORE NULLS LIMIT 1)[OFFSET(0)]", "bigquery"),
            ("ANY_VALUE(STRUCT(a, b AS x))", "bigquery"),
            ("max(struct(a, b AS x))", "spark"),
            ("collect_list(named_struct('a', a, 'x', b))[0]", "spark"),
            ("array_agg({'a': a, 'x': b})[1]", "duckdb"),
        ],
    )
    def test_of_one_value_among_many(self, value: str, dialect: str) -> None:
        """An aggregate that gives values as they are keeps their fields, also through another query."""
        expected = ["s.b -> x AGGREGATION"]
        assert columns(f"SELECT {value}.x FROM s", dialect) == expected
        assert columns(f"SELECT v.x FROM (SELECT {value} AS v FROM s) q", dialect) == expected
        assert columns(f"SELECT w.x FROM (SELECT v AS w FROM (SELECT {value} AS v FROM s) q) p", dialect) == expected

    def test_what_decides_which_value_it_is(self) -> None:
        """The order of the aggregate influences every field."""
        value = "ARRAY_AGG(STRUCT(a, b) ORDER BY c DESC LIMIT 1)[OFFSET(0)]"
        expected = ["s.b -> b AGGREGATION", "s.c -> b SORT"]
        assert columns(f"SELECT v.b FROM (SELECT {value} AS v FROM s)", "bigquery") == expected
        sql = "SELECT v.b FROM (SELECT max_by(struct(a, b), c) AS v FROM s) q"
        assert columns(sql, "spark") == ["s.b -> b AGGREGATION", "s.c -> b CONDITIONAL"]

    def test_that_nobody_lists(self) -> None:
        """It may be any part of the value."""
        sql = "SELECT v.x FROM (SELECT STRUCT(a, b + 1) AS v FROM s)"
        assert columns(sql, "bigquery") == ["s.a -> x TRANSFORMATION", "s.b -> x TRANSFORMATION"]

    def test_beside_replaced_columns(self) -> None:
        """A star hands a value on with its fields, but not one that it replaces."""
        query = "SELECT * REPLACE ({} AS n) FROM (SELECT STRUCT(a, b) AS v, n FROM s)"
        assert columns(f"SELECT v.b FROM ({query.format('n + 1')})", "bigquery") == ["s.b -> b IDENTITY"]

    def test_of_a_correlated_value(self) -> None:
        """A subquery over an array of the query around it knows the elements."""
        arrays = "(SELECT ARRAY_AGG(STRUCT(a, b)) AS v FROM s)"
        sql = f"SELECT (SELECT sum(e.b) FROM UNNEST(v) AS e) AS x FROM {arrays}"
        assert columns(sql, "bigquery") == ["s.b -> x AGGREGATION"]


class TestWholeRows:
    """The name of an item of FROM stands for a row with its columns."""

    QUERY = "SELECT {} FROM (SELECT ARRAY_AGG(q ORDER BY t DESC LIMIT 1)[OFFSET(0)] AS v FROM {} AS q GROUP BY q.i)"

    def test_of_a_subquery(self) -> None:
        """The latest row of each group, taken apart again."""
        sql = self.QUERY.format("v.*", "(SELECT i, t, a AS x FROM s)")
        assert tables(sql, "bigquery") == "s ->"
        assert [line for line in columns(sql, "bigquery") if line.endswith("AGGREGATION")] == [
            "s.i -> i AGGREGATION",
            "s.t -> t AGGREGATION",
            "s.a -> x AGGREGATION",
        ]

    def test_of_a_table(self) -> None:
        """Without known columns a name still means a column of it."""
        assert "s.a -> a AGGREGATION" in columns(
            self.QUERY.format("v.*", "s"), "bigquery", schema={"s": ["i", "t", "a"]}
        )
        assert columns(self.QUERY.format("v.a", "s"), "bigquery") == ["s.a -> a IDENTITY"]


class TestElements:
    """Rows made of an array of such values."""

    @pytest.mark.parametrize("item", ["e.x", "x", "e.*"])
    @pytest.mark.parametrize(
        "array", ["[STRUCT('u' AS n, a AS x), ('v', b)]", "[STRUCT('u' AS n, a AS x), STRUCT('v', b)]"]
    )
    def test_of_a_list_on_the_spot(self, item: str, array: str) -> None:
        """The first element has the names; each field gathers what stands in its place."""
        sql = f"SELECT {item} FROM s CROSS JOIN UNNEST({array}) AS e"
        assert columns(sql, "bigquery") == ["s.a -> x IDENTITY", "s.b -> x IDENTITY"]

    @pytest.mark.parametrize("source", ["q, UNNEST(v) AS e", "q CROSS JOIN q.v AS e", "q LEFT JOIN UNNEST(q.v) AS e"])
    def test_of_a_column(self, source: str) -> None:
        """They are known by the query that made the array."""
        sql = f"WITH q AS (SELECT ARRAY_AGG(STRUCT(a, b AS x)) AS v FROM s) SELECT e.x FROM {source}"
        assert columns(sql, "bigquery") == ["s.b -> x AGGREGATION"]

    def test_of_a_query(self) -> None:
        """ARRAY(SELECT AS STRUCT ...) reads its tables too."""
        sql = "SELECT e.x FROM s, UNNEST(ARRAY(SELECT AS STRUCT r.a, r.b AS x FROM r WHERE r.i = s.i)) AS e"
        assert tables(sql, "bigquery") == "s, r ->"
        assert columns(sql, "bigquery") == ["r.b -> x IDENTITY"]
        assert "r.i -> * FILTER" in rows(sql, "bigquery")

    def test_of_a_lateral_view(self) -> None:
        """Exploded elements have fields."""
        sql = "SELECT e.b FROM (SELECT collect_list(struct(a, b)) AS v FROM s) q LATERAL VIEW explode(v) l AS e"
        assert columns(sql, "spark") == ["s.b -> b AGGREGATION"]
