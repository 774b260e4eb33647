"""The rows of a query to a table of another database: real operators and hooks over scripted connections."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.apache.hive.hooks.hive import HiveCliHook, HiveServer2Hook
from airflow.providers.apache.hive.transfers.hive_to_mysql import HiveToMySqlOperator
from airflow.providers.apache.hive.transfers.mssql_to_hive import MsSqlToHiveOperator
from airflow.providers.apache.hive.transfers.vertica_to_hive import VerticaToHiveOperator
from airflow.providers.microsoft.mssql.hooks.mssql import MsSqlHook
from airflow.providers.mysql.hooks.mysql import MySqlHook
from airflow.providers.mysql.transfers.presto_to_mysql import PrestoToMySqlOperator
from airflow.providers.mysql.transfers.trino_to_mysql import TrinoToMySqlOperator
from airflow.providers.oracle.hooks.oracle import OracleHook
from airflow.providers.oracle.transfers.oracle_to_oracle import OracleToOracleOperator
from airflow.providers.presto.hooks.presto import PrestoHook
from airflow.providers.teradata.hooks.teradata import TeradataHook
from airflow.providers.teradata.transfers.teradata_to_teradata import TeradataToTeradataOperator
from airflow.providers.trino.hooks.trino import TrinoHook
from airflow.providers.vertica.hooks.vertica import VerticaHook
from support.lineage_facts import columns, counted, names, row_count
from support.scripted_database import ScriptedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable

_CONNECTIONS = {
    "MYSQL": "mysql://me:secret@mysql.example:3307/mart",
    "PRESTO": "presto://me@presto.example:8080/shop?catalog=lake",
    "TRINO": "trino://me@trino.example:8080/shop?catalog=lake",
    "HIVE": "hiveserver2://me:secret@hive.example:10000/shop",
    "HIVE_CLI": "hive-cli://me:secret@hive.example:10000/mart?use_beeline=true",
    "MSSQL": "mssql://me:secret@mssql.example:1433/lake",
    "VERTICA": "vertica://me:secret@vertica.example:5433/lake",
    "ORACLE": "oracle://me:secret@oracle.example:1521/?service_name=lake",
    "TERADATA": "teradata://me:secret@teradata.example:1025/shop",
}
_HOOKS = (MySqlHook, PrestoHook, TrinoHook, HiveServer2Hook, MsSqlHook, VerticaHook, OracleHook, TeradataHook)
_QUERY = "SELECT customer, sum(amount) AS total FROM shop.orders GROUP BY customer"


class MySqlDatabase(ScriptedDatabase):
    """A connection of MySQL's driver, where autocommit is a matter of methods."""

    def autocommit(self, _on: bool) -> None:
        """Keep nothing."""

    def get_autocommit(self) -> bool:
        """Tell that there is none."""
        return False


@pytest.fixture(autouse=True)
def _databases(monkeypatch: pytest.MonkeyPatch) -> None:
    for conn_id, uri in _CONNECTIONS.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id}", uri)
    for hook in _HOOKS:
        made = MySqlDatabase if hook is MySqlHook else ScriptedDatabase
        database = made(["customer", "total"], [("Ada", 12.5), ("Bob", 5.0)])
        monkeypatch.setattr(hook, "get_conn", lambda _self, *_, _database=database, **__: _database)
    monkeypatch.setattr(HiveCliHook, "run_cli", lambda *_, **__: "")


@pytest.mark.parametrize("event", ["START", "COMPLETE"])
@pytest.mark.parametrize(
    ("operator", "source", "table"),
    [
        (PrestoToMySqlOperator, {"presto_conn_id": "presto"}, ("presto://presto.example:8080", "lake.shop.orders")),
        (TrinoToMySqlOperator, {"trino_conn_id": "trino"}, ("trino://trino.example:8080", "lake.shop.orders")),
        (HiveToMySqlOperator, {"hiveserver2_conn_id": "hive"}, ("hive://hive.example:10000", "shop.orders")),
    ],
)
@pytest.mark.usefixtures("collect")
def test_to_mysql(
    extract: Callable[..., Any], operator: Any, source: dict[str, str], table: tuple[str, str], event: str
) -> None:
    """Both sides are told before and after; rows once they are counted; no columns, as nobody says which they meet."""
    task = operator(
        task_id="t",
        sql=_QUERY,
        mysql_table="spent",
        mysql_conn_id="mysql",
        mysql_preoperator="DELETE FROM archive.old",
        **source,
    )

    if event == "COMPLETE":
        task.execute({})
    found = extract(task, event)

    assert names(found.inputs) == [table]
    assert names(found.outputs) == [
        ("mysql://mysql.example:3307", "archive.old"),
        ("mysql://mysql.example:3307", "mart.spent"),
    ]
    assert columns(found.outputs[1]) == {}
    assert row_count(found.outputs[1]) == (counted(2) if event == "COMPLETE" else None)
    assert "secret" not in repr(found)


def test_hive_reads_from_the_schema_default(extract: Callable[..., Any]) -> None:
    """The operator's hook goes there whatever the connection says."""
    task = HiveToMySqlOperator(
        task_id="t",
        sql="SELECT * FROM orders",
        mysql_table="spent",
        hiveserver2_conn_id="hive",
        mysql_conn_id="mysql",
    )

    assert names(extract(task).inputs) == [("hive://hive.example:10000", "default.orders")]


