"""SFTP and FTP servers on loopback, each with a folder of its own; also as fixtures."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FileServer:
    """A server that runs.

    Args:
        port: where it listens.
        root: its folder.

    """

    host = "localhost"
    user = "pipeline"
    password = "pass-word-1"  # noqa: S105 - it opens nothing but this server, and must be found in no event

    def __init__(self, port: int, root: Path) -> None:
        self.port = port
        self.root = root

    @property
    def namespace(self) -> str:
        """The namespace of its files."""
        return f"file://{self.host}:{self.port}"

    def connection(self, conn_type: str, **extra: Any) -> str:
        """Return the Airflow connection, as JSON."""
        return json.dumps({
            "conn_type": conn_type,
            "host": self.host,
            "port": self.port,
            "login": self.user,
            "password": self.password,
            "extra": extra,
        })  # fmt: skip

    def write(self, **files: str) -> None:
        """Write files into its folder `in`; in their names, two underscores stand for a dot."""
        (self.root / "in").mkdir(exist_ok=True)
        for name, text in files.items():
            (self.root / "in" / name.replace("__", ".")).write_text(text)


@pytest.fixture
def sftp_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Give an SFTP server, known to Airflow as connection `sftp`."""
    with serve_sftp(tmp_path / "sftp") as server:
        monkeypatch.setenv("AIRFLOW_CONN_SFTP", server.connection("sftp", no_host_key_check=True))
        yield server


@contextmanager
def serve_sftp(root: Path) -> Iterator[FileServer]:
    """Make a folder and serve it over SFTP."""
    import paramiko

    root.mkdir()
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    host_key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[Any] = []

    class Login(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password: str) -> int:
            known = (username, password) == (FileServer.user, FileServer.password)
            return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

        def check_channel_request(self, kind: str, chanid: int) -> int:
            del kind, chanid
            return paramiko.OPEN_SUCCEEDED

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _folder_of(root))
            transport.start_server(server=Login())

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield FileServer(listener.getsockname()[1], root)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()


def _folder_of(root: Path) -> type:
    import paramiko

    class Folder(paramiko.SFTPServerInterface):
        def list_folder(self, path: str) -> Any:
            return [
                paramiko.SFTPAttributes.from_stat(each.stat(), each.name)
                for each in sorted(self._local(path).iterdir())
            ]

        def stat(self, path: str) -> Any:
            return self._or_error(lambda: paramiko.SFTPAttributes.from_stat(self._local(path).stat()))

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            del attr
            return self._or_error(lambda: self._handle(path, flags))

        def remove(self, path: str) -> Any:
            return self._or_error(lambda: self._local(path).unlink() or paramiko.SFTP_OK)

        def mkdir(self, path: str, attr: Any) -> Any:
            del attr
            return self._or_error(lambda: self._local(path).mkdir() or paramiko.SFTP_OK)

        def _local(self, path: str) -> Path:
            return root / self.canonicalize(path).lstrip("/")

        def _handle(self, path: str, flags: int) -> Any:
            mode = "wb" if flags & os.O_WRONLY else "rb"
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = handle.writefile = self._local(path).open(mode)
            return handle

        @staticmethod
        def _or_error(step: Any) -> Any:
            try:
                return step()
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

    return Folder


@pytest.fixture
def ftp_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Give an FTP server, known to Airflow as connection `ftp`."""
    pytest.importorskip("pyftpdlib", exc_type=ImportError)
    with serve_ftp(tmp_path / "ftp") as server, _closing_what_operators_leave_open(monkeypatch):
        monkeypatch.setenv("AIRFLOW_CONN_FTP", server.connection("ftp"))
        yield server


@contextmanager
def _closing_what_operators_leave_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from airflow.providers.ftp.hooks.ftp import FTPHook

    opened: list[Any] = []
    get_conn = FTPHook.get_conn

    def keep(hook: Any) -> Any:
        connection = get_conn(hook)
        opened.append(connection)
        return connection

    monkeypatch.setattr(FTPHook, "get_conn", keep)
    yield
    for connection in opened:
        connection.close()


@contextmanager
def serve_ftp(root: Path) -> Iterator[FileServer]:
    """Make a folder and serve it over FTP."""
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    root.mkdir()
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    users = DummyAuthorizer()
    users.add_user(FileServer.user, FileServer.password, str(root), perm="elradfmw")

    class Handler(FTPHandler):
        authorizer = users

        def ftp_NLST(self, path: str) -> None:  # noqa: N802 - named after the command
            """List whole paths, as widespread servers do; the operators ask for files by what is listed."""
            folder = self.fs.fs2ftp(path)
            listed = "".join(f"{folder}/{name}\r\n" for name in sorted(self.fs.listdir(path)))
            self.push_dtp_data(listed.encode(), cmd="NLST")

    server = FTPServer(("127.0.0.1", 0), Handler)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            server.serve_forever(timeout=0.05, blocking=False)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield FileServer(server.address[1], root)
    finally:
        stopped.set()
        thread.join()
        server.close_all()
