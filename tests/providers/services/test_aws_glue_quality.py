"""Glue Data Quality: real operators and hooks over a client that gives answers of Glue's own shape."""

from __future__ import annotations

import socket
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.operators.glue import (
    GlueDataQualityRuleRecommendationRunOperator,
    GlueDataQualityRuleSetEvaluationRunOperator,
)
from airflow.providers.amazon.aws.sensors.glue import GlueDataQualityRuleSetEvaluationRunSensor
from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from support.aws import REGION, aws, context, links
from support.check_results import HAS_DETAILS
from support.lineage_facts import names

from lineage_kit.extractors.extraction import Budget
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


def _expect_run(glue: Glue) -> None:
    glue.add_response("get_data_quality_ruleset", {"Name": "basics"})
    glue.add_response("start_data_quality_ruleset_evaluation_run", {"RunId": "dqrun-1"})
    glue.add_response("get_data_quality_ruleset_evaluation_run", {"RunId": "dqrun-1", "Status": "SUCCEEDED"})


def _expect_results(glue: Glue, *rules: dict[str, Any]) -> None:
    run = {"RunId": "dqrun-1", "Status": "SUCCEEDED", "ResultIds": ["dqresult-1"]}
    result = {"ResultId": "dqresult-1", "RulesetName": "basics", "DataSource": DATASOURCE, "RuleResults": list(rules)}
    glue.add_response("get_data_quality_ruleset_evaluation_run", run, {"RunId": "dqrun-1"})
    glue.add_response("batch_get_data_quality_result", {"Results": [result]}, {"ResultIds": ["dqresult-1"]})


def _verdicts(dataset: Any) -> list[tuple[str, str | None, bool]]:
    found = dataset.inputFacets["dataQualityAssertions"].assertions
    return [(each.assertion, each.column, each.success) for each in found]


