"""CPU time of `import airflow` with lineage-kit installed against without it, and of lineage-kit's own first imports.

Usage: python benchmarks/import_cost.py [--pairs N]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
from bare_environment import make_bare_environment

AIRFLOW = "import airflow"
# What Airflow itself imports of the package while it reads its configuration.
OWN = "import lineage_kit, lineage_kit.provider_info"
NOTHING = "pass"


def main() -> None:
    """Measure in turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=30, help="how often each is measured (default: 30)")
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory(prefix="lineage-kit-benchmark-") as folder:
        bare = str(make_bare_environment(Path(folder) / "bare"))
        environment = airflow_environment(Path(folder))
        cases = {
            "import airflow, without": (bare, AIRFLOW),
            "import airflow, with": (sys.executable, AIRFLOW),
            "Python alone": (sys.executable, NOTHING),
            "lineage_kit + provider_info": (sys.executable, OWN),
        }
        found = measure_in_turns(cases, pairs, environment)
    without, with_package, python, own = found.values()
    print(f"CPU (user + system) of a new process, medians of {pairs} runs in turns:")
    for name, seconds in found.items():
        print(f"  {name:<28} {median(seconds) * 1000:7.1f} ms")
    # Neighbours in time share the state of the machine; their ratio is steadier than that of two medians.
    ratio = median(a / b for a, b in zip(with_package, without, strict=True))
    print(f"import airflow, with / without: {ratio:.3f} (median of the pairs' ratios; goal: at most 1.05)")
    print(f"lineage_kit + provider_info on top of Python: {(median(own) - median(python)) * 1000:.1f} ms")


def airflow_environment(folder: Path) -> dict[str, str]:
    """Return the calling environment without what is meant for another Airflow or for another Python."""
    foreign = ("AIRFLOW", "OPENLINEAGE", "PYTHON")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    # The linked packages and the installed ones each get bytecode of their own.
    return {**inherited, "AIRFLOW_HOME": str(folder / "home"), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def measure_in_turns(
    cases: dict[str, tuple[str, str]], rounds: int, environment: dict[str, str]
) -> dict[str, list[float]]:
    """Return the CPU seconds of each case, an interpreter and what it runs, measured one after the other."""
    for python, code in cases.values():
        cpu_seconds(python, code, environment)  # which writes bytecode and Airflow's home
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds):
        # Every second round goes backwards, so that none always runs after the same other one.
        for name in list(cases)[:: 1 if number % 2 else -1]:
            found[name].append(cpu_seconds(*cases[name], environment))
    return found


def cpu_seconds(python: str, code: str, environment: dict[str, str]) -> float:
    """Return the user and system time of a new interpreter that runs `code`."""
    pid = os.posix_spawn(python, [python, "-c", code], environment)
    _, status, usage = os.wait4(pid, 0)
    if status:
        msg = f"{python} -c {code!r} failed"
        raise SystemExit(msg)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
