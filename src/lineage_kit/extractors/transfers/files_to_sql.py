"""Objects of a store to a table of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.family import family
from lineage_kit.extractors.files import file_dataset
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.transfers.sql_tables import Side
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.transfers.sql_tables import Filled


@family("transfers")
def s3_to_sql(extraction: Extraction) -> OperatorLineage:
    """``S3ToSqlOperator``: the object, and the table with the rows that its hook counted.

    The operator hands `schema` to the hook as an option of the insert, which hooks of the common-sql provider do not
    look at; the table is the one that `table` names.
    """
    task = extraction.task
    filled = Side.of(extraction, task.sql_conn_id, getattr(task, "sql_hook_params", None)).fills(task.table)
    return _loaded(f"s3://{task.s3_bucket}/{task.s3_key}", filled)


@family("transfers")
def s3_to_mysql(extraction: Extraction) -> OperatorLineage:
    """``S3ToMySqlOperator``: the object, and the table with the rows that its hook counted."""
    task = extraction.task
    filled = Side.of(extraction, task.mysql_conn_id).fills(task.mysql_table)
    return _loaded(task.s3_source_key, filled)


@family("transfers")
def s3_to_hive(extraction: Extraction) -> OperatorLineage:
    """``S3ToHiveOperator``: the object, and the Hive table.

    With `wildcard_match` the operator takes the first key that matches and does not tell which.
    """
    task = extraction.task
    filled = Side.of(extraction, task.hive_cli_conn_id).fills(task.hive_table)
    if task.wildcard_match:
        extraction.omit("transfers", Cause.NOT_SUPPORTED_HERE, "Which object matched the wildcard is not told.")
        return _loaded("", filled)
    return _loaded(task.s3_key, filled)


@family("transfers")
def gcs_to_presto(extraction: Extraction) -> OperatorLineage:
    """``GCSToPrestoOperator``: the object, and the Presto table with the rows that its hook counted."""
    task = extraction.task
    filled = Side.of(extraction, task.presto_conn_id).fills(task.presto_table)
    return _loaded(f"gs://{task.source_bucket}/{task.source_object}", filled)


@family("transfers")
def gcs_to_trino(extraction: Extraction) -> OperatorLineage:
    """``GCSToTrinoOperator``: the object, and the Trino table with the rows that its hook counted."""
    task = extraction.task
    filled = Side.of(extraction, task.trino_conn_id).fills(task.trino_table)
    return _loaded(f"gs://{task.source_bucket}/{task.source_object}", filled)


@family("transfers")
def s3_to_teradata(extraction: Extraction) -> OperatorLineage:
    """``S3ToTeradataOperator``: the location in S3 that Teradata reads by itself, and the table that it creates."""
    task = extraction.task
    filled = Side.of(extraction, task.teradata_conn_id).fills(task.teradata_table)
    return _loaded(teradata_location(task.s3_source_key), filled)


@family("transfers")
def azure_blob_to_teradata(extraction: Extraction) -> OperatorLineage:
    """``AzureBlobStorageToTeradataOperator``: the blobs that Teradata itself reads, and the table that it creates."""
    task = extraction.task
    filled = Side.of(extraction, task.teradata_conn_id).fills(task.teradata_table)
    return _loaded(teradata_location(task.blob_source_key), filled)


def teradata_location(location: str) -> str:
    """Return the URI of a location as Teradata's native object store access spells it; "" for other spellings.

    `/s3/bucket.s3.amazonaws.com/key`, `/s3/s3.amazonaws.com/bucket/key`,
    `/az/account.blob.core.windows.net/container/key` and `/gs/storage.googleapis.com/bucket/key`, in any case of the
    first part.
    """
    store, _, rest = location.strip().lstrip("/").partition("/")
    host, _, path = rest.partition("/")
    container, _, key = path.partition("/")
    kind = store.lower()
    if kind == "s3":
        bucket, dot, _ = host.rpartition(".s3")
        return f"s3://{bucket}/{path}" if dot and bucket else f"s3://{container}/{key}"
    if kind == "az" and container:
        return f"https://{host}/{path}"
    return f"gs://{container}/{key}" if kind == "gs" and container else ""


def _loaded(uri: str, filled: Filled) -> OperatorLineage:
    file = file_dataset(uri)
    return combine([OperatorLineage(inputs=[file] if file else []), filled.lineage])
