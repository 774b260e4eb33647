"""A PostgreSQL server for tests: one that the environment names, or a private one, stopped at the end."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SERVER_VARIABLE = "LINEAGE_KIT_TEST_POSTGRES"
_ADMIN = "lineage"
# Where Debian, PostgreSQL's own packages and Homebrew put the programs that are not on the PATH.
_BINARY_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# PostgreSQL refuses to run as root; one of these is there on every system.
_ACCOUNTS = ("postgres", "nobody")
# The data need not survive a crash. Every Airflow process holds connections.
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class PostgresUnavailableError(Exception):
    """There is no server to test with; the message says what was looked for."""


@dataclass(frozen=True)
class PostgresDatabase:
    """One database of a server, and how to reach it."""

    host: str
    port: int
    user: str
    password: str
    name: str

    @classmethod
    def from_url(cls, url: str) -> PostgresDatabase:
        """Read a URL such as ``postgresql://user:password@host:5432/database``."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or 5432,
            user=unquote(parts.username or "postgres"),
            password=unquote(parts.password or ""),
            name=unquote(parts.path.lstrip("/")) or "postgres",
        )

    def url(self, scheme: str = "postgresql") -> str:
        """Return the address; SQLAlchemy wants a driver in the scheme, an Airflow connection does not."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        return f"{scheme}://{user}:{password}@{self.host}:{self.port}/{quote(self.name, safe='')}"

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL in a transaction of its own and return the rows, where there are any."""
        with closing(self._connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, purpose: str) -> PostgresDatabase:
        """Create an empty database beside this one, with a name that begins with the purpose and is new."""
        name = f"{re.sub('[^a-z0-9]+', '_', purpose.lower())}_{secrets.token_hex(4)}"
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = True  # CREATE DATABASE does not run inside a transaction.
            cursor.execute(f'CREATE DATABASE "{name}"')
        return replace(self, name=name)

    def _connect(self) -> Any:
        return psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.name,
            connect_timeout=10,
        )


@contextmanager
def postgres_server() -> Iterator[PostgresDatabase]:
    """Give the maintenance database of a server; a private server is stopped and removed at the end.

    Raises:
        PostgresUnavailableError: no server is named and no programs of one are installed.
    """
    url = os.environ.get(SERVER_VARIABLE)
    if url:
        yield PostgresDatabase.from_url(url)
    else:
        with _private_server(find_binaries()) as database:
            yield database


def find_binaries() -> Path:
    """Return the folder of ``initdb`` and ``pg_ctl``; of several versions the newest.

    Raises:
        PostgresUnavailableError: they are not installed.
    """
    on_path = shutil.which("pg_ctl")
    # Links such as /usr/local/bin/pg_ctl lead to the folder that has all programs of one version.
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for pattern in _BINARY_FOLDERS:
        candidates += sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    for folder in candidates:
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    msg = f"no PostgreSQL: {SERVER_VARIABLE} is not set, and neither initdb nor pg_ctl is installed"
    raise PostgresUnavailableError(msg)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


@contextmanager
def _private_server(binaries: Path) -> Iterator[PostgresDatabase]:
    account = _unprivileged_account()
    # The path of a Unix socket may have about 100 characters; pytest's own temporary folders are longer.
    folder = Path(tempfile.mkdtemp(prefix="lineage-kit-pg-"))
    database = PostgresDatabase("127.0.0.1", _free_port(), _ADMIN, secrets.token_hex(8), "postgres")
    control = [str(binaries / "pg_ctl"), f"--pgdata={folder / 'data'}", "--wait"]
    try:
        password_file = folder / "password"
        password_file.write_text(database.password, encoding="utf-8")
        if account:
            for path in (folder, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        _run(
            [
                *(str(binaries / "initdb"), f"--pgdata={folder / 'data'}", "--no-sync"),
                *(f"--username={_ADMIN}", f"--pwfile={password_file}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C"),
            ],
            account,
        )
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_SETTINGS.format(port=database.port, folder=folder))
        _run([*control, f"--log={folder / 'log'}", "start"], account)
        try:
            yield database
        finally:
            _run([*control, "--mode=immediate", "stop"], account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(accounts[name] for name in _ACCOUNTS if name in accounts)


def _run(command: Sequence[str], account: pwd.struct_passwd | None) -> None:
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    # The server inherits what it is given: a pipe would stay open, and waiting for its end would never end.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            check=False,
            **identity,
        )
        output.seek(0)
        if result.returncode:
            msg = f"{' '.join(command)} failed:\n{output.read()}"
            raise RuntimeError(msg)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
