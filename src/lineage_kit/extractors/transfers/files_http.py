"""What an HTTP server answered, to objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.copies import PART, Copy, lineage_of_copies, stored_object
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def http_to_s3(extraction: Extraction) -> OperatorLineage:
    """``HttpToS3Operator``: the address, without query and credentials, and the object in S3."""
    task = extraction.task
    target = stored_object("s3", task.s3_bucket, task.s3_key)
    return lineage_of_copies([Copy(address_of(extraction), target)])


@family("transfers")
def http_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``HttpToGCSOperator``: the address, without query and credentials, and the object."""
    task = extraction.task
    target = stored_object("gs", task.bucket_name, task.object_name)
    return lineage_of_copies([Copy(address_of(extraction), target)])


def address_of(extraction: Extraction, *, part: str = PART) -> DatasetName | None:
    """Return the name of what is asked for, put together as the hook does it, which needs no look-up of a host."""
    task = extraction.task
    connection = extraction.attempt(part, lambda: connection_of(extraction, task.http_conn_id))
    if connection is None:
        return None
    host = connection.host or ""
    base = host if "://" in host else f"{connection.schema or 'http'}://{host}"
    if connection.port:
        base = f"{base}:{connection.port}"
    endpoint = task.endpoint or ""
    slash = "/" if endpoint and not base.endswith("/") and not endpoint.startswith("/") else ""
    return from_uri(f"{base}{slash}{endpoint}")


@family("transfers")
def google_api_to_s3(extraction: Extraction) -> OperatorLineage:
    """``GoogleApiToS3Operator``: the method of the Google API, without its parameters, and the object in S3."""
    task = extraction.task
    method = f"{task.google_api_service_version}/{task.google_api_endpoint_path}"
    source = DatasetName(f"googleapis://{task.google_api_service_name}", method)
    return lineage_of_copies([Copy(source, stored_object("s3", None, task.s3_destination_key))])
