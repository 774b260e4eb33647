"""The registry of connection types, which users extend."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models.connection import Connection

from lineage_kit.datasets.databases import Database, describe_database, register_database, registry
from lineage_kit.exceptions import DatabaseDescriptionError

OURS = Connection(conn_id="c", uri="ours://:hush-hush@h")


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))


def test_unknown() -> None:
    """Of other connections nothing is known."""
    assert describe_database(OURS) is None


def test_users_may_teach() -> None:
    """A user can say how connections of a type name their tables."""
    register_database("ours", lambda connection: Database(f"ours://{connection.host}", "postgres"))

    assert describe_database(OURS) == Database("ours://h", "postgres")


def test_last_counts() -> None:
    """A later registration replaces an earlier one, the kit's own included."""
    register_database("sqlite", lambda _: None)

    assert describe_database(Connection(conn_id="c", conn_type="sqlite", host="/w.db")) is None


def test_hooks_type_where_the_connections_is_not_registered() -> None:
    """A connection may be of a general type; then the hook tells the system."""
    connection = Connection(conn_id="c", conn_type="generic", host="h")

    found = describe_database(connection, SimpleNamespace(conn_type="teradata"))

    assert found is not None
    assert found.namespace == "teradata://h:1025"


def test_connections_type_comes_first() -> None:
    """A hook derived from another keeps its connection type; what a user registered for the connection counts."""
    register_database("ours", lambda _: Database("ours://h", "postgres"))

    found = describe_database(OURS, SimpleNamespace(conn_type="teradata"))

    assert found == Database("ours://h", "postgres")


def test_hook_without_the_connection_that_it_needs() -> None:
    """Without a connection there is nothing to describe."""
    assert describe_database(None, SimpleNamespace(conn_type="teradata")) is None


def _raise(_: Any) -> Database:
    msg = "no route to h with hush-hush"
    raise ValueError(msg)


@pytest.mark.parametrize(
    ("describe", "words"), [(_raise, "failed with ValueError"), (lambda _: "ours://h", "returned str; it must return")]
)
def test_mistakes(describe: Any, words: str) -> None:
    """They are told by the connection type, with what to do, and without the text of the error."""
    register_database("ours", describe)

    with pytest.raises(DatabaseDescriptionError, match=f"connections of type `ours` {words}") as raised:
        describe_database(OURS)

    assert "hush-hush" not in str(raised.value)
    assert "lineage_kit.datasets.databases" in str(raised.value)
