"""SQLite: database files attached by the statements themselves, and the catalogue read from the files."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from lineage_kit.datasets.databases import Database, sqlite_namespace, sqlite_path
from lineage_kit.extractors.sql.stored import StoredTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.extraction import Budget
    from lineage_kit.sql import TableName

_ATTACH = re.compile(r"\battach\s+(?:database\s+)?'((?:[^']|'')+)'\s+as\s+[\"`\[]?(\w+)", re.IGNORECASE)


def with_attached(database: Database, sql: str | list[str]) -> Database:
    """Return ``database`` with the files that ``ATTACH`` statements of ``sql`` bring in, by their alias."""
    text = sql if isinstance(sql, str) else ";\n".join(sql)
    attached = {
        alias.lower(): sqlite_namespace(path.replace("''", "'").removeprefix("file:").partition("?")[0])
        for path, alias in _ATTACH.findall(text)
        if ":memory:" not in path
    }
    return replace(database, attached={**database.attached, **attached})


def read_files(database: Database, tables: Iterable[TableName], budget: Budget) -> Mapping[TableName, StoredTable]:
    """Return those of ``tables`` that exist, read from the database files without a connection of the hook's."""
    by_file: dict[str, list[TableName]] = {}
    for table in tables:
        if name := database.dataset_name(None, table.schema, table.name):
            by_file.setdefault(name.namespace, []).append(table)
    stored: dict[TableName, StoredTable] = {}
    for namespace, wanted in by_file.items():
        if not os.path.exists(sqlite_path(namespace)):
            continue  # the task is about to create it
        uri = f"file:{quote(sqlite_path(namespace))}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=budget.remaining())) as connection:
            for table in wanted:
                if found := _read_table(connection, table):
                    stored[table] = found
    return stored


def _read_table(connection: sqlite3.Connection, table: TableName) -> StoredTable | None:
    rows = connection.execute(
        "SELECT m.name, c.name, c.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c "
        "WHERE m.type IN ('table', 'view') AND lower(m.name) = lower(?) ORDER BY c.cid",
        (table.name,),
    ).fetchall()
    if not rows:
        return None
    return StoredTable(None, table.schema, rows[0][0], tuple((column, kind) for _, column, kind in rows))
