"""The database behind a hook: how it names tables, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineage_kit.datasets.databases import Database, describe_database


@dataclass(frozen=True)
class Source:
    """A hook with its connection and the names of its database.

    Args:
        hook: the Airflow hook that ran, or will run, the SQL.
        connection: its Airflow connection.
        database: how tables are named.
        info: the hook's own ``DatabaseInfo``, or None where the kit's registry had to help out.

    """

    hook: Any
    connection: Any
    database: Database
    info: Any | None


def source_of(hook: Any, database: str | None = None) -> Source | None:
    """Return the source behind ``hook``, or None where neither the hook nor the registry can name it.

    Args:
        hook: a hook derived from ``DbApiHook``.
        database: the operator's ``database``, which overrides that of the connection.

    """
    connection = hook.get_connection(_connection_id(hook))
    info = _info(hook, connection)
    if info is None:
        described = describe_database(connection)
        return Source(hook, connection, described, None) if described else None
    described = Database(
        namespace=f"{info.scheme}://{info.authority}" if info.authority else info.scheme,
        dialect=hook.get_openlineage_database_dialect(connection),
        database=database or info.database,
        schema_required=True,
        uppercase=info.is_uppercase_names,
    )
    return Source(hook, connection, described, info)


def _connection_id(hook: Any) -> str:
    get_conn_id = getattr(hook, "get_conn_id", None)
    return str(get_conn_id() if callable(get_conn_id) else getattr(hook, hook.conn_name_attr))


def _info(hook: Any, connection: Any) -> Any | None:
    """Return the hook's ``DatabaseInfo``; hooks of old providers lack the method, others return None."""
    describe = getattr(hook, "get_openlineage_database_info", None)
    return describe(connection) if callable(describe) else None
