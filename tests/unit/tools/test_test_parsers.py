"""What `make test-parsers` says and returns, without installing anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import environments
import pytest
import test_parsers

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a checkout with an engine and one test of it; environments are this very interpreter."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "engine.py").write_text("answer = 42\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    tests = tmp_path / test_parsers.TESTS
    tests.mkdir(parents=True)
    (tests.parent / "conftest.py").write_text("raise RuntimeError\n", encoding="utf-8")
    write_test(tmp_path, "import engine; assert engine.answer == 42")
    monkeypatch.setattr(environments, "CHECKOUT", tmp_path)
    monkeypatch.setattr(test_parsers, "make_environment", lambda *_: Path(sys.executable))
    return tmp_path


def write_test(checkout: Path, body: str) -> None:
    """Make the engine's suite one test."""
    (checkout / test_parsers.TESTS / "test_it.py").write_text(f"def test_it():\n    {body}\n", encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command with arguments and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["test_parsers.py", *arguments])
    return test_parsers.main()


@pytest.mark.usefixtures("checkout")
def test_every_parser_has_a_closing_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The engine is found without being installed, and the configuration of the other tests is left alone."""
    assert run(monkeypatch) == 0

    last = capsys.readouterr().out.splitlines()[-3:]
    assert [line.partition(" passed")[0] for line in last] == [
        "sqlglot, oldest: 1",
        "sqlglot, newest: 1",
        "sqlglot, compiled: 1",
    ]


def test_failed_parser_fails_the_command(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A parser can be tested alone."""
    write_test(checkout, "assert False")

    assert run(monkeypatch, "oldest") == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("sqlglot, oldest: FAILED, 1 failed")


@pytest.mark.usefixtures("checkout")
def test_only_the_compiled_parser_may_be_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There are machines without a build of it; that the pure one cannot be installed is a failure."""

    def make_environment(_name: str, _python: str, packages: Sequence[str], _sources: Any) -> Path:
        raise environments.FailedError(packages[0])

    monkeypatch.setattr(test_parsers, "make_environment", make_environment)

    assert run(monkeypatch, "compiled") == 0
    assert run(monkeypatch, "newest") == 1
    printed = capsys.readouterr().out
    assert "sqlglot, compiled: skipped, sqlglot[c] cannot be installed here" in printed
    assert "sqlglot, newest: FAILED, sqlglot cannot be installed here" in printed


def test_oldest_is_what_the_package_allows() -> None:
    """The floor stands once, in pyproject.toml, as a version."""
    name, _, version = test_parsers.parsers()["oldest"].partition("==")
    assert name == "sqlglot"
    assert all(part.isdigit() for part in version.split("."))


def test_unknown_parser(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is a usage error."""
    with pytest.raises(SystemExit) as exit_:
        run(monkeypatch, "eldest")

    assert exit_.value.code == 2
    assert "there is no parser called eldest, only oldest, newest, compiled" in capsys.readouterr().err
