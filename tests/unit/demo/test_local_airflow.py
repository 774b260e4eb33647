"""A private Airflow is set up, watched and stopped; a stand-in plays Airflow's command line."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from lineage_kit.demo import local_airflow
from lineage_kit.demo.local_airflow import LocalAirflow
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable

FAKE = Path(__file__).parent / "fake"


@pytest.fixture(autouse=True)
def airflow_3(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the installed Airflow be an Airflow 3, whatever it is."""
    monkeypatch.setattr(local_airflow, "version", lambda _name: "3.3.2")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., LocalAirflow]:
    """Give a function that makes a LocalAirflow of stand-ins, with DAGs of the names given."""

    def make(*dag_ids: str, env: dict[str, str] | None = None, **options: Any) -> LocalAirflow:
        folder = tmp_path / "dags"
        folder.mkdir()
        for dag_id in dag_ids:
            (folder / f"{dag_id}.py").touch()
        return LocalAirflow(folder, home=tmp_path / "home", env={"PYTHONPATH": str(FAKE), **(env or {})}, **options)

    return make


def children() -> list[psutil.Process]:
    """Return the living children of this process."""
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


class TestLifeCycle:
    """From start to stop."""

    def test_three_processes(self, make: Callable[..., LocalAirflow]) -> None:
        """Airflow 3 is a scheduler, a DAG processor and an API server; none is left afterwards."""
        before = children()
        with make():
            commands = [" ".join(child.cmdline()[3:5]) for child in children() if child not in before]
        assert sorted(commands) == ["api-server --apps", "dag-processor", "scheduler --skip-serve-logs"]
        assert children() == before

    def test_airflow_2_is_a_scheduler(
        self, make: Callable[..., LocalAirflow], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Airflow 2 is a scheduler alone, on the metadata database that is named."""
        monkeypatch.setattr(local_airflow, "version", lambda _name: "2.11.0")
        before = children()
        with make(database=f"sqlite:///{tmp_path / 'named.db'}"):
            commands = [" ".join(child.cmdline()[3:5]) for child in children() if child not in before]
        assert commands == ["scheduler --skip-serve-logs"]
        assert (tmp_path / "named.db").exists()

    def test_triggerer(self, make: Callable[..., LocalAirflow]) -> None:
        """It is there only for those who ask for it."""
        before = children()
        with make(triggerer=True):
            commands = [" ".join(child.cmdline()[3:5]) for child in children() if child not in before]
        assert "triggerer --skip-serve-logs" in commands
        assert children() == before

    def test_error_inside(self, make: Callable[..., LocalAirflow]) -> None:
        """An error in the block passes on, and no process is left."""
        before = children()
        with pytest.raises(KeyboardInterrupt), make():
            raise KeyboardInterrupt
        assert children() == before

    def test_logs_stay(self, make: Callable[..., LocalAirflow]) -> None:
        """Every process has a log in the home, which stays."""
        with make() as airflow:
            pass
        names = {file.name for file in (airflow.home / "logs" / "processes").iterdir()}
        assert names == {
            "airflow-db-migrate.log",
            "airflow-scheduler.log",
            "airflow-dag-processor.log",
            "airflow-api-server.log",
        }


class TestRefusals:
    """What ends in a clear message."""

    def test_airflow_2_without_database(
        self, make: Callable[..., LocalAirflow], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Airflow 2 cannot run tasks in parallel on SQLite."""
        monkeypatch.setattr(local_airflow, "version", lambda _name: "2.11.0")
        with pytest.raises(LineageKitError, match=r"Airflow 2 .* name a metadata database"):
            make()

    def test_no_airflow(self, make: Callable[..., LocalAirflow], monkeypatch: pytest.MonkeyPatch) -> None:
        """Without Airflow the message says how to install it."""

        def missing(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(local_airflow, "version", missing)
        with pytest.raises(LineageKitError, match="pip install apache-airflow"):
            make()

    def test_missing_interpreter(self, make: Callable[..., LocalAirflow]) -> None:
        """The interpreter that is named is the one that is started; one that does not exist is reported."""
        with pytest.raises(LineageKitError, match=r"cannot be started \(/no/such/python\)"):
            make(python="/no/such/python").start()

    def test_busy_port(self, make: Callable[..., LocalAirflow]) -> None:
        """A port on which another program listens is named, and nothing is started."""
        before = children()
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            port = server.getsockname()[1]
            with pytest.raises(LineageKitError, match=rf"Port {port} .* is in use"):
                make(port=port).start()
        assert children() == before

    def test_migrate_fails(self, make: Callable[..., LocalAirflow]) -> None:
        """A metadata database that cannot be set up is reported with the end of the log."""
        with pytest.raises(LineageKitError, match=r"(?s)`airflow db migrate` .*db-migrate\.log.*does not work today"):
            make(env={"FAKE_EXIT_DB": "1"}).start()

    @pytest.mark.parametrize("command", ["scheduler", "dag-processor", "api-server"])
    def test_process_dies(self, make: Callable[..., LocalAirflow], command: str) -> None:
        """A process that ends by itself is reported with its log, and the others are stopped."""
        before = children()
        env = {f"FAKE_EXIT_{command.upper().replace('-', '_')}": "7"}
        message = rf"(?s)`airflow {command}` ended with exit code 7.*airflow-{command}\.log"
        with pytest.raises(LineageKitError, match=message), make("endless", env=env) as airflow:
            airflow.wait("endless", airflow.trigger("endless"), timeout=30)
        assert children() == before


class TestRuns:
    """DAG runs."""

    def test_success(self, make: Callable[..., LocalAirflow]) -> None:
        """A run is created once its DAG is parsed, with its configuration, and followed to its end."""
        changes: list[tuple[tuple[str, int], str | None]] = []
        with make("tickit") as airflow:
            run_id = airflow.trigger("tickit", {"day": 1})
            assert airflow.wait("tickit", run_id, 30, lambda *change: changes.append(change)) == "success"
            assert airflow.task_states("tickit", run_id).keys() == {("load", -1)}
        assert ("load", -1) in dict(changes)
        assert all(first != second for first, second in pairwise(changes))
        with closing(sqlite3.connect(airflow.home / "airflow.db")) as connection:
            assert connection.execute("SELECT run_id, conf FROM dag_run").fetchall() == [(run_id, '{"day": 1}')]

    def test_failure(self, make: Callable[..., LocalAirflow]) -> None:
        """A failed run is a state, not an error."""
        with make("failing") as airflow:
            assert airflow.wait("failing", airflow.trigger("failing"), 30) == "failed"

    def test_broken_dag(self, make: Callable[..., LocalAirflow]) -> None:
        """A DAG file that cannot be imported is reported with its traceback."""
        with make("broken") as airflow, pytest.raises(LineageKitError, match=r"(?s)broken\.py.*SyntaxError"):
            airflow.trigger("broken")

    def test_unknown_dag(self, make: Callable[..., LocalAirflow]) -> None:
        """A DAG that is never found is reported with the folder and the logs."""
        with make("tickit") as airflow, pytest.raises(LineageKitError, match=r"(?s)other.*dags.*logs"):
            airflow.trigger("other", timeout=0.1)

    def test_too_slow(self, make: Callable[..., LocalAirflow]) -> None:
        """A run that does not end in time is reported."""
        with make("endless") as airflow:
            run_id = airflow.trigger("endless")
            with pytest.raises(LineageKitError, match="in vain for the end of the run of endless"):
                airflow.wait("endless", run_id, timeout=0.1)


class TestEnvironment:
    """What the processes see."""

    def environment(self, airflow: LocalAirflow) -> dict[str, str]:
        """Return the environment of the processes."""
        return airflow._environment(1234)

    def test_foreign_settings_are_dropped(
        self, make: Callable[..., LocalAirflow], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Airflow's and OpenLineage's variables of the shell are not passed on, others are."""
        for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW_CONN_X", "OPENLINEAGE_URL", "OPENLINEAGE__TRANSPORT__TYPE"):
            monkeypatch.setenv(name, "foreign")
        monkeypatch.setenv("LANGUAGE", "xx")
        environment = self.environment(make())
        assert "foreign" not in environment.values()
        assert environment["LANGUAGE"] == "xx"

    def test_events_go_to_a_file(self, make: Callable[..., LocalAirflow]) -> None:
        """OpenLineage appends to the file that `events` reads."""
        airflow = make()
        assert json.loads(self.environment(airflow)["AIRFLOW__OPENLINEAGE__TRANSPORT"]) == {
            "type": "file",
            "log_file_path": str(airflow.events_file),
            "append": True,
        }
        assert airflow.events() == []
        airflow.home.mkdir()
        airflow.events_file.write_text('{"eventType": "START"}\n')
        assert airflow.events() == [{"eventType": "START"}]

    def test_caller_wins(self, make: Callable[..., LocalAirflow]) -> None:
        """What the caller sets replaces what is set by default."""
        airflow = make(env={"AIRFLOW__CORE__PARALLELISM": "8", "NEW": "1"})
        environment = self.environment(airflow)
        assert environment["AIRFLOW__CORE__PARALLELISM"] == "8"
        assert environment["NEW"] == "1"

    def test_secret_is_fresh(self, make: Callable[..., LocalAirflow]) -> None:
        """The secret with which tasks sign in differs from run to run."""
        airflow = make()
        name = "AIRFLOW__API_AUTH__JWT_SECRET"
        assert self.environment(airflow)[name] != self.environment(airflow)[name]
