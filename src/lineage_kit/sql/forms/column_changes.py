"""The actions of ALTER TABLE on columns: ADD, RENAME, CHANGE, MODIFY and DROP, as the databases spell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.shapes.writing import defined_columns
from lineage_kit.sql.statements.table_columns import add_columns, drop_columns, move_column, rename_column
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.relations import Table

_VERBS = ("ADD", "ALTER", "CHANGE", "DROP", "MODIFY", "RENAME")
_LEAVE_COLUMNS = frozenset("COMMENT DISABLE ENABLE OWNER SET VALIDATE".split())
# DROP of what is no column, where further names may follow.
_DROP_OTHERS = "DROP CONSTRAINT"


def change_columns(table: Table, tokens: Tokens, catalog: Catalog) -> None:
    """Read the actions of an ALTER TABLE, and change the columns of the table one after the other.

    An action may leave out the verb of the one before: ADD a INT, b INT and DROP COLUMN a, b of SQL Server.
    """
    verb = ""
    for action in tokens.split():
        if verb == _DROP_OTHERS and action.sees("COLUMN"):
            verb = "DROP"
        goes_on = verb in {"ADD", "DROP"} and action.next.word not in _LEAVE_COLUMNS
        verb = action.accept_one(*_VERBS) or (verb if goes_on or verb == _DROP_OTHERS else "")
        _accept_column(action)
        if verb == "ADD":
            _add(table, action.parenthesised() or action, catalog)
        elif verb == "DROP":
            verb = verb if _drop(table, action, catalog) else _DROP_OTHERS
        elif verb in {"CHANGE", "RENAME"}:
            _rename(table, action, catalog, changes=verb == "CHANGE")
        elif verb in {"ALTER", "MODIFY"}:
            _place(table, action, action.again().identifier(), catalog)


def _add(table: Table, action: Tokens, catalog: Catalog) -> None:
    entries = action.again().split()
    columns, _ = defined_columns(action)
    add_columns(table, columns, catalog)
    if len(columns) == len(entries):
        for column, entry in zip(columns, entries, strict=True):
            _place(table, entry, column, catalog)


def _place(table: Table, definition: Tokens, column: Any, catalog: Catalog) -> None:
    """Read FIRST or AFTER and a column at the end of a definition: the place of the column from now on."""
    left = definition.left
    words = [token.word for token in left[-2:]]
    after = Tokens(definition.piece, definition.dialect, left[-1:]).identifier() if words[:1] == ["AFTER"] else None
    if column is not None and (after is not None or words[-1:] == ["FIRST"]):
        move_column(table, column, after, catalog)


def _accept_column(action: Tokens) -> None:
    action.accept_one("COLUMN", "COLUMNS")
    action.accept("IF", "NOT", "EXISTS")
    action.accept("IF", "EXISTS")


def _rename(table: Table, action: Tokens, catalog: Catalog, *, changes: bool) -> None:
    """Read a TO b, or a b and its type behind CHANGE; other parts of a table (INDEX a TO b) have no columns."""
    old = action.identifier()
    announced = bool(action.accept_one("TO", "AS"))
    new = action.identifier()
    if old is not None and new is not None and (announced or changes):
        rename_column(table, old, new, catalog)
        _place(table, action, new, catalog)


def _drop(table: Table, action: Tokens, catalog: Catalog) -> bool:
    """Read the columns to drop, one or several in parentheses; two words name another part (CONSTRAINT c).

    Returns whether they are columns.
    """
    entries = (action.parenthesised() or action).split()
    columns = []
    for entry in entries:
        column = entry.identifier()
        if entry.accept_one("CASCADE", "RESTRICT"):
            entry.accept("CONSTRAINTS")
        if column is None or not entry.done:
            return False
        columns.append(column)
    drop_columns(table, columns, catalog)
    return True
