"""From SQL and the database behind it to OpenLineage datasets."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from lineage_kit.datasets.databases import FileDatabase
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.reports import query_reports, reports_complete, same_session, session_of
from lineage_kit.extractors.sql import datasets, files
from lineage_kit.extractors.sql.rows import rows_of_one, written_rows
from lineage_kit.extractors.sql.session import Session
from lineage_kit.extractors.sql.stored import StoredTable, Tables, read_catalogue
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql import TableName, analyze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.reports import QueryReport
    from lineage_kit.extractors.sql.source import Source
    from lineage_kit.sql import SqlLineage


#: Dialects whose hooks ask the server for the default schema; others read it from the connection or know it.
_ASK_THE_SERVER = frozenset({"mssql", "oracle", "redshift"})


class Ask(Enum):
    """What the database may be asked, beyond what the statements say. Database files are always read."""

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


def lineage_of_sql(  # noqa: PLR0913, PLR0917 - what ran, what is known of it, and what may be asked
    extraction: Extraction,
    source: Source,
    sql: str | list[str],
    found: SqlLineage,
    ask: Ask,
    destination: datasets.Destination | None = None,
    reports: Sequence[QueryReport] | None = None,
) -> tuple[OperatorLineage, bool]:
    """Return the datasets of ``sql``, and whether every table has a name.

    Args:
        extraction: the task and the event.
        source: the database.
        sql: what ran or will run.
        found: what :func:`read_sql` returned.
        ask: what the database may be asked.
        destination: where the rows of the last query went, outside the SQL.
        reports: what hooks reported of it; looked for among what hooks of the connection reported where not given.

    """
    tables = list(dict.fromkeys(name for name in (*found.inputs, *found.outputs) if isinstance(name, TableName)))
    if isinstance(source.database, FileDatabase):
        known = _tables_of_files(extraction, source, source.database.with_attached(_text(sql)), tables)
    elif source.catalogue is not None and ask is Ask.COLUMNS and extraction.enabled("schema"):
        known = Tables(source, source.catalogue(tables))
    elif ask is Ask.NOTHING or source.info is None or not tables:
        known = Tables(source)
    else:
        known = _server_tables(extraction, source, tables, ask)
    if known.stored and _needs_columns(sql, found):
        with_columns = _analyze(extraction, source, sql, quoted_columns(known.stored))
        # The second time may not suffice.
        found = with_columns if len(with_columns.problems) <= len(found.problems) else found
    lineage, named = datasets.build(
        found,
        known,
        column_lineage=extraction.enabled("column_lineage"),
        destination=destination,
        effect=_effect(extraction, source, sql, found, reports) if extraction.kind is EventKind.COMPLETE else None,
    )
    if not named:
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            "Neither the SQL nor the connection tells where each table is; name its schema, or its database, in one of "
            "them. A table in memory has no name that others could know.",
        )
    return lineage, named


def _effect(
    extraction: Extraction,
    source: Source,
    sql: str | list[str],
    found: SqlLineage,
    reports: Sequence[QueryReport] | None,
) -> datasets.Effect:
    """Return what the SQL did; a task that failed may have rolled back what it did, so that it is not asked."""
    if reports is None:
        reports = reports_of(source)
    if not found.outputs or not reports_complete() or all(report.row_count is None for report in reports):
        return datasets.Effect({})
    texts = [report.sql for report in reports]
    ran = found if texts == ([sql] if isinstance(sql, str) else sql) else _analyze(extraction, source, texts)
    return datasets.Effect(written_rows(found, ran, reports, source.database.dialect))


def reports_of(source: Source) -> list[QueryReport]:
    """Return what hooks of the connection reported."""
    return [report for report in query_reports() if same_session(report.hook, source.hook)]


def rows_not_understood(extraction: Extraction, source: Source, found: SqlLineage) -> int | None:
    """Return the rows that the task's SQL wrote although the engine does not understand it; None if not certain."""
    if extraction.kind is not EventKind.COMPLETE or not found.problems or not reports_complete():
        return None
    return rows_of_one(found, reports_of(source), source.database.dialect)


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


def _tables_of_files(
    extraction: Extraction, source: Source, database: FileDatabase, tables: Iterable[TableName]
) -> Tables:
    stored: Mapping[TableName, StoredTable] | None = None
    if extraction.enabled("schema"):
        stored = extraction.attempt("schema", lambda: files.read_files(database, tables, extraction.budget))
    return Tables(replace(source, database=database), stored or {})


def _text(sql: str | list[str]) -> str:
    return sql if isinstance(sql, str) else ";\n".join(sql)


def asks_the_server(source: Source) -> bool:
    """Tell whether finding out the default schema opens a connection to the database."""
    return source.on_libpq or source.database.dialect in _ASK_THE_SERVER


def _server_tables(extraction: Extraction, source: Source, tables: list[TableName], ask: Ask) -> Tables:
    stored: Mapping[TableName, StoredTable] | None = None
    with Session(source, extraction.budget) as session:
        if any(table.schema is None for table in tables):
            schema = _known_default_schema(extraction, source, session)
            source = replace(source, database=replace(source.database, schema=schema or source.database.schema))
        if ask is Ask.COLUMNS and extraction.enabled("schema"):
            stored = extraction.attempt(
                "schema", lambda: read_catalogue(source, tables, source.database.schema, session)
            )
    return Tables(source, stored or {})


def _known_default_schema(extraction: Extraction, source: Source, session: Session) -> str | None:
    """Return the schema of unqualified names; asked once for an event, whatever came out."""
    key = session_of(source.hook)
    if key not in extraction.default_schemas:
        extraction.default_schemas[key] = extraction.attempt("sql", lambda: _default_schema(source, session))
    return extraction.default_schemas[key]


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


def quoted_columns(stored: Mapping[TableName, StoredTable]) -> dict[str, list[str]]:
    """Return the columns by the quoted names of their tables, which may have dots in them."""
    return {_quoted(name): [column for column, _ in table.columns] for name, table in stored.items()}


def _quoted(name: TableName) -> str:
    parts = (part.replace('"', '""') for part in (name.database, name.schema, name.name) if part)
    return ".".join(f'"{part}"' for part in parts)
