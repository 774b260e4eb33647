"""The command line: ``lineage-kit …`` everywhere, ``airflow lineage-kit …`` on Airflow 3.2 and later.

This module is imported by every ``airflow`` command, so it imports nothing but the standard library; each
command imports what it needs when it runs.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit import __version__
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def _demo(arguments: argparse.Namespace) -> int:
    from lineage_kit.demo.run import run_demo

    return run_demo(scale=arguments.scale, keep=arguments.keep, port=arguments.port, database=arguments.database)


def _sql(arguments: argparse.Namespace) -> int:
    from lineage_kit.sql_command import show_sql

    return show_sql(arguments)


def _coverage(arguments: argparse.Namespace) -> int:
    from lineage_kit.coverage import show_coverage

    return show_coverage(arguments)


def _lint(arguments: argparse.Namespace) -> int:
    from lineage_kit.lint_command import lint

    return lint(arguments)


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= _LARGEST_SCALE:
        msg = f"{text} is not between 0 and {_LARGEST_SCALE}"
        raise argparse.ArgumentTypeError(msg)
    return scale


_LARGEST_SCALE = 100


@dataclass(frozen=True)
class _Command:
    """One command, described once for both command lines."""

    help: str
    run: Callable[[argparse.Namespace], int]
    arguments: Mapping[str, Mapping[str, Any]]


_COMMANDS = {
    "demo": _Command(
        help="Run two example DAGs on a temporary Airflow and show the lineage that they emit",
        run=_demo,
        arguments={
            "--scale": {
                "type": _scale,
                "default": 1.0,
                "help": "size of the example data, 1 is about 100,000 rows",
            },
            "--port": {"type": int, "help": "port of Airflow's API server on 127.0.0.1; a free one if left out"},
            "--database": {
                "help": "SQLAlchemy URL of an empty metadata database; Airflow 2 needs one, Postgres or MySQL"
            },
            "--keep": {"action": "store_true", "help": "keep the temporary Airflow home with its logs"},
        },
    ),
    "coverage": _Command(
        help="Count the installed operators that name datasets, without lineage-kit and with it",
        run=_coverage,
        arguments={
            "--operators": {"action": "store_true", "help": "list what lineage-kit tells of each operator, too"},
        },
    ),
    "lint": _Command(
        help="Check the names of datasets in DAG files or in a file of events",
        run=_lint,
        arguments={
            "paths": {
                "nargs": "*",
                "metavar": "PATH",
                "help": "DAG file or folder, or file of OpenLineage events; - reads events from standard input; "
                "Airflow's DAGs folder if left out",
            },
            "--json": {"action": "store_true", "help": "print JSON"},
        },
    ),
    "sql": _Command(
        help="Show what SQL reads and writes, and which column feeds which",
        run=_sql,
        arguments={
            "file": {"metavar": "FILE", "help": "file with one statement or a script; - reads standard input"},
            "--dialect": {"help": "SQL dialect, such as postgres or snowflake; generic SQL if left out"},
            "--schema": {"help": "completes table names that have no schema"},
            "--database": {"help": "completes table names that have no database"},
            "--columns": {
                "metavar": "FILE.json",
                "help": 'known columns, which expand *, as in {"schema.table": ["column", "column"]}',
            },
            "--stored-names": {
                "action": "store_true",
                "help": "spell names the way the database stores them, instead of as written",
            },
            "--json": {"action": "store_true", "help": "print JSON instead of a tree"},
        },
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; an expected error is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="lineage-kit", description="Lineage of Airflow tasks, told exactly.")
    parser.add_argument("--version", action="version", version=f"lineage-kit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        subparser = commands.add_parser(name, help=command.help, description=command.help)
        for flag, options in command.arguments.items():
            subparser.add_argument(flag, **options)
    arguments = parser.parse_args(argv)
    return _run(arguments.command, arguments)


def run_under_airflow(arguments: argparse.Namespace) -> None:
    """Run the command that Airflow's own parser found, and leave with its exit code."""
    sys.exit(_run(arguments.subcommand, arguments))


def _run(name: str, arguments: argparse.Namespace) -> int:
    try:
        return _COMMANDS[name].run(arguments)
    except LineageKitError as error:
        print(f"lineage-kit {name}: {error}", file=sys.stderr)
        return 1


def get_airflow_commands() -> list[Any]:
    """Return the commands for Airflow's parser; named in the provider metadata, called by Airflow 3.2 and later."""
    from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand, lazy_load_command

    return [
        GroupCommand(
            name="lineage-kit",
            help="Lineage of tasks, told exactly",
            subcommands=[
                ActionCommand(
                    name=name,
                    help=command.help,
                    func=lazy_load_command("lineage_kit.cli.run_under_airflow"),
                    args=[Arg((flag,), **options) for flag, options in command.arguments.items()],
                )
                for name, command in _COMMANDS.items()
            ],
        )
    ]
