"""Run the tests on the operators of other providers, in environments of their own under `.venvs`.

Usage: test_providers.py [--all | --pins]

The newest Airflow with the newest release of each provider that the group `test-providers` of pyproject.toml names;
then Great Expectations' provider, which does not fit the newest Airflow, with one that it fits.
Programs that cannot live in the same environment as Airflow get one of their own; tests find them by a variable, and
skip where they cannot be installed.
What takes minutes, a real scheduler with these operators, is run with `--all` only. With `--pins`, the tests run on
two versions of Airflow with the providers that Amazon MWAA pins beside them, found as `test_pins.py` finds them.
The last lines tell how it went. The exit code is 1 if a test failed or an environment could not be made.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from environments import CHECKOUT, FailedError, Outcome, make_environment, report, run_tests
from test_pins import DEFAULT_VERSIONS, outcome_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TESTS = "tests/providers"
#: Without what takes minutes.
SHORT = ("-m", "not long")

#: The mysql provider, and what keeps its driver from being built.
WITHOUT_DRIVER = ("apache-airflow-providers-mysql", "--override", "tools/overrides.txt")
#: The provider of Databricks of Airflow 3.0 imports it without asking for it.
FAB = "apache-airflow-providers-fab"
#: Releases that will not change any more call others deprecated and leave files open: nobody needs to know.
UNCHANGING = ("-W", "ignore::DeprecationWarning", "-W", "ignore::ResourceWarning")
#: Variable -> the program that it names, which is what its environment is called too, and what is installed there.
#: The files of this DuckDB can be read by those that MWAA pins.
PROGRAMS = {"LINEAGE_KIT_TEST_DBT": ("dbt", ["dbt-core>=1.10,<1.11", "dbt-duckdb>=1.9,<2", "duckdb>=1.2,<1.3"])}


def main() -> int:
    """Install the providers and run their tests; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="also what takes minutes")
    which.add_argument("--pins", action="store_true", help="on versions that Amazon MWAA pins")
    arguments = parser.parse_args()
    if arguments.pins:
        return report({f"MWAA {version}": outcome_of(version, run_pinned) for version in DEFAULT_VERSIONS})
    marked = () if arguments.all else SHORT
    return report(
        {
            "providers": _outcome("providers", [TESTS, *marked], _programs(), WITHOUT_DRIVER),
            "great-expectations": _outcome("great-expectations", [f"{TESTS}/great_expectations", *marked], {}),
        }
    )


def run_pinned(version: str, constraints: Path, python: str) -> str:
    """Run the tests on what MWAA pins beside a version of Airflow; return their last line."""
    packages = [f"apache-airflow=={version}", FAB, "--editable", ".[demo]", "--group", "test-pinned-providers"]
    packages += [*WITHOUT_DRIVER, "--constraint", str(constraints)]
    sources = [CHECKOUT / "pyproject.toml", constraints]
    interpreter = make_environment(f"providers-mwaa-{version}", python, packages, sources)
    return run_tests(interpreter, TESTS, *SHORT, *UNCHANGING, environment=_programs())


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
