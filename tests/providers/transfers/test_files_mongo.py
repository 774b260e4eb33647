"""Collections of MongoDB to objects: real operators, a MongoDB in memory, a mocked S3, a bucket in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import mongomock
import pytest
from airflow.providers.amazon.aws.transfers.mongo_to_s3 import MongoToS3Operator
from airflow.providers.mongo.hooks.mongo import MongoHook
from support.lineage_facts import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.gcs_bucket import Bucket

pytestmark = pytest.mark.usefixtures("collect")

_SERVER = "mongodb://mongo.example.com:27017"


@pytest.fixture(autouse=True)
def _shop(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "mongo", "host": "mongo.example.com", "login": "pipeline", "password": "secret"}
    monkeypatch.setenv("AIRFLOW_CONN_MONGO", json.dumps({**connection, "schema": "shop"}))
    client = mongomock.MongoClient()
    client["shop"]["orders"].insert_many([{"_id": 1, "customer": "Ada"}, {"_id": 2, "customer": "Bob"}])
    monkeypatch.setattr(MongoHook, "get_conn", lambda _self: client)


def _to_s3(query: Any, **arguments: Any) -> MongoToS3Operator:
    return MongoToS3Operator(
        task_id="t",
        mongo_conn_id="mongo",
        mongo_collection="orders",
        mongo_query=query,
        s3_bucket="lake",
        s3_key="raw/orders.json",
        **arguments,
    )


def test_to_s3(extract: Callable[..., Any], lake: Any) -> None:
    """A collection of the connection's database is named as the provider's asset converter names it."""
    task = _to_s3({"customer": "Ada"})

    task.execute({})
    found = extract(task)
    before = extract(task, "START")

    assert b"Ada" in lake.get_object(Bucket="lake", Key="raw/orders.json")["Body"].read()
    assert names(found.inputs) == names(before.inputs) == [(_SERVER, "shop.orders")]
    assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/orders.json")]
    assert "secret" not in repr(found)
    assert "Ada" not in repr(found)


def test_to_gcs(extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
    """The objects are known once they are written; older releases of the Google provider have no such operator."""
    module = pytest.importorskip("airflow.providers.google.cloud.transfers.mongo_to_gcs")
    task = module.MongoToGCSOperator(
        task_id="t",
        mongo_conn_id="mongo",
        mongo_db="shop",
        mongo_collection="orders",
        bucket="lake",
        filename="raw/orders_{}.json",
    )

    task.execute({})
    found = extract(task)
    before = extract(task, "START")

    assert list(gcs_bucket.objects) == ["raw/orders_0.json"]
    assert names(found.inputs) == names(before.inputs) == [(_SERVER, "shop.orders")]
    assert names(found.outputs) == [("gs://lake", "raw/orders_0.json")]


def test_database_of_the_task(extract: Callable[..., Any]) -> None:
    """A database that the task names takes the place of the connection's."""
    found = extract(_to_s3({}, mongo_db="archive"), "START")

    assert names(found.inputs) == [(_SERVER, "archive.orders")]


@pytest.mark.parametrize(
    ("stage", "read"),
    [
        ({"$match": {"from": "customers"}}, []),
        ({"$lookup": {"from": "customers", "as": "c"}}, ["shop.customers"]),
        ({"$lookup": {"from": {"db": "crm", "coll": "customers"}, "as": "c"}}, ["crm.customers"]),
        ({"$lookup": {"from": "a", "pipeline": [{"$lookup": {"from": "b", "as": "b"}}]}}, ["shop.a", "shop.b"]),
        ({"$lookup": {"as": "c", "pipeline": [{"$documents": [{"x": 1}]}]}}, []),
        ({"$graphLookup": {"from": "employees", "as": "c"}}, ["shop.employees"]),
        ({"$unionWith": "old_orders"}, ["shop.old_orders"]),
        ({"$unionWith": {"coll": "old_orders", "pipeline": [{"$match": {}}]}}, ["shop.old_orders"]),
        ({"$facet": {"one": [{"$lookup": {"from": "customers"}}], "two": [{"$count": "n"}]}}, ["shop.customers"]),
        ("{{ unrendered }}", []),
    ],
)
def test_pipelines_that_read(extract: Callable[..., Any], stage: Any, read: list[str]) -> None:
    """Stages that read other collections are found wherever they stand."""
    found = extract(_to_s3([stage]), "START")

    assert names(found.inputs) == [(_SERVER, "shop.orders"), *((_SERVER, name) for name in read)]
    assert names(found.outputs) == [("s3://lake", "raw/orders.json")]


@pytest.mark.parametrize(
    ("stage", "written"),
    [
        ({"$out": "report"}, "shop.report"),
        ({"$out": {"db": "crm", "coll": "report"}}, "crm.report"),
        ({"$merge": "report"}, "shop.report"),
        ({"$merge": {"into": "report", "on": "_id"}}, "shop.report"),
        ({"$merge": {"into": {"db": "crm", "coll": "report"}}}, "crm.report"),
        ({"$out": {"s3": {"bucket": "elsewhere"}}}, None),
        ({"$merge": {"into": {"atlas": {"clusterName": "c"}}}}, None),
    ],
)
def test_pipelines_that_write(extract: Callable[..., Any], stage: Any, written: str | None) -> None:
    """A pipeline may write a collection by itself; what it sends to another service is not told."""
    found = extract(_to_s3([{"$match": {}}, stage]), "START")

    assert names(found.inputs) == [(_SERVER, "shop.orders")]
    assert names(found.outputs) == [
        ("s3://lake", "raw/orders.json"),
        *([(_SERVER, written)] if written else []),
    ]


@pytest.mark.parametrize("connection", ["mongo://mongo.example.com", "mongo://"])
def test_unknown_source(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, connection: str) -> None:
    """Without a server or a database the collection has no name; the object is told."""
    monkeypatch.setenv("AIRFLOW_CONN_MONGO", connection)

    found = extract(_to_s3({}), "START")

    assert found.inputs == []
    assert names(found.outputs) == [("s3://lake", "raw/orders.json")]
