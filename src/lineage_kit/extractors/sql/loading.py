"""Operators of common-sql that fill a table without a statement of their own in the task."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.sql.query import lineage_of_query
from lineage_kit.extractors.temporary import is_temporary_file

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


@family("sql")
def sql_insert_rows(extraction: Extraction) -> OperatorLineage | None:
    """``SQLInsertRowsOperator``: the table, with the rows inserted, and the tables of the statements around it.

    The rows are counted where the installed common-sql reports what hooks ran. A task that skipped itself because
    there were no rows names nothing.
    """
    if not extraction.task.rows or extraction.skipped:
        return None
    return _loaded(extraction, extraction.task.table_name_with_schema)


@family("sql")
def sql_bulk_load(extraction: Extraction) -> OperatorLineage | None:
    """``SQLBulkLoadOperator``: the file, unless it is a temporary one, the table, and those of the statements around.

    The rows are counted where the installed common-sql reports what hooks ran and the driver counts them.
    """
    lineage = _loaded(extraction, extraction.task.table)
    path = extraction.task.tmp_file
    file = None if os.path.isabs(path) and is_temporary_file(path) else from_uri(path)
    if lineage is None or file is None:
        return lineage
    return combine([OperatorLineage(inputs=[Dataset(file.namespace, file.name)]), lineage])


def _loaded(extraction: Extraction, table: str) -> OperatorLineage | None:
    """Return the lineage of the statements before, of filling the table, and of those after, as one script."""
    task = extraction.task
    filling = f"INSERT INTO {table} VALUES (NULL)"  # noqa: S608 - no database runs it
    script = [*_statements(task.preoperator), filling, *_statements(task.postoperator)]
    return lineage_of_query(extraction, task.get_db_hook(), script, database=task.database)


def _statements(sql: Any) -> list[str]:
    return [sql] if isinstance(sql, str) else list(sql or ())
