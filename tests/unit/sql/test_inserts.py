"""INSERT: where the columns of its query go."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import Location, analyze


class TestInsert:
    """INSERT and its column list."""

    def test_reads_and_writes(self) -> None:
        """The query is the input, the table the output."""
        assert tables("INSERT INTO t SELECT a FROM s JOIN r ON s.i = r.i") == "s, r -> t"

    def test_column_list_names_the_targets_by_position(self) -> None:
        """The names of the query do not matter then."""
        assert columns("INSERT INTO t (x, y) SELECT a, b + c FROM s") == [
            "s.a -> t.x IDENTITY",
            "s.b -> t.y TRANSFORMATION",
            "s.c -> t.y TRANSFORMATION",
        ]

    def test_known_columns_stand_for_the_list(self) -> None:
        """Without a list the database takes the table's own order."""
        known = {"t": ["x", "y"]}
        assert columns("INSERT INTO t SELECT a, b FROM s", schema=known) == [
            "s.a -> t.x IDENTITY",
            "s.b -> t.y IDENTITY",
        ]

    def test_names_of_the_query_serve_where_nothing_else_is_known(self) -> None:
        """Without list and schema, the usual case is that the names agree."""
        assert columns("INSERT INTO t SELECT a AS x FROM s") == ["s.a -> t.x IDENTITY"]

    def test_union_feeds_one_set_of_columns(self) -> None:
        """The second branch adds sources, not columns."""
        assert columns("INSERT INTO t (x) SELECT a FROM s UNION ALL SELECT b FROM r") == [
            "s.a -> t.x IDENTITY",
            "r.b -> t.x IDENTITY",
        ]

    def test_positions_behind_an_unknown_star_are_not_known(self) -> None:
        """What stands before the star is; nothing is guessed for the rest."""
        sql = "INSERT INTO t (x, y, z) SELECT a, s.*, b FROM s"
        assert columns(sql) == ["s.a -> t.x IDENTITY"]

    def test_with_before_or_behind_insert(self) -> None:
        """Both places are in use."""
        assert tables("WITH c AS (SELECT a FROM s) INSERT INTO t SELECT a FROM c") == "s -> t"
        assert tables("INSERT INTO t WITH c AS (SELECT a FROM s) SELECT a FROM c") == "s -> t"

    def test_values_write_without_reading(self) -> None:
        """Except for what a subquery among them reads."""
        assert tables("INSERT INTO t VALUES (1, 2)") == "-> t"
        assert tables("INSERT INTO t (x) VALUES ((SELECT max(a) FROM s))") == "s -> t"

    def test_by_name(self) -> None:
        """DuckDB's BY NAME turns positions off."""
        known = {"t": ["x", "y"]}
        sql = "INSERT INTO t BY NAME SELECT a AS y, b AS x FROM s"
        assert columns(sql, "duckdb", schema=known) == ["s.a -> t.y IDENTITY", "s.b -> t.x IDENTITY"]

    def test_on_conflict_assigns_from_the_offered_row(self) -> None:
        """`excluded` is the row that was to be inserted."""
        sql = """
            INSERT INTO t (id, n) SELECT a, b FROM s
            ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n"""
        assert columns(sql, "postgres") == [
            "s.a -> t.id IDENTITY",
            "s.b -> t.n IDENTITY",
            "t.n -> t.n TRANSFORMATION",
            "s.b -> t.n TRANSFORMATION",
        ]

    @pytest.mark.parametrize("dialect", ["mysql", "sqlite"])
    def test_replace_is_an_insert(self, dialect: str) -> None:
        """REPLACE removes what is in the way and inserts."""
        assert tables("REPLACE INTO t (x) SELECT a FROM s", dialect) == "s -> t"

    def test_directory_is_a_location(self) -> None:
        """Hive writes files."""
        lineage = analyze("INSERT OVERWRITE DIRECTORY '/data/out' SELECT a FROM s", "hive")
        assert lineage.outputs == (Location("/data/out"),)

    def test_conditions_of_the_query_concern_the_whole_table(self) -> None:
        """Which rows arrive depends on them."""
        assert rows("INSERT INTO t SELECT a FROM s WHERE b = 1") == ["s.b -> t.* FILTER"]


