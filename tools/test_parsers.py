"""Run the tests of the SQL engine on the releases of sqlglot, each in an environment of its own under `.venvs`.

Usage: test_parsers.py [PARSER ...]    for example: test_parsers.py oldest

The parsers are the oldest release that pyproject.toml allows, the newest one in pure Python, and the newest one
compiled, which is skipped with a line that says so where there is no build of it for this machine. The engine needs
nothing else: Airflow is not installed. The last lines tell what was run. The exit code is 1 if a parser failed.
"""

from __future__ import annotations

import argparse
import re
import sys

from environments import CHECKOUT, FailedError, Outcome, make_environment, report, run_tests

PROJECT = CHECKOUT / "pyproject.toml"
TESTS = "tests/unit/sql"


def main() -> int:
    """Test the parsers named on the command line, or all; return the exit code."""
    known = parsers()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("parsers", nargs="*", metavar="PARSER", help=f"some of {', '.join(known)}; all if left out")
    names = parser.parse_args().parsers
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"there is no parser called {unknown[0]}, only {', '.join(known)}")
    return report({f"sqlglot, {name}": outcome_of(name, known[name]) for name in names or known})


def parsers() -> dict[str, str]:
    """Return what is installed for each parser, by its name."""
    oldest = re.search(r'"sqlglot>=([\d.]+)"', PROJECT.read_text(encoding="utf-8"))
    if oldest is None:
        msg = f"{PROJECT} does not say the oldest sqlglot"
        raise SystemExit(msg)
    return {"oldest": f"sqlglot=={oldest[1]}", "newest": "sqlglot", "compiled": "sqlglot[c]"}


def outcome_of(name: str, requirement: str) -> Outcome:
    """Install one parser and run the engine's tests on it, where that is possible here."""
    print(f"\n== {requirement}", flush=True)
    try:
        interpreter = make_environment(
            f"sqlglot-{name}", sys.executable, [requirement, "--group", "test-sql"], [PROJECT]
        )
    except FailedError as error:
        words = f"{requirement} cannot be installed here: {error}"
        # A machine may have no build of the compiled parser; the pure ones serve all machines.
        skipped = name == "compiled"
        return Outcome(failed=not skipped, words=f"skipped, {words}" if skipped else f"FAILED, {words}")
    try:
        # The configuration of all tests starts servers, which these need as little as they need Airflow.
        words = run_tests(interpreter, f"--confcutdir={TESTS}", TESTS, environment={"PYTHONPATH": "src"})
    except FailedError as error:
        return Outcome(failed=True, words=f"FAILED, {error}")
    return Outcome(failed=False, words=words)


if __name__ == "__main__":
    sys.exit(main())
