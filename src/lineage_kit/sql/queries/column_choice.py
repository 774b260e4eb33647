"""Columns that a select list chooses by their names: by a pattern, a list, or a condition on the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[str], bool]

# What a regular expression that is matched in no time has none of, and how many repetitions it may have.
_SLOW_PATTERN = re.compile(r"\)[*+?]|[{}]|\\\d|\(\?(?!i\))")
_MOST_REPETITIONS = 2
_LONGEST_NAME = 200


def every(_: str) -> bool:
    """Choose every name."""
    return True


def none(_: str) -> bool:
    """Choose no name: how names are chosen is not known."""
    return False


def choice(columns: Any) -> Test:
    """Return the test for names that COLUMNS of DuckDB makes with its argument."""
    argument = columns.this
    if isinstance(argument, exp.Literal) and argument.is_string:
        return _found_by(argument.name)
    if isinstance(argument, exp.Array):
        return _among(argument.expressions)
    if isinstance(argument, exp.Lambda):
        return _condition(argument.this)
    return every if is_star(argument) else none


def is_star(node: Any) -> bool:
    """Tell whether a node is *, t.* or (row).*."""
    last = node.expression if isinstance(node, exp.Dot) else node.this if isinstance(node, exp.Column) else node
    return isinstance(last, exp.Star)


def _condition(node: Any) -> Test:
    """Return the test that the body of a lambda makes."""
    if isinstance(node, exp.Paren):
        return _condition(node.this)
    if isinstance(node, (exp.And, exp.Or)):
        left, right = _condition(node.this), _condition(node.expression)
        if none in (left, right):
            return none
        both = isinstance(node, exp.And)
        return lambda name: left(name) and right(name) if both else left(name) or right(name)
    if isinstance(node, (exp.Not, exp.NEQ)):
        opposite = _comparison(node) if isinstance(node, exp.NEQ) else _condition(node.this)
        return none if opposite is none else lambda name: not opposite(name)
    return _comparison(node)


def _comparison(node: Any) -> Test:
    """Return the test that compares the name itself with literals."""
    if not isinstance(node.this, (exp.Identifier, exp.Column)):
        return none
    if isinstance(node, exp.In):
        return _among(node.expressions)
    value = node.args.get("expression")
    if not isinstance(value, exp.Literal) or not value.is_string:
        return none
    if isinstance(node, (exp.EQ, exp.NEQ)):
        return _among([value])
    if isinstance(node, (exp.Like, exp.ILike)):
        return like(value.name)
    return _found_by(value.name) if isinstance(node, exp.RegexpLike) else none


def _among(literals: list[Any]) -> Test:
    names = {literal.name.lower() for literal in literals if isinstance(literal, exp.Literal)}
    return (lambda name: name.lower() in names) if len(names) == len(literals) else none


def _found_by(text: str) -> Test:
    """Return a test for names by a regular expression; none passes where it is not known, or may take long to match."""
    if not text or _SLOW_PATTERN.search(text) or len(re.findall("[*+]", text)) > _MOST_REPETITIONS:
        return none
    try:
        found = re.compile(text).search
    except re.error:
        return none
    return lambda name: len(name) <= _LONGEST_NAME and found(name) is not None


def like(pattern: str) -> Test:
    """Return a test for names by a pattern of LIKE, without regard to case."""
    first, *others = pattern.lower().split("%")

    def matches(name: str) -> bool:
        rest = name.lower()
        if not _begins(rest, first) or (not others and len(rest) != len(first)):
            return False
        rest = rest[len(first) :]
        for part in others[:-1]:
            at = next((at for at in range(len(rest) + 1) if _begins(rest[at:], part)), None)
            if at is None:
                return False
            rest = rest[at + len(part) :]
        last = others[-1] if others else ""
        return len(last) <= len(rest) and _begins(rest[len(rest) - len(last) :], last)

    return matches


def _begins(text: str, part: str) -> bool:
    return len(part) <= len(text) and all(mine in ("_", his) for mine, his in zip(part, text, strict=False))
