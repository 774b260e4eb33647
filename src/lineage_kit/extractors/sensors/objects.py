"""Sensors that wait for objects in the stores of AWS, Google and Azure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.extractors.copies import folder_of, stored_folder, stored_object
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.sensors.seen import PART, waited_for
from lineage_kit.extractors.transfers.files_azure import storage_account, stored_blob

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.extraction import Extraction

#: What begins a pattern. Only Google's have choices in braces.
_WILDCARD = {"gs": re.compile(r"[\[*?{]"), "s3": re.compile(r"[\[*?]")}


@family(PART)
def s3_key(extraction: Extraction) -> OperatorLineage:
    """``S3KeySensor``: the objects that it waits for; of a wildcard the folder, since it keeps no object it found.

    Nothing is told of a regular expression, which is about all of the bucket.
    """
    task = extraction.task
    keys = [task.bucket_key] if isinstance(task.bucket_key, str) else task.bucket_key
    if getattr(task, "use_regex", False):
        return waited_for(extraction, [])
    return waited_for(extraction, (_s3_object(extraction, key) for key in keys))


@family(PART)
def s3_keys_unchanged(extraction: Extraction) -> OperatorLineage:
    """``S3KeysUnchangedSensor``: the folder of the prefix, and once it succeeded the objects that it last saw.

    A deferred sensor does not know these.
    """
    return _stable(extraction, "s3", extraction.task.bucket_name)


@family(PART)
def gcs_upload(extraction: Extraction) -> OperatorLineage:
    """``GCSUploadSessionCompleteSensor``: the folder of the prefix, and afterwards the objects that it last saw.

    A deferred sensor does not know these.
    """
    return _stable(extraction, "gs", extraction.task.bucket)


@family(PART)
def gcs_object(extraction: Extraction) -> OperatorLineage:
    """``GCSObjectExistenceSensor``, ``GCSObjectUpdateSensor``: the object; of a glob the folder."""
    task = extraction.task
    if getattr(task, "use_glob", False):
        return waited_for(extraction, [_folder(extraction, "gs", task.bucket, task.object)])
    return waited_for(extraction, [stored_object("gs", task.bucket, task.object)])


@family(PART)
def gcs_prefix(extraction: Extraction) -> OperatorLineage:
    """``GCSObjectsWithPrefixExistenceSensor``: the objects that it returned; before, the folder of the prefix."""
    task = extraction.task
    found = extraction.attempt(PART, lambda: returned(extraction))
    if isinstance(found, (list, tuple)):
        return waited_for(extraction, [stored_object("gs", task.bucket, str(each)) for each in found])
    return waited_for(extraction, [stored_folder(extraction, "gs", task.bucket, task.prefix, part=PART)])


@family(PART)
def wasb_blob(extraction: Extraction) -> OperatorLineage:
    """``WasbBlobSensor``: the blob."""
    task = extraction.task
    account = storage_account(extraction, task.wasb_conn_id, part=PART)
    return waited_for(extraction, [stored_blob(account, task.container_name, task.blob_name)])


@family(PART)
def wasb_prefix(extraction: Extraction) -> OperatorLineage:
    """``WasbPrefixSensor``: the folder of the prefix."""
    task = extraction.task
    folder = folder_of(extraction, task.prefix, part=PART)
    if folder is None:
        return waited_for(extraction, [])
    account = storage_account(extraction, task.wasb_conn_id, part=PART)
    return waited_for(extraction, [stored_blob(account, task.container_name, folder)])


def _s3_object(extraction: Extraction, key: str) -> DatasetName | None:
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    task = extraction.task
    bucket, key = S3Hook.get_s3_bucket_key(task.bucket_name, key, "bucket_name", "bucket_key")
    return _folder(extraction, "s3", bucket, key) if task.wildcard_match else stored_object("s3", bucket, key)


def _folder(extraction: Extraction, store: str, bucket: str, pattern: str) -> DatasetName | None:
    """Return the folder in which all objects are that a pattern stands for; without a wildcard it is an object."""
    wildcard = _WILDCARD[store].search(pattern)
    if wildcard is None:
        return stored_object(store, bucket, pattern)
    # A wildcard at the start is no folder either.
    return stored_folder(extraction, store, bucket, pattern[: wildcard.start()] or wildcard[0], part=PART)


def _stable(extraction: Extraction, store: str, bucket: str) -> OperatorLineage:
    task = extraction.task
    if extraction.kind is EventKind.COMPLETE and task.previous_objects and not task.deferrable:
        return waited_for(extraction, [stored_object(store, bucket, key) for key in sorted(task.previous_objects)])
    return waited_for(extraction, [stored_folder(extraction, store, bucket, task.prefix, part=PART)])
