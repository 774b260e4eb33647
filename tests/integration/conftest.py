"""One real Airflow per pytest run: a scheduler with LocalExecutor, the DAGs of `dags/`, their events."""

from __future__ import annotations

import importlib.metadata
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.dag_runs import DagRunEvents, events_of_run, unfinished_runs
from support.openlineage import validate_event
from support.postgres import PostgresDatabase

from lineage_kit.demo.local_airflow import LocalAirflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from support.dag_runs import RunDag

DAGS = Path(__file__).parent / "dags"
# A task's last event may be written after its state; more than that means that it will not come.
_EVENT_SECONDS = 20.0
_POLL_SECONDS = 0.1


@pytest.fixture(scope="session")
def start_airflow(
    postgres_or_reason: PostgresDatabase | str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., LocalAirflow]:
    """Give a function that makes an Airflow with the DAGs of `dags/`, to be entered by the caller.

    The metadata database is PostgreSQL where there is one, else SQLite, which LocalExecutor of Airflow 2
    cannot use. DAGs find an SQLite file behind the connection `warehouse` and a PostgreSQL database behind
    `pg`; tests of the latter ask for `postgres`.
    """

    def make(env: Mapping[str, str] | None = None, **options: Any) -> LocalAirflow:
        home = tmp_path_factory.mktemp("airflow")
        database, own = None, {"AIRFLOW_CONN_WAREHOUSE": f'{{"conn_type": "sqlite", "host": "{home}/warehouse.db"}}'}
        if isinstance(postgres_or_reason, PostgresDatabase):
            database = postgres_or_reason.create_database("airflow").url("postgresql+psycopg2")
            own["AIRFLOW_CONN_PG"] = postgres_or_reason.create_database("data").url("postgres")
        elif importlib.metadata.version("apache-airflow").startswith("2."):
            pytest.skip(f"Airflow 2 needs PostgreSQL for LocalExecutor: {postgres_or_reason}")
        return LocalAirflow(DAGS, home=home, env={**own, **(env or {})}, database=database, **options)

    return make


@pytest.fixture(scope="session")
def airflow(start_airflow: Callable[..., LocalAirflow]) -> Iterator[LocalAirflow]:
    """Give a running Airflow; every event that was emitted until its end must be valid."""
    with start_airflow() as running:
        yield running
    _validate(running.events())


@pytest.fixture(scope="session")
def run_dag(airflow: LocalAirflow) -> RunDag:
    """Give a function that runs a DAG of `dags/` and returns its events."""

    def run(dag_id: str, conf: Mapping[str, Any] | None = None, *, timeout: float = 120.0) -> DagRunEvents:
        run_id = airflow.trigger(dag_id, conf)
        state = airflow.wait(dag_id, run_id, timeout)
        task_states = airflow.task_states(dag_id, run_id)
        deadline = time.monotonic() + _EVENT_SECONDS
        while True:
            events = events_of_run(airflow.events(), dag_id, run_id)
            if not unfinished_runs(events, dag_id, task_states) or time.monotonic() > deadline:
                return DagRunEvents(dag_id, run_id, state, events)
            time.sleep(_POLL_SECONDS)

    return run


def _validate(events: list[dict[str, Any]]) -> None:
    problems = [problem for problem in map(_problem_of, events) if problem]
    assert not problems, "\n".join(problems)


def _problem_of(event: dict[str, Any]) -> str | None:
    try:
        validate_event(event)
    except AssertionError as error:
        return str(error)
    return None
