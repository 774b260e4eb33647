"""The demo reports what the events say, or ends with a clear message."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import tempfile
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from lineage_kit.demo import run
from lineage_kit.demo.run import DAGS, example_dags, run_demo
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JOBS = {DAGS[0]: ("load_sales", "load_date"), DAGS[1]: ("fact_sales",)}


def task_event(job: str, inputs: list[str], output: str) -> dict[str, Any]:
    """Return the COMPLETE event of a task whose output has one column."""
    field = {"inputFields": [{"namespace": "db", "name": name, "field": "id"} for name in inputs]}
    facets = {"columnLineage": {"fields": {"id": field}}}
    return {
        "eventType": "COMPLETE",
        "job": {"name": job, "facets": {"jobType": {"jobType": "TASK"}}},
        "inputs": [{"namespace": "db", "name": name} for name in inputs],
        "outputs": [{"namespace": "db", "name": output, "facets": facets}],
    }


EVENTS = [
    task_event(f"{DAGS[0]}.load_sales", ["raw_sales"], "sales"),
    task_event(f"{DAGS[0]}.load_date", ["raw_date"], "date"),
    task_event(f"{DAGS[1]}.fact_sales", ["sales", "date"], "fact_sales"),
]


class FakeAirflow:
    """Plays LocalAirflow: runs nothing, and its tasks have emitted `emitted`."""

    emitted: ClassVar[list[dict[str, Any]]]
    states: ClassVar[dict[str, str]]
    in_trigger: ClassVar[Callable[[], None]]
    made: ClassVar[list[FakeAirflow]]

    def __init__(self, dags_folder: Path, *, home: Path, env: dict[str, str], port: Any, database: Any) -> None:
        self.dags_folder, self.home, self.env, self.port, self.database = dags_folder, home, env, port, database
        self.events_file = home / "events.ndjson"
        self.left = False
        self.made.append(self)

    def __enter__(self) -> None:
        (self.home / "logs").mkdir()

    def __exit__(self, *error: object) -> None:
        self.left = True

    def trigger(self, dag_id: str) -> str:
        """Do what the test wants to happen now."""
        FakeAirflow.in_trigger()
        self.events_file.write_text("".join(json.dumps(event) + "\n" for event in self.emitted))
        return f"run of {dag_id}"

    def wait(self, dag_id: str, _run_id: str, _timeout: float, on_change: Callable[[Any, str], None]) -> str:
        """Show each task run, and end."""
        for (task, index), state in self.task_states(dag_id, "").items():
            on_change((task, index), "scheduled")
            on_change((task, index), state)
        return "failed" if "failed" in self.task_states(dag_id, "").values() else "success"

    def task_states(self, dag_id: str, _run_id: str) -> dict[tuple[str, int], str]:
        """Return the final state of every task."""
        return {(task, -1): self.states.get(task, "success") for task in JOBS[dag_id]}

    def events(self) -> list[dict[str, Any]]:
        """Return the events."""
        return self.emitted


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeAirflow]:
    """Let the demo use a fake Airflow and make its temporary folder in `tmp_path`."""
    FakeAirflow.emitted, FakeAirflow.states, FakeAirflow.made = list(EVENTS), {}, []
    monkeypatch.setattr(FakeAirflow, "in_trigger", staticmethod(lambda: None), raising=False)
    monkeypatch.setattr(run, "LocalAirflow", FakeAirflow)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return FakeAirflow


def left_in(folder: Path) -> list[str]:
    """Return the names of what the demo left in its temporary folder."""
    return sorted(entry.name for home in folder.iterdir() for entry in home.iterdir())


class TestSuccess:
    """All tasks succeed and have lineage."""

    def test_report(self, capsys: pytest.CaptureFixture[str], fake: type[FakeAirflow]) -> None:
        """Datasets, tree, columns, the summary and the place of the events are printed."""
        assert run_demo(scale=0.001) == 0
        lines = capsys.readouterr().out.splitlines()
        assert "  fact_sales  [db]  by rs_staging_to_dm.fact_sales" in lines
        assert "  └─ sales  [db]  by rs_source_to_staging.load_sales" in lines
        assert "  fact_sales.id <- sales.id" in lines
        assert "tasks 3 · events 3 · datasets 5 · column edges 4" in lines
        assert lines[-1] == f"The events are in {fake.made[0].events_file}"

    def test_progress(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The states of tasks are shown as they change, those without news are not."""
        run_demo(scale=0.001)
        output = capsys.readouterr().out
        assert "rs_source_to_staging.load_sales: success" in output
        assert "scheduled" not in output

    def test_only_the_events_stay(self, tmp_path: Path) -> None:
        """Nothing but the file of events is left."""
        run_demo(scale=0.001)
        assert left_in(tmp_path) == ["events.ndjson"]

    def test_keep(self, tmp_path: Path, capsys: pytest.CaptureFixture[str], fake: type[FakeAirflow]) -> None:
        """Everything stays when that is wanted, and the folder is named."""
        run_demo(scale=0.001, keep=True)
        assert left_in(tmp_path) == ["dags", "datalake.db", "events.ndjson", "logs"]
        assert f"kept in {fake.made[0].home}" in capsys.readouterr().out

    def test_preparation(self, fake: type[FakeAirflow]) -> None:
        """Airflow gets the two DAG files, the connections to lake and warehouse, port and database."""
        run_demo(scale=0.001, keep=True, port=4711, database="postgresql://db")
        (airflow,) = fake.made
        assert sorted(file.name for file in airflow.dags_folder.iterdir()) == [f"{dag_id}.py" for dag_id in DAGS]
        assert (airflow.port, airflow.database) == (4711, "postgresql://db")
        lake = json.loads(airflow.env["AIRFLOW_CONN_TICKIT_LAKE"])
        warehouse = json.loads(airflow.env["AIRFLOW_CONN_TICKIT"])
        assert warehouse == {"conn_type": "sqlite", "host": str(airflow.home / "warehouse.db")}
        with closing(sqlite3.connect(lake["host"])) as connection:
            assert connection.execute("SELECT COUNT(*) FROM sales").fetchall() == [(20,)]


