"""Files and objects as datasets."""

from __future__ import annotations

from openlineage.client.event_v2 import Dataset

from lineage_kit.datasets.naming import from_uri


def file_dataset(uri: str) -> Dataset | None:
    """Return the dataset of a file or object, by the OpenLineage naming rules; None where ``uri`` is not absolute.

    ``s3://bucket/key``, ``gs://bucket/key``, ``abfss://container@account/path``, ``/local/path`` and their like;
    credentials in a URI are left out.
    """
    name = from_uri(uri)
    return Dataset(namespace=name.namespace, name=name.name) if name else None
