"""Checks of BigQuery: real operators, hooks and triggers; DuckDB answers in the shapes of BigQuery's client and API."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from airflow.providers.google.cloud.hooks.bigquery import BigQueryAsyncHook, BigQueryHook
from airflow.providers.google.cloud.operators.bigquery import (
    BigQueryCheckOperator,
    BigQueryColumnCheckOperator,
    BigQueryIntervalCheckOperator,
    BigQueryTableCheckOperator,
    BigQueryValueCheckOperator,
)
from airflow.providers.google.cloud.triggers.bigquery import BigQueryInsertJobTrigger
from google.auth.credentials import AnonymousCredentials
from openlineage.client.serde import Serde
from support.check_results import assertions, measured, run_level, verdicts
from support.releases import TaskDeferred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

# Releases of the hook that do not name the project themselves have it here.
CONNECTION = {"conn_type": "google_cloud_platform", "extra": {"project": "project"}}
ORDERS = ("bigquery", "project.shop.orders")


class Job:
    """A query job as the client gives it: it runs in the background, and has the rows once asked for them."""

    error_result = None
    state = "DONE"

    def __init__(self, cloud: Any, number: int, sql: str, *, runs: bool) -> None:
        self.job_id = f"job{number}"
        self.sql = sql
        self._cloud = cloud
        self._runs = runs

    def running(self) -> bool:
        """Tell whether the job is at work."""
        return self._runs

    def result(self) -> Job:
        """Return the rows."""
        return self

    def to_dataframe(self) -> Any:
        """Return the rows as the operators of columns and tables take them."""
        return self._cloud.cursor().execute(self.sql).df()

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows."""
        return self._cloud.cursor().execute(self.sql).fetchall()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows())


class Jobs:
    """The jobs of a project, and its part of BigQuery's API."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud
        self._jobs: dict[str, Job] = {}
        self.run_in_background = True

    def insert(self, configuration: dict[str, Any]) -> Job:
        """Start a job."""
        sql = configuration["query"]["query"]
        job = Job(self._cloud, len(self._jobs), sql, runs=self.run_in_background)
        self._jobs[job.job_id] = job
        return job

    def output(self, job_id: str) -> dict[str, Any]:
        """Return the result of a job as the API does: every value a text, with the types in the schema."""
        rows = self._jobs[job_id].rows()
        kinds = {int: "INTEGER", float: "FLOAT", str: "STRING", bool: "BOOLEAN"}
        return {
            "schema": {
                "fields": [{"name": f"f{number}_", "type": kinds[type(value)]} for number, value in enumerate(rows[0])]
            },
            "rows": [{"f": [{"v": str(value)} for value in row]} for row in rows],
        }


class AsyncHook(BigQueryAsyncHook):
    """The trigger's hook with its two calls to the API answered; what it makes of the answers is its own."""

    jobs: Jobs

    async def get_job_status(self, **_: Any) -> dict[str, str]:
        """Return that the job is done."""
        return {"status": "success", "message": "Job completed"}

    async def get_job_output(self, job_id: str, **_: Any) -> dict[str, Any]:
        """Return the job's rows."""
        return self.jobs.output(job_id)

    async def get_sync_hook(self) -> Any:
        """Return the hook for what the API does not do."""
        return BigQueryHook(use_legacy_sql=False)


