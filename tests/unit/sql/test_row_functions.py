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


class TestNamesOfFunctions:
    """A function without an alias."""

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT json_each.key AS x FROM s, json_each(s.arr)",
            "SELECT unnest.unnest AS x FROM s, unnest(s.arr)",
            "SELECT xmltable.x FROM s, XMLTABLE('/r' PASSING arr COLUMNS x int PATH '@x')",
            "SELECT xmltable.* FROM s, XMLTABLE('/r' PASSING arr COLUMNS x int PATH '@x')",
        ],
    )
    def test_is_called_by_its_own(self, sql: str) -> None:
        """In Postgres."""
        assert columns(sql, "postgres") == ["s.arr -> x TRANSFORMATION"]


class TestWindowsOfTime:
    """Functions that give the rows of a table with the bounds of windows of time."""

    @pytest.mark.parametrize("function", ["TUMBLE(d.s, t, INTERVAL '1')", "HOP(d.s, t, INTERVAL '1', INTERVAL '5')"])
    def test_of_risingwave(self, function: str) -> None:
        """The table has a bare name there."""
        sql = f"SELECT w.window_start AS x, w.a FROM {function} AS w EMIT ON WINDOW CLOSE"
        assert tables(sql, "risingwave") == "d.s ->"
        assert columns(sql, "risingwave") == ["d.s.t -> x TRANSFORMATION", "d.s.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        "function",
        [
            "TABLE(TUMBLE(TABLE d.s, DESCRIPTOR(t), INTERVAL '10' MINUTES))",
            "TABLE(HOP(DATA => TABLE d.s, TIMECOL => DESCRIPTOR(t), SLIDE => INTERVAL '1', SIZE => INTERVAL '2'))",
            "SESSION(TABLE d.s PARTITION BY a, DESCRIPTOR(t), INTERVAL '5' MINUTES)",
        ],
    )
    def test_of_flink(self, function: str) -> None:
        """Known or not, the columns of the table stay, and the bounds come from its column of time alone."""
        sql = f"SELECT a, window_start AS x FROM {function}"
        expected = ["d.s.a -> a IDENTITY", "d.s.t -> x TRANSFORMATION"]
        assert columns(sql, "flink") == columns(sql, "flink", schema={"d.s": ["a", "t"]}) == expected

    def test_of_flink_in_a_subquery(self) -> None:
        """A star between passes on what nobody lists."""
        inner = "SELECT * FROM TABLE(CUMULATE(TABLE s, DESCRIPTOR(t), INTERVAL '2' MINUTES, INTERVAL '1' HOUR))"
        sql = f"SELECT l.a, r.window_end FROM ({inner}) l JOIN ({inner.replace(' s,', ' q,')}) r ON l.a = r.a"
        assert columns(sql, "flink") == ["s.a -> a IDENTITY", "q.t -> window_end TRANSFORMATION"]

    @pytest.mark.parametrize("clause", ["", "WHERE a = 'x' AND t BETWEEN 1 AND 9 "])
    def test_of_vertica(self, clause: str) -> None:
        """Slices of time are made of the times by which the rows are ordered."""
        sql = f"SELECT x, a FROM s {clause}TIMESERIES x AS '3 seconds' OVER (PARTITION BY a, b ORDER BY t)"
        assert columns(sql, "vertica") == ["s.t -> x IDENTITY", "s.a -> a IDENTITY"]


