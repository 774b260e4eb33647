"""Database servers: scheme, usual port and parts of a name, by OpenLineage's naming rules or by analogy to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage_kit.datasets.databases.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

_HOSTS = re.compile(r"[\w.,-]+")
_IPV6 = re.compile(r"[0-9a-f:]+:[0-9a-f:.]*(%\w+)?")


_THREE = 3


@dataclass(frozen=True)
class System:
    """A kind of database server.

    Args:
        scheme: of the namespace, which goes on with host and port.
        port: the usual one.
        levels: parts of a table's name: ``database.schema.table`` has three; in systems with two, ``schema`` is what
            stands before the table, whatever they call it; with one, tables stand alone.
        schema: where tables are that no schema is said of, unless the connection tells it.
        own_schema: whether that is a schema of the user's name.
        spelled: how the system stores the names of schemas that are not quoted.
        dialect: of SQL; the scheme where nothing else is said.

    """

    scheme: str
    port: int
    levels: int
    schema: str | None = None
    own_schema: bool = False
    spelled: Callable[[str], str] = str
    dialect: str | None = None

    def at(
        self,
        host: str | None,
        port: int | str | None,
        database: str | None = None,
        schema: str | None = None,
        user: str | None = None,
    ) -> Database | None:
        """Return the database on a server, or None without a host.

        Args:
            host: of the server.
            port: of the server; the usual one without it.
            database: what the connection names as database.
            schema: what the connection names as schema within it.
            user: who logs in.

        """
        authority = authority_of(host, port or self.port)
        if authority is None:
            return None
        if self.levels < _THREE:
            database, schema = None, schema or database
        inner = schema or self.schema or (user if self.own_schema else None)
        return Database(
            namespace=f"{self.scheme}://{authority}",
            dialect=self.dialect or self.scheme,
            database=database or None,
            schema=self.spelled(inner) if inner else None,
            schema_required=self.levels > 1,
            database_required=self.levels == _THREE,
        )


#: ``db2``, ``hive``, ``mssql``, ``mysql``, ``oracle``, ``postgres``, ``teradata`` and ``trino`` are in OpenLineage's
#: rules (website/docs/spec/naming.md); Airflow's own assets name ``presto`` and ``vertica`` as here.
SYSTEMS = {
    "clickhouse": System("clickhouse", 8123, 2, "default"),
    "db2": System("db2", 50000, 3, own_schema=True, spelled=str.upper),
    "drill": System("drill", 8047, 2),
    "druid": System("druid", 8082, 2, "druid"),
    "elasticsearch": System("elasticsearch", 9200, 1, dialect="generic"),
    "exasol": System("exasol", 8563, 2, spelled=str.upper),
    "hive": System("hive", 10000, 2, "default", spelled=str.lower),
    "impala": System("impala", 21050, 2, "default", spelled=str.lower),
    "mssql": System("mssql", 1433, 3),
    "mysql": System("mysql", 3306, 2),
    "oracle": System("oracle", 1521, 3, own_schema=True, spelled=str.upper),
    "pinot": System("pinot", 8099, 2, "default"),
    "postgres": System("postgres", 5432, 3, "public"),
    "presto": System("presto", 8080, 3, spelled=str.lower),
    "teradata": System("teradata", 1025, 2),
    "trino": System("trino", 8080, 3, spelled=str.lower),
    "vertica": System("vertica", 5433, 3, "public"),
}


def authority_of(host: str | None, port: int | str | None) -> str | None:
    """Return ``host:port`` as namespaces have it: in lower case, IPv6 in brackets, without user and path.

    None where ``host`` is empty or no host. A port that ``host`` carries itself counts more than ``port``.
    """
    text = (host or "").strip().rpartition("://")[2].rpartition("@")[2]
    text = re.split(r"[/?#;]", text, maxsplit=1)[0].lower()
    if named := re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d+)", text):
        text, port = named[1], named[2]
    text = text.strip("[]")
    if _IPV6.fullmatch(text):
        text = f"[{text}]"
    elif not _HOSTS.fullmatch(text):
        return None
    return f"{text}:{port}" if port else text
