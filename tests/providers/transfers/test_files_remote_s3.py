"""Files between a server and S3: real operators, an SFTP and an FTP server on loopback, a mocked S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.transfers.ftp_to_s3 import FTPToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_ftp import S3ToFTPOperator
from airflow.providers.amazon.aws.transfers.s3_to_sftp import S3ToSFTPOperator
from airflow.providers.amazon.aws.transfers.sftp_to_s3 import SFTPToS3Operator
from support.lineage_facts import check_flow, names
from support.releases import make_or_skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.file_servers import FileServer

pytestmark = pytest.mark.usefixtures("collect")


def _keys(lake: Any) -> list[str]:
    return [each["Key"] for each in lake.list_objects_v2(Bucket="lake").get("Contents", [])]


class TestToS3:
    """FTP and SFTP to S3, which have the same arguments under different names."""

    @pytest.fixture(params=["ftp", "sftp"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        """Give both protocols, one after the other."""
        return str(request.param)

    @pytest.fixture(autouse=True)
    def server(self, kind: str, request: pytest.FixtureRequest, lake: Any) -> FileServer:
        """Give a server with two orders and one invoice."""
        self.kind, self.lake = kind, lake
        found: FileServer = request.getfixturevalue(f"{kind}_server")
        found.write(orders_1__csv="1", orders_2__csv="2", invoice__csv="3")
        return found

    def task(self, **arguments: Any) -> Any:
        """Return a task; arguments without a protocol are those of the server's side."""
        operator = {"ftp": FTPToS3Operator, "sftp": SFTPToS3Operator}[self.kind]
        given = {name.replace("remote", self.kind): value for name, value in arguments.items()}
        return make_or_skip(operator, task_id="t", s3_bucket="lake", **{f"{self.kind}_conn_id": self.kind}, **given)

    def check_flow(self, found: Any, server: FileServer, keys: dict[str, str]) -> None:
        """Check which files the stored objects were; early releases make the folders of files part of the keys."""
        stored = {key.replace("//in/", "/"): key for key in _keys(self.lake)}
        assert stored.keys() == keys.keys()
        check_flow(found, {("s3://lake", stored[key]): [(server.namespace, name)] for key, name in keys.items()})

    def test_one_file(self, extract: Callable[..., Any], server: FileServer) -> None:
        """The file and the object are known before; no temporary file is told."""
        task = self.task(remote_path="/in/invoice.csv", s3_key="raw/invoice.csv")

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert _keys(self.lake) == ["raw/invoice.csv"]
        assert names(found.inputs) == names(before.inputs) == [(server.namespace, "in/invoice.csv")]
        assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/invoice.csv")]
        assert "unknownSourceAttribute" not in found.run_facets
        assert server.password not in repr(found)

    def test_listed_files(self, extract: Callable[..., Any], server: FileServer) -> None:
        """Of several files, each object says which file it was."""
        task = self.task(
            remote_path="/in/",
            s3_key="raw/",
            remote_filenames=["orders_1.csv", "invoice.csv"],
            s3_filenames=["o.csv", "i.csv"],
        )

        task.execute({})

        assert _keys(self.lake) == ["raw/i.csv", "raw/o.csv"]
        for event in ("START", "COMPLETE", "FAIL"):
            check_flow(
                extract(task, event),
                {
                    ("s3://lake", "raw/o.csv"): [(server.namespace, "in/orders_1.csv")],
                    ("s3://lake", "raw/i.csv"): [(server.namespace, "in/invoice.csv")],
                },
            )

    @pytest.mark.parametrize(
        ("renamed", "keys"),
        [
            (None, {"raw/orders_1.csv": "in/orders_1.csv", "raw/orders_2.csv": "in/orders_2.csv"}),
            ("sold-", {"raw/sold-1.csv": "in/orders_1.csv", "raw/sold-2.csv": "in/orders_2.csv"}),
            # It cannot be told which of the two letters stands for the prefix.
            ("s", {"raw/s1.csv": "in", "raw/s2.csv": "in"}),
        ],
    )
    def test_files_with_a_prefix(
        self, extract: Callable[..., Any], server: FileServer, renamed: str | None, keys: dict[str, str]
    ) -> None:
        """Files that the operator looks for are told once they have been found, and then one by one."""
        task = self.task(remote_path="/in", s3_key="raw/", remote_filenames="orders_", s3_filenames=renamed)

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert (before.inputs, before.outputs) == ([], [])
        self.check_flow(found, server, keys)

    def test_all_files(self, extract: Callable[..., Any], server: FileServer) -> None:
        """A star stands for every file of the folder."""
        task = self.task(remote_path="/in", s3_key="raw/", remote_filenames="*")

        task.execute({})
        found = extract(task)

        files = ("invoice.csv", "orders_1.csv", "orders_2.csv")
        self.check_flow(found, server, {f"raw/{name}": f"in/{name}" for name in files})

    def test_missing_file(self, extract: Callable[..., Any], server: FileServer) -> None:
        """Where files may be missing, those are told that were there."""
        task = self.task(
            remote_path="/in/",
            s3_key="raw/",
            remote_filenames=["invoice.csv", "absent.csv"],
            fail_on_file_not_exist=False,
        )

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert (before.inputs, before.outputs) == ([], [])
        assert names(found.inputs) == [(server.namespace, "in/invoice.csv")]
        assert names(found.outputs) == [("s3://lake", "raw/invoice.csv")]

    # Early releases of the FTP hook leave the local file open.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_failure(self, extract: Callable[..., Any], server: FileServer) -> None:
        """A FAIL event tells what was to be moved, as the START event did."""
        task = self.task(remote_path="/in/absent.csv", s3_key="raw/absent.csv")

        with pytest.raises(Exception, match=r"(?i)no such file"):
            task.execute({})
        found = extract(task, "FAIL")

        assert names(found.inputs) == [(server.namespace, "in/absent.csv")]
        assert names(found.outputs) == [("s3://lake", "raw/absent.csv")]


