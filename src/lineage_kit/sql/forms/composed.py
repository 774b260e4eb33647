"""The text of dynamic SQL that is put together of literals, variables and functions of text.

What only the database knows when it runs becomes a placeholder: where a value stands, the rest of the text tells all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import tokenize
from lineage_kit.sql.text.opaque import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.tokens import Tokens
    from lineage_kit.sql.texts import Texts

_JOINED_BY = ("||", "+")
_ENDS = (",", ")", "BULK", "INTO", "USING")
# A number, or what begins with something unknown.
_NO_TEXT = re.compile(rf"[\d.\s]+\Z|\s*{re.escape(UNKNOWN)}")
_STRING_PREFIXES = frozenset({"E", "N", "R"})
# Functions that put quotes around a value, and those that give the character of a code.
_QUOTING = frozenset({"QUOTE_LITERAL", "QUOTE_NULLABLE", "QUOTE"})
_NAMING = frozenset({"QUOTENAME", "QUOTE_IDENT"})
_CHARACTER = frozenset({"CHAR", "CHR", "NCHAR"})
_QUOTE = "39"
# Directives of FORMAT, maybe with the number of their argument.
_DIRECTIVE = re.compile(r"%(?:(?P<at>\d+)\$)?[-+ #0]*\d*(?:\.\d+)?(?P<kind>[A-Za-z%])")
# A value stands behind these, inside parentheses behind commas as well.
_BEFORE_VALUES = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "||", "("}) | frozenset(
    "BETWEEN DATE ELSE ILIKE INTERVAL LIKE LIMIT OFFSET THEN TIMESTAMP TOP".split()
)
# The strings of other statements may be paths.
_WITH_VALUES = frozenset("CREATE DELETE INSERT MERGE REPLACE SELECT UPDATE WITH".split())


def composed(tokens: Tokens, texts: Texts) -> str | None:
    """Take an expression that gives a text, and return it; None where nothing of it is known."""
    parts = []
    while True:
        parts.append(_part(tokens.until(*_JOINED_BY, *_ENDS), texts))
        if not tokens.accept_one(*_JOINED_BY):
            break
    text = "".join(parts)
    return None if _NO_TEXT.match(text) else text


def _part(part: Tokens, texts: Texts) -> str:
    """Return one operand of a concatenation."""
    inner = part.parenthesised()
    if inner is not None:
        return UNKNOWN if part.left else composed(inner, texts) or UNKNOWN
    if part.next.word in _STRING_PREFIXES and part.peek(1).kind == "string":
        part.take()
    token = part.take()
    if not part.left:
        return _single(token, part.dialect, texts)
    arguments = part.parenthesised()
    return UNKNOWN if arguments is None or part.left else _function(token.word, arguments, texts)


def _single(token: Token, dialect: Dialect, texts: Texts) -> str:
    if token.kind == "string":
        if token.text.startswith("'''") and dialect.name != "bigquery":  # the text begins with a quote
            return token.text[1:-1].replace("''", "'")
        return token.value.replace("\\'", "'")
    if token.kind == "number":
        return token.text
    known = texts.use(key_of(token.value)) if token.kind in {"name", "word"} else None
    return UNKNOWN if known is None else known


def _function(name: str, arguments: Tokens, texts: Texts) -> str:
    """Return what a function of text gives."""
    if name in _CHARACTER:
        return "'" if arguments.next.text == _QUOTE else " "
    parts = arguments.split()
    if not parts:
        return UNKNOWN
    if name == "CONCAT":
        return "".join(composed(part, texts) or UNKNOWN for part in parts)
    if name == "FORMAT":
        return _formatted(parts, texts)
    if name in _QUOTING:
        return f"'{UNKNOWN}'"
    return (composed(parts[0], texts) or UNKNOWN) if name in _NAMING else UNKNOWN


def _formatted(parts: Sequence[Tokens], texts: Texts) -> str:
    """Return a pattern of FORMAT (PostgreSQL, BigQuery) with its arguments."""
    pattern, *arguments = (composed(part, texts) or UNKNOWN for part in parts)
    following = iter(arguments)

    def argument(directive: re.Match[str]) -> str:
        kind = directive["kind"]
        if kind == "%":
            return kind
        at = int(directive["at"] or 0)
        text = arguments[at - 1] if 0 < at <= len(arguments) else next(following, UNKNOWN)
        return f"'{text}'" if kind == "L" else text

    return _DIRECTIVE.sub(argument, pattern)


def is_certain(text: str, dialect: Dialect) -> bool:
    """Tell whether all that is unknown in a text are values: none is a name, a clause or a path."""
    if UNKNOWN not in text:
        return True
    tokens = tokenize(text, dialect)
    unknown = {match.start() for match in re.finditer(re.escape(UNKNOWN), text)}
    previous, depth = "", 0
    for token in tokens:
        if token.start in unknown and not _is_value(text, token.start, previous, inside=depth > 0):
            return False
        if UNKNOWN in token.text and (token.kind == "name" or previous == "LOCATION" or not _has_values(tokens[0])):
            return False
        depth += (token.text == "(") - (token.text == ")")
        previous = token.word or token.text
    return True


def _is_value(text: str, at: int, previous: str, *, inside: bool) -> bool:
    """Tell whether a value stands at a place in a text, and not a name or a part of one."""
    before, behind = text[at - 1 : at], text[at + len(UNKNOWN) :][:1]
    if before in {".", "_"} or behind in {".", "_"} or behind.isalnum():
        return False
    return previous in _BEFORE_VALUES or (previous == "," and inside)


def _has_values(first: Token) -> bool:
    """Tell by its first word whether the strings of a statement are values; others may be paths."""
    return first.word in _WITH_VALUES


def key_of(name: str) -> str:
    """Return the name of a variable without what marks it as one."""
    return name.lstrip("@:$").lower()
