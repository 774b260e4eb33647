"""What an expression that no grammar has certainly names: its columns, calls and subqueries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.shapes.brackets import Brackets

# Words that are no column in any expression.
_NO_COLUMNS = frozenset(
    """
    ALL AND ANY ARRAY AS ASC AT BETWEEN BOTH BY CASE COLLATE CURRENT DEFAULT DESC DISTINCT DIV ELSE END ESCAPE EXISTS
    FALSE FILTER FOLLOWING FOR FROM GLOB IGNORE ILIKE IN INTERVAL IS ISNULL LEADING LIKE MOD NOT NOTNULL NULL NULLS OR
    ORDER OVER PARTITION PRECEDING PRIOR RANGE REGEXP RESPECT RLIKE ROWS SEPARATOR SIMILAR SOME STRUCT THEN TO TRAILING
    TRUE UNBOUNDED USING WHEN WITH WITHIN XOR
    """.split()
)
# Behind these a type, an alias, or a property of the value is named.
_BEFORE_OTHER_NAMES = frozenset({"AS", "COLLATE", "IS"})
# Before these stands the name of an argument, or what FROM takes out of a value.
_BEHIND_OTHER_NAMES = frozenset({"=>", ":=", "FROM"})
_BOUNDARIES = frozenset({"(", ")", "[", "]", ",", "CASE", "WHEN", "THEN", "ELSE", "END"})
_OPERANDS = frozenset({"call", "case", "group", "literal", "position", "query"})
# Two names that stand side by side may be an operator and its operand; between three, the middle ones are operators.
_OPERATOR_AND_OPERAND = 2


class Operand(NamedTuple):
    """A part of an expression: tokens from `start` to before `end`.

    `kind` is column, position (as in $1), call, case, group (in parentheses) or query (in parentheses).
    """

    kind: str
    start: int
    end: int


def operands(text: Brackets, start: int, end: int) -> list[Operand]:
    """Return the operands of an expression, from left to right, whatever operators stand between them.

    Of words side by side some are operators, which may be unknown: `a OVERLAPS b`.
    """
    found: list[Operand] = []
    names: list[Operand] = []
    behind_operand = False
    previous = ""
    for part in _parts(text, start, end):
        if part.kind == "column":
            if previous not in _BEFORE_OTHER_NAMES and text.word(part.end) not in _BEHIND_OTHER_NAMES:
                names.append(part)
            previous = ""
            continue
        found += _columns(names, text, part.kind, behind_operand=behind_operand)
        names = []
        behind_operand = part.kind in _OPERANDS or part.kind == "type"
        if part.kind in _OPERANDS and part.kind != "literal":
            exists = part.kind == "query" and previous == "EXISTS"
            found.append(Operand(part.kind, part.start - exists, part.end))
        previous = text.word(part.start)
    return found + _columns(names, text, "", behind_operand=behind_operand)


def nested_operands(text: Brackets, start: int, end: int) -> tuple[list[Operand], list[Operand]]:
    """Return columns and queries of an expression however deep they stand: those in conditions of CASE, then others."""
    conditions: list[Operand] = []
    values: list[Operand] = []
    # For each CASE that is open: whether a condition of it stands here.
    cases: list[bool] = []
    since = start
    for at, nested in _boundaries(text, start, end):
        target = conditions if any(cases) else values
        target += [part for part in operands(text, since, at) if part.kind in {"column", "position", "query"}]
        word = text.word(at) if at < end else ""
        if word == "CASE":
            cases.append(True)
        elif word == "END":
            del cases[-1:]
        elif cases and word in {"WHEN", "THEN", "ELSE"}:
            cases[-1] = word == "WHEN"
        since = nested
    return conditions, values


def _boundaries(text: Brackets, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the places where an expression goes deeper, or comes back, with the place where it goes on."""
    at = start
    while at < end:
        word = text.word(at)
        if word == "(" and text.is_query(at):
            at = text.behind(at)
        elif word in _BOUNDARIES:
            yield at, at + 1
            at += 1
        elif text.tokens[at].kind in {"name", "word"} and word not in _NO_COLUMNS:
            behind = _behind_path(text, at, end)
            if text.word(behind) == "(":
                # The name of a function.
                yield at, behind
            at = behind
        else:
            at += 1
    yield end, end


