"""Runs of Databricks: real operators and hooks; what the service answers has the shapes of its Jobs API."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import responses
from airflow import DAG
from airflow.exceptions import AirflowException
from airflow.providers.databricks.hooks.databricks import SUBMIT_RUN_ENDPOINT
from airflow.providers.databricks.operators.databricks import (
    DatabricksNotebookOperator,
    DatabricksRunNowOperator,
    DatabricksSubmitRunOperator,
    DatabricksTaskOperator,
)
from airflow.providers.databricks.operators.databricks_workflow import DatabricksWorkflowTaskGroup
from support.releases import TaskDeferred
from support.xcoms import XComs, xcoms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["xcoms"]  # a fixture, found by its name

# The provider asks Airflow 3 for its own version in a way that is going away.
pytestmark = pytest.mark.filterwarnings("ignore:ProvidersManager.hooks is deprecated")

HOST = "dbc-1.cloud.databricks.com"
# With the version of the API that the provider speaks.
JOBS = f"https://{HOST}/api/{SUBMIT_RUN_ENDPOINT[1].removeprefix('api/').removesuffix('/runs/submit')}"
PAGE = f"https://{HOST}/?o=1#job/7/run/42"
TOKEN = "dapi-not-for-events"  # noqa: S105 - it opens nothing
NOTEBOOK = {"notebook_task": {"notebook_path": "/load"}, "existing_cluster_id": "c"}


class Jobs:
    """The Jobs API of a workspace where every run has the number 42 and belongs to job 7.

    Args:
        answers: takes what is asked.

    """

    def __init__(self, answers: responses.RequestsMock) -> None:
        self._answers = answers
        for path in ("runs/submit", "run-now"):
            answers.post(f"{JOBS}/{path}", json={"run_id": 42})
        answers.get(f"{JOBS}/list", json={"jobs": [{"job_id": 7, "settings": {"name": "nightly"}}]})
        answers.post(f"{JOBS}/create", json={"job_id": 7})
        self.end("SUCCESS")

    def end(self, result: str | None, task_key: str = "load") -> None:
        """Let runs have ended with a result, or still be running."""
        state = {"life_cycle_state": "TERMINATED" if result else "RUNNING", "state_message": ""}
        if result:
            state["result_state"] = result
        task = {"task_key": task_key, "run_id": 43, "start_time": 1, "state": state}
        run = {"run_id": 42, "job_id": 7, "run_page_url": PAGE, "state": state, "tasks": [task]}
        self._answers.upsert("GET", f"{JOBS}/runs/get", json=run)
        self._answers.upsert("GET", f"{JOBS}/runs/get-output", json={"error": "no such table"})

    @property
    def asked(self) -> list[str]:
        """The paths that were asked so far."""
        return [call.request.url.partition("?")[0].removeprefix(JOBS) for call in self._answers.calls]


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Give the Jobs API behind the connection `databricks_default`."""
    connection = {"conn_type": "databricks", "host": f"https://{HOST}", "password": TOKEN}
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answers:
        yield Jobs(answers)


def run_of(lineage: OperatorLineage) -> dict[str, Any]:
    """Return what the facets say of the run: service, run, job, page, and the standard facet's id and source."""
    facet = lineage.run_facets.get("lineageKit_externalRun")
    query = lineage.run_facets.get("externalQuery")
    told = {name: getattr(facet, name) for name in ("service", "run", "job", "url")} if facet else {}
    return {**told, **({"query": (query.externalQueryId, query.source)} if query else {})}


RUN = {"service": "databricks", "run": "42", "job": None, "url": PAGE, "query": ("42", f"databricks://{HOST}")}


def reasons(lineage: OperatorLineage) -> list[str]:
    """Return the reasons for there being no dataset."""
    return [each.reason for each in lineage.run_facets["lineageKit_noDatasets"].explanations]


