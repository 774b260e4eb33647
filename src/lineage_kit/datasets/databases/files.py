"""Databases that are files: the file is the namespace, and statements attach further files by an alias."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from lineage_kit.datasets.databases.database import Database
from lineage_kit.datasets.naming import DatasetName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

_ATTACH = re.compile(
    r"""\battach\s+(?:or\s+replace\s+)?(?:database\s+)?(?:if\s+not\s+exists\s+)?
    '(?P<path>(?:[^']|'')+)'
    (?:\s+as\s+["`\[]?(?P<alias>\w+)["`\]]?)?
    (?:\s*\((?P<options>[^)]*)\))?""",
    re.IGNORECASE | re.VERBOSE,
)
_TYPE = re.compile(r"\btype\s+'?(\w+)", re.IGNORECASE)
_RESERVED = frozenset({"main", "system", "temp"})
#: What stands before the colon of something that is no path: ``md:``, ``s3://``, ``postgres:``.
_PREFIX = re.compile(r"([a-z]\w+):", re.IGNORECASE)


@dataclass(frozen=True)
class FileDatabase(Database):
    """A database file with the files that the session attached to it.

    Args:
        attached: other databases by their alias in lower case; None for one whose tables have no name here.

    """

    scheme: ClassVar[str]

    attached: Mapping[str, FileDatabase | None] = field(default_factory=dict, hash=False)

    @classmethod
    def at(cls, path: str) -> Self:
        """Return the database in the file at ``path``; a relative one counts from where the process stands."""
        # os.path keeps a leading double slash, as POSIX allows it to mean something; for these systems it does not.
        absolute = os.path.abspath(path).replace("//", "/", 1)
        return cls(namespace=f"{cls.scheme}://{absolute}", dialect=cls.scheme)

    @property
    def path(self) -> str:
        """The absolute path of the file."""
        return self.namespace.removeprefix(f"{self.scheme}://")

    def with_attached(self, sql: str) -> Self:
        """Return the same database with the files that ``ATTACH`` statements of ``sql`` bring in."""
        found = {}
        for match in _ATTACH.finditer(sql):
            path = match["path"].replace("''", "'")
            alias = match["alias"] or own_alias(path)
            found[alias.lower()] = self._attached_at(path, match["options"] or "")
        return replace(self, attached={**self.attached, **found})

    def dataset_name(
        self, database: str | None, schema: str | None, name: str, *, as_stored: bool = False
    ) -> DatasetName | None:
        """Return the dataset of a table under the file that has it; None where that is no file."""
        del as_stored  # names keep their case in these systems
        owner, schema = self.locate(database, schema)
        return DatasetName(owner.namespace, owner.table_name(schema, name)) if owner is not None else None

    def locate(self, database: str | None, schema: str | None) -> tuple[FileDatabase | None, str | None]:
        """Return the database that has a table, and the table's schema there."""
        raise NotImplementedError

    def table_name(self, schema: str | None, name: str) -> str:
        """Return the name of a table within the file."""
        raise NotImplementedError

    def _attached_at(self, path: str, options: str) -> FileDatabase | None:
        """Return the database at the ``path`` of an ``ATTACH``; None where it is none in a file."""
        raise NotImplementedError


@dataclass(frozen=True)
class SqliteFile(FileDatabase):
    """A SQLite file, whose tables have no schemas: what stands before a table's name is the alias of a file."""

    scheme = "sqlite"

    def locate(self, database: str | None, schema: str | None) -> tuple[FileDatabase | None, str | None]:
        """Return the file behind the alias; ``main`` goes without saying, an unknown alias stays in the name."""
        alias = database or schema or "main"
        if alias.lower() in self.attached:
            return self.attached[alias.lower()], None
        return self, None if alias.lower() == "main" else alias

    def table_name(self, schema: str | None, name: str) -> str:
        """Return the name of the table, behind the alias of a file that nobody knows, such as ``temp``."""
        return f"{schema}.{name}" if schema and schema.lower() != "main" else name

    def _attached_at(self, path: str, options: str) -> FileDatabase | None:
        del options
        if ":memory:" in path:
            return None
        return SqliteFile.at(path.removeprefix("file:").partition("?")[0])


@dataclass(frozen=True)
class DuckdbFile(FileDatabase):
    """A DuckDB file: tables are in schemas, and a statement may put the alias of a file before both.

    The names of tables have all three parts, the alias being the file's own, because dbt and its OpenLineage
    integration name them in this way; OpenLineage has no rule for DuckDB.
    """

    scheme = "duckdb"

    def locate(self, database: str | None, schema: str | None) -> tuple[FileDatabase | None, str | None]:
        """Return the file behind the alias.

        The first of two parts is a schema, or an alias, where it is one; DuckDB refuses what could be both.
        """
        if database is None and schema is not None and self._is_alias(schema):
            database, schema = schema, None
        if database is None or database.lower() == own_alias(self.path).lower():
            return self, schema
        return self.attached.get(database.lower()), schema

    def table_name(self, schema: str | None, name: str) -> str:
        """Return the whole name of the table; ``main`` is where tables are that no schema is said of."""
        return f"{own_alias(self.path)}.{schema or 'main'}.{name}"

    def _is_alias(self, name: str) -> bool:
        return name.lower() == own_alias(self.path).lower() or name.lower() in self.attached

    def _attached_at(self, path: str, options: str) -> FileDatabase | None:
        kind = _TYPE.search(options)
        prefix = _PREFIX.match(path)
        system = (kind or prefix or ["", self.scheme])[1].lower()
        location = path[prefix.end() :] if prefix and prefix[1].lower() == system else path
        return file_database(location, system)


def file_database(path: str, system: str) -> FileDatabase | None:
    """Return the database of a ``system`` in the file at ``path``; None for another system, or where that is no file.

    A database in memory or behind a URL is none: nobody else could know its name, or no naming rule has one.
    """
    known = {kind.scheme: kind for kind in (SqliteFile, DuckdbFile)}.get(system)
    if known is None or not path.strip("/") or ":memory:" in path or _PREFIX.match(path):
        return None
    return known.at(path)


def own_alias(path: str) -> str:
    """Return what DuckDB calls the database in a file: the name up to its first dot, dots in front left out.

    It has databases called ``main``, ``system`` and ``temp`` already.
    """
    alias = os.path.basename(path).lstrip(".").partition(".")[0]
    return f"{alias}_db" if alias.lower() in _RESERVED else alias
