"""Fixtures: real operators and a real extractor manager, without a scheduler around them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.testing import extract as ask
from lineage_kit.testing import task_instance_of
from lineage_kit.testing.collector import forget_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    Extract = Callable[..., OperatorLineage]

_STATES = {"START": "running", "COMPLETE": "success", "FAIL": "failed", "SKIPPED": "skipped"}


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an SQLite file with the table `orders`, known to Airflow as connection `warehouse`."""
    path = tmp_path / "warehouse.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, customer TEXT, amount REAL)")
    connection.close()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", f'{{"conn_type": "sqlite", "host": "{path}"}}')
    return path


@pytest.fixture
def in_dag() -> Callable[[Any], Any]:
    """Give a function that puts an operator into a DAG."""
    from airflow import DAG

    def put(task: Any) -> Any:
        if not task.has_dag():
            DAG("dag", schedule=None).add_task(task)
        return task

    return put


@pytest.fixture
def manager() -> ExtractorManager:
    """Give the OpenLineage provider's own extractor manager, as it is without lineage-kit."""
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    return ExtractorManager()


@pytest.fixture
def official(in_dag: Callable[[Any], Any], manager: ExtractorManager) -> Extract:
    """Give a function that returns what the OpenLineage provider alone finds."""
    return lambda task, event="COMPLETE": ask(manager, task_instance_of(in_dag(task)), _STATES[event])


@pytest.fixture
def extract(in_dag: Callable[[Any], Any], manager: ExtractorManager, monkeypatch: pytest.MonkeyPatch) -> Extract:
    """Give a function that returns what is found with lineage-kit registered, as its listener registers it."""
    from lineage_kit import compat
    from lineage_kit.listener import on_task_instance_failed, on_task_instance_running

    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)

    def run(task: Any, event: str = "COMPLETE", error: Exception | None = None) -> OperatorLineage:
        if event == "START":
            forget_reports()  # a process begins with it; Airflow before 3.2 keeps it as long as the process
        task_instance = task_instance_of(in_dag(task))
        on_task_instance_running(task_instance=task_instance)
        if event == "FAIL":
            on_task_instance_failed(task_instance=task_instance, error=error)
        return ask(manager, task_instance, _STATES[event])

    return run


@pytest.fixture
def collect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that reports assets as hooks do, to a real collector."""
    from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

    _use_real_collector(monkeypatch)

    def report(inputs: Iterable[str] = (), outputs: Iterable[str] = ()) -> None:
        collector = get_hook_lineage_collector()
        for uri in inputs:
            collector.add_input_asset(context=collector, uri=uri)
        for uri in outputs:
            collector.add_output_asset(context=collector, uri=uri)

    return report


def _use_real_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Airflow believe that a plugin reads hook lineage; the OpenLineage plugin does when it is enabled."""
    try:
        from airflow.sdk import plugins_manager

        monkeypatch.setattr(plugins_manager, "get_hook_lineage_readers_plugins", lambda: [object])
    except ImportError:
        from airflow import plugins_manager

        plugins_manager.initialize_hook_lineage_readers_plugins()
        monkeypatch.setattr(plugins_manager, "hook_lineage_reader_classes", [object])


@pytest.fixture(autouse=True)
def fresh_process_state() -> Any:
    """Give each test the hook lineage collector and the registry of a process that has run no task."""
    from lineage_kit.extractors import registry

    registry.ORIGINALS.__init__()
    registry._running = registry._error = None
    forget_reports()
    return
