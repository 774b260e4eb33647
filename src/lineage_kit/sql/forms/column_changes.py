"""The actions of ALTER TABLE on columns: ADD, RENAME, CHANGE and DROP, as the databases spell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.shapes.writing import defined_columns
from lineage_kit.sql.statements.table_columns import add_columns, drop_columns, rename_column

if TYPE_CHECKING:
    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.text.tokens import Tokens

_VERBS = ("ADD", "CHANGE", "DROP", "RENAME")
_LEAVE_COLUMNS = frozenset("ALTER COMMENT DISABLE ENABLE MODIFY OWNER SET VALIDATE".split())


def change_columns(table: Table, tokens: Tokens, catalog: Catalog) -> None:
    """Read the actions of an ALTER TABLE, and change the columns of the table one after the other.

    An action may leave out the verb of the one before: ADD a INT, b INT and DROP COLUMN a, b of SQL Server.
    """
    verb = ""
    for action in tokens.split():
        goes_on = verb in {"ADD", "DROP"} and action.next.word not in _LEAVE_COLUMNS
        verb = action.accept_one(*_VERBS) or (verb if goes_on else "")
        if verb == "ADD":
            _accept_column(action)
            columns, _ = defined_columns(action.parenthesised() or action)
            add_columns(table, columns, catalog)
        elif verb == "DROP":
            _accept_column(action)
            _drop(table, action, catalog)
        elif verb:
            _accept_column(action)
            _rename(table, action, catalog, changes=verb == "CHANGE")


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


def _drop(table: Table, action: Tokens, catalog: Catalog) -> None:
    """Read the columns to drop, one or several in parentheses; two words name another part (CONSTRAINT c)."""
    entries = (action.parenthesised() or action).split()
    columns = []
    for entry in entries:
        column = entry.identifier()
        if entry.accept_one("CASCADE", "RESTRICT"):
            entry.accept("CONSTRAINTS")
        if column is None or not entry.done:
            return
        columns.append(column)
    drop_columns(table, columns, catalog)