class TestFailure:
    """Something is wrong."""

    def test_failed_task(self, fake: type[FakeAirflow], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A failed task is named with the folder of its logs, which stays."""
        fake.states = {"load_date": "failed"}
        assert run_demo(scale=0.001) == 1
        error = capsys.readouterr()
        assert "rs_source_to_staging ended as failed. Failed tasks: load_date." in error.err
        assert str(fake.made[0].home / "logs" / "dag_id=rs_source_to_staging") in error.err
        assert "logs" in left_in(tmp_path)
        assert fake.made[0].left

    @pytest.mark.parametrize("change", [{"inputs": [], "outputs": []}, {"eventType": "FAIL"}])
    def test_missing_lineage(
        self, fake: type[FakeAirflow], change: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A task without datasets on its COMPLETE event is named, with what to check."""
        fake.emitted[1] = EVENTS[1] | change
        assert run_demo(scale=0.001) == 1
        error = capsys.readouterr().err
        assert "came from rs_source_to_staging.load_date." in error
        assert "airflow plugins" in error

    def test_no_sqlite_provider(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without the SQLite provider the message has the command that installs it, and nothing is left."""

        def missing(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(run, "version", missing)
        assert run_demo(scale=0.001) == 1
        assert "pip install 'airflow-provider-lineage-kit[demo]'" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []

    def test_bad_scale(self, capsys: pytest.CaptureFixture[str], fake: type[FakeAirflow]) -> None:
        """A scale that is not positive is refused before anything is started."""
        assert run_demo(scale=0) == 1
        assert "must be positive" in capsys.readouterr().err
        assert fake.made == []

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_interrupted(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake: type[FakeAirflow], number: signal.Signals
    ) -> None:
        """Ctrl-C, SIGTERM and a closed terminal stop Airflow and leave nothing; handlers are as before."""
        handler = signal.getsignal(number)
        monkeypatch.setattr(fake, "in_trigger", staticmethod(lambda: os.kill(os.getpid(), number)))
        assert run_demo(scale=0.001) == 130
        assert fake.made[0].left
        assert list(tmp_path.iterdir()) == []
        assert signal.getsignal(number) is handler


class TestExampleDags:
    """Where the DAG files are."""

    @pytest.mark.parametrize("place", ["site-packages/lineage_kit/demo/dags", "dags_examples"])
    def test_found(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str) -> None:
        """They are found inside an installed package and beside the `src` of a checkout."""
        parent = "site-packages" if place.startswith("site") else "src"
        monkeypatch.setattr(run, "__file__", str(tmp_path / parent / "lineage_kit" / "demo" / "run.py"))
        files = [tmp_path / place / f"{dag_id}.py" for dag_id in DAGS]
        files[0].parent.mkdir(parents=True)
        for file in files:
            file.touch()
        assert example_dags() == files

    def test_checkout(self, tmp_path: Path) -> None:
        """This checkout has them, and they can be copied."""
        for file in example_dags():
            shutil.copy(file, tmp_path)
        assert sorted(file.stem for file in tmp_path.iterdir()) == list(DAGS)

    def test_missing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A package without them says so."""
        monkeypatch.setattr(run, "__file__", str(tmp_path / "src" / "lineage_kit" / "demo" / "run.py"))
        with pytest.raises(LineageKitError, match="example DAGs are missing"):
            example_dags()
