"""The rows of a query to objects and files, or to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.connections import connection_of, hook_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.files import file_dataset
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.reports import reported_outputs
from lineage_kit.extractors.sql.datasets import Destination
from lineage_kit.extractors.sql.query import lineage_of_query
from lineage_kit.extractors.transfers.files_aws import dynamodb_table

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def sql_to_s3(extraction: Extraction) -> OperatorLineage | None:
    """``SqlToS3Operator``: the tables of its query, and the objects that it wrote, each with column lineage.

    How many objects there are and what their keys end in is known once they are written. Nobody counts the rows.
    """
    task = extraction.task
    hook = hook_of(extraction, task.sql_conn_id, task.sql_hook_params)
    objects = [dataset for dataset in _written(extraction) if dataset.namespace == f"s3://{task.s3_bucket}"]
    return lineage_of_query(extraction, hook, task.query, destination=Destination(objects))


@family("transfers")
def exasol_to_s3(extraction: Extraction) -> OperatorLineage | None:
    """``ExasolToS3Operator``: the tables of its query or its one table, and the object with column lineage.

    The object is known once it is written.
    """
    task = extraction.task
    hook = hook_of(extraction, task.exasol_conn_id)
    objects = [dataset for dataset in _written(extraction) if dataset.namespace.startswith("s3://")]
    given = task.query_or_table.strip()
    # The driver takes one word for a table.
    query = given if " " in given else f"SELECT * FROM {given}"  # noqa: S608 - no database runs it
    return lineage_of_query(extraction, hook, query, destination=Destination(objects))


def _written(extraction: Extraction) -> list[Dataset]:
    return [] if extraction.kind is EventKind.START else reported_outputs()


@family("transfers")
def hive_to_samba(extraction: Extraction) -> OperatorLineage | None:
    """``HiveToSambaOperator``: the tables of its query, and the file on the share with column lineage."""
    task = extraction.task
    hook = hook_of(extraction, task.hiveserver2_conn_id)
    share = connection_of(extraction, task.samba_conn_id)
    file = file_dataset(f"smb://{share.host}/{share.schema or ''}/{task.destination_filepath.lstrip('/')}")
    # Without being told a schema the hook goes to this one, not to that of the connection.
    return lineage_of_query(
        extraction, hook, task.hql, destination=Destination([file] if file else []), schema="default"
    )


@family("transfers")
def hive_to_dynamodb(extraction: Extraction) -> OperatorLineage | None:
    """``HiveToDynamoDBOperator``: the tables of its query, and the DynamoDB table with column lineage.

    Items have the columns of the query as attributes, unless a `pre_process` function makes them.
    """
    task = extraction.task
    hook = hook_of(extraction, task.hiveserver2_conn_id)
    table = dynamodb_table(extraction, task.aws_conn_id, task.table_name)
    if task.region_name:
        table = DatasetName(f"dynamodb://{task.region_name}", task.table_name)
    written = [Dataset(table.namespace, table.name)] if table else []
    if task.pre_process is None:
        return lineage_of_query(extraction, hook, task.sql, destination=Destination(written), schema=task.schema)
    read = lineage_of_query(extraction, hook, task.sql, schema=task.schema) or OperatorLineage()
    return combine([read, OperatorLineage(outputs=written)])


@family("transfers")
def hive_to_druid(extraction: Extraction) -> OperatorLineage | None:
    """``HiveToDruidOperator``: the tables of its query; the table in between exists only while the task runs."""
    task = extraction.task
    return lineage_of_query(extraction, hook_of(extraction, task.hive_cli_conn_id), task.sql)


@family("transfers")
def sql_to_slack(extraction: Extraction) -> OperatorLineage | None:
    """``SqlToSlackApiFileOperator``, ``SqlToSlackWebhookOperator``: tables of the query; a message is no dataset."""
    task = extraction.task
    return lineage_of_query(extraction, hook_of(extraction, task.sql_conn_id, task.sql_hook_params), task.sql)
