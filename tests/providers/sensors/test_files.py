"""Sensors of files: real sensors, the local file system, servers on loopback."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from support.lineage_facts import names
from support.releases import TaskDeferred, import_or_skip, make_or_skip
from support.web_server import serve_http

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.file_servers import FileServer
    from support.xcoms import XComs

    Extract = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("collect")


class TestLocal:
    """``FileSensor``."""

    @pytest.fixture(autouse=True)
    def _folders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("in", "tmp"):
            (tmp_path / name).mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
        connection = {"conn_type": "fs", "extra": {"path": str(tmp_path)}}
        monkeypatch.setenv("AIRFLOW_CONN_FILES", json.dumps(connection))

    def sensor(self, filepath: str, **arguments: Any) -> Any:
        """Return a sensor for a path below that of its connection."""
        sensor = import_or_skip("airflow.providers.standard.sensors.filesystem.FileSensor")
        return sensor(task_id="t", fs_conn_id="files", filepath=filepath, **arguments)

    def test_file(self, extract: Extract, tmp_path: Path) -> None:
        """A file has its absolute path; a sensor that fails has not seen it."""
        (tmp_path / "in/a.csv").write_text("1")
        task = self.sensor("in/a.csv")

        task.execute({})
        found, before, failed = (extract(task, event) for event in ("COMPLETE", "START", "FAIL"))

        assert names(found.inputs) == names(before.inputs) == [("file", str(tmp_path / "in/a.csv"))]
        assert failed.inputs == []

    @pytest.mark.parametrize("pattern", ["in/*.csv", "in/[ab].csv", "in/a?.csv", "in/**/a.csv"])
    def test_glob(self, extract: Extract, tmp_path: Path, pattern: str) -> None:
        """Of a glob it is the folder."""
        assert names(extract(self.sensor(pattern)).inputs) == [("file", str(tmp_path / "in"))]

    def test_temporary_file(self, extract: Extract) -> None:
        """A file in the temporary folder means nothing to others."""
        assert extract(self.sensor("tmp/a.csv")).inputs == []

    def test_deferred(self, extract: Extract, tmp_path: Path) -> None:
        """The process that goes on after a deferral knows the file too."""
        with pytest.raises(TaskDeferred):
            self.sensor("in/a.csv", deferrable=True).execute({})
        resumed = self.sensor("in/a.csv", deferrable=True)

        resumed.execute_complete({}, event=True)

        assert names(extract(resumed).inputs) == [("file", str(tmp_path / "in/a.csv"))]


class TestSftp:
    """``SFTPSensor``."""

    def sensor(self, **arguments: Any) -> Any:
        """Return a sensor."""
        sensor = import_or_skip("airflow.providers.sftp.sensors.sftp.SFTPSensor")
        return make_or_skip(sensor, task_id="t", sftp_conn_id="sftp", **arguments)

    def test_file(self, extract: Extract, sftp_server: FileServer) -> None:
        """A remote file has the name that transfers give it; a sensor that fails has not seen it."""
        sftp_server.write(a__csv="1")
        task = self.sensor(path="/in/a.csv")

        task.execute({})
        found, before, failed = (extract(task, event) for event in ("COMPLETE", "START", "FAIL"))

        assert names(found.inputs) == names(before.inputs) == [(sftp_server.namespace, "in/a.csv")]
        assert failed.inputs == []
        assert sftp_server.password not in repr(found)

    def test_pattern(self, extract: Extract, sftp_server: FileServer, xcoms: XComs) -> None:
        """Of a pattern it is the folder; with a function, the files that the sensor handed over and returned."""
        sftp_server.write(a__csv="1", b__csv="2", notes__txt="3")
        task = self.sensor(path="/in", file_pattern="*.csv", python_callable=lambda: None)
        before = extract(task, "START")

        xcoms.values["return_value"] = task.execute({})

        assert names(before.inputs) == [(sftp_server.namespace, "in")]
        assert sorted(names(extract(task).inputs)) == [
            (sftp_server.namespace, "in/a.csv"),
            (sftp_server.namespace, "in/b.csv"),
        ]

    @pytest.mark.usefixtures("sftp_server")
    def test_deferred(self, extract: Extract, sftp_server: FileServer) -> None:
        """The process that goes on after a deferral knows the file too."""
        with pytest.raises(TaskDeferred):
            self.sensor(path="/in/a.csv", deferrable=True).execute({})
        resumed = self.sensor(path="/in/a.csv", deferrable=True)

        resumed.execute_complete({}, {"status": "success", "message": ""})

        assert names(extract(resumed).inputs) == [(sftp_server.namespace, "in/a.csv")]


@pytest.mark.parametrize("name", ["FTPSensor", "FTPSSensor"])
def test_ftp(extract: Extract, ftp_server: FileServer, name: str) -> None:
    """A remote file has the name that transfers give it; a sensor that fails has not seen it."""
    ftp_server.write(a__csv="1")
    task = import_or_skip(f"airflow.providers.ftp.sensors.ftp.{name}")(task_id="t", ftp_conn_id="ftp", path="/in/a.csv")

    if name == "FTPSensor":
        task.execute({})
    found = extract(task)

    assert names(found.inputs) == names(extract(task, "START").inputs) == [(ftp_server.namespace, "in/a.csv")]
    assert extract(task, "FAIL").inputs == []
    assert ftp_server.password not in repr(found)


# The sensor imports a function from where Airflow had it before.
@pytest.mark.filterwarnings("ignore:.*determine_kwargs")
def test_http(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address has neither query nor credentials."""
    sensor = import_or_skip("airflow.providers.http.sensors.http.HttpSensor")
    with serve_http() as port:
        connection = {"conn_type": "http", "host": "localhost", "port": port, "login": "me", "password": "secret-1"}
        monkeypatch.setenv("AIRFLOW_CONN_WEB", json.dumps(connection))
        task = sensor(
            task_id="t", http_conn_id="web", endpoint="v1/orders?key=secret-2", request_params={"token": "secret-3"}
        )

        task.execute({})
        found = extract(task)

    assert names(found.inputs) == names(extract(task, "START").inputs) == [(f"http://localhost:{port}", "v1/orders")]
    assert extract(task, "FAIL").inputs == []
    assert "secret" not in repr(found)


def test_drive(extract: Extract) -> None:
    """A file in Google Drive has the name that transfers give it."""
    task = import_or_skip("airflow.providers.google.suite.sensors.drive.GoogleDriveFileExistenceSensor")(
        task_id="t", folder_id="1AbC", file_name="report.csv"
    )

    assert names(extract(task).inputs) == [("https://drive.google.com", "drive/folders/1AbC/report.csv")]
    assert extract(task, "FAIL").inputs == []
