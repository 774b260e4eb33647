"""Files of the worker, and of any file system that Airflow's object storage knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.family import correction, family
from lineage_kit.extractors.transfers.files_copied import (
    Copy,
    lineage_of_copies,
    local_file,
    stored_object,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

#: What object storage calls the file system of the worker.
_LOCAL = frozenset({"", "file", "file://", "local"})


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
    and with some releases of Airflow has the connection in the name of a bucket: these names are replaced.
    """
    task, answer = extraction.task, official()
    answer.inputs = [_named(dataset, task.src) for dataset in answer.inputs]
    answer.outputs = [_named(dataset, task.dst) for dataset in answer.outputs]
    return answer


def _named(dataset: Dataset, path: Any) -> Dataset:
    """Return the dataset under the name that others give it; object storage calls bare paths `file` too."""
    text = str(path) if dataset.namespace in _LOCAL else f"{dataset.namespace}/{dataset.name}"
    name = from_uri(text) if "://" in text else local_file(text)
    return Dataset(namespace=name.namespace, name=name.name, facets=dataset.facets or {}) if name else dataset
