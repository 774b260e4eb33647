"""Checks of Snowflake: real operators and hooks, DuckDB behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLTableCheckOperator
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.providers.snowflake.operators.snowflake import (
    SnowflakeCheckOperator,
    SnowflakeIntervalCheckOperator,
    SnowflakeValueCheckOperator,
)
from airflow.providers.snowflake.utils import openlineage
from support.check_results import assertions, measured, run_level, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]


class Connection:
    """A connection whose cursors tell the id of their query, as those of Snowflake's driver do."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    def cursor(self) -> Any:
        """Return a cursor."""
        return Cursor(self._cloud.cursor())


class Cursor:
    """A cursor that tells the id of its query."""

    sfqid = "01b2-0000"

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


ORDERS = ("snowflake://account.eu-west-1.aws", "PROJECT.SHOP.ORDERS")


@pytest.fixture(autouse=True)
def _warehouse(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {
        "conn_type": "snowflake",
        "login": "user",
        "password": "hunter2",
        "schema": "SHOP",
        "extra": {"account": "account", "region": "eu-west-1", "database": "PROJECT"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(connection))
    monkeypatch.setattr(SnowflakeHook, "get_conn", lambda _: Connection(cloud))
    # The hook makes it with snowflake-sqlalchemy, which some releases of SQLAlchemy break.
    monkeypatch.setattr(SnowflakeHook, "get_uri", lambda _: "snowflake://user@account.eu-west-1/PROJECT/SHOP")
    # Events for single queries are sent by the way; they are not what is tested.
    monkeypatch.setattr(openlineage, "emit_openlineage_events_for_snowflake_queries", lambda **_: None)


def _identity(dataset: Any) -> tuple[str, str]:
    return dataset.namespace, dataset.name


@pytest.mark.parametrize(
    ("make", "success"),
    [
        (lambda: SnowflakeCheckOperator(task_id="t", sql="SELECT COUNT(*) FROM orders"), True),
        (lambda: SnowflakeCheckOperator(task_id="t", sql="SELECT COUNT(*) - 3 FROM orders"), False),
        (lambda: SnowflakeValueCheckOperator(task_id="t", sql="SELECT MAX(id) FROM orders", pass_value=3), True),
        (lambda: SnowflakeValueCheckOperator(task_id="t", sql="SELECT MAX(id) FROM orders", pass_value=4), False),
    ],
)
def test_queries(run: Extract, make: Callable[[], Any], success: bool) -> None:
    """The result is an assertion on the one table that the query reads."""
    found = run(make())

    (orders,) = found.inputs
    assert _identity(orders) == ORDERS
    assert [each.success for each in assertions(orders)] == [success]
    assert run_level(found) == []


def test_intervals(run: Extract) -> None:
    """Each metric is an assertion on the table."""
    task = SnowflakeIntervalCheckOperator(
        task_id="t", table="orders", metrics_thresholds={"COUNT(*)": 1.5, "MIN(id)": 9}, date_filter_column="day"
    )
    task.sql1, task.sql2 = (
        f"SELECT COUNT(*), MIN(id) FROM orders WHERE day='{day}'" for day in ("2026-01-31", "2026-01-24")
    )

    (orders,) = run(task).inputs

    assert _identity(orders) == ORDERS
    assert verdicts(orders) == {"interval_COUNT(*)": False, "interval_MIN(id)": True}


def test_columns_and_tables(run: Extract) -> None:
    """The operators of common-sql on a connection to Snowflake, which the provider has no variants of any more."""
    columns = SQLColumnCheckOperator(
        task_id="t",
        conn_id="snowflake_default",
        table="orders",
        column_mapping={"amount": {"null_check": {"equal_to": 0}, "max": {"leq_to": 11}}},
    )
    table = SQLTableCheckOperator(
        task_id="t",
        conn_id="snowflake_default",
        table="orders",
        checks={"enough": {"check_statement": "COUNT(*) > 2"}},
    )

    (by_column,), (by_table,) = run(columns).inputs, run(table).inputs

    assert _identity(by_column) == _identity(by_table) == ORDERS
    assert verdicts(by_column) == {"amount.null_check": False, "amount.max": True}
    assert measured(by_column) == {"amount.nullCount": 1, "amount.max": 10.5}
    assert verdicts(by_table) == {"enough": True}
