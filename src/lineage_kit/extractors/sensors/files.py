"""Sensors that wait for files, on the worker and on servers."""

from __future__ import annotations

import glob
import os
import re
from typing import TYPE_CHECKING

from lineage_kit.extractors.copies import FTP_PORT, SSH_PORT, local_file, server_of
from lineage_kit.extractors.family import family
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.sensors.seen import PART, waited_for
from lineage_kit.extractors.transfers.files_google import file_in_drive
from lineage_kit.extractors.transfers.files_http import address_of

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

_WILDCARD = re.compile(r"[*?\[]")


@family(PART)
def local(extraction: Extraction) -> OperatorLineage:
    """``FileSensor``: the file or folder, by its absolute path; of a glob the folder in which it begins."""
    path = extraction.attempt(PART, lambda: str(extraction.task.path))
    if path is None:
        return waited_for(extraction, [])
    if glob.has_magic(path):
        path = os.path.dirname(_WILDCARD.split(path, maxsplit=1)[0])
    return waited_for(extraction, [local_file(path)])


@family(PART)
def sftp(extraction: Extraction) -> OperatorLineage:
    """``SFTPSensor``, ``@task.sftp_sensor``: the file.

    Of a pattern it is the folder, or the files that the sensor returned, which it does with a `python_callable`.
    """
    task = extraction.task
    server = server_of(extraction, task.sftp_conn_id, SSH_PORT, part=PART)
    if server is None:
        return waited_for(extraction, [])
    found = extraction.attempt(PART, lambda: returned(extraction))
    files = found.get("files_found") if isinstance(found, dict) else None
    return waited_for(extraction, map(server.file, files or [task.path]))


@family(PART)
def ftp(extraction: Extraction) -> OperatorLineage:
    """``FTPSensor``, ``FTPSSensor``: the file or folder."""
    task = extraction.task
    server = server_of(extraction, task.ftp_conn_id, FTP_PORT, part=PART)
    return waited_for(extraction, [server.file(task.path) if server else None])


@family(PART)
def http(extraction: Extraction) -> OperatorLineage:
    """``HttpSensor``: the address, without query and credentials."""
    return waited_for(extraction, [address_of(extraction, part=PART)])


@family(PART)
def drive(extraction: Extraction) -> OperatorLineage:
    """``GoogleDriveFileExistenceSensor``: the file in its folder of Google Drive."""
    return waited_for(extraction, [file_in_drive(extraction.task.folder_id, extraction.task.file_name)])
