"""Items of FROM that no grammar accepts: the table or call at their beginning, and what follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lineage_kit.sql.shapes.brackets import Brackets

# Clauses that give other columns than those of the table before.
_OF_COLUMNS = frozenset({"MATCH_RECOGNIZE", "MODEL", "PIVOT", "UNPIVOT"})
_NO_ALIASES = _OF_COLUMNS | {
    "AT",
    "BEFORE",
    "FOR",
    "FORCE",
    "IGNORE",
    "OPTION",
    "PARTITION",
    "SAMPLE",
    "TABLESAMPLE",
    "USE",
    "VERSION",
    "WITH",
}
_NO_NAMES = _NO_ALIASES | {"AS", "CASE", "LATERAL", "NULL", "ON", "SELECT", "TABLE", "VALUES"}
_NAMING_TABLES = frozenset({"FROM", "INTO", "JOIN", "SEL", "SELECT", "TABLE", "UPDATE", "USING"})


class TableItem(NamedTuple):
    """The places in an item of FROM: what it is, from `name`; its alias; and the `rest`, which is of no known form.

    `opened` is where the parentheses of a subquery, a join or a call open. The item `changes_columns` where the rest
    says what columns there are.
    """

    start: int
    name: int
    opened: int | None
    alias: int
    rest: int
    changes_columns: bool


def table_item(text: Brackets, start: int, end: int) -> TableItem | None:
    """Return the parts of an item of FROM; None if it begins with no table."""
    name = start + (text.word(start) in {"LATERAL", "ONLY"})
    if name >= end:
        return None
    opened = None
    alias = name
    if text.word(name) == "(":
        opened = name
        alias = text.behind(name)
    elif text.tokens[name].kind in {"name", "word"} and text.word(name) not in _NO_NAMES:
        alias = name + 1
        while text.word(alias) == "." and alias + 1 < end:
            alias += 2
        if text.word(alias) == "(":
            opened, alias = alias, text.behind(alias)
    if alias == name or (opened is not None and opened not in text.closing):
        return None
    rest = _behind_alias(text, alias, end)
    changes_columns = any(text.word(at) in _OF_COLUMNS for at in range(rest, end))
    return TableItem(start, name, opened, alias, rest, changes_columns)


def _behind_alias(text: Brackets, at: int, end: int) -> int:
    """Return the place behind an alias with its column list; the same place if none stands there."""
    behind = at + (text.word(at) == "AS")
    if behind >= end or text.tokens[behind].kind not in {"name", "word"}:
        return at
    if text.word(behind) in _NO_ALIASES and behind + 1 < end:
        return at
    behind += 1
    if text.tokens[behind - 1].kind == "word" and behind == at + 1 and _is_option(text, behind, end):
        return at
    if text.word(behind) == "(":
        behind = text.behind(behind)
    return behind


def _is_option(text: Brackets, at: int, end: int) -> bool:
    """Tell whether a literal stands next, so that the word before it is no alias."""
    return at < end and text.tokens[at].kind in {"number", "string"}


def may_name_table(text: Brackets, start: int, end: int) -> bool:
    """Tell whether a part of FROM that is of no known form may name a table.

    It does not where every name in it is a word with a literal, with parentheses, with `=` or with BY behind it, or
    behind a literal: those are options.
    """
    if any(text.word(at) in _NAMING_TABLES for at in range(start, end)):
        return True
    at = start
    named = 0
    while at < end:
        token = text.tokens[at]
        if text.word(at) == "BY":
            return False
        if token.kind in {"name", "word"}:
            named += 1
        elif token.kind in {"number", "string"} or text.word(at) in {"(", "="}:
            named = 0
        at = text.behind(at)
        if named > 1 and not (text.word(at) == "BY" and at < end):
            return True
    return False
