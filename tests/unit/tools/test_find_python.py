"""Finding an interpreter among names that may not run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import find_python
import pytest

if TYPE_CHECKING:
    from pathlib import Path

RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"


def script(path: Path, text: str) -> str:
    """Write an executable shell script and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the PATH folder of a machine without Python."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path / "bin"


def test_shim_that_fails_is_passed_over(machine: Path) -> None:
    """A name on PATH that exists and fails when run does not hide the interpreter behind the next name."""
    script(machine / f"python{RUNNING}", "echo 'not installed here' >&2; exit 127")
    works = script(machine / "python3", f'exec "{sys.executable}" "$@"')

    assert find_python.find_python(RUNNING) == works


def test_interpreter_of_another_version_does_not_serve(machine: Path) -> None:
    """A name says nothing: the version that runs is what counts."""
    script(machine / "python3.99", f'exec "{sys.executable}" "$@"')

    assert find_python.find_python("3.99") is None


def test_newest_patch_of_pyenv(machine: Path) -> None:
    """Of the versions that pyenv has, the highest patch number is taken, by number and not by name."""
    for patch in ("9", "10"):
        path = machine.parent / "pyenv" / "versions" / f"{RUNNING}.{patch}" / "bin" / "python"
        script(path, f'exec "{sys.executable}" "$@"')

    assert str(find_python.find_python(RUNNING)).endswith(f"{RUNNING}.10/bin/python")


def test_uv_is_asked_last(machine: Path) -> None:
    """Where PATH and pyenv have nothing, a Python that uv has installed serves."""
    script(machine / "uv", f'[ "$1 $2" = "python find" ] && echo "{sys.executable}"')

    assert find_python.find_python(RUNNING) == sys.executable


def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Without any Python the exit code is 1 and one line says what is missing."""
    assert find_python.main(["3.13", "3.12"]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("no Python 3.13, 3.12 found")
