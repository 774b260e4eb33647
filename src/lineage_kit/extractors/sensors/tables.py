"""Sensors that wait for tables, or for something in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.family import family
from lineage_kit.extractors.sensors.seen import PART, inputs, waited_for
from lineage_kit.extractors.transfers.files_aws import dynamodb_table
from lineage_kit.extractors.transfers.files_mongo import collection_naming

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family(PART)
def bigquery_table(extraction: Extraction) -> OperatorLineage:
    """``BigQueryTableExistenceSensor``, ``BigQueryTablePartitionExistenceSensor``: the table."""
    task = extraction.task
    # A partition stands behind a dollar sign.
    table = task.table_id.partition("$")[0]
    return waited_for(extraction, [DatasetName("bigquery", f"{task.project_id}.{task.dataset_id}.{table}")])


@family(PART)
def dynamodb_value(extraction: Extraction) -> OperatorLineage:
    """``DynamoDBValueSensor``: the table, when it fails too; neither the key nor the value."""
    task = extraction.task
    return inputs([dynamodb_table(extraction, task.aws_conn_id, task.table_name, region=task.region_name, part=PART)])


@family(PART)
def mongo(extraction: Extraction) -> OperatorLineage:
    """``MongoSensor``: the collection, when it fails too; not the query."""
    named = extraction.attempt(PART, lambda: collection_naming(extraction))
    return inputs([named(extraction.task.collection) if named else None])
