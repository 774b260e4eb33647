"""Files between an SFTP server and Google Cloud Storage."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.copies import (
    SSH_PORT,
    Copy,
    downloaded,
    lineage_of_copies,
    server_of,
    stored_folder,
    stored_object,
    uploaded,
)
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.copies import Server
    from lineage_kit.extractors.extraction import Extraction

_WILDCARD = "*"


@correction("transfers")
def sftp_to_gcs(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``SFTPToGCSOperator``: the files on the server and the objects, each object with the file it was.

    A file that was moved is afterwards also an output that is gone (`lifecycleStateChange`). Where `source_path` has a
    wildcard the folders are told, which others who use a wildcard are given too, and afterwards the objects that the
    hook reported.

    The provider tells folders only, and names remote files otherwise than its asset converter does: its answer is
    replaced.
    """
    del official
    task = extraction.task
    server = server_of(extraction, task.sftp_conn_id, SSH_PORT)
    bucket = task.destination_bucket.removeprefix("gs://").strip("/")
    written = uploaded(extraction, f"gs://{bucket}")
    copies = _files_to_objects(extraction, server, bucket, written)
    if _may_be_missing(task) and extraction.kind is EventKind.COMPLETE:
        copies = [copy for copy in copies if copy.target in written]
    return lineage_of_copies(copies)


def _files_to_objects(
    extraction: Extraction, server: Server | None, bucket: str, written: list[DatasetName]
) -> list[Copy]:
    task, moved = extraction.task, _moved(extraction)
    folder = (task.destination_path or "").lstrip("/")
    if _WILDCARD not in task.source_path:
        source = server.file(task.source_path) if server else None
        return [Copy(source, stored_object("gs", bucket, folder or posixpath.basename(task.source_path)), moved)]
    base = posixpath.dirname(task.source_path.partition(_WILDCARD)[0])
    found = [
        Copy(server.file(f"{base}/{each.name.removeprefix(folder).lstrip('/')}") if server else None, each, moved)
        for each in written
    ]
    return [Copy(server.file(base) if server else None, stored_object("gs", bucket, folder)), *found]


def _may_be_missing(task: Any) -> bool:
    """Tell whether it takes a report to know that the file was there."""
    streams = getattr(task, "use_stream", False)
    return not (getattr(task, "fail_on_file_not_exist", True) or streams or _WILDCARD in task.source_path)


@correction("transfers")
def gcs_to_sftp(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``GCSToSFTPOperator``: the objects and the files on the server, each file with the object it was.

    An object that was moved is afterwards also an output that is gone (`lifecycleStateChange`). Where `source_object`
    has a wildcard the folders are told, which others who use a wildcard are given too, and afterwards the objects that
    the hook reported. What stands before the wildcard may be in no folder: the whole bucket is not told in its place.

    The provider tells folders only, and names remote files otherwise than its asset converter does: its answer is
    replaced.
    """
    del official
    task = extraction.task
    server = server_of(extraction, task.sftp_conn_id, SSH_PORT)
    read = downloaded(extraction, f"gs://{task.source_bucket}")
    return lineage_of_copies(_objects_to_files(extraction, server, read))


def _objects_to_files(extraction: Extraction, server: Server | None, read: list[DatasetName]) -> list[Copy]:
    task, moved = extraction.task, _moved(extraction)
    prefix, wildcard, _ = task.source_object.partition(_WILDCARD)
    if not wildcard:
        name = prefix if task.keep_directory_structure else posixpath.basename(prefix)
        source = stored_object("gs", task.source_bucket, prefix)
        return [Copy(source, _below(server, task.destination_path, name), moved)]
    base = posixpath.dirname(prefix)
    keep = task.keep_directory_structure
    # Objects that are in no folder stand for themselves once they are known.
    themselves = read and prefix and "/" not in prefix
    sources = [*read] if themselves else [stored_folder(extraction, "gs", task.source_bucket, prefix)]
    folder = _below(server, task.destination_path, base if keep else "")
    found = [
        Copy(each, _below(server, task.destination_path, each.name if keep else _relative(each.name, base)), moved)
        for each in read
    ]
    return [*(Copy(source, folder) for source in sources), *found]


def _relative(name: str, base: str) -> str:
    """Return what the operator leaves of an object's name where the structure of folders is not kept."""
    return posixpath.relpath(name, base) if base else posixpath.basename(name)


def _below(server: Server | None, folder: str, name: str) -> DatasetName | None:
    return server.file(posixpath.join(folder, name)) if server else None


def _moved(extraction: Extraction) -> bool:
    return bool(extraction.task.move_object) and extraction.kind is EventKind.COMPLETE
