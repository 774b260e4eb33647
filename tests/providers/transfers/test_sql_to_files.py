"""The rows of a query to objects and files: real operators, SQLite or a scripted database, and a mocked S3."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.transfers.exasol_to_s3 import ExasolToS3Operator
from airflow.providers.amazon.aws.transfers.hive_to_dynamodb import HiveToDynamoDBOperator
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.apache.druid.transfers.hive_to_druid import HiveToDruidOperator
from airflow.providers.exasol.hooks.exasol import ExasolHook
from airflow.providers.slack.transfers.sql_to_slack import SqlToSlackApiFileOperator
from moto import mock_aws
from support.lineage_facts import columns, names, row_count
from support.releases import make_or_skip
from support.scripted_database import ScriptedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="lake")
        yield


def _keys() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket="lake")["Contents"]]


@pytest.mark.usefixtures("collect")
def test_tables_and_objects_are_on_one_event(extract: Callable[..., Any], warehouse: Path) -> None:
    """The query's tables are the inputs, the object that was written is the output, column by column."""
    task = SqlToS3Operator(
        task_id="t",
        sql_conn_id="warehouse",
        query="SELECT customer, sum(amount) AS total FROM orders GROUP BY customer",
        s3_bucket="lake",
        s3_key="reports/totals",
    )

    task.execute({})
    found = extract(task)

    assert [(dataset.namespace, dataset.name) for dataset in found.inputs] == [(f"sqlite://{warehouse}", "orders")]
    (key,) = _keys()
    assert key in {"reports/totals.csv", "reports/totals"}  # early releases leave the name as it is
    assert [(dataset.namespace, dataset.name) for dataset in found.outputs] == [("s3://lake", key)]
    columns = found.outputs[0].facets["columnLineage"].fields
    assert {name: [source.field for source in field.inputFields] for name, field in columns.items()} == {
        "customer": ["customer"],
        "total": ["amount"],
    }
    assert "unknownSourceAttribute" not in found.run_facets


def test_before_it_runs_only_the_source_is_certain(extract: Callable[..., Any], warehouse: Path) -> None:
    """On START the keys of the objects are not known yet."""
    task = SqlToS3Operator(
        task_id="t", sql_conn_id="warehouse", query="SELECT id FROM orders", s3_bucket="lake", s3_key="ids.csv"
    )

    found = extract(task, "START")

    assert [(dataset.namespace, dataset.name) for dataset in found.inputs] == [(f"sqlite://{warehouse}", "orders")]
    assert found.outputs == []


