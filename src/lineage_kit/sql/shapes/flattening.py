"""Nesting that means nothing, taken away from a refused text: parsers go down into it, and their stack is short.

What is too deep for any parser `nesting` tells before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import tokenize

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.split import Piece

# Parsers of all releases take this depth.
_HARMLESS = 20
# Behind these words and signs parentheses only group, unless a query or a list stands in them.
_GROUPING_WORDS = frozenset({"AND", "ELSE", "HAVING", "NOT", "ON", "OR", "SELECT", "THEN", "WHEN", "WHERE"})
_GROUPING_SIGNS = frozenset("(+-*/%|=<>,") | {"||", "<>", "!=", "<=", ">="}
_NOT_GROUPED = frozenset({"SELECT", "WITH", "VALUES", "FROM", "JOIN", "TABLE"})


def flattened(piece: Piece, dialect: Dialect) -> Piece:
    """Return deeply nested text with as little nesting as its lineage allows; the same piece if it is not deep.

    Parentheses that only group are left out, and ELSE CASE WHEN becomes a further WHEN. Neither changes which
    columns take part in an expression, and how.
    """
    tokens = tokenize(piece.text, dialect)
    if _depth(tokens) <= _HARMLESS:
        return piece
    left_out = _grouping_parentheses(tokens) | _chained_cases(tokens)
    text = list(piece.text)
    for index in left_out:
        token = tokens[index]
        text[token.start : token.end] = " " * (token.end - token.start)
    return replace(piece, text="".join(text))


def _depth(tokens: list[Token]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += token.text == "(" or token.word == "CASE"
        depth -= token.text == ")" or token.word == "END"
        deepest = max(deepest, depth)
    return deepest


def _grouping_parentheses(tokens: list[Token]) -> set[int]:
    """Return the places of the parentheses that only group."""
    found: set[int] = set()
    # Place of an opening one (None inside of what must stay), and whether it may be left out.
    opened: list[list[int | bool]] = []
    for index, token in enumerate(tokens):
        if token.text == "(":
            before = tokens[index - 1] if index else token
            opened.append([index, before.word in _GROUPING_WORDS or before.text in _GROUPING_SIGNS])
        elif opened and (token.text == "," or token.word in _NOT_GROUPED):
            opened[-1][1] = False
        elif token.text == ")" and opened:
            start, groups = opened.pop()
            if groups and index > start + 1:
                found |= {int(start), index}
            elif opened:
                # What stands around a list or a query is not left out either: IN ((SELECT ...)).
                opened[-1][1] = opened[-1][1] and tokens[int(start) - 1].text != "("
    return found


def _chained_cases(tokens: list[Token]) -> set[int]:
    """Return the places of ELSE CASE and END where a CASE ends with another one."""
    found: set[int] = set()
    opened: list[int | None] = []
    for index, token in enumerate(tokens):
        if token.word == "CASE":
            follows = index + 1 < len(tokens) and tokens[index + 1].word == "WHEN"
            chained = follows and index > 0 and tokens[index - 1].word == "ELSE" and bool(opened)
            opened.append(index if chained else None)
        elif token.word == "END" and opened:
            start = opened.pop()
            if start is not None and index + 1 < len(tokens) and tokens[index + 1].word == "END":
                found |= {start - 1, start, index}
    return found
