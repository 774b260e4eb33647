"""Glue Data Quality: real operators and hooks over a client that gives answers of Glue's own shape."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.operators.glue import (
    GlueDataQualityRuleRecommendationRunOperator,
    GlueDataQualityRuleSetEvaluationRunOperator,
)
from airflow.providers.amazon.aws.sensors.glue import GlueDataQualityRuleSetEvaluationRunSensor
from botocore.stub import Stubber
from support.aws import REGION, aws, context, links
from support.lineage_facts import names

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

ORDERS = (f"awsathena://athena.{REGION}.amazonaws.com", "AwsDataCatalog.raw.orders")
DATASOURCE = {"GlueTable": {"DatabaseName": "raw", "TableName": "orders"}}
ROLE = "arn:aws:iam::123456789012:role/glue"
BEGAN = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
PASSED = [
    {
        "Name": "Rule_1",
        "Description": "RowCount between 10 and 600",
        "Result": "PASS",
        "EvaluatedMetrics": {"Dataset.*.RowCount": 300.0},
    },
    {
        "Name": "Rule_2",
        "Description": 'IsComplete "customer"',
        "Result": "PASS",
        "EvaluatedMetrics": {"Column.customer.Completeness": 1.0},
    },
    {
        "Name": "Rule_3",
        "Description": 'DistinctValuesCount "customer" > 3',
        "Result": "PASS",
        "EvaluatedMetrics": {"Column.customer.DistinctValuesCount": 7.0},
    },
]
FAILED = {
    "Name": "Rule_4",
    "Description": 'ColumnLength "customer" between 1 and 2',
    "Result": "FAIL",
    "EvaluationMessage": "Value: 9.0 does not meet the constraint requirement!",
    "EvaluatedMetrics": {"Column.customer.MaximumLength": 9.0, "Column.customer.MinimumLength": 3.0},
}
BROKEN = {"Name": "Rule_5", "Description": 'ColumnCorrelation "a" "b" > 0.5', "Result": "ERROR"}


def _operator(**arguments: Any) -> GlueDataQualityRuleSetEvaluationRunOperator:
    given = {"datasource": DATASOURCE, "role": ROLE, "rule_set_names": ["basics"], "show_results": False}
    return GlueDataQualityRuleSetEvaluationRunOperator(
        task_id="t", waiter_delay=0, aws_conn_id=None, **{**given, **arguments}
    )


def _expect_run(stub: Stubber) -> None:
    stub.add_response("get_data_quality_ruleset", {"Name": "basics"})
    stub.add_response("start_data_quality_ruleset_evaluation_run", {"RunId": "dqrun-1"})
    stub.add_response("get_data_quality_ruleset_evaluation_run", {"RunId": "dqrun-1", "Status": "SUCCEEDED"})


def _expect_results(stub: Stubber, *rules: dict[str, Any]) -> None:
    run = {"RunId": "dqrun-1", "Status": "SUCCEEDED", "ResultIds": ["dqresult-1"]}
    result = {"ResultId": "dqresult-1", "RulesetName": "basics", "DataSource": DATASOURCE, "RuleResults": list(rules)}
    stub.add_response("get_data_quality_ruleset_evaluation_run", run, {"RunId": "dqrun-1"})
    stub.add_response("batch_get_data_quality_result", {"Results": [result]}, {"ResultIds": ["dqresult-1"]})


def _verdicts(dataset: Any) -> list[tuple[str, str | None, bool]]:
    found = dataset.inputFacets["dataQualityAssertions"].assertions
    return [(each.assertion, each.column, each.success) for each in found]


@pytest.fixture
def stub() -> Iterator[Callable[[Any], Stubber]]:
    """Give a function that makes the client of a task's hook answer what the test says, and nothing else."""
    active: list[Stubber] = []

    def start(task: Any) -> Stubber:
        active.append(Stubber(task.hook.conn))
        active[0].activate()
        return active[0]

    yield start
    for each in active:
        each.assert_no_pending_responses()
        each.deactivate()


