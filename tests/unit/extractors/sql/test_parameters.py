"""SQL with placeholders, run by the real drivers: names are those of the database, values do not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.python import PythonOperator

from lineage_kit import compat
from lineage_kit.facets import incomplete

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

_SQL = (
    'INSERT INTO MART.Orders (id, customer) SELECT o.id, {} FROM orders o JOIN "Mixed" m ON m.id = o.id WHERE o.id > {}'
)

needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


@pytest.fixture(
    params=[
        (_SQL.format("%s", "%s"), ("hush", 1)),
        (_SQL.format("%(who)s", "%(least)s"), {"who": "hush", "least": 1}),
        (_SQL.format("'50%%'", "%s"), (1,)),
    ],
    ids=["format", "pyformat", "literal percent sign"],
)
def on_postgres(request: pytest.FixtureRequest) -> tuple[str, Any]:
    """Give SQL with parameters in the styles of PostgreSQL's drivers."""
    return request.param


@pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
def test_operator_on_postgres(run: Extract, store: PostgresDatabase, on_postgres: tuple[str, Any], event: str) -> None:
    """Two tables of one name in two schemas stay two; quoted and folded names come as the database keeps them."""
    sql, parameters = on_postgres

    found = run(SQLExecuteQueryOperator(task_id="t", conn_id="store", sql=sql, parameters=parameters), event)

    assert names(found.inputs) == [f"{store.name}.public.orders", f"{store.name}.public.Mixed"]
    assert names(found.outputs) == [f"{store.name}.mart.orders"]
    assert incomplete.KEY not in found.run_facets
    assert "hush" not in str((found.inputs, found.outputs, found.run_facets, found.job_facets))


@needs_sql_reports
def test_hook_on_postgres(run: Extract, store: PostgresDatabase, on_postgres: tuple[str, Any]) -> None:
    """The same holds for SQL that Python code runs."""
    sql, parameters = on_postgres

    found = run(
        PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").run(sql, parameters=parameters))
    )

    assert names(found.inputs) == [f"{store.name}.public.orders", f"{store.name}.public.Mixed"]
    assert names(found.outputs) == [f"{store.name}.mart.orders"]
    assert "hush" not in str((found.inputs, found.outputs, found.run_facets, found.job_facets))


@pytest.fixture(
    params=[
        ("INSERT INTO Copy SELECT id, ? FROM orders WHERE id > ?", ("hush", 1)),
        ("INSERT INTO Copy SELECT id, ?2 FROM orders WHERE id > ?1", {"1": 1, "2": "hush"}),
        ("INSERT INTO Copy SELECT id, :who FROM orders WHERE id > :least", {"who": "hush", "least": 1}),
        ("INSERT INTO Copy SELECT id, @who FROM orders WHERE id > $least", {"who": "hush", "least": 1}),
    ],
    ids=["qmark", "numbered", "named", "other signs"],
)
def on_sqlite(request: pytest.FixtureRequest, warehouse: Path) -> tuple[str, Any]:
    """Give SQL with parameters in the styles of SQLite."""
    SqliteHook("warehouse").run("CREATE TABLE copy (id INTEGER, customer TEXT)")
    assert warehouse.exists()
    return request.param


@pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
def test_operator_on_sqlite(run: Extract, on_sqlite: tuple[str, Any], event: str) -> None:
    """Names come as the file keeps them."""
    sql, parameters = on_sqlite

    found = run(SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=sql, parameters=parameters), event)

    assert (names(found.inputs), names(found.outputs)) == (["orders"], ["copy"])
    assert [each.field for each in found.outputs[0].facets["columnLineage"].fields["id"].inputFields] == ["id"]
    assert incomplete.KEY not in found.run_facets


@needs_sql_reports
def test_hook_on_sqlite(run: Extract, on_sqlite: tuple[str, Any]) -> None:
    """The same holds for SQL that Python code runs."""
    sql, parameters = on_sqlite

    found = run(
        PythonOperator(task_id="t", python_callable=lambda: SqliteHook("warehouse").run(sql, parameters=parameters))
    )

    assert (names(found.inputs), names(found.outputs)) == (["orders"], ["copy"])