@pytest.fixture(autouse=True)
def jobs(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Give the jobs that operators start."""
    started = Jobs(cloud)
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", json.dumps(CONNECTION))
    credentials = (AnonymousCredentials(), "project")
    monkeypatch.setattr(BigQueryHook, "get_credentials_and_project_id", lambda _: credentials)
    monkeypatch.setattr(BigQueryHook, "is_default_universe", lambda _: True, raising=False)
    monkeypatch.setattr(BigQueryHook, "get_conn", lambda _: cloud)
    monkeypatch.setattr(BigQueryHook, "insert_job", lambda _, *, configuration, **__: started.insert(configuration))
    monkeypatch.setattr(AsyncHook, "jobs", started, raising=False)
    monkeypatch.setattr(BigQueryInsertJobTrigger, "_get_async_hook", lambda _: AsyncHook(gcp_conn_id="c"))
    return started


@pytest.fixture
def run_deferred(run: Extract) -> Extract:
    """Give a function that runs an operator until it waits, then its trigger, and then the rest."""

    def execute(task: Any) -> OperatorLineage:
        with pytest.raises(TaskDeferred) as deferral:
            run(task)
        return run(task, deferral.value.method_name, event=asyncio.run(_first_event(deferral.value.trigger)))

    return execute


async def _first_event(trigger: Any) -> dict[str, Any]:
    event = await anext(trigger.run())
    payload: dict[str, Any] = event.payload
    return payload


def _check(operator: type, **options: Any) -> Any:
    return operator(task_id="t", use_legacy_sql=False, **options)


def _intervals(thresholds: dict[str, float], **options: Any) -> Any:
    task = _check(
        BigQueryIntervalCheckOperator,
        table="shop.orders",
        metrics_thresholds=thresholds,
        date_filter_column="day",
        **options,
    )
    metrics = ", ".join(sorted(thresholds))
    task.sql1, task.sql2 = (
        f"SELECT {metrics} FROM shop.orders WHERE day='{day}'" for day in ("2026-01-31", "2026-01-24")
    )
    return task


def test_columns(run: Extract) -> None:
    """Results and measures come from the checks themselves: the operator runs in its own way and keeps nothing else."""
    mapping = {
        "amount": {"null_check": {"equal_to": 0}, "min": {"geq_to": 2}, "distinct_check": {"equal_to": 2}},
        "day": {"unique_check": {"leq_to": 1}},
    }

    (orders,) = run(_check(BigQueryColumnCheckOperator, table="shop.orders", column_mapping=mapping)).inputs

    assert (orders.namespace, orders.name) == ORDERS
    assert verdicts(orders) == {
        "amount.null_check": False,
        "amount.min": True,
        "amount.distinct_check": True,
        "day.unique_check": True,
    }
    assert measured(orders) == {"amount.nullCount": 1, "amount.min": 2.0, "amount.distinctCount": 2}
    assert "non-serializable" not in Serde.to_json(orders)


@pytest.mark.skipif(
    next(pd.DataFrame({"name": ["id"], "result": pd.array([None], "Int64")}).iterrows())[1]["result"] is pd.NA,
    reason="rows of this release of pandas have NA for NULL, at which the operator itself fails",
)
def test_nothing_measured(run: Extract, cloud: Any) -> None:
    """NULL, which a data frame has no integer for, is no measure."""
    cloud.cursor().execute("CREATE TABLE nothing (id INTEGER)")
    mapping = {"id": {"max": {"leq_to": 1}, "distinct_check": {"equal_to": 0}}}

    (nothing,) = run(_check(BigQueryColumnCheckOperator, table="shop.nothing", column_mapping=mapping)).inputs

    assert measured(nothing) == {"id.distinctCount": 0}
    assert "NaN" not in Serde.to_json(nothing)


@pytest.mark.parametrize("least", [2, 3])
def test_tables(run: Extract, least: int) -> None:
    """Each named check is an assertion on the table, on success and failure."""
    checks = {
        "enough": {"check_statement": f"COUNT(*) > {least}"},
        "known": {"check_statement": "id > 0"},
    }

    (orders,) = run(_check(BigQueryTableCheckOperator, table="shop.orders", checks=checks)).inputs

    assert (orders.namespace, orders.name) == ORDERS
    assert (verdicts(orders), measured(orders)) == ({"enough": least == 2, "known": True}, {})


QUERIES = [
    (lambda **options: _check(BigQueryCheckOperator, sql="SELECT COUNT(*) FROM shop.orders", **options), True),
    (lambda **options: _check(BigQueryCheckOperator, sql="SELECT COUNT(*) - 3 FROM shop.orders", **options), False),
    (lambda **options: _value(3, **options), True),
    (lambda **options: _value(4, **options), False),
]


def _value(expected: int, **options: Any) -> Any:
    sql = "SELECT MAX(id) FROM shop.orders"
    return _check(BigQueryValueCheckOperator, sql=sql, pass_value=expected, **options)


@pytest.mark.parametrize(("make", "success"), QUERIES)
def test_queries(run: Extract, make: Callable[..., Any], success: bool) -> None:
    """The result is an assertion on the one table that the query reads."""
    (orders,) = run(make()).inputs

    assert (orders.namespace, orders.name) == ORDERS
    assert [each.success for each in assertions(orders)] == [success]


@pytest.mark.parametrize(("make", "success"), QUERIES)
def test_deferred_queries(run_deferred: Extract, make: Callable[..., Any], success: bool) -> None:
    """What the trigger found is told by how the task ends."""
    found = run_deferred(make(deferrable=True))

    (orders,) = found.inputs
    assert [each.success for each in assertions(orders)] == [success]
    assert (measured(orders), run_level(found)) == ({}, [])


@pytest.mark.parametrize(("make", "success"), QUERIES)
def test_queries_that_need_not_wait(run: Extract, jobs: Jobs, make: Callable[..., Any], success: bool) -> None:
    """A deferrable operator whose job is done at once looks at the rows itself."""
    jobs.run_in_background = False

    (orders,) = run(make(deferrable=True)).inputs

    assert [each.success for each in assertions(orders)] == [success]


@pytest.mark.parametrize("deferrable", [False, True])
def test_intervals(run: Extract, run_deferred: Extract, deferrable: bool) -> None:
    """Each metric is an assertion on the table; the queries are those that ran, with the day in them."""
    task = _intervals({"COUNT(*)": 1.5, "MIN(id)": 9}, deferrable=deferrable)

    found = run_deferred(task) if deferrable else run(task)

    (orders,) = found.inputs
    assert (orders.namespace, orders.name) == ORDERS
    assert verdicts(orders) == {"interval_COUNT(*)": False, "interval_MIN(id)": True}
    assert "2026-01-24" in found.job_facets["sql"].query


def test_intervals_that_hold(run_deferred: Extract) -> None:
    """All metrics within their thresholds, as the trigger has found."""
    (orders,) = run_deferred(_intervals({"COUNT(*)": 3}, deferrable=True)).inputs

    assert verdicts(orders) == {"interval_COUNT(*)": True}


def test_jobs_that_fail(run: Extract) -> None:
    """A job that fails says nothing of the data."""
    task = _value(3, deferrable=True)

    found = run(task, "execute_complete", event={"status": "error", "message": "Table shop.orders was not found"})

    assert [assertions(dataset) for dataset in found.inputs] == [[]]
