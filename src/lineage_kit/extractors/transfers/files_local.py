"""Files of the worker, and of any file system that Airflow's object storage knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.copies import (
    Copy,
    lineage_of_copies,
    local_file,
    stored_object,
)
from lineage_kit.extractors.family import correction, family
from lineage_kit.extractors.temporary import is_temporary
from lineage_kit.extractors.transfers.files_azure import storage_account, stored_blob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def local_to_s3(extraction: Extraction) -> OperatorLineage:
    """``LocalFilesystemToS3Operator``: the local file and the object in S3."""
    task = extraction.task
    target = stored_object("s3", task.dest_bucket, task.dest_key)
    return lineage_of_copies([Copy(local_file(task.filename), target)])


@correction("transfers")
def file_transfer(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage:
    """``FileTransferOperator``: the source and the destination, local files by their absolute path.

    The provider leaves the namespace of a local path empty or calls it `file://`, takes the leading slash off the path,
    and with some releases of Airflow has the connection in the name of a bucket: these names are replaced. The account
    of a container of Azure is that of the connection. Files in the temporary folder are left out.
    """
    task, answer = extraction.task, official()
    answer.inputs = _named(extraction, answer.inputs, task.src, task.source_conn_id)
    answer.outputs = _named(extraction, answer.outputs, task.dst, task.dst_conn_id)
    return answer


def _named(extraction: Extraction, datasets: Iterable[Dataset], path: Any, conn_id: str | None) -> list[Dataset]:
    """Return the datasets under the name that others give a path; none for a file in the temporary folder."""
    name = _name(extraction, str(path), getattr(path, "conn_id", None) or conn_id)
    if name is None:
        return [*datasets]
    if is_temporary(name):
        return []
    return [Dataset(namespace=name.namespace, name=name.name, facets=dataset.facets or {}) for dataset in datasets]


def _name(extraction: Extraction, path: str, conn_id: str | None) -> DatasetName | None:
    """Return the name of a location of object storage, which has connections where others have users and containers."""
    if "://" not in path:
        return local_file(path)
    scheme, _, rest = path.partition("://")
    authority, slash, key = rest.partition("/")
    in_path, _, authority = authority.rpartition("@")
    name = from_uri(f"{scheme}://{authority}{slash}{key}")
    if name is None or not name.namespace.startswith("abfss://"):
        return name
    known = in_path or conn_id
    account = storage_account(extraction, known) if known else None
    return stored_blob(account, authority, name.name) or name
