"""Split a script into statements without parsing it.

A scan over the text that only knows where strings, quoted names and comments are. It accepts anything, so that
one statement that no parser understands costs itself alone, and it replaces what no grammar accepts by
something of the same length, so that positions stay those of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one statement. `position` is the offset of its first character in the script, `line` from 1."""

    text: str
    position: int
    line: int

    def routine(self) -> str | None:
        """Return PROCEDURE, FUNCTION, ... if the statement defines one, body included."""
        match = _ROUTINE.match(self.text)
        return match[1].upper() if match else None


_BACKSLASH_STRING = r"'(?:[^'\\]|\\.|'')*'"
_PLAIN_STRING = r"'[^']*'"
# What is never closed ends with the text: a search for its end must not start again at every later quote.
_DOLLAR_STRING = r"\$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z)"
_ORACLE_STRINGS = [rf"[qQ]'\{opening}.*?(?:\{closing}'|\Z)" for opening, closing in ("[]", "{}", "()", "<>")]
# Python's DB-API parameters (PEP 249, format and pyformat) and the doubled percent sign that they require.
_PARAMETER = r"(?P<parameter>%s\b|%\(\w+\)s\b)|(?P<percent>%%)"
# Jinja that was not rendered: an expression is some value, statements and comments are nothing.
_TEMPLATE = r"(?P<expression>\{\{(?:[^{}]|\{[^{}]*\})*\}\})|(?P<template>\{%[^{}]*%\}|\{\#[^{}]*\#\})"
# What the client of SQL Server knows beside the semicolon: GO alone on its line ends a batch.
_BATCH_END = r"(?P<go>^[ \t]*go(?:[ \t]+\d+)?[ \t]*$)"
# What the parser gets instead, filled up with blanks.
_VISIBLE = re.compile(r"[^\n]")
_STANDS_FOR = {"parameter": "?", "percent": "%", "expression": "?", "template": ""}
_NEEDS_SCAN = re.compile(r"%|\{[{#]|;\s*[^\s;]")
_BATCH_DIALECTS = frozenset({"tsql", "fabric"})
# Definitions whose body is a block of statements: the semicolons inside do not end them.
_ROUTINE = re.compile(
    r"(?:create|alter)\s+(?:or\s+(?:replace|alter)\s+)?(?:(?:definer|temp|temporary|editionable)\S*\s+)*"
    r"(procedure|proc|function|trigger|package)\b",
    re.IGNORECASE,
)
# What opens a block that an END closes, and END. The END of IF, LOOP and the like closes none of these.
_BLOCK_WORD = re.compile(
    r"\b(?P<open>begin(?!\s+(?:distributed\s+)?tran)|case)\b|\bend\s+(?:if|loop|while|repeat|for)\b"
    r"|\b(?P<close>end(?:\s+case)?)\b",
    re.IGNORECASE,
)
# How statements begin that touch data: what may follow the opening of a block or, in T-SQL, a line of its own.
_DATA_WORD = r"(?:alter|copy|create|delete|drop|exec|execute|if|insert|merge|replace|select|truncate|update|with)\b"
_BLOCK_OPENING = re.compile(rf"(?:begin|then|else|do|loop)\s+(?={_DATA_WORD})", re.IGNORECASE)
_SESSION_LINES = re.compile(
    r"(?:begin\s+tran\w*|commit|declare|print|rollback|set|use)\b[^\n]*"
    rf"(?:\n(?!\s*{_DATA_WORD})[^\n]*)*\n\s*(?={_DATA_WORD})",
    re.IGNORECASE,
)
_BLANK_OR_COMMENT = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)+", re.DOTALL)


def split(sql: str, dialect: Dialect) -> list[Piece]:
    """Return the statements of a script, in order; pieces of blanks and comments only are left out."""
    pieces = []
    line, counted = 1, 0
    for start, text in _ranges(sql, dialect):
        for offset, end in _statements(text, dialect):
            line += sql.count("\n", counted, start + offset)
            counted = start + offset
            pieces.append(Piece(text[offset:end].rstrip(), counted, line))
    return pieces


