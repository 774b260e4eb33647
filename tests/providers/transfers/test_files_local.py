"""Files of the worker: real operators, a mocked S3, the local file system."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.transfers.local_to_s3 import LocalFilesystemToS3Operator
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator
from support.lineage_facts import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("temporary_folder")


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("1")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("collect", "temporary_folder")
class TestLocalToS3:
    """``LocalFilesystemToS3Operator``."""

    @pytest.mark.parametrize(
        "target", [{"dest_bucket": "lake", "dest_key": "raw/a.csv"}, {"dest_key": "s3://lake/raw/a.csv"}]
    )
    def test_file_and_object(
        self, extract: Callable[..., Any], lake: Any, tmp_path: Path, target: dict[str, str]
    ) -> None:
        """Both are known before, however the key is written."""
        task = LocalFilesystemToS3Operator(task_id="t", filename=str(tmp_path / "a.csv"), **target)

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert lake.get_object(Bucket="lake", Key="raw/a.csv")["Body"].read() == b"1"
        assert names(found.inputs) == names(before.inputs) == [("file", str(tmp_path / "a.csv"))]
        assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/a.csv")]

    def test_temporary_file(self, extract: Callable[..., Any], temporary_folder: Path) -> None:
        """A file in the temporary folder of the worker means nothing to others; the object does."""
        task = LocalFilesystemToS3Operator(
            task_id="t", filename=str(temporary_folder / "a.csv"), dest_bucket="lake", dest_key="raw/a.csv"
        )

        for event in ("START", "COMPLETE"):
            found = extract(task, event)
            assert (found.inputs, names(found.outputs)) == ([], [("s3://lake", "raw/a.csv")])


class TestFileTransfer:
    """``FileTransferOperator``."""

    @pytest.mark.parametrize("scheme", ["", "file://"])
    def test_local_paths(self, extract: Callable[..., Any], tmp_path: Path, scheme: str) -> None:
        """A path is in the namespace `file`, with a leading slash, however it is written."""
        source, target = tmp_path / "a.csv", tmp_path / "b.csv"
        task = FileTransferOperator(task_id="t", src=f"{scheme}{source}", dst=f"{scheme}{target}")

        task.execute({})

        assert target.read_text() == "1"
        for event in ("START", "COMPLETE", "FAIL"):
            found = extract(task, event)
            assert names(found.inputs) == [("file", str(source))]
            assert names(found.outputs) == [("file", str(target))]

    def test_relative_path(self, extract: Callable[..., Any], tmp_path: Path) -> None:
        """A relative path is one of the process that runs the task."""
        task = FileTransferOperator(task_id="t", src="a.csv", dst="./folder/b.csv")

        found = extract(task, "START")

        assert names(found.inputs) == [("file", str(tmp_path / "a.csv"))]
        assert names(found.outputs) == [("file", str(tmp_path / "folder/b.csv"))]

    def test_temporary_file(self, extract: Callable[..., Any], tmp_path: Path, temporary_folder: Path) -> None:
        """A file in the temporary folder of the worker means nothing to others; the other end does."""
        source, target = temporary_folder / "a.csv", tmp_path / "b.csv"
        source.write_text("1")
        there = FileTransferOperator(task_id="t", src=str(source), dst=str(target))
        back = FileTransferOperator(task_id="t", src=f"file://{target}", dst=f"file://{source}", overwrite=True)

        there.execute({})
        back.execute({})

        for event in ("START", "COMPLETE", "FAIL"):
            found, returned = extract(there, event), extract(back, event)
            assert (found.inputs, names(found.outputs)) == ([], [("file", str(target))])
            assert (names(returned.inputs), returned.outputs) == ([("file", str(target))], [])

    @pytest.mark.parametrize(
        ("source", "options"),
        [("abfs://box/in/a.csv", {"source_conn_id": "azure"}), ("abfs://azure@box/in/a.csv", {})],
    )
    def test_account_of_the_connection(
        self, extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, source: str, options: dict[str, str]
    ) -> None:
        """Object storage has a connection where others write the container; the account comes from there."""
        connection = {"conn_type": "wasb", "host": "https://acme.blob.core.windows.net", "password": "secret-1"}
        monkeypatch.setenv("AIRFLOW_CONN_AZURE", json.dumps(connection))
        task = FileTransferOperator(task_id="t", src=source, dst="/data/a.csv", **options)

        found = extract(task, "START")

        assert names(found.inputs) == [("abfss://box@acme.dfs.core.windows.net", "in/a.csv")]
        assert names(found.outputs) == [("file", "/data/a.csv")]
        assert "secret" not in repr(found)

    def test_container_without_a_connection(self, extract: Callable[..., Any]) -> None:
        """Where no connection tells the account, the container is all that is known."""
        task = FileTransferOperator(task_id="t", src="abfs://box/in/a.csv", dst="/data/a.csv")

        assert names(extract(task, "START").inputs) == [("abfss://box", "in/a.csv")]

    def test_path_object(self, extract: Callable[..., Any], tmp_path: Path) -> None:
        """Paths may be given as Airflow's own objects, which may be of a store that stays as the provider names it."""
        try:
            from airflow.sdk import ObjectStoragePath
        except ImportError:
            from airflow.io.path import ObjectStoragePath
        task = FileTransferOperator(
            task_id="t",
            src=ObjectStoragePath(f"file://{tmp_path}/a.csv"),
            dst=ObjectStoragePath("s3://aws_default@lake/raw/a.csv"),
        )

        found = extract(task, "START")

        assert names(found.inputs) == [("file", str(tmp_path / "a.csv"))]
        assert names(found.outputs) == [("s3://lake", "raw/a.csv")]
