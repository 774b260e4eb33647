"""The demo: TICKIT data, two DAGs in a real Airflow, and the lineage read back from their events."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_kit.demo.local_airflow import LocalAirflow
from lineage_kit.demo.tickit import write_lake
from lineage_kit.events import build_graph, completed_tasks, render_columns, render_datasets, render_tree
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lineage_kit.demo.metadata import TaskKey

DAGS = ("rs_source_to_staging", "rs_staging_to_dm")
"""The DAGs that are run, one after the other; each is a file of that name."""

SHOWN_TABLES = ("dim_event", "dim_users", "fact_sales")
"""The tables whose column lineage is printed."""

_RUN_SECONDS = 300.0
_INTERRUPTED = 130
_SHOWN_STATES = frozenset({"running", "success", "failed", "upstream_failed", "up_for_retry", "skipped"})


def run_demo(*, scale: float = 1.0, keep: bool = False, port: int | None = None, database: str | None = None) -> int:
    """Run the example DAGs in an Airflow of their own and print the lineage that they emitted.

    Args:
        scale: Multiplies the rows of the large tables.
        keep: Keep the whole temporary folder. Without it only the file of events stays after a good run,
            and nothing after Ctrl-C. What an Airflow that was started leaves behind stays after an error.
        port: Port of Airflow's API server on the loopback interface; None takes a free one.
        database: SQLAlchemy URL of an empty metadata database, needed for Airflow 2; None is SQLite.

    Returns:
        The exit code: 0, 1 after an error whose message was printed, 130 after Ctrl-C or SIGTERM.

    """
    home = Path(tempfile.mkdtemp(prefix="lineage-kit-demo-")).resolve()
    try:
        with _termination_interrupts():
            airflow = _prepare(home, scale=scale, port=port, database=database)
            tasks = _run_dags(airflow)
            _report(airflow, tasks)
    except LineageKitError as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        _clean(home, keep=keep or (home / "logs").exists())
        return 1
    except KeyboardInterrupt:
        _clean(home, keep=keep)
        print("\nStopped; no process is left.", file=sys.stderr)
        return _INTERRUPTED
    _clean(home, keep=keep, spare=airflow.events_file)
    return 0


def example_dags() -> list[Path]:
    """Return the DAG files of the demo, from the installed package or, in a checkout, from `dags_examples`.

    Raises:
        LineageKitError: They are in neither place.

    """
    package = Path(__file__).resolve().parent
    for folder in (package / "dags", package.parents[2] / "dags_examples"):
        files = [folder / f"{dag_id}.py" for dag_id in DAGS]
        if all(file.is_file() for file in files):
            return files
    msg = f"The example DAGs are missing beside {package}. Install the package again."
    raise LineageKitError(msg)


def _prepare(home: Path, *, scale: float, port: int | None, database: str | None) -> LocalAirflow:
    """Put DAGs and data into the home, and return the Airflow for them, not started yet."""
    _require_sqlite_provider()
    dags_folder = home / "dags"
    dags_folder.mkdir()
    for file in example_dags():
        shutil.copy(file, dags_folder)
    lake, warehouse = home / "datalake.db", home / "warehouse.db"
    rows = write_lake(lake, scale=scale)
    print(f"TICKIT: {sum(rows.values()):,} rows in {len(rows)} tables of {lake}")
    env = {
        "AIRFLOW_CONN_TICKIT": json.dumps({"conn_type": "sqlite", "host": str(warehouse)}),
        "AIRFLOW_CONN_TICKIT_LAKE": json.dumps({"conn_type": "sqlite", "host": str(lake)}),
    }
    return LocalAirflow(dags_folder, home=home, env=env, port=port, database=database)


def _require_sqlite_provider() -> None:
    try:
        version("apache-airflow-providers-sqlite")
    except PackageNotFoundError as error:
        msg = (
            "The warehouse of the demo is SQLite, whose Airflow provider is not installed."
            " Install it: pip install 'airflow-provider-lineage-kit[demo]'"
        )
        raise LineageKitError(msg) from error


def _run_dags(airflow: LocalAirflow) -> list[str]:
    """Run the DAGs one after the other, showing progress, and return the job names of their tasks."""
    say = _stopwatch()
    say(f"starting Airflow {version('apache-airflow')}")
    with airflow:
        tasks = [task for dag_id in DAGS for task in _run_dag(airflow, dag_id, say)]
        say("stopping Airflow")
    return tasks


def _run_dag(airflow: LocalAirflow, dag_id: str, say: Callable[[str], None]) -> list[str]:
    """Run one DAG and return the job names of its tasks.

    Raises:
        LineageKitError: A task failed.

    """

    def show(task: TaskKey, state: str | None) -> None:
        if state in _SHOWN_STATES:
            say(f"{dag_id}.{task[0]}: {state}")

    say(f"{dag_id}: triggering")
    run_id = airflow.trigger(dag_id)
    state = airflow.wait(dag_id, run_id, _RUN_SECONDS, show)
    states = airflow.task_states(dag_id, run_id)
    if state != "success":
        failed = ", ".join(task for (task, _), each in states.items() if each == "failed")
        logs = airflow.home / "logs" / f"dag_id={dag_id}"
        msg = f"{dag_id} ended as {state}. Failed tasks: {failed}. Their logs are in {logs}."
        raise LineageKitError(msg)
    return [f"{dag_id}.{task}" for task, _ in states]


def _report(airflow: LocalAirflow, tasks: Sequence[str]) -> None:
    """Print what the events say.

    Raises:
        LineageKitError: A task's COMPLETE event is missing or names no dataset.

    """
    events = airflow.events()
    _require_lineage(events, tasks)
    graph = build_graph(events)
    _print_part("Datasets", render_datasets(graph))
    _print_part("Lineage (each dataset above its sources)", render_tree(graph))
    _print_part(f"Columns of {', '.join(SHOWN_TABLES)}", render_columns(graph, SHOWN_TABLES))
    print(
        f"\ntasks {len(tasks)} · events {len(events)} · datasets {len(graph.datasets)}"
        f" · column edges {len(graph.column_edges)}"
    )
    print(f"The events are in {airflow.events_file}")


def _require_lineage(events: Sequence[dict[str, Any]], tasks: Sequence[str]) -> None:
    told = {event["job"]["name"] for event in completed_tasks(events) if event.get("inputs") or event.get("outputs")}
    missing = [task for task in tasks if task not in told]
    if missing:
        msg = (
            f"No COMPLETE event with a dataset came from {', '.join(missing)}."
            f" Check that airflow-provider-lineage-kit is installed: {sys.executable} -m airflow plugins"
        )
        raise LineageKitError(msg)


def _print_part(title: str, lines: Sequence[str]) -> None:
    print(f"\n{title}\n")
    for line in lines:
        print(f"  {line}".rstrip())


def _stopwatch() -> Callable[[str], None]:
    """Return a function that prints a line with the seconds since now."""
    begin = time.monotonic()
    return lambda text: print(f"{time.monotonic() - begin:5.0f} s  {text}", flush=True)


@contextmanager
def _termination_interrupts() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the block as Ctrl-C does, so that the processes are stopped.

    Ctrl-C itself is set too: a shell starts background jobs with it ignored.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(each, signal.default_int_handler) for each in signals]
    try:
        yield
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)


def _clean(home: Path, *, keep: bool, spare: Path | None = None) -> None:
    """Remove the temporary folder, all but the spared file."""
    if keep:
        print(f"Everything is kept in {home}")
    elif spare is None:
        shutil.rmtree(home, ignore_errors=True)
    else:
        for entry in home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry != spare:
                entry.unlink()