@pytest.fixture
def orders(warehouse: Path) -> Path:
    """Fill the table `orders` of `warehouse` with three rows of two customers."""
    with closing(sqlite3.connect(warehouse)) as connection, connection:
        rows = [(1, "Ada", 10.0), (2, "Bob", 5.0), (3, "Ada", 2.5)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    return warehouse


@pytest.mark.parametrize(
    ("partition", "number"),
    [
        ({"groupby_kwargs": {"by": "customer"}}, 2),
        ({"max_rows_per_file": 2}, 2),
        ({"df_kwargs": {"compression": "gzip"}}, 1),
        ({"file_format": "json"}, 1),
    ],
)
@pytest.mark.usefixtures("collect", "orders")
def test_every_object_is_told(extract: Callable[..., Any], partition: dict[str, Any], number: int) -> None:
    """Objects have the keys that they were written to, whatever these are, and each has the columns of the query."""
    task = make_or_skip(
        SqlToS3Operator,
        task_id="t",
        sql_conn_id="warehouse",
        query="SELECT customer, amount FROM orders",
        s3_bucket="lake",
        s3_key="out.csv",
        **partition,
    )

    task.execute({})
    found = extract(task)

    assert len(found.outputs) == number
    assert sorted(dataset.name for dataset in found.outputs) == _keys()
    for dataset in found.outputs:
        assert columns(dataset) == {"customer": [("orders", "customer")], "amount": [("orders", "amount")]}
        assert row_count(dataset) is None


@pytest.mark.parametrize(
    ("query_or_table", "table"),
    [("SELECT id FROM shop.orders", "SHOP.ORDERS"), ("shop.orders", "SHOP.ORDERS"), ("orders", "MART.ORDERS")],
)
@pytest.mark.usefixtures("collect")
def test_exasol_to_s3(
    extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, query_or_table: str, table: str
) -> None:
    """A query or a table: the input is in Exasol, not the temporary file that is uploaded."""
    monkeypatch.setenv("AIRFLOW_CONN_EXA", "exasol://me:secret@exa.example:8563/mart")
    monkeypatch.setattr(ExasolHook, "get_conn", lambda _self: ExportingDatabase())
    task = ExasolToS3Operator(
        task_id="t", query_or_table=query_or_table, key="out/orders.csv", bucket_name="lake", exasol_conn_id="exa"
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [("exasol://exa.example:8563", table)]
    assert names(found.outputs) == [("s3://lake", "out/orders.csv")]
    assert "secret" not in repr(found)


class ExportingDatabase(ScriptedDatabase):
    """What Exasol's driver has beyond DB-API."""

    def export_to_file(self, dst: str, **_: Any) -> None:
        """Write a row."""
        Path(dst).write_text("1\n")


def test_messages_are_no_datasets(extract: Callable[..., Any], orders: Path) -> None:
    """What is sent to people is read from tables all the same."""
    task = SqlToSlackApiFileOperator(
        task_id="t", sql="SELECT customer FROM orders", sql_conn_id="warehouse", slack_filename="orders.csv"
    )

    found = extract(task)

    assert names(found.inputs) == [(f"sqlite://{orders}", "orders")]
    assert found.outputs == []


def test_hive_to_druid_reads_hive(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The table in between is made and dropped by the operator, and is told by nobody."""
    monkeypatch.setenv("AIRFLOW_CONN_HIVE", "hive-cli://hive.example:10000/mart?use_beeline=true")
    task = HiveToDruidOperator(
        task_id="t", sql="SELECT * FROM orders", druid_datasource="orders", ts_dim="ts", hive_cli_conn_id="hive"
    )

    found = extract(task)

    assert names(found.inputs) == [("hive://hive.example:10000", "mart.orders")]
    assert found.outputs == []


@pytest.mark.parametrize(
    ("arguments", "namespace", "fields"),
    [
        ({}, "dynamodb://us-east-1", {"id"}),
        ({"region_name": "eu-west-1"}, "dynamodb://eu-west-1", {"id"}),
        ({"pre_process": list}, "dynamodb://us-east-1", set()),
    ],
)
def test_hive_to_dynamodb(
    extract: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    namespace: str,
    fields: set[str],
) -> None:
    """Items have the columns of the query, unless a function makes them; the operator names the schema of Hive."""
    monkeypatch.setenv("AIRFLOW_CONN_HIVE", "hiveserver2://hive.example:10000/elsewhere")
    task = HiveToDynamoDBOperator(
        task_id="t",
        sql="SELECT id FROM orders",
        table_name="orders",
        table_keys=["id"],
        schema="shop",
        hiveserver2_conn_id="hive",
        aws_conn_id=None,
        **arguments,
    )

    found = extract(task)

    assert names(found.inputs) == [("hive://hive.example:10000", "shop.orders")]
    assert names(found.outputs) == [(namespace, "orders")]
    assert set(columns(found.outputs[0])) == fields


def test_hive_to_samba(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider of the share is only needed to write to it."""
    hooks = ModuleType("airflow.providers.samba.hooks.samba")
    hooks.SambaHook = object  # type: ignore[attr-defined]
    for name in ("airflow.providers.samba", "airflow.providers.samba.hooks"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, hooks.__name__, hooks)
    from airflow.providers.apache.hive.transfers.hive_to_samba import HiveToSambaOperator

    monkeypatch.setenv("AIRFLOW_CONN_HIVE", "hiveserver2://hive.example:10000/elsewhere")
    monkeypatch.setenv("AIRFLOW_CONN_SHARE", "samba://me:secret@files.example/team")
    task = HiveToSambaOperator(
        task_id="t",
        hql="SELECT id FROM orders;",
        destination_filepath="/out/orders.csv",
        samba_conn_id="share",
        hiveserver2_conn_id="hive",
    )

    found = extract(task)

    assert names(found.inputs) == [("hive://hive.example:10000", "default.orders")]
    assert names(found.outputs) == [("smb://files.example", "team/out/orders.csv")]
    assert columns(found.outputs[0]) == {"id": [("default.orders", "id")]}
    assert "secret" not in repr(found)
