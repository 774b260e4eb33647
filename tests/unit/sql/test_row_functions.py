"""Functions and arrays in FROM: their columns derive from what they are given."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables


class TestElements:
    """Rows made of the elements of an array."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT e.f AS x FROM s, UNNEST(s.arr) AS e", "bigquery"),
            ("SELECT x FROM s, s.arr AS x", "bigquery"),
            ("SELECT e.f.g AS x FROM s LEFT JOIN UNNEST(arr) AS e", "bigquery"),
            ("SELECT x FROM s, UNNEST(s.arr) AS e WITH OFFSET AS x", "bigquery"),
            ("SELECT (SELECT e.f FROM q.arr AS e LIMIT 1) AS x FROM s AS q", "bigquery"),
            ("SELECT (SELECT f FROM e.items) AS x FROM s, UNNEST(s.arr) AS e", "bigquery"),
            ("SELECT f.value:x::string AS x FROM s, LATERAL FLATTEN(input => s.arr) f", "snowflake"),
            ("SELECT value:x AS x FROM s, LATERAL FLATTEN(s.arr:items)", "snowflake"),
            ("SELECT g.value AS x FROM s, LATERAL FLATTEN(s.arr) f, LATERAL FLATTEN(f.value:y) g", "snowflake"),
            ("SELECT x FROM s LATERAL VIEW OUTER explode(arr) e AS x", "hive"),
            ("SELECT x FROM s LATERAL VIEW posexplode(arr) e AS p, x", "spark"),
            ("SELECT explode(arr) AS x FROM s", "databricks"),
            ("SELECT x FROM s CROSS JOIN UNNEST(s.arr) WITH ORDINALITY AS u (e, x)", "trino"),
            ("SELECT e->>'k' AS x FROM s, jsonb_array_elements(arr) e", "postgres"),
            ("SELECT value AS x FROM s, jsonb_each(s.arr)", "postgres"),
            ("SELECT j.x FROM s, jsonb_to_recordset(s.arr) AS j (x int, y text)", "postgres"),
            ("SELECT i.x FROM s, s.arr i", "redshift"),
            ("SELECT x FROM s, s.arr AS i AT x", "redshift"),
            ("SELECT j.x FROM s, s.arr AS i AT p, i.lines AS j", "redshift"),
            ("SELECT x FROM s ARRAY JOIN arr AS x", "clickhouse"),
            ("SELECT j.value AS x FROM s CROSS APPLY OPENJSON(s.arr) j", "tsql"),
            ("SELECT x FROM s CROSS APPLY OPENJSON(s.arr) WITH (x INT '$.x') j", "tsql"),
            ("SELECT j.value AS x FROM s CROSS APPLY STRING_SPLIT(s.arr, ',') j", "tsql"),
            ("SELECT j.n.value('.', 'int') AS x FROM s CROSS APPLY s.arr.nodes('/r') AS j (n)", "tsql"),
            ("SELECT x FROM s, JSON_TABLE(s.arr, '$[*]' COLUMNS (x NUMBER PATH '$.x')) j", "oracle"),
            ("SELECT unnest(arr) AS x FROM s", "duckdb"),
        ],
    )
    def test_elements_come_from_the_array(self, sql: str, dialect: str) -> None:
        """So do their fields, keys and places."""
        assert tables(sql, dialect) == "s ->"
        assert columns(sql, dialect) == ["s.arr -> x TRANSFORMATION"]

    def test_schema_that_is_called_like_a_table(self) -> None:
        """Only what stands in the same FROM, or an alias further out, has arrays."""
        sql = "SELECT a FROM d.s WHERE i IN (SELECT i FROM s.r)"
        assert tables(sql, "bigquery") == "d.s, s.r ->"

    def test_columns_of_the_table_beside(self) -> None:
        """An unqualified name that the function cannot have is the table's."""
        assert columns("SELECT a FROM s, UNNEST(s.arr) AS e", "bigquery") == ["s.a -> a IDENTITY"]
        assert columns("SELECT a FROM s, LATERAL FLATTEN(s.arr) f", "snowflake") == ["s.a -> a IDENTITY"]

    def test_array_that_becomes_its_elements(self) -> None:
        """ARRAY JOIN without an alias changes what the array's own name means."""
        sql = "SELECT arr FROM s LEFT ARRAY JOIN arr"
        assert columns(sql, "clickhouse") == ["s.arr -> arr TRANSFORMATION"]


class TestFieldsInBigQuery:
    """A subquery over an array of structs calls the fields by their names."""

    def test_fields_without_alias(self) -> None:
        """The usual way to take one of many parameters."""
        sql = "SELECT (SELECT value.int_value FROM UNNEST(params) WHERE key = 'k') AS x FROM d.s"
        assert columns(sql, "bigquery") == ["d.s.params -> x TRANSFORMATION"]
        assert rows(sql, "bigquery") == ["d.s.params -> * FILTER"]

    def test_fields_beside_an_alias(self) -> None:
        """The alias need not be used."""
        sql = "SELECT (SELECT MAX(value) FROM UNNEST(params) AS p WHERE p.key = 'k') AS x FROM d.s"
        assert columns(sql, "bigquery") == ["d.s.params -> x AGGREGATION"]
        assert rows(sql, "bigquery") == ["d.s.params -> * FILTER"]

    def test_elements_that_are_values(self) -> None:
        """Where the element itself is compared it has no fields: other names are those of the outer query."""
        sql = "SELECT EXISTS(SELECT 1 FROM UNNEST(tags) AS t WHERE t = name) AS x FROM d.s"
        assert columns(sql, "bigquery") == []
        assert rows(sql, "bigquery") == ["d.s.tags -> * FILTER", "d.s.name -> * FILTER"]


class TestLateral:
    """Items of FROM that see what stands before them."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT o.m FROM s OUTER APPLY (SELECT TOP 1 r.m FROM r WHERE r.k = s.i) o", "tsql"),
            ("SELECT l.m FROM s LEFT JOIN LATERAL (SELECT r.m FROM r WHERE r.k = s.i) l ON TRUE", "postgres"),
            ("SELECT l.m FROM s, LATERAL (SELECT r.m FROM r WHERE r.k = s.i) l", "oracle"),
            ("SELECT l.m FROM s, TABLE(SELECT r.m, r.n FROM r WHERE r.k = s.i) AS l", "db2"),
        ],
    )
    def test_subquery(self, sql: str, dialect: str) -> None:
        """It reads its own tables."""
        assert tables(sql, dialect) == "s, r ->"
        assert columns(sql, dialect) == ["r.m -> m IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT v.x FROM s CROSS APPLY (VALUES (s.a), (s.b)) v (x)", "tsql"),
            ("SELECT v.x FROM s CROSS JOIN LATERAL (VALUES (s.a), (s.b)) v (x)", "postgres"),
        ],
    )
    def test_values(self, sql: str, dialect: str) -> None:
        """Rows of columns are a way to unpivot."""
        assert columns(sql, dialect) == ["s.a -> x IDENTITY", "s.b -> x IDENTITY"]

    def test_rows_of_several_functions(self) -> None:
        """ROWS FROM puts them side by side."""
        sql = "SELECT x.a FROM s, ROWS FROM (f(s.i), g(2)) AS x (a, b)"
        assert columns(sql, "postgres") == ["s.i -> a TRANSFORMATION"]
