"""The catalogue of database files, read from the files themselves without a connection of the hook's."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lineage_kit.datasets.databases import DuckdbFile, FileDatabase, SqliteFile
from lineage_kit.extractors.sql.stored import StoredTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage_kit.extractors.extraction import Budget
    from lineage_kit.sql import TableName

    #: Rows of (schema, table, column, type), the columns of a table in order.
    Columns = Sequence[tuple[str | None, str, str, str]]

#: The protocol under which DuckDB is given a file.
_UNLOCKED = "unlocked"


def read_files(database: FileDatabase, tables: Iterable[TableName], budget: Budget) -> Mapping[TableName, StoredTable]:
    """Return those of ``tables`` that exist in the file of ``database`` and in those attached to it."""
    by_file: dict[FileDatabase, list[tuple[TableName, str | None]]] = {}
    for table in tables:
        owner, schema = database.locate(table.database, table.schema)
        # A file that is not there is one that the task is about to create.
        if owner is not None and os.path.exists(owner.path):
            by_file.setdefault(_alone(owner), []).append((table, schema))
    stored: dict[TableName, StoredTable] = {}
    for owner, wanted in by_file.items():
        columns = _columns(owner, {table.name.lower() for table, _ in wanted}, budget)
        for table, schema in wanted:
            if found := _stored(owner, table, schema, columns):
                stored[table] = found
    return stored


def _alone(owner: FileDatabase) -> FileDatabase:
    return type(owner).at(owner.path)


def _stored(owner: FileDatabase, table: TableName, schema: str | None, columns: Columns) -> StoredTable | None:
    """Return the table with the names of the catalogue, and with the alias by which the statement found its file."""
    name = owner.table_name(schema, table.name).lower()
    rows = [row for row in columns if owner.table_name(row[0], row[1]).lower() == name]
    if not rows:
        return None
    alias = table.schema if schema is None else None
    return StoredTable(
        database=table.database or alias,
        schema=rows[0][0],
        name=rows[0][1],
        columns=tuple((column, kind) for _, _, column, kind in rows),
    )


def _columns(owner: FileDatabase, names: set[str], budget: Budget) -> Columns:
    """Return the columns of the tables and views of these names, which are in lower case."""
    if isinstance(owner, SqliteFile):
        return _sqlite_columns(owner.path, names, budget.remaining())
    if isinstance(owner, DuckdbFile):
        return _duckdb_columns(owner.path, names)
    return []


def _sqlite_columns(path: str, names: set[str], seconds: float) -> Columns:
    uri = f"file:{quote(path)}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=seconds)) as connection:
        return [
            row
            for name in names
            for row in connection.execute(
                "SELECT NULL, m.name, c.name, c.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c "
                "WHERE m.type IN ('table', 'view') AND lower(m.name) = lower(?) ORDER BY c.cid",
                (name,),
            )
        ]


def _duckdb_columns(path: str, names: set[str]) -> Columns:
    """Read the catalogue of a DuckDB file; nothing where the package is not installed.

    DuckDB locks the files that it opens itself: against the task, or against others that want to write meanwhile. What
    a file system written in Python gives it is not locked, and this one has no way to write.
    """
    try:
        import duckdb
    except ImportError:
        return []
    quoted = path.replace("'", "''")
    with contextlib.ExitStack() as opened, contextlib.closing(duckdb.connect(config={"threads": 1})) as connection:
        connection.register_filesystem(_unlocked_files()(opened))
        connection.execute(f"ATTACH '{_UNLOCKED}://{quoted}' AS file (READ_ONLY)")
        rows: Columns = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'file' AND list_contains(?, lower(table_name)) "
            "ORDER BY schema_name, table_name, column_index",
            [[*names]],
        ).fetchall()
        return rows


@cache
def _unlocked_files() -> Any:
    """Return a file system whose locations are ``unlocked://`` and a path, and which can only be read."""
    from fsspec import AbstractFileSystem

    class UnlockedFiles(AbstractFileSystem):
        """Files of this machine under a protocol of their own, so that DuckDB does not open them itself.

        DuckDB leaves them open; ``opened`` closes them.
        """

        protocol = _UNLOCKED
        cachable = False

        def __init__(self, opened: contextlib.ExitStack) -> None:
            super().__init__()
            self._opened = opened

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return path.removeprefix(f"{_UNLOCKED}://")

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            path = self._strip_protocol(path)
            return {"name": path, "size": os.stat(path).st_size, "type": "file"}

        def modified(self, path: str) -> datetime:
            return datetime.fromtimestamp(os.stat(self._strip_protocol(path)).st_mtime, tz=timezone.utc)

        def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
            if mode != "rb":
                raise PermissionError(mode)
            return self._opened.enter_context(open(path, "rb"))

    return UnlockedFiles
