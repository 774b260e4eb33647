"""Statements that define tables and views, and those that only change their life cycle."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import analyze


def kinds(sql: str, dialect: str | None = None) -> list[str]:
    """Return the kinds of the statements."""
    return [statement.kind for statement in analyze(sql, dialect).statements]


class TestCreateFromQuery:
    """CREATE TABLE AS, CREATE VIEW, SELECT INTO."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("CREATE TABLE t AS SELECT a FROM s", "postgres", "CREATE_TABLE_AS"),
            ("CREATE OR REPLACE TABLE t AS SELECT a FROM s", "snowflake", "CREATE_TABLE_AS"),
            ("CREATE TABLE t USING delta AS SELECT a FROM s", "databricks", "CREATE_TABLE_AS"),
            ("CREATE TABLE t WITH (format = 'PARQUET') AS SELECT a FROM s", "athena", "CREATE_TABLE_AS"),
            ("CREATE TABLE t DISTKEY(a) AS SELECT a FROM s", "redshift", "CREATE_TABLE_AS"),
            ("SELECT a INTO t FROM s", "tsql", "CREATE_TABLE_AS"),
            ("CREATE VIEW t AS SELECT a FROM s", "postgres", "CREATE_VIEW"),
            ("CREATE OR REPLACE VIEW t AS WITH c AS (SELECT a FROM s) SELECT a FROM c", "postgres", "CREATE_VIEW"),
            ("CREATE MATERIALIZED VIEW t AS SELECT a FROM s", "postgres", "CREATE_VIEW"),
        ],
    )
    def test_forms(self, sql: str, dialect: str | None, kind: str) -> None:
        """All of them write a table whose columns are those of the query."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]
        assert kinds(sql, dialect) == [kind]

    def test_column_list_of_a_view(self) -> None:
        """The list renames by position."""
        assert columns("CREATE VIEW v (x, y) AS SELECT a, b FROM s") == [
            "s.a -> v.x IDENTITY",
            "s.b -> v.y IDENTITY",
        ]

    def test_an_expression_without_a_name(self) -> None:
        """It is called by its position; a cast keeps the name of its column."""
        assert columns("CREATE TABLE t AS SELECT CAST(a AS INT), b + 1 FROM s") == [
            "s.a -> t.a TRANSFORMATION",
            "s.b -> t._col_1 TRANSFORMATION",
        ]

    def test_target_of_a_materialized_view(self) -> None:
        """In ClickHouse the view is a rule that fills another table."""
        assert tables("CREATE MATERIALIZED VIEW v TO t AS SELECT a FROM s", "clickhouse") == "s -> t"

    def test_clone(self) -> None:
        """A clone has the data of its origin."""
        sql = "CREATE TABLE t CLONE s"
        assert tables(sql, "snowflake") == "s -> t"
        assert columns(sql, "snowflake", schema={"s": ["a"]}) == ["s.a -> t.a IDENTITY"]


class TestWithoutData:
    """Statements in whose table no data flows: the table is an output, the kind tells what happens to it."""

    @pytest.mark.parametrize(
        ("sql", "kind"),
        [
            ("CREATE TABLE t (a INT, b TEXT)", "CREATE_TABLE"),
            ("DROP TABLE IF EXISTS t", "DROP"),
            ("DROP VIEW t", "DROP"),
            ("TRUNCATE TABLE t", "TRUNCATE"),
            ("ALTER TABLE t ADD COLUMN c INT", "ALTER"),
            ("DELETE FROM t", "DELETE"),
        ],
    )
    def test_life_cycle(self, sql: str, kind: str) -> None:
        """Nothing is read and no column is fed."""
        assert tables(sql, "postgres") == "-> t"
        assert columns(sql, "postgres") == []
        assert kinds(sql, "postgres") == [kind]

    def test_rename_hands_the_data_over(self) -> None:
        """What was in one table is in the other."""
        assert tables("ALTER TABLE a RENAME TO b", "postgres") == "a -> b"

    def test_swap_changes_both(self) -> None:
        """Each gets the other's data."""
        assert tables("ALTER TABLE a SWAP WITH b", "snowflake") == "a, b -> b, a"

    def test_like_reads_the_structure(self) -> None:
        """The origin is an input without columns."""
        assert tables("CREATE TABLE t (LIKE s)", "postgres") == "s -> t"

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("BEGIN", "postgres", "BEGIN"),
            ("START TRANSACTION", "mysql", "START"),
            ("COMMIT", "postgres", "COMMIT"),
            ("ROLLBACK", None, "ROLLBACK"),
            ("SET statement_timeout = 0", "postgres", "SET"),
            ("PRAGMA foreign_keys = ON", "sqlite", "PRAGMA"),
            ("ATTACH DATABASE '/x/lake.db' AS lake", "sqlite", "ATTACH"),
            ("DETACH DATABASE lake", "sqlite", "DETACH"),
            ("USE staging", "mysql", "USE"),
            ("GRANT SELECT ON t TO someone", "redshift", "GRANT"),
            ("REVOKE SELECT ON t FROM someone", "redshift", "REVOKE"),
            ("ANALYZE t", "postgres", "ANALYZE"),
            ("VACUUM FULL t", "redshift", "VACUUM"),
            ("COMMENT ON TABLE t IS 'x'", "postgres", "COMMENT"),
            ("CREATE SCHEMA x", "postgres", "CREATE_SCHEMA"),
            ("CREATE INDEX i ON t (a)", "postgres", "CREATE_INDEX"),
            ("DROP SCHEMA x", "postgres", "DROP"),
            ("EXPLAIN SELECT a FROM s", "postgres", "EXPLAIN"),
        ],
    )
    def test_statements_without_datasets(self, sql: str, dialect: str | None, kind: str) -> None:
        """They are understood, and are no problem."""
        assert tables(sql, dialect) == "->"
        assert kinds(sql, dialect) == [kind]
