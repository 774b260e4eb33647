"""Rows that SQL wrote, as drivers counted them and hooks reported them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.python import PythonOperator

from lineage_kit import compat
from lineage_kit.extractors import reports
from lineage_kit.extractors.sql import lineage
from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

pytestmark = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


def rows(lineage: OperatorLineage) -> dict[str, int]:
    """Return the row counts of outputs, by the last part of their names."""
    facets = {each.name.rpartition(".")[2]: getattr(each, "outputFacets", None) or {} for each in lineage.outputs}
    return {name: facet["outputStatistics"].rowCount for name, facet in facets.items() if "outputStatistics" in facet}


def on_postgres(sql: Any, **options: Any) -> SQLExecuteQueryOperator:
    """Return an operator on the connection `store`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="store", sql=sql, **options)


def on_sqlite(sql: Any, **options: Any) -> SQLExecuteQueryOperator:
    """Return an operator on the connection `warehouse`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=sql, **options)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO daily SELECT * FROM orders WHERE id > 1", {"daily": 2}),
        ("CREATE TABLE copy AS SELECT * FROM orders", {"copy": 3}),
        ("SELECT * INTO copy FROM orders", {"copy": 3}),
        ("UPDATE orders SET customer = 'x' WHERE id = 1", {"orders": 1}),
        ("MERGE INTO daily d USING orders o ON d.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (o.id)", {"daily": 3}),
        ("INSERT INTO daily SELECT * FROM orders RETURNING id", {"daily": 3}),
        ("INSERT INTO daily SELECT * FROM orders WHERE false", {"daily": 0}),
        ("INSERT INTO daily SELECT * FROM orders; INSERT INTO daily SELECT * FROM orders WHERE id = 1", {"daily": 4}),
        (["INSERT INTO daily VALUES (1)", "INSERT INTO daily VALUES (1)"], {"daily": 2}),
        ("DELETE FROM daily; INSERT INTO daily SELECT * FROM orders", {"daily": 3}),
        ("BEGIN; INSERT INTO daily VALUES (1); COMMIT", {"daily": 1}),
    ],
)
def test_rows_written(run: Extract, sql: Any, expected: dict[str, int]) -> None:
    """What the driver counted for statements that write rows is on their tables, added up."""
    assert rows(run(on_postgres(sql, split_statements=isinstance(sql, str)))) == expected


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders",
        "DELETE FROM orders",
        "TRUNCATE orders",
        "CREATE TABLE empty (id int)",
        "CREATE VIEW v AS SELECT * FROM orders",
        "MERGE INTO daily d USING orders o ON d.id = o.id WHEN MATCHED AND o.id > 9 THEN DELETE",
        "WITH gone AS (DELETE FROM orders RETURNING *) INSERT INTO daily SELECT * FROM gone",
        "BEGIN; INSERT INTO daily VALUES (1); ROLLBACK",
        "ALTER TABLE orders ADD PRIMARY KEY (id); INSERT INTO orders VALUES (1, 'Ann') ON CONFLICT DO NOTHING",
    ],
)
def test_counts_of_anything_else_are_not_told(run: Extract, sql: str) -> None:
    """Rows read, deleted or rolled back are not rows written, and one count for two tables is nobody's.

    With DO NOTHING a hook that inserts rows counts those, too, that were there.
    """
    assert rows(run(on_postgres(sql, split_statements=True))) == {}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO daily VALUES (1); INSERT INTO daily VALUES (2)",
        "INSERT INTO daily VALUES (1); SELECT * FROM orders",
    ],
)
def test_one_count_for_several_statements_is_not_told(run: Extract, sql: str) -> None:
    """Of a text that was sent as a whole it is not known which statement the driver counted."""
    assert rows(run(on_postgres(sql, split_statements=False))) == {}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("event", "expected"), [("START", {}), ("COMPLETE", {"daily": 3}), ("FAIL", {})])
def test_rows_are_told_once_they_are_there_for_sure(run: Extract, event: str, expected: dict[str, int]) -> None:
    """Where the task fails in the end, its transaction may have been rolled back."""
    assert rows(run(on_postgres("INSERT INTO daily SELECT * FROM orders"), event)) == expected


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO orders VALUES (1, 'Ann', 2.5), (2, 'Bob', 3.5)", {"orders": 2}),
        ("CREATE TABLE copy AS SELECT * FROM orders", {}),
        (["CREATE TABLE copy AS SELECT * FROM orders", "INSERT INTO copy VALUES (1, 'Ann', 2.5)"], {}),
        ("INSERT INTO orders VALUES (1, 'Ann', 2.5) RETURNING id", {}),
    ],
)
def test_rows_written_in_sqlite(run: Extract, sql: Any, expected: dict[str, int]) -> None:
    """Its driver counts no rows of a new table, and those of RETURNING too late: then the table has no count."""
    assert rows(run(on_sqlite(sql))) == expected


@pytest.mark.usefixtures("warehouse")
def test_limit_of_the_collector(run: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Airflow may have dropped reports, the sum of those it kept is not told."""
    monkeypatch.setattr(compat, "max_collected_extra", lambda: 1)

    assert rows(run(on_sqlite("INSERT INTO orders VALUES (1, 'Ann', 2.5)"))) == {}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("sql", "event", "expected"),
    [
        ("INSERT INTO daily SELECT * FROM orders WHERE id > 1", "COMPLETE", {"daily": 2}),
        ("/* daily */ UPDATE orders SET customer = 'x'", "COMPLETE", {"orders": 3}),
        ("INSERT INTO daily SELECT * FROM orders", "FAIL", {}),
        ("INSERT INTO daily SELECT * FROM orders", "START", {}),
        ("INSERT INTO daily SELECT * FROM orders ON CONFLICT DO NOTHING", "COMPLETE", {}),
        ("DELETE FROM orders", "COMPLETE", {}),
        ("CREATE TABLE copy AS SELECT * FROM orders", "COMPLETE", {}),
        ("INSERT INTO daily SELECT * FROM orders; DELETE FROM orders", "COMPLETE", {}),
        (["INSERT INTO daily SELECT * FROM orders", "INSERT INTO daily SELECT * FROM orders"], "COMPLETE", {}),
    ],
)
def test_rows_of_sql_that_is_not_understood(
    run: Extract, monkeypatch: pytest.MonkeyPatch, sql: Any, event: str, expected: dict[str, int]
) -> None:
    """The provider's parser names the table; one statement, one count and one table belong together."""
    refused = " FETCH FETCH ((("
    monkeypatch.setattr(
        lineage,
        "analyze",
        lambda text, **known: analyze(
            text + refused if isinstance(text, str) else [each + refused for each in text], **known
        ),
    )

    found = run(on_postgres(sql), event)

    assert "sqlNotUnderstood" in {each.cause for each in found.run_facets["lineageKit_incomplete"].omissions}
    assert rows(found) == expected


