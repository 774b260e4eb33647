"""What statements do to tables as a whole, and in which of the texts they stand."""

from __future__ import annotations

import pytest

from lineage_kit.sql import Change, TableName, analyze


def changes(sql: str, dialect: str = "postgres") -> list[tuple[str, ...]]:
    """Return kind and names of the changes."""
    return [
        (change.kind, *(str(name) for name in (change.table, change.other) if name is not None))
        for statement in analyze(sql, dialect).statements
        for change in statement.changes
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t (a int)", ("CREATE", "t")),
        ("CREATE VIEW v AS SELECT a FROM s", ("CREATE", "v")),
        ("SELECT a INTO t FROM s", ("CREATE", "t")),
        ("CREATE TABLE IF NOT EXISTS t AS SELECT a FROM s", ("CREATE_IF_MISSING", "t")),
        ("CREATE OR REPLACE VIEW v AS SELECT a FROM s", ("REPLACE", "v")),
        ("DROP TABLE t", ("DROP", "t")),
        ("TRUNCATE TABLE t", ("TRUNCATE", "t")),
        ("ALTER TABLE t ADD COLUMN b int", ("ALTER", "t")),
        ("ALTER TABLE t RENAME TO u", ("RENAME", "t", "u")),
        ("ALTER TABLE t SET SCHEMA mart", ("RENAME", "t", "mart.t")),
    ],
)
def test_one_statement(sql: str, expected: tuple[str, ...]) -> None:
    """One statement, one change."""
    assert changes(sql) == [expected]


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("snowflake", "CREATE OR REPLACE TABLE t AS SELECT a FROM s", [("REPLACE", "t")]),
        ("snowflake", "ALTER TABLE t SWAP WITH u", [("SWAP", "t", "u")]),
        ("spark", "INSERT OVERWRITE TABLE t SELECT a FROM s", [("OVERWRITE", "t")]),
        (
            "hive",
            "FROM s INSERT OVERWRITE TABLE t SELECT a INSERT OVERWRITE TABLE u SELECT b",
            [("OVERWRITE", "t"), ("OVERWRITE", "u")],
        ),
        ("mysql", "RENAME TABLE t TO u, n TO t", [("RENAME", "t", "u"), ("RENAME", "n", "t")]),
        ("mssql", "EXEC sp_rename 't', 'u'", [("RENAME", "t", "u")]),
    ],
)
def test_other_dialects(dialect: str, sql: str, expected: list[tuple[str, ...]]) -> None:
    """Other spellings of the same."""
    assert changes(sql, dialect) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "SELECT a FROM t",
        "CREATE INDEX i ON t (a)",
        "DROP SCHEMA s",
    ],
)
def test_statements_about_rows_and_other_things(sql: str) -> None:
    """They change no table as a whole."""
    assert changes(sql) == []


def test_names_are_those_of_the_moment() -> None:
    """The outputs have the last name of a table that the script makes; the changes tell how it got it."""
    script = analyze("CREATE TABLE n AS SELECT a FROM s; ALTER TABLE n RENAME TO t", "postgres").statements

    assert [statement.outputs for statement in script] == [(TableName(None, None, "t"),)] * 2
    assert [statement.changes for statement in script] == [
        (Change("CREATE", TableName(None, None, "n")),),
        (Change("RENAME", TableName(None, None, "n"), TableName(None, None, "t")),),
    ]


def test_temporary_tables_of_the_script() -> None:
    """Nobody else sees them, so that nothing is told of them."""
    assert (
        changes("CREATE TEMP TABLE x AS SELECT a FROM s; ALTER TABLE x ADD COLUMN b int; TRUNCATE x; DROP TABLE x")
        == []
    )
    assert changes("CREATE TABLE x (a int); TRUNCATE x; DROP TABLE x") == []


def test_text_that_a_statement_stands_in() -> None:
    """Statements tell which of the texts that were passed they are from; one may have none, or several."""
    statements = analyze(["SELECT 1; SELECT 2", "-- nothing", "SELECT 3"]).statements

    assert [(statement.text, statement.position) for statement in statements] == [(0, 0), (0, 10), (2, 0)]
