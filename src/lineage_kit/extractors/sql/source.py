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

    @property
    def on_libpq(self) -> bool:
        """Whether the driver is built on libpq; a Redshift hook of its own has the dialect without the driver."""
        return any(cls.__name__ == "PostgresHook" for cls in type(self.hook).__mro__)

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of the server, the port being the system's usual one where the connection names none."""
        authority = getattr(self.info, "authority", None) or ""
        port = str(self.connection.port or authority.rpartition(":")[2])
        return (self.connection.host, int(port)) if self.connection.host and port.isdigit() else None


def find_source(extraction: Extraction, hook: Any, database: str | None = None) -> Source | None:
    """Return the source behind ``hook``; None, with the reason noted, where nobody can name its tables.

    Args:
        extraction: the task and the event.
        hook: a hook that runs SQL.
        database: the database that the operator or the hook's report names, which overrides that of the connection.

    """
    connection_id = _connection_id(hook)
    connection = hook.get_connection(connection_id) if connection_id else None
    info = _call(hook, "get_openlineage_database_info", connection) if connection else None
    described = _describe(hook, connection, info, database) if connection else None
    if described is None:
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            f"{type(hook).__name__} does not say how its database names tables; "
            "lineage_kit.datasets.databases.register_database can teach it.",
        )
        return None
    return Source(hook, connection, described, info)


def _describe(hook: Any, connection: Any, info: Any | None, database: str | None) -> Database | None:
    if info is None:
        return describe_database(connection)
    dialect = _call(hook, "get_openlineage_database_dialect", connection) or "generic"
    schema: str | None = None
    if dialect == "mysql":
        # What MySQL calls a database stands where others have a schema; its hook leaves it out.
        schema, database = database or connection.schema, None
    return Database(
        namespace=f"{info.scheme}://{info.authority}" if info.authority else info.scheme,
        dialect=dialect,
        database=database or info.database,
        schema=schema,
        schema_required=True,
        uppercase=info.is_uppercase_names,
    )


def _connection_id(hook: Any) -> str | None:
    """Return the id of the hook's connection; None for hooks that have none, which may report SQL all the same."""
    get_conn_id = getattr(hook, "get_conn_id", None)
    if callable(get_conn_id):
        return get_conn_id()  # type: ignore[no-any-return] # hooks have no common type
    return getattr(hook, getattr(hook, "conn_name_attr", None) or "", None)


def _call(hook: Any, method: str, connection: Any) -> Any | None:
    """Return the hook's answer about its connection; hooks of old providers lack the method, others return None."""
    ask = getattr(hook, method, None)
    return ask(connection) if callable(ask) else None
