"""Shell text as the simple commands that it runs: words, folder and variables of each, as far as the text tells.

This is no shell: nothing is run or looked up. What only a shell could know, such as the output of a command, makes the
word that it stands in unknown.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Stands in words for what only a shell could know.
UNKNOWN = "\0"

_SUBSTITUTION = re.compile(r"\$\(\([^()]*\)\)|\$\([^()]*\)|`[^`]*`")
_COMMENT_LINE = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
#: The number of a stream before a redirection, as in ``2>&1``.
_STREAM = re.compile(r"(?<=\s)\d+(?=[<>])")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::?-(?P<default>[^{}]*))?\}|(?P<plain>\w+))")
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_PUNCTUATION = "();<>|&\n"
#: Programs that run the shell text behind their option ``-c``.
_SHELLS = frozenset({"bash", "dash", "ksh", "sh", "zsh"})


@dataclass(frozen=True)
class SimpleCommand:
    """A program with its arguments.

    Args:
        words: the program and its arguments, expanded; a word with ``UNKNOWN`` in it is not known.
        folder: where it runs; None where the text does not tell.
        environment: the variables that it sees.

    """

    # Both may have secrets in them, the words by way of variables that are expanded.
    words: tuple[str, ...] = field(repr=False)
    folder: str | None
    environment: Mapping[str, str] = field(repr=False)


def simple_commands(text: str, folder: str | None, environment: Mapping[str, str]) -> Iterator[SimpleCommand]:
    """Yield the commands of ``text`` in the order in which they are written, whatever conditions stand between them.

    Args:
        text: what a shell is given.
        folder: where the shell stands at first; None where nobody knows.
        environment: the shell's variables at first.

    Raises:
        ValueError: the text is no whole shell text: a quote has no end.

    """
    state = _State(folder, dict(environment))
    outer: list[_State] = []
    words: list[str] = []
    for token in [*_tokens(text), "\n"]:
        if not set(token) <= set(_PUNCTUATION):
            words.append(token)
            continue
        yield from _run(words, state)
        words = []
        for sign in token:
            if sign == "(":
                outer.append(_State(state.folder, dict(state.variables)))
            elif sign == ")" and outer:
                state = outer.pop()


@dataclass
class _State:
    """What commands leave to those behind them."""

    folder: str | None
    variables: dict[str, str] = field(repr=False)


def _tokens(text: str) -> Iterator[str]:
    """Yield words and runs of operators; what is redirected to a file is no word of the command."""
    plain = _STREAM.sub("", _SUBSTITUTION.sub(UNKNOWN, _COMMENT_LINE.sub("", text.replace("\\\n", " "))))
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    redirected = commented = False
    for token in lexer:
        if token.startswith("#"):
            commented = True
        if "\n" in token and set(token) <= set(_PUNCTUATION):
            commented = False
        if commented:
            continue
        if set(token) <= set("<>&") and set(token) & set("<>"):
            redirected = True
        elif redirected:
            redirected = False
        else:
            yield token


def _run(words: list[str], state: _State) -> Iterator[SimpleCommand]:
    own: dict[str, str] = {}
    remaining = list(words)
    while remaining and (assigned := _ASSIGNMENT.fullmatch(remaining[0])):
        own[assigned["name"]] = _expand(assigned["value"], state.variables)
        del remaining[0]
    expanded = [_expand(word, {**state.variables, **own}) for word in remaining]
    if not expanded:
        state.variables.update(own)
    elif expanded[0] in {"cd", "pushd"}:
        state.folder = _changed(state, expanded[1:])
    elif expanded[0] == "export":
        state.variables.update(_assignments(expanded[1:]))
    elif script := _script_of(expanded):
        yield from simple_commands(script, state.folder, {**state.variables, **own})
    else:
        yield SimpleCommand(tuple(expanded), state.folder, {**state.variables, **own})


def _expand(word: str, variables: Mapping[str, str]) -> str:
    """Return the word with its variables replaced; what is not known makes it unknown."""

    def value(found: re.Match[str]) -> str:
        return variables.get(found["braced"] or found["plain"]) or found["default"] or UNKNOWN

    expanded = _VARIABLE.sub(value, word)
    if expanded == "~" or expanded.startswith("~/"):
        expanded = variables.get("HOME", UNKNOWN) + expanded[1:]
    return expanded.replace("$", UNKNOWN)


def _changed(state: _State, arguments: list[str]) -> str | None:
    """Return the folder after ``cd``."""
    target = next((argument for argument in arguments if not argument.startswith("-")), None)
    if target is None:
        target = state.variables.get("HOME") if not arguments else None
    return path_from(state.folder, target) if target is not None else None


def path_from(folder: str | None, path: str) -> str | None:
    """Return the path as seen from ``folder``; None where that cannot be told."""
    if UNKNOWN in path or (folder is None and not os.path.isabs(path)):
        return None
    return os.path.normpath(os.path.join(folder or "/", path))


def _assignments(words: list[str]) -> dict[str, str]:
    found = (_ASSIGNMENT.fullmatch(word) for word in words)
    return {each["name"]: each["value"] for each in found if each is not None}


def _script_of(words: list[str]) -> str | None:
    """Return the text that another shell is given, as in ``bash -lc "…"``."""
    if os.path.basename(words[0]) not in _SHELLS:
        return None
    for option, script in itertools.pairwise(words[1:]):
        if re.fullmatch(r"-[a-z]*c", option):
            return script
    return None
