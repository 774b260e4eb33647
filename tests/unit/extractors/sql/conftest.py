"""What tests of SQL share: databases with a few tables, and operators that run as in a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors.manager import ExtractorManager

from lineage_kit.extractors.reports import query_reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

_TABLES = """
    CREATE TABLE orders (id int, customer text);
    INSERT INTO orders VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Eve');
    CREATE TABLE daily (id int, customer text);
    CREATE SCHEMA mart;
    CREATE TABLE mart.orders (id int, customer text);
    CREATE TABLE "Mixed" (id int);
"""


@pytest.fixture
def store(postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> PostgresDatabase:
    """Give a PostgreSQL database of the test's own, known to Airflow as connection `store`."""
    database = postgres.create_database("store")
    database.execute(_TABLES)
    monkeypatch.setenv("AIRFLOW_CONN_STORE", database.url("postgres"))
    return database


class SeeingManager(ExtractorManager):
    """The provider's manager; keeps the queries of which it would make child events."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[str]] = []

    def get_hook_lineage(self, *args: Any, **kwargs: Any) -> Any:
        """Look at what was reported, and answer as without SQL, for which a running task would be needed."""
        del args, kwargs
        self.seen.append([report.sql for report in query_reports()])


@pytest.fixture
def manager() -> SeeingManager:
    """Give a manager that keeps what it sees."""
    return SeeingManager()


@pytest.fixture
def run(extract: Extract, in_dag: Callable[[Any], Any], collect: Callable[..., None]) -> Extract:
    """Give a function that runs an operator as its task does, and returns what its event says then."""
    del collect

    def execute(task: Any, event: str = "COMPLETE") -> OperatorLineage:
        in_dag(task).execute({"ti": None, "task": task})
        return extract(task, event)

    return execute
