"""The command line."""

from __future__ import annotations

import argparse
import importlib.metadata
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from support.fresh_python import in_fresh_python

import lineage_kit
from lineage_kit import cli
from lineage_kit.demo import run
from lineage_kit.exceptions import LineageKitError


@pytest.fixture
def demo_calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a function in the place of the demo that only notes how it is called, and exits with 3."""
    calls: list[dict[str, Any]] = []

    def run_demo(**arguments: Any) -> int:
        calls.append(arguments)
        return 3

    monkeypatch.setattr(run, "run_demo", run_demo)
    return calls


@pytest.fixture
def failing_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a function in the place of the demo that raises what the package raises on purpose."""

    def run_demo(**_: Any) -> int:
        msg = "port 8080 is busy; choose another one"
        raise LineageKitError(msg)

    monkeypatch.setattr(run, "run_demo", run_demo)


def airflow_parser() -> argparse.ArgumentParser:
    """Return the parser of the installed Airflow, or skip where it takes no commands from providers."""
    from airflow.providers_manager import ProvidersManager

    if not hasattr(ProvidersManager, "cli_command_functions"):
        pytest.skip("this Airflow takes no commands from providers")
    from airflow.cli import cli_parser

    parser: argparse.ArgumentParser = cli_parser.get_parser()
    return parser


class TestMain:
    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`--version` prints the package's version."""
        with pytest.raises(SystemExit) as exit_:
            cli.main(["--version"])

        assert exit_.value.code == 0
        assert capsys.readouterr().out == f"lineage-kit {lineage_kit.__version__}\n"

    @pytest.mark.parametrize("arguments", [[], ["demonstrate"], ["demo", "--unknown"]])
    def test_wrong_usage(self, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
        """No command, an unknown one and an unknown option are usage errors that name what there is."""
        with pytest.raises(SystemExit) as exit_:
            cli.main(arguments)

        assert exit_.value.code == 2
        assert "usage: lineage-kit" in capsys.readouterr().err

    def test_help_names_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`--help` lists the commands with what they do."""
        with pytest.raises(SystemExit):
            cli.main(["--help"])

        printed = " ".join(capsys.readouterr().out.split())
        assert all(f"{name} {command.help}" in printed for name, command in cli._COMMANDS.items())

    def test_exit_code_is_the_commands(self, demo_calls: list[dict[str, Any]]) -> None:
        """A command decides with what code the program ends."""
        assert cli.main(["demo"]) == 3
        assert demo_calls == [{"scale": 1.0, "keep": False, "port": None, "database": None}]

    def test_options_reach_the_command(self, demo_calls: list[dict[str, Any]]) -> None:
        """The demo is given what the user chose."""
        cli.main(["demo", "--keep", "--port", "8081", "--database", "postgresql://localhost/x"])

        assert demo_calls == [{"scale": 1.0, "keep": True, "port": 8081, "database": "postgresql://localhost/x"}]

    @pytest.mark.usefixtures("failing_demo")
    def test_expected_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What the package raises on purpose is one line on stderr and exit code 1."""
        assert cli.main(["demo"]) == 1

        printed = capsys.readouterr()
        assert printed.err == "lineage-kit demo: port 8080 is busy; choose another one\n"
        assert printed.out == ""


class TestScale:
    @pytest.mark.parametrize("scale", ["0.01", "1", "100"])
    def test_accepted(self, demo_calls: list[dict[str, Any]], scale: str) -> None:
        """The demo's data can shrink and grow."""
        cli.main(["demo", "--scale", scale])

        assert demo_calls[0]["scale"] == float(scale)

    @pytest.mark.parametrize("scale", ["0", "-1", "100.1", "inf", "nan", "big"])
    def test_refused(self, demo_calls: list[dict[str, Any]], capsys: pytest.CaptureFixture[str], scale: str) -> None:
        """A size that makes no sense is a usage error that quotes it."""
        with pytest.raises(SystemExit) as exit_:
            cli.main(["demo", f"--scale={scale}"])

        assert exit_.value.code == 2
        assert scale in capsys.readouterr().err
        assert demo_calls == []


class TestUnderAirflow:
    def test_same_commands(self) -> None:
        """Airflow's parser is given every command of the own command line, with the same options."""
        (group,) = cli.get_airflow_commands()

        assert group.name == "lineage-kit"
        options = {
            command.name: {flag for argument in command.args for flag in argument.flags}
            for command in group.subcommands
        }
        assert options == {name: set(command.arguments) for name, command in cli._COMMANDS.items()}

    def test_accepted_by_airflow(self, demo_calls: list[dict[str, Any]]) -> None:
        """`airflow lineage-kit demo` runs the command and ends with its exit code."""
        arguments = airflow_parser().parse_args(["lineage-kit", "demo", "--scale", "0.5"])

        with pytest.raises(SystemExit) as exit_:
            arguments.func(arguments)

        assert exit_.value.code == 3
        assert demo_calls[0]["scale"] == 0.5

    @pytest.mark.usefixtures("failing_demo")
    def test_expected_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """An expected error is one line here too."""
        arguments = argparse.Namespace(subcommand="demo", scale=1.0, keep=False, port=None, database=None)

        with pytest.raises(SystemExit) as exit_:
            cli.run_under_airflow(arguments)

        assert exit_.value.code == 1
        assert capsys.readouterr().err == "lineage-kit demo: port 8080 is busy; choose another one\n"

    def test_one_table_of_commands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A command added to the table appears on both command lines."""
        demo = cli._COMMANDS["demo"]
        monkeypatch.setitem(cli._COMMANDS, "other", replace(demo, run=lambda _: 7, arguments={}))

        assert cli.main(["other"]) == 7
        assert [command.name for command in cli.get_airflow_commands()[0].subcommands] == [
            "demo",
            "coverage",
            "lint",
            "sql",
            "other",
        ]


class TestProcess:
    def test_import_is_light(self) -> None:
        """Every `airflow` command imports the module, so it brings nothing but the standard library."""
        script = 'import lineage_kit.cli\nanswer(loaded("airflow", "openlineage", "sqlglot", "sqlparse"))'

        assert in_fresh_python(script) == []

    def test_console_script(self) -> None:
        """`lineage-kit` leads to the function that runs commands."""
        distribution = importlib.metadata.distribution("airflow-provider-lineage-kit")
        (entry,) = (entry for entry in distribution.entry_points if entry.group == "console_scripts")

        assert entry.name == "lineage-kit"
        assert entry.load() is cli.main

    def test_run_as_a_module(self) -> None:
        """`python -m` does the same where the console script is not on the path."""
        done = subprocess.run(
            [sys.executable, "-m", "lineage_kit", "--version"], capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout) == (0, f"lineage-kit {lineage_kit.__version__}\n")
