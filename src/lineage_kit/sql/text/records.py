"""The names in procedural SQL that stand for rows of a query: cursors, records of loops, changed rows of triggers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from lineage_kit.sql.text.client import BATCH_DIALECTS
from lineage_kit.sql.text.parts import filled_variable, queries, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.tokens import Tokens

# The rows that a trigger or rule is given, of before and after the change; SQL Server has tables of them.
_CHANGED_ROWS = ("new", "old")
_CHANGED_TABLES = ("inserted", "deleted")
# The word before the table of a trigger or rule.
_BEFORE_TABLE = {"RULE": "TO", "TRIGGER": "ON"}
# Statements that may fill a record, and those that have nothing to do with one.
_FILLING = frozenset({"FETCH", "SELECT", "WITH"})
_CHANGES = frozenset({"DELETE", "INSERT", "MERGE", "UPDATE"})
# What has a query of its own, and the words that may stand before its name.
_WITH_QUERY = frozenset({"CURSOR", "RESULTSET"})
_BEFORE_NAME = frozenset({"CURSOR", "DECLARE", "LET", "OPEN"})
_BEFORE_QUERY = frozenset({"AS", "DEFAULT", "FOR", "IS", ":="})
# As far into a declaration these words may stand: DECLARE c NO SCROLL CURSOR.
_OPENING = 5
# FOR r IN cursor, without FOR.
_SHORTEST_LOOP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A name for rows of a query, of which the text is kept: nothing is read before somebody asks.

    One that is declared again is another one, though text and name be the same.

    `table`, where not empty, is the table of a trigger, as it is written: the record is its changed row.
    """

    name: str
    query: str
    table: str = ""


class Sight(NamedTuple):
    """What names mean at some place of a script, as they are declared: values, or rows of queries."""

    variables: frozenset[str] = frozenset()
    records: tuple[Record, ...] = ()

    def record(self, name: str) -> Record | None:
        """Return the record of a name, which a colon may mark; None if there is none."""
        folded = name.lstrip(":").lower()
        return next((record for record in self.records if record.name.lower() == folded), None)

    def with_record(self, record: Record) -> Sight:
        """Return the same with a record, which hides another one of its name."""
        return self._replace(records=(*self.without_record(record.name).records, record))

    def without_record(self, name: str) -> Sight:
        """Return the same without the record of a name, if there is one."""
        known = self.record(name)
        return self._replace(records=tuple(record for record in self.records if record is not known))

    def with_copy(self, name: str, other: str) -> Sight:
        """Return the same with a name for the rows that another one means, if it means some."""
        known = self.record(other)
        return self if known is None else self.with_record(replace(known, name=name))


def names_of_changed_rows(tokens: Tokens, kind: str) -> Iterator[str]:
    """Yield NEW and OLD, and what REFERENCING calls them, for a trigger or rule, whose own name stands next.

    The function behind a trigger (Postgres) has them too. SQL Server has tables instead.
    """
    if tokens.dialect.name in BATCH_DIALECTS or not (kind in _BEFORE_TABLE or _returns_trigger(tokens)):
        return
    yield from _CHANGED_ROWS
    yield from (name for kind, name in _referenced(tokens) if kind == "ROW")


def names_of_changed_tables(tokens: Tokens) -> list[str]:
    """Return the names of the tables that hold all changed rows, for a trigger of which the head is left."""
    if tokens.dialect.name in BATCH_DIALECTS:
        return list(_CHANGED_TABLES)
    return [name for kind, name in _referenced(tokens) if kind == "TABLE"]


