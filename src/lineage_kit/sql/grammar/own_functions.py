"""Functions that a grammar knows with other arguments than the database, or than the user who made one of that name.

For lineage all arguments count, so such a function may as well have a name that the grammar does not know.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token

# What the parser says of a call with arguments that it does not expect. It points at the closing parenthesis.
_WRONG_ARGUMENTS = re.compile(r"The number of provided arguments|(?:Required|Unexpected) (?:argument )?keyword:")


def with_own_function(text: str, error: Exception, dialect: Dialect) -> str | None:
    """Return the text with the function that the parser's error is about under a name of its own.

    None where the error is about something else.
    """
    details = (getattr(error, "errors", None) or [{}])[0]
    if not _WRONG_ARGUMENTS.match(details.get("description") or ""):
        return None
    line, column = details["line"], details["col"]
    end = sum(map(len, text.splitlines(keepends=True)[: line - 1])) + column
    tokens = tokenize(text, dialect)
    name = _function(tokens, end)
    if not name:
        return None
    parts = []
    start = 0
    for token, following in pairwise(tokens):
        if token.word == name and following.text == "(":
            parts += [text[start : token.end], "_"]
            start = token.end
    return "".join([*parts, text[start:]])


def _function(tokens: Sequence[Token], end: int) -> str:
    """Return the name of the function whose closing parenthesis ends there; empty if none does."""
    closing = next((at for at, token in enumerate(tokens) if token.end == end and token.text == ")"), None)
    if closing is None:
        return ""
    depth = 0
    for at in range(closing, 0, -1):
        depth += (tokens[at].text == ")") - (tokens[at].text == "(")
        if depth == 0:
            return tokens[at - 1].word
    return ""
