"""SQL that is one side of a transfer: the tables that a query reads, and the one table that rows go to or come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from openlineage.client.facet_v2 import sql_job

from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.sql.lineage import Ask, asks_the_server, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.source import find_source
from lineage_kit.sql.masking import mask_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.sql.datasets import Destination
    from lineage_kit.extractors.sql.source import Source


def lineage_of_query(  # noqa: PLR0913 - what ran and where, and what is known beside it
    extraction: Extraction,
    hook: Any,
    sql: str | Sequence[str],
    *,
    database: str | None = None,
    destination: Destination | None = None,
    schema: str | None = None,
) -> OperatorLineage | None:
    """Return what ``sql`` reads and writes, and where else the rows of its last query went.

    Args:
        extraction: the task and the event.
        hook: the hook whose database runs it.
        sql: a query, or statements that end with one.
        database: overrides the database of the hook's connection.
        destination: what holds the rows of the last query; its datasets come back as outputs with column lineage.
        schema: overrides the schema of the connection, with hooks that are told it for each query.

    None, with the reason noted, where nobody can name the tables of the hook's database. Tables without a schema are
    left out on START where only the database knows its default schema; later it is asked, once for a connection.

    """
    source = find_source(extraction, hook, database)
    if source is None:
        return None
    if schema is not None:
        source = replace(source, database=replace(source.database, schema=schema))
    return lineage_in(extraction, source, sql, destination)


def lineage_in(
    extraction: Extraction,
    source: Source,
    sql: str | Sequence[str],
    destination: Destination | None = None,
    ask: Ask = Ask.DEFAULT_SCHEMA,
) -> OperatorLineage:
    """Return what :func:`lineage_of_query` does, for a database that the caller describes.

    Args:
        extraction: the task and the event.
        source: the database.
        sql: a query, or statements that end with one.
        destination: what holds the rows of the last query.
        ask: what the database may be asked; the default schema on no START event, where the connection does not say it.

    """
    if ask is Ask.DEFAULT_SCHEMA and extraction.kind is EventKind.START and asks_the_server(source):
        ask = Ask.NOTHING
    statements = [sql] if isinstance(sql, str) else list(sql)
    found = read_sql(extraction, source, statements)
    if destination is not None and destination.columns is not None and found.statements:
        statements[-1] = _stored(statements[-1], found.statements[-1].position, destination)
        found = read_sql(extraction, source, statements)
    lineage, _ = lineage_of_sql(extraction, source, statements, found, ask, destination)
    return lineage


def _stored(script: str, start: int, destination: Destination) -> str:
    return script[:start] + destination.stored(script[start:])


def table_dataset(extraction: Extraction, hook: Any, table: str, *, database: str | None = None) -> Dataset | None:
    """Return the dataset of ``table``, spelled as in a statement (``name``, ``schema.name``, parts quoted or not).

    None, with the reason noted, where nobody can name it: the hook's database has no known names, or on START only the
    database itself knows the default schema.
    """
    query = f"SELECT 1 FROM {table}"  # noqa: S608 - no database runs it
    lineage = lineage_of_query(extraction, hook, query, database=database)
    return next(iter(lineage.inputs), None) if lineage else None


def sql_facet(sql: str | Sequence[str]) -> sql_job.SQLJobFacet:
    """Return the job facet of the SQL, without its secrets."""
    # Masked one by one: a comment at the end of one statement must not swallow what joins it to the next.
    statements = [mask_sql(statement).strip(" ;\r\n") for statement in ([sql] if isinstance(sql, str) else sql)]
    return sql_job.SQLJobFacet(query=";\n".join(statements))
