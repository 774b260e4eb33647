"""Sensors that wait for the result of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.extractors.connections import hook_of
from lineage_kit.extractors.family import family
from lineage_kit.extractors.sensors.seen import PART
from lineage_kit.extractors.sql.query import lineage_of_query, sql_facet

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family(PART)
def sql(extraction: Extraction) -> OperatorLineage | None:
    """``SqlSensor``: the tables that its SQL reads, when it fails too, and the SQL itself."""
    task = extraction.task
    found = lineage_of_query(extraction, hook_of(extraction, task.conn_id, task.hook_params), task.sql)
    return _with_text(found, task.sql)


@family(PART)
def databricks_sql(extraction: Extraction) -> OperatorLineage | None:
    """``DatabricksSqlSensor``: the tables that its SQL reads, when it fails too, and the SQL itself."""
    task = extraction.task
    statements = task.sql if isinstance(task.sql, str) else [*task.sql]
    found = lineage_of_query(extraction, task.hook, statements, database=task.catalog or None, schema=task.schema)
    return _with_text(found, statements)


def _with_text(found: OperatorLineage | None, statements: str | list[str]) -> OperatorLineage | None:
    if found is not None:
        found.job_facets = {**found.job_facets, "sql": sql_facet(statements)}
    return found
