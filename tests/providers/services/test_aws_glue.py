"""Glue's crawlers, jobs (those of DataBrew too) and sensor of partitions: real operators on a mocked service."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator
from airflow.providers.amazon.aws.operators.glue_databrew import GlueDataBrewStartJobOperator
from airflow.providers.amazon.aws.sensors.glue_catalog_partition import GlueCatalogPartitionSensor
from openlineage.client.event_v2 import Dataset
from support.aws import REGION, aws, context
from support.lineage_facts import names
from support.releases import import_or_skip

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

ORDERS = (f"awsathena://athena.{REGION}.amazonaws.com", "AwsDataCatalog.raw.orders")


@pytest.mark.parametrize("named", [{"table_name": "raw.orders"}, {"database_name": "raw", "table_name": "orders"}])
def test_partition_sensor(extract: Extract, named: dict[str, str]) -> None:
    """It waits for the table, however that is given; the database within its name counts more."""
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "raw"})
    keys = [{"Name": "day", "Type": "date"}]
    glue.create_table(DatabaseName="raw", TableInput={"Name": "orders", "PartitionKeys": keys})
    glue.create_partition(DatabaseName="raw", TableName="orders", PartitionInput={"Values": ["2026-01-31"]})
    task = GlueCatalogPartitionSensor(task_id="t", expression="day='2026-01-31'", aws_conn_id=None, **named)
    before = extract(task, "START")

    assert task.poke({})
    assert names(before.inputs) == names(extract(task).inputs) == [ORDERS]


class TestCrawler:
    """The operator that is given the targets."""

    def operator(self, **targets: Any) -> GlueCrawlerOperator:
        """Return a crawler of the targets; later releases say that it will be removed some day."""
        config = {"Name": "c", "Role": "crawler", "DatabaseName": "raw", "Targets": targets}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return GlueCrawlerOperator(task_id="t", config=config, aws_conn_id=None)

    def test_files_and_items_are_read(self, extract: Extract) -> None:
        """Each kind of target in S3 has its own key for paths; what is behind a connection of Glue is not known."""
        task = self.operator(
            S3Targets=[{"Path": "s3://lake/raw/orders/", "Exclusions": ["*.tmp"]}],
            DeltaTargets=[{"DeltaTables": ["s3://lake/delta/a/", "s3://lake/delta/b/"]}],
            IcebergTargets=[{"Paths": ["s3://lake/iceberg/"]}],
            DynamoDBTargets=[{"Path": "carts"}],
            JdbcTargets=[{"ConnectionName": "shop", "Path": "shop/%"}],
        )

        found = extract(task, "START")

        assert names(found.inputs) == [
            ("s3://lake", "raw/orders"),
            ("s3://lake", "delta/a"),
            ("s3://lake", "delta/b"),
            ("s3://lake", "iceberg"),
            (f"dynamodb://{REGION}", "carts"),
        ]
        assert not found.outputs

    def test_tables_that_it_is_told_to_update(self, extract: Extract) -> None:
        """Others are those that it finds."""
        found = extract(self.operator(CatalogTargets=[{"DatabaseName": "raw", "Tables": ["orders"]}]))

        assert (names(found.inputs), names(found.outputs)) == ([], [ORDERS])


class TestCrawlerRun:
    """The operator that is given the crawler's name."""

    def operator(self) -> Any:
        """Return a task that runs the crawler `c`."""
        operator = import_or_skip("airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerRunOperator")
        return operator(task_id="t", crawler_name="c", wait_for_completion=False, aws_conn_id=None)

    def test_what_it_has_crawled(self, extract: Extract) -> None:
        """Glue knows the targets; until the crawler has run it is not asked."""
        targets = {
            "S3Targets": [{"Path": "s3://lake/raw/orders/"}],
            "CatalogTargets": [{"DatabaseName": "raw", "Tables": ["orders"]}],
        }
        boto3.client("glue").create_crawler(Name="c", Role="crawler", DatabaseName="raw", Targets=targets)
        task = self.operator()
        before = extract(task, "START")

        task.execute(context())
        found = extract(task)

        assert before.run_facets["lineageKit_externalRun"].job == "c"
        assert not before.inputs
        assert (names(found.inputs), names(found.outputs)) == ([("s3://lake", "raw/orders")], [ORDERS])

    @pytest.mark.parametrize(("event", "asked"), [("COMPLETE", True), ("FAIL", False)])
    def test_a_crawler_that_is_not_there(
        self, extract: Extract, caplog: pytest.LogCaptureFixture, event: str, asked: bool
    ) -> None:
        """Its name stays; a task that failed is not asked about."""
        found = extract(self.operator(), event)

        assert found.run_facets["lineageKit_externalRun"].job == "c"
        assert ("is incomplete" in caplog.text) is asked


@pytest.mark.parametrize(("event", "run_id"), [("START", None), ("COMPLETE", "db_1"), ("FAIL", None)])
def test_databrew_job(extract: Extract, monkeypatch: pytest.MonkeyPatch, event: str, run_id: str | None) -> None:
    """The run is what the operator returned; the mocked service cannot start one."""
    monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: {"run_id": "db_1"}, raising=False)
    task = GlueDataBrewStartJobOperator(task_id="t", job_name="clean", aws_conn_id=None)

    found = extract(task, event)

    assert found.run_facets["lineageKit_externalRun"].job == "clean"
    assert found.run_facets["lineageKit_externalRun"].run == run_id
    assert (found.inputs, found.outputs) == ([], [])


class TestJob:
    """What the operator itself knows of its job."""

    def operator(self, **arguments: Any) -> GlueJobOperator:
        """Return a task for the job `load`, whose script is in S3."""
        given = {"script_location": "s3://code/load.py", "iam_role_name": "glue", "aws_conn_id": None}
        return GlueJobOperator(task_id="t", job_name="load", **{**given, **arguments})

    def test_run_and_declared_datasets(self, extract: Extract) -> None:
        """Glue is not asked; what the script does is what the author says."""
        boto3.client("iam").create_role(RoleName="glue", AssumeRolePolicyDocument="{}")
        orders = Dataset(namespace="s3://lake", name="raw/orders")
        task = self.operator(inlets=[orders], wait_for_completion=False)

        run_id = task.execute(context())
        found = extract(task)

        assert found.run_facets["externalQuery"].externalQueryId == run_id
        assert found.run_facets["externalQuery"].source == "awsglue"
        page = found.run_facets["lineageKit_externalRun"].url
        assert page == task.operator_extra_links[0].format_str.format(
            aws_domain="aws.amazon.com", region_name=REGION, job_name="load", job_run_id=run_id
        )
        assert found.job_facets["sourceCodeLocation"].url == "s3://code/load.py"
        assert names(found.inputs) == [("s3://lake", "raw/orders")]

    def test_a_local_script_is_not_uploaded_for_an_event(self, extract: Extract) -> None:
        """Making the operator's hook would do it."""
        task = self.operator(script_location="/opt/load.py", s3_bucket="code")

        found = extract(task, "START")

        assert "sourceCodeLocation" not in found.job_facets
        assert "externalQuery" not in found.run_facets

    @pytest.mark.parametrize("event", ["COMPLETE", "FAIL"])
    def test_after_a_deferral_the_run_is_in_xcom(
        self, extract: Extract, monkeypatch: pytest.MonkeyPatch, event: str
    ) -> None:
        """The operator that ends the task has not started the job."""
        there = {"glue_job_run_id": "jr_1"}
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda _, key, **__: there.get(key), raising=False)

        found = extract(self.operator(deferrable=True), event)

        assert found.run_facets["externalQuery"].externalQueryId == "jr_1"
