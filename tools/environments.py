"""Environments of their own for tests, under `.venvs`, and how the tests in them went."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).resolve().parents[1]


class FailedError(Exception):
    """Something could not be installed, or tests failed; the message says which command or how many."""


class Outcome(NamedTuple):
    """How the tests in one environment went, in words for the closing line."""

    failed: bool
    words: str


def report(outcomes: Mapping[str, Outcome]) -> int:
    """Print a closing line for each outcome under its name; return the exit code."""
    print()
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome.words}")
    return int(any(outcome.failed for outcome in outcomes.values()))


def make_environment(name: str, python: str, packages: Sequence[str], sources: Sequence[Path]) -> Path:
    """Return the interpreter of an environment with some packages; make it where it is out of date.

    Args:
        name: What its folder under `.venvs` is called.
        python: The interpreter that it is made from.
        packages: What is installed, as arguments of pip and uv.
        sources: The files that say what is installed, beside `packages`.

    Raises:
        FailedError: A package cannot be installed.

    """
    folder = CHECKOUT / ".venvs" / name
    interpreter = folder / "bin" / "python"
    stamp = folder / ".installed"
    parts = [python.encode(), *(package.encode() for package in packages), *(path.read_bytes() for path in sources)]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return interpreter
    shutil.rmtree(folder, ignore_errors=True)
    _run(_make_command(python, folder))
    _run([*_install_command(interpreter), *packages])
    stamp.write_text(digest, encoding="utf-8")
    return interpreter


def _make_command(python: str, folder: Path) -> list[str]:
    """Return the command that makes an environment."""
    uv = shutil.which("uv")
    return [uv, "venv", "--quiet", "--python", python, str(folder)] if uv else [python, "-m", "venv", str(folder)]


def _install_command(interpreter: Path) -> list[str]:
    """Return the command that installs packages into an environment, which may have to get uv first.

    Among hundreds of packages pip looks for versions that fit for longer than the tests take.
    """
    uv = [found] if (found := shutil.which("uv")) else [str(interpreter), "-m", "uv"]
    if not found:
        _run([str(interpreter), "-m", "pip", "install", "--quiet", "uv"])
    return [*uv, "pip", "install", "--quiet", "--python", str(interpreter)]


def run_tests(interpreter: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run pytest with an interpreter, show its output, and return its last line.

    Args:
        interpreter: The Python of the environment.
        arguments: What pytest is told beside the usual.
        environment: Variables to set.

    Raises:
        FailedError: Tests failed; the message is the last line.

    """
    command = [str(interpreter), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    variables = {**os.environ, **(environment or {})}
    last = ""
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, env=variables) as pytest:
        for line in pytest.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    if pytest.returncode:
        raise FailedError(last)
    return last


def _run(command: list[str]) -> None:
    """Run a program in the checkout."""
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
        raise FailedError(" ".join(command))
