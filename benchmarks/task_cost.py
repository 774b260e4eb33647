"""CPU and wall time per task with lineage-kit against the OpenLineage provider alone, in turns on private Airflows.

Usage: python benchmarks/task_cost.py [--rounds N] [--tasks N] [--env NAME=VALUE ...]

The SQL tasks run on PostgreSQL: a server that LINEAGE_KIT_TEST_POSTGRES names, or a private one. Without either they
run on SQLite, for which the OpenLineage provider alone finds no datasets: its side then does less work than it should.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

from lineage_kit.demo.local_airflow import LocalAirflow

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from bare_environment import make_bare_environment
from support.postgres import PostgresDatabase, PostgresUnavailableError, postgres_server

BENCHMARKS = Path(__file__).resolve().parent
DAG_ID = "task_cost"
# The beginning of a task's id tells its kind.
KINDS = {"python": "@task without SQL", "sql": "SQLExecuteQueryOperator"}
MEASURES = {
    "cpu": "CPU",
    "cpu_until_start": "CPU until START is sent",
    "cpu_after_start": "CPU after that",
    "wall": "wall time",
}
RUN_SECONDS = 600.0
LAST_TASK_SECONDS = 30.0
# Empty, so that the statement is quick and what surrounds it is seen.
TABLES = """
CREATE TABLE category (category_id INTEGER, category_group TEXT, category_name TEXT);
CREATE TABLE calendar (date_id INTEGER, calendar_date DATE, weekday TEXT, month TEXT, holiday BOOLEAN);
CREATE TABLE event (event_id INTEGER, venue_id INTEGER, category_id INTEGER, date_id INTEGER, event_name TEXT);
CREATE TABLE users (user_id INTEGER, user_name TEXT, first_name TEXT, last_name TEXT, city TEXT, state TEXT);
CREATE TABLE sales (sale_id INTEGER, seller_id INTEGER, buyer_id INTEGER, event_id INTEGER, date_id INTEGER,
    quantity INTEGER, price_paid NUMERIC);
CREATE TABLE fact_sales (sale_id INTEGER, sold_on DATE, seller TEXT, buyer TEXT, event_name TEXT, category TEXT,
    quantity INTEGER, price NUMERIC, commission NUMERIC);
"""

Costs = list[dict[str, Any]]


def main() -> None:
    """Run the DAG in turns on both sides and print what its tasks cost."""
    arguments = parse_arguments()
    # Airflow's processes inherit it, and without bytecode the compiler would be measured.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineage-kit-benchmark-")))
        server = find_server(stack)
        shared = {
            # The linked packages and the installed ones each get bytecode of their own.
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "AIRFLOW__CORE__PARALLELISM": "1",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(BENCHMARKS / "plugins"),
            "AIRFLOW_CONN_WAREHOUSE": make_warehouse(server, folder),
            "LINEAGE_KIT_BENCHMARK_TASKS": str(arguments.tasks),
        }
        sides = {
            "without": (str(make_bare_environment(folder / "bare")), shared),
            "with": (sys.executable, {**shared, **dict(arguments.env)}),
        }
        found: dict[str, Costs] = {name: [] for name in sides}
        for number in range(arguments.rounds + 1):
            print(f"round {number} of {arguments.rounds}" if number else "warming up", flush=True)
            # Every second round goes backwards, so that neither side is always the first.
            for name in list(sides)[:: 1 if number % 2 else -1]:
                python, env = sides[name]
                costs = run_once(folder / f"{name}-{number}", server, env, python)
                if number:  # the first round writes the bytecode
                    found[name] += costs
        report(found["without"], found["with"])


def parse_arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=4, help="DAG runs that are counted on each side (default: 4)")
    parser.add_argument("--tasks", type=int, default=10, help="tasks of each kind in a DAG run (default: 10)")
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        type=lambda text: tuple(text.split("=", 1)),
        metavar="NAME=VALUE",
        help="a variable for the side with lineage-kit, such as AIRFLOW__LINEAGE_KIT__DISABLED_PARTS=schema",
    )
    return parser.parse_args()


def find_server(stack: ExitStack) -> PostgresDatabase | None:
    """Return a PostgreSQL server that lives as long as the stack, or None after saying why there is none."""
    try:
        return stack.enter_context(postgres_server())
    except PostgresUnavailableError as error:
        print(f"SQL tasks run on SQLite, where the OpenLineage provider alone finds nothing: {error}")
        return None


def make_warehouse(server: PostgresDatabase | None, folder: Path) -> str:
    """Create the tables that the DAG reads and writes; return the URI of the Airflow connection."""
    if server:
        warehouse = server.create_database("warehouse")
        warehouse.execute(TABLES)
        return warehouse.url("postgres")
    file = folder / "warehouse.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
    return f"sqlite://{file}"


def run_once(home: Path, server: PostgresDatabase | None, env: dict[str, str], python: str) -> Costs:
    """Run the DAG once on an Airflow of its own and return the costs of its tasks.

    Tasks are forked from the scheduler, and all tasks of one scheduler share its luck, such as where its memory lies:
    two schedulers that are the same differ by some percent. A new one for every run evens that out.
    """
    costs_file = home / "costs.jsonl"
    database = server.create_database("airflow").url("postgresql+psycopg2") if server else None
    env = {**env, "LINEAGE_KIT_BENCHMARK_COSTS": str(costs_file)}
    with LocalAirflow(BENCHMARKS / "dags", home=home, env=env, database=database, python=python) as airflow:
        run_id = airflow.trigger(DAG_ID)
        state = airflow.wait(DAG_ID, run_id, RUN_SECONDS)
        if state != "success":
            msg = f"A run of {DAG_ID} ended as {state}"
            raise SystemExit(msg)
        return wait_for_costs(costs_file, tasks=len(airflow.task_states(DAG_ID, run_id)))


def wait_for_costs(file: Path, tasks: int) -> Costs:
    """Return what the plugin has written; the last COMPLETE event is sent after the end of the DAG run."""
    deadline = time.monotonic() + LAST_TASK_SECONDS
    while True:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        if len(lines) >= tasks:
            costs = [json.loads(line) for line in lines]
            return [{**cost, "cpu_after_start": cost["cpu"] - cost["cpu_until_start"]} for cost in costs]
        if time.monotonic() > deadline:
            msg = f"{len(lines)} of {tasks} tasks told their cost"
            raise SystemExit(msg)
        time.sleep(0.1)


def report(without: Costs, with_kit: Costs) -> None:
    """Print a table for each kind of task."""
    for kind, name in KINDS.items():
        ours, theirs = ([cost for cost in costs if cost["task_id"].startswith(kind)] for costs in (with_kit, without))
        print(f"\n{name}: medians of {len(theirs)} tasks without and {len(ours)} tasks with lineage-kit")
        print(f"  {'':<26}{'without':>10}{'with':>10}{'difference':>13}{'ratio':>8}")
        for measure, label in MEASURES.items():
            if any(cost[measure] is None for cost in ours + theirs):
                continue  # this system does not tell how old a process is
            before, after = (median(cost[measure] for cost in costs) * 1000 for costs in (theirs, ours))
            print(f"  {label:<26}{before:>7.1f} ms{after:>7.1f} ms{after - before:>+10.1f} ms{after / before:>8.2f}")


if __name__ == "__main__":
    main()
