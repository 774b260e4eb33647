"""A shop in SQLite, and Great Expectations' own operators that validate it as tasks do.

The operators cannot be installed beside the newest Airflow; `make test-providers` makes an environment for them.
"""

from __future__ import annotations

import os
import sqlite3
import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.xcoms import xcoms  # a fixture, found by its name

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.xcoms import XComs

    Validate = Callable[[Any], OperatorLineage]

__all__ = ["xcoms"]

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when it is imported; otherwise it reports to its maker
if find_spec("great_expectations_provider") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    with warnings.catch_warnings():  # it imports deprecated modules
        warnings.simplefilter("ignore")
        import_module("great_expectations_provider.operators.validate_dataframe")

FOLDER = Path(__file__).parent
ORDERS = [(1, "Ann", 10.5, "2026-01-31"), (2, None, 20, "2026-01-31"), (3, "Bob", -1, "2026-02-28")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Great Expectations and this Airflow use what their libraries have deprecated."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            for kind in ("DeprecationWarning", "FutureWarning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{kind}"))


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """Give the SQLAlchemy URL of a database with the tables `orders` and `customers`."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, customer TEXT, amount REAL, day DATE)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ORDERS)
        connection.execute("CREATE TABLE customers AS SELECT DISTINCT customer AS name FROM orders")
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def validate(extract: Any, in_dag: Callable[[Any], Any], xcoms: XComs) -> Validate:
    """Give a function that runs an operator as its task does, and returns what the event at its end says."""
    from great_expectations_provider.common.errors import GXValidationFailed

    def run(task: Any) -> OperatorLineage:
        try:
            in_dag(task).execute(xcoms.context)
        except GXValidationFailed as error:
            return extract(task, "FAIL", error)
        return extract(task)

    return run
