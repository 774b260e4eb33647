"""From SQL and the database behind it to OpenLineage datasets."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from lineage_kit.extractors.sql import datasets, sqlite
from lineage_kit.extractors.sql.session import Session
from lineage_kit.extractors.sql.stored import StoredTable, Tables, read_catalogue
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql import TableName, analyze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.sql.source import Source
    from lineage_kit.sql import SqlLineage


#: Dialects whose hooks ask the server for the default schema; others read it from the connection or know it.
_ASK_THE_SERVER = frozenset({"mssql", "oracle", "redshift"})


class Ask(Enum):
    """What the database may be asked, beyond what the statements say. Files of SQLite are always read."""

    NOTHING = 0
    DEFAULT_SCHEMA = 1
    COLUMNS = 2


def read_sql(extraction: Extraction, source: Source, sql: str | list[str]) -> SqlLineage:
    """Return what the engine makes of ``sql`` without knowing any table, and note what it did not understand.

    Of a statement that was not understood, the tables are those that its words name.
    """
    found = _analyze(extraction, source, sql)
    for problem in found.problems:
        message = f"Statement {problem.statement + 1} was not understood: {problem.reason}"
        extraction.omit("sql", Cause.SQL_NOT_UNDERSTOOD, message)
        extraction.explain(Reason.SQL_NOT_UNDERSTOOD, message)
    return found


def lineage_of_sql(
    extraction: Extraction, source: Source, sql: str | list[str], found: SqlLineage, ask: Ask
) -> tuple[OperatorLineage, bool]:
    """Return the datasets of ``sql``, and whether every table has a name.

    Args:
        extraction: the task and the event.
        source: the database.
        sql: what ran or will run.
        found: what :func:`read_sql` returned.
        ask: what the database may be asked.

    """
    tables = list(dict.fromkeys(name for name in (*found.inputs, *found.outputs) if isinstance(name, TableName)))
    if source.database.dialect == "sqlite":
        known = _sqlite_tables(extraction, source, sql, tables)
    elif ask is Ask.NOTHING or source.info is None or not tables:
        known = Tables(source)
    else:
        known = _server_tables(extraction, source, tables, ask)
    if known.stored and _needs_columns(sql, found):
        with_columns = _analyze(extraction, source, sql, _columns(known.stored))
        # The second time may not suffice.
        found = with_columns if len(with_columns.problems) <= len(found.problems) else found
    return datasets.build(found, known, column_lineage=extraction.enabled("column_lineage"))


def _analyze(
    extraction: Extraction, source: Source, sql: str | list[str], columns: Mapping[str, list[str]] | None = None
) -> SqlLineage:
    """Ask the engine, for as long as the budget lasts; names come the way the database's catalogue spells them."""
    return analyze(
        sql,
        dialect=source.database.dialect,
        schema=columns,
        max_seconds=extraction.budget.remaining(),
        stored_names=True,
    )


def _sqlite_tables(extraction: Extraction, source: Source, sql: str | list[str], tables: Iterable[TableName]) -> Tables:
    database = sqlite.with_attached(source.database, sql)
    stored: Mapping[TableName, StoredTable] | None = None
    if extraction.enabled("schema"):
        stored = extraction.attempt("schema", lambda: sqlite.read_files(database, tables, extraction.budget))
    return Tables(replace(source, database=database), stored or {})


def _server_tables(extraction: Extraction, source: Source, tables: list[TableName], ask: Ask) -> Tables:
    stored: Mapping[TableName, StoredTable] | None = None
    with Session(source, extraction.budget) as session:
        if any(table.schema is None for table in tables):
            schema = extraction.attempt("sql", lambda: _default_schema(source, session))
            source = replace(source, database=replace(source.database, schema=schema or source.database.schema))
        if ask is Ask.COLUMNS and extraction.enabled("schema"):
            stored = extraction.attempt(
                "schema", lambda: read_catalogue(source, tables, source.database.schema, session)
            )
    return Tables(source, stored or {})


def _default_schema(source: Source, session: Session) -> str | None:
    """Return the schema of unqualified names.

    Hooks on libpq ask the server for it, over a connection without a bound, and leave a query behind that
    looks like the task's own; the same question is put over the bounded session instead.
    """
    if source.on_libpq:
        schema: str | None = session.rows("SELECT CURRENT_SCHEMA")[0][0]
        return schema
    if source.database.dialect in _ASK_THE_SERVER:
        session.probe()
    schema = source.hook.get_openlineage_default_schema()
    return str(schema) if schema else None


def _needs_columns(sql: str | list[str], found: SqlLineage) -> bool:
    """Tell whether knowing the tables' columns can make the lineage more exact."""
    return any("*" in text for text in ([sql] if isinstance(sql, str) else sql)) or any(
        column.source is None for column in found.columns
    )


def _columns(stored: Mapping[TableName, StoredTable]) -> dict[str, list[str]]:
    """Return the columns by the quoted names of their tables, which may have dots in them."""
    return {_quoted(name): [column for column, _ in table.columns] for name, table in stored.items()}


def _quoted(name: TableName) -> str:
    parts = (part.replace('"', '""') for part in (name.database, name.schema, name.name) if part)
    return ".".join(f'"{part}"' for part in parts)
