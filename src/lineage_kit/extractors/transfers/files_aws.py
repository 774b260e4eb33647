"""DynamoDB to and from S3, and inventories of Glacier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.aws import region_of
from lineage_kit.extractors.copies import (
    PART,
    Copy,
    lineage_of_copies,
    state,
    stored_folder,
    stored_object,
)
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def dynamodb_to_s3(extraction: Extraction) -> OperatorLineage:
    """``DynamoDBToS3Operator``: the table, and the folder in S3: the names of the objects are random, and not told.

    Where `s3_key_prefix` begins the names of objects that are in no folder, S3 is not told.
    """
    task = extraction.task
    table = dynamodb_table(extraction, task.source_aws_conn_id, task.dynamodb_table_name)
    export = getattr(task, "export_table_to_point_in_time_kwargs", None) or {}
    at_a_time = getattr(task, "point_in_time_export", False) or getattr(task, "export_time", None)
    if not at_a_time:
        folder = stored_folder(extraction, "s3", task.s3_bucket_name, task.s3_key_prefix)
        return lineage_of_copies([Copy(table, folder)])
    bucket = export.get("S3Bucket", task.s3_bucket_name)
    # DynamoDB puts a slash behind this prefix.
    return lineage_of_copies([Copy(table, stored_object("s3", bucket, export.get("S3Prefix", task.s3_key_prefix)))])


@family("transfers")
def s3_to_dynamodb(extraction: Extraction) -> OperatorLineage:
    """``S3ToDynamoDBOperator``: the object, or the prefix of the objects, in S3, and the table.

    A table that was made for the import is new (`lifecycleStateChange`). The one in between exists only while the task
    runs, and is not told.
    """
    task = extraction.task
    table = dynamodb_table(extraction, task.aws_conn_id, task.dynamodb_table_name)
    lineage = lineage_of_copies([Copy(stored_object("s3", task.s3_bucket, task.s3_key), table)])
    made = not task.use_existing_table and task.wait_for_completion and extraction.kind is EventKind.COMPLETE
    for output in lineage.outputs if made else ():
        output.facets.update(state("CREATE"))
    return lineage


@family("transfers")
def glacier_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``GlacierToGCSOperator``: the vault, whose inventory it is, and the object."""
    task = extraction.task
    region = extraction.attempt(PART, lambda: _region(extraction, task.aws_conn_id))
    vault = DatasetName(f"glacier://{region}", task.vault_name) if region else None
    return lineage_of_copies([Copy(vault, stored_object("gs", task.bucket_name, task.object_name))])


def dynamodb_table(
    extraction: Extraction, conn_id: str | None, table: str, *, region: str | None = None, part: str = PART
) -> DatasetName | None:
    """Return the name of a DynamoDB table, None where nobody names its region.

    The specification has no rule for DynamoDB. The account is not in the name, since only AWS could tell it.

    Args:
        extraction: the task and the event.
        conn_id: its region counts where no other is given.
        table: the table.
        region: counts more than that of the connection.
        part: whose look-up it is.

    """
    region = region or extraction.attempt(part, lambda: _region(extraction, conn_id))
    return DatasetName(f"dynamodb://{region}", table) if region else None


def _region(extraction: Extraction, conn_id: str | None) -> str | None:
    """Return the region of a connection.

    Raises:
        TimeoutError: nothing of the budget is left.

    """
    if extraction.budget.spent():
        msg = "no time left to look the connection up"
        raise TimeoutError(msg)
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

    return region_of(AwsGenericHook(aws_conn_id=conn_id, client_type="dynamodb").conn_config)
