"""Pipelines of Azure Data Factory: the real operator, which knows the run and no dataset."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.releases import import_or_skip

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

PAGE = (
    "https://adf.azure.com/en-us/monitoring/pipelineruns/run-1?factory=/subscriptions/sub"
    "/resourceGroups/group/providers/Microsoft.DataFactory/factories/factory"
)
SECRET = "secret-of-the-factory"  # noqa: S105 - it opens nothing


@pytest.fixture(autouse=True)
def _connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Airflow know the connection `factory`."""
    connection = f'{{"conn_type": "azure_data_factory", "password": "{SECRET}", "extra": {{"subscriptionId": "sub"}}}}'
    monkeypatch.setenv("AIRFLOW_CONN_FACTORY", connection)


def running(**arguments: Any) -> Any:
    """Return a task that starts the pipeline `nightly`, and does not wait for it."""
    operator = import_or_skip(
        "airflow.providers.microsoft.azure.operators.data_factory.AzureDataFactoryRunPipelineOperator"
    )
    given = {
        "pipeline_name": "nightly",
        "azure_data_factory_conn_id": "factory",
        "resource_group_name": "group",
        "factory_name": "factory",
        "parameters": {"token": SECRET},
        "wait_for_termination": False,
    }
    return operator(task_id="t", **{**given, **arguments})


def test_run_and_page(extract: Extract) -> None:
    """The id is known once the pipeline was started; parameters and credentials are not sent."""
    task = running()
    before = extract(task, "START")

    task.hook = SimpleNamespace(run_pipeline=lambda *_, **__: SimpleNamespace(run_id="run-1"))
    task.execute({"ti": SimpleNamespace(xcom_push=lambda **_: None)})
    found = extract(task)

    assert "externalQuery" not in before.run_facets
    assert before.run_facets["lineageKit_externalRun"].job == "nightly"
    assert found.run_facets["externalQuery"].externalQueryId == "run-1"
    assert found.run_facets["lineageKit_externalRun"].url == PAGE
    assert found.run_facets["lineageKit_noDatasets"].explanations[0].reason == "notAvailable"
    # The OpenLineage provider's own facet has the operator's attributes; the provider masks them when it sends them.
    found.run_facets.pop("unknownSourceAttribute", None)
    assert SECRET not in repr(found)


@pytest.mark.parametrize("event", ["COMPLETE", "FAIL"])
def test_after_a_deferral_the_run_is_in_xcom(extract: Extract, monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    """The operator that ends the task has not started the pipeline."""
    there = {"run_id": "run-1"}
    monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda _, key, **__: there.get(key), raising=False)

    found = extract(running(deferrable=True), event)

    assert found.run_facets["externalQuery"].externalQueryId == "run-1"


def test_without_a_connection_there_is_no_page(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subscription is in the connection alone."""
    monkeypatch.setenv("AIRFLOW_CONN_FACTORY", '{"conn_type": "azure_data_factory"}')
    task = running()
    task.run_id = "run-1"

    found = extract(task)

    assert found.run_facets["lineageKit_externalRun"].run == "run-1"
    assert found.run_facets["lineageKit_externalRun"].url is None
