"""Patterns of tokens: what a piece of SQL must look like to be rewritten, written down as it would be in SQL.

    INSERT INTO name < WITH ()          the hints behind the target of an INSERT
    CHANGETABLE ( CHANGES { name } rest )       the function, with the table inside it captured

A word in capitals or a sign is itself, `A|B` is either. Words in small letters stand for a class of tokens (see
`_CLASSES`), `()` for anything in parentheses. `[ ]` may be missing, `[ ]*` may occur again and again. What stands
before `<` and behind `>` must be there but is not part of the match; what `{ }` encloses is captured. A backslash makes
the sign behind it an ordinary one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage_kit.sql.text.lexer import Token

    Class = Callable[["Sequence[Token]", int], int | None]

# Words that are no name, and no operand either, wherever they stand.
_RESERVED = frozenset(
    {
        "ALL",
        "AND",
        "AS",
        "ASC",
        "BETWEEN",
        "BY",
        "CASE",
        "CONNECT",
        "CREATE",
        "CROSS",
        "DELETE",
        "DESC",
        "DISTINCT",
        "ELSE",
        "END",
        "EXCEPT",
        "FOR",
        "FROM",
        "FULL",
        "GROUP",
        "HAVING",
        "IN",
        "INNER",
        "INSERT",
        "INTERSECT",
        "INTO",
        "IS",
        "JOIN",
        "LATERAL",
        "LEFT",
        "LIKE",
        "LIMIT",
        "MERGE",
        "MINUS",
        "MODEL",
        "NATURAL",
        "NOT",
        "NULL",
        "ON",
        "OR",
        "ORDER",
        "OUTER",
        "OVER",
        "PARTITION",
        "QUALIFY",
        "RIGHT",
        "SELECT",
        "SET",
        "START",
        "TABLE",
        "THEN",
        "UNION",
        "UPDATE",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "WINDOW",
        "WITH",
    }
)
# What may stand in brackets before a table or a query.
_HINTS = frozenset(
    {"BROADCAST", "BUCKET", "CLUSTERED", "COLOCATE", "NOCLUSTERED", "NOSHUFFLE", "SHUFFLE", "SKEW", "_META_"}
)
_QUERY = frozenset({"FROM", "SELECT", "TABLE", "VALUES", "WITH"})
_OPERATORS = frozenset("+-*/") | {"||"}
# What may follow a condition in a clause of MERGE.
_BEHIND_CONDITIONS = frozenset({"DELETE", "LOG", "WHEN"})


class Match(NamedTuple):
    """What a pattern found: the tokens from `start` to before `end`, and what was captured among them."""

    start: int
    end: int
    captured: list[tuple[int, int]]


class Pattern:
    """A pattern of tokens.

    `first` are the words that a match begins with; where they are empty, `first_kinds` are the kinds of token.
    """

    def __init__(self, text: str) -> None:
        self._steps = _compiled(text.split())
        kind, value = next(step for step in self._steps if step != ("class", _beginning))
        self.first: frozenset[str] = value if kind == "words" else frozenset()
        self.first_kinds: frozenset[str] = _KINDS.get(value, _ALL_KINDS) if kind == "class" else _ALL_KINDS

    def match(self, tokens: Sequence[Token], at: int) -> Match | None:
        """Return what the pattern finds from that token on; None if it does not fit there."""
        found = _Run(tokens, at)
        reached = found.run(self._steps, at)
        if reached is None:
            return None
        end = reached if found.end is None else found.end
        return Match(found.start, end, found.captured) if end > found.start else None


class _Run:
    """One attempt to fit a pattern: it goes from left to right and never back."""

    def __init__(self, tokens: Sequence[Token], at: int) -> None:
        self.start = at
        self.end: int | None = None
        self.captured: list[tuple[int, int]] = []
        self._tokens = tokens
        self._opened = at

    def run(self, steps: list[tuple[str, Any]], at: int) -> int | None:
        for kind, value in steps:
            reached = self._step(kind, value, at)
            if reached is None:
                return None
            at = reached
        return at

    def _step(self, kind: str, value: Any, at: int) -> int | None:
        if kind == "words":
            return at + 1 if at < len(self._tokens) and is_one_of(self._tokens[at], value) else None
        if kind == "class":
            reached: int | None = value(self._tokens, at)
            return reached
        if kind in {"maybe", "many"}:
            return self._repeated(value, at, once=kind == "maybe")
        if kind == "<":
            self.start = at
        elif kind == ">":
            self.end = at
        elif kind == "{":
            self._opened = at
        else:
            self.captured.append((self._opened, at))
        return at

    def _repeated(self, steps: list[tuple[str, Any]], at: int, *, once: bool) -> int:
        while True:
            reached = self.run(steps, at)
            if reached is None or reached == at:
                return at
            at = reached
            if once:
                return at


def _compiled(words: list[str]) -> list[tuple[str, Any]]:
    """Return the steps of a pattern. `words` is used up from its beginning."""
    steps: list[tuple[str, Any]] = []
    while words:
        word = words.pop(0)
        if word in {"]", "]*"}:
            # The inner steps are given back with what closed them.
            return [*steps, ("closed", word)]
        if word == "[":
            *inner, (_, closed) = _compiled(words)
            steps.append(("many" if closed == "]*" else "maybe", inner))
        elif word in {"<", ">", "{", "}"}:
            steps.append((word, None))
        elif word in _CLASSES:
            steps.append(("class", _CLASSES[word]))
        else:
            steps.append(("words", _alternatives(word.removeprefix("\\"))))
    return steps


def _alternatives(word: str) -> frozenset[str]:
    return frozenset([word] if word == "|" else word.split("|"))


def is_one_of(token: Token, words: frozenset[str]) -> bool:
    """Tell whether a token is one of the words (in capitals) or signs."""
    return token.word in words if token.kind == "word" else token.kind == "sign" and token.text in words


def group(tokens: Sequence[Token], at: int) -> int | None:
    """Return the place behind the parentheses that open here; None if none do, or they are not closed."""
    if at >= len(tokens) or tokens[at].kind != "sign" or tokens[at].text != "(":
        return None
    depth = 0
    for index in range(at, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text == "(") - (tokens[index].text == ")")
            if depth == 0:
                return index + 1
    return None


def _rest(tokens: Sequence[Token], at: int) -> int | None:
    """Read everything up to the parenthesis that closes around this place."""
    while at < len(tokens) and not (tokens[at].kind == "sign" and tokens[at].text == ")"):
        at = group(tokens, at) or at + 1
    return at


def _is_name(token: Token) -> bool:
    return token.kind == "name" or (token.kind == "word" and token.word not in _RESERVED)


def _is_sign(tokens: Sequence[Token], at: int, sign: str) -> bool:
    return at < len(tokens) and tokens[at].kind == "sign" and tokens[at].text == sign


def _name(tokens: Sequence[Token], at: int) -> int | None:
    """Read a dotted name."""
    if at >= len(tokens) or not _is_name(tokens[at]):
        return None
    at += 1
    while _is_sign(tokens, at, ".") and at + 1 < len(tokens) and tokens[at + 1].kind in {"name", "word"}:
        at += 2
    return at


def _names(tokens: Sequence[Token], at: int) -> int | None:
    """Read names in parentheses, with commas between them."""
    end = group(tokens, at)
    if end is None or not all(_is_name(token) or token.text in {",", "."} for token in tokens[at + 1 : end - 1]):
        return None
    return end


def _any(tokens: Sequence[Token], at: int) -> int | None:
    return at + 1 if at < len(tokens) else None


def _string(tokens: Sequence[Token], at: int) -> int | None:
    return at + 1 if at < len(tokens) and tokens[at].kind == "string" else None


def _number(tokens: Sequence[Token], at: int) -> int | None:
    return at + 1 if at < len(tokens) and tokens[at].kind == "number" else None


def _bracketed(tokens: Sequence[Token], at: int) -> int | None:
    """Find a hint in brackets."""
    hint = _is_sign(tokens, at, "[") and _is_sign(tokens, at + 2, "]") and tokens[at + 1].word in _HINTS
    return at + 3 if hint else None


def _variable(tokens: Sequence[Token], at: int) -> int | None:
    """Read a variable or parameter of the session, as in @x and :x."""
    return at + 1 if at < len(tokens) and re.match(r"[@:]\w", tokens[at].text) else None


def _hashed(tokens: Sequence[Token], at: int) -> int | None:
    """Read the name of a table of the session, as in #t."""
    return at + 1 if at < len(tokens) and tokens[at].kind == "word" and tokens[at].text.startswith("#") else None


