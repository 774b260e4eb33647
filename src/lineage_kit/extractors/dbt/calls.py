"""Calls of dbt: which command, for which project, and where its artifacts are."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lineage_kit.extractors.dbt.shell import UNKNOWN, SimpleCommand, path_from, simple_commands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Commands of dbt that read or write data, with the results of each model and test.
EXECUTING = frozenset({"build", "retry", "run", "seed", "snapshot", "test"})
_OTHERS = "clean clone compile debug deps docs init list ls parse run-operation show source"
COMMANDS = EXECUTING | frozenset(_OTHERS.split())
#: ``dbt-ol`` is OpenLineage's own wrapper, which sends events for each model itself.
_PROGRAMS = frozenset({"dbt", "dbt-ol"})
#: Words that the wrapper takes for itself or replaces, before it calls dbt with some of its own.
_OF_WRAPPER = frozenset({"--consume-structured-logs", "--no-write-json"})
_MODULES = frozenset({"dbt", "dbt.cli.main"})
#: Programs that run the program which they name.
_WRAPPERS = re.compile(
    r"command|conda|env|exec|hatch|mamba|micromamba|nice|nohup|pdm|pipenv|pipx|poetry|python[\d.]*|rye|sudo|time|timeout"
    r"|uv|uvx"
)
_OPTIONS = {
    "--profile": "PROFILE",
    "--profiles-dir": "PROFILES_DIR",
    "--project-dir": "PROJECT_DIR",
    "--target": "TARGET",
    "--target-path": "TARGET_PATH",
    "-t": "TARGET",
}


@dataclass(frozen=True)
class DbtCall:
    """One call of dbt.

    Args:
        command: the command of dbt, such as ``run``.
        arguments: everything behind the program's name, which dbt repeats in its artifacts.
        folder: where it ran; None where nobody knows.
        environment: the variables that it saw.
        sends_events: whether it runs under OpenLineage's wrapper, which sends events for each model itself.
        elsewhere: whether it ran on another machine, whose paths mean nothing here.

    """

    command: str
    # Both may have secrets in them, the arguments by way of variables that are expanded.
    arguments: tuple[str, ...] = field(repr=False)
    folder: str | None
    environment: Mapping[str, str] = field(repr=False)
    sends_events: bool = False
    elsewhere: bool = False

    def option(self, name: str) -> str | None:
        """Return what the arguments say about an option, or the variable that stands for it; the last one counts."""
        value = None
        for number, word in enumerate(self.arguments):
            option, separator, behind = word.partition("=")
            if _OPTIONS.get(option) == name:
                value = behind if separator else next(iter(self.arguments[number + 1 :]), None)
        return value or self.environment.get(f"DBT_ENGINE_{name}") or self.environment.get(f"DBT_{name}") or None

    def path_option(self, name: str) -> str | None:
        """Return an option that is a path, absolute; None where it is not given or cannot be told."""
        value = self.option(name)
        return path_from(self.folder, value) if value and not self.elsewhere else None

    @property
    def project(self) -> str | None:
        """The folder of the project: given, or the nearest one upwards that has a project file, as dbt looks for it."""
        if self.option("PROJECT_DIR") or self.folder is None or self.elsewhere:
            return self.path_option("PROJECT_DIR")
        folder = self.folder
        while not os.path.exists(os.path.join(folder, "dbt_project.yml")):
            folder, before = os.path.dirname(folder), folder
            if folder == before:
                return self.folder
        return folder

    def is_invocation(self, command_line: str) -> bool:
        """Tell whether dbt's own record of the words after its name can be of this call: the known ones are there."""
        recorded = _spaced(command_line)
        first, *others = _spaced(" ".join(self._words())).replace(f" {UNKNOWN} ", UNKNOWN).split(UNKNOWN)
        if not others:
            return recorded == first
        *middle, last = others
        if not recorded.startswith(first):
            return False
        position = len(first)
        for words in middle:
            found = recorded.find(words, position)
            if found < 0:
                return False
            position = found + len(words)
        return recorded.endswith(last) and len(recorded) - len(last) >= position

    @property
    def tells_itself_apart(self) -> bool:
        """Whether its words tell it from other calls: all of them are known, or some beside the command."""
        words = self._words()
        known = {word.replace(UNKNOWN, "") for word in words}
        return not any(UNKNOWN in word for word in words) or bool(known - {"", self.command})

    def _words(self) -> list[str]:
        """Return the words that dbt was given, as far as they are known."""
        if not self.sends_events:
            return list(self.arguments)
        own = (word for word in self.arguments if word not in _OF_WRAPPER)
        return [UNKNOWN, *(each for word in own for each in (word, UNKNOWN))]


def _spaced(words: str) -> str:
    """Return words with a space on both sides of each, so that a part of a word is not taken for a word."""
    return "".join(f" {word} " for word in words.split(" "))


def find_calls(text: str, folder: str | None, environment: Mapping[str, str]) -> list[DbtCall]:
    """Return the calls of dbt in shell text, in the order in which they are written.

    Args:
        text: what the shell is given.
        folder: where the shell stands; None where nobody knows.
        environment: the shell's variables.

    """
    try:
        commands = list(simple_commands(text, folder, environment))
    except ValueError:
        return []
    return [call for command in commands if (call := call_of(command)) is not None]


def find_calls_elsewhere(command: str | Sequence[str] | None, environment: Mapping[str, str]) -> list[DbtCall]:
    """Return the calls of dbt in what another machine or a container runs: shell text, or a program's words."""
    text = command if isinstance(command, str) else shlex.join(str(word) for word in command or ())
    return [replace(call, elsewhere=True) for call in find_calls(text, None, environment)]


def call_of(command: SimpleCommand) -> DbtCall | None:
    """Return the call of dbt that a simple command is; None for other programs."""
    words = command.words
    for number in range(len(words) - 1, -1, -1):
        if not _is_dbt(words, number):
            continue
        arguments = words[number + 1 :]
        name = next((word for word in arguments if word in COMMANDS), None)
        if name is not None:
            wrapped = os.path.basename(words[number]) == "dbt-ol"
            return DbtCall(name, arguments, command.folder, command.environment, wrapped)
    return None


def _is_dbt(words: Sequence[str], number: int) -> bool:
    first = os.path.basename(words[0])
    if number == 0:
        return first in _PROGRAMS
    if not _WRAPPERS.fullmatch(first):
        return False
    if words[number] in _MODULES and words[number - 1] == "-m":
        return True
    return os.path.basename(words[number]) in _PROGRAMS