class TestPartitions:
    """PARTITION behind the target, in Hive and Spark."""

    def test_columns_without_a_value_are_the_last_of_the_query(self) -> None:
        """Whatever they are called there."""
        sql = "INSERT OVERWRITE TABLE t PARTITION (d = '2020', h) SELECT a, b, hh FROM s"
        assert columns(sql, "hive") == ["s.a -> t.a IDENTITY", "s.b -> t.b IDENTITY", "s.hh -> t.h IDENTITY"]

    def test_columns_with_a_value_are_not_in_the_query(self) -> None:
        """The known columns skip them."""
        known = {"t": ["x", "y", "d", "h"]}
        sql = "INSERT INTO t PARTITION (d = '2020', h) SELECT a, b, hh FROM s"
        assert columns(sql, "spark", schema=known) == [
            "s.a -> t.x IDENTITY",
            "s.b -> t.y IDENTITY",
            "s.hh -> t.h IDENTITY",
        ]

    def test_elsewhere_they_are_names_of_partitions(self) -> None:
        """MySQL and Doris."""
        assert columns("INSERT INTO t PARTITION (p0) (x) SELECT a FROM s", "mysql") == ["s.a -> t.x IDENTITY"]
        assert columns("INSERT OVERWRITE TABLE t PARTITION (p1) SELECT a FROM s", "doris") == ["s.a -> t.a IDENTITY"]


class TestDuplicates:
    """What happens to rows that are there already."""

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO t (id, n) SELECT a, b FROM s ON DUPLICATE KEY UPDATE m = VALUES(n) + 1",
            "INSERT INTO t (id, n) SELECT a, b FROM s ON DUPLICATE KEY UPDATE m = s.b + 1",
            "INSERT INTO t (id, n) SELECT * FROM (SELECT a, b FROM s) AS new ON DUPLICATE KEY UPDATE m = new.b + 1",
        ],
    )
    def test_mysql_names_the_offered_row_in_several_ways(self, sql: str) -> None:
        """VALUES(column), and the tables of the query."""
        assert tables(sql, "mysql") == "s -> t"
        assert columns(sql, "mysql") == ["s.a -> t.id IDENTITY", "s.b -> t.n IDENTITY", "s.b -> t.m TRANSFORMATION"]

    def test_common_tables_of_the_query(self) -> None:
        """They are no tables of the database where the clause sees them."""
        sql = "INSERT INTO t (n) WITH q AS (SELECT b FROM s) SELECT b FROM q ON DUPLICATE KEY UPDATE n = q.b + 1"
        assert tables(sql, "mysql") == "s -> t"
        assert columns(sql, "mysql") == ["s.b -> t.n IDENTITY", "s.b -> t.n TRANSFORMATION"]

    @pytest.mark.parametrize("opening", ["INSERT t", "INSERT INTO t", "REPLACE INTO t"])
    def test_assigned_row(self, opening: str) -> None:
        """MySQL: SET names the columns of the row."""
        sql = f"{opening} SET id = 1, n = (SELECT max(a) FROM s WHERE b = 2)"
        assert tables(sql, "mysql") == "s -> t"
        assert columns(sql, "mysql") == ["s.a -> t.n AGGREGATION"]
        assert rows(sql, "mysql") == ["s.b -> t.* FILTER"]

    def test_assigned_row_that_is_there_already(self) -> None:
        """What is written then comes from the assigned values."""
        sql = "INSERT INTO t SET id = 1, n = (SELECT max(a) FROM s) ON DUPLICATE KEY UPDATE m = VALUES(n)"
        assert columns(sql, "mysql") == ["s.a -> t.n AGGREGATION", "s.a -> t.m AGGREGATION"]

    def test_alias_of_the_offered_row(self) -> None:
        """MySQL 8: VALUES ... AS new, with a column list perhaps."""
        sql = "INSERT INTO t (id, n) VALUES (1, (SELECT max(a) FROM s)) AS new{} ON DUPLICATE KEY UPDATE m = new.{}"
        expected = ["s.a -> t.n AGGREGATION", "s.a -> t.m AGGREGATION"]
        assert columns(sql.format("", "n"), "mysql") == expected
        assert columns(sql.format("(p, q)", "q"), "mysql") == expected

    def test_rows_of_excluded(self) -> None:
        """Several columns at once."""
        sql = "INSERT INTO t (x, y) SELECT a, b FROM s ON CONFLICT (x) DO UPDATE SET (y, z) = (EXCLUDED.y, EXCLUDED.x)"
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "s.b -> t.y IDENTITY", "s.a -> t.z IDENTITY"]