def _operand(tokens: Sequence[Token], at: int) -> int | None:
    """Read a literal, a name, a function call, or what stands in parentheses."""
    if at >= len(tokens):
        return None
    opened = group(tokens, at)
    if opened is not None:
        return opened
    if tokens[at].word == "INTERVAL":
        unit = at + 2
        return unit + 1 if unit < len(tokens) and tokens[unit].kind == "word" else unit
    if tokens[at].word in {"DATE", "TIMESTAMP"} and _string(tokens, at + 1):
        return at + 2
    end = _name(tokens, at) if tokens[at].kind in {"name", "word"} else at + 1
    return None if end is None or tokens[at].kind == "sign" else group(tokens, end) or end


def _expression(tokens: Sequence[Token], at: int) -> int | None:
    """Read operands with arithmetic between them."""
    end = _operand(tokens, at)
    while end is not None and end < len(tokens) and tokens[end].text in _OPERATORS:
        further = _operand(tokens, end + 1)
        if further is None:
            break
        end = further
    return end


def _condition(tokens: Sequence[Token], at: int) -> int | None:
    """Read a condition of MERGE: everything up to the next WHEN, apart from that of a CASE inside."""
    return _part_of_merge(tokens, at, _BEHIND_CONDITIONS)


def _assignments(tokens: Sequence[Token], at: int) -> int | None:
    """Read the assignments of MERGE: everything up to their condition, or to the next WHEN."""
    return _part_of_merge(tokens, at, _BEHIND_CONDITIONS | {"WHERE"})


