"""A table that is declared by its connection has the name that SQL on the connection gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from airflow.providers.standard.operators.bash import BashOperator
from google.auth.credentials import AnonymousCredentials
from support.lineage_facts import names

from lineage_kit import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    Extract = Callable[..., Any]

REDSHIFT = "eu-west-1.redshift"
#: Connection, a table as statements name it, and the dataset.
CASES = {
    "postgres": (
        {"conn_type": "postgres", "host": "pg.example.com", "schema": "shop"},
        "public.orders",
        ("postgres://pg.example.com:5432", "shop.public.orders"),
    ),
    "redshift": (
        {
            "conn_type": "redshift",
            "host": f"dwh.abc123.{REDSHIFT}.amazonaws.com",
            "schema": "dev",
            "port": 5439,
            "login": "me",
            "password": "x",
        },
        "public.fact_sales",
        ("redshift://dwh.eu-west-1:5439", "dev.public.fact_sales"),
    ),
    "redshift_serverless": (
        {
            "conn_type": "redshift",
            "host": f"team.123456789012.{REDSHIFT}-serverless.amazonaws.com",
            "schema": "dev",
            "port": 5439,
            "login": "me",
            "password": "x",
        },
        "public.fact_sales",
        ("redshift://team.eu-west-1:5439", "dev.public.fact_sales"),
    ),
    "snowflake": (
        {
            "conn_type": "snowflake",
            "login": "me",
            "password": "x",
            "schema": "public",
            "extra": {"account": "acme-prod", "database": "shop"},
        },
        "public.orders",
        ("snowflake://acme-prod", "SHOP.PUBLIC.ORDERS"),
    ),
    "bigquery": (
        {"conn_type": "gcpbigquery", "extra": {"project": "acme"}},
        "acme.shop.orders",
        ("bigquery", "acme.shop.orders"),
    ),
    "mysql": (
        {"conn_type": "mysql", "host": "my.example.com", "schema": "shop"},
        "orders",
        ("mysql://my.example.com:3306", "shop.orders"),
    ),
    "mssql": (
        {"conn_type": "mssql", "host": "ms.example.com", "schema": "shop"},
        "dbo.orders",
        ("mssql://ms.example.com:1433", "shop.dbo.orders"),
    ),
    "trino": (
        {"conn_type": "trino", "host": "t.example.com", "port": 8080, "schema": "raw", "extra": {"catalog": "lake"}},
        "lake.raw.orders",
        ("trino://t.example.com:8080", "lake.raw.orders"),
    ),
    "sqlite": ({"conn_type": "sqlite", "host": "/data/shop.db"}, "orders", ("sqlite:///data/shop.db", "orders")),
}


# BigQuery's hook calls a default of its own deprecated.
@pytest.mark.filterwarnings("ignore::airflow.exceptions.AirflowProviderDeprecationWarning")
@pytest.mark.parametrize(("connection", "table", "expected"), CASES.values(), ids=CASES)
def test_as_sql_operators_name_it(
    extract: Extract,
    monkeypatch: pytest.MonkeyPatch,
    connection: dict[str, Any],
    table: str,
    expected: tuple[str, str],
) -> None:
    """Both have the same namespace and name, and no server is asked."""
    credentials = (AnonymousCredentials(), "acme")
    monkeypatch.setattr(GoogleBaseHook, "get_credentials_and_project_id", lambda _: credentials)
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "schema")
    monkeypatch.setenv("AIRFLOW_CONN_DB", json.dumps(connection))
    sql = SQLExecuteQueryOperator(task_id="t", conn_id="db", sql=f"SELECT 1 FROM {table}")
    declared = BashOperator(task_id="t", bash_command="true", inlets=[Table.from_conn("db", table)])

    parsed, told = (names(extract(task, "START").inputs) for task in (sql, declared))

    assert told == parsed == [expected]


def test_as_athena_names_it(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Athena's own operator names the catalogue, which the connection leaves to its default."""
    connection = {"conn_type": "aws", "extra": {"region_name": "eu-west-1"}}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))
    monkeypatch.setenv("AIRFLOW_CONN_ATHENA", json.dumps({**connection, "conn_type": "athena"}))
    query = AthenaOperator(task_id="t", query="SELECT 1 FROM raw.orders", database="raw", output_location="s3://ath/")
    declared = BashOperator(task_id="t", bash_command="true", inlets=[Table.from_conn("athena", "raw.orders")])

    asked, told = (names(extract(task, "START").inputs) for task in (query, declared))

    assert told == asked == [("awsathena://athena.eu-west-1.amazonaws.com", "AwsDataCatalog.raw.orders")]
