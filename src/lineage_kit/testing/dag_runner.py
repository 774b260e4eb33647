"""The program in which ``events_of`` runs a DAG: ``python -m lineage_kit.testing.dag_runner FILE FOLDER ORDER``."""

from __future__ import annotations

import inspect
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from pluggy import HookimplMarker

from lineage_kit.testing.collector import forget_reports

hookimpl = HookimplMarker("airflow")


def main(file: str, folder: str, order: str) -> None:
    """Run a DAG as ``order`` says, and leave ``answer.json`` in ``folder``."""
    wanted = json.loads(order)
    from airflow.utils.db import initdb

    initdb()
    found = _find(file, wanted["dag_id"])
    answer = {"error": found} if isinstance(found, str) else _run(found, wanted)
    (Path(folder) / "answer.json").write_text(json.dumps(answer))


def _find(file: str, dag_id: str | None) -> Any:
    """Return the DAG of a file, or what is wrong."""
    from lineage_kit import compat

    bag = compat.dag_bag(file)
    for trace in bag.import_errors.values():
        return f"Airflow cannot import {file}:\n{trace}"
    if dag_id is None and len(bag.dags) == 1:
        return next(iter(bag.dags.values()))
    if dag_id in bag.dags:
        return bag.dags[dag_id]
    known = ", ".join(sorted(bag.dags)) or "none"
    if dag_id is None:
        return f"{file} has not one DAG but {known}: say which by `dag_id`."
    return f"{file} has no DAG {dag_id!r} at its top level, where Airflow looks for DAGs; it has {known}."


def _run(dag: Any, order: dict[str, Any]) -> dict[str, Any]:
    from airflow.listeners.listener import get_listener_manager

    get_listener_manager().add_listener(sys.modules[__name__])
    parameters = inspect.signature(dag.test).parameters
    date = "logical_date" if "logical_date" in parameters else "execution_date"  # Airflow 2
    run = dag.test(**{date: datetime.fromisoformat(order["logical_date"])}, run_conf=order["conf"])
    return {"dag_id": dag.dag_id, "run_id": run.run_id, "state": str(getattr(run.state, "value", run.state))}


@hookimpl(tryfirst=True)
def on_task_instance_running() -> None:
    """Forget what hooks reported in the task before: where a scheduler runs them, each has a process of its own."""
    forget_reports()


if __name__ == "__main__":
    main(*sys.argv[1:])
