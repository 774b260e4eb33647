"""Artifacts of dbt as its releases write them, small ones, and a task that called dbt."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SCHEMAS = "https://schemas.getdbt.com/dbt"


class Project:
    """A dbt project in a folder, in which dbt has just run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.began = datetime.now(timezone.utc) - timedelta(seconds=60)
        ended = (self.began + timedelta(seconds=30)).isoformat().replace("+00:00", "Z")
        metadata = {"invocation_id": "11111111-2222", "dbt_version": "1.9.0", "generated_at": ended}
        self.manifest: dict[str, Any] = {
            "metadata": {**metadata, "adapter_type": "postgres", "dbt_schema_version": f"{_SCHEMAS}/manifest/v12.json"},
            "nodes": {},
            "sources": {},
            "parent_map": {},
        }
        self.results: dict[str, Any] = {
            "metadata": {**metadata, "dbt_schema_version": f"{_SCHEMAS}/run-results/v6.json"},
            "args": {"which": "build", "invocation_command": "dbt build"},
            "elapsed_time": 10.0,
            "results": [],
        }
        self.profile: dict[str, Any] = {
            "type": "postgres",
            "host": "db",
            "port": 5432,
            "dbname": "shop",
            "pass": "hush",
        }

    def source(self, name: str) -> str:
        """Add a source; return its id."""
        unique_id = f"source.shop.raw.{name}"
        self.manifest["sources"][unique_id] = self._definition(unique_id, name, "raw")
        return unique_id

    def ran(self, unique_id: str, sql: str | None = None, *parents: str, **told: Any) -> str:
        """Add a model, seed, snapshot or test with its result; return its id."""
        kind, _, name = unique_id.split(".")[:3]
        definition = self._definition(unique_id, name, "main")
        definition["depends_on"] = {"nodes": list(parents)}
        definition["config"] = {"materialized": {"model": "table"}.get(kind, kind)}
        if kind == "test":
            definition["relation_name"] = None
        result = {
            "unique_id": unique_id,
            "status": "pass" if kind == "test" else "success",
            "compiled_code": sql,
            "timing": [],
            "adapter_response": {},
            "failures": 0 if kind == "test" else None,
        }
        for key, value in told.items():
            (result if key in result else definition)[key] = value
        self.manifest["nodes"][unique_id] = definition
        self.manifest["parent_map"][unique_id] = list(parents)
        self.results["results"].append(result)
        return unique_id

    def _definition(self, unique_id: str, name: str, schema: str) -> dict[str, Any]:
        return {
            "unique_id": unique_id,
            "name": name,
            "alias": name,
            "database": "shop",
            "schema": schema,
            "relation_name": f'"shop"."{schema}"."{name}"',
            "description": "",
            "columns": {},
            "meta": {},
            "tags": [],
        }

    def write(self) -> None:
        """Write the files."""
        target = self.folder / "target"
        target.mkdir(exist_ok=True)
        (self.folder / "dbt_project.yml").write_text(json.dumps({"name": "shop", "profile": "shop"}))
        profiles = {"shop": {"target": "dev", "outputs": {"dev": self.profile}}}
        (self.folder / "profiles.yml").write_text(json.dumps(profiles))
        (target / "manifest.json").write_text(json.dumps(self.manifest))
        (target / "run_results.json").write_text(json.dumps(self.results))

    def write_catalog(self, *tables: tuple[str, list[str]]) -> None:
        """Write the catalogue with the columns of nodes and sources, by id."""
        entries: dict[str, dict[str, Any]] = {"nodes": {}, "sources": {}}
        for unique_id, columns in tables:
            _, schema, name = ["", *self._place(unique_id)]
            entries["sources" if unique_id.startswith("source.") else "nodes"][unique_id] = {
                "metadata": {"database": "shop", "schema": schema, "name": name},
                "columns": {each: {"name": each, "type": "text", "index": at} for at, each in enumerate(columns)},
            }
        (self.folder / "target").mkdir(exist_ok=True)
        content = {"metadata": {"dbt_schema_version": f"{_SCHEMAS}/catalog/v1.json"}, **entries}
        (self.folder / "target" / "catalog.json").write_text(json.dumps(content))

    def _place(self, unique_id: str) -> tuple[str, str]:
        definition = {**self.manifest["nodes"], **self.manifest["sources"]}[unique_id]
        return definition["schema"], definition["name"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give an empty project."""
    return Project(tmp_path)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give the list of events that the OpenLineage provider's adapter is asked to send."""
    from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter

    events: list[Any] = []
    monkeypatch.setattr(OpenLineageAdapter, "emit", lambda _, event: events.append(event))
    return events


@pytest.fixture
def ask(manager: Any, monkeypatch: pytest.MonkeyPatch, children: list[Any]) -> Callable[..., Any]:
    """Give a function that returns the lineage of a task that called `dbt build` in a project."""
    from airflow.providers.standard.operators.bash import BashOperator

    from lineage_kit import compat
    from lineage_kit.listener import on_task_instance_running
    from lineage_kit.testing import extract, task_instance_of

    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)

    def run(project: Project, command: str = "dbt build", *, failed: bool = False) -> Any:
        project.write()
        children.clear()
        task = BashOperator(task_id="t", bash_command=command, cwd=str(project.folder), env={})
        task_instance = task_instance_of(task)
        date = datetime(2026, 1, 31, tzinfo=timezone.utc)
        dag_run = SimpleNamespace(run_id="run", logical_date=date, run_after=date, conf={}, clear_number=0)
        task_instance.start_date = project.began
        task_instance.logical_date = task_instance.execution_date = date
        task_instance.dag_run = dag_run
        task_instance.get_template_context = lambda: {"dag_run": dag_run, "task": task}
        on_task_instance_running(task_instance=task_instance)
        return extract(manager, task_instance, "failed" if failed else "success")

    return run