@pytest.mark.usefixtures("store", "warehouse")
def test_rows_of_python_code(run: Extract) -> None:
    """Hooks that Python code uses tell theirs; several hooks of one connection add up, as do equal statements."""

    def load() -> None:
        PostgresHook("store").insert_rows("mart.orders", [(1, "Ann"), (2, "Bob")], ["id", "customer"])
        for _ in range(2):
            PostgresHook("store").run("INSERT INTO mart.orders SELECT * FROM public.orders")
        hook = SqliteHook("warehouse")
        for _ in range(3):
            hook.run("INSERT INTO orders VALUES (?, ?, ?)", parameters=(1, "Ann", 2.5))

    lineage = run(PythonOperator(task_id="t", python_callable=load))

    found = {
        each.name.partition(".")[2] or each.name: each.outputFacets["outputStatistics"] for each in lineage.outputs
    }
    assert {name: facet.rowCount for name, facet in found.items()} == {"mart.orders": 8, "orders": 3}


def test_routine_may_write_to_any_table(run: Extract, store: PostgresDatabase) -> None:
    """What one wrote is in no count, so that the others are not all rows either."""
    store.execute("CREATE PROCEDURE fill() LANGUAGE sql AS 'INSERT INTO daily SELECT * FROM orders'")

    def load() -> None:
        PostgresHook("store").run(["INSERT INTO daily SELECT * FROM orders", "CALL fill()"])

    lineage = run(PythonOperator(task_id="t", python_callable=load))

    assert [each.name for each in lineage.outputs] == [f"{store.name}.public.daily"]
    assert rows(lineage) == {}


def test_report_does_not_show_its_parameters() -> None:
    """What was bound to placeholders may be secret, and a report may be logged."""
    assert "hush" not in repr(reports.QueryReport(hook=None, sql="SELECT ?", parameters=("hush",)))