class TestSftpToS3:
    """What only the operator for SFTP has."""

    def test_streamed_files(self, extract: Callable[..., Any], sftp_server: FileServer, lake: Any) -> None:
        """Without a temporary file no hook reports anything: of files that are looked for the folders are told."""
        sftp_server.write(a__csv="1", b__csv="2")
        task = make_or_skip(
            SFTPToS3Operator,
            task_id="t",
            sftp_conn_id="sftp",
            sftp_path="/in",
            sftp_filenames="*",
            s3_bucket="lake",
            s3_key="s3://lake/raw/",
            use_temp_file=False,
        )

        task.execute({})
        found = extract(task)

        assert _keys(lake) == ["raw/a.csv", "raw/b.csv"]
        assert names(found.inputs) == [(sftp_server.namespace, "in")]
        assert names(found.outputs) == [("s3://lake", "raw")]

    def test_streamed_file_that_may_be_missing(
        self, extract: Callable[..., Any], sftp_server: FileServer, lake: Any
    ) -> None:
        """Where nobody tells whether the file was there, the event says so."""
        task = make_or_skip(
            SFTPToS3Operator,
            task_id="t",
            sftp_conn_id="sftp",
            sftp_path="/absent.csv",
            s3_bucket="lake",
            s3_key="x",
            use_temp_file=False,
            fail_on_file_not_exist=False,
        )

        task.execute({})
        found = extract(task)

        assert sftp_server.port
        assert _keys(lake) == []
        assert (found.inputs, found.outputs) == ([], [])
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["notSupportedHere"]

    def test_host_of_the_task(self, extract: Callable[..., Any], sftp_server: FileServer) -> None:
        """A host that the task names takes the place of the connection's."""
        task = make_or_skip(
            SFTPToS3Operator,
            task_id="t",
            sftp_conn_id="sftp",
            sftp_remote_host="other.example.com",
            sftp_path="/a",
            s3_bucket="lake",
            s3_key="a",
        )

        found = extract(task, "START")

        assert names(found.inputs) == [(f"file://other.example.com:{sftp_server.port}", "a")]

    def test_unknown_connection(self, extract: Callable[..., Any]) -> None:
        """Where the server is not known, the object is told."""
        task = SFTPToS3Operator(task_id="t", sftp_conn_id="nowhere", sftp_path="/a", s3_bucket="lake", s3_key="a")

        found = extract(task, "START")

        assert found.inputs == []
        assert names(found.outputs) == [("s3://lake", "a")]


class TestFromS3:
    """S3 to FTP and SFTP, which have the same arguments under different names."""

    @pytest.fixture(autouse=True, params=["ftp", "sftp"])
    def server(self, request: pytest.FixtureRequest, lake: Any) -> FileServer:
        """Give a server with the folder `out`, and a bucket with two objects."""
        self.kind = str(request.param)
        found: FileServer = request.getfixturevalue(f"{self.kind}_server")
        (found.root / "out").mkdir()
        for name in ("orders_1.csv", "orders_2.csv"):
            lake.put_object(Bucket="lake", Key=f"gold/{name}", Body=b"1")
        return found

    def task(self, **arguments: Any) -> Any:
        """Return a task; arguments without a protocol are those of the server's side."""
        operator = {"ftp": S3ToFTPOperator, "sftp": S3ToSFTPOperator}[self.kind]
        given = {name.replace("remote", self.kind): value for name, value in arguments.items()}
        return make_or_skip(operator, task_id="t", s3_bucket="lake", **{f"{self.kind}_conn_id": self.kind}, **given)

    def test_one_file(self, extract: Callable[..., Any], server: FileServer) -> None:
        """The object and the file are known before."""
        task = self.task(remote_path="/out/o.csv", s3_key="gold/orders_1.csv")

        before = extract(task, "START")
        task.execute({})
        found = extract(task)

        assert (server.root / "out/o.csv").read_text() == "1"
        assert names(found.inputs) == names(before.inputs) == [("s3://lake", "gold/orders_1.csv")]
        assert names(found.outputs) == names(before.outputs) == [(server.namespace, "out/o.csv")]
        assert server.password not in repr(found)

    def test_listed_files(self, extract: Callable[..., Any], server: FileServer) -> None:
        """Of several objects, each file says which object it was."""
        task = self.task(remote_path="/out/", s3_key="gold/", s3_filenames=["orders_1.csv", "orders_2.csv"])

        task.execute({})

        check_flow(
            extract(task),
            {
                (server.namespace, f"out/{name}"): [("s3://lake", f"gold/{name}")]
                for name in ("orders_1.csv", "orders_2.csv")
            },
        )

    def test_objects_with_a_prefix(self, extract: Callable[..., Any], server: FileServer) -> None:
        """Nobody reports which objects were found, so that the folders are told."""
        task = self.task(remote_path="/out/", s3_key="gold/", s3_filenames="orders_")

        task.execute({})
        found = extract(task)

        assert len(list((server.root / "out").iterdir())) == 2
        assert names(found.inputs) == [("s3://lake", "gold")]
        assert names(found.outputs) == [(server.namespace, "out")]

    def test_missing_object(self, extract: Callable[..., Any], server: FileServer) -> None:
        """Where an object may be missing, nobody tells whether it was, and the event says so."""
        task = self.task(remote_path="/out/x", s3_key="gold/absent.csv", fail_on_file_not_exist=False)

        task.execute({})
        found = extract(task)

        assert list((server.root / "out").iterdir()) == []
        assert (found.inputs, found.outputs) == ([], [])
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["notSupportedHere"]
