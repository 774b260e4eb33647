"""What the SQL engine costs, against openlineage-sql driven the way the OpenLineage provider drives it.

Usage: python benchmarks/sql.py [--compiled PYTHON]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
import tracemalloc
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import mean
from subprocess import run
from typing import TYPE_CHECKING, Any, NamedTuple

import sql_texts
from import_cost import cpu_seconds

from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SOURCE = Path(__file__).resolve().parents[1] / "src"
DIALECT = "postgres"
ROUNDS = 5
# What takes less is repeated within a round.
SHORTEST_ROUND = 0.05
NEW_PROCESSES = 15

OWN_IMPORT = "from lineage_kit.sql import analyze; analyze('SELECT 1', 'postgres')"
OTHER_IMPORT = "import sqlparse, openlineage_sql; openlineage_sql.parse(['SELECT 1'], dialect='postgres')"


class Case(NamedTuple):
    """Texts that are analysed one by one; the time is that of one on average."""

    texts: Sequence[str]
    goal: float | None


CASES = {
    "five lines": Case([sql_texts.FIVE_LINES], 1.5),
    "reports, mean of ten": Case(sql_texts.REPORTS, 6),
    "500 columns": Case([sql_texts.wide_table(500)], 250),
    "50 CTEs in a chain": Case([sql_texts.chain(50)], 40),
    "500 statements": Case([sql_texts.script(500)], 1500),
    "IN list of 20,000": Case([sql_texts.long_list(20_000)], 500),
    "UNION of 1,000": Case([sql_texts.union(1_000)], None),
    "VALUES of 5,000 rows": Case([sql_texts.rows(5_000)], None),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--compiled", metavar="PYTHON", help="an interpreter whose environment has sqlglot[c]")
    parser.add_argument("--json", action="store_true", help="print only what the engine takes, as JSON")
    arguments = parser.parse_args()
    if arguments.json:
        print(json.dumps(measure_engine()))
        return
    compiled = in_environment(arguments.compiled) if arguments.compiled else None
    own = measure_engine()
    other = {name: per_text(official, case) for name, case in CASES.items()}
    print_times(own, other, compiled)
    print_imports()
    print_memory(own["memory"], compiled and compiled["memory"])


def measure_engine() -> dict[str, Any]:
    """Return what the engine takes in this environment: its parser, milliseconds by case, and megabytes."""
    times = {name: per_text(own_way, case) for name, case in CASES.items()}
    return {"parser": parser_name(), "times": times, "memory": memory(sql_texts.script(500))}


def in_environment(python: str) -> dict[str, Any]:
    """Return what the engine takes in another environment, which needs nothing but sqlglot."""
    command = [python, __file__, "--json"]
    done = run(command, env={**os.environ, "PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def parser_name() -> str:
    """Return the parser of this environment, as in `sqlglot 30.1.0, compiled`."""
    try:
        version("sqlglotc")
    except PackageNotFoundError:
        return f"sqlglot {version('sqlglot')}"
    return f"sqlglot {version('sqlglot')}, compiled"


def own_way(text: str) -> None:
    """Analyse with lineage-kit."""
    lineage = analyze(text, DIALECT, default_schema="public")
    if lineage.problems:
        raise RuntimeError(lineage.problems[0].reason)


def official(text: str) -> None:
    """Analyse as the OpenLineage provider does: split without comments, then parse all statements."""
    import openlineage_sql
    import sqlparse

    statements = [part for part in sqlparse.split(sqlparse.format(text, strip_comments=True)) if part]
    meta = openlineage_sql.parse(statements, dialect=DIALECT, default_schema="public")
    if meta is None or meta.errors:
        raise RuntimeError


def per_text(analyse: Callable[[str], None], case: Case) -> float | None:
    """Return the milliseconds of one text, best of some rounds each; None if a text is refused."""
    try:
        return mean(best(analyse, text) for text in case.texts) * 1000
    except Exception:  # noqa: BLE001 - both sides refuse by exceptions of many classes
        return None


def best(analyse: Callable[[str], None], text: str) -> float:
    """Return the CPU seconds of the fastest round; nothing here waits, so a quiet machine takes no longer."""
    start = time.process_time()
    analyse(text)
    repeats = max(1, round(SHORTEST_ROUND / (time.process_time() - start)))
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(repeats):
            analyse(text)
        found.append((time.process_time() - start) / repeats)
    return min(found)


def memory(text: str) -> dict[str, float]:
    """Return the megabytes that analysing takes at most, that its result takes, and that stay without the result."""
    analyze(text, DIALECT)  # which loads what is loaded once
    gc.collect()
    tracemalloc.start()
    lineage = analyze(text, DIALECT)
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    del lineage
    gc.collect()
    stays, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"peak": peak / 1e6, "result": (kept - stays) / 1e6, "stays": stays / 1e6}


def print_times(own: dict[str, Any], other: dict[str, float | None], compiled: dict[str, Any] | None) -> None:
    """Print a line for each case; the ratio is to openlineage-sql."""
    print(f"CPU milliseconds per text, best of {ROUNDS}; openlineage-sql {version('openlineage-sql')} behind sqlparse")
    print(f"{'':<24}{'openlineage-sql':>16}{own['parser']:>24}{'ratio':>8}{'goal':>8}", end="")
    print(f"{compiled['parser']:>28}{'ratio':>8}" if compiled else "")
    for name, case in CASES.items():
        ours, theirs = own["times"][name], other[name]
        print(f"{name:<24}{shown(theirs):>16}{shown(ours):>24}{ratio(ours, theirs):>8}{case.goal or '':>8}", end="")
        fast = compiled["times"][name] if compiled else None
        print(f"{shown(fast):>28}{ratio(fast, theirs):>8}" if compiled else "")


def shown(milliseconds: float | None) -> str:
    """Return a time, or that there is none."""
    return "refused" if milliseconds is None else f"{milliseconds:.2f}"


def ratio(ours: float | None, theirs: float | None) -> str:
    """Return how much of the other's time ours is."""
    return f"{ours / theirs:.2f}" if ours is not None and theirs is not None else "-"


def print_imports() -> None:
    """Print what the first statement costs in a new process, on top of Python."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    programs = {
        "Python alone": "pass",
        "lineage_kit.sql with sqlglot": OWN_IMPORT,
        "sqlglot alone": "import sqlglot.dialects.postgres",
        "openlineage-sql and sqlparse": OTHER_IMPORT,
    }
    found: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():
        cpu_seconds(sys.executable, program, environment)  # which writes bytecode
    for _ in range(NEW_PROCESSES):
        for name, program in programs.items():
            found[name].append(cpu_seconds(sys.executable, program, environment) * 1000)
    alone = min(found.pop("Python alone"))
    print(f"\nCPU of import and first statement in a new process, best of {NEW_PROCESSES}, without Python's own:")
    for name, times in found.items():
        print(f"  {name:<30}{min(times) - alone:8.1f} ms")


def print_memory(own: dict[str, float], compiled: dict[str, float] | None) -> None:
    """Print what the long script takes."""
    print("\nMemory of Python objects for the 500 statements, in MB:")
    for name, found in (("pure", own), ("compiled", compiled)):
        if found:
            print(f"  {name:<10} at most {found['peak']:.1f}, result {found['result']:.1f}, stays {found['stays']:.2f}")


if __name__ == "__main__":
    main()
