"""Run the tests on the versions that Amazon MWAA pins, each in an environment of its own under `.venvs`.

Usage: test_pins.py [--all | VERSION ...]    for example: test_pins.py 3.0.6

The constraint files stand beside the checkout, in `../shared/constraints/mwaa-<Airflow version>.txt`. They
are made for Python 3.12; where that or a file is missing, the version is skipped with a line that says why.
The last lines tell what was run. The exit code is 1 if a version failed.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from environments import CHECKOUT, FailedError, Outcome, make_environment, report, run_tests
from find_python import find_python

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONSTRAINTS = CHECKOUT.parent / "shared" / "constraints"
# The oldest Airflow that is supported, and the oldest of the next major version.
DEFAULT_VERSIONS = ("2.11.0", "3.0.6")
PYTHON = "3.12"


def main() -> int:
    """Test the versions named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="Airflow versions, such as 3.0.6")
    parser.add_argument("--all", action="store_true", help="every version that has a constraint file")
    arguments = parser.parse_args()
    if not CONSTRAINTS.is_dir():
        print(f"skipped: there is no folder {CONSTRAINTS} with the constraint files of MWAA")
        return 0
    known = sorted(path.stem.removeprefix("mwaa-") for path in CONSTRAINTS.glob("mwaa-*.txt"))
    versions = known if arguments.all else arguments.versions or DEFAULT_VERSIONS
    return report({f"MWAA {version}": outcome_of(version, run_suite) for version in versions})


def outcome_of(version: str, run: Callable[[str, Path, str], str]) -> Outcome:
    """Test one version, where that is possible here.

    Args:
        version: Of Airflow.
        run: Installs what it tests and runs the tests, given the version, its constraint file and an interpreter;
            returns the last line of the tests.

    """
    constraints = CONSTRAINTS / f"mwaa-{version}.txt"
    if not constraints.exists():
        return Outcome(failed=False, words=f"skipped, there is no {constraints.name} in {CONSTRAINTS}")
    python = find_python(PYTHON)
    if python is None:
        return Outcome(failed=False, words=f"skipped, there is no Python {PYTHON}, which the constraints are made for")
    print(f"\n== MWAA {version}", flush=True)
    try:
        words = run(version, constraints, python)
    except FailedError as error:
        return Outcome(failed=True, words=f"FAILED, {error}")
    return Outcome(failed=False, words=words)


def run_suite(version: str, constraints: Path, python: str) -> str:
    """Run the suite in an environment with the pinned versions; return the last line of the tests."""
    return run_tests(environment(version, constraints, python), "-m", "not long")


def environment(version: str, constraints: Path, python: str) -> Path:
    """Return the interpreter of an environment with the pinned versions."""
    packages = [f"apache-airflow=={version}", "--editable", ".[demo]", "--group", "test"]
    sources = [CHECKOUT / "pyproject.toml", constraints]
    return make_environment(f"mwaa-{version}", python, [*packages, "--constraint", str(constraints)], sources)


if __name__ == "__main__":
    sys.exit(main())