class Glue:
    """What Glue answers, in this order, whichever client asks; any other request fails."""

    def __init__(self) -> None:
        self.pending: list[tuple[str, Any, dict[str, Any] | None]] = []
        self.clients: list[Any] = []

    def add_response(self, operation: str, answer: Any, parameters: dict[str, Any] | None = None) -> None:
        """Expect a request, with these parameters if there are any, and answer it, or raise the answer."""
        self.pending.append((operation, answer, parameters))

    def answer(self, client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        """Stand in for the method by which clients of botocore make every request."""
        self.clients.append(client)
        assert self.pending, f"nobody expects {operation}"
        expected, answer, given = self.pending.pop(0)
        assert xform_name(operation) == expected
        assert given is None or given == parameters
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Glue]:
    """Give a Glue that answers what the test says; all of it must be asked for."""
    service = Glue()

    def ask(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        return service.answer(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", ask)
    yield service
    assert service.pending == []


class TestEvaluationRun:
    """The operator that evaluates rule sets."""

    @pytest.mark.usefixtures("glue")
    def test_the_table_is_known_before(self, extract: Extract) -> None:
        """Nobody is asked; the role tells the account, and with it the table's name by the rules for Glue."""
        task = _operator()

        found = extract(task, "START")

        assert names(found.inputs) == [ORDERS]
        assert links(found.inputs[0]) == [("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders")]
        assert not found.inputs[0].inputFacets

    def test_results_of_rules_that_hold(self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each rule is an assertion, about the column that it names; what was counted is told as measured."""
        task = _operator()
        _expect_run(glue)
        _expect_results(glue, *PASSED)
        _expect_results(glue, *PASSED)

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

    def test_results_that_fail_the_task(self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
        """The task returns nothing then: the run is the one on this table since the task began."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()
        _expect_run(glue)
        _expect_results(glue, PASSED[0], FAILED, BROKEN)
        with pytest.raises(AirflowException, match="failed for one or more rules") as error:
            task.execute(context())
        glue.add_response(
            "list_data_quality_ruleset_evaluation_runs",
            {"Runs": [{"RunId": "dqrun-1"}]},
            {"Filter": {"DataSource": DATASOURCE, "StartedAfter": BEGAN}, "MaxResults": 2},
        )
        _expect_results(glue, PASSED[0], FAILED, BROKEN)

        found = extract(task, "FAIL", error.value)

        assert _verdicts(found.inputs[0]) == [
            ("RowCount", None, True),
            ("ColumnLength", "customer", False),
            ("ColumnCorrelation", None, False),
        ]
        failed = found.inputs[0].inputFacets["dataQualityAssertions"].assertions[1]
        if HAS_DETAILS:
            assert failed.name == "Rule_4"
            assert (failed.contentType, failed.content) == ("dqdl", 'ColumnLength "customer" between 1 and 2')
            assert failed.actual == "Column.customer.MaximumLength: 9, Column.customer.MinimumLength: 3"
            assert failed.params["ruleset"] == "basics"
            assert failed.params["message"] == FAILED["EvaluationMessage"]

    def test_of_several_runs_none_is_taken(self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody else has evaluated rules on the table in the meantime; the event says what is missing."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()
        runs = {"Runs": [{"RunId": "dqrun-1"}, {"RunId": "dqrun-2"}]}
        glue.add_response("list_data_quality_ruleset_evaluation_runs", runs)

        found = extract(task, "FAIL", AirflowException("... run failed for one or more rules"))

        assert names(found.inputs) == [ORDERS]
        assert not found.inputs[0].inputFacets
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["notAvailable"]

    @pytest.mark.usefixtures("glue")
    def test_another_failure_is_no_verdict(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody is asked: the run may not even have begun."""
        monkeypatch.setattr(TaskInstanceStandIn, "start_date", BEGAN, raising=False)
        task = _operator()

        found = extract(task, "FAIL", AirflowException("Following RulesetNames are not found ['basics']"))

        assert names(found.inputs) == [ORDERS]
        assert "lineageKit_incomplete" not in found.run_facets

    @pytest.mark.usefixtures("glue")
    def test_without_waiting_there_are_no_results(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """The run has begun; a sensor may tell more."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        task = _operator(wait_for_completion=False)

        found = extract(task)

        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"
        assert not found.inputs[0].inputFacets

    def test_after_a_deferral(self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
        """The id is what the operator has returned."""
        task = _operator(deferrable=True)
        _expect_results(glue, *PASSED)
        _expect_results(glue, *PASSED)
        run_id = task.execute_complete({}, {"status": "success", "evaluation_run_id": "dqrun-1"})
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: run_id, raising=False)

        assert len(_verdicts(extract(task).inputs[0])) == 3

    def test_results_that_cannot_be_had_cost_nothing_else(
        self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The table and the run are told; the event says what is missing."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        task = _operator()
        operation = "get_data_quality_ruleset_evaluation_run"
        glue.add_response(operation, ClientError({"Error": {"Code": "AccessDeniedException"}}, operation))

        found = extract(task)

        assert names(found.inputs) == [ORDERS]
        assert found.run_facets["externalQuery"].externalQueryId == "dqrun-1"
        assert [each.part for each in found.run_facets["lineageKit_incomplete"].omissions] == ["services"]

    def test_a_service_that_does_not_answer(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is asked once, and no longer than the budget lasts; boto alone would try for five minutes."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "0.5")

        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", f"http://127.0.0.1:{silent.getsockname()[1]}")
            found = extract(_operator())
            silent.setblocking(False)
            silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()

        assert names(found.inputs) == [ORDERS]
        assert not found.inputs[0].inputFacets
        assert [each.part for each in found.run_facets["lineageKit_incomplete"].omissions] == ["services"]

    def test_the_hurry_is_that_of_the_extraction(
        self, extract: Extract, glue: Glue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The operator's own client keeps its patience, and what the user has set beside stays."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "8")
        task = _operator(botocore_config={"connect_timeout": 50, "max_pool_connections": 3})
        _expect_results(glue, *PASSED)

        extract(task)

        config = glue.clients[0].meta.config
        assert task.hook.conn.meta.config.connect_timeout == 50
        assert config.connect_timeout == config.read_timeout < 2
        assert config.max_pool_connections == 3
        assert config.retries["total_max_attempts"] == 1

    @pytest.mark.usefixtures("glue")
    def test_nothing_is_asked_without_time(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """What came before has taken it; a request would fail the test."""
        pulled = ["dqrun-1"]
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: pulled.pop(), raising=False)
        monkeypatch.setattr(Budget, "spent", lambda _: not pulled)

        found = extract(_operator())

        assert {each.cause for each in found.run_facets["lineageKit_incomplete"].omissions} == {"timeBudget"}

    @pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
    @pytest.mark.filterwarnings("ignore:.openlineage. One or more legacy config options")
    @pytest.mark.parametrize(
        ("section", "option", "rule", "message"),
        [
            (
                "lineage_kit",
                "mask_sql_literals",
                "ColumnValues ? in [?, ?] with threshold > ?",
                "Value: ? is none of ?",
            ),
            ("openlineage", "disable_source_code", "(source code is disabled)", "(source code is disabled)"),
        ],
    )
    def test_rules_are_source_text(  # noqa: PLR0913, PLR0917 - two fixtures more than parameters
        self,
        extract: Extract,
        glue: Glue,
        monkeypatch: pytest.MonkeyPatch,
        section: str,
        option: str,
        rule: str,
        message: str,
    ) -> None:
        """The values that a rule names are masked like those in SQL, and so is what quotes it; the column stays."""
        monkeypatch.setenv(f"AIRFLOW__{section.upper()}__{option.upper()}", "True")
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "dqrun-1", raising=False)
        text = 'ColumnValues "customer" in ["Ann", "Bob"] with threshold > 0.5'
        said = "Value: 9.0 is none of 'Bob'"
        _expect_results(glue, {"Name": "Rule_1", "Description": text, "Result": "FAIL", "EvaluationMessage": said})

        (found,) = extract(_operator()).inputs[0].inputFacets["dataQualityAssertions"].assertions

        assert (found.assertion, found.column, found.description) == ("ColumnValues", "customer", None)
        assert (found.content, found.params["message"]) == (rule, message)

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

    def test_results(self, extract: Extract, glue: Glue) -> None:
        """The table is the one that the results name."""
        task = self.sensor()
        glue.add_response("get_data_quality_ruleset_evaluation_run", {"Status": "SUCCEEDED"})
        _expect_results(glue, *PASSED)
        _expect_results(glue, *PASSED)

        assert task.poke({})
        found = extract(task)

        assert names(found.inputs) == [ORDERS]
        assert len(_verdicts(found.inputs[0])) == 3

    def test_results_that_fail_the_sensor(self, extract: Extract, glue: Glue) -> None:
        """It has the run's id all along."""
        task = self.sensor()
        glue.add_response("get_data_quality_ruleset_evaluation_run", {"Status": "SUCCEEDED"})
        _expect_results(glue, FAILED)
        _expect_results(glue, FAILED)
        with pytest.raises(AirflowException) as error:
            task.poke({})

        found = extract(task, "FAIL", error.value)

        assert _verdicts(found.inputs[0]) == [("ColumnLength", "customer", False)]


def test_recommended_rules(extract: Extract) -> None:
    """Glue reads the table to find rules for it."""
    task = GlueDataQualityRuleRecommendationRunOperator(task_id="t", datasource=DATASOURCE, role=ROLE, aws_conn_id=None)

    assert names(extract(task, "START").inputs) == [ORDERS]
