"""A database that speaks for warehouses in the cloud: their operators and hooks are real, DuckDB runs the SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from airflow.exceptions import AirflowException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

_TABLES = """
    ATTACH ':memory:' AS project;
    CREATE SCHEMA project.shop;
    CREATE TABLE project.shop.orders (id INTEGER, amount DOUBLE, day VARCHAR);
    INSERT INTO project.shop.orders VALUES
        (1, 10.5, '2026-01-31'), (2, 2, '2026-01-31'), (3, NULL, '2026-01-24');
"""


class Connection:
    """A connection as hooks of warehouses expect it."""

    def __init__(self, database: Any) -> None:
        self._database = database

    def cursor(self) -> Any:
        """Return a cursor of DuckDB's, which begins where the warehouse's connection would."""
        return self._database.cursor().execute("USE project.shop")

    def autocommit(self, mode: bool) -> None:
        """Take the mode, which DuckDB has for itself."""

    def commit(self) -> None:
        """Do nothing: DuckDB commits each statement."""

    def close(self) -> None:
        """Leave the database to the next connection."""


@pytest.fixture
def cloud() -> Iterator[Any]:
    """Give a connection to a database with the table `project.shop.orders`."""
    with duckdb.connect() as database:
        database.execute(_TABLES)
        yield Connection(database)


@pytest.fixture
def run(extract: Extract, in_dag: Callable[[Any], Any]) -> Extract:
    """Give a function that runs a method of an operator as its task does, and returns what the event then says."""

    def execute(task: Any, method: str = "execute", **arguments: Any) -> OperatorLineage:
        try:
            getattr(in_dag(task), method)(context={"ti": XComs(), "task": task}, **arguments)
        except AirflowException as error:
            return extract(task, "FAIL", error)
        return extract(task)

    return execute


class XComs:
    """What the operators use of a task instance."""

    def xcom_push(self, key: str, value: Any) -> None:
        """Take what the operator leaves to others."""
