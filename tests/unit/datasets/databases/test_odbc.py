"""ODBC: the driver tells the system, a data source's name tells nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.models.connection import Connection

from lineage_kit.datasets.databases import describe_database


def table(driver: str | None, *parts: str, host: str = "h", port: int | None = None, **extra: Any) -> str | None:
    """Return the dataset of a table behind an ODBC connection, as text."""
    connection = Connection(
        conn_id="c",
        conn_type="odbc",
        host=host,
        port=port,
        schema="dwh",
        login="scott",
        extra=json.dumps({"Driver": driver, **extra}),
    )
    found = describe_database(connection)
    dataset = found.dataset_name(*[None, None, *parts][-3:]) if found else None
    return str(dataset) if dataset else None


@pytest.mark.parametrize(
    ("driver", "dataset"),
    [
        ("ODBC Driver 18 for SQL Server", "mssql://h:1433 dwh.s.t"),
        ("/opt/microsoft/msodbcsql18/lib64/libmsodbcsql-18.3.so.2.1", "mssql://h:1433 dwh.s.t"),
        ("PostgreSQL Unicode", "postgres://h:5432 dwh.s.t"),
        ("/usr/lib/psqlodbcw.so", "postgres://h:5432 dwh.s.t"),
        ("MySQL ODBC 8.0 Unicode Driver", "mysql://h:3306 s.t"),
        ("MariaDB Unicode", "mysql://h:3306 s.t"),
        ("Vertica", "vertica://h:5433 dwh.s.t"),
        ("Teradata Database ODBC Driver 17.20", "teradata://h:1025 s.t"),
        ("EXASolution Driver (exaodbc)", "exasol://h:8563 s.t"),
        ("ClickHouse ODBC Driver (Unicode)", "clickhouse://h:8123 s.t"),
        ("Cloudera ODBC Driver for Impala", "impala://h:21050 s.t"),
        ("IBM DB2 ODBC DRIVER", "db2://h:50000 dwh.s.t"),
        ("FreeTDS", None),
        ("Some Other Driver", None),
        ("", None),
        (None, None),
    ],
)
def test_driver(driver: str | None, dataset: str | None) -> None:
    """The system's own names; None for a driver of unknown or several systems."""
    assert table(driver, "s", "t") == dataset


def test_data_source() -> None:
    """Behind a data source's name anything can be."""
    assert table("PostgreSQL Unicode", "s", "t", DSN="warehouse") is None


@pytest.mark.parametrize(
    ("host", "port", "dataset"),
    [
        ("tcp:h,1444", None, "mssql://h:1444 dwh.s.t"),
        ("h, 1444", 1433, "mssql://h:1444 dwh.s.t"),
        ("h\\sales", None, None),
        ("h\\sales", 1444, "mssql://h:1444 dwh.s.t"),
        ("h\\sales,1444", None, "mssql://h:1444 dwh.s.t"),
        ("", None, None),
    ],
)
def test_server_of_sql_server(host: str, port: int | None, dataset: str | None) -> None:
    """Its driver takes protocol, instance and port in the server's name; only the server knows an instance's port."""
    assert table("ODBC Driver 18 for SQL Server", "s", "t", host=host, port=port) == dataset


def test_schema_that_only_the_server_knows() -> None:
    """The default schema of SQL Server is a setting of the user's; a table without one has no name."""
    assert table("ODBC Driver 18 for SQL Server", "t") is None
