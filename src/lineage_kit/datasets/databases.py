"""How databases name their tables in OpenLineage, and a registry for those whose Airflow hooks do not say.

A hook that implements ``get_openlineage_database_info`` is asked first; the registry fills the gap for
the others, by the ``conn_type`` of the connection.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lineage_kit.datasets.naming import DatasetName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Database:
    """What turns the tables of a statement into dataset names.

    Args:
        namespace: OpenLineage namespace of the server, for example ``postgres://host:5432``.
        dialect: SQL dialect, one of those that :func:`lineage_kit.sql.analyze` knows.
        database: completes names of less than three parts; None where the namespace already says it.
        schema: completes names of one part; None where it is not known or the system has none.
        schema_required: whether a table without a schema has no name that others could know.
        uppercase: whether the system stores unquoted names in upper case and its hook wants them so.
        attached: other database files by their alias in the session (SQLite's ``ATTACH``), as namespaces.

    """

    namespace: str
    dialect: str
    database: str | None = None
    schema: str | None = None
    schema_required: bool = False
    uppercase: bool = False
    attached: Mapping[str, str] = field(default_factory=dict)

    def dataset_name(
        self, database: str | None, schema: str | None, name: str, *, as_stored: bool = False
    ) -> DatasetName | None:
        """Return the dataset of a table, given the parts that the statement or the catalogue names.

        None where the schema is needed and neither the statement nor the defaults tell it. Parts that are spelled
        ``as_stored`` keep their case in every system: in one with upper case, others have been quoted.
        """
        if self.dialect == "sqlite":
            return self._file_database_name(schema, name)
        if schema is None and self.schema is None and self.schema_required:
            return None
        given = [database, schema, name]
        defaults = [self.database, self.schema, None]
        if self.uppercase:
            defaults = [part and part.upper() for part in defaults]
            given = given if as_stored else [part and part.upper() for part in given]
        parts = [part or default for part, default in zip(given, defaults, strict=True)]
        return DatasetName(self.namespace, ".".join(part for part in parts if part))

    def _file_database_name(self, schema: str | None, name: str) -> DatasetName:
        """Name a table of a database file: the file is the namespace, ``main`` goes without saying."""
        if schema is None or schema.lower() == "main":
            return DatasetName(self.namespace, name)
        attached = self.attached.get(schema.lower())
        return DatasetName(attached, name) if attached else DatasetName(self.namespace, f"{schema}.{name}")


#: ``conn_type`` -> function of the Airflow connection.
_REGISTRY: dict[str, Callable[[Any], Database | None]] = {}


def register_database(conn_type: str, describe: Callable[[Any], Database | None]) -> None:
    """Teach lineage-kit how connections of type ``conn_type`` name their tables; the last registration counts."""
    _REGISTRY[conn_type] = describe


def describe_database(connection: Any) -> Database | None:
    """Return what the registry knows of the database behind an Airflow connection, or None."""
    describe = _REGISTRY.get(connection.conn_type)
    return describe(connection) if describe else None


def sqlite_namespace(path: str) -> str:
    """Return the namespace of a SQLite file, for which the naming rules have none: ``sqlite://`` and its path."""
    # os.path keeps a leading double slash, as POSIX allows it to mean something; for SQLite it does not.
    return f"sqlite://{os.path.abspath(path).replace('//', '/', 1)}"


def sqlite_path(namespace: str) -> str:
    """Return the file of a namespace made by :func:`sqlite_namespace`."""
    return namespace.removeprefix("sqlite://")


def _describe_sqlite(connection: Any) -> Database | None:
    # What SqliteHook makes of the connection: everything behind the scheme is a path, options behind "?"
    # are the driver's. SQLite takes it as a URI, and decodes it once more.
    path, _, options = unquote(connection.get_uri()).partition("://")[2].partition("?")
    in_memory = path.endswith(":memory:") or "mode=memory" in options.split("&")
    if in_memory or not path.strip("/"):
        return None
    return Database(namespace=sqlite_namespace(unquote(path)), dialect="sqlite")


register_database("sqlite", _describe_sqlite)
