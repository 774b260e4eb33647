"""Replications of DMS: real operators on a mocked service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.hooks.dms import DmsHook
from airflow.providers.amazon.aws.operators.dms import (
    DmsCreateReplicationConfigOperator,
    DmsCreateTaskOperator,
    DmsStartReplicationOperator,
    DmsStartTaskOperator,
)
from support.aws import REGION, aws, context
from support.aws_answers import answer
from support.lineage_facts import check_flow, names
from support.releases import import_or_skip

from lineage_kit.extractors.services.dms import table_at
from lineage_kit.extractors.services.dms_tables import Table, read_mappings
from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

INSTANCE = f"arn:aws:dms:{REGION}:123456789012:rep:instance"
PASSWORD = "secret-of-the-endpoint"  # noqa: S105 - it opens nothing
SHOP = ("mysql://shop.example:3306", "shop.orders")
WAREHOUSE = ("postgres://warehouse.example:5433", "dwh.shop.orders")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no state: a replication of the mocked service is never ready."""
    monkeypatch.setattr(DmsHook, "wait_for_task_status", lambda *_: None)


def selected(schema: str, table: str, action: str = "include") -> dict[str, Any]:
    """Return a selection rule."""
    return {
        "rule-type": "selection",
        "rule-id": "1",
        "rule-name": "1",
        "object-locator": {"schema-name": schema, "table-name": table},
        "rule-action": action,
    }


def changed(about: str, action: str, value: str | None = None, **locator: str) -> dict[str, Any]:
    """Return a transformation rule, for all schemas and tables that the locator does not name."""
    return {
        "rule-type": "transformation",
        "rule-id": "2",
        "rule-name": "2",
        "rule-target": about,
        "object-locator": {"schema-name": "%", **locator},
        "rule-action": action,
        "value": value,
    }


def endpoint(name: str, kind: str, engine: str, **settings: Any) -> str:
    """Create an endpoint; return its ARN."""
    client = boto3.client("dms", region_name=REGION)
    try:
        made = client.create_endpoint(EndpointIdentifier=name, EndpointType=kind, EngineName=engine, **settings)
    except NotImplementedError as error:
        pytest.skip(f"the installed release of moto knows less: {error}")
    return made["Endpoint"]["EndpointArn"]


def replication(*rules: dict[str, Any]) -> str:
    """Create a replication from MySQL to PostgreSQL with the real operator; return its ARN."""
    task = creating(
        endpoint("shop", "source", "mysql", ServerName="shop.example", Port=3306, Username="me", Password=PASSWORD),
        endpoint(
            "warehouse",
            "target",
            "postgres",
            ServerName="warehouse.example",
            Port=5433,
            DatabaseName="dwh",
            Password=PASSWORD,
        ),
        *rules,
    )
    return task.execute(context())


def creating(source: str, target: str, *rules: dict[str, Any]) -> DmsCreateTaskOperator:
    """Return a task that creates a replication."""
    return DmsCreateTaskOperator(
        task_id="t",
        replication_task_id="nightly",
        source_endpoint_arn=source,
        target_endpoint_arn=target,
        replication_instance_arn=INSTANCE,
        table_mappings={"rules": list(rules)},
        aws_conn_id=None,
    )


def starting(arn: str) -> DmsStartTaskOperator:
    """Return a task that starts a replication."""
    return DmsStartTaskOperator(task_id="t", replication_task_arn=arn, aws_conn_id=None)


