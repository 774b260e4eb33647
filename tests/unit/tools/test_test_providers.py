"""What `make test-providers` says and returns, without installing anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import environments
import pytest
import test_pins
import test_providers

if TYPE_CHECKING:
    from collections.abc import Sequence

DBT = "LINEAGE_KIT_TEST_DBT"
GIVEN = ["--editable", ".[demo]", "--group"]
WITHOUT_DRIVER = ["apache-airflow-providers-mysql", "--override", "tools/overrides.txt"]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Give what is installed in each environment; all of them are this very interpreter.

    The checkout has two tests that pass, one of them long, and one more of Great Expectations. Beside it is the
    constraint file of one version.
    """
    tests = tmp_path / test_providers.TESTS
    (tests / "great_expectations").mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long\nfilterwarnings = error\n", encoding="utf-8")
    write_test(tests / "test_it.py", "assert True")
    write_test(tests / "test_long.py", "assert True", decorator="@pytest.mark.long")
    write_test(tests / "great_expectations" / "test_gx.py", "assert True")
    (tmp_path / "mwaa-3.0.6.txt").touch()
    environment: dict[str, list[str]] = {}

    def make_environment(name: str, _python: str, packages: Sequence[str], _sources: Sequence[Path]) -> Path:
        environment[name] = list(packages)
        return Path(sys.executable)

    monkeypatch.setattr(environments, "CHECKOUT", tmp_path)
    monkeypatch.setattr(test_pins, "CONSTRAINTS", tmp_path)
    monkeypatch.setattr(test_pins, "find_python", lambda _: sys.executable)
    monkeypatch.setattr(test_providers, "make_environment", make_environment)
    return environment


def write_test(path: Path, body: str, *, decorator: str = "") -> None:
    """Write one test."""
    text = f"import os, warnings\nimport pytest\n{decorator}\ndef {path.stem}():\n    {body}\n"
    path.write_text(text, encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command with arguments and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["test_providers.py", *arguments])
    return test_providers.main()


def closing_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the last two lines of the output, as far as they say how many tests passed."""
    return [line.partition(" passed")[0] for line in capsys.readouterr().out.splitlines()[-2:]]


@pytest.mark.parametrize(("arguments", "counted"), [([], 2), (["--all"], 3)])
def test_every_environment_has_a_closing_line(
    made: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    counted: int,
) -> None:
    """The newest providers run all tests, with `--all` the long ones too; Great Expectations' runs its own."""
    assert run(monkeypatch, *arguments) == 0

    assert closing_lines(capsys) == [f"providers: {counted}", "great-expectations: 1"]
    assert made["providers"] == [*GIVEN, "test-providers", *WITHOUT_DRIVER]
    assert made["great-expectations"] == [*GIVEN, "test-great-expectations"]


def test_pinned_versions(
    made: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fits the pins is installed under the version's constraints; a version without a file is skipped."""
    assert run(monkeypatch, "--pins") == 0

    skipped, passed = closing_lines(capsys)
    assert skipped.startswith("MWAA 2.11.0: skipped, there is no mwaa-2.11.0.txt")
    assert passed == "MWAA 3.0.6: 2"
    packages = made["providers-mwaa-3.0.6"]
    assert packages[0] == "apache-airflow==3.0.6"
    assert "test-pinned-providers" in packages
    assert packages[-5:] == [*WITHOUT_DRIVER, "--constraint", str(tmp_path / "mwaa-3.0.6.txt")]
    assert "providers" not in made


@pytest.mark.parametrize("category", ["DeprecationWarning", "ResourceWarning"])
@pytest.mark.parametrize(("arguments", "code"), [([], 1), (["--pins"], 0)])
@pytest.mark.usefixtures("made")
def test_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, category: str
) -> None:
    """What is deprecated or left open fails on the newest releases only: the pinned ones stay as they are."""
    write_test(tmp_path / test_providers.TESTS / "test_it.py", f"warnings.warn('old', {category})")

    assert run(monkeypatch, *arguments) == code


@pytest.mark.parametrize("arguments", [[], ["--pins"]])
@pytest.mark.usefixtures("made")
def test_failed_test_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """The line of its environment says how many failed."""
    write_test(tmp_path / test_providers.TESTS / "test_it.py", "assert False")

    assert run(monkeypatch, *arguments) == 1
    assert ": FAILED, 1 failed, 1 passed" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--pins"]])
@pytest.mark.usefixtures("made")
def test_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Tests find the program beside the interpreter of its environment."""
    program = Path(sys.executable).with_name("dbt")
    write_test(tmp_path / test_providers.TESTS / "test_it.py", f"assert os.environ['{DBT}'] == {str(program)!r}")

    assert run(monkeypatch, *arguments) == 0


@pytest.mark.usefixtures("made")
def test_program_that_cannot_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its tests are left to skip themselves."""
    make_environment = test_providers.make_environment

    def only_providers(name: str, *arguments: Any) -> Path:
        if name == "dbt":
            raise environments.FailedError(name)
        return make_environment(name, *arguments)

    monkeypatch.setattr(test_providers, "make_environment", only_providers)
    monkeypatch.delenv(DBT, raising=False)
    write_test(tmp_path / test_providers.TESTS / "test_it.py", f"assert '{DBT}' not in os.environ")

    assert run(monkeypatch) == 0
    assert "dbt is not there for tests" in capsys.readouterr().out
    assert DBT not in os.environ


@pytest.mark.parametrize("arguments", [["--pin=2.11.0"], ["--all", "--pins"]])
def test_arguments_that_are_not_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A slip of the pen is a usage error; the long tests do not run on the pins."""
    with pytest.raises(SystemExit) as exit_:
        run(monkeypatch, *arguments)

    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err
