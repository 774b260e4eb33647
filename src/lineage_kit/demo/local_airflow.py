"""A private Airflow on this machine: a scheduler, and what else its version needs, for a folder of DAGs."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from lineage_kit.demo.metadata import Metadata, TaskKey
from lineage_kit.demo.processes import POLL_SECONDS, Programs
from lineage_kit.events import read_events
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

NAMESPACE = "lineage-kit"
"""The OpenLineage namespace of the jobs, unless the environment given sets another."""

_HOST = "127.0.0.1"
_FINAL_STATES = frozenset({"success", "failed"})
_MIGRATE_SECONDS = 180.0
_START_SECONDS = 120.0
_COMMAND_SECONDS = 120.0
_GRACE_SECONDS = 10.0
_GRACE_AFTER_ERROR_SECONDS = 2.0


class LocalAirflow:
    """Run an Airflow with a home, a metadata database and an environment of its own.

    As a context manager, entering starts it and leaving stops every process, also after an error or Ctrl-C.
    Airflow's and OpenLineage's variables of the calling environment are not passed on.
    The home stays on disk with the log of every process; it belongs to the caller.

    Args:
        dags_folder: The folder of DAG files. DAGs are unpaused when they are found.
        home: The `AIRFLOW_HOME`, created when missing.
        env: Variables added last, so that they win over everything set here.
        database: SQLAlchemy URL of an empty metadata database. None is an SQLite file in the home, which
            Airflow 3 can use with LocalExecutor and Airflow 2 cannot.
        port: Port of the API server (Airflow 3) on the loopback interface. None takes a free one.
        python: Interpreter whose Airflow is run, of the same version as this one's. None is this one.
        triggerer: Whether there is a triggerer, without which deferred tasks wait for ever.

    """

    def __init__(  # noqa: PLR0913 - keyword-only, and each says one thing about the installation
        self,
        dags_folder: Path,
        *,
        home: Path,
        env: Mapping[str, str] | None = None,
        database: str | None = None,
        port: int | None = None,
        python: str | None = None,
        triggerer: bool = False,
    ) -> None:
        self.dags_folder = dags_folder.resolve()
        self.home = home.resolve()
        self.events_file = self.home / "events.ndjson"
        self._port = port
        self._python = python or sys.executable
        self._triggerer = triggerer
        self._major = _airflow_major()
        if self._major < 3 and database is None:  # noqa: PLR2004 - Airflow 3, where SQLite became possible
            msg = "Airflow 2 runs tasks in parallel on Postgres or MySQL only: name a metadata database."
            raise LineageKitError(msg)
        self._database = database or f"sqlite:///{self.home / 'airflow.db'}"
        self._metadata = Metadata(self._database)
        self._extra_env = dict(env or {})
        self._programs = Programs({}, self.home)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(grace=_GRACE_SECONDS if error is None else _GRACE_AFTER_ERROR_SECONDS)

    def start(self) -> None:
        """Create the home and the metadata database, start the processes and wait until tasks could run.

        Raises:
            LineageKitError: The port is taken, the database cannot be set up, a process ends or does not
                answer in time.

        """
        port = _free_port(self._port)
        self.home.mkdir(parents=True, exist_ok=True)
        self._programs = Programs(self._environment(port), self.home / "logs" / "processes")
        try:
            self._programs.run("airflow db migrate", self._airflow("db", "migrate"), timeout=_MIGRATE_SECONDS)
            self._start_processes(port)
        except BaseException:
            self.stop(grace=_GRACE_AFTER_ERROR_SECONDS)
            raise

    def stop(self, *, grace: float = _GRACE_SECONDS) -> None:
        """Stop every process; `grace` is how many seconds they have to end by themselves."""
        self._metadata.close()
        self._programs.stop(grace=grace)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None, *, timeout: float = 120.0) -> str:
        """Wait until a DAG is parsed and create a run of it.

        Args:
            dag_id: The DAG.
            conf: Configuration of the run.
            timeout: Seconds to wait for the DAG.

        Returns:
            The id of the run.

        Raises:
            LineageKitError: The DAG is not found in time, or a DAG file cannot be imported.

        """
        self._wait_for(lambda: self._is_parsed(dag_id), f"DAG {dag_id} in {self.dags_folder}", timeout)
        run_id = f"manual__{datetime.now(timezone.utc).isoformat()}"
        command = self._airflow("dags", "trigger", dag_id, "--run-id", run_id, "--conf", json.dumps(dict(conf or {})))
        self._programs.run("airflow dags trigger", command, timeout=_COMMAND_SECONDS)
        return run_id

    def wait(
        self,
        dag_id: str,
        run_id: str,
        timeout: float,
        on_change: Callable[[TaskKey, str | None], None] | None = None,
    ) -> str:
        """Wait for the end of a DAG run.

        Args:
            dag_id: The DAG.
            run_id: What `trigger` returned.
            timeout: Seconds to wait.
            on_change: Called with a task's key and new state whenever that changes.

        Returns:
            The final state of the run: `success` or `failed`.

        Raises:
            LineageKitError: The run does not end in time, or a process of this Airflow ends.

        """
        known: dict[TaskKey, str | None] = {}
        final: list[str] = []

        def ended() -> bool:
            state = self._metadata.run_state(dag_id, run_id)
            for task, task_state in self.task_states(dag_id, run_id).items():
                if on_change is not None and known.get(task) != task_state:
                    on_change(task, task_state)
                known[task] = task_state
            if state in _FINAL_STATES:
                final.append(state)
            return bool(final)

        self._wait_for(ended, f"the end of the run of {dag_id}", timeout)
        return final[0]

    def task_states(self, dag_id: str, run_id: str) -> dict[TaskKey, str | None]:
        """Return the state of every task instance of a run, None for those not scheduled yet."""
        return self._metadata.task_states(dag_id, run_id)

    def events(self) -> list[dict[str, Any]]:
        """Return the OpenLineage events emitted so far, in the order of the file."""
        return read_events(self.events_file) if self.events_file.exists() else []

    def _airflow(self, *arguments: str) -> list[str]:
        return [self._python, "-m", "airflow", *arguments]

    def _start_processes(self, port: int) -> None:
        # It is also the first to be stopped: tasks that it waits for still need the API server.
        self._programs.start("airflow scheduler", self._airflow("scheduler", "--skip-serve-logs"))
        if self._triggerer:
            self._programs.start("airflow triggerer", self._airflow("triggerer", "--skip-serve-logs"))
        if self._major < 3:  # noqa: PLR2004 - Airflow 3, which took these two out of the scheduler
            return
        self._programs.start("airflow dag-processor", self._airflow("dag-processor"))
        # Tasks need the execution API only; the user interface would cost seconds and be open to others.
        api_server = (
            "api-server",
            "--apps",
            "execution",
            "--host",
            _HOST,
            "--port",
            str(port),
            "--workers",
            "1",
        )
        self._programs.start("airflow api-server", self._airflow(*api_server))
        health = f"http://{_HOST}:{port}/execution/health"
        self._wait_for(lambda: _answers(health), f"the API server on port {port}", _START_SECONDS)

    def _is_parsed(self, dag_id: str) -> bool:
        if self._metadata.dag_is_parsed(dag_id):
            return True
        for file, trace in self._metadata.import_errors().items():
            msg = f"Airflow cannot import {file}:\n{trace}"
            raise LineageKitError(msg)
        return False

    def _wait_for(self, condition: Callable[[], bool], what: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            self._programs.check()
            if time.monotonic() > deadline:
                msg = f"Waited {timeout:.0f} s in vain for {what}. The logs are in {self.home / 'logs'}."
                raise LineageKitError(msg)
            time.sleep(POLL_SECONDS)

    def _environment(self, port: int) -> dict[str, str]:
        """Return the processes' environment: the caller's, without what is meant for another Airflow."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "OPENLINEAGE"))}
        # Set in many container images; every process would compile all of Airflow again.
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        transport = {"type": "file", "log_file_path": str(self.events_file), "append": True}
        server = f"http://{_HOST}:{port}"
        return {
            **inherited,
            # Only the loopback interface is spoken to; asking macOS for proxies after a fork can crash.
            "NO_PROXY": "*",
            "no_proxy": "*",
            "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags_folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{server}/execution/",
            "AIRFLOW__API__BASE_URL": server,
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self._database,
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            # Else a supervisor may sleep five seconds after its task has ended.
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
            "AIRFLOW__OPENLINEAGE__NAMESPACE": NAMESPACE,
            **self._extra_env,
        }


def _airflow_major() -> int:
    """Return the major version of this interpreter's Airflow, without the seconds of importing it."""
    try:
        return int(version("apache-airflow").split(".")[0])
    except PackageNotFoundError as error:
        msg = f"{sys.executable} has no Airflow. Install it there: pip install apache-airflow"
        raise LineageKitError(msg) from error


def _free_port(wanted: int | None) -> int:
    """Return a port on which a server can listen now."""
    with socket.socket() as probe:
        # As the server does it: a port whose last connections are still being closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wanted or 0))
        except OSError as error:
            msg = f"Port {wanted} on {_HOST} is in use: end what listens there, or name another port."
            raise LineageKitError(msg) from error
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    """Return whether a GET of the URL gives a success, without the proxies of the environment."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
