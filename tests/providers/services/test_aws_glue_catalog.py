"""Glue's catalogue: real operators on a mocked service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from support.aws import REGION, aws, context, links
from support.lineage_facts import lifecycle, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

pytest.importorskip("airflow.providers.amazon.aws.operators.glue_catalog")

from airflow.providers.amazon.aws.operators.glue_catalog import (
    GlueCatalogBatchDeletePartitionOperator,
    GlueCatalogCreatePartitionOperator,
    GlueCatalogCreateTableOperator,
    GlueCatalogDeleteTableOperator,
)

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

ORDERS = (f"awsathena://athena.{REGION}.amazonaws.com", "AwsDataCatalog.raw.orders")
NAMED = {"task_id": "t", "database_name": "raw", "table_name": "orders", "aws_conn_id": None}
TABLE_INPUT = {
    "StorageDescriptor": {
        "Columns": [{"Name": "id", "Type": "int", "Comment": "number"}],
        "Location": "s3://lake/raw/orders/",
    },
    "PartitionKeys": [{"Name": "day", "Type": "date"}],
}
PARTITION = {"Values": ["2026-01-31"], "StorageDescriptor": {"Location": "s3://lake/raw/orders/day=2026-01-31"}}


@pytest.fixture
def database(aws: None) -> None:
    """Give the catalogue's database `raw`."""
    del aws
    boto3.client("glue").create_database(DatabaseInput={"Name": "raw"})


@pytest.fixture
def table(database: None) -> None:
    """Give the table `raw.orders`."""
    del database
    boto3.client("glue").create_table(DatabaseName="raw", TableInput={"Name": "orders", **TABLE_INPUT})


class TestTables:
    """Operators that make and remove tables of the catalogue."""

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize(("if_exists", "change"), [("fail", "CREATE"), ("skip", None)])
    def test_create(self, extract: Extract, if_exists: str, change: str | None) -> None:
        """Athena calls it so, too; that it is new is certain only where an old one would have failed the task."""
        task = GlueCatalogCreateTableOperator(table_input=TABLE_INPUT, if_exists=if_exists, **NAMED)

        task.execute(context())
        found = extract(task)

        assert names(found.outputs) == [ORDERS]
        assert names(found.inputs) == [("s3://lake", "raw/orders")]
        assert links(found.outputs[0]) == [("LOCATION", "s3://lake", "raw/orders")]
        fields = found.outputs[0].facets["schema"].fields
        assert [(field.name, field.type) for field in fields] == [("id", "int"), ("day", "date")]
        assert lifecycle(found.outputs[0]) == change

    @pytest.mark.parametrize("event", ["START", "FAIL"])
    def test_nothing_is_new_unless_the_task_succeeds(self, extract: Extract, event: str) -> None:
        """The names are known all the same, in the lower case in which Glue stores them."""
        task = GlueCatalogCreateTableOperator(table_input={}, if_exists="fail", **{**NAMED, "table_name": "Orders"})

        found = extract(task, event)

        assert (names(found.inputs), names(found.outputs)) == ([], [ORDERS])
        assert lifecycle(found.outputs[0]) is None

    def test_of_another_account(self, extract: Extract) -> None:
        """Athena calls such a catalogue whatever its users like; Glue's own name has the account in it."""
        task = GlueCatalogCreateTableOperator(table_input={}, catalog_id="999999999999", **NAMED)

        assert names(extract(task).outputs) == [(f"arn:aws:glue:{REGION}:999999999999", "table/raw/orders")]

    def test_of_the_account_that_is_known(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """The role that the connection assumes tells it; both names are said then."""
        role = "arn:aws:iam::123456789012:role/airflow"
        monkeypatch.setenv("AIRFLOW_CONN_LAKE", f'{{"conn_type": "aws", "extra": {{"role_arn": "{role}"}}}}')
        task = GlueCatalogCreateTableOperator(
            table_input={}, catalog_id="123456789012", **{**NAMED, "aws_conn_id": "lake"}
        )

        found = extract(task, "START")

        assert names(found.outputs) == [ORDERS]
        assert links(found.outputs[0]) == [("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders")]

    def test_without_a_region_there_is_no_name(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two regions may have the same table."""
        monkeypatch.delenv("AWS_DEFAULT_REGION")

        assert not extract(GlueCatalogDeleteTableOperator(**NAMED)).outputs

    @pytest.mark.usefixtures("table")
    def test_delete(self, extract: Extract) -> None:
        """It is gone once the task has succeeded."""
        task = GlueCatalogDeleteTableOperator(**NAMED)
        assert lifecycle(extract(task, "START").outputs[0]) is None

        task.execute(context())
        found = extract(task)

        assert names(found.outputs) == [ORDERS]
        assert lifecycle(found.outputs[0]) == "DROP"


@pytest.mark.usefixtures("table")
class TestPartitions:
    """Operators for partitions of a table."""

    def test_create_and_delete(self, extract: Extract) -> None:
        """The location of the new one becomes part of the table, whose own it is not."""
        create = GlueCatalogCreatePartitionOperator(partition_input=PARTITION, **NAMED)
        delete = GlueCatalogBatchDeletePartitionOperator(partitions_to_delete=[{"Values": ["2026-01-31"]}], **NAMED)

        create.execute(context())
        created = extract(create)
        delete.execute(context())
        deleted = extract(delete)

        assert names(created.inputs) == [("s3://lake", "raw/orders/day=2026-01-31")]
        assert names(created.outputs) == names(deleted.outputs) == [ORDERS]
        assert links(created.outputs[0]) == []
        assert not deleted.inputs
