"""JDBC: the URL of a connection tells the system, the server and the database, in a form of each driver's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases.files import file_database
from lineage_kit.datasets.databases.systems import SYSTEMS

if TYPE_CHECKING:
    from lineage_kit.datasets.databases.database import Database

#: What drivers call the systems that have another name here.
_SUBPROTOCOLS = {
    "ch": "clickhouse",
    "exa": "exasol",
    "hive2": "hive",
    "mariadb": "mysql",
    "postgresql": "postgres",
    "sqlserver": "mssql",
}
#: Options that name the database, and those that name the schema; their case does not matter.
_DATABASE_OPTIONS = ("databasename", "database")
_SCHEMA_OPTIONS = ("currentschema", "schema")


@dataclass(frozen=True)
class _Url:
    """The parts of a JDBC URL that name a database; user and password are none of them."""

    system: str
    host: str
    port: str | None
    path: tuple[str, ...]
    options: dict[str, str]

    def option(self, names: tuple[str, ...]) -> str | None:
        return next((self.options[name] for name in names if self.options.get(name)), None)


def describe_jdbc(connection: Any, hook: Any) -> Database | None:
    """Return the database that the connection's URL names; None where the URL is of an unknown system or form."""
    del hook
    text = connection.host or ""
    if not text.lower().startswith("jdbc:"):
        return None
    subprotocol, _, rest = text[len("jdbc:") :].partition(":")
    system = _SUBPROTOCOLS.get(subprotocol.lower(), subprotocol.lower())
    if system in {"duckdb", "sqlite"}:
        return file_database(rest.partition("?")[0].removeprefix("file:"), system)
    url = _oracle_url(rest) if system == "oracle" else _url(system, rest)
    return _described(url, connection) if url is not None and system in SYSTEMS else None


def _described(url: _Url, connection: Any) -> Database | None:
    database, schema = [*url.path, None, None][:2]
    return SYSTEMS[url.system].at(
        url.host,
        url.port,
        url.option(_DATABASE_OPTIONS) or database or connection.schema,
        url.option(_SCHEMA_OPTIONS) or schema,
        connection.login,
    )


def _url(system: str, rest: str) -> _Url | None:
    """Read ``//host:port/path?options`` and the forms near it: options behind ``;``, ``,`` or a slash, no slashes."""
    # ClickHouse's driver takes the protocol, too: jdbc:clickhouse:http://host.
    location, options = _split(re.sub(r"^(\w+:)?//", "", rest))
    authority, _, path = location.rpartition("@")[2].partition("/")
    if "=" in path:  # Teradata: //host/DATABASE=x,DBS_PORT=1025
        path, options = "", {**options, **_options(path.split(","))}
    host, port = _host_and_port(authority)
    # SQL Server's instances have ports that the URL does not tell.
    if "\\" in host and not port:
        return None
    return _Url(
        system=system,
        host=host.partition("\\")[0],
        port=port or options.get("dbs_port") or options.get("portnumber"),
        path=tuple(part for part in path.split("/") if part),
        options=options,
    )


def _oracle_url(rest: str) -> _Url | None:
    """Read ``thin:@//host:port/service``, ``thin:@host:port:sid``; None for a name of the client's own files."""
    location, options = _split(rest.rpartition("@")[2].removeprefix("tcp:").removeprefix("//"))
    found = re.fullmatch(r"(?P<host>[\w.-]+)(?::(?P<port>\d+))?[/:](?P<name>[\w.$#-]+)(?::\w+)?", location)
    if found is None:
        return None
    return _Url("oracle", found["host"], found["port"], (found["name"],), options)


def _split(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the options, and the options."""
    # Db2 begins them with a colon behind the database: //host:50000/db:currentSchema=X;
    location, *options = re.split(r"[?;&]|:(?=\w+=)", text)
    return location, _options(options)


def _options(texts: list[str]) -> dict[str, str]:
    pairs = (text.partition("=") for text in texts)
    return {name.strip().lower(): value.strip() for name, _, value in pairs if value}


def _host_and_port(authority: str) -> tuple[str, str | None]:
    found = re.fullmatch(r"(.*?):(\d+)", authority)
    return (found[1], found[2]) if found else (authority, None)