@pytest.mark.parametrize(
    ("make", "job"),
    [
        (lambda **also: DatabricksSubmitRunOperator(task_id="load", json=NOTEBOOK, **also), None),
        (lambda **also: DatabricksRunNowOperator(task_id="load", job_id=7, **also), "7"),
        (lambda **also: DatabricksRunNowOperator(task_id="load", json={"job_id": 7}, **also), "7"),
        (lambda **also: DatabricksRunNowOperator(task_id="load", job_name="nightly", **also), "7"),
    ],
)
class TestRuns:
    """A run that is submitted, or of a job that exists."""

    def test_success(self, extract: Extract, xcoms: XComs, jobs: Jobs, make: Any, job: str | None) -> None:
        """The run's id and page are those that the operator has; Databricks is not asked again."""
        task = make()

        task.execute(xcoms.context)
        asked = len(jobs.asked)
        found = extract(task)

        assert run_of(found) == {**RUN, "job": job}
        assert reasons(found) == ["notAvailable"]
        assert len(jobs.asked) == asked
        assert TOKEN not in repr(found)

    def test_failure(self, extract: Extract, xcoms: XComs, jobs: Jobs, make: Any, job: str | None) -> None:
        """They are what one needs most where the run has failed."""
        jobs.end("FAILED")
        task = make()

        with pytest.raises(AirflowException):
            task.execute(xcoms.context)

        assert run_of(extract(task, "FAIL")) == {**RUN, "job": job}

    def test_deferral(self, extract: Extract, xcoms: XComs, jobs: Jobs, make: Any, job: str | None) -> None:
        """The process that goes on has a new operator, which is not told the run; XCom is, and its job as well."""
        jobs.end(None)
        with pytest.raises(TaskDeferred):
            make(deferrable=True).execute(xcoms.context)

        for event in ("COMPLETE", "FAIL"):
            assert run_of(extract(make(deferrable=True), event)) == {**RUN, "job": job or "7"}

    def test_without_xcom(self, extract: Extract, xcoms: XComs, jobs: Jobs, make: Any, job: str | None) -> None:
        """The id is there all the same; the page is not looked up."""
        task = make(do_xcom_push=False)

        task.execute(xcoms.context)

        expected = {**RUN, "job": job, "url": None, "query": ("42", "databricks")}
        assert run_of(extract(task)) == expected
        assert list(xcoms) == []
        assert jobs.asked


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (DatabricksSubmitRunOperator(task_id="load", json=NOTEBOOK), {}),
        (
            DatabricksRunNowOperator(task_id="load", job_id=7),
            {"service": "databricks", "run": None, "job": "7", "url": None},
        ),
    ],
)
def test_before_it_runs(extract: Extract, task: Any, told: dict[str, Any]) -> None:
    """There is no run yet; a job may be known, and no connection is needed to say so."""
    assert run_of(extract(task, "START")) == told


@pytest.mark.parametrize(
    "make",
    [
        lambda **also: DatabricksNotebookOperator(
            task_id="load", notebook_path="/load", source="WORKSPACE", existing_cluster_id="c", **also
        ),
        lambda **also: DatabricksTaskOperator(
            task_id="load", task_config=NOTEBOOK, existing_cluster_id="c", databricks_task_key="load", **also
        ),
    ],
)
def test_notebooks_and_tasks(
    extract: Extract, xcoms: XComs, jobs: Jobs, in_dag: Callable[[Any], Any], make: Any
) -> None:
    """On their own they submit a run."""
    task = in_dag(make())
    jobs.end("SUCCESS", task.databricks_task_key)

    task.execute(xcoms.context)
    found = extract(task)

    assert run_of(found) == RUN
    assert reasons(found) == ["notAvailable"]
    assert "/runs/get-output" not in jobs.asked


def test_workflow(extract: Extract, xcoms: XComs, jobs: Jobs) -> None:
    """One run for all tasks: the task that launches it names it, and so does each task of the group."""
    with (
        DAG("dag", schedule=None),
        DatabricksWorkflowTaskGroup(group_id="flow", databricks_conn_id="databricks_default"),
    ):
        load = DatabricksNotebookOperator(
            task_id="load", notebook_path="/load", source="WORKSPACE", job_cluster_key="c"
        )
    launch = load.dag.get_task("flow.launch")
    jobs.end(None)

    shared = launch.execute(xcoms.context)
    expected = {**RUN, "job": "7", "url": f"https://{HOST}/#job/7/run/42"}
    if "databricks_job_run_link" not in xcoms:  # on Airflow 2 the web server makes the link itself
        expected |= {"url": None, "query": ("42", "databricks")}
    assert run_of(extract(launch)) == expected

    jobs.end("SUCCESS", load.databricks_task_key)
    load.workflow_run_metadata = shared  # as Airflow renders it
    load.execute(xcoms.context)
    assert run_of(extract(load)) == expected


def test_workflow_that_does_not_start(extract: Extract, xcoms: XComs, jobs: Jobs) -> None:
    """Nothing is said of a run that the task does not know."""
    with (
        DAG("dag", schedule=None),
        DatabricksWorkflowTaskGroup(group_id="flow", databricks_conn_id="databricks_default"),
    ):
        load = DatabricksNotebookOperator(
            task_id="load", notebook_path="/load", source="WORKSPACE", job_cluster_key="c"
        )
    launch = load.dag.get_task("flow.launch")
    jobs.end("FAILED")

    with pytest.raises(AirflowException):
        launch.execute(xcoms.context)

    assert run_of(extract(launch, "FAIL")) == {}


def test_the_page_must_be_text(extract: Extract, xcoms: XComs) -> None:
    """Somebody else's XCom of the same name does not cost the run's id."""
    task = DatabricksSubmitRunOperator(task_id="load", json=NOTEBOOK)
    xcoms.values |= {"run_id": 42, "run_page_url": SimpleNamespace()}

    assert run_of(extract(task)) == {**RUN, "url": None, "query": ("42", "databricks")}