class TestTablesInFunctions:
    """Functions that only stand for tables."""

    @pytest.mark.parametrize(
        "function",
        [
            "remote('h:9000', d.s, 'u', 'p')",
            "remoteSecure('h', 'd', 's', 'u', 'p')",
            "remote('h{1,2}', 'd.s')",
            "cluster('c', d.s)",
        ],
    )
    def test_of_other_servers(self, function: str) -> None:
        """ClickHouse names the table of another server in several ways."""
        assert tables(f"SELECT x.a FROM {function} AS x", "clickhouse") == "d.s ->"
        assert columns(f"SELECT x.a FROM {function} AS x", "clickhouse") == ["d.s.a -> a IDENTITY"]

    def test_as_a_target(self) -> None:
        """Rows can go there, too."""
        sql = "INSERT INTO FUNCTION remote('h', d.t) (x) SELECT a FROM s"
        assert columns(sql, "clickhouse") == ["s.a -> d.t.x IDENTITY"]

    def test_union_in_druid(self) -> None:
        """APPEND gives the rows of all its tables."""
        sql = "SELECT a FROM TABLE(APPEND('s', 'r'))"
        assert tables(sql, "druid", default_schema="d") == "d.s, d.r ->"


class TestSeveralArguments:
    """Functions whose arguments each feed a column of their own."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT x, y FROM s CROSS JOIN UNNEST(s.a, s.b) AS u (x, y)", "trino"),
            ("SELECT x, y FROM s, unnest(s.a, s.b) AS u(x, y)", "postgres"),
            ("SELECT x, y FROM s, ROWS FROM (unnest(s.a), unnest(s.b)) AS u(x, y)", "postgres"),
        ],
    )
    def test_arrays_side_by_side(self, sql: str, dialect: str) -> None:
        """The first array fills the first column."""
        assert columns(sql, dialect) == ["s.a -> x TRANSFORMATION", "s.b -> y TRANSFORMATION"]

    def test_place_beside_several_arrays(self) -> None:
        """It comes from all of them: the longest one tells how many there are."""
        sql = "SELECT y, n FROM s CROSS JOIN UNNEST(s.a, s.b) WITH ORDINALITY AS u (x, y, n)"
        assert columns(sql, "trino") == [
            "s.b -> y TRANSFORMATION",
            "s.a -> n TRANSFORMATION",
            "s.b -> n TRANSFORMATION",
        ]

    def test_entries_of_a_map(self) -> None:
        """One argument may fill several columns."""
        sql = "SELECT k, v FROM s CROSS JOIN UNNEST(s.m) AS u (k, v)"
        assert columns(sql, "trino") == ["s.m -> k TRANSFORMATION", "s.m -> v TRANSFORMATION"]
        sql = "SELECT k FROM s CROSS JOIN UNNEST(s.m, s.a) AS u (k, v, x)"
        assert columns(sql, "trino") == ["s.m -> k TRANSFORMATION", "s.a -> k TRANSFORMATION"]

    @pytest.mark.parametrize(
        ("source", "dialect"),
        [
            ("LATERAL VIEW explode(map(a, b)) m AS x, y", "hive"),
            ("LATERAL VIEW explode(map_from_arrays(a, b)) m AS x, y", "spark"),
            ("CROSS JOIN UNNEST(map(a, b)) AS m (x, y)", "trino"),
        ],
    )
    def test_keys_and_values_of_a_map(self, source: str, dialect: str) -> None:
        """Of a map that is made on the spot each is known."""
        expected = ["s.a -> x TRANSFORMATION", "s.b -> y TRANSFORMATION"]
        assert columns(f"SELECT x, y FROM s {source}", dialect) == expected

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT stack(2, a, b, c, d) AS (x, y) FROM s", "spark"),
            ("SELECT x, y FROM s LATERAL VIEW stack(2, a, b, c, d) q AS x, y", "hive"),
        ],
    )
    def test_stacked_rows(self, sql: str, dialect: str) -> None:
        """The arguments are cells, row by row."""
        assert columns(sql, dialect) == [
            "s.a -> x TRANSFORMATION",
            "s.c -> x TRANSFORMATION",
            "s.b -> y TRANSFORMATION",
            "s.d -> y TRANSFORMATION",
        ]

    def test_stacked_rows_with_labels(self) -> None:
        """A label comes from no column; the last row may be short."""
        assert columns("SELECT stack(2, 'p', p, 'q') AS (k, v) FROM s", "databricks") == ["s.p -> v TRANSFORMATION"]


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
