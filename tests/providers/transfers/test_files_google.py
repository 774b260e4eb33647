"""Google Sheets and Drive to files and objects: real operators, answers as Google gives them, a bucket in memory."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.google.cloud.transfers.gdrive_to_gcs import GoogleDriveToGCSOperator
from airflow.providers.google.cloud.transfers.gdrive_to_local import GoogleDriveToLocalOperator
from airflow.providers.google.cloud.transfers.sheets_to_gcs import GoogleSheetsToGCSOperator
from airflow.providers.google.suite.hooks.drive import GoogleDriveHook
from airflow.providers.google.suite.hooks.sheets import GSheetsHook
from airflow.providers.google.suite.transfers.gcs_to_sheets import GCSToGoogleSheetsOperator
from support.lineage_facts import check_flow, names
from support.releases import make_or_skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.gcs_bucket import Bucket

pytestmark = pytest.mark.usefixtures("collect")

_SHEET = ("https://docs.google.com", "spreadsheets/d/1AbC")
_FILE = ("https://drive.google.com", "drive/folders/0XyZ/plan.csv")


@pytest.fixture(autouse=True)
def _google(monkeypatch: pytest.MonkeyPatch, gcs_bucket: Bucket) -> None:
    gcs_bucket.objects["gold/report.csv"] = b"a,b\n1,2\n"
    answers = {
        "get_spreadsheet": {"spreadsheetId": "1AbC", "properties": {"title": "Plan 2026"}},
        "get_sheet_titles": ["North", "South"],
        "get_values": [["a", "b"], ["1", "2"]],
        "update_values": {"spreadsheetId": "1AbC", "updatedRows": 2},
    }
    for method, answer in answers.items():
        monkeypatch.setattr(GSheetsHook, method, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(GoogleDriveHook, "get_file_id", lambda *_, **__: {"id": "9", "mime_type": "text/csv"})
    monkeypatch.setattr(GoogleDriveHook, "download_file", lambda *_, file_handle, **__: file_handle.write(b"x"))


def test_sheets_to_gcs(extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
    """How the objects are called depends on the titles, which are known afterwards."""
    task = make_or_skip(
        GoogleSheetsToGCSOperator,
        task_id="t",
        spreadsheet_id="1AbC",
        destination_bucket="lake",
        destination_path="raw",
        return_gcs_uris=True,
    )

    task.execute({"ti": SimpleNamespace(xcom_push=lambda **_: None)})
    found = extract(task)
    before = extract(task, "START")

    assert {"raw/Plan_2026_North.csv", "raw/Plan_2026_South.csv"} < set(gcs_bucket.objects)
    assert (names(before.inputs), before.outputs) == ([_SHEET], [])
    check_flow(
        found,
        {
            ("gs://lake", "raw/Plan_2026_North.csv"): [_SHEET],
            ("gs://lake", "raw/Plan_2026_South.csv"): [_SHEET],
        },
    )


def test_gcs_to_sheets(extract: Callable[..., Any]) -> None:
    """A spreadsheet is named by the address at which people open it."""
    task = GCSToGoogleSheetsOperator(
        task_id="t", bucket_name="lake", object_name="gold/report.csv", spreadsheet_id="1AbC"
    )

    task.execute({})

    for event in ("COMPLETE", "START"):
        found = extract(task, event)
        assert names(found.inputs) == [("gs://lake", "gold/report.csv")]
        assert names(found.outputs) == [_SHEET]


def test_drive_to_gcs(extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
    """A file of Drive is named by its folder's address and what it is called there."""
    task = GoogleDriveToGCSOperator(
        task_id="t", folder_id="0XyZ", file_name="plan.csv", bucket_name="lake", object_name="raw/plan.csv"
    )

    task.execute({})

    assert gcs_bucket.objects["raw/plan.csv"] == b"x"
    for event in ("COMPLETE", "START"):
        found = extract(task, event)
        assert names(found.inputs) == [_FILE]
        assert names(found.outputs) == [("gs://lake", "raw/plan.csv")]


@pytest.mark.usefixtures("temporary_folder")
def test_drive_to_local(extract: Callable[..., Any], tmp_path: Path) -> None:
    """The local file has its absolute path."""
    task = GoogleDriveToLocalOperator(
        task_id="t", folder_id="0XyZ", file_name="plan.csv", output_file=str(tmp_path / "plan.csv")
    )

    task.execute({})
    found = extract(task)

    assert (tmp_path / "plan.csv").read_bytes() == b"x"
    assert names(found.inputs) == [_FILE]
    assert names(found.outputs) == [("file", str(tmp_path / "plan.csv"))]


def test_drive_to_temporary_file(extract: Callable[..., Any], temporary_folder: Path) -> None:
    """A file in the temporary folder of the worker is not told."""
    task = GoogleDriveToLocalOperator(
        task_id="t", folder_id="0XyZ", file_name="plan.csv", output_file=str(temporary_folder / "plan.csv")
    )

    found = extract(task, "START")

    assert (names(found.inputs), found.outputs) == ([_FILE], [])
