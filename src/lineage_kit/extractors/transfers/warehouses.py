"""Transfers of warehouses that describe themselves: what they leave out, and names that nobody else gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.connections import hook_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.renaming import renamed
from lineage_kit.extractors.reports import session_of
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.query import lineage_of_query, table_dataset
from lineage_kit.extractors.statistics import with_row_count
from lineage_kit.extractors.transfers.sql_tables import Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.extraction import Extraction

    Ask = Callable[[], OperatorLineage]


@correction("transfers")
def redshift_to_s3(extraction: Extraction, official: Ask) -> OperatorLineage | None:
    """``RedshiftToS3Operator``: what the operator says, for a query with all of its tables and column lineage.

    The provider's parser loses what a CTE reads, and has no column lineage for the object. A table without a schema is
    looked for in the default schema; the operator calls it `None`. Over the Data API nothing is added.
    """
    task = extraction.task
    if task.redshift_data_api_kwargs:
        return None
    answer = official()
    hook = hook_of(extraction, task.redshift_conn_id)
    if task.select_query and task.select_query != task.default_select_query:
        # As the operator does it: queries were once written with doubled quotes.
        query = re.sub(r"''(.+?)''", r"'\1'", task.select_query)
        ours = lineage_of_query(extraction, hook, query, destination=Destination(answer.outputs))
        return combine([answer, ours]) if ours is not None else None
    return _with_schema(extraction, hook, answer)


@correction("transfers")
def s3_to_redshift(extraction: Extraction, official: Ask) -> OperatorLineage | None:
    """``S3ToRedshiftOperator``: what the operator says.

    A table without a schema is looked for in the default schema; the operator calls it `None`.
    """
    task = extraction.task
    if task.redshift_data_api_kwargs:
        return None
    return _with_schema(extraction, hook_of(extraction, task.redshift_conn_id), official())


def _with_schema(extraction: Extraction, hook: Any, answer: OperatorLineage) -> OperatorLineage | None:
    """Return ``answer`` with the table under its right name; None where the operator knew its schema."""
    task = extraction.task
    if task.schema or not task.table or not (answer.inputs or answer.outputs):
        return None
    wrong = next((each for each in (*answer.inputs, *answer.outputs) if each.name.endswith(f"None.{task.table}")), None)
    right = table_dataset(extraction, hook, task.table) if wrong is not None else None
    return _with_name(answer, wrong, right) if wrong is not None and right is not None else None


@correction("transfers")
def copy_into_snowflake(extraction: Extraction, official: Ask) -> OperatorLineage | None:
    """``CopyFromExternalStageToSnowflakeOperator``: what the operator says, with the rows that were loaded.

    The table is named as Snowflake stores its name, the way those name it who read it; objects of Google Cloud Storage
    have the scheme `gs`, where Snowflake says `gcs`. The rows are those of the result of COPY.
    """
    task = extraction.task
    answer = official()
    if len(answer.outputs) != 1 or task.hook is None:
        return None
    table = f"{task.schema}.{task.table}" if task.schema else task.table
    right = table_dataset(extraction, task.hook, table, database=task.database)
    if right is None:
        return None
    lineage = combine([renamed(_with_name(answer, answer.outputs[0], right), _of_google)])
    rows = _loaded_rows(task) if extraction.kind is EventKind.COMPLETE else None
    lineage.outputs = [with_row_count(lineage.outputs[0], rows)]
    return lineage


def _of_google(name: DatasetName) -> DatasetName:
    """Return the name with the scheme that objects of Google Cloud Storage have elsewhere."""
    return DatasetName(re.sub(r"^gcs://", "gs://", name.namespace), name.name)


def _loaded_rows(task: Any) -> int | None:
    """Return the rows of all files in the result of COPY; None where there is a file without a number."""
    counts = [row.get("rows_loaded") for row in getattr(task, "_result", None) or () if row.get("file")]
    return sum(counts) if counts and all(isinstance(count, int) for count in counts) else None


@correction("transfers")
def bigquery_to_sql(extraction: Extraction, official: Ask) -> OperatorLineage | None:
    """``BigQueryToMsSqlOperator``, ``BigQueryToMySqlOperator``, ``BigQueryToPostgresOperator``: as they say, and rows.

    The table has its whole name, and the number of rows that its hook counted. The operator leaves the database out
    where only the connection names it. Of early releases, which say nothing, both tables are told.
    """
    if not hasattr(extraction.task, "get_openlineage_facets_on_complete"):
        return _of_early_release(extraction)
    answer = official()
    if len(answer.outputs) != 1:
        return None
    task, named = extraction.task, answer.outputs[0]
    hook = task.get_sql_hook()
    if schema := named.name.rpartition(".")[0].rpartition(".")[2]:
        # The operator has asked the server for it; it is not asked again.
        extraction.default_schemas.setdefault(session_of(hook), schema)
    filled = Side(extraction, hook).fills(task.target_table_name)
    if filled.table is None:
        return None
    return combine([_with_name(answer, named, filled.table), OperatorLineage(outputs=[filled.table])])


def _of_early_release(extraction: Extraction) -> OperatorLineage:
    from airflow.providers.google.cloud.hooks.bigquery import BigQueryHook

    task = extraction.task
    filled = Side(extraction, task.get_sql_hook()).fills(task.target_table_name)
    fields = [task.selected_fields] if isinstance(task.selected_fields, str) else task.selected_fields
    query = f"SELECT {', '.join(fields or '*')} FROM {task.dataset_id}.{task.table_id}"  # noqa: S608 - nobody runs it
    hook = BigQueryHook(gcp_conn_id=task.gcp_conn_id, impersonation_chain=task.impersonation_chain)
    return combine([Side(extraction, hook).queries([query], filled.named_alike()), filled.lineage])


def _with_name(answer: OperatorLineage, wrong: Dataset, right: Dataset) -> OperatorLineage:
    """Return ``answer`` with another name for one of its datasets, in column lineage too."""
    before, after = (DatasetName(each.namespace, each.name) for each in (wrong, right))
    return renamed(answer, lambda name: after if name == before else name)
