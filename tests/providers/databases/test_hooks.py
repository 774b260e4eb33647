"""The hooks that do not describe their databases: real classes on connections, without a network."""

from __future__ import annotations

import importlib
import json
import sys
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.sql.source import Source, find_source
from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

PROVIDERS = "airflow.providers"

#: Hook, its arguments, its connection beside host and credentials, and the dataset of `t`.
HOOKS = [
    ("teradata.hooks.teradata:TeradataHook", {}, {"schema": "mart"}, "teradata://db:1025 mart.t"),
    ("vertica.hooks.vertica:VerticaHook", {}, {"schema": "dwh"}, "vertica://db:5433 dwh.public.t"),
    ("exasol.hooks.exasol:ExasolHook", {}, {"schema": "mart"}, "exasol://db:8563 MART.T"),
    ("exasol.hooks.exasol:ExasolHook", {"schema": "stage"}, {"schema": "mart"}, "exasol://db:8563 STAGE.T"),
    ("presto.hooks.presto:PrestoHook", {}, {"schema": "mart"}, "presto://db:8080 hive.mart.t"),
    ("apache.hive.hooks.hive:HiveServer2Hook", {}, {}, "hive://db:10000 default.t"),
    (
        "apache.hive.hooks.hive:HiveCliHook",
        {},
        {"schema": "mart", "extra": {"use_beeline": True}},
        "hive://db:10000 mart.t",
    ),
    ("apache.impala.hooks.impala:ImpalaHook", {}, {"port": 21051}, "impala://db:21051 default.t"),
    ("apache.drill.hooks.drill:DrillHook", {}, {"extra": {"storage_plugin": "hive"}}, "drill://db:8047 hive.T"),
    (
        "apache.druid.hooks.druid:DruidDbApiHook",
        {},
        {"extra": {"endpoint": "/druid/v2/sql"}},
        "druid://db:8082 druid.T",
    ),
    ("apache.pinot.hooks.pinot:PinotDbApiHook", {}, {"port": 8000}, "pinot://db:8000 default.T"),
    (
        "odbc.hooks.odbc:OdbcHook",
        {"driver": "Vertica", "database": "dwh"},
        {"schema": "other"},
        "vertica://db:5433 dwh.public.T",
    ),
    ("clickhousedb.hooks.clickhouse:ClickHouseHook", {"database": "mart"}, {}, "clickhouse://db:8123 mart.T"),
    ("ibm.db2.hooks.db2:Db2Hook", {}, {"schema": "sample"}, "db2://db:50000 sample.AIRFLOW.T"),
    ("oracle.hooks.oracle:OracleHook", {}, {"extra": {"service_name": "dwh"}}, "oracle://db:1521 dwh.AIRFLOW.T"),
    ("ydb.hooks.ydb:YDBHook", {}, {"extra": {"database": "/local"}}, "ydb://db:2135 /local/T"),
]


@pytest.fixture(autouse=True)
def _odbc_without_its_driver_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ODBC hook be imported where the machine has no driver manager; nothing here connects by it."""
    try:
        importlib.import_module("pyodbc")
    except ImportError:
        monkeypatch.setitem(sys.modules, "pyodbc", mock.MagicMock())


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that makes the connection `db` with credentials."""

    def make(**parts: Any) -> None:
        written = {"host": "db", "login": "airflow", "password": "hush-hush", **parts}
        monkeypatch.setenv("AIRFLOW_CONN_DB", json.dumps(written))

    return make


def hook_class(path: str) -> Any:
    """Return a hook class by its path within the providers; the test is skipped where it is not installed."""
    module, _, name = path.partition(":")
    # The package may be there without the driver of the database.
    return getattr(pytest.importorskip(f"{PROVIDERS}.{module}", exc_type=ImportError), name)


def make_hook(cls: Any, **arguments: Any) -> Any:
    """Return a hook on the connection `db`; that of YDB connects when it is made, which is left out."""
    if cls.__name__ == "YDBHook":
        module = importlib.import_module(cls.__module__)
        with mock.patch.object(module.ydb, "Driver"), mock.patch.object(module.ydb, "QuerySessionPool"):
            return cls(**{cls.conn_name_attr: "db"}, **arguments)
    return cls(**{cls.conn_name_attr: "db"}, **arguments)


def extraction() -> Extraction:
    """Return what a part is given."""
    return Extraction(task=None, kind=EventKind.START, task_instance=None, budget=Budget(5))


def dataset(source: Source | None, name: str) -> str | None:
    """Return the dataset of a table as text."""
    found = source.database.dataset_name(None, None, name) if source else None
    return str(found) if found else None


