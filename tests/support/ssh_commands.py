"""An SSH server on loopback that runs the commands it is sent; also as a fixture."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import paramiko
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "pass-word-2"  # noqa: S105 - it opens nothing but this server


class _Shell(paramiko.ServerInterface):
    """Lets everybody with the password run anything, with the variables that the client sends."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}

    def check_auth_password(self, username: str, password: str) -> int:
        del username
        return paramiko.AUTH_SUCCESSFUL if password == PASSWORD else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return paramiko.OPEN_SUCCEEDED

    def check_channel_env_request(self, channel: paramiko.Channel, name: bytes, value: bytes) -> bool:
        del channel
        self.environment[name.decode()] = value.decode()
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        environment = {"PATH": os.environ["PATH"], **self.environment}
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, check=False)
        channel.sendall(done.stdout)
        channel.sendall_stderr(done.stderr)
        channel.send_exit_status(done.returncode)
        # The client closes the channel: done here, that could come before the answer that the command has started.
        channel.shutdown_write()


@pytest.fixture
def ssh_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the id of an Airflow connection that leads to the server."""
    with serve_ssh() as connection:
        monkeypatch.setenv("AIRFLOW_CONN_REMOTE", connection)
        yield "remote"


@contextmanager
def serve_ssh() -> Iterator[str]:
    """Run the server and give the Airflow connection that leads to it, as JSON."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    host_key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.start_server(server=_Shell())

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    connection = {
        "conn_type": "ssh",
        "host": "localhost",
        "port": listener.getsockname()[1],
        "login": "pipeline",
        "password": PASSWORD,
        "extra": {"no_host_key_check": True},
    }
    try:
        yield json.dumps(connection)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()
