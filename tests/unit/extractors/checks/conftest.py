"""What tests of checks share: a database with data to check, and operators that run as in a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

_TABLES = """
    CREATE TABLE orders (id int, customer text, amount numeric, day date);
    INSERT INTO orders VALUES
        (1, 'Ann', 10.5, '2026-01-31'), (2, 'Bob', 2, '2026-01-31'), (3, 'Ann', NULL, '2026-01-24');
    CREATE TABLE nothing (id int);
    CREATE SCHEMA mart;
    CREATE TABLE mart.orders (id int);
    CREATE TABLE "Mixed" (id int);
    INSERT INTO "Mixed" VALUES (1);
"""


@pytest.fixture(autouse=True)
def store(postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> PostgresDatabase:
    """Give a PostgreSQL database of the test's own, known to Airflow as connection `store`."""
    database = postgres.create_database("store")
    database.execute(_TABLES)
    monkeypatch.setenv("AIRFLOW_CONN_STORE", database.url("postgres"))
    return database


@pytest.fixture
def check(extract: Extract, in_dag: Callable[[Any], Any]) -> Extract:
    """Give a function that runs an operator as its task does, and returns what the event at its end says."""

    def run(task: Any) -> OperatorLineage:
        try:
            in_dag(task).execute({"ti": None, "task": task})
        except AirflowException as error:
            return extract(task, "FAIL", error)
        return extract(task)

    return run


@pytest.fixture
def forgotten(extract: Extract, in_dag: Callable[[Any], Any]) -> Extract:
    """Give the same for releases of common-sql whose operators do not keep the results of their checks."""

    def run(task: Any) -> OperatorLineage:
        try:
            in_dag(task).execute({"ti": None, "task": task})
        except AirflowException as error:
            task.check_results = []
            return extract(task, "FAIL", error)
        task.check_results = []
        return extract(task)

    return run
