"""Statements that change rows: INSERT, UPDATE, DELETE, MERGE."""

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


class TestUpdate:
    """UPDATE with FROM, joins, subqueries; the target is an output and no input."""

    def test_literals_only(self) -> None:
        """Nothing is read."""
        assert tables("UPDATE t SET x = 1 WHERE id = 2") == "-> t"

    def test_from(self) -> None:
        """Postgres: FROM names what is joined to the target."""
        sql = "UPDATE t SET x = s.y FROM s WHERE t.id = s.id"
        assert tables(sql, "postgres") == "s -> t"
        assert columns(sql, "postgres") == ["s.y -> t.x IDENTITY"]
        assert rows(sql, "postgres") == ["s.id -> t.* FILTER"]

    def test_target_by_alias(self) -> None:
        """SQL Server: the target is the alias of an item of FROM."""
        sql = "UPDATE d SET x = s.x FROM dbo.t d JOIN dbo.s s ON d.id = s.id"
        assert tables(sql, "tsql") == "dbo.s -> dbo.t"
        assert columns(sql, "tsql") == ["dbo.s.x -> dbo.t.x IDENTITY"]

    def test_target_repeated_in_from(self) -> None:
        """SQL Server: the same name in FROM is the target itself."""
        assert tables("UPDATE t SET x = s.x FROM t JOIN s ON t.id = s.id", "tsql") == "s -> t"

    def test_target_read_a_second_time(self) -> None:
        """A self join reads the target too."""
        assert tables("UPDATE t SET x = o.x FROM t o WHERE o.id = t.parent", "postgres") == "t -> t"

    def test_joined_update(self) -> None:
        """MySQL: the qualifier of the assigned column says which table is written."""
        sql = "UPDATE a JOIN b ON a.i = b.i SET {}"
        assert tables(sql.format("a.x = b.x"), "mysql") == "b -> a"
        assert tables(sql.format("b.x = a.x"), "mysql") == "a -> b"
        assert columns(sql.format("b.x = a.x"), "mysql") == ["a.x -> b.x IDENTITY"]

    def test_own_columns_feed_too(self) -> None:
        """What was in the row before is a source."""
        assert columns("UPDATE t SET n = n + 1") == ["t.n -> t.n TRANSFORMATION"]

    def test_row_from_a_subquery(self) -> None:
        """SET (a, b) = (SELECT ...) goes by position."""
        assert columns("UPDATE t SET (x, y) = (SELECT a, b FROM s)", "postgres") == [
            "s.a -> t.x IDENTITY",
            "s.b -> t.y IDENTITY",
        ]

    def test_subquery_in_where(self) -> None:
        """It reads, be it the target itself."""
        assert tables("UPDATE t SET x = 1 WHERE id IN (SELECT id FROM s)") == "s -> t"
        assert tables("UPDATE t SET x = 1 WHERE id IN (SELECT max(id) FROM t)") == "t -> t"

    def test_cte(self) -> None:
        """WITH before UPDATE."""
        sql = "WITH c AS (SELECT id, x FROM s) UPDATE t SET x = c.x FROM c WHERE c.id = t.id"
        assert tables(sql, "postgres") == "s -> t"


class TestDelete:
    """DELETE: the target is an output; other tables decide which rows go."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("DELETE FROM t USING s WHERE t.id = s.id", "postgres"),
            ("DELETE FROM t WHERE id IN (SELECT id FROM s)", "postgres"),
            ("DELETE t FROM t JOIN s ON t.id = s.id", "mysql"),
            ("DELETE d FROM t d JOIN s ON d.id = s.id", "tsql"),
            ("DELETE FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.id = t.id)", "snowflake"),
            ("WITH c AS (SELECT id FROM s) DELETE FROM t WHERE id IN (SELECT id FROM c)", "postgres"),
        ],
    )
    def test_forms(self, sql: str, dialect: str | None) -> None:
        """Each dialect's way to delete by another table."""
        assert tables(sql, dialect) == "s -> t"

    def test_plain(self) -> None:
        """The target's own columns are no lineage of it."""
        assert tables("DELETE FROM t WHERE x < 5") == "-> t"
        assert rows("DELETE FROM t WHERE x < 5") == []

    def test_several_targets(self) -> None:
        """MySQL deletes from several tables of one join."""
        sql = "DELETE a, b FROM a JOIN b ON a.i = b.i JOIN s ON s.i = a.i"
        assert tables(sql, "mysql") == "s -> a, b"

    def test_through_a_cte(self) -> None:
        """SQL Server deletes through a common table expression, as in removing duplicates."""
        sql = """
            WITH d AS (SELECT *, row_number() OVER (PARTITION BY a ORDER BY b) AS n FROM t)
            DELETE FROM d WHERE n > 1"""
        assert tables(sql, "tsql") == "-> t"


class TestMerge:
    """MERGE: every WHEN clause."""

    SQL = """
        MERGE INTO t USING {} s ON t.id = s.id
        WHEN MATCHED AND s.gone THEN DELETE
        WHEN MATCHED THEN UPDATE SET x = s.x, n = t.n + 1
        WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, upper(s.x))"""

    def test_tables(self) -> None:
        """The target is an output only."""
        assert tables(self.SQL.format("src"), "snowflake") == "src -> t"

    def test_columns_of_every_clause(self) -> None:
        """Assignments and inserted values."""
        assert columns(self.SQL.format("src"), "snowflake") == [
            "src.x -> t.x IDENTITY",
            "t.n -> t.n TRANSFORMATION",
            "src.id -> t.id IDENTITY",
            "src.x -> t.x TRANSFORMATION",
        ]

    def test_source_may_be_a_query(self) -> None:
        """Columns go through it to the tables behind."""
        entries = columns(self.SQL.format("(SELECT k AS id, a + b AS x, FALSE AS gone FROM src)"), "snowflake")
        assert entries[:2] == ["src.a -> t.x TRANSFORMATION", "src.b -> t.x TRANSFORMATION"]

    def test_conditions(self) -> None:
        """ON joins, AND filters; the target's own columns do not count."""
        assert rows(self.SQL.format("src"), "snowflake") == ["src.id -> t.* JOIN", "src.gone -> t.* FILTER"]

    def test_star_goes_by_name(self) -> None:
        """UPDATE SET * and INSERT * of Databricks, where the source's columns are known."""
        sql = """
            MERGE INTO t USING s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
        known = {"s": ["id", "x"]}
        assert columns(sql, "databricks", schema=known) == ["s.id -> t.id IDENTITY", "s.x -> t.x IDENTITY"]
