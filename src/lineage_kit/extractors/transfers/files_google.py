"""Google Sheets and Google Drive, to and from files and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.copies import Copy, lineage_of_copies, local_file, stored_object, uploaded
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def sheets_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``GoogleSheetsToGCSOperator``: the spreadsheet, and the object of each sheet once the hook has reported it."""
    task = extraction.task
    sheet = _spreadsheet(task.spreadsheet_id)
    written = uploaded(extraction, f"gs://{task.destination_bucket}")
    return lineage_of_copies([Copy(sheet, each) for each in written] or [Copy(sheet, None)])


@family("transfers")
def gcs_to_sheets(extraction: Extraction) -> OperatorLineage:
    """``GCSToGoogleSheetsOperator``: the object and the spreadsheet."""
    task = extraction.task
    source = stored_object("gs", task.bucket_name, task.object_name)
    return lineage_of_copies([Copy(source, _spreadsheet(task.spreadsheet_id))])


@family("transfers")
def drive_to_gcs(extraction: Extraction) -> OperatorLineage:
    """``GoogleDriveToGCSOperator``: the file in its folder of Google Drive, and the object."""
    task = extraction.task
    target = stored_object("gs", task.bucket_name, task.object_name) if task.object_name else None
    return lineage_of_copies([Copy(file_in_drive(task.folder_id, task.file_name), target)])


@family("transfers")
def drive_to_local(extraction: Extraction) -> OperatorLineage:
    """``GoogleDriveToLocalOperator``: the file in its folder of Google Drive, and the local file."""
    task = extraction.task
    return lineage_of_copies([Copy(file_in_drive(task.folder_id, task.file_name), local_file(task.output_file))])


def _spreadsheet(spreadsheet_id: str) -> DatasetName:
    """Return the name of a spreadsheet: the address at which people open it."""
    return DatasetName("https://docs.google.com", f"spreadsheets/d/{spreadsheet_id}")


def file_in_drive(folder_id: str, file_name: str) -> DatasetName:
    """Return the name of a file: the address at which people open its folder, and what it is called there."""
    return DatasetName("https://drive.google.com", f"drive/folders/{folder_id}/{file_name}")
