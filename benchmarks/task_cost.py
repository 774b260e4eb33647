"""CPU and wall time per task with lineage-kit against the OpenLineage provider alone, in turns on two private Airflows.

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
from dataclasses import dataclass
from itertools import chain
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


@dataclass(frozen=True)
class Side:
    """One of the two Airflows that are compared, and the file to which its plugin writes the costs."""

    airflow: LocalAirflow
    costs_file: Path

    def run(self) -> Costs:
        """Run the DAG once and return the costs of its tasks."""
        run_id = self.airflow.trigger(DAG_ID)
        state = self.airflow.wait(DAG_ID, run_id, RUN_SECONDS)
        if state != "success":
            msg = f"A run of {DAG_ID} ended as {state}; see the logs in {self.airflow.home / 'logs'}"
            raise SystemExit(msg)
        tasks = len(self.airflow.task_states(DAG_ID, run_id))
        # The last COMPLETE event is sent after the end of the run.
        deadline = time.monotonic() + LAST_TASK_SECONDS
        while len(costs := self._costs_of(run_id)) < tasks:
            if time.monotonic() > deadline:
                msg = f"{len(costs)} of {tasks} tasks told their cost in {self.costs_file}"
                raise SystemExit(msg)
            time.sleep(0.1)
        return costs

    def _costs_of(self, run_id: str) -> Costs:
        lines = self.costs_file.read_text(encoding="utf-8").splitlines() if self.costs_file.exists() else []
        costs = [json.loads(line) for line in lines]
        return [
            {**cost, "cpu_after_start": cost["cpu"] - cost["cpu_until_start"]}
            for cost in costs
            if cost["run_id"] == run_id
        ]


def main() -> None:
    """Run the DAG in turns on both sides and print what its tasks cost."""
    arguments = parse_arguments()
    # Airflow's processes inherit it, and without bytecode the compiler would be measured.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lineage-kit-benchmark-")))
        server = find_server(stack)
        shared = {
            # Bytecode that was written under another path, as the linked packages have it, is loaded more slowly.
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "AIRFLOW__CORE__PARALLELISM": "1",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(BENCHMARKS / "plugins"),
            "AIRFLOW_CONN_WAREHOUSE": make_warehouse(server, folder),
            "LINEAGE_KIT_BENCHMARK_TASKS": str(arguments.tasks),
        }
        bare = str(make_bare_environment(folder / "bare"))
        without = start(stack, folder / "without", server, shared, bare)
        with_kit = start(stack, folder / "with", server, {**shared, **dict(arguments.env)}, sys.executable)
        found: list[tuple[Costs, Costs]] = []
        for number in range(arguments.rounds + 1):
            print(f"round {number} of {arguments.rounds}" if number else "warming up", flush=True)
            if number % 2:
                found.append((without.run(), with_kit.run()))
            else:
                found.append((with_kit.run(), without.run())[::-1])
        # The first round writes bytecode.
        before, after = zip(*found[1:], strict=True)
        report(list(chain.from_iterable(before)), list(chain.from_iterable(after)))


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


def start(stack: ExitStack, home: Path, server: PostgresDatabase | None, env: dict[str, str], python: str) -> Side:
    """Start an Airflow that lives as long as the stack."""
    costs = home / "costs.jsonl"
    database = server.create_database("airflow").url("postgresql+psycopg2") if server else None
    airflow = LocalAirflow(
        BENCHMARKS / "dags",
        home=home,
        env={**env, "LINEAGE_KIT_BENCHMARK_COSTS": str(costs)},
        database=database,
        python=python,
    )
    return Side(stack.enter_context(airflow), costs)


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
