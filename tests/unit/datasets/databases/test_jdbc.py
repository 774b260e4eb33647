"""JDBC: URLs as the drivers' manuals write them."""

from __future__ import annotations

import pytest
from airflow.models.connection import Connection
from hypothesis import example, given
from hypothesis import strategies as st

from lineage_kit.datasets.databases import describe_database


def table(url: str, name: str = "t", **parts: str) -> str | None:
    """Return the dataset of a table behind a JDBC URL, as text."""
    found = describe_database(Connection(conn_id="c", conn_type="jdbc", host=url, **parts))
    dataset = found.dataset_name(None, None, name) if found else None
    return str(dataset) if dataset else None


@pytest.mark.parametrize(
    ("url", "dataset"),
    [
        ("jdbc:postgresql://h:5433/dwh", "postgres://h:5433 dwh.public.t"),
        ("jdbc:postgresql://h/dwh?currentSchema=mart&ssl=true", "postgres://h:5432 dwh.mart.t"),
        ("JDBC:PostgreSQL://H/dwh", "postgres://h:5432 dwh.public.t"),
        ("jdbc:postgresql://user:hush-hush@h/dwh?password=hush-hush", "postgres://h:5432 dwh.public.t"),
        ("jdbc:mysql://h/shop", "mysql://h:3306 shop.t"),
        ("jdbc:mariadb://h:3307/shop?user=x", "mysql://h:3307 shop.t"),
        ("jdbc:sqlserver://h:1444;databaseName=dwh;user=sa;password=hush-hush", None),
        ("jdbc:sqlserver://h;database=dwh;schema=dbo", "mssql://h:1433 dwh.dbo.t"),
        ("jdbc:sqlserver://h\\sales;databaseName=dwh;schema=dbo", None),
        ("jdbc:sqlserver://h\\sales:1444;databaseName=dwh;schema=dbo", "mssql://h:1444 dwh.dbo.t"),
        ("jdbc:oracle:thin:@//h:1522/dwh", "oracle://h:1522 dwh.SCOTT.t"),
        ("jdbc:oracle:thin:@h:1521:ORCL", "oracle://h:1521 ORCL.SCOTT.t"),
        ("jdbc:oracle:thin:scott/hush-hush@h:1521/dwh.example.com", "oracle://h:1521 dwh.example.com.SCOTT.t"),
        ("jdbc:oracle:thin:@tcp://h/dwh", "oracle://h:1521 dwh.SCOTT.t"),
        ("jdbc:oracle:thin:@dwh_alias", None),
        ("jdbc:db2://h:50001/sample:currentSchema=MART;sslConnection=true;", "db2://h:50001 sample.MART.t"),
        ("jdbc:db2://h/sample", "db2://h:50000 sample.SCOTT.t"),
        ("jdbc:teradata://h/DATABASE=mart,DBS_PORT=1026,TMODE=ANSI", "teradata://h:1026 mart.t"),
        ("jdbc:exa:h:8564;schema=mart", "exasol://h:8564 MART.t"),
        ("jdbc:vertica://h/dwh", "vertica://h:5433 dwh.public.t"),
        ("jdbc:hive2://h:10001/mart;transportMode=http", "hive://h:10001 mart.t"),
        ("jdbc:impala://h/mart", "impala://h:21050 mart.t"),
        ("jdbc:trino://h:8443/iceberg/mart?SSL=true", "trino://h:8443 iceberg.mart.t"),
        ("jdbc:presto://h/hive", None),
        ("jdbc:clickhouse:http://h:8123/mart", "clickhouse://h:8123 mart.t"),
        ("jdbc:ch://h", "clickhouse://h:8123 default.t"),
        ("jdbc:sqlite:/data/w.db", "sqlite:///data/w.db t"),
        ("jdbc:duckdb:/data/w.duckdb", "duckdb:///data/w.duckdb w.main.t"),
        ("jdbc:sqlite::memory:", None),
        ("jdbc:duckdb:", None),
        ("jdbc:h2:mem:test", None),
        ("jdbc:unknown://h/db", None),
        ("jdbc:postgresql:", None),
        ("h", None),
        ("", None),
    ],
)
def test_url(url: str, dataset: str | None) -> None:
    """The table has the name that the system's own hook would give it; None where the URL does not tell it."""
    assert table(url, login="scott") == dataset


def test_database_of_the_connection() -> None:
    """It counts where the URL names none."""
    assert table("jdbc:postgresql://h", schema="dwh") == "postgres://h:5432 dwh.public.t"


@given(st.text(max_size=60))
@example("jdbc:oracle:")
@example("jdbc:sqlserver://;")
@example("jdbc:mysql://[::1/x")
def test_any_text(text: str) -> None:
    """No text is an error."""
    table(f"jdbc:{text}")
    table(f"jdbc:postgresql://{text}")
    table(f"jdbc:oracle:thin:@{text}")
