"""Transfers of warehouses that describe themselves: real operators and hooks over scripted connections."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from airflow.providers.amazon.aws.hooks.redshift_sql import RedshiftSQLHook
from airflow.providers.amazon.aws.transfers.redshift_to_s3 import RedshiftToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator
from airflow.providers.google.cloud.hooks.bigquery import BigQueryHook
from airflow.providers.google.cloud.transfers.bigquery_to_postgres import BigQueryToPostgresOperator
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.providers.snowflake.transfers.copy_into_snowflake import CopyFromExternalStageToSnowflakeOperator
from google.cloud.bigquery import Table
from support.lineage_facts import columns, counted, names, row_count
from support.scripted_database import ScriptedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.postgres import PostgresDatabase


class Redshift(ScriptedDatabase):
    """A Redshift with the schema `public` by default, and tables with the columns `id` and `amount`."""

    def execute(self, sql: str, *arguments: Any, **options: Any) -> Redshift:
        """Answer the questions of extractions."""
        asked = "CURRENT_SCHEMA" in sql.upper()
        self._answer = [("public",)] if asked else [("id", "int", None, None), ("amount", "int", None, None)]
        super().execute(sql, *arguments, **options)
        return self


class TestRedshift:
    """On a cluster that the connection names."""

    namespace = "redshift://tickets.eu-west-1:5439"

    @pytest.fixture(autouse=True)
    def redshift(self, monkeypatch: pytest.MonkeyPatch) -> Redshift:
        """Give the connection behind the hook, and AWS credentials that nobody may see."""
        database = Redshift()
        monkeypatch.setenv(
            "AIRFLOW_CONN_RS", "redshift://me:secret@tickets.abc.eu-west-1.redshift.amazonaws.com:5439/dev"
        )
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTING")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setattr(RedshiftSQLHook, "get_conn", lambda _self: database)
        monkeypatch.setattr("lineage_kit.extractors.sql.session.Session.probe", lambda _self: None)
        return database

    def unload(self, **arguments: Any) -> RedshiftToS3Operator:
        """Return a task that unloads to the bucket `lake`."""
        settings = {"s3_bucket": "lake", "s3_key": "out", "redshift_conn_id": "rs", "aws_conn_id": None}
        return RedshiftToS3Operator(task_id="t", **{**settings, **arguments})

    @pytest.mark.usefixtures("collect")
    def test_a_query_has_all_its_tables_and_columns(
        self, extract: Callable[..., Any], official: Callable[..., Any]
    ) -> None:
        """The provider's parser has neither the tables of a CTE, nor column lineage for the objects."""
        sql = "WITH c AS (SELECT id, amount FROM sales.orders) SELECT id, sum(amount) AS total FROM c GROUP BY id"
        task = self.unload(select_query=sql, schema="sales")

        task.execute({})
        alone = official(task)
        found = extract(task)

        assert names(found.inputs) == [(self.namespace, "dev.sales.orders")]
        assert names(alone.inputs) != names(found.inputs)
        assert names(found.outputs) == names(alone.outputs) == [("s3://lake", "out")]
        assert columns(found.outputs[0]) == {
            "id": [("dev.sales.orders", "id")],
            "total": [("dev.sales.orders", "amount")],
        }
        assert "secret" not in repr(found)

    @pytest.mark.usefixtures("collect")
    def test_a_table_without_a_schema_has_the_default_one(
        self, extract: Callable[..., Any], official: Callable[..., Any]
    ) -> None:
        """The operator names it after Python's None, in column lineage too."""
        task = self.unload(table="orders")

        task.execute({})

        assert names(official(task).inputs) == [(self.namespace, "dev.None.orders")]
        found = extract(task)
        assert names(found.inputs) == [(self.namespace, "dev.public.orders")]
        assert names(found.outputs) == [("s3://lake", "out/orders_")]
        assert columns(found.outputs[0]) == {
            "id": [("dev.public.orders", "id")],
            "amount": [("dev.public.orders", "amount")],
        }

    @pytest.mark.parametrize(("schema", "table"), [(None, "dev.public.orders"), ("sales", "dev.sales.orders")])
    @pytest.mark.usefixtures("collect")
    def test_a_load_names_its_table(self, extract: Callable[..., Any], schema: str | None, table: str) -> None:
        """What the operator says stands, but for the schema that it does not know."""
        task = S3ToRedshiftOperator(
            task_id="t",
            s3_bucket="lake",
            s3_key="in/orders.csv",
            schema=schema,
            table="orders",
            redshift_conn_id="rs",
            aws_conn_id=None,
            method="REPLACE",
        )

        task.execute({})
        found = extract(task)

        assert names(found.inputs) == [("s3://lake", "in/orders.csv")]
        assert names(found.outputs) == [(self.namespace, table)]
        assert found.outputs[0].facets["lifecycleStateChange"].lifecycleStateChange.value == "OVERWRITE"

    def test_before_it_runs_the_operator_says_nothing(self, extract: Callable[..., Any]) -> None:
        """It would ask the database for columns; the tables of the query are known without."""
        found = extract(self.unload(select_query="SELECT id FROM sales.orders"), "START")

        assert names(found.inputs) == [(self.namespace, "dev.sales.orders")]
        assert found.outputs == []