@pytest.mark.parametrize(("path", "arguments", "says", "expected"), HOOKS)
def test_hook(
    connect: Callable[..., None], path: str, arguments: dict[str, Any], says: dict[str, Any], expected: str
) -> None:
    """Connection and arguments of the hook name the table; the password is in none of it."""
    cls = hook_class(path)
    if "get_openlineage_database_info" in vars(cls):
        pytest.skip(f"this release of {cls.__name__} describes its database itself")
    connect(conn_type=cls.conn_type, **says)

    source = find_source(extraction(), make_hook(cls, **arguments))

    assert dataset(source, expected.rpartition(".")[2].rpartition("/")[2]) == expected
    assert "hush-hush" not in repr(source and source.database)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("jdbc:postgresql://db/dwh", "postgres://db:5432 dwh.public.t"),
        ("JDBC:oracle:thin:@db:1521:ORCL", "oracle://db:1521 ORCL.AIRFLOW.t"),
        ("jdbc:sqlserver://db;databaseName=dwh;schema=dbo;password=hush-hush", "mssql://db:1433 dwh.dbo.t"),
        ("jdbc:crate://db:5433/doc", "crate://db:5433 None"),
    ],
)
def test_jdbc(connect: Callable[..., None], url: str, expected: str) -> None:
    """The whole URL is read; of a system that only the hook can name, a table without a schema has no name."""
    cls = hook_class("jdbc.hooks.jdbc:JdbcHook")
    if expected.endswith(" None") and "get_openlineage_database_info" not in vars(cls):
        pytest.skip("this release of JdbcHook does not describe its database")
    connect(conn_type="jdbc", host=url)

    source = find_source(extraction(), make_hook(cls))

    assert source is not None
    assert source.address == ("db", int(source.database.namespace.rpartition(":")[2]))
    assert (dataset(source, "t") or f"{source.database.namespace} None") == expected


def test_trino_begins_in_the_schema_of_the_connection(connect: Callable[..., None]) -> None:
    """The hook describes the server, and leaves out where its own session begins."""
    cls = hook_class("trino.hooks.trino:TrinoHook")
    connect(conn_type="trino", schema="mart", extra={"catalog": "iceberg"})

    assert dataset(find_source(extraction(), make_hook(cls)), "t") == "trino://db:8080 iceberg.mart.t"


def test_sql_operator(connect: Callable[..., None], extract: Callable[..., Any]) -> None:
    """A SQL operator on such a hook has its tables before it runs, with the names of the system."""
    hook_class("teradata.hooks.teradata:TeradataHook")
    connect(conn_type="teradata", schema="mart")
    task = SQLExecuteQueryOperator(
        task_id="t",
        conn_id="db",
        sql="INSERT INTO daily SELECT o.id FROM stage.orders AS o JOIN mart.orders AS p ON 1=1",
    )

    found = extract(task, "START")

    assert [(each.namespace, each.name) for each in found.outputs] == [("teradata://db:1025", "mart.daily")]
    assert sorted(each.name for each in found.inputs) == ["mart.orders", "stage.orders"]
    assert "columnLineage" in found.outputs[0].facets


@pytest.mark.parametrize("conn_type", ["bogus", "teradata"])
def test_nothing_to_name_tables_by(
    connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch, extract: Callable[..., Any], conn_type: str
) -> None:
    """An unknown connection type, or one without a host: the reason names the remedy."""
    cls = hook_class("teradata.hooks.teradata:TeradataHook")
    connect(conn_type=conn_type, host=None)
    monkeypatch.setattr(cls, "conn_type", conn_type)

    class Operator(SQLExecuteQueryOperator):
        """An operator that makes its own hook."""

        def get_db_hook(self) -> Any:
            return make_hook(cls)

    facet = extract(Operator(task_id="t", conn_id="db", sql="SELECT id FROM orders")).run_facets[no_datasets.KEY]

    assert [each.reason for each in facet.explanations] == ["unsupportedHook"]
    assert "register_database" in facet.explanations[0].message


def test_table_without_a_name_is_explained(connect: Callable[..., None], extract: Callable[..., Any]) -> None:
    """Where only the server knows the schema of a table, the event says that the SQL should."""
    hook_class("teradata.hooks.teradata:TeradataHook")
    connect(conn_type="teradata")

    found = extract(SQLExecuteQueryOperator(task_id="t", conn_id="db", sql="SELECT id FROM orders"))

    assert [each.reason for each in found.run_facets[no_datasets.KEY].explanations] == ["unsupportedHook"]
    assert "name its schema" in found.run_facets[no_datasets.KEY].explanations[0].message
    assert incomplete.KEY not in found.run_facets
