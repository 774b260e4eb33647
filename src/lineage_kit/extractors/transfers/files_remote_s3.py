"""Files between an FTP or SFTP server and S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.copies import (
    FTP_PORT,
    PART,
    SSH_PORT,
    Copy,
    lineage_of_copies,
    server_of,
    stored_folder,
    stored_object,
    uploaded,
)
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.copies import Server
    from lineage_kit.extractors.extraction import Extraction


@dataclass(frozen=True)
class Selection:
    """Which files such an operator moves: one, those that it lists, or those that it finds when it runs.

    Args:
        source: path of the file, or what stands before the name of each.
        target: the same on the other side.
        names: the listed names, or the prefix of those to look for ("*" for all), or nothing for one file.
        renamed: the names on the other side, or the prefix in place of the one looked for, or nothing.

    """

    source: str
    target: str
    names: str | Sequence[str] | None
    renamed: str | Sequence[str] | None

    def pairs(self) -> list[tuple[str, str]] | None:
        """Return the path of each file on both sides; None where they are found when the operator runs."""
        if not self.names:
            return [(self.source, self.target)]
        if isinstance(self.names, str):
            return None
        return [
            (self.source + name, self.target + new)
            for name, new in zip(self.names, self.renamed or self.names, strict=False)
        ]

    def original(self, target: str) -> str | None:
        """Return the name of a found file from its path on the other side; None where that is not certain."""
        prefix = self.target.lstrip("/")
        if not target.startswith(prefix):
            return None
        name = target[len(prefix) :]
        if not self.renamed or not isinstance(self.renamed, str) or self.names == "*":
            return name
        return name.replace(self.renamed, str(self.names), 1) if name.count(self.renamed) == 1 else None


@family("transfers")
def ftp_to_s3(extraction: Extraction) -> OperatorLineage | None:
    """``FTPToS3Operator``: the files on the server and the objects in S3, each object with the file it was.

    Before, they are told where the operator names them. Of files that are looked for (`ftp_filenames` is text) or that
    may be missing (`fail_on_file_not_exist=False`), those are told that the hook reported as uploaded.
    """
    task = extraction.task
    server = server_of(extraction, task.ftp_conn_id, FTP_PORT)
    selection = Selection(task.ftp_path, task.s3_key, task.ftp_filenames, task.s3_filenames)
    return _to_s3(extraction, server, selection, reported=True)


@family("transfers")
def sftp_to_s3(extraction: Extraction) -> OperatorLineage | None:
    """``SFTPToS3Operator``: the files on the server and the objects in S3, each object with the file it was.

    Before, they are told where the operator names them. Of files that are looked for (`sftp_filenames` is text) or that
    may be missing (`fail_on_file_not_exist=False`), those are told that the hook reported as uploaded. With
    `use_temp_file=False` nobody reports them: of files that are looked for the folders are told.
    """
    task = extraction.task
    server = server_of(extraction, task.sftp_conn_id, SSH_PORT, getattr(task, "sftp_remote_host", None))
    names, renamed = getattr(task, "sftp_filenames", None), getattr(task, "s3_filenames", None)
    selection = Selection(task.sftp_path, task.get_s3_key(task.s3_key), names, renamed)
    return _to_s3(extraction, server, selection, reported=getattr(task, "use_temp_file", True))


def _to_s3(
    extraction: Extraction, server: Server | None, selection: Selection, *, reported: bool
) -> OperatorLineage | None:
    bucket = extraction.task.s3_bucket
    written = uploaded(extraction, f"s3://{bucket}")
    pairs = selection.pairs()
    if pairs is None and reported:
        return lineage_of_copies(Copy(_found(server, selection, each), each) for each in written)
    if pairs is None:
        folder = server.file(selection.source) if server else None
        return lineage_of_copies([Copy(folder, stored_folder(extraction, "s3", bucket, selection.target))])
    copies = [
        Copy(server.file(source) if server else None, stored_object("s3", bucket, target)) for source, target in pairs
    ]
    if _may_be_missing(extraction.task):
        if not reported:
            _note_not_told(extraction)
            return None
        copies = [copy for copy in copies if copy.target in written]
    return lineage_of_copies(copies)


def _found(server: Server | None, selection: Selection, target: DatasetName) -> DatasetName | None:
    if server is None:
        return None
    name = selection.original(target.name)
    if name is None:
        return server.file(selection.source)
    # Some FTP servers list whole paths, which older releases of the operator make part of the key.
    return server.file(name if name.startswith("/") else f"{selection.source}/{name}")


@family("transfers")
def s3_to_ftp(extraction: Extraction) -> OperatorLineage | None:
    """``S3ToFTPOperator``: the objects in S3 and the files on the server, each file with the object it was.

    Of objects that are looked for (`s3_filenames` is text) the folders are told, since nobody reports which were found.
    Of objects that may be missing (`fail_on_file_not_exist=False`) nothing is told.
    """
    task = extraction.task
    server = server_of(extraction, task.ftp_conn_id, FTP_PORT)
    names, renamed = getattr(task, "s3_filenames", None), getattr(task, "ftp_filenames", None)
    return _from_s3(extraction, server, Selection(task.s3_key, task.ftp_path, names, renamed))


@family("transfers")
def s3_to_sftp(extraction: Extraction) -> OperatorLineage | None:
    """``S3ToSFTPOperator``: the objects in S3 and the files on the server, each file with the object it was.

    Of objects that are looked for (`s3_filenames` is text) the folders are told, since nobody reports which were found.
    Of objects that may be missing (`fail_on_file_not_exist=False`) nothing is told.
    """
    task = extraction.task
    server = server_of(extraction, task.sftp_conn_id, SSH_PORT, getattr(task, "sftp_remote_host", None))
    names, renamed = getattr(task, "s3_filenames", None), getattr(task, "sftp_filenames", None)
    return _from_s3(extraction, server, Selection(task.get_s3_key(task.s3_key), task.sftp_path, names, renamed))


def _from_s3(extraction: Extraction, server: Server | None, selection: Selection) -> OperatorLineage | None:
    bucket = extraction.task.s3_bucket
    pairs = selection.pairs()
    if pairs is None:
        folder = server.folder(selection.target) if server else None
        return lineage_of_copies([Copy(stored_folder(extraction, "s3", bucket, selection.source), folder)])
    if _may_be_missing(extraction.task):
        _note_not_told(extraction)
        return None
    return lineage_of_copies(
        Copy(stored_object("s3", bucket, source), server.file(target) if server else None) for source, target in pairs
    )


def _may_be_missing(task: Any) -> bool:
    return not getattr(task, "fail_on_file_not_exist", True)


def _note_not_told(extraction: Extraction) -> None:
    if extraction.kind is EventKind.COMPLETE:
        extraction.omit(
            PART,
            Cause.NOT_SUPPORTED_HERE,
            "With `fail_on_file_not_exist=False` nobody tells which of the files were there.",
        )
