"""Run the tests on the operators of other providers, in environments of their own under `.venvs`.

Usage: test_providers.py [--all]

The newest Airflow with the newest release of each provider that the group `test-providers` of pyproject.toml names;
then Great Expectations' provider, which does not fit the newest Airflow, with one that it fits.
Programs that cannot live in the same environment as Airflow get one of their own; tests find them by a variable, and
skip where they cannot be installed.
What takes minutes, a real scheduler with these operators, is run with `--all` only.
The last lines tell how it went. The exit code is 1 if a test failed or an environment could not be made.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from environments import CHECKOUT, FailedError, Outcome, make_environment, report, run_tests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TESTS = "tests/providers"

#: The mysql provider, and what keeps its driver from being built.
WITHOUT_DRIVER = ("apache-airflow-providers-mysql", "--override", "tools/overrides.txt")
#: Variable -> the program that it names, which is what its environment is called too, and what is installed there.
PROGRAMS = {"LINEAGE_KIT_TEST_DBT": ("dbt", ["dbt-core>=1.10,<1.11", "dbt-duckdb>=1.9,<2"])}


def main() -> int:
    """Install the providers and run their tests; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--all", action="store_true", help="also what takes minutes")
    which = [] if parser.parse_args().all else ["-m", "not long"]
    return report(
        {
            "providers": _outcome("providers", [TESTS, *which], _programs(), WITHOUT_DRIVER),
            "great-expectations": _outcome("great-expectations", [f"{TESTS}/great_expectations", *which], {}),
        }
    )


def _outcome(name: str, tests: Sequence[str], variables: Mapping[str, str], more: Sequence[str] = ()) -> Outcome:
    """Run tests in the environment of the dependency group `test-<name>` and what else is to be installed."""
    packages = ["--editable", ".[demo]", "--group", f"test-{name}", *more]
    try:
        interpreter = make_environment(name, sys.executable, packages, [CHECKOUT / "pyproject.toml"])
        return Outcome(failed=False, words=run_tests(interpreter, *tests, environment=variables))
    except FailedError as error:
        return Outcome(failed=True, words=f"FAILED, {error}")


def _programs() -> dict[str, str]:
    """Install the programs; return the variables that name them, without those that cannot be installed."""
    paths = {variable: _program(name, packages) for variable, (name, packages) in PROGRAMS.items()}
    return {variable: path for variable, path in paths.items() if path}


def _program(name: str, packages: list[str]) -> str | None:
    try:
        return str(make_environment(name, sys.executable, packages, []).with_name(name))
    except FailedError as error:
        print(f"{name} is not there for tests: {error}")
        return None


if __name__ == "__main__":
    sys.exit(main())
