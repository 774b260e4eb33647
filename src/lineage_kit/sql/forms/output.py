"""T-SQL: INSERT, UPDATE, DELETE and MERGE with OUTPUT, which tells the changed rows and may store them in a table."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.forms.table_variables import table_or_variable
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.queries.query import CommonTable, Visible
from lineage_kit.sql.relations import Column, Query
from lineage_kit.sql.statements.kinds import read_tree
from lineage_kit.sql.statements.statement import placed
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece

# Elsewhere it may be a name.
_DIALECTS = frozenset({"tsql", "fabric"})
_CHANGES = frozenset({"DELETE", "INSERT", "MERGE", "UPDATE"})
_BARE_ACTION = re.compile(r"\$action\b(?=\s*(?:,|\Z))", re.IGNORECASE)
_ACTION = re.compile(r"\$action\b", re.IGNORECASE)
# Stands for the statement inside FROM; no table is called so.
_CHANGED_ROWS = "changed_rows_of_output"
_BEHIND = (
    "OUTPUT",
    "INTO",
    "FROM",
    "WHERE",
    "SELECT",
    "VALUES",
    "DEFAULT",
    "EXEC",
    "EXECUTE",
    "WITH",
    "OPTION",
    "USING",
)


class _Clause:
    """An OUTPUT clause: where it stands, what it tells, and the table and columns that take it."""

    def __init__(self, tokens: Tokens) -> None:
        self.start = tokens.next.start
        tokens.expect("OUTPUT")
        self.items = tokens.until(*_BEHIND).text()
        self.table: Any = None
        self.names: list[str] | None = None
        if tokens.accept("INTO"):
            self.table = table_or_variable(tokens)
            self.names = tokens.names()
        self.end = len(tokens.piece.text) if tokens.done else tokens.next.start


def read_output(tokens: Tokens, statement: Statement) -> None:
    """Read a statement with OUTPUT as one without it, then what OUTPUT stores in a table.

    A deleted row comes from the changed table, an inserted one from what the statement writes.
    """
    if statement.catalog.dialect.name not in _DIALECTS:
        read_tree(parse(tokens.piece, tokens.dialect), statement)
        return
    inner = _changes_in_from(tokens)
    if inner is not None:
        _read_with_changes_in_from(inner, statement)
        return
    clause, told = _read_changes(tokens, statement)
    if clause is not None and clause.table is not None:
        _store(clause, told, statement)


def _changes_in_from(tokens: Tokens) -> Tokens | None:
    """Return the statement in parentheses whose changed rows FROM reads; None if there is none."""
    left = tokens.left
    for at, token in enumerate(left[1:-1], 1):
        if token.text == "(" and left[at - 1].word == "FROM" and left[at + 1].word in _CHANGES:
            return Tokens(tokens.piece, tokens.dialect, left[at:]).parenthesised()
    return None


def _read_with_changes_in_from(inner: Tokens, statement: Statement) -> None:
    """Read INSERT ... SELECT ... FROM (DELETE ... OUTPUT ...): the statement inside runs first."""
    piece = inner.piece
    start = inner.next.start
    end = start + len(inner.text().text)
    rows = CommonTable(0)
    _, rows.query = _read_changes(Tokens(inner.text(), inner.dialect), statement)
    visible = Visible({statement.catalog.key_of_name(_CHANGED_ROWS): rows}, 1, None)
    opening, closing = piece.text.rindex("(", 0, start), piece.text.index(")", end)
    text = piece.text[:opening] + _CHANGED_ROWS + _blank(piece.text[start:end]) + piece.text[closing + 1 :]
    statement.kind = "UNKNOWN"
    read_tree(parse(replace(piece, text=text), inner.dialect), statement, visible)


def _read_changes(tokens: Tokens, statement: Statement) -> tuple[_Clause | None, Query]:
    """Read a statement, and return its OUTPUT with the rows that it tells: of two, the one that stores them."""
    piece = tokens.piece
    dialect = statement.catalog.dialect
    clauses = []
    while tokens.skip_to("OUTPUT"):
        clauses.append(_Clause(tokens))
    text = piece.text
    for each in clauses:
        text = text[: each.start] + _blank(text[each.start : each.end]) + text[each.end :]
    clause = next((each for each in clauses if each.table is not None), clauses[-1] if clauses else None)
    tree = parse(replace(piece, text=text), dialect)
    told = parse(_query(clause.items), dialect).expressions if clause is not None else []
    tree.set("returning", exp.Returning(expressions=told))
    rows = read_tree(tree, statement)
    tables = _read(told, rows)
    # The columns of a target that is not read decide about none but its own rows.
    known = {None, *statement.inputs, *tables}
    return clause, Query(rows.shape, {source: None for source in rows.rows if source.table in known}, tables)


def _blank(text: str) -> str:
    return "".join("\n" if character == "\n" else " " for character in text)


def _store(clause: _Clause, told: Query, statement: Statement) -> None:
    """Record that the rows which OUTPUT tells go into its table."""
    target = statement.catalog.table(clause.table)
    names = clause.names or target.columns
    if target.content is None:
        statement.store(told, target, names)
    else:
        # A table variable: its readers get what it holds, and the statement itself reads nothing for it.
        statement.write(target, placed(told.shape, names), told.rows, told.tables)


def _query(items: Piece) -> Piece:
    # In the place of the column $action, which says INSERT, UPDATE or DELETE.
    text = _ACTION.sub("NULL", _BARE_ACTION.sub("NULL AS [$action]", items.text))
    return replace(items, text=f"SELECT {text}")


def _read(told: list[Any], rows: Query) -> dict[Table, None]:
    """Return the tables that feed the told rows, with the changed one where it is told what was in it before."""
    deleted = any(column.table.lower() == "deleted" for item in told for column in item.find_all(exp.Column))
    listed = [item for item in rows.shape.items if isinstance(item, Column)]
    sources = [source.table for item in listed for source in item.sources]
    return {**(rows.tables if deleted else {}), **{table: None for table in sources if table is not None}}
