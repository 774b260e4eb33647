"""What tests of lineage documents share."""

import sys

import pytest
from support.documents import run_task  # a fixture, found by its name

__all__ = ["run_task"]


@pytest.fixture
def python_without_airflow() -> str:
    """Give an interpreter that has no Airflow: with one, Airflow's script there wants to talk to a supervisor."""
    base: str = sys._base_executable  # type: ignore[attr-defined] # has no public name
    if base == sys.executable:
        pytest.skip("the tests do not run in a virtual environment")
    return base