def _statements(text: str, dialect: Dialect) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the statements in a text without semicolons: mostly one, none if it is blank.

    What opens a block (BEGIN, ELSE, ...) is left out before a statement. In T-SQL the end of a line may end a
    statement that touches no dataset.
    """
    begin = 0
    while True:
        blank = _BLANK_OR_COMMENT.match(text, begin)
        begin = blank.end() if blank else begin
        opening = _BLOCK_OPENING.match(text, begin)
        if opening:
            begin = opening.end()
            continue
        line = _SESSION_LINES.match(text, begin) if dialect.name in _BATCH_DIALECTS else None
        if line is None:
            break
        yield begin, line.end()
        begin = line.end()
    if begin < len(text):
        yield begin, len(text)


def _ranges(sql: str, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Yield start and cleaned text of what stands between the semicolons (or batch ends) of the script."""
    if dialect.name not in _BATCH_DIALECTS and not _NEEDS_SCAN.search(sql):
        yield 0, sql.rstrip("; \t\r\n\f\v")
        return
    start = 0
    edits: list[tuple[int, int, str]] = []
    block = _Block(sql, start, dialect)
    for match in _scanner(dialect).finditer(sql):
        group = match.lastgroup
        if group in _STANDS_FOR:
            blank = _VISIBLE.sub(" ", match[0])
            edits.append((*match.span(), _STANDS_FOR[group] + blank[len(_STANDS_FOR[group]) :]))
        elif group == "go" or (group == "end" and not block.open_at(match.start())):
            yield start, _edited(sql, start, match.start(), edits)
            start = match.end()
            edits = []
            block = _Block(sql, start, dialect)
    yield start, _edited(sql, start, len(sql), edits)


class _Block:
    """Counts the blocks that the definition of a routine opens and closes, from one semicolon to the next."""

    def __init__(self, sql: str, start: int, dialect: Dialect) -> None:
        self._sql = sql
        self._counted = start
        self._scanner = _scanner(dialect)
        self._depth = 0
        blank = _BLANK_OR_COMMENT.match(sql, start)
        self._is_routine = _ROUTINE.match(sql, blank.end() if blank else start) is not None

    def open_at(self, position: int) -> bool:
        """Tell whether a block of a routine is open at a semicolon."""
        if not self._is_routine:
            return False
        code = self._scanner.sub(" ", self._sql[self._counted : position])
        for word in _BLOCK_WORD.finditer(code):
            self._depth += bool(word["open"]) - bool(word["close"])
        self._counted = position
        return self._depth > 0


def _edited(sql: str, start: int, end: int, edits: list[tuple[int, int, str]]) -> str:
    parts = []
    for edit_start, edit_end, text in edits:
        parts += [sql[start:edit_start], text]
        start = edit_end
    parts.append(sql[start:end])
    return "".join(parts)


@lru_cache(maxsize=64)
def _scanner(dialect: Dialect) -> re.Pattern[str]:
    """Return the pattern that finds what matters outside strings, quoted names and comments."""
    tokenizer = dialect.grammar.tokenizer_class
    backslash = "\\" in tokenizer.STRING_ESCAPES
    string = _BACKSLASH_STRING if backslash else _PLAIN_STRING
    alternatives = [r"/\*.*?(?:\*/|\Z)", r"--[^\n]*"]
    if "#" in tokenizer.COMMENTS:
        alternatives.append(r"#[^\n]*")
    if dialect.name == "snowflake":
        alternatives.append(r"//[^\n]*")
    if dialect.name == "bigquery":
        alternatives += [r"\'\'\'.*?(?:\'\'\'|\Z)", r'""".*?(?:"""|\Z)']
    if dialect.name == "oracle":
        alternatives += [*_ORACLE_STRINGS, r"[qQ]'(?P<quote>[^\s]).*?(?:(?P=quote)'|\Z)"]
    if dialect.name not in {"mysql", "bigquery", "tsql", "oracle", "sqlite"}:
        alternatives.append(_DOLLAR_STRING)
    alternatives += [r"\b[eE]" + _BACKSLASH_STRING, string]
    alternatives.append(string.replace("'", '"'))
    alternatives.append(r"`[^`]*`")
    if ("[", "]") in tokenizer.IDENTIFIERS:
        alternatives.append(r"\[[^\]\n]*\]?")
    alternatives += [_TEMPLATE, _PARAMETER, "(?P<end>;)"]
    if dialect.name in _BATCH_DIALECTS:
        alternatives.append(_BATCH_END)
    return re.compile("|".join(alternatives), re.DOTALL | re.MULTILINE | re.IGNORECASE)