class TestSpellings:
    """INSERT as the dialects write it."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT IGNORE INTO t (x) SELECT a FROM s", "mysql"),
            ("INSERT LOW_PRIORITY INTO t (x) SELECT a FROM s", "mysql"),
            ("REPLACE t (x) SELECT a FROM s", "mysql"),
            ("INSERT OR REPLACE INTO t (x) SELECT a FROM s", "sqlite"),
            ("INSERT OR IGNORE INTO t (x) SELECT a FROM s", "duckdb"),
            ("INSERT INTO t (x) SELECT a FROM s ON CONFLICT DO NOTHING", "postgres"),
            ("INSERT INTO t (x) OVERRIDING SYSTEM VALUE SELECT a FROM s", "postgres"),
            ("INSERT INTO t (x) (SELECT a FROM s)", "redshift"),
            ("INSERT OVERWRITE INTO t (x) SELECT a FROM s", "snowflake"),
            ("INSERT t (x) SELECT a FROM s", "bigquery"),
            ("INSERT TOP (10) INTO t (x) SELECT a FROM s", "tsql"),
            ("INSERT INTO t WITH (TABLOCK) (x) SELECT a FROM s WITH (NOLOCK)", "tsql"),
            ("INSERT INTO t (x) EXEC sp_executesql N'SELECT a FROM s'", "tsql"),
            ("INSERT /*+ APPEND */ INTO t (x) SELECT a FROM s", "oracle"),
            ("INSERT INTO (SELECT x FROM t) SELECT a FROM s", "oracle"),
            ("INSERT INTO t (x) SELECT a FROM s LOG ERRORS ('tag') REJECT LIMIT UNLIMITED", "oracle"),
            ("INS INTO t (x) SEL a FROM s", "teradata"),
            ("INSERT WITH SCHEMA EVOLUTION INTO t (x) SELECT a FROM s", "databricks"),
            ("INSERT INTO t (x) SELECT a FROM s WITH UR", "db2"),
            ("UPSERT INTO t (x) SELECT a FROM s", None),
        ],
    )
    def test_forms(self, sql: str, dialect: str | None) -> None:
        """All of them fill the same column."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.x IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO t TABLE s", "postgres"),
            ("INSERT OVERWRITE t TABLE s", "databricks"),
            ("INSERT INTO t SELECT * FROM s", "trino"),
        ],
    )
    def test_whole_tables(self, sql: str, dialect: str) -> None:
        """By position, as far as the columns are known."""
        known = {"s": ["a", "b"], "t": ["x", "y"]}
        assert columns(sql, dialect, schema=known) == ["s.a -> t.x IDENTITY", "s.b -> t.y IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO t DEFAULT VALUES", "postgres"),
            ("INSERT INTO t () VALUES ()", "mysql"),
            ("INSERT t (1, 2)", "teradata"),
            ("REPLACE INTO t SET x = 1", "mysql"),
        ],
    )
    def test_without_a_source(self, sql: str, dialect: str) -> None:
        """The table is written."""
        assert tables(sql, dialect) == "-> t"
        assert columns(sql, dialect) == []

    def test_values_without_a_column_list(self) -> None:
        """Nothing tells the columns that they go into."""
        sql = "INSERT INTO t VALUES (1, (SELECT max(a) FROM s))"
        assert columns(sql) == []
        assert columns(sql, schema={"t": ["x", "y"]}) == ["s.a -> t.y AGGREGATION"]

    def test_returning_inside_a_cte(self) -> None:
        """The new rows are read from the table."""
        sql = """
            WITH i AS (INSERT INTO t (x) SELECT a FROM s WHERE b = 1 RETURNING id, x)
            INSERT INTO r (tid, tx) SELECT id, x FROM i"""
        assert tables(sql, "postgres") == "s, t -> t, r"
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "t.id -> r.tid IDENTITY", "t.x -> r.tx IDENTITY"]
        assert rows(sql, "postgres") == ["s.b -> t.* FILTER", "s.b -> r.* FILTER"]


