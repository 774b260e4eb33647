"""Split a script into statements without parsing it.

A scan over the tokens that accepts anything, so that one statement that no parser understands costs itself alone.
Blocks and the bodies of routines are taken apart: what counts are the statements inside. What no grammar accepts is
replaced by something of the same length, so that positions stay those of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.deadline import check_time
from lineage_kit.sql.exceptions import OutOfTimeError
from lineage_kit.sql.text import client
from lineage_kit.sql.text.blocks import Blocks
from lineage_kit.sql.text.lexer import FLAGS, Token, token_of, token_pattern, without_comments
from lineage_kit.sql.text.records import Sight
from lineage_kit.sql.text.templates import fill
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.records import Record


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one statement. `position` is the offset of its first character in the script, `line` from 1.

    `variables` are the names that are values where it stands, as they are declared, and `records` those that stand for
    rows of a query. What is left of a script after the time for it is not cut into its statements.
    """

    text: str
    position: int
    line: int
    variables: frozenset[str] = frozenset()
    records: tuple[Record, ...] = ()
    is_cut: bool = True

    def part(self, start: int, end: int) -> Piece:
        """Return the text between two offsets of this one."""
        line = self.line + self.text.count("\n", 0, start)
        return Piece(self.text[start:end], self.position + start, line, self.variables, self.records)


# A text that opens like this and holds neither a separator nor INTO of a query is one statement.
_SINGLE = re.compile(
    r"(?:alter\s+table|copy|create\s+(?:or\s+replace\s+)?(?:table(?!\s+function\b)|view)|delete|drop|insert|merge|select|truncate"
    r"|update|with(?!\s+\S+\s+as\s+procedure\b))\b",
    re.IGNORECASE,
)
# One set of signs at the beginning lets the search pass over all others at once.
_NOT_SINGLE = re.compile(
    r"[\s,\\@](?:(?<=\s)(?<!insert\s)(?<!merge\s)(?<!copy\s)(?<!\s\s)\s*into\b"
    r"|(?<=,)\s*(?:select|insert|update|delete|merge)\s|(?<=\\)g|(?<=\n)[ \t]*[/@]|(?<=@)[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_OR_COMMENT = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NOTHING = Sight()
# Texts inside texts are statements of their own down to this depth.
_MAX_DEPTH = 3
# A clock that is asked after each of them would be most of the work.
_STATEMENTS_PER_CHECK = 100
_TOKENS_PER_CHECK = 10_000
# To look through so much takes a few milliseconds.
_LONG = 100_000


def split(sql: str, dialect: Dialect) -> list[Piece]:
    """Return the statements of a script, in order; blanks, comments and the words that only frame blocks are no part.

    The statements in the body of a routine follow its definition, and those of a loop its query. What is left of a
    long script when the time is over is one piece.
    """
    pieces: list[Piece] = []
    line, counted = 1, 0
    try:
        for position, text, sight in _statements(sql, 0, dialect):
            line += sql.count("\n", counted, position)
            counted = position
            pieces.append(Piece(text, position, line, *sight))
            if len(pieces) % _STATEMENTS_PER_CHECK == 0:
                check_time()
    except OutOfTimeError:
        end = pieces[-1].position + len(pieces[-1].text) if pieces else 0
        pieces.append(Piece(sql[end:], end, 1 + sql.count("\n", 0, end), is_cut=False))
    return pieces


def _statements(
    sql: str, offset: int, dialect: Dialect, depth: int = 0, names: Sight = _NOTHING
) -> Iterator[tuple[int, str, Sight]]:
    """Yield position, text and names in sight of the statements in a text that begins at an offset of the script."""
    text = fill(client.with_versioned_comments(client.without_rows(sql), dialect), dialect)
    if len(text) > _LONG:
        check_time()
    single = None if depth or dialect.name in client.BATCH_DIALECTS else _single(text)
    if single:
        yield single[0], without_comments(single[1], dialect), names
        return
    blocks = Blocks(dialect, inside=depth > 0, names=names)
    whole = Piece(text, 0, 1)
    for segment in _segments(text, dialect, blocks):
        for part in blocks.statements(Tokens(whole, dialect, segment)):
            if part.body and depth < _MAX_DEPTH:
                yield from _statements(part.body, offset + part.start, dialect, depth + 1, blocks.names.in_sight)
            else:
                yield offset + part.start, without_comments(part.edited(text), dialect), blocks.names.in_sight


def _single(text: str) -> tuple[int, str] | None:
    """Return position and text of the only statement, if that is certain at a glance."""
    blank = _BLANK_OR_COMMENT.match(text)
    start = blank.end() if blank else 0
    statement = text[start:].rstrip("; \t\r\n\f\v")
    if ";" in statement or not _SINGLE.match(statement) or _NOT_SINGLE.search(statement):
        return None
    return start, statement


def _segments(text: str, dialect: Dialect, blocks: Blocks) -> Iterator[list[Token]]:
    """Yield the tokens between separators: mostly one statement with what frames it. None are empty."""
    segment: list[Token] = []
    for number, token in enumerate(_tokens(text, dialect, blocks), 1):
        if number % _TOKENS_PER_CHECK == 0:
            check_time()
        if token is not None:
            segment.append(token)
        elif segment:
            yield segment
            segment = []
    if segment:
        yield segment


def _tokens(text: str, dialect: Dialect, blocks: Blocks) -> Iterator[Token | None]:
    """Yield the tokens of a text without the commands for the client; None is a separator."""
    scanner, command = _scanner(dialect), client.command(dialect)
    delimiter = ""
    opens = True  # Whether a statement begins with the next token.
    position = line_end = 0
    while position < len(text):
        if 0 < line_end <= position:
            line_end = 0
            opens = True
            yield None
        if opens and (change := client.delimiter(text, position)):
            delimiter, position = change
            continue
        line = command.match(text, position) if opens and not blocks.open else None
        if line:
            position = line.end()
            continue
        match = scanner.match(text, position)
        if match is None:
            break
        position = match.end()
        token = None if match.lastgroup == "separator" else token_of(match)
        cut = text.find(delimiter, match.start(), position + len(delimiter) - 1) if token and delimiter else -1
        if token is not None and cut >= 0 and token.kind != "string":
            position = cut + len(delimiter)
            if cut > token.start:
                yield token._replace(text=text[token.start : cut], end=cut)
            token = None
        elif match.lastgroup == "blank":
            continue
        opens = token is None
        yield token
        if opens and match[0] != ";":
            blocks.close()
            line_end = text.find("\n", position) if match[0] == "\\" else 0


@lru_cache(maxsize=64)
def _scanner(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(rf"(?P<separator>{client.separators(dialect)})|{token_pattern(dialect)}", FLAGS)
