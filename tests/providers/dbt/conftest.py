"""A real project of dbt on DuckDB, and real operators that run it."""

from __future__ import annotations

import os
import shlex
import shutil
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.listener import on_task_instance_running
from lineage_kit.testing import extract, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Callable

_PROJECT = Path(__file__).parent / "project"
_VARIABLE = "LINEAGE_KIT_TEST_DBT"


@pytest.fixture(scope="session")
def dbt() -> str:
    """Give the program `dbt`, quoted for a shell."""
    program = os.environ.get(_VARIABLE)
    if not program:
        pytest.skip(f"{_VARIABLE} names no dbt; `make test-providers` installs it and sets the variable")
    return shlex.quote(program)


@pytest.fixture(scope="session")
def variables() -> dict[str, str]:
    """Give what commands see besides the project's own variables."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_USE_COLORS": "false",
    }


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Give a function that returns a fresh copy of the project."""

    def make() -> Path:
        return Path(shutil.copytree(_PROJECT, tmp_path_factory.mktemp("dbt") / "shop"))

    return make


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give the list of events that the OpenLineage provider's adapter is asked to send."""
    from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter

    events: list[Any] = []
    monkeypatch.setattr(OpenLineageAdapter, "emit", lambda _, event: events.append(event))
    return events


@pytest.fixture
def ask(manager: Any, monkeypatch: pytest.MonkeyPatch, children: list[Any]) -> Callable[..., Any]:
    """Give a function that returns the lineage of a task that began at a time, as its event would have it."""
    from lineage_kit import compat

    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)

    def run(task: Any, event: str = "COMPLETE", *, began: datetime | None) -> Any:
        children.clear()
        task_instance = task_instance_of(task)
        task_instance.start_date = began
        date = datetime(2026, 1, 31, tzinfo=timezone.utc)
        dag_run = SimpleNamespace(run_id="run", logical_date=date, conf={}, clear_number=0)
        task_instance.dag_run = dag_run
        task_instance.logical_date = date  # asked for before Airflow 3
        task_instance.get_template_context = lambda: {"dag_run": dag_run, "task": task}
        on_task_instance_running(task_instance=task_instance)
        return extract(manager, task_instance, {"START": "running", "COMPLETE": "success", "FAIL": "failed"}[event])

    return run


def now() -> datetime:
    """Return the time as task instances have it."""
    return datetime.now(timezone.utc)
