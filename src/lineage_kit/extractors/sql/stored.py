"""Tables as the database keeps them: the exact spelling of their names, and their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lineage_kit.sql import TableName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.sql.session import Session
    from lineage_kit.extractors.sql.source import Source


@dataclass(frozen=True)
class StoredTable:
    """A table of the catalogue: name parts as stored, columns in order as (name, type)."""

    database: str | None
    schema: str | None
    name: str
    columns: tuple[tuple[str, str], ...]

    def column(self, name: str) -> str:
        """Return ``name`` in the spelling of the catalogue, unchanged where the table has no such column."""
        stored = next((column for column, _ in self.columns if column == name), None)
        if stored is None:
            stored = next((column for column, _ in self.columns if column.lower() == name.lower()), name)
        return stored


@dataclass(frozen=True)
class Tables:
    """The tables that some SQL names: the database that they are in, and those that its catalogue has."""

    source: Source
    stored: Mapping[TableName, StoredTable] = field(default_factory=dict)


def read_catalogue(
    source: Source, tables: Iterable[TableName], default_schema: str | None, session: Session
) -> Mapping[TableName, StoredTable]:
    """Return those of ``tables`` that exist, with one query on the hook's information schema.

    The OpenLineage provider runs two, one for inputs and one for outputs.
    """
    wanted = {table: TableName(table.database, table.schema or default_schema, table.name) for table in tables}
    if not wanted:
        return {}
    stored = _tables(session.rows(_query(source, wanted.values())))
    found = {table: _match(name, stored) for table, name in wanted.items()}
    return {table: match for table, match in found.items() if match is not None}


def _query(source: Source, tables: Iterable[TableName]) -> str:
    from airflow.providers.openlineage.utils.sql import create_information_schema_query

    info: Any = source.info
    hierarchy: dict[str | None, dict[str | None, list[str]]] = {}
    for table in tables:
        database = (table.database or source.database.database) if info.is_information_schema_cross_db else None
        schemas = hierarchy.setdefault(database and info.normalize_name_method(database), {})
        names = schemas.setdefault(table.schema and info.normalize_name_method(table.schema), [])
        # An unquoted name is stored folded, a quoted one as written; both are asked for.
        names.extend(dict.fromkeys((table.name, info.normalize_name_method(table.name))))
    query: str = create_information_schema_query(
        columns=info.information_schema_columns,
        information_schema_table_name=info.information_schema_table_name,
        tables_hierarchy=hierarchy,
        uppercase_names=info.is_uppercase_names,
        use_flat_cross_db_query=info.use_flat_cross_db_query,
    )
    return query


def _tables(rows: Iterable[tuple[Any, ...]]) -> list[StoredTable]:
    """Group rows of (schema, table, column, position, type[, database]) by table."""
    columns: dict[tuple[str | None, str | None, str], list[tuple[int, str, str]]] = {}
    for schema, table, column, position, kind, *rest in rows:
        columns.setdefault((rest[0] if rest else None, schema, table), []).append((position, column, kind))
    return [
        StoredTable(database, schema, name, tuple((column, kind) for _, column, kind in sorted(found)))
        for (database, schema, name), found in columns.items()
    ]


def _match(wanted: TableName, stored: Iterable[StoredTable]) -> StoredTable | None:
    """Return the one table that ``wanted`` can mean; exact spelling first, None where several remain."""
    same = [
        table
        for table in stored
        if table.name.lower() == wanted.name.lower()
        and _agrees(wanted.schema, table.schema)
        and _agrees(wanted.database, table.database)
    ]
    exact = [table for table in same if table.name == wanted.name]
    candidates = exact or same
    return candidates[0] if len(candidates) == 1 else None


def _agrees(wanted: str | None, stored: str | None) -> bool:
    return wanted is None or stored is None or wanted.lower() == stored.lower()