class TestEvaluationRun:
    """The operator that evaluates rule sets."""

    def test_the_table_is_known_before(self, extract: Extract, stub: Callable[[Any], Stubber]) -> None:
        """Nobody is asked; the role tells the account, and with it the table's name by the rules for Glue."""
        task = _operator()
        stub(task)

        found = extract(task, "START")

        assert names(found.inputs) == [ORDERS]
        assert links(found.inputs[0]) == [("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders")]
        assert not found.inputs[0].inputFacets

    def test_results_of_rules_that_hold(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each rule is an assertion, about the column that it names; what was counted is told as measured."""
        task = _operator()
        client = stub(task)
        _expect_run(client)
        _expect_results(client, *PASSED)
        _expect_results(client, *PASSED)

        run_id = task.execute(context())
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: run_id, raising=False)
        found = extract(task)

        assert names(found.inputs) == [ORDERS]
        assert _verdicts(found.inputs[0]) == [
            ("RowCount", None, True),
            ("IsComplete", "customer", True),
            ("DistinctValuesCount", "customer", True),
        ]
        measured = found.inputs[0].inputFacets["dataQualityMetrics"]
        assert measured.rowCount == 300
        assert measured.columnMetrics["customer"].distinctCount == 7
        assert measured.columnMetrics["customer"].nullCount is None
        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"
        assert "unknownSourceAttribute" not in found.run_facets

    def test_results_that_fail_the_task(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The task returns nothing then: the run is the one on this table since the task began."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()
        client = stub(task)
        _expect_run(client)
        _expect_results(client, PASSED[0], FAILED, BROKEN)
        with pytest.raises(AirflowException, match="failed for one or more rules") as error:
            task.execute(context())
        client.add_response(
            "list_data_quality_ruleset_evaluation_runs",
            {"Runs": [{"RunId": "dqrun-1"}]},
            {"Filter": {"DataSource": DATASOURCE, "StartedAfter": BEGAN}, "MaxResults": 2},
        )
        _expect_results(client, PASSED[0], FAILED, BROKEN)

        found = extract(task, "FAIL", error.value)

        assert _verdicts(found.inputs[0]) == [
            ("RowCount", None, True),
            ("ColumnLength", "customer", False),
            ("ColumnCorrelation", None, False),
        ]
        failed = found.inputs[0].inputFacets["dataQualityAssertions"].assertions[1]
        assert failed.name == "Rule_4"
        assert failed.description == 'ColumnLength "customer" between 1 and 2'
        assert failed.actual == "Column.customer.MaximumLength: 9, Column.customer.MinimumLength: 3"
        assert failed.params["ruleset"] == "basics"
        assert failed.params["message"] == FAILED["EvaluationMessage"]

    def test_of_several_runs_none_is_taken(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody else has evaluated rules on the table in the meantime; the event says what is missing."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()
        runs = {"Runs": [{"RunId": "dqrun-1"}, {"RunId": "dqrun-2"}]}
        stub(task).add_response("list_data_quality_ruleset_evaluation_runs", runs)

        found = extract(task, "FAIL", AirflowException("... run failed for one or more rules"))

        assert names(found.inputs) == [ORDERS]
        assert not found.inputs[0].inputFacets
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["notAvailable"]

    def test_another_failure_is_no_verdict(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody is asked: the run may not even have begun."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()
        stub(task)

        found = extract(task, "FAIL", AirflowException("Following RulesetNames are not found ['basics']"))

        assert names(found.inputs) == [ORDERS]
        assert "lineageKit_incomplete" not in found.run_facets

    def test_without_waiting_there_are_no_results(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The run has begun; a sensor may tell more."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        task = _operator(wait_for_completion=False)
        stub(task)

        found = extract(task)

        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"
        assert not found.inputs[0].inputFacets

    def test_after_a_deferral(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The id is what the operator has returned."""
        task = _operator(deferrable=True)
        client = stub(task)
        _expect_results(client, *PASSED)
        _expect_results(client, *PASSED)
        run_id = task.execute_complete({}, {"status": "success", "evaluation_run_id": "dqrun-1"})
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: run_id, raising=False)

        assert len(_verdicts(extract(task).inputs[0])) == 3

    def test_results_that_cannot_be_had_cost_nothing_else(
        self, extract: Extract, stub: Callable[[Any], Stubber], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The table and the run are told; the event says what is missing."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        task = _operator()
        stub(task).add_client_error("get_data_quality_ruleset_evaluation_run", "AccessDeniedException")

        found = extract(task)

        assert names(found.inputs) == [ORDERS]
        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"
        assert [each.part for each in found.run_facets["lineageKit_incomplete"].omissions] == ["services"]

    def test_a_datasource_that_is_no_table(self, extract: Extract) -> None:
        """Other sources of Glue are no tables of the catalogue."""
        assert not extract(_operator(datasource={"DataQualityGlueTable": {}}), "START").inputs


class TestSensor:
    """The sensor knows the run, and Glue the table."""

    def sensor(self) -> GlueDataQualityRuleSetEvaluationRunSensor:
        """Return a sensor of the run."""
        return GlueDataQualityRuleSetEvaluationRunSensor(
            task_id="t", evaluation_run_id="dqrun-1", show_results=False, aws_conn_id=None
        )

    def test_before_only_the_run_is_known(self, extract: Extract) -> None:
        """Glue is not asked."""
        found = extract(self.sensor(), "START")

        assert not found.inputs
        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"

    def test_results(self, extract: Extract, stub: Callable[[Any], Stubber]) -> None:
        """The table is the one that the results name."""
        task = self.sensor()
        client = stub(task)
        client.add_response("get_data_quality_ruleset_evaluation_run", {"Status": "SUCCEEDED"})
        _expect_results(client, *PASSED)
        _expect_results(client, *PASSED)

        assert task.poke({})
        found = extract(task)

        assert names(found.inputs) == [ORDERS]
        assert len(_verdicts(found.inputs[0])) == 3

    def test_results_that_fail_the_sensor(self, extract: Extract, stub: Callable[[Any], Stubber]) -> None:
        """It has the run's id all along."""
        task = self.sensor()
        client = stub(task)
        client.add_response("get_data_quality_ruleset_evaluation_run", {"Status": "SUCCEEDED"})
        _expect_results(client, FAILED)
        _expect_results(client, FAILED)
        with pytest.raises(AirflowException) as error:
            task.poke({})

        found = extract(task, "FAIL", error.value)

        assert _verdicts(found.inputs[0]) == [("ColumnLength", "customer", False)]


def test_recommended_rules(extract: Extract) -> None:
    """Glue reads the table to find rules for it."""
    task = GlueDataQualityRuleRecommendationRunOperator(task_id="t", datasource=DATASOURCE, role=ROLE, aws_conn_id=None)

    assert names(extract(task, "START").inputs) == [ORDERS]