def _referenced(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """Yield the names that REFERENCING gives, each behind its kind: NEW AS n, OLD TABLE AS o, NEW_TABLE n."""
    tokens = tokens.again()
    if not tokens.skip_to("REFERENCING"):
        return
    tokens.take()
    while word := tokens.accept_one("NEW", "OLD", "NEW_TABLE", "OLD_TABLE"):
        is_table = tokens.accept("TABLE") or word.endswith("TABLE")
        tokens.accept("ROW")
        tokens.accept("AS")
        yield "TABLE" if is_table else "ROW", tokens.take().value


def changed_rows(tokens: Tokens, kind: str) -> Iterator[Record]:
    """Yield the changed rows of a trigger or rule, whose own name stands next; a function does not tell the table."""
    ahead = tokens.again()
    if kind not in _BEFORE_TABLE or not ahead.skip_to(_BEFORE_TABLE[kind]):
        return
    ahead.take()
    start = ahead.again()
    if ahead.table() is None:
        return
    named = start.up_to(ahead)
    table = tokens.piece.text[named[0].start : named[-1].end]
    for name in names_of_changed_rows(tokens, kind):
        yield Record(name, f"SELECT * FROM {table}", table)  # noqa: S608 - only read here


def changed_row_written(tokens: Sequence[Token], sight: Sight) -> bool:
    """Tell whether a statement assigns to a column of a trigger's changed row: SET new.a = 1, or :new.a := 1."""
    at = int(tokens[0].word == "SET")
    if at + 1 >= len(tokens) or tokens[at + 1].text != ".":
        return False
    record = sight.record(tokens[at].value)
    return record is not None and bool(record.table)


def record_of_loop(head: Sequence[Token], text: str, sight: Sight) -> Record | None:
    """Return the record of a loop over a query or cursor, of whose head the tokens behind FOR are given."""
    if len(head) < _SHORTEST_LOOP or head[1].word not in {"AS", "IN"}:
        return None
    query = next(iter(queries(head, variables=False)), None)
    if query is not None:
        return Record(head[0].value, query.edited(text))
    cursor = sight.record(head[2].value)
    return None if cursor is None else Record(head[0].value, cursor.query)


def sight_after(tokens: Sequence[Token], text: str, sight: Sight) -> Sight:
    """Return what is in sight behind a statement of a block, which stands in a text."""
    first = tokens[0].word
    if first in _FILLING:
        return _with_filled(tokens, text, sight)
    if first in _CHANGES:
        return sight
    if first == "OPEN" or any(token.word in _WITH_QUERY for token in tokens[:_OPENING]):
        return _with_query(tokens, text, sight)
    if [token.text for token in tokens[1:2]] == ["."]:
        return sight.without_record(tokens[0].value)
    return sight


def _with_filled(tokens: Sequence[Token], text: str, sight: Sight) -> Sight:
    """Return a sight with the record that FETCH or SELECT INTO fills, if it is one."""
    into = filled_variable(tokens)
    if not into:
        return sight
    if tokens[0].word == "FETCH":
        cursor = next((token.value for token in tokens[1:] if sight.record(token.value)), "")
        return sight.with_copy(into, cursor)
    return sight.with_record(Record(into, statement(tokens, variables=True).edited(text)))


def _with_query(tokens: Sequence[Token], text: str, sight: Sight) -> Sight:
    """Return a sight with the cursor or result that a statement declares or opens with a query."""
    name = next((token.value for token in tokens if token.word not in _BEFORE_NAME), "")
    query = next(iter(queries(tokens, variables=False)), None)
    if query is not None:
        variables = sight.variables.union(_parameters(tokens))
        return sight._replace(variables=variables).with_record(Record(name, query.edited(text)))
    # LET c CURSOR FOR result
    return sight.with_copy(name, tokens[-1].value) if tokens[0].word != "OPEN" else sight


def _parameters(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the parameters of a cursor: CURSOR c (p NUMBER) IS ..., or c CURSOR (p int) FOR ..."""
    behind = ""
    for token in tokens:
        if (token.word or token.text) in _BEFORE_QUERY:
            return
        if behind in {"(", ","}:
            yield token.value
        behind = token.text


def _returns_trigger(tokens: Tokens) -> bool:
    tokens = tokens.again()
    return bool(tokens.skip_to("RETURNS")) and tokens.peek(1).word == "TRIGGER"
