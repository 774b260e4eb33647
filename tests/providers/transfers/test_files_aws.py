"""DynamoDB, S3 and Glacier: real operators, AWS as moto plays it, a bucket of Google Cloud Storage in memory."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.hooks.glacier import GlacierHook
from airflow.providers.amazon.aws.transfers.dynamodb_to_s3 import DynamoDBToS3Operator
from airflow.providers.amazon.aws.transfers.glacier_to_gcs import GlacierToGCSOperator
from airflow.providers.amazon.aws.transfers.s3_to_dynamodb import S3ToDynamoDBOperator
from botocore.response import StreamingBody
from support.lineage_facts import lifecycle, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.gcs_bucket import Bucket

pytestmark = pytest.mark.usefixtures("collect")

_KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
_ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}]
_ORDERS = ("dynamodb://us-east-1", "orders")


def _create_table() -> Any:
    table = boto3.resource("dynamodb").create_table(
        TableName="orders", KeySchema=_KEY, AttributeDefinitions=_ATTRIBUTES, BillingMode="PAY_PER_REQUEST"
    )
    table.put_item(Item={"id": "1", "customer": "Ada"})
    return table


class TestDynamoDbToS3:
    """``DynamoDBToS3Operator``."""

    @pytest.mark.parametrize(("prefix", "folder"), [("exports/orders-", "exports"), ("exports/", "exports"), ("", "/")])
    def test_table_and_folder(self, extract: Callable[..., Any], lake: Any, prefix: str, folder: str) -> None:
        """The objects have random names, so that their folder is told."""
        _create_table()
        task = DynamoDBToS3Operator(
            task_id="t", dynamodb_table_name="orders", s3_bucket_name="lake", s3_key_prefix=prefix
        )

        task.execute({})

        assert lake.list_objects_v2(Bucket="lake", Prefix=prefix)["KeyCount"] == 1
        for event in ("START", "COMPLETE"):
            found = extract(task, event)
            assert names(found.inputs) == [_ORDERS]
            assert names(found.outputs) == [("s3://lake", folder)]
            assert "lineageKit_incomplete" not in found.run_facets

    @pytest.mark.usefixtures("lake")
    @pytest.mark.parametrize("event", ["START", "COMPLETE"])
    def test_prefix_in_no_folder(self, extract: Callable[..., Any], event: str) -> None:
        """What begins the names of some objects of a bucket is not the bucket; the event says what is missing."""
        task = DynamoDBToS3Operator(
            task_id="t", dynamodb_table_name="orders", s3_bucket_name="lake", s3_key_prefix="orders_"
        )

        found = extract(task, event)

        assert (names(found.inputs), found.outputs) == ([_ORDERS], [])
        (omission,) = found.run_facets["lineageKit_incomplete"].omissions
        assert (omission.part, omission.cause) == ("transfers", "notAvailable")
        assert "`orders_`" in omission.message

    @pytest.mark.parametrize(
        ("settings", "target"),
        [
            ({}, ("s3://lake", "exports/orders")),
            ({"S3Bucket": "other", "S3Prefix": "x/y"}, ("s3://other", "x/y")),
        ],
    )
    def test_point_in_time(
        self, extract: Callable[..., Any], settings: dict[str, str], target: tuple[str, str]
    ) -> None:
        """An export of DynamoDB's own has a folder as prefix."""
        task = DynamoDBToS3Operator(
            task_id="t",
            dynamodb_table_name="orders",
            s3_bucket_name="lake",
            s3_key_prefix="exports/orders",
            export_time=datetime(2026, 1, 31, tzinfo=timezone.utc),
            export_table_to_point_in_time_kwargs=settings,
        )

        found = extract(task, "START")

        assert names(found.outputs) == [target]

    def test_region_of_the_connection(self, extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """The connection's region counts more than that of the environment."""
        monkeypatch.setenv(
            "AIRFLOW_CONN_AWS_DEFAULT",
            '{"conn_type": "aws", "login": "AKIA", "password": "secret", "extra": {"region_name": "eu-west-1"}}',
        )
        task = DynamoDBToS3Operator(task_id="t", dynamodb_table_name="orders", s3_bucket_name="lake")

        found = extract(task, "START")

        assert names(found.inputs) == [("dynamodb://eu-west-1", "orders")]
        assert "secret" not in repr(found)

    def test_unknown_region(self, extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a region the table has no name; the folder is told."""
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
        task = DynamoDBToS3Operator(task_id="t", dynamodb_table_name="orders", s3_bucket_name="lake")

        found = extract(task, "START")

        assert found.inputs == []
        assert names(found.outputs) == [("s3://lake", "/")]


class TestS3ToDynamoDb:
    """``S3ToDynamoDBOperator``."""

    @pytest.fixture(autouse=True)
    def _import(self, lake: Any) -> None:
        lake.put_object(Bucket="lake", Key="in/orders.json", Body=b'{"Item": {"id": {"S": "1"}}}\n')

    def task(self, **arguments: Any) -> S3ToDynamoDBOperator:
        """Return a task that imports the orders."""
        return S3ToDynamoDBOperator(
            task_id="t",
            s3_bucket="lake",
            s3_key="in/orders.json",
            dynamodb_table_name="orders",
            dynamodb_key_schema=_KEY,
            dynamodb_attributes=_ATTRIBUTES,
            **arguments,
        )

    def test_new_table(self, extract: Callable[..., Any]) -> None:
        """A table that is made for the import is new, once it is there."""
        task = self.task(check_interval=0)

        task.execute({})
        before, found, failed = (extract(task, event) for event in ("START", "COMPLETE", "FAIL"))

        assert boto3.resource("dynamodb").Table("orders").item_count == 1
        assert names(found.inputs) == names(before.inputs) == [("s3://lake", "in/orders.json")]
        assert names(found.outputs) == names(before.outputs) == [_ORDERS]
        assert [lifecycle(each.outputs[0]) for each in (before, found, failed)] == [None, "CREATE", None]

    def test_table_that_is_there(self, extract: Callable[..., Any]) -> None:
        """Rows for a table that is there; the one in between is not told."""
        _create_table()
        task = self.task(use_existing_table=True, check_interval=0)

        task.execute({})
        found = extract(task)

        assert names(found.outputs) == [_ORDERS]
        assert lifecycle(found.outputs[0]) is None

    def test_import_that_goes_on(self, extract: Callable[..., Any]) -> None:
        """Nobody has seen the table yet when the task does not wait for it."""
        task = self.task(wait_for_completion=False)

        task.execute({})
        found = extract(task)

        assert names(found.outputs) == [_ORDERS]
        assert lifecycle(found.outputs[0]) is None


@pytest.mark.usefixtures("lake")
def test_glacier_to_gcs(extract: Callable[..., Any], gcs_bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is the vault, whose inventory the object is; the job that lists it takes hours in reality."""
    body = StreamingBody(io.BytesIO(b"{}"), 2)
    monkeypatch.setattr(GlacierHook, "retrieve_inventory", lambda *_, **__: {"jobId": "1"})
    monkeypatch.setattr(GlacierHook, "retrieve_inventory_results", lambda *_, **__: {"body": body})
    task = GlacierToGCSOperator(
        task_id="t", vault_name="archive", bucket_name="lake", object_name="inventory.json", gzip=False
    )

    task.execute({})
    found = extract(task)
    before = extract(task, "START")

    assert gcs_bucket.objects == {"inventory.json": b"{}"}
    assert names(found.inputs) == names(before.inputs) == [("glacier://us-east-1", "archive")]
    assert names(found.outputs) == names(before.outputs) == [("gs://lake", "inventory.json")]
