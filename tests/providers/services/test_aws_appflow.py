"""Flows of AppFlow: the real operator; moto does not mock the service, so that its answers are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.hooks.appflow import AppflowHook
from airflow.providers.amazon.aws.operators.appflow import (
    AppflowRunAfterOperator,
    AppflowRunBeforeOperator,
    AppflowRunDailyOperator,
    AppflowRunFullOperator,
    AppflowRunOperator,
)
from support.aws import aws
from support.aws_answers import answer
from support.lineage_facts import names

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

LAKE = {"connectorType": "S3", "destinationConnectorProperties": {"S3": {"bucketName": "lake", "bucketPrefix": "crm/"}}}
SALESFORCE = {
    "connectorType": "Salesforce",
    "connectorProfileName": "crm",
    "sourceConnectorProperties": {"Salesforce": {"object": "Account"}},
}


def flow(source: dict[str, Any], *targets: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return what AppFlow says of a flow."""
    return "describe_flow", {"sourceFlowConfig": source, "destinationFlowConfigList": list(targets)}


def running(**arguments: Any) -> AppflowRunOperator:
    """Return a task that runs the flow `nightly`."""
    return AppflowRunOperator(task_id="t", flow_name="nightly", aws_conn_id=None, **arguments)


def test_folders_in_s3(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known once the flow has run: until then AppFlow is not asked."""
    source = {
        "connectorType": "S3",
        "sourceConnectorProperties": {"S3": {"bucketName": "landing", "bucketPrefix": "exports"}},
    }
    whole = {"connectorType": "S3", "destinationConnectorProperties": {"S3": {"bucketName": "copies"}}}
    stubber = answer(monkeypatch, AppflowHook, "appflow", flow(source, LAKE, whole))
    there = {"execution_id": "run-1"}
    monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda _, key, **__: there.get(key), raising=False)
    before = extract(running(), "START")

    found = extract(running())

    stubber.assert_no_pending_responses()
    assert not before.outputs
    assert before.run_facets["lineageKit_externalRun"].job == "nightly"
    assert names(found.inputs) == [("s3://landing", "exports")]
    assert names(found.outputs) == [("s3://lake", "crm"), ("s3://copies", "/")]
    assert found.run_facets["externalQuery"].externalQueryId == "run-1"


@pytest.mark.parametrize(
    "operator",
    [AppflowRunAfterOperator, AppflowRunBeforeOperator, AppflowRunDailyOperator, AppflowRunFullOperator],
)
def test_a_source_elsewhere(extract: Extract, monkeypatch: pytest.MonkeyPatch, operator: Any) -> None:
    """The instance of Salesforce is not in the answer; relatives of the operator are served too."""
    answer(monkeypatch, AppflowHook, "appflow", flow(SALESFORCE, LAKE))
    arguments = {"task_id": "t", "source": "salesforce", "flow_name": "nightly", "aws_conn_id": None}
    if operator is not AppflowRunFullOperator:
        arguments |= {"source_field": "created", "filter_date": "2026-01-31"}

    found = extract(operator(**arguments))

    assert (names(found.inputs), names(found.outputs)) == ([], [("s3://lake", "crm")])


def test_nothing_in_s3(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event says why there is no dataset."""
    target = {
        "connectorType": "Redshift",
        "destinationConnectorProperties": {"Redshift": {"object": "account", "intermediateBucketName": "tmp"}},
    }
    answer(monkeypatch, AppflowHook, "appflow", flow(SALESFORCE, target))

    found = extract(running())

    assert "Salesforce, Redshift" in found.run_facets["lineageKit_noDatasets"].explanations[0].message


def test_a_failed_run_is_not_asked_about(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows what it has moved."""
    answer(monkeypatch, AppflowHook, "appflow")

    found = extract(running(), "FAIL")

    assert (found.inputs, found.outputs) == ([], [])
    assert "lineageKit_incomplete" not in found.run_facets
