"""Queries of an extraction are not the task's: the OpenLineage provider must not send child events for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.standard.operators.python import PythonOperator

from lineage_kit import compat
from lineage_kit.extractors.reports import query_reports, unreported

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

pytestmark = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)


@pytest.fixture
def procedure(store: PostgresDatabase) -> str:
    """Give a statement that runs, and whose tables nobody can name."""
    store.execute("CREATE PROCEDURE fill() LANGUAGE sql AS 'INSERT INTO daily SELECT * FROM orders'")
    return "CALL fill()"


def test_provider_alone_takes_its_own_query_for_one_of_the_task(
    official: Extract,
    in_dag: Callable[[Any], Any],
    collect: Callable[..., None],
    manager: Any,
    procedure: str,
) -> None:
    """To tell the default schema it asks the database through the task's hook, which reports that."""
    collect()
    task = in_dag(SQLExecuteQueryOperator(task_id="t", conn_id="store", sql=procedure))
    task.execute({})

    official(task)

    assert manager.seen == [[procedure, "SELECT CURRENT_SCHEMA;"]]


def test_statement_that_is_not_understood(run: Extract, manager: Any, procedure: str) -> None:
    """The operator is asked too, and what that runs is taken back."""
    run(SQLExecuteQueryOperator(task_id="t", conn_id="store", sql=procedure))

    assert manager.seen == [[procedure]]


def test_python_code(run: Extract, manager: Any, store: PostgresDatabase) -> None:
    """The default schema is asked for, but not through the hook; each query is seen once."""
    sql = "INSERT INTO daily SELECT * FROM orders"

    found = run(PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").run(sql)))

    assert [each.name for each in found.outputs] == [f"{store.name}.public.daily"]
    assert manager.seen == [[sql]]


def test_query_that_the_task_itself_runs_is_kept(run: Extract, manager: Any, store: PostgresDatabase) -> None:
    """Only what the extraction adds is taken back."""
    assert store.name
    run(PythonOperator(task_id="t", python_callable=lambda: PostgresHook("store").get_first("SELECT CURRENT_SCHEMA")))

    assert manager.seen == [["SELECT CURRENT_SCHEMA"]]


@pytest.mark.usefixtures("store")
def test_reports_are_taken_back_after_an_error(collect: Callable[..., None]) -> None:
    """Whatever happens in the block, its queries are gone, and no others."""
    collect()
    hook = PostgresHook("store")
    hook.run("SELECT 1")

    with pytest.raises(Exception, match="nowhere"), unreported():
        hook.run(["SELECT 2", "SELECT id FROM nowhere"])

    assert [report.sql for report in query_reports()] == ["SELECT 1"]
