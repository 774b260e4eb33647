"""What transfers of files share: the names of files and objects on both sides, and which of them became which."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import lifecycle_state_change_dataset

from lineage_kit.datasets.databases.systems import authority_of
from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors import explicit
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import unite
from lineage_kit.extractors.reports import note_limits, reported_inputs, reported_outputs
from lineage_kit.extractors.temporary import is_temporary
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.extraction import Extraction

PART = "transfers"
FTP_PORT = 21
SSH_PORT = 22


class Copy(NamedTuple):
    """One file or object and what it became; None for an end that has no name.

    Args:
        source: what was read.
        target: what was written.
        moved: whether the source is a single file that is certainly gone now.

    """

    source: DatasetName | None
    target: DatasetName | None
    moved: bool = False


@dataclass(frozen=True)
class Server:
    """A server of files, named as the asset converters of the FTP and SFTP providers name it.

    Args:
        authority: host name and port.

    """

    authority: str

    def file(self, path: str) -> DatasetName:
        """Return the name of a file or folder; the converters write paths without a leading slash."""
        name = posixpath.normpath(path).lstrip("/")
        return DatasetName(f"file://{self.authority}", name if name not in {"", "."} else "/")

    def folder(self, prefix: str) -> DatasetName:
        """Return the name of the folder in which all paths with the prefix are."""
        return self.file(prefix.rpartition("/")[0])


def server_of(
    extraction: Extraction, conn_id: str | None, port: int, host: str | None = None, *, part: str = PART
) -> Server | None:
    """Return the server of a connection, None where the connection names no host or cannot be looked up.

    Args:
        extraction: the task and the event.
        conn_id: the connection; the server is not asked for anything.
        port: counts where the connection has none.
        host: counts more than that of the connection.
        part: whose look-up it is.

    """
    if conn_id is None:
        return None
    connection = extraction.attempt(part, lambda: connection_of(extraction, conn_id))
    return named_server(host or connection.host, connection.port or port) if connection is not None else None


def named_server(host: str | None, port: int) -> Server | None:
    """Return the server with a host name and a port, None where there is no host."""
    authority = authority_of(host, port)
    return Server(authority) if authority else None


def stored_object(store: str, bucket: str | None, key: str) -> DatasetName | None:
    """Return the name of an object; None where the bucket is written nowhere but in a connection.

    Args:
        store: scheme of the object store, ``s3`` or ``gs``.
        bucket: the bucket; None where the key is a URI that names it.
        key: the key or the URI.

    """
    if key.startswith(f"{store}://"):
        return from_uri(key)
    return DatasetName(f"{store}://{bucket}", key.strip("/") or "/") if bucket else None


def stored_folder(
    extraction: Extraction, store: str, bucket: str | None, prefix: str, *, part: str = PART
) -> DatasetName | None:
    """Return the name of the folder in which all objects with the prefix are; None, and noted, where it is in none."""
    if prefix.startswith(f"{store}://"):
        bucket, _, prefix = prefix.removeprefix(f"{store}://").partition("/")
    folder = folder_of(extraction, prefix, part=part)
    return stored_object(store, bucket, folder) if folder is not None else None


def folder_of(extraction: Extraction, prefix: str, *, part: str = PART) -> str | None:
    """Return the folder of a prefix, empty for all of the store.

    None, and noted, where the prefix begins the names of objects that are in no folder: they are not all of the store.
    """
    folder, _, beginning = prefix.rpartition("/")
    if beginning and not folder.strip("/"):
        extraction.omit(
            part,
            Cause.NOT_AVAILABLE,
            f"Objects whose names begin with `{beginning}` are in no folder, and the whole bucket would be too much.",
        )
        return None
    return folder


def local_file(path: str | os.PathLike[str]) -> DatasetName:
    """Return the name of a file of the machine that the task runs on; a relative path is one of this process."""
    return DatasetName("file", os.path.normpath(os.path.abspath(path)))


def uploaded(extraction: Extraction, namespace: str) -> list[DatasetName]:
    """Return the objects of a bucket that hooks have reported as written so far, none on START."""
    return _reported(extraction, namespace, "outputs")


def downloaded(extraction: Extraction, namespace: str) -> list[DatasetName]:
    """Return the objects of a bucket that hooks have reported as read so far, none on START."""
    return _reported(extraction, namespace, "inputs")


def _reported(extraction: Extraction, namespace: str, side: Literal["inputs", "outputs"]) -> list[DatasetName]:
    if extraction.kind is EventKind.START:
        return []
    note_limits(extraction, side)
    found = reported_inputs() if side == "inputs" else reported_outputs()
    return [DatasetName(each.namespace, each.name) for each in found if each.namespace == namespace]


def lineage_of_copies(copies: Iterable[Copy]) -> OperatorLineage:
    """Return the lineage of files that were copied; of several, each output says which input it is.

    A file that was moved is an output too, which is gone and which nothing feeds. Files in the worker's temporary
    folder are left out.
    """
    copies = [Copy(_lasting(copy.source), _lasting(copy.target), copy.moved) for copy in copies]
    written = [_dataset(copy.target) for copy in copies if copy.target]
    gone = [_dataset(copy.source, state("DROP")) for copy in copies if copy.source and copy.moved]
    outputs = unite([*written, *gone])
    sources: dict[DatasetName, list[DatasetName]] = {}
    for source, target, moved in copies:
        if source and target:
            sources.setdefault(target, []).append(source)
        if source and moved:
            sources.setdefault(source, [])
    whole = len(sources) == len(outputs) > 1 and all(copy.source for copy in copies)
    return OperatorLineage(
        inputs=unite(_dataset(copy.source) for copy in copies if copy.source),
        outputs=outputs,
        job_facets=explicit.job_facets(sources) if whole else {},
    )


def _lasting(name: DatasetName | None) -> DatasetName | None:
    return None if name is not None and is_temporary(name) else name


def state(change: str) -> dict[str, Any]:
    """Return the facet ``lifecycleStateChange`` of a dataset that the task created or removed."""
    states = lifecycle_state_change_dataset
    facet = states.LifecycleStateChangeDatasetFacet(states.LifecycleStateChange(change))
    return {"lifecycleStateChange": facet}


def _dataset(name: DatasetName, facets: dict[str, Any] | None = None) -> Dataset:
    return Dataset(namespace=name.namespace, name=name.name, facets=facets or {})
