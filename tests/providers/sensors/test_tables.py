"""Sensors of tables: real sensors, SQLite, a mocked AWS, a MongoDB in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from support.aws import REGION, aws
from support.lineage_facts import names
from support.releases import import_or_skip, make_or_skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Extract = Callable[..., Any]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("collect")

_EVENTS = ("START", "COMPLETE", "FAIL")


def test_sql(extract: Extract, warehouse: Path) -> None:
    """The tables of a query are known before, and were read also by a sensor that fails."""
    sensor = import_or_skip("airflow.providers.common.sql.sensors.sql.SqlSensor")
    sql = "WITH big AS (SELECT * FROM orders WHERE amount > 10) SELECT count(*) = 0 FROM big"
    task = sensor(task_id="t", conn_id="warehouse", sql=sql)

    task.execute({})

    for event in _EVENTS:
        found = extract(task, event)
        assert names(found.inputs) == [(f"sqlite://{warehouse}", "orders")]
        assert found.outputs == []
        assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id", "customer", "amount"]
        assert found.job_facets["sql"].query == sql


def test_partition_in_the_metastore(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sensor of Hive's metastore reads is the metastore's own tables, in the database of its connection."""
    sensor = import_or_skip("airflow.providers.apache.hive.sensors.metastore_partition.MetastorePartitionSensor")
    connection = {"conn_type": "sqlite", "host": "/data/metastore.db"}
    monkeypatch.setenv("AIRFLOW_CONN_METASTORE_MYSQL", json.dumps(connection))

    try:
        task = sensor(task_id="t", table="orders", partition_name="ds=2026-01-31")
    except (AirflowException, TypeError) as error:
        pytest.skip(f"this release of the sensor has no query before it runs, and wants one: {error}")

    found = extract(task)

    assert {name for _, name in names(found.inputs)} == {"PARTITIONS", "TBLS", "DBS"}


def test_sql_of_databricks(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are in the catalog and the schema that the sensor names; Databricks is not asked."""
    sensor = import_or_skip("airflow.providers.databricks.sensors.databricks_sql.DatabricksSqlSensor")
    connection = {"conn_type": "databricks", "host": "https://dbc-1.cloud.databricks.com", "password": "secret-1"}
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))
    task = sensor(task_id="t", sql="SELECT 1 FROM orders", catalog="main", schema="shop", http_path="/sql/1.0/w")

    for event in _EVENTS:
        found = extract(task, event)
        assert names(found.inputs) == [("databricks://dbc-1.cloud.databricks.com", "main.shop.orders")]
        assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("BigQueryTableExistenceSensor", {"table_id": "orders"}),
        ("BigQueryTableExistenceSensor", {"table_id": "orders$20260131"}),
        ("BigQueryTableExistenceSensor", {"table_id": "orders", "deferrable": True}),
        ("BigQueryTablePartitionExistenceSensor", {"table_id": "orders", "partition_id": "20260131"}),
    ],
)
def test_bigquery(extract: Extract, name: str, arguments: dict[str, Any]) -> None:
    """A table, or the table of a partition, has the name that SQL operators give it."""
    task = import_or_skip(f"airflow.providers.google.cloud.sensors.bigquery.{name}")(
        task_id="t", project_id="acme", dataset_id="shop", **arguments
    )

    assert names(extract(task).inputs) == names(extract(task, "START").inputs) == [("bigquery", "acme.shop.orders")]
    assert extract(task, "FAIL").inputs == []


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("settings", "region"), [({}, REGION), ({"region_name": "us-east-2"}, "us-east-2")])
def test_dynamodb(extract: Extract, settings: dict[str, str], region: str) -> None:
    """A table is in the region of the sensor or of its connection; what it looks for there is not told."""
    import boto3

    client = boto3.client("dynamodb", region_name=region)
    client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName="orders", Item={"id": {"S": "key-1"}, "state": {"S": "value-1"}})
    task = make_or_skip(
        import_or_skip("airflow.providers.amazon.aws.sensors.dynamodb.DynamoDBValueSensor"),
        task_id="t",
        aws_conn_id=None,
        table_name="orders",
        partition_key_name="id",
        partition_key_value="key-1",
        attribute_name="state",
        attribute_value="value-1",
        **settings,
    )

    task.execute({})

    for event in _EVENTS:
        found = extract(task, event)
        assert names(found.inputs) == [(f"dynamodb://{region}", "orders")]
        assert "-1" not in repr(found.inputs).replace(region, "")


def test_mongo(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection has the name that transfers give it; the query is not told."""
    mongomock = pytest.importorskip("mongomock")
    hook = import_or_skip("airflow.providers.mongo.hooks.mongo.MongoHook")
    connection = {"conn_type": "mongo", "host": "mongo.example", "password": "secret-1", "schema": "shop"}
    monkeypatch.setenv("AIRFLOW_CONN_MONGO", json.dumps(connection))
    client = mongomock.MongoClient()
    client["shop"]["orders"].insert_one({"customer": "Ada"})
    monkeypatch.setattr(hook, "get_conn", lambda _self: client)
    task = import_or_skip("airflow.providers.mongo.sensors.mongo.MongoSensor")(
        task_id="t", mongo_conn_id="mongo", collection="orders", query={"customer": "Ada"}
    )

    task.execute({})

    for event in _EVENTS:
        found = extract(task, event)
        assert names(found.inputs) == [("mongodb://mongo.example:27017", "shop.orders")]
        assert not {"secret-1", "Ada"} & set(repr(found).split("'"))
