"""Runs a DAG for a test, in an Airflow that lasts as long as the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_kit.events import read_events
from lineage_kit.exceptions import LineageKitError
from lineage_kit.testing.events import DagRunEvents
from lineage_kit.testing.stand_in import point_in_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: What is meant for another Airflow, but for what DAGs need and what is lineage-kit's own.
_OTHERS = ("AIRFLOW", "OPENLINEAGE")
_PASSED_ON = ("AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW__LINEAGE_KIT__")
_LOG_LINES = 20


def events_of(  # noqa: PLR0913 - all but the first by name
    dag: Any,
    *,
    dag_id: str | None = None,
    logical_date: datetime | str | None = None,
    conf: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 600.0,
) -> DagRunEvents:
    """Run a whole DAG and return the OpenLineage events that it emitted.

    Airflow's own ``dag.test()`` runs it in a process of its own, with a metadata database, settings and a file for the
    events that are deleted afterwards: nothing of your Airflow is read or changed. Connections and variables come from
    the environment (``AIRFLOW_CONN_…``, ``AIRFLOW_VAR_…``), as do options of ``[lineage_kit]``, and modules are found
    where this process finds them. A task that fails makes the run ``failed`` and is no error here.

    Args:
        dag: a DAG that stands at the top level of a Python file, or the path of a DAG file.
        dag_id: which DAG of the file, where there are several.
        logical_date: of the run, 2026-01-31 if left out; without a time zone it is UTC.
        conf: configuration of the run.
        env: more environment variables; they win over all others.
        timeout: seconds after which the run is ended.

    Raises:
        LineageKitError: the file has no such DAG or cannot be imported, the run does not begin or does not end in time.

    """
    if not isinstance(dag, (str, Path)):
        dag, dag_id = dag.fileloc, dag.dag_id
    order = {"dag_id": dag_id, "logical_date": point_in_time(logical_date).isoformat(), "conf": dict(conf or {})}
    with tempfile.TemporaryDirectory(prefix="lineage-kit-test-", ignore_cleanup_errors=True) as folder:
        home, file = Path(folder).resolve(), Path(dag).resolve()
        command = [sys.executable, "-m", "lineage_kit.testing.dag_runner", str(file), str(home), json.dumps(order)]
        log = _run(command, {**_environment(home, file), **(env or {})}, home, timeout)
        try:
            answer = json.loads((home / "answer.json").read_text())
        except FileNotFoundError:
            answer = {"error": f"Airflow did not run the DAG. Its log ends with:\n{_end_of(log)}"}
        if "error" in answer:
            raise LineageKitError(answer["error"])
        events = home / "events.ndjson"
        return DagRunEvents(**answer, all=read_events(events) if events.exists() else [], log=log)


def _environment(home: Path, file: Path) -> dict[str, str]:
    """Return the environment of the run: that of this process without what is meant for another Airflow."""
    inherited = {
        key: value for key, value in os.environ.items() if key.startswith(_PASSED_ON) or not key.startswith(_OTHERS)
    }
    transport = {"type": "file", "log_file_path": str(home / "events.ndjson"), "append": True}
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join([*(entry for entry in sys.path if entry), str(file.parent)]),
        "AIRFLOW_HOME": str(home),
        # Airflow 3.1 and later read all DAGs that they are told of, though one is run.
        "AIRFLOW__CORE__DAGS_FOLDER": str(file),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "test",
        # In a fork, what serves XComs and connections to the tasks of `dag.test()`, threads of that process, is not
        # there on Airflow 3. Earlier releases of the OpenLineage provider always fork.
        "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "True",
    }


def _run(command: list[str], env: Mapping[str, str], home: Path, timeout: float) -> str:
    """Run a program to its end, with all that it starts, and return what it wrote."""
    log = home / "log.txt"
    with log.open("wb") as output:
        program = subprocess.Popen(  # noqa: S603 - our own program, no shell
            command, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            program.wait(timeout)
        except subprocess.TimeoutExpired:
            msg = f"The DAG did not end within {timeout:g} s. Its log ends with:\n{_end_of(log.read_text())}"
            raise LineageKitError(msg) from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
    return log.read_text(errors="replace")


def _end_of(log: str) -> str:
    return "\n".join(f"    {line}" for line in log.splitlines()[-_LOG_LINES:])
