"""ODBC: the driver tells the system. Behind the name of a data source (DSN) anything can be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases.systems import SYSTEMS

if TYPE_CHECKING:
    from lineage_kit.datasets.databases.database import Database

#: Words in the names and paths of drivers; FreeTDS is not among them, as it serves Sybase and SQL Server alike.
_DRIVERS = {
    "sql server": "mssql",
    "msodbcsql": "mssql",
    "postgresql": "postgres",
    "psqlodbc": "postgres",
    "mysql": "mysql",
    "maodbc": "mysql",
    "mariadb": "mysql",
    "clickhouse": "clickhouse",
    "db2": "db2",
    "exasol": "exasol",
    "exaodbc": "exasol",
    "hive": "hive",
    "impala": "impala",
    "teradata": "teradata",
    "tdata": "teradata",
    "vertica": "vertica",
}


def describe_odbc(connection: Any, hook: Any) -> Database | None:
    """Return the database on the connection's server; None without a known driver, or with a data source's name."""
    extra = {key.lower(): value for key, value in connection.extra_dejson.items()}
    driver = hook.driver if hook is not None else extra.get("driver")
    system = _system(driver or "")
    if system is None or (hook.dsn if hook is not None else extra.get("dsn")):
        return None
    database = getattr(hook, "database", None) or connection.schema
    host, port = connection.host or "", connection.port
    if system == "mssql":
        host, port = _sql_server(host, port)
    return SYSTEMS[system].at(host, port, database, user=connection.login)


def _system(driver: str) -> str | None:
    text = driver.lower()
    return next((system for word, system in _DRIVERS.items() if word in text), None)


def _sql_server(host: str, port: int | str | None) -> tuple[str, int | str | None]:
    r"""Read ``tcp:host,port``; of a named instance (``host\name``) only the server knows the port."""
    found = re.fullmatch(r"(?:tcp:)?([^,\\]+)(\\[^,]+)?(?:,\s*(\d+))?", host.strip())
    if found is None or (found[2] and not (found[3] or port)):
        return "", None
    return found[1], found[3] or port