class TestStart:
    """The operator that starts a replication."""

    def test_tables_by_name(self, extract: Extract) -> None:
        """They are known once the replication is started: until then DMS is not asked."""
        arn = replication(selected("shop", "orders"), selected("shop", "order_items", "explicit"))
        task = starting(arn)
        before = extract(task, "START")

        task.execute(context())
        found = extract(task)

        assert not before.inputs
        assert found.run_facets["lineageKit_externalRun"].job == arn
        check_flow(
            found,
            {
                WAREHOUSE: [SHOP],
                ("postgres://warehouse.example:5433", "dwh.shop.order_items"): [
                    ("mysql://shop.example:3306", "shop.order_items")
                ],
            },
        )
        assert PASSWORD not in repr(found)

    def test_tables_that_are_renamed(self, extract: Extract) -> None:
        """Transformation rules say what a table is called in the target; those about columns do not matter."""
        arn = replication(
            selected("shop", "orders"),
            changed("schema", "rename", "raw", **{"schema-name": "shop"}),
            changed("table", "add-prefix", "mysql_", **{"table-name": "orders"}),
            changed("column", "remove-column", **{"table-name": "orders", "column-name": "note"}),
        )

        found = extract(starting(arn))

        assert names(found.inputs) == [SHOP]
        assert names(found.outputs) == [("postgres://warehouse.example:5433", "dwh.raw.mysql_orders")]

    def test_tables_by_wildcard(self, extract: Extract) -> None:
        """What is behind it nobody knows; what is named beside it is told."""
        found = extract(starting(replication(selected("shop", "%"))))

        assert (found.inputs, found.outputs) == ([], [])
        assert found.run_facets["lineageKit_noDatasets"].explanations[0].reason == "notAvailable"
        assert "`shop.%`" in found.run_facets["lineageKit_noDatasets"].explanations[0].message

    def test_one_by_name_beside_a_wildcard(self, extract: Extract) -> None:
        """The event says that there are more."""
        found = extract(starting(replication(selected("shop", "orders"), selected("crm", "%"))))

        assert names(found.inputs) == [SHOP]
        assert "`crm.%`" in found.run_facets["lineageKit_incomplete"].omissions[0].message

    def test_a_replication_that_is_not_there(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """The rest of the event is not affected; nor is a task that failed asked about."""
        arn = f"arn:aws:dms:{REGION}:123456789012:task:gone"

        assert extract(starting(arn)).run_facets["lineageKit_externalRun"].job == arn
        assert "is incomplete" in caplog.text
        caplog.clear()
        assert extract(starting(arn), "FAIL").run_facets["lineageKit_externalRun"].job == arn
        assert "is incomplete" not in caplog.text


@pytest.mark.parametrize(("option", "tables"), [("data-reload", [SHOP]), ("validate-only", [])])
def test_reloaded_tables(extract: Extract, option: str, tables: list[tuple[str, str]]) -> None:
    """The operator names them itself, also where the replication has them by a wildcard."""
    operator = import_or_skip("airflow.providers.amazon.aws.operators.dms.DmsReloadTablesOperator")
    arn = replication(selected("shop", "%"), changed("schema", "rename", "raw", **{"schema-name": "shop"}))
    named = [{"SchemaName": "shop", "TableName": "orders"}]
    task = operator(
        task_id="t", replication_task_arn=arn, tables_to_reload=named, reload_option=option, aws_conn_id=None
    )

    found = extract(task)

    assert names(found.inputs) == tables
    assert names(found.outputs) == [("postgres://warehouse.example:5433", "dwh.raw.orders")][: len(tables)]


def test_serverless(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is described in the same words; the mocked service does not know it."""
    arn = f"arn:aws:dms:{REGION}:123456789012:replication-config:nightly"
    mappings = json.dumps({"rules": [selected("shop", "orders")]})
    config = {
        "ReplicationConfigArn": arn,
        "SourceEndpointArn": "arn:source",
        "TargetEndpointArn": "arn:target",
        "TableMappings": mappings,
    }
    endpoints = [
        {"EndpointArn": "arn:target", "EngineName": "s3", "EndpointType": "TARGET"}
        | {"S3Settings": {"BucketName": "lake", "BucketFolder": "raw/"}},
        {"EndpointArn": "arn:source", "EngineName": "aurora", "EndpointType": "SOURCE"}
        | {"ServerName": "shop.example", "Port": 3306},
    ]
    stubber = answer(
        monkeypatch,
        DmsHook,
        "dms",
        ("describe_replication_configs", {"ReplicationConfigs": [config]}),
        ("describe_endpoints", {"Endpoints": endpoints}),
    )
    task = DmsStartReplicationOperator(
        task_id="t", replication_config_arn=arn, replication_start_type="reload-target", aws_conn_id=None
    )

    found = extract(task)

    stubber.assert_no_pending_responses()
    assert names(found.inputs) == [SHOP]
    assert names(found.outputs) == [("s3://lake", "raw/shop/orders")]


class TestDefinition:
    """Operators that define a replication, which copies nothing yet."""

    def test_task(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its ARN is what the operator returns."""
        task = creating("arn:source", "arn:target", selected("shop", "orders"))
        before = extract(task, "START")

        arn = task.execute(context())
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: arn, raising=False)
        found = extract(task)

        assert before.run_facets["lineageKit_externalRun"].job == "nightly"
        assert found.run_facets["lineageKit_externalRun"].job == arn
        assert (found.inputs, found.outputs) == ([], [])
        assert "defines a replication" in found.run_facets["lineageKit_noDatasets"].explanations[0].message

    def test_serverless(self, extract: Extract) -> None:
        """The identifier is known before."""
        task = DmsCreateReplicationConfigOperator(
            task_id="t",
            replication_config_id="nightly",
            source_endpoint_arn="arn:source",
            target_endpoint_arn="arn:target",
            compute_config={"MaxCapacityUnits": 1},
            replication_type="full-load",
            table_mappings=json.dumps({"rules": []}),
            aws_conn_id=None,
        )

        assert extract(task, "START").run_facets["lineageKit_externalRun"].job == "nightly"


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"EngineName": "oracle", "ServerName": "h", "DatabaseName": "ORCL"}, ("oracle://h:1521", "ORCL.S.T")),
        ({"EngineName": "sqlserver", "ServerName": "h", "DatabaseName": "crm"}, ("mssql://h:1433", "crm.S.T")),
        ({"EngineName": "docdb", "ServerName": "h", "Port": 27018}, ("mongodb://h:27018", "S.T")),
        (
            {
                "EngineName": "redshift",
                "ServerName": "dwh.abc123.eu-west-1.redshift.amazonaws.com",
                "DatabaseName": "dev",
            },
            ("redshift://dwh.eu-west-1:5439", "dev.S.T"),
        ),
        (
            {"EngineName": "postgres", "PostgreSQLSettings": {"ServerName": "h", "Port": 1, "DatabaseName": "d"}},
            ("postgres://h:1", "d.S.T"),
        ),
        ({"EngineName": "s3", "S3Settings": {"BucketName": "lake"}}, ("s3://lake", "S/T")),
        ({"EngineName": "postgres", "PostgreSQLSettings": {"SecretsManagerSecretId": "dwh"}}, None),
        ({"EngineName": "postgres", "ServerName": "h"}, None),
        ({"EngineName": "mysql", "ServerName": "h", "MySQLSettings": {"TargetDbType": "specific-database"}}, None),
        ({"EngineName": "mysql", "ServerName": "h", "ExtraConnectionAttributes": "targetDbType=SPECIFIC_DB"}, None),
        ({"EngineName": "kinesis", "KinesisSettings": {"StreamArn": "arn"}}, None),
    ],
)
def test_names_at_an_endpoint(described: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """They are those of Airflow's connections to the same database; without a server or a database there is none."""
    found = table_at({"EndpointType": "TARGET", **described}, Table("S", "T"))

    assert (found and (found.namespace, found.name)) == expected


def test_files_as_a_source_are_where_their_definition_says() -> None:
    """The folder of the bucket is not that of a table."""
    described = {"EngineName": "s3", "EndpointType": "SOURCE", "S3Settings": {"BucketName": "lake"}}

    assert table_at(described, Table("S", "T")) is None


@pytest.mark.parametrize(
    ("rules", "tables", "patterns"),
    [
        ([selected("shop", "order[_]items")], {("shop", "order_items"): ("shop", "order_items")}, []),
        ([selected("shop", "orders[1-9]")], {}, ["shop.orders[1-9]"]),
        ([selected("shop", "orders"), selected("shop", "%", "exclude")], {}, []),
        (
            [selected("shop", "orders"), selected("shop", "tmp%", "exclude")],
            {("shop", "orders"): ("shop", "orders")},
            [],
        ),
        (
            [selected("SHOP", "ORDERS"), changed("schema", "convert-lowercase"), changed("table", "convert-lowercase")],
            {("SHOP", "ORDERS"): ("shop", "orders")},
            [],
        ),
        (
            [selected("shop", "orders"), changed("schema", "rename", "x", **{"schema-name": "crm"})],
            {("shop", "orders"): ("shop", "orders")},
            [],
        ),
        (
            [selected("shop", "orders"), changed("table", "replace-prefix", "b_", **{"table-name": "%"})],
            {("shop", "orders"): None},
            [],
        ),
    ],
)
def test_table_mappings(rules: list[Any], tables: dict[Any, Any], patterns: list[str]) -> None:
    """A table that a rule renames in a way that is not known here has no name in the target."""
    found = read_mappings(json.dumps({"rules": rules}))

    assert (found.tables, found.patterns) == (tables, patterns)
