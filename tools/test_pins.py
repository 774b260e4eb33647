"""Run the tests on the versions that Amazon MWAA pins, each in an environment of its own under `.venvs`.

Usage: test_pins.py [--all | VERSION ...]    for example: test_pins.py 3.0.6

The constraint files stand beside the checkout, in `../shared/constraints/mwaa-<Airflow version>.txt`. They
are made for Python 3.12; where that or a file is missing, the version is skipped with a line that says why.
The last lines tell what was run. The exit code is 1 if a version failed.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from find_python import find_python

CHECKOUT = Path(__file__).resolve().parents[1]
CONSTRAINTS = CHECKOUT.parent / "shared" / "constraints"
# The oldest Airflow that is supported, and the oldest of the next major version.
DEFAULT_VERSIONS = ("2.11.0", "3.0.6")
PYTHON = "3.12"


class FailedError(Exception):
    """A version could not be installed, or its tests failed; the message says which command or how many."""


class Outcome(NamedTuple):
    """How one version went, in words for the closing line."""

    failed: bool
    words: str


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
    outcomes = {version: outcome_of(version) for version in versions}
    print()
    for version, outcome in outcomes.items():
        print(f"MWAA {version}: {outcome.words}")
    return int(any(outcome.failed for outcome in outcomes.values()))


def outcome_of(version: str) -> Outcome:
    """Install one version and run the tests on it, where that is possible here."""
    constraints = CONSTRAINTS / f"mwaa-{version}.txt"
    if not constraints.exists():
        return Outcome(failed=False, words=f"skipped, there is no {constraints.name} in {CONSTRAINTS}")
    python = find_python(PYTHON)
    if python is None:
        return Outcome(failed=False, words=f"skipped, there is no Python {PYTHON}, which the constraints are made for")
    print(f"\n== MWAA {version}", flush=True)
    try:
        return Outcome(failed=False, words=run_tests(environment(version, constraints, python)))
    except FailedError as error:
        return Outcome(failed=True, words=f"FAILED, {error}")


def environment(version: str, constraints: Path, python: str) -> Path:
    """Return the interpreter of an environment with the pinned versions; make it where it is out of date."""
    folder = CHECKOUT / ".venvs" / f"mwaa-{version}"
    interpreter = folder / "bin" / "python"
    sources = (CHECKOUT / "pyproject.toml", constraints)
    stamp = folder / ".installed"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return interpreter
    shutil.rmtree(folder, ignore_errors=True)
    packages = [f"apache-airflow=={version}", "--editable", ".[demo]", "--group", "test"]
    constrained = [*packages, "--constraint", str(constraints)]
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--python", python, str(folder)])
        run([uv, "pip", "install", "--quiet", "--python", str(interpreter), *constrained])
    else:
        pip = [str(interpreter), "-m", "pip", "install", "--quiet"]
        run([python, "-m", "venv", str(folder)])
        run([*pip, "--upgrade", "pip>=25.1"])  # which knows dependency groups
        run([*pip, *constrained])
    stamp.write_text(digest, encoding="utf-8")
    return interpreter


def run(command: list[str]) -> None:
    """Run a program in the checkout."""
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
        raise FailedError(" ".join(command))


def run_tests(interpreter: Path) -> str:
    """Run the suite with an interpreter, show its output, and return its last line."""
    command = [str(interpreter), "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider"]
    last = ""
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as pytest:
        for line in pytest.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    if pytest.returncode:
        raise FailedError(last)
    return last


if __name__ == "__main__":
    sys.exit(main())
