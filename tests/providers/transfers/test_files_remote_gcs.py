"""Files between a server and Google Cloud Storage: real operators, an SFTP server on loopback, a bucket in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.google.cloud.transfers.gcs_to_sftp import GCSToSFTPOperator
from airflow.providers.google.cloud.transfers.sftp_to_gcs import SFTPToGCSOperator
from support.lineage_facts import check_flow, lifecycle, names
from support.releases import make_or_skip

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.file_servers import FileServer
    from support.gcs_bucket import Bucket

pytestmark = pytest.mark.usefixtures("collect")


def _gone(lineage: Any) -> list[tuple[str, str]]:
    """Return the outputs that are gone; no input may say so of itself."""
    assert not any(lifecycle(each) for each in lineage.inputs)
    return names(each for each in lineage.outputs if lifecycle(each) == "DROP")


class TestSftpToGcs:
    """From the server to the bucket."""

    @pytest.fixture(autouse=True)
    def _files(self, sftp_server: FileServer) -> None:
        sftp_server.write(a__csv="1", b__csv="2", notes__txt="3")

    def task(self, **arguments: Any) -> SFTPToGCSOperator:
        """Return a task that fills the bucket."""
        settings = {"destination_bucket": "gs://lake", **arguments}
        return make_or_skip(SFTPToGCSOperator, task_id="t", sftp_conn_id="sftp", **settings)

    def test_one_file(self, extract: Callable[..., Any], sftp_server: FileServer, gcs_bucket: Bucket) -> None:
        """The remote file has the name that the asset converter of the SFTP provider gives."""
        task = self.task(source_path="/in/a.csv", destination_path="/raw/a.csv")

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert gcs_bucket.objects == {"raw/a.csv": b"1"}
        assert names(found.inputs) == names(before.inputs) == [(sftp_server.namespace, "in/a.csv")]
        assert names(found.outputs) == names(before.outputs) == [("gs://lake", "raw/a.csv")]
        assert sftp_server.password not in repr(found)

    def test_object_is_called_like_the_file(self, extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
        """Without a destination path the object has the file's name."""
        task = self.task(source_path="/in/a.csv")

        task.execute({})

        assert list(gcs_bucket.objects) == ["a.csv"]
        assert names(extract(task).outputs) == [("gs://lake", "a.csv")]

    @pytest.mark.usefixtures("gcs_bucket")
    @pytest.mark.parametrize(
        ("destination", "folder", "prefix"), [("raw", "raw", "raw/"), ("raw/", "raw", "raw//"), (None, "/", "")]
    )
    def test_wildcard(
        self,
        extract: Callable[..., Any],
        sftp_server: FileServer,
        destination: str | None,
        folder: str,
        prefix: str,
    ) -> None:
        """Each object says which file it was; the folders stay, by which others call what a wildcard stands for."""
        task = self.task(source_path="/in/*.csv", destination_path=destination)

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        folders = {("gs://lake", folder): [(sftp_server.namespace, "in")]}
        assert names(before.inputs) == [(sftp_server.namespace, "in")]
        assert names(before.outputs) == [("gs://lake", folder)]
        check_flow(
            found,
            {
                **folders,
                ("gs://lake", f"{prefix}a.csv"): [(sftp_server.namespace, "in/a.csv")],
                ("gs://lake", f"{prefix}b.csv"): [(sftp_server.namespace, "in/b.csv")],
            },
        )

    @pytest.mark.usefixtures("gcs_bucket")
    def test_moved_file(self, extract: Callable[..., Any], sftp_server: FileServer) -> None:
        """A file that was moved is an input, and an output that is gone, which nothing feeds."""
        task = self.task(source_path="/in/a.csv", destination_path="a.csv", move_object=True)

        task.execute({})
        found, before, failed = (extract(task, event) for event in ("COMPLETE", "START", "FAIL"))

        source = (sftp_server.namespace, "in/a.csv")
        assert not (sftp_server.root / "in/a.csv").exists()
        assert names(found.inputs) == names(before.inputs) == [source]
        assert [_gone(each) for each in (before, failed, found)] == [[], [], [source]]
        check_flow(found, {("gs://lake", "a.csv"): [source], source: []})

    @pytest.mark.usefixtures("gcs_bucket")
    def test_moved_files_of_a_wildcard(self, extract: Callable[..., Any], sftp_server: FileServer) -> None:
        """The files that were moved are gone, the folder is not."""
        task = self.task(source_path="/in/*.csv", destination_path="raw", move_object=True)

        task.execute({})
        found = extract(task)

        assert [each.name for each in (sftp_server.root / "in").iterdir()] == ["notes.txt"]
        assert _gone(found) == [(sftp_server.namespace, "in/a.csv"), (sftp_server.namespace, "in/b.csv")]

    @pytest.mark.usefixtures("gcs_bucket")
    def test_more_files_than_airflow_keeps(
        self, extract: Callable[..., Any], sftp_server: FileServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the hook reported as many objects as Airflow keeps, the event says that there may be more."""
        monkeypatch.setattr(compat, "max_collected_assets", lambda: 2)
        task = self.task(source_path="/in/*.csv", destination_path="raw")

        task.execute({})
        found, before = extract(task), extract(task, "START")

        assert sftp_server.port
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["collectorLimit"]
        assert "lineageKit_incomplete" not in before.run_facets

    def test_missing_file(self, extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
        """A file that may be missing, and was, is not told."""
        task = self.task(source_path="/in/absent.csv", destination_path="a.csv", fail_on_file_not_exist=False)

        task.execute({})
        found = extract(task)

        assert gcs_bucket.objects == {}
        assert (found.inputs, found.outputs) == ([], [])


class TestGcsToSftp:
    """From the bucket to the server."""

    @pytest.fixture(autouse=True)
    def _objects(self, gcs_bucket: Bucket, sftp_server: FileServer) -> None:
        gcs_bucket.objects.update({"gold/a.csv": b"1", "gold/b.csv": b"2"})
        (sftp_server.root / "out").mkdir()

    def task(self, **arguments: Any) -> GCSToSFTPOperator:
        """Return a task that fills the folder `out`."""
        settings = {"source_bucket": "lake", "destination_path": "/out", **arguments}
        return GCSToSFTPOperator(task_id="t", sftp_conn_id="sftp", **settings)

    @pytest.mark.parametrize(("keep", "name"), [(True, "out/gold/a.csv"), (False, "out/a.csv")])
    def test_one_object(self, extract: Callable[..., Any], sftp_server: FileServer, keep: bool, name: str) -> None:
        """The remote file has the name that the asset converter of the SFTP provider gives."""
        task = self.task(source_object="gold/a.csv", keep_directory_structure=keep)

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert (sftp_server.root / name).read_bytes() == b"1"
        assert names(found.inputs) == names(before.inputs) == [("gs://lake", "gold/a.csv")]
        assert names(found.outputs) == names(before.outputs) == [(sftp_server.namespace, name)]

    @pytest.mark.parametrize(("keep", "folder"), [(True, "out/gold"), (False, "out")])
    def test_wildcard(self, extract: Callable[..., Any], sftp_server: FileServer, keep: bool, folder: str) -> None:
        """Each file says which object it was; the folders stay, by which others call what a wildcard stands for."""
        task = self.task(source_object="gold/*", keep_directory_structure=keep)

        task.execute({})
        found = extract(task)

        check_flow(
            found,
            {
                (sftp_server.namespace, folder): [("gs://lake", "gold")],
                (sftp_server.namespace, f"{folder}/a.csv"): [("gs://lake", "gold/a.csv")],
                (sftp_server.namespace, f"{folder}/b.csv"): [("gs://lake", "gold/b.csv")],
            },
        )

    def test_moved_object(self, extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
        """An object that was moved is an input, and an output that is gone."""
        task = self.task(source_object="gold/a.csv", move_object=True)

        task.execute({})
        found = extract(task)

        assert list(gcs_bucket.objects) == ["gold/b.csv"]
        assert names(found.inputs) == _gone(found) == [("gs://lake", "gold/a.csv")]

    @pytest.mark.parametrize(("keep", "name"), [(True, "out/archive/x.csv"), (False, "out/x.csv")])
    def test_moved_objects_in_no_folder(
        self, extract: Callable[..., Any], gcs_bucket: Bucket, sftp_server: FileServer, keep: bool, name: str
    ) -> None:
        """Objects whose names only begin alike are told each; the bucket is neither read as a whole nor gone."""
        gcs_bucket.objects.update({"a.csv": b"1", "archive/x.csv": b"2"})
        task = self.task(source_object="a*", keep_directory_structure=keep, move_object=True)

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        objects = [("gs://lake", "a.csv"), ("gs://lake", "archive/x.csv")]
        folder, one, other = ((sftp_server.namespace, each) for each in ("out", "out/a.csv", name))
        assert (before.inputs, names(before.outputs)) == ([], [folder])
        assert [each.cause for each in before.run_facets["lineageKit_incomplete"].omissions] == ["notAvailable"]
        assert (sftp_server.root / name).read_bytes() == b"2"
        assert _gone(found) == objects
        check_flow(found, {folder: objects, one: objects[:1], other: objects[1:], **{each: [] for each in objects}})
        assert "lineageKit_incomplete" not in found.run_facets
