"""What `make test-pins` says and returns, without installing anything."""

from __future__ import annotations

import sys
from pathlib import Path

import environments
import pytest
import test_pins


@pytest.fixture
def constraints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with constraint files of two versions; environments are this very interpreter."""
    folder = tmp_path / "constraints"
    folder.mkdir()
    for version in ("2.11.0", "3.0.6"):
        (folder / f"mwaa-{version}.txt").touch()
    monkeypatch.setattr(test_pins, "CONSTRAINTS", folder)
    monkeypatch.setattr(environments, "CHECKOUT", tmp_path)
    monkeypatch.setattr(test_pins, "find_python", lambda _: sys.executable)
    monkeypatch.setattr(test_pins, "environment", lambda *_: Path(sys.executable))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command with arguments and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["test_pins.py", *arguments])
    return test_pins.main()


def write_test(checkout: Path, body: str) -> None:
    """Make the checkout's suite one test."""
    (checkout / "pytest.ini").write_text("[pytest]\nmarkers = long\n", encoding="utf-8")
    (checkout / "test_it.py").write_text(f"def test_it():\n    {body}\n", encoding="utf-8")


def test_no_folder_is_no_failure(
    constraints: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone without the constraint files beside it says so in one line and succeeds."""
    monkeypatch.setattr(test_pins, "CONSTRAINTS", constraints / "absent")

    assert run(monkeypatch) == 0
    assert capsys.readouterr().out.startswith("skipped: there is no folder")


def test_every_version_has_a_closing_line(
    constraints: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last lines name each version with what its tests counted, or why they were not run."""
    write_test(constraints.parent, "assert True")

    assert run(monkeypatch, "3.0.6", "2.10.3") == 0

    last = capsys.readouterr().out.splitlines()[-2:]
    assert last[0].startswith("MWAA 3.0.6: 1 passed")
    assert last[1].startswith("MWAA 2.10.3: skipped, there is no mwaa-2.10.3.txt")


def test_failed_version_fails_the_command(
    constraints: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One failed test in one version gives exit code 1, after all versions were run."""
    write_test(constraints.parent, "assert False")

    assert run(monkeypatch, "--all") == 1

    last = capsys.readouterr().out.splitlines()[-2:]
    assert [line.partition(" failed")[0] for line in last] == ["MWAA 2.11.0: FAILED, 1", "MWAA 3.0.6: FAILED, 1"]


def test_no_python_of_the_wanted_version(
    constraints: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the Python that the constraint files are made for, the line says which is missing."""
    assert constraints.is_dir()
    monkeypatch.setattr(test_pins, "find_python", lambda _: None)

    assert run(monkeypatch, "3.0.6") == 0
    assert "MWAA 3.0.6: skipped, there is no Python 3.12" in capsys.readouterr().out