class Snowflake(ScriptedDatabase):
    """A Snowflake that answers with the result of COPY, as dictionaries."""

    sfqid = "query-1"

    def autocommit(self, _on: bool) -> None:
        """Keep nothing."""

    def is_closed(self) -> bool:
        """Tell that it is open."""
        return False


@pytest.mark.parametrize(
    ("result", "inputs", "rows"),
    [
        (
            [
                {"file": "s3://lake/in/a.csv", "status": "LOADED", "rows_parsed": 3, "rows_loaded": 2},
                {"file": "s3://lake/in/b.csv", "status": "LOADED", "rows_parsed": 5, "rows_loaded": 5},
            ],
            [("s3://lake", "in/a.csv"), ("s3://lake", "in/b.csv")],
            7,
        ),
        ([{"file": "gcs://lake/in/a.csv", "rows_loaded": 1}], [("gs://lake", "in/a.csv")], 1),
        ([{"file": "s3://lake/in/a.csv"}], [("s3://lake", "in/a.csv")], None),
        ([{"status": "Copy executed with 0 files processed."}], [], None),
    ],
)
def test_copy_into_snowflake(
    extract: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    result: list[dict[str, Any]],
    inputs: list[tuple[str, str]],
    rows: int | None,
) -> None:
    """The table is named as Snowflake stores it, and has the rows that COPY reports as loaded."""
    monkeypatch.setenv(
        "AIRFLOW_CONN_SNOW", "snowflake://me:secret@/mart?account=acc&database=lake&region=eu-west-1&warehouse=w"
    )
    monkeypatch.setattr(SnowflakeHook, "get_conn", lambda _self: Snowflake(["file"], result))
    # Made by Snowflake's SQLAlchemy dialect, which is not there for every SQLAlchemy.
    monkeypatch.setattr(SnowflakeHook, "get_uri", lambda _self: "snowflake://me:secret@acc.eu-west-1/lake/mart")
    task = CopyFromExternalStageToSnowflakeOperator(
        task_id="t", table="orders", schema="sales", stage="st", file_format="csv", snowflake_conn_id="snow"
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == inputs
    assert names(found.outputs) == [("snowflake://acc.eu-west-1.aws", "LAKE.SALES.ORDERS")]
    assert row_count(found.outputs[0]) == rows
    assert found.run_facets["externalQuery"].externalQueryId == "query-1"
    assert "secret" not in repr(found)


@pytest.mark.filterwarnings("ignore:The default value of `use_legacy_sql`")
@pytest.mark.usefixtures("collect")
def test_bigquery_to_postgres(
    extract: Callable[..., Any],
    official: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    postgres: PostgresDatabase,
) -> None:
    """The operator leaves the database out of the table's name; it is added, with the rows that were inserted."""
    database = postgres.create_database("bigquery")
    with closing(psycopg2.connect(database.url())) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE spent (customer text, total numeric)")
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", database.url("postgres"))
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", "google-cloud-platform://?project=lake")
    table = Table.from_api_repr(
        {
            "tableReference": {"projectId": "lake", "datasetId": "sales", "tableId": "spent"},
            "schema": {"fields": [{"name": "customer", "type": "STRING"}, {"name": "total", "type": "NUMERIC"}]},
        }
    )
    pages = [[SimpleNamespace(values=lambda: ("Ada", 1))], []]
    monkeypatch.setattr(BigQueryHook, "project_id", "lake")
    monkeypatch.setattr(BigQueryHook, "list_rows", lambda *_, **__: pages.pop(0))
    monkeypatch.setattr(BigQueryHook, "get_client", lambda *_, **__: SimpleNamespace(get_table=lambda _: table))
    task = BigQueryToPostgresOperator(
        task_id="t",
        dataset_table="sales.spent",
        selected_fields=["customer", "total"],
        target_table_name="spent",
        postgres_conn_id="shop",
    )

    task.execute({})

    assert [dataset.name for dataset in official(task).outputs] in (["public.spent"], [])  # early releases say nothing
    found = extract(task)
    assert names(found.inputs) == [("bigquery", "lake.sales.spent")]
    assert names(found.outputs) == [(f"postgres://{database.host}:{database.port}", f"{database.name}.public.spent")]
    assert columns(found.outputs[0]) == {
        "customer": [("lake.sales.spent", "customer")],
        "total": [("lake.sales.spent", "total")],
    }
    assert row_count(found.outputs[0]) == counted(1)
