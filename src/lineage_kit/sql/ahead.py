"""What a script does to the names of its tables later on.

A table that the script creates may be dropped again, or end under another name. Which of both is known before its
statement is read: only the statements that create, drop, rename and swap are looked at, and only their heads.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lineage_kit.sql.catalog import Catalog, Key
    from lineage_kit.sql.model import TableName
    from lineage_kit.sql.text.split import Piece

# Without one of these words nothing has to be looked for.
_ENDS = re.compile(r"\b(?:drop|exchange|rename|sp_rename|swap|schema)\b", re.IGNORECASE)
_STATEMENT = re.compile(r"(?:alter|create|drop|exchange|exec|if|rename|sp_rename)\w*\b", re.IGNORECASE)
# May hold SELECT ... INTO; the tokens tell whether it does.
_MAY_HOLD_INTO = re.compile(r"(?:select|with)\b.*?\binto\s", re.IGNORECASE | re.DOTALL)
_CHANGING = ("DELETE", "INSERT", "MERGE", "REPLACE", "UPDATE")
# Heads of statements are shorter, the query of a CREATE TABLE AS is not worth reading here.
_HEAD = 1_000


class NameChange(NamedTuple):
    """A statement gives or takes a name.

    `kind` is CREATE, TEMPORARY (for a table that vanishes with the session), DROP, RENAME or SWAP; `other` is the
    second name.
    """

    kind: str
    table: Any
    other: Any = None


class Ahead:
    """The changes of names in a script, in order.

    Args:
        catalog: Compares names, with the defaults that hold when somebody asks.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._changes: list[NameChange] = []
        # The number of the statement that makes each change.
        self._numbers: list[int] = []
        # The index of the first change that is still to come.
        self._begin = 0
        # What becomes of the names, by the defaults that complete them.
        self._fates: dict[tuple[str | None, str | None], _Fates] = {}

    def look(self, pieces: Iterable[Piece]) -> None:
        """Find the changes of names in all statements of a script, as far as there is time. Never raises."""
        pieces = list(pieces)
        if len(pieces) == 1 or not any(_ENDS.search(piece.text, 0, _HEAD) for piece in pieces):
            return
        for number, piece in enumerate(pieces):
            if self._catalog.deadline.is_over:
                return
            try:
                changes = _changes(piece, self._catalog)
            except Exception:  # noqa: BLE001, S112 - what the SQL says never raises; its own reading tells the problem
                continue
            self._changes += changes
            self._numbers += [number] * len(changes)

    def pass_to(self, number: int) -> None:
        """Let the statement of that number be the one that runs now."""
        self._begin = bisect_right(self._numbers, number)

    def end(self, node: Any) -> TableName | None:
        """Return the name under which the table that is called so now will stay; None if the script drops it.

        A table that is dropped and made again under the same name counts as one that stays.
        """
        key, name = self._catalog.place(node)
        fate = self._next(key)
        return name if fate is None or fate.stays else fate.end

    def is_made_only_to_vanish(self, node: Any) -> bool:
        """Tell whether a later statement makes a table of that name, and none of that name stays."""
        key, name = self._catalog.place(node)
        fate = self._next(key)
        if fate is None or not fate.makes:
            return False
        return fate.kind == "TEMPORARY" or self.end(node) != name

    def _next(self, key: Key) -> _Fate | None:
        """Return what the first change still to come of a name does to it; None if there is no such change."""
        defaults = (self._catalog.database, self._catalog.schema)
        if defaults not in self._fates:
            self._fates[defaults] = _Fates(self._changes, self._catalog)
        return self._fates[defaults].next(key, self._begin)


class _Fate(NamedTuple):
    """What a change, and those after it, do to the table that bears a name before it.

    `at` is the index of the change and `kind` its kind; `makes` tells whether a new table bears the name after it.
    The table keeps its name if it `stays`; else `end` is its last name, None if it is dropped.
    """

    at: int
    kind: str
    makes: bool
    stays: bool
    end: TableName | None = None


class _Fates:
    """The fates of all names that change, found in one walk from the last change to the first."""

    def __init__(self, changes: list[NameChange], catalog: Catalog) -> None:
        # By name, the last change first.
        self._by_key: dict[Key, list[_Fate]] = {}
        for index in range(len(changes) - 1, -1, -1):
            change = changes[index]
            places = [catalog.place(node) for node in (change.table, change.other) if node is not None]
            fates = {key: self._fate(index, change, key, places) for key, _ in places}
            for key, fate in fates.items():
                self._by_key.setdefault(key, []).append(fate)

    def next(self, key: Key, begin: int) -> _Fate | None:
        """Return the fate of a name from the index of a change on; None if nothing changes it any more."""
        fates = self._by_key.get(key, [])
        later = bisect_right(fates, -begin, key=lambda fate: -fate.at)
        return fates[later - 1] if later else None

    def _fate(self, index: int, change: NameChange, key: Key, places: list[tuple[Key, TableName]]) -> _Fate:
        """Return what a change does to a name, when all those behind it are known."""
        known = self._by_key.get(key)
        if change.kind == "DROP":
            return _Fate(index, change.kind, makes=False, stays=known is not None and known[0].kind == "CREATE")
        makes = change.kind != "SWAP" and places[-1][0] == key
        new = _new_place(change, key, places)
        known = self._by_key.get(new[0] if new else key)
        then = known[-1] if known else None
        if new is not None and (then is None or then.stays):
            return _Fate(index, change.kind, makes, stays=False, end=new[1])
        if then is None:
            return _Fate(index, change.kind, makes, stays=True)
        return _Fate(index, change.kind, makes, then.stays, then.end)


def _new_place(change: NameChange, key: Key, places: list[tuple[Key, TableName]]) -> tuple[Key, TableName] | None:
    """Return what the table of a name is called after RENAME or SWAP; None if as before."""
    if change.other is None:
        return None
    first, second = places
    if first[0] == key:
        return second
    return first if change.kind == "SWAP" else None


def _changes(piece: Piece, catalog: Catalog) -> list[NameChange]:
    """Return the changes of names that a statement makes."""
    if _MAY_HOLD_INTO.match(piece.text):
        return _into(Tokens(piece, catalog.dialect))
    if not _STATEMENT.match(piece.text):
        return []
    names: Callable[[Tokens], list[NameChange]] = import_module("lineage_kit.sql.forms.moves").name_changes
    tokens = Tokens(piece.part(0, _HEAD), catalog.dialect)
    text = _dynamic_text(tokens.again())
    if text:
        return _changes(replace(piece, text=text), catalog)
    try:
        return names(tokens)
    except StatementRefusedError:
        return []


def _dynamic_text(tokens: Tokens) -> str | None:
    """Return the literal that EXECUTE runs; None if it is something else, or only begins with one."""
    if not tokens.accept_one("EXEC", "EXECUTE"):
        return None
    tokens.accept("IMMEDIATE")
    tokens.accept("(")
    text = tokens.string() if tokens.next.kind == "string" else None
    return text if tokens.done or tokens.sees(")") else None


def _into(tokens: Tokens) -> list[NameChange]:
    """Return the table that SELECT ... INTO creates; nothing where WITH opens another statement, or INTO is inside."""
    if tokens.skip_to("SELECT", *_CHANGING) != "SELECT" or not tokens.skip_to("INTO"):
        return []
    tokens.take()
    kind = "TEMPORARY" if tokens.accept_one("TEMP", "TEMPORARY") else "CREATE"
    tokens.accept("UNLOGGED")
    tokens.accept("TABLE")
    table = tokens.table()
    return [] if table is None else [NameChange(kind, table)]
