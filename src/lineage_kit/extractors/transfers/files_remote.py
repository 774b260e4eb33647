"""Files between the worker and an FTP or SFTP server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.extractors.copies import (
    FTP_PORT,
    SSH_PORT,
    Copy,
    lineage_of_copies,
    local_file,
    named_server,
    server_of,
    state,
)
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.extractors.copies import Server
    from lineage_kit.extractors.extraction import Extraction


@correction("transfers")
def sftp(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``SFTPOperator``: the local and the remote files or folders, in the direction of `operation`.

    What was deleted is an output that is gone (`lifecycleStateChange`).

    The provider names local files by the worker's IP address and the remote host by its own, and fails on `delete`:
    its answer is replaced.
    """
    del official
    return _transmitted(extraction, _sftp_server(extraction))


@correction("transfers")
def ftp(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """``FTPFileTransmitOperator``, ``FTPSFileTransmitOperator``: the local and the remote files.

    The provider connects to the server to learn its address, and names local files by the worker's: its answer is
    replaced, and not asked for.
    """
    del official  # It would connect.
    return _transmitted(extraction, server_of(extraction, extraction.task.ftp_conn_id, FTP_PORT))


def _sftp_server(extraction: Extraction) -> Server | None:
    """Return the server of the operator's hook if it has one, otherwise of its connection."""
    task = extraction.task
    hook = getattr(task, "sftp_hook", None)
    if hook is not None:
        return named_server(hook.remote_host, hook.port or SSH_PORT)
    return server_of(extraction, task.ssh_conn_id, SSH_PORT, task.remote_host)


def _transmitted(extraction: Extraction, server: Server | None) -> OperatorLineage:
    task = extraction.task
    local = [local_file(path) for path in _paths(task.local_filepath)]
    remote = [server.file(path) if server else None for path in _paths(task.remote_filepath)]
    operation = task.operation.lower()
    if operation == "delete":
        gone = state("DROP") if extraction.kind is EventKind.COMPLETE else {}
        return OperatorLineage(
            outputs=[Dataset(namespace=each.namespace, name=each.name, facets=dict(gone)) for each in remote if each]
        )
    if len(local) != len(remote) or operation not in {"get", "put"}:
        # The operator refuses it.
        return OperatorLineage()
    get = operation == "get"
    return lineage_of_copies(
        Copy(there, here) if get else Copy(here, there) for here, there in zip(local, remote, strict=True)
    )


def _paths(given: Any) -> list[str]:
    if given is None:
        return []
    return [os.fspath(each) for each in ([given] if isinstance(given, (str, os.PathLike)) else given)]