@pytest.mark.usefixtures("collect")
def test_oracle_to_oracle(extract: Callable[..., Any]) -> None:
    """The operator inserts into columns named like those of the query; Oracle keeps both in capitals."""
    task = OracleToOracleOperator(
        task_id="t",
        oracle_source_conn_id="oracle",
        oracle_destination_conn_id="oracle",
        source_sql=_QUERY,
        destination_table="mart.spent",
        rows_chunk=1,
    )

    task.execute({})
    found = extract(task)

    assert [(namespace, name.upper()) for namespace, name in names([*found.inputs, *found.outputs])] == [
        ("oracle://oracle.example:1521", "LAKE.SHOP.ORDERS"),
        ("oracle://oracle.example:1521", "LAKE.MART.SPENT"),
    ]
    assert set(columns(found.outputs[0])) == {"CUSTOMER", "TOTAL"}
    assert row_count(found.outputs[0]) == counted(2)


@pytest.mark.usefixtures("collect")
def test_teradata_to_teradata(extract: Callable[..., Any]) -> None:
    """The operator inserts into columns named like those of the query."""
    task = TeradataToTeradataOperator(
        task_id="t",
        source_teradata_conn_id="teradata",
        dest_teradata_conn_id="teradata",
        sql=_QUERY,
        destination_table="mart.spent",
    )

    task.execute({})
    found = extract(task)

    assert names([*found.inputs, *found.outputs]) == [
        ("teradata://teradata.example:1025", "shop.orders"),
        ("teradata://teradata.example:1025", "mart.spent"),
    ]
    assert columns(found.outputs[0]) == {
        "customer": [("shop.orders", "customer")],
        "total": [("shop.orders", "amount")],
    }
    assert row_count(found.outputs[0]) == counted(2)


@pytest.mark.parametrize("recreate", [True, False])
@pytest.mark.parametrize(
    ("operator", "source", "table"),
    [
        (MsSqlToHiveOperator, {"mssql_conn_id": "mssql"}, ("mssql://mssql.example:1433", "lake.shop.orders")),
        (VerticaToHiveOperator, {"vertica_conn_id": "vertica"}, ("vertica://vertica.example:5433", "lake.shop.orders")),
    ],
)
@pytest.mark.usefixtures("collect")
def test_to_hive(
    extract: Callable[..., Any], operator: Any, source: dict[str, str], table: tuple[str, str], *, recreate: bool
) -> None:
    """A table that is made anew has the columns of the query; one that was there has columns of its own."""
    task = operator(
        task_id="t", sql=_QUERY, hive_table="spent", hive_cli_conn_id="hive_cli", recreate=recreate, **source
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [table]
    assert names(found.outputs) == [("hive://hive.example:10000", "mart.spent")]
    assert set(columns(found.outputs[0])) == ({"customer", "total"} if recreate else set())
    assert row_count(found.outputs[0]) is None


class TestWithoutTheDriver:
    """Operators whose modules need `MySQLdb`, which is only imported here, never called."""

    @pytest.fixture(autouse=True)
    def _driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        driver = ModuleType("MySQLdb")
        kinds = (
            "BIT",
            "DECIMAL",
            "NEWDECIMAL",
            "DOUBLE",
            "FLOAT",
            "INT24",
            "LONG",
            "LONGLONG",
            "SHORT",
            "TINY",
            "YEAR",
        )
        names_of_types = {kind: number for number, kind in enumerate((*kinds, "TIMESTAMP"))}
        driver.constants = SimpleNamespace(FIELD_TYPE=SimpleNamespace(**names_of_types))  # type: ignore[attr-defined]
        driver.Error = driver.Warning = LookupError  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "MySQLdb", driver)

    @pytest.mark.parametrize("bulk_load", [False, True])
    @pytest.mark.usefixtures("collect")
    def test_vertica_to_mysql(self, extract: Callable[..., Any], *, bulk_load: bool) -> None:
        """Rows go into columns named like those of the query; with a bulk load no hook counts them."""
        from airflow.providers.mysql.transfers.vertica_to_mysql import VerticaToMySqlOperator

        task = VerticaToMySqlOperator(
            task_id="t",
            sql=_QUERY,
            mysql_table="spent",
            vertica_conn_id="vertica",
            mysql_conn_id="mysql",
            mysql_postoperator="INSERT INTO done SELECT count(*) FROM spent",
            bulk_load=bulk_load,
        )

        task.execute({})
        found = extract(task)

        assert names(found.inputs) == [
            ("vertica://vertica.example:5433", "lake.shop.orders"),
            ("mysql://mysql.example:3307", "mart.spent"),
        ]
        spent = next(dataset for dataset in found.outputs if dataset.name == "mart.spent")
        assert set(columns(spent)) == {"customer", "total"}
        assert row_count(spent) == (None if bulk_load else counted(2))

    @pytest.mark.usefixtures("collect")
    def test_mysql_to_hive(self, extract: Callable[..., Any]) -> None:
        """A table that is made anew has the columns of the query."""
        from airflow.providers.apache.hive.transfers.mysql_to_hive import MySqlToHiveOperator

        task = MySqlToHiveOperator(
            task_id="t",
            sql="SELECT customer FROM orders",
            hive_table="dw.spent",
            recreate=True,
            mysql_conn_id="mysql",
            hive_cli_conn_id="hive_cli",
        )

        task.execute({})
        found = extract(task)

        assert names(found.inputs) == [("mysql://mysql.example:3307", "mart.orders")]
        assert names(found.outputs) == [("hive://hive.example:10000", "dw.spent")]
        assert columns(found.outputs[0]) == {"customer": [("mart.orders", "customer")]}
