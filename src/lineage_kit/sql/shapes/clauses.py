"""Queries and changes that no grammar accepts, read clause by clause.

The text is cut at its clauses, and each item of them is shown to the grammar by itself. What it refuses gives way to
what it certainly names: a call of an unknown function with the columns and subqueries of the expression as arguments,
or the name of a table alone. So one operator that no grammar has costs nothing but the way in which its operands take
part. Every token is shown to the grammar a few times at most.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlglot import exp
from sqlglot.errors import TokenError

from lineage_kit.sql.dialects import fallbacks
from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.shapes.brackets import Brackets
from lineage_kit.sql.shapes.openings import ITEMS, KEPT, TABLES, Clause, Opening, openings
from lineage_kit.sql.shapes.operands import Operand, name_of_item, nested_operands, operands
from lineage_kit.sql.shapes.table_items import TableItem, may_name_table, table_item
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.dialects import Dialect

# Calls this function with the operands of what was not read.
_UNREAD = "unread"
# Expressions that nest deeper are not taken apart level by level.
_DEEPEST = 20
_MOST_LEVELS = 6
_MOST_QUERIES = 60
# The dialect's own grammar is the first.
_MOST_OTHER_GRAMMARS = 2
# What may stand between SELECT and the first item.
_QUANTIFIERS = frozenset({"ALL", "AS", "DISTINCT", "ON", "PERCENT", "TIES", "TOP", "UNIQUE", "WITH"})
# SELECT name = value.
_NAMES_FIRST = frozenset({"fabric", "tsql"})
# In pipe syntax clauses have other meanings.
_PIPE = "|>"


class Reading(NamedTuple):
    """A tree in which functions stand for what was not read; not `certain` where that may have named a table."""

    tree: Any
    certain: bool


def read_clauses(piece: Piece, catalog: Catalog) -> Reading | None:
    """Return the tree of a query or a change that the grammar refuses as a whole; None if there is no such tree.

    Raises:
        OutOfTimeError: There is no time for it.
    """
    text = Brackets(piece.text, catalog.dialect)
    if not text.balanced or _PIPE in piece.text or _has_output(text) or not _is_closed(piece, catalog):
        return None
    mender = _Mender(text, catalog)
    try:
        mended = mender.statement(0, len(text.tokens), KEPT, 0)
    except RecursionError:
        return None
    except StatementRefusedError:
        catalog.deadline.check()
        return None
    tree = _tree(replace(piece, text=mended), catalog) if mender.changed else None
    return None if tree is None else Reading(tree, mender.certain)


def _tree(piece: Piece, catalog: Catalog) -> Any:
    """Return what the dialect's grammar, or else one of the likeliest others, makes of a text; None if none reads it.

    Others may know the order of clauses that its own does not.
    """
    for dialect in [catalog.dialect, *islice(fallbacks(catalog.dialect, piece.text), _MOST_OTHER_GRAMMARS)]:
        catalog.deadline.check_length(piece.text)
        with suppress(StatementRefusedError, RecursionError):
            tree = parse(piece, dialect)
            if not isinstance(tree, exp.Command):
                return tree
    return None


def _is_closed(piece: Piece, catalog: Catalog) -> bool:
    """Tell whether all strings and quoted names of a text end."""
    try:
        catalog.dialect.grammar.tokenize(piece.text)
    except TokenError:
        return False
    return True


def _has_output(text: Brackets) -> bool:
    """Tell whether there may be an OUTPUT of T-SQL, which stands amidst other clauses and writes into a table."""
    return any(text.word(at) == "OUTPUT" and text.word(at - 1) != "." for at in range(len(text.tokens)))


class _Mender:
    """Puts a text together again, clause by clause.

    `changed` tells whether something gave way to what it names, `certain` whether no table can be lost with it.
    """

    def __init__(self, text: Brackets, catalog: Catalog) -> None:
        self.changed = False
        self.certain = True
        self._text = text
        self._catalog = catalog
        # The texts of the queries in parentheses that were put together, by the place where they open.
        self._queries: dict[int, str] = {}

    @property
    def _dialect(self) -> Dialect:
        return self._catalog.dialect

    def statement(self, start: int, end: int, clause: Clause, level: int) -> str:
        """Return the text of a statement, or of what follows the words of a clause."""
        if level > _MOST_QUERIES:
            msg = "nested too deeply"
            raise StatementRefusedError(msg)
        for at in self._text.queries(start, end):
            self._queries[at] = f"({self.statement(at + 1, self._text.closing[at], KEPT, level + 1)})"
        parts: list[str] = []
        opening = Opening(start, start, "", clause)
        for following in [*openings(self._text, start, end, clause), Opening(end, end, "", KEPT)]:
            parts.append(self._clause(opening, opening.end, following.start))
            opening = following
        return " ".join(part for part in parts if part)

    def _clause(self, opening: Opening, start: int, end: int) -> str:
        """Return the text of a clause; empty if it is left out."""
        clause = opening.clause
        self.changed |= not opening.complete
        if clause.kind in {"kept", "when"}:
            return f"{opening.text} {self._rendered(start, end)}"
        if clause.kind == "option":
            if self._is_accepted(clause.before, start, end):
                return f"{opening.text} {self._rendered(start, end)}"
            self._leave_out(start, end, may_name=not opening.text.endswith(" BY"))
            return ""
        readers = {
            "assignments": self._assignment,
            "condition": self._item,
            "items": self._item,
            "rows": self._row,
            "select": self._select_item,
            "tables": self._table,
            "terms": self._item,
            "view": self._view,
        }
        first = self._behind_quantifiers(start, end) if clause.kind == "select" else start
        parts = [(first, end)] if clause.kind == "condition" else self._text.split(first, end)
        items = [readers[clause.kind](clause.before, *part) if part[0] < part[1] else "" for part in parts]
        return f"{opening.text} {self._rendered(start, first)} {', '.join(items)}"

    def _behind_quantifiers(self, start: int, end: int) -> int:
        at = start
        while at < end and (self._text.word(at) in _QUANTIFIERS or self._text.word(at - 1) in {"AS", "ON", "TOP"}):
            at = self._text.behind(at)
        return at if at < end else start

    def _select_item(self, before: str, start: int, end: int) -> str:
        if self._is_accepted(before, start, end):
            return self._rendered(start, end)
        if self._dialect.name in _NAMES_FIRST and self._text.word(start + 1) == "=":
            return f"{self._argument(start + 2, end, 0)} AS {self._text.source(start, start + 1)}"
        name = name_of_item(self._text, start, end)
        value = name - (self._text.word(name - 1) == "AS") if name < end else end
        alias = f" AS {self._text.source(name, end)}" if name < end else ""
        return self._argument(start, value, 0) + alias

    def _item(self, before: str, start: int, end: int) -> str:
        """Return the text of an expression in the place where it stands in its clause."""
        if self._is_accepted(before, start, end):
            return self._rendered(start, end)
        return self._expression(start, end, 0)

    def _assignment(self, before: str, start: int, end: int) -> str:
        if self._is_accepted(before, start, end):
            return self._rendered(start, end)
        target, *_ = self._text.split(start, end, "=")
        if target[1] >= end:
            return self._rendered(start, end)
        value = target[1] + 1
        if self._text.word(target[0]) == "(":
            return f"{self._text.source(*target)} = {self._row('', value, end)}"
        return f"{self._text.source(*target)} = {self._item('SELECT ', value, end)}"

    def _row(self, _: str, start: int, end: int) -> str:
        if self._text.closing.get(start) != end - 1 or start in self._queries:
            return self._rendered(start, end)
        values = self._text.split(start + 1, end - 1)
        return f"({', '.join(self._item('SELECT ', *value) for value in values)})"

    def _view(self, before: str, start: int, end: int) -> str:
        """Return the text of what follows LATERAL VIEW: a call with a name, and names of columns."""
        if self._is_accepted(before, start, end):
            return self._rendered(start, end)
        call = next(iter(operands(self._text, start, end)), None)
        if call is None or call.kind != "call":
            self.certain = False
            return self._rendered(start, end)
        return f"{self._operand(call, 0)} {self._rendered(call.end, end)}"

    def _expression(self, start: int, end: int, level: int) -> str:
        """Return what stands for an expression that was refused."""
        self.changed = True
        if level > _MOST_LEVELS or self._text.depth(start, end) > _DEEPEST:
            return self._nested(start, end)
        found = operands(self._text, start, end)
        if len(found) == 1 and (found[0].start, found[0].end) == (start, end):
            return self._operand(found[0], level + 1)
        return f"{_UNREAD}({', '.join(self._operand(operand, level + 1) for operand in found)})"

    def _nested(self, start: int, end: int) -> str:
        conditions, values = nested_operands(self._text, start, end)
        read = ", ".join(self._rendered(part.start, part.end) for part in values)
        if not conditions:
            return f"{_UNREAD}({read})"
        deciding = ", ".join(self._rendered(part.start, part.end) for part in conditions)
        return f"CASE WHEN {_UNREAD}({deciding}) THEN {_UNREAD}({read}) END"

    def _operand(self, operand: Operand, level: int) -> str:
        kind, start, end = operand
        if kind in {"column", "position", "query"} or self._is_accepted("SELECT ", start, end):
            return self._rendered(start, end)
        if level > _MOST_LEVELS:
            return self._nested(start, end)
        if kind == "case":
            return self._case(start, end, level)
        opened = next(at for at in range(start, end) if self._text.word(at) == "(")
        closed = self._text.closing[opened]
        if opened in self._queries:
            return self._queries[opened]
        arguments = [self._argument(*part, level) for part in self._text.split(opened + 1, closed)]
        behind = [self._argument(*inner, level) for inner in self._groups(closed + 1, end)]
        if kind == "call" and not behind:
            call = f"{self._text.source(start, opened)}({', '.join(arguments)})"
            if self._accepts(f"SELECT {call}"):
                return call
        return f"{_UNREAD}({', '.join([*arguments, *behind])})"

    def _groups(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what stands in the parentheses behind a call."""
        at = start
        while at < end:
            if self._text.word(at) == "(":
                yield at + 1, self._text.behind(at) - 1
            at = self._text.behind(at)

    def _argument(self, start: int, end: int, level: int) -> str:
        if start >= end:
            return "NULL"
        if self._accepts(f"SELECT f({self._shown(start, end)})"):
            return self._rendered(start, end)
        return self._expression(start, end, level)

    def _case(self, start: int, end: int, level: int) -> str:
        """Return the text of CASE ... END, its operand, conditions and values put together by themselves."""
        text = self._text
        places = [start]
        at = start + 1
        while at < end - 1:
            if text.word(at) in {"WHEN", "THEN", "ELSE"}:
                places.append(at)
                at += 1
            else:
                at = text.end_of_case(at, end) if text.word(at) == "CASE" else text.behind(at)
        parts = []
        for place, following in zip(places, [*places[1:], end - 1], strict=True):
            inner = self._argument(place + 1, following, level) if place + 1 < following else ""
            parts.append(f"{text.word(place)} {inner}")
        case = f"{' '.join(parts)} END"
        return case if self._accepts(f"SELECT {case}") else self._nested(start, end)

    def _table(self, before: str, start: int, end: int) -> str:
        if self._is_accepted(before, start, end):
            return self._rendered(start, end)
        item = table_item(self._text, start, end)
        if item is None:
            self.certain = False
            return self._rendered(start, end)
        self.changed = True
        self.certain = self.certain and not item.changes_columns
        self._leave_out(item.rest, end, may_name=True)
        return f"{self._table_text(item)} {self._text.source(item.alias, item.rest)}"

    def _table_text(self, item: TableItem) -> str:
        """Return the text of what an item of FROM is, without what follows it."""
        if item.opened is None or item.opened in self._queries:
            return self._rendered(item.start, item.alias)
        closed = self._text.closing[item.opened]
        if item.opened == item.name:
            return f"({self.statement(item.opened + 1, closed, TABLES, 1)})"
        return self._operand(Operand("call", item.name, closed + 1), 0)

    def _leave_out(self, start: int, end: int, *, may_name: bool) -> None:
        self.changed = True
        if may_name and may_name_table(self._text, start, end):
            self.certain = False

    def _is_accepted(self, before: str, start: int, end: int) -> bool:
        """Tell whether the grammar accepts a part of the text behind some words."""
        if self._text.depth(start, end) > _DEEPEST:
            return False
        # Without FROM, grammars take what they do not know behind an item for another clause.
        after = " FROM t" if before == ITEMS.before else ""
        return self._accepts(f"{before}{self._shown(start, end)}{after}")

    def _accepts(self, text: str) -> bool:
        self._catalog.deadline.check()
        try:
            return not isinstance(parse(Piece(text, 0, 1), self._dialect), exp.Command)
        except (StatementRefusedError, RecursionError):
            return False

    def _shown(self, start: int, end: int) -> str:
        """Return a part of the text with a plain query in the place of those that stand in it."""
        return self._with_queries(start, end, lambda _: "(SELECT 1)")

    def _rendered(self, start: int, end: int) -> str:
        """Return a part of the text with the queries in it as they were put together."""
        return self._with_queries(start, end, lambda at: self._queries[at])

    def _with_queries(self, start: int, end: int, text_of: Any) -> str:
        parts = []
        for at in self._text.queries(start, end):
            parts += [self._text.source(start, at), text_of(at)]
            start = self._text.behind(at)
        return " ".join([*parts, self._text.source(start, end)]).strip()
