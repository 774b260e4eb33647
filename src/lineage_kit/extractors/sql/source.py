"""The database behind a hook: how it names tables, and who says so."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.exceptions import AirflowNotFoundException

from lineage_kit.datasets.databases import Database, describe_database
from lineage_kit.exceptions import DatabaseDescriptionError
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.sql.stored import StoredTable
    from lineage_kit.sql import TableName

    Catalogue = Callable[[Iterable[TableName]], Mapping[TableName, StoredTable]]

log = logging.getLogger(__name__)

#: Connection types whose hooks describe them only in part: of a JDBC URL, the hook reads neither the database nor the
#: system's usual port, so that a table would not have the name that the system's own hook gives it.
_DESCRIBED_IN_PART = frozenset({"jdbc"})
#: Where services that are asked over HTTP listen.
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Source:
    """A hook with its connection and the names of its database.

    Args:
        hook: the Airflow hook that ran, or will run, the SQL.
        connection: its Airflow connection.
        database: how tables are named.
        info: the hook's own ``DatabaseInfo``, or None where the kit's registry had to help out.
        catalogue: returns those of some tables that exist, where something else than SQL knows them.

    """

    # Both may show passwords.
    hook: Any = field(repr=False)
    connection: Any = field(repr=False)
    database: Database
    info: Any | None
    catalogue: Catalogue | None = None

    @property
    def on_libpq(self) -> bool:
        """Whether the driver is built on libpq; a Redshift hook of its own has the dialect without the driver."""
        return any(cls.__name__ == "PostgresHook" for cls in type(self.hook).__mro__)

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of the server, the port being the system's usual one where the connection names none."""
        host, namespace = self.connection.host, self.database.namespace
        if host and host.lower().startswith("jdbc:"):  # the whole URL is there
            host = urlsplit(namespace).hostname
        if host and "://" in host:  # services that are asked over HTTP
            url = urlsplit(host)
            host, usual = url.hostname, url.port or _PORTS.get(url.scheme.lower(), "")
        else:
            usual = namespace.rpartition(":")[2]
        port = str(self.connection.port or usual)
        return (host, int(port)) if host and port.isdigit() else None


def find_source(extraction: Extraction, hook: Any, database: str | None = None) -> Source | None:
    """Return the source behind ``hook``; None, with the reason noted, where nobody can name its tables.

    Args:
        extraction: the task and the event.
        hook: a hook that runs SQL.
        database: the database that the operator or the hook's report names, which overrides that of the connection.

    """
    connection = _connection(hook)
    info = _call(hook, "get_openlineage_database_info", connection) if connection else None
    try:
        described = _describe(hook, connection, info, database)
    except DatabaseDescriptionError as error:
        log.warning("Tables of connection `%s` have no names: %s", getattr(connection, "conn_id", None), error)
        log.debug("lineage-kit failure details:", exc_info=True)
        extraction.omit("sql", Cause.FAILED, str(error))
        extraction.explain(Reason.UNSUPPORTED_HOOK, str(error))
        return None
    if described is None:
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            f"{type(hook).__name__} and its connection do not say how the database names its tables, or it is one in "
            "memory, which has no name; lineage_kit.datasets.databases.register_database can teach it.",
        )
        return None
    return Source(hook, connection, described, info)


def _describe(hook: Any, connection: Any, info: Any | None, database: str | None) -> Database | None:
    if info is None:
        return describe_database(connection, hook)
    if connection.conn_type in _DESCRIBED_IN_PART and (described := describe_database(connection, hook)):
        return described
    dialect = _dialect(hook, connection, info)
    schema: str | None = None
    if dialect == "mysql":
        # What MySQL calls a database stands where others have a schema; its hook leaves it out.
        schema, database = database or connection.schema, None
    elif dialect == "trino":
        # The session begins in the schema of the connection, which the hook leaves out.
        schema = connection.schema
    return Database(
        namespace=f"{info.scheme}://{info.authority}" if info.authority else info.scheme,
        dialect=dialect,
        database=database or info.database,
        schema=schema,
        schema_required=True,
        uppercase=info.is_uppercase_names,
    )


def _dialect(hook: Any, connection: Any, info: Any) -> str:
    """Return the dialect that the hook names; where it names none, the scheme often is one."""
    named: str | None = _call(hook, "get_openlineage_database_dialect", connection)
    return named if named and named != "generic" else info.scheme


def _connection(hook: Any) -> Any | None:
    """Return the hook's connection; None for hooks that work without one."""
    connection_id = _connection_id(hook)
    if not connection_id:
        # HiveCliHook keeps the connection itself. Elsewhere `conn` may be a property that connects.
        return vars(hook).get("conn")
    try:
        return hook.get_connection(connection_id)
    except AirflowNotFoundException:
        return None


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
