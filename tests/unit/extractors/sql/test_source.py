"""The database behind a hook: mistakes in the registry, hooks without a connection, what a hook leaves out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.models.connection import Connection
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.openlineage.sqlparser import DatabaseInfo
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.databases import Database, register_database, registry
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.sql.source import Source, find_source
from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))


def extraction() -> Extraction:
    """Return what a part is given."""
    return Extraction(task=None, kind=EventKind.START, task_instance=None, budget=Budget(5))


def _raise(connection: Any) -> Database:
    raise ValueError(connection.host)


@pytest.mark.parametrize("describe", [_raise, lambda connection: connection.host], ids=["raises", "returns a text"])
def test_mistake_in_the_registry_costs_its_part_only(
    extract: Callable[..., Any], warehouse: Path, caplog: pytest.LogCaptureFixture, describe: Any
) -> None:
    """Declared datasets still come; event and log name the connection type, and quote nothing of the connection."""
    register_database("sqlite", describe)
    declared = Dataset("declared", "out")
    task = SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders", outlets=[declared])

    found = extract(task)

    assert [each.name for each in found.outputs] == ["out"]
    (omission,) = found.run_facets[incomplete.KEY].omissions
    assert (omission.part, omission.cause) == ("sql", "failed")
    assert "connections of type `sqlite`" in omission.message
    assert "connections of type `sqlite`" in caplog.text
    assert str(warehouse) not in omission.message + caplog.text


def test_mistake_in_the_registry_is_the_reason(extract: Callable[..., Any], warehouse: Path) -> None:
    """Where nothing else names a dataset, the event says what to mend."""
    assert warehouse.exists()
    register_database("sqlite", _raise)

    found = extract(SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders"))

    (explanation,) = found.run_facets[no_datasets.KEY].explanations
    assert explanation.reason == "unsupportedHook"
    assert "register_database" in explanation.message


def test_registered_subclass(extract: Callable[..., Any], warehouse: Path) -> None:
    """A description may name tables in its own way: a class derived from `Database`."""
    assert warehouse.exists()

    class Prefixed(Database):
        """Tables whose names begin with the team's."""

        def dataset_name(self, database: Any, schema: Any, name: str, *, as_stored: bool = False) -> Any:
            """Return the name."""
            return super().dataset_name(database, schema, f"team_{name}", as_stored=as_stored)

    register_database("sqlite", lambda _: Prefixed("ours://h", "sqlite"))

    found = extract(SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders"))

    assert [(each.namespace, each.name) for each in found.inputs] == [("ours://h", "team_orders")]


def test_hook_whose_connection_is_not_there() -> None:
    """It would have failed with it; there is nothing to describe, and no error."""
    noted = extraction()

    assert find_source(noted, SqliteHook("nowhere")) is None
    assert [each.reason for each in noted.explanations] == ["unsupportedHook"]


class DescribedHook(SqliteHook):
    """A hook that names server and scheme, as some community providers do, and no dialect."""

    def get_openlineage_database_info(self, connection: Any) -> DatabaseInfo:
        """Describe the server."""
        del connection
        return DatabaseInfo(scheme="clickhouse", authority="h:9000")


def test_dialect_of_the_scheme(warehouse: Path) -> None:
    """Where the hook names no dialect, the scheme does."""
    assert warehouse.exists()

    source = find_source(extraction(), DescribedHook("warehouse"))

    assert source is not None
    assert source.database.dialect == "clickhouse"


@pytest.mark.parametrize(
    ("connection", "namespace", "address"),
    [
        ({"host": "h", "port": 5433}, "postgres://h:5433", ("h", 5433)),
        ({"host": "h"}, "postgres://h:5432", ("h", 5432)),
        ({"host": "cluster.x.amazonaws.com"}, "redshift://cluster.eu-west-1:5439", ("cluster.x.amazonaws.com", 5439)),
        ({"host": "jdbc:postgresql://h/db"}, "postgres://h:5432", ("h", 5432)),
        ({"host": "JDBC:postgresql://[::1]/db"}, "postgres://[::1]:5432", ("::1", 5432)),
        ({"host": "https://adb-1.2.example/"}, "databricks://adb-1.2.example", ("adb-1.2.example", 443)),
        ({"host": "http://h:8123"}, "clickhouse://h:8123", ("h", 8123)),
        ({"host": "org-account"}, "snowflake://org-account", None),
        ({}, "bigquery", None),
    ],
)
def test_address(connection: dict[str, Any], namespace: str, address: tuple[str, int] | None) -> None:
    """The server's host is the connection's, but for a JDBC URL; the usual port is in the namespace."""
    source = Source(None, Connection(conn_id="c", **connection), Database(namespace, "postgres"), SimpleNamespace())

    assert source.address == address


def test_secrets_are_not_shown() -> None:
    """A hook and its connection may show a password in their text form; a source shows neither."""
    hook = SimpleNamespace(password="pass-word")  # noqa: S106 - it opens nothing
    connection = SimpleNamespace(extra="pass-word")

    assert "pass-word" not in repr(Source(hook, connection, Database("sqlite://a", "sqlite"), None))