class TestColumnList:
    """What a column list may hold beside plain names."""

    @pytest.mark.parametrize("listed", ["x, y[1]", "x, y.f", 'x, "y"[1][2]', "t.x, t.y", "x, y.f.g"])
    def test_parts_of_columns(self, listed: str) -> None:
        """Postgres: a field or an element belongs to its column."""
        sql = f"INSERT INTO d.t ({listed}) SELECT a, b FROM s"
        assert columns(sql, "postgres") == ["s.a -> d.t.x IDENTITY", "s.b -> d.t.y IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO d.t (t.x, t.y) SELECT a, b FROM s", "mysql"),
            ("INSERT INTO d.t (T.x, `t`.`y`) SELECT a, b FROM s ON DUPLICATE KEY UPDATE x = 1", "mysql"),
            ("INSERT /*+ PARALLEL(q, 4) */ INTO d.t q (q.x, q.y) SELECT q.a, b FROM s q", "oracle"),
            ("INSERT INTO d.t PARTITION (p) q (q.x, q.y) SELECT a, b FROM s", "oracle"),
            ("INSERT INTO d.t (t.x, t.y) SELECT a, b FROM s RETURNING t.x INTO :v", "oracle"),
            ("INSERT INTO d.t (t.[x], [t].y) SELECT a, b FROM s", "tsql"),
        ],
    )
    def test_names_behind_the_target_or_its_alias(self, sql: str, dialect: str) -> None:
        """The qualifier is no part of the name, and stays in the query."""
        assert columns(sql, dialect) == ["s.a -> d.t.x IDENTITY", "s.b -> d.t.y IDENTITY"]

    @pytest.mark.parametrize(
        ("listed", "expected"),
        [("* EXCEPT (b)", ["a", "c"]), ("* EXCEPT (a, b)", ["c"]), ("*", ["a", "b"])],
    )
    def test_all_columns_but_some(self, listed: str, expected: list[str]) -> None:
        """ClickHouse: what is left of the known columns is filled by position."""
        told = columns(f"INSERT INTO t ({listed}) SELECT x, y FROM s", "clickhouse", schema={"t": ["a", "b", "c"]})
        assert told == [f"s.{source} -> t.{target} IDENTITY" for source, target in zip("xy", expected, strict=False)]

    @pytest.mark.parametrize("dialect", ["duckdb", "starrocks"])
    def test_by_name(self, dialect: str) -> None:
        """The places of known columns do not matter then."""
        sql = "INSERT INTO t BY NAME SELECT x AS b, y AS a FROM s"
        assert columns(sql, dialect, schema={"t": ["a", "b"]}) == ["s.x -> t.b IDENTITY", "s.y -> t.a IDENTITY"]

    @pytest.mark.parametrize("dialect", ["mysql", "trino"])
    def test_beside_rows_that_are_called_so(self, dialect: str) -> None:
        """Each ROW of VALUES goes by position."""
        sql = "INSERT INTO t (x, y) VALUES ROW(1, 2), ROW(3, (SELECT max(a) FROM s))"
        assert columns(sql, dialect) == ["s.a -> t.y AGGREGATION"]

    def test_behind_an_alias(self) -> None:
        """The alias names what is there already."""
        sql = "INSERT INTO t AS d (x, y) SELECT a, b FROM s ON CONFLICT (x) DO UPDATE SET y = d.y"
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "s.b -> t.y IDENTITY", "t.y -> t.y IDENTITY"]


class TestPositionsAsNames:
    """Snowflake: $1 is what a column of a file is called, and no column of the target."""

    def test_without_a_list(self) -> None:
        """Where the columns of the target are not known, nothing tells which one it is."""
        sql = "INSERT INTO t SELECT $1, $2 AS b FROM @st"
        assert columns(sql, "snowflake") == ["@st.$2 -> t.b IDENTITY"]

    def test_by_position(self) -> None:
        """Known columns and lists tell it."""
        told = ["@st.$1 -> t.x IDENTITY", "@st.$2 -> t.y IDENTITY"]
        assert columns("INSERT INTO t (x, y) SELECT $1, $2 FROM @st", "snowflake") == told
        assert columns("INSERT INTO t SELECT $1, $2 FROM @st", "snowflake", schema={"t": ["x", "y"]}) == told
