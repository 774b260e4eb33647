"""What became of tables: the net effect of a script, on the output datasets of the COMPLETE event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.sql.lifecycle import state_changes
from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]


def changes(sql: str, dialect: str = "postgres") -> dict[str, str]:
    """Return the change of each dataset that the statements name, with the previous name after an arrow."""
    found = state_changes(analyze(sql, dialect=dialect).statements, lambda table: DatasetName("db", str(table)))
    return {
        name.name: facet.lifecycleStateChange.value
        + (f" < {facet.previousIdentifier.name}" if facet.previousIdentifier else "")
        for name, facet in found.items()
    }


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t (a int)", {"t": "CREATE"}),
        ("CREATE TABLE t AS SELECT a FROM s", {"t": "CREATE"}),
        ("CREATE VIEW v AS SELECT a FROM s", {"v": "CREATE"}),
        ("SELECT a INTO t FROM s", {"t": "CREATE"}),
        ("CREATE TABLE IF NOT EXISTS t (a int)", {}),
        ("CREATE OR REPLACE VIEW v AS SELECT a FROM s", {"v": "OVERWRITE"}),
        ("DROP TABLE t", {"t": "DROP"}),
        ("DROP TABLE IF EXISTS t, u CASCADE", {"t": "DROP", "u": "DROP"}),
        ("TRUNCATE t", {"t": "TRUNCATE"}),
        ("ALTER TABLE t ADD COLUMN b int", {"t": "ALTER"}),
        ("ALTER TABLE t RENAME TO u", {"u": "RENAME < t"}),
        ("ALTER TABLE t SET SCHEMA mart", {"mart.t": "RENAME < t"}),
        ("INSERT INTO t SELECT a FROM s", {}),
        ("DELETE FROM t", {}),
        ("UPDATE t SET a = 1", {}),
    ],
)
def test_one_statement(sql: str, expected: dict[str, str]) -> None:
    """Statements about a table as a whole change its state; those about rows do not."""
    assert changes(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE t; CREATE TABLE t AS SELECT a FROM s", {"t": "OVERWRITE"}),
        ("DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a int)", {"t": "OVERWRITE"}),
        ("TRUNCATE t; INSERT INTO t SELECT a FROM s", {"t": "OVERWRITE"}),
        ("CREATE TABLE IF NOT EXISTS t (a int); TRUNCATE t; INSERT INTO t VALUES (1)", {"t": "OVERWRITE"}),
        ("INSERT INTO t SELECT a FROM s; TRUNCATE t", {"t": "TRUNCATE"}),
        ("CREATE TABLE t (a int); TRUNCATE t; ALTER TABLE t ADD COLUMN b int", {"t": "CREATE"}),
        ("ALTER TABLE t ADD COLUMN b int; TRUNCATE t", {"t": "TRUNCATE"}),
        ("TRUNCATE t; ALTER TABLE t ADD COLUMN b int", {"t": "TRUNCATE"}),
        ("CREATE TABLE t (a int); INSERT INTO t SELECT a FROM s; DROP TABLE t", {}),
        ("CREATE TEMPORARY TABLE x AS SELECT a FROM s; TRUNCATE x; DROP TABLE x", {}),
        ("CREATE TABLE n AS SELECT a FROM s; ALTER TABLE n RENAME TO t", {"t": "CREATE"}),
        ("CREATE TABLE n AS SELECT a FROM s; DROP TABLE t; ALTER TABLE n RENAME TO t", {"t": "OVERWRITE"}),
        (
            "CREATE TABLE n AS SELECT a FROM s; ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t; DROP TABLE o",
            {"t": "OVERWRITE"},
        ),
        ("ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t; DROP TABLE o", {"t": "RENAME < n"}),
        ("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO v", {"v": "RENAME < t"}),
        ("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t", {}),
    ],
)
def test_net_effect_of_a_script(sql: str, expected: dict[str, str]) -> None:
    """What counts is the difference between before and after, under the names that tables have in the end."""
    assert changes(sql) == expected


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("snowflake", "CREATE OR REPLACE TABLE t AS SELECT a FROM s", {"t": "OVERWRITE"}),
        ("snowflake", "ALTER TABLE t SWAP WITH u", {"t": "OVERWRITE", "u": "OVERWRITE"}),
        ("snowflake", "CREATE TABLE n AS SELECT a FROM s; ALTER TABLE t SWAP WITH n; DROP TABLE n", {"t": "OVERWRITE"}),
        ("spark", "INSERT OVERWRITE TABLE t SELECT a FROM s", {"t": "OVERWRITE"}),
        ("spark", "WITH q AS (SELECT a FROM s) INSERT OVERWRITE TABLE t SELECT a FROM q", {"t": "OVERWRITE"}),
        ("mysql", "RENAME TABLE t TO u, n TO t", {"u": "RENAME < t", "t": "RENAME < n"}),
        ("mssql", "EXEC sp_rename 't', 'u'", {"u": "RENAME < t"}),
    ],
)
def test_other_databases(dialect: str, sql: str, expected: dict[str, str]) -> None:
    """Other spellings of the same."""
    assert changes(sql, dialect) == expected


def test_tables_of_statements_that_are_not_understood() -> None:
    """What such a statement did is not known, so that nothing is said about its tables."""
    assert changes("TRUNCATE t; TRUNCATE u; INSERT INTO t SELECT ((( FROM s") == {"u": "TRUNCATE"}


def states(lineage: OperatorLineage) -> dict[str, Any]:
    """Return the facets of outputs, by name."""
    return {
        each.name: each.facets["lifecycleStateChange"]
        for each in lineage.outputs
        if "lifecycleStateChange" in each.facets
    }


@pytest.mark.parametrize(("event", "told"), [("START", False), ("COMPLETE", True), ("FAIL", False)])
def test_event(run: Extract, store: PostgresDatabase, event: str, told: bool) -> None:
    """The facet tells what has happened: not what will happen, and not what may have been rolled back."""
    sql = "DROP TABLE daily; ALTER TABLE mart.orders RENAME TO bookings"

    found = states(run(SQLExecuteQueryOperator(task_id="t", conn_id="store", sql=sql, split_statements=True), event))

    assert {name: facet.lifecycleStateChange.value for name, facet in found.items()} == (
        {f"{store.name}.public.daily": "DROP", f"{store.name}.mart.bookings": "RENAME"} if told else {}
    )
    if told:
        previous = found[f"{store.name}.mart.bookings"].previousIdentifier
        assert (previous.namespace, previous.name) == (
            f"postgres://{store.host}:{store.port}",
            f"{store.name}.mart.orders",
        )


@pytest.mark.usefixtures("warehouse")
def test_default_schema_and_written_schema_are_one_table(run: Extract) -> None:
    """Two spellings of one table do not hide what became of it."""
    sql = ["DELETE FROM orders", "DROP TABLE main.orders", "CREATE TABLE orders (id INTEGER)"]

    found = states(run(SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=sql)))

    assert {name: facet.lifecycleStateChange.value for name, facet in found.items()} == {"orders": "OVERWRITE"}
