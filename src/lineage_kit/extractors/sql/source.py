"""The database behind a hook: how it names tables, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases import Database, describe_database
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


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


def find_source(extraction: Extraction, hook: Any, database: str | None = None) -> Source | None:
    """Return the source behind ``hook``; None, with the reason noted, where nobody can name its tables.

    Args:
        extraction: the task and the event.
        hook: a hook that runs SQL.
        database: the database that the operator or the hook's report names, which overrides that of the connection.

    """
    connection = hook.get_connection(_connection_id(hook))
    info = _call(hook, "get_openlineage_database_info", connection)
    described = describe_database(connection) if info is None else _describe(hook, connection, info, database)
    if described is None:
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            f"{type(hook).__name__} does not say how its database names tables; "
            "lineage_kit.datasets.databases.register_database can teach it.",
        )
        return None
    return Source(hook, connection, described, info)


def _describe(hook: Any, connection: Any, info: Any, database: str | None) -> Database:
    return Database(
        namespace=f"{info.scheme}://{info.authority}" if info.authority else info.scheme,
        dialect=_call(hook, "get_openlineage_database_dialect", connection) or "generic",
        database=database or info.database,
        schema_required=True,
        uppercase=info.is_uppercase_names,
    )


def _connection_id(hook: Any) -> str:
    get_conn_id = getattr(hook, "get_conn_id", None)
    return str(get_conn_id() if callable(get_conn_id) else getattr(hook, hook.conn_name_attr))


def _call(hook: Any, method: str, connection: Any) -> Any | None:
    """Return the hook's answer about its connection; hooks of old providers lack the method, others return None."""
    ask = getattr(hook, method, None)
    return ask(connection) if callable(ask) else None