def _part_of_merge(tokens: Sequence[Token], at: int, behind: frozenset[str]) -> int:
    cases = 0
    while _end(tokens, at) is None and (cases or tokens[at].word not in behind):
        cases += (tokens[at].word == "CASE") - (tokens[at].word == "END")
        at = group(tokens, at) or at + 1
    return at


def _predicate(tokens: Sequence[Token], at: int) -> int | None:
    """Read everything up to a query, which may stand in parentheses."""
    while _end(tokens, at) is None and tokens[at].word not in _QUERY:
        if _is_sign(tokens, at, "(") and tokens[at + 1 : at + 2] and tokens[at + 1].word in _QUERY:
            return at
        at = group(tokens, at) or at + 1
    return at


def _unmodelled(tokens: Sequence[Token], at: int) -> int | None:
    """Read everything up to MODEL in the same query; None if there is none."""
    while _end(tokens, at) is None and tokens[at].word not in {"MODEL", "SELECT"}:
        at = group(tokens, at) or at + 1
    return at if at < len(tokens) and tokens[at].word == "MODEL" else None


def _stage(tokens: Sequence[Token], at: int) -> int | None:
    """Read the rest of an operator of pipe syntax."""
    while _end(tokens, at) is None and not (_is_sign(tokens, at, "|") and _is_sign(tokens, at + 1, ">")):
        at = group(tokens, at) or at + 1
    return at


def _beginning(_: Sequence[Token], at: int) -> int | None:
    return at if at == 0 else None


def _end(tokens: Sequence[Token], at: int) -> int | None:
    """Tell whether this is the end of the statement, or of the parentheses around."""
    return at if at >= len(tokens) or _is_sign(tokens, at, ")") or _is_sign(tokens, at, ";") else None


_CLASSES: dict[str, Class] = {
    "()": group,
    "any": _any,
    "assignments": _assignments,
    "beginning": _beginning,
    "bracketed": _bracketed,
    "condition": _condition,
    "end": _end,
    "expression": _expression,
    "hashed": _hashed,
    "name": _name,
    "names": _names,
    "number": _number,
    "predicate": _predicate,
    "rest": _rest,
    "stage": _stage,
    "string": _string,
    "unmodelled": _unmodelled,
    "variable": _variable,
}
_ALL_KINDS = frozenset({"name", "number", "sign", "string", "word"})
_KINDS = {_name: frozenset({"name", "word"}), _string: frozenset({"string"}), _number: frozenset({"number"})}
