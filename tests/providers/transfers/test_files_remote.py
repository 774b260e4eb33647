"""Files between the worker and a server: real operators, an SFTP and an FTP server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.ftp.operators.ftp import FTPFileTransmitOperator, FTPSFileTransmitOperator
from airflow.providers.sftp.hooks.sftp import SFTPHook
from airflow.providers.sftp.operators.sftp import SFTPOperator
from openlineage.client.event_v2 import Dataset
from support.lineage_facts import check_flow, lifecycle, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.file_servers import FileServer

pytestmark = pytest.mark.usefixtures("temporary_folder")


class TestSftp:
    """The operator for SFTP."""

    def test_put(self, extract: Callable[..., Any], sftp_server: FileServer, tmp_path: Path) -> None:
        """The local file has its absolute path in `file`, the remote one the host's name, not an address."""
        local = tmp_path / "orders.csv"
        local.write_text("1")
        task = SFTPOperator(
            task_id="t", ssh_conn_id="sftp", local_filepath=str(local), remote_filepath="/orders.csv", operation="put"
        )

        before = extract(task, "START")
        task.execute({})
        found = extract(task)

        assert (sftp_server.root / "orders.csv").read_text() == "1"
        assert names(found.inputs) == names(before.inputs) == [("file", str(local))]
        assert names(found.outputs) == names(before.outputs) == [(sftp_server.namespace, "orders.csv")]
        assert sftp_server.password not in repr(found)

    def test_get_of_several(self, extract: Callable[..., Any], sftp_server: FileServer, tmp_path: Path) -> None:
        """Of several files, each output says which input it is."""
        sftp_server.write(a__csv="1", b__csv="2")
        task = SFTPOperator(
            task_id="t",
            ssh_conn_id="sftp",
            local_filepath=[str(tmp_path / "one"), str(tmp_path / "two")],
            remote_filepath=["/in/a.csv", "in//b.csv"],
            operation="GET",
        )

        task.execute({})
        found = extract(task)

        assert (tmp_path / "two").read_text() == "2"
        check_flow(
            found,
            {
                ("file", str(tmp_path / "one")): [(sftp_server.namespace, "in/a.csv")],
                ("file", str(tmp_path / "two")): [(sftp_server.namespace, "in/b.csv")],
            },
        )

    def test_temporary_files(
        self, extract: Callable[..., Any], sftp_server: FileServer, temporary_folder: Path
    ) -> None:
        """Files in the temporary folder of the worker are not told; `tmp` on the server is another folder."""
        task = SFTPOperator(
            task_id="t",
            ssh_conn_id="sftp",
            local_filepath=[str(temporary_folder / "a.csv"), "/data/b.csv"],
            remote_filepath=[str(temporary_folder / "a.csv"), "/in/b.csv"],
            operation="put",
        )

        found = extract(task, "START")

        assert names(found.inputs) == [("file", "/data/b.csv")]
        assert names(found.outputs) == [
            (sftp_server.namespace, str(temporary_folder / "a.csv").lstrip("/")),
            (sftp_server.namespace, "in/b.csv"),
        ]
        assert "lineage" not in found.job_facets

    def test_delete(self, extract: Callable[..., Any], sftp_server: FileServer) -> None:
        """A deleted file is an output that is gone, once it is."""
        sftp_server.write(a__csv="1")
        task = SFTPOperator(task_id="t", ssh_conn_id="sftp", remote_filepath="/in/a.csv", operation="delete")

        before = extract(task, "START")
        failed = extract(task, "FAIL")
        task.execute({})
        found = extract(task)

        assert not list((sftp_server.root / "in").iterdir())
        assert names(found.outputs) == names(before.outputs) == [(sftp_server.namespace, "in/a.csv")]
        assert found.inputs == []
        assert [lifecycle(each.outputs[0]) for each in (before, failed, found)] == [None, None, "DROP"]

    def test_hook_and_host_of_the_task(self, extract: Callable[..., Any], sftp_server: FileServer) -> None:
        """The server is that of the hook that is given, or the host that the task names."""
        hook = SFTPHook(ssh_conn_id="sftp", remote_host="Files.example.com", port=2222)
        arguments = {"task_id": "t", "local_filepath": "/data/x", "remote_filepath": "/x"}

        of_hook = extract(SFTPOperator(sftp_hook=hook, **arguments), "START")
        of_task = extract(SFTPOperator(ssh_conn_id="sftp", remote_host="other", **arguments), "START")

        assert names(of_hook.outputs) == [("file://files.example.com:2222", "x")]
        assert names(of_task.outputs) == [(f"file://other:{sftp_server.port}", "x")]

    def test_relative_path(
        self, extract: Callable[..., Any], sftp_server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A relative local path is one of the process that runs the task."""
        monkeypatch.chdir(tmp_path)
        task = SFTPOperator(task_id="t", ssh_conn_id="sftp", local_filepath="out/x", remote_filepath=".")

        found = extract(task, "START")

        assert names(found.inputs) == [("file", str(tmp_path / "out/x"))]
        assert names(found.outputs) == [(sftp_server.namespace, "/")]

    @pytest.mark.parametrize("local", [None, ["/data/x", "/data/y"]])
    def test_what_the_operator_refuses(
        self, extract: Callable[..., Any], sftp_server: FileServer, local: list[str] | None
    ) -> None:
        """Paths that do not match each other are not moved, and not told."""
        task = SFTPOperator(task_id="t", ssh_conn_id="sftp", local_filepath=local, remote_filepath="/x")

        with pytest.raises(ValueError, match="paths in local_filepath"):
            task.execute({})
        found = extract(task, "FAIL")

        assert sftp_server.port
        assert (found.inputs, found.outputs) == ([], [])

    def test_unknown_connection(self, extract: Callable[..., Any]) -> None:
        """Where the connection cannot be looked up, the local side is told."""
        task = SFTPOperator(task_id="t", ssh_conn_id="nowhere", local_filepath="/data/x", remote_filepath="/x")

        found = extract(task, "FAIL")

        assert names(found.inputs) == [("file", "/data/x")]
        assert found.outputs == []
        assert found.run_facets["lineageKit_incomplete"].omissions[0].part == "transfers"

    def test_own_method_of_a_subclass(self, extract: Callable[..., Any]) -> None:
        """A subclass that describes itself is believed."""

        class Described(SFTPOperator):
            def get_openlineage_facets_on_start(self) -> Any:
                from airflow.providers.openlineage.extractors import OperatorLineage

                return OperatorLineage(outputs=[Dataset(namespace="mine", name="x")])

        found = extract(Described(task_id="t", ssh_conn_id="sftp", local_filepath="/x", remote_filepath="/x"), "START")

        assert names(found.outputs) == [("mine", "x")]


class TestFtp:
    """The operators for FTP."""

    @pytest.mark.parametrize("operator", [FTPFileTransmitOperator, FTPSFileTransmitOperator])
    def test_nobody_connects_to_name_the_files(
        self, extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, operator: type
    ) -> None:
        """The names come from the connection; the server may be out of reach when the task starts."""
        monkeypatch.setenv("AIRFLOW_CONN_FTP", "ftp://pipeline:secret@files.invalid")
        task = operator(task_id="t", ftp_conn_id="ftp", local_filepath="/data/x.csv", remote_filepath="/in/x.csv")

        found = extract(task, "START")

        assert names(found.inputs) == [("file", "/data/x.csv")]
        assert names(found.outputs) == [("file://files.invalid:21", "in/x.csv")]
        assert "lineageKit_incomplete" not in found.run_facets
        assert "secret" not in repr(found)

    def test_get(self, extract: Callable[..., Any], ftp_server: FileServer, tmp_path: Path) -> None:
        """A file that is fetched is the input."""
        ftp_server.write(a__csv="1")
        task = FTPFileTransmitOperator(
            task_id="t",
            ftp_conn_id="ftp",
            local_filepath=str(tmp_path / "a.csv"),
            remote_filepath="/in/a.csv",
            operation="get",
        )

        task.execute({})
        found = extract(task)

        assert (tmp_path / "a.csv").read_text() == "1"
        assert names(found.inputs) == [(ftp_server.namespace, "in/a.csv")]
        assert names(found.outputs) == [("file", str(tmp_path / "a.csv"))]

    def test_same_name_as_an_asset(self, extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """A declared asset is the same dataset."""
        from airflow.providers.common.compat.assets import Asset

        monkeypatch.setenv("AIRFLOW_CONN_FTP", "ftp://files.example.com")
        task = FTPFileTransmitOperator(
            task_id="t",
            ftp_conn_id="ftp",
            local_filepath="/data/x.csv",
            remote_filepath="/in/x.csv",
            outlets=[Asset("ftp://files.example.com/in/x.csv")],
        )

        found = extract(task, "START")

        assert names(found.outputs) == [("file://files.example.com:21", "in/x.csv")]
