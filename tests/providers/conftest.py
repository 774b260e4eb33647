"""Tests on the operators of other providers; `make test-providers` installs these."""

import pytest
from support.extraction import (  # fixtures, found by their names
    collect,
    extract,
    fresh_process_state,
    in_dag,
    manager,
    official,
    warehouse,
)

__all__ = ["collect", "extract", "fresh_process_state", "in_dag", "manager", "official", "warehouse"]


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first events, for which modules are loaded, take as long as they need on a busy machine."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__EXECUTION_TIMEOUT", "120")
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "60")