def name_of_item(text: Brackets, start: int, end: int) -> int:
    """Return the place of the alias behind an item of a select list, which may stand without AS; `end` without one.

    Operands and operators take turns: what is left over behind the last operand is the alias.
    """
    last = text.tokens[end - 1]
    if last.kind not in {"name", "word"} or last.word in _NO_COLUMNS or end - start == 1 or text.word(end - 2) == ".":
        return end
    if text.word(end - 2) == "AS":
        return end - 1
    parts = list(_parts(text, start, end))
    turns = 0
    for part in reversed(parts):
        if part.kind != "column":
            turns += part.kind not in {"sign", "keyword"}
            break
        turns += 1
    return end if turns % 2 else end - 1


def _columns(names: list[Operand], text: Brackets, following: str, *, behind_operand: bool) -> list[Operand]:
    """Return those of some names side by side that are operands; the others are operators, types or aliases.

    `following` is the kind of what stands behind them. The name of a call may be the operator: `a OVERLAPS (b, c)`.
    """
    before_operand = following in _OPERANDS
    alone = len(names) == 1
    first_counts = not behind_operand and (
        following == "call" or len(names) > _OPERATOR_AND_OPERAND or (before_operand and not alone)
    )
    last_counts = not before_operand and not (behind_operand and alone)
    chosen = {*names[:first_counts], *names[len(names) - last_counts :]}
    # What is quoted or has a qualifier is no operator.
    return [
        name for name in names if name in chosen or name.end > name.start + 1 or text.tokens[name.start].kind == "name"
    ]


def _parts(text: Brackets, start: int, end: int) -> Iterator[Operand]:
    """Yield what an expression is made of: operands, and of other kinds literal, type, keyword and sign."""
    at = start
    while at < end:
        part = _part(text, at, end)
        yield part
        at = part.end


def _part(text: Brackets, at: int, end: int) -> Operand:
    token = text.tokens[at]
    word = text.word(at)
    if word == "(" and at in text.closing:
        return Operand("query" if text.is_query(at) else "group", at, text.behind(at))
    if word == "CASE":
        return Operand("case", at, text.end_of_case(at, end))
    if token.text.startswith("::"):
        # The lexer takes ::int for one word.
        behind = _behind_path(text, at + (token.text == "::"), end)
        return Operand("type", at, text.behind(behind) if text.word(behind) == "(" else behind)
    if token.kind == "sign" or word in _NO_COLUMNS:
        return Operand("sign" if token.kind == "sign" else "keyword", at, at + 1)
    return _named_part(text, at, end)


def _named_part(text: Brackets, at: int, end: int) -> Operand:
    """Return a literal, or what a name begins."""
    token = text.tokens[at]
    behind = _behind_path(text, at, end)
    if token.kind in {"string", "number"} or token.text[0] in "@:$#?":
        return Operand("position" if token.text[1:].isdigit() and token.text[0] == "$" else "literal", at, behind)
    if behind < end and text.word(behind) == "(":
        return Operand("call", at, _behind_call(text, text.behind(behind), end))
    return Operand("column", at, behind)


def _behind_path(text: Brackets, at: int, end: int) -> int:
    """Return the place behind a name with all that dots add to it."""
    at += 1
    while at + 1 < end and text.word(at) == "." and text.tokens[at + 1].kind in {"name", "word"}:
        at += 2
    return min(at, end)


def _behind_call(text: Brackets, at: int, end: int) -> int:
    """Return the place behind what may follow the arguments of a function: FILTER (...), OVER (...), and the like."""
    while at < end:
        words = [text.word(at), text.word(at + 1)]
        if words in (["IGNORE", "NULLS"], ["RESPECT", "NULLS"], ["WITHIN", "GROUP"]):
            at += 2
        elif words[0] in {"FILTER", "KEEP", "OVER"} and at + 1 < end:
            at += 1
        else:
            break
        if at < end and (text.word(at) == "(" or words[0] == "OVER"):
            at = text.behind(at)
    return min(at, end)
