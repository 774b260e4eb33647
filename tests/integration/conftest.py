"""One real Airflow per pytest run: a scheduler with LocalExecutor, the DAGs of `dags/`, their events."""

from __future__ import annotations

import importlib.metadata
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.dag_runs import run_to_its_end
from support.openlineage import validate_events
from support.postgres import PostgresDatabase

from lineage_kit.demo.local_airflow import LocalAirflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from support.dag_runs import RunDag

DAGS = Path(__file__).parent / "dags"


@pytest.fixture(scope="session")
def start_airflow(
    postgres_or_reason: PostgresDatabase | str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., LocalAirflow]:
    """Give a function that makes an Airflow with the DAGs of `dags/` or another folder, to be entered by the caller.

    The metadata database is PostgreSQL where there is one, else SQLite, which LocalExecutor of Airflow 2
    cannot use. DAGs find an SQLite file behind the connection `warehouse` and a PostgreSQL database behind
    `pg`; tests of the latter ask for `postgres`.
    """

    def make(env: Mapping[str, str] | None = None, dags: Path = DAGS, **options: Any) -> LocalAirflow:
        home = tmp_path_factory.mktemp("airflow")
        database, own = None, {"AIRFLOW_CONN_WAREHOUSE": f'{{"conn_type": "sqlite", "host": "{home}/warehouse.db"}}'}
        if isinstance(postgres_or_reason, PostgresDatabase):
            database = postgres_or_reason.create_database("airflow").url("postgresql+psycopg2")
            own["AIRFLOW_CONN_PG"] = postgres_or_reason.create_database("data").url("postgres")
        elif importlib.metadata.version("apache-airflow").startswith("2."):
            pytest.skip(f"Airflow 2 needs PostgreSQL for LocalExecutor: {postgres_or_reason}")
        return LocalAirflow(dags, home=home, env={**own, **(env or {})}, database=database, **options)

    return make


@pytest.fixture(scope="session")
def airflow(start_airflow: Callable[..., LocalAirflow]) -> Iterator[LocalAirflow]:
    """Give a running Airflow; every event that was emitted until its end must be valid."""
    with start_airflow() as running:
        yield running
    validate_events(running.events())


@pytest.fixture(scope="session")
def run_dag(airflow: LocalAirflow) -> RunDag:
    """Give a function that runs a DAG of `dags/` and returns its events."""
    return partial(run_to_its_end, airflow)
