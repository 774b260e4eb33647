"""The registry: connection type -> what describes the database behind a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases import connections
from lineage_kit.datasets.databases.database import Database
from lineage_kit.exceptions import DatabaseDescriptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.datasets.databases.connections import Describe

#: Connection types of hooks that work without a connection.
_CONNECTION_OPTIONAL = frozenset({"duckdb", "duckdb_aws"})

_REGISTRY: dict[str, Describe] = dict(connections.DESCRIPTIONS)


def register_database(conn_type: str, describe: Callable[[Any], Database | None]) -> None:
    """Teach lineage-kit how connections of type ``conn_type`` name their tables; the last registration counts.

    Where the answer depends on arguments of the hook, the hook itself is the place for it: its method
    ``get_openlineage_database_info`` is asked before the registry.

    Args:
        conn_type: type of the Airflow connection.
        describe: function of the connection that returns its database, or None where its tables have no name that
            others could know.

    """
    _REGISTRY[conn_type] = lambda connection, _hook: describe(connection)


def describe_database(connection: Any | None, hook: Any | None = None) -> Database | None:
    """Return what the registry knows of a database, or None.

    Args:
        connection: the Airflow connection; None for a hook that works without one.
        hook: the hook that uses the connection; its arguments may override what the connection says. Its own
            connection type counts where nobody registered that of the connection.

    Raises:
        DatabaseDescriptionError: what is registered failed, or returned something else than a ``Database``.

    """
    types = (getattr(owner, "conn_type", None) for owner in (connection, hook))
    conn_type = next((each for each in types if each in _REGISTRY), None)
    if conn_type is None or (connection is None and conn_type not in _CONNECTION_OPTIONAL):
        return None
    try:
        found: object = _REGISTRY[conn_type](connection, hook)
    except Exception as error:
        # The text of the error stays out of it: it may quote the connection.
        msg = (
            f"The function registered for connections of type `{conn_type}` failed with {type(error).__name__}; "
            "see lineage_kit.datasets.databases.register_database."
        )
        raise DatabaseDescriptionError(msg) from error
    if found is None or isinstance(found, Database):
        return found
    msg = (
        f"The function registered for connections of type `{conn_type}` returned {type(found).__name__}; "
        "it must return a lineage_kit.datasets.databases.Database or None."
    )
    raise DatabaseDescriptionError(msg)
