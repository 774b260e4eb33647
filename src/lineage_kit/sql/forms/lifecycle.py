"""Statements that change what a table is: DROP, TRUNCATE, ALTER, UNDROP, REFRESH, synonyms.

The table is an output, although no data flows; the kind of the statement tells that. They are read from tokens,
because their options differ from database to database and matter to nobody here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.forms.column_changes import change_columns
from lineage_kit.sql.forms.moves import altered, dropped, move
from lineage_kit.sql.reading import read
from lineage_kit.sql.shapes.queries import read_query
from lineage_kit.sql.statements.definitions import create_from, forget, touch
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement

_QUERY = ("SELECT", "WITH", "(", "VALUES", "TABLE", "FROM", "SEL")


def read_refresh(tokens: Tokens, statement: Statement) -> None:
    """Read REFRESH MATERIALIZED VIEW: the view is filled anew by the query that its definition holds."""
    statement.kind = "REFRESH"
    tokens.accept("REFRESH")
    if not tokens.accept("MATERIALIZED", "VIEW"):
        tokens.accept("DYNAMIC")
        tokens.accept("TABLE")
    tokens.accept("CONCURRENTLY")
    table = tokens.table()
    if table is None:
        raise tokens.refused()
    statement.outputs[statement.catalog.table(table)] = None


def read_refresh_call(tokens: Tokens, statement: Statement) -> None:
    """Read DBMS_MVIEW.REFRESH('view, ...') of Oracle."""
    statement.kind = "REFRESH"
    tokens.skip_to("(")
    arguments = tokens.parenthesised()
    if arguments is not None and arguments.accept("LIST"):
        arguments.accept("=>")
    names = arguments.string() if arguments is not None else None
    if not names:
        raise tokens.refused()
    views = Tokens(replace(tokens.piece, text=names), tokens.dialect).tables()
    statement.outputs.update(dict.fromkeys(map(statement.catalog.table, views)))


def read_drop(tokens: Tokens, statement: Statement) -> None:
    """Read DROP: dropped tables and views are outputs, unless the script itself made them or will make them."""
    statement.kind = "DROP"
    for node in dropped(tokens):
        forget(node, statement)


def read_truncate(tokens: Tokens, statement: Statement) -> None:
    """Read TRUNCATE: the emptied tables are outputs; a temporary one holds nothing from then on."""
    statement.kind = "TRUNCATE"
    tokens.expect("TRUNCATE")
    tokens.accept_one("DATABASE", "TABLE", "TABLES", "MATERIALIZED")
    tokens.accept("VIEW")
    nodes = tokens.tables()
    if not nodes:
        raise tokens.refused()
    for node in nodes:
        touch(node, statement, empties=True)


def read_return(tokens: Tokens, statement: Statement) -> None:
    """Read what brings back a table or its partitions: UNDROP, FLASHBACK, RESTORE, MSCK REPAIR."""
    statement.kind = tokens.take().word
    tokens.accept("REPAIR")
    tokens.accept_one("DYNAMIC", "EXTERNAL", "ICEBERG")
    if not tokens.accept_one("TABLE", "VIEW"):
        return
    for node in tokens.tables():
        touch(node, statement)


def read_synonym(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE SYNONYM (ALIAS in DB2): the name means the other table from now on, and holds no data itself."""
    statement.kind = "CREATE_SYNONYM"
    tokens.skip_to("SYNONYM", "ALIAS")
    tokens.take()
    tokens.accept("IF", "NOT", "EXISTS")
    name = tokens.table()
    if name is None or not tokens.skip_to("FOR"):
        raise tokens.refused()
    tokens.take()
    tokens.accept_one("TABLE", "VIEW")
    table = tokens.table()
    if table is None:
        raise tokens.refused()
    statement.catalog.bind(name, statement.catalog.table(table))


def read_alter(tokens: Tokens, statement: Statement) -> None:
    """Read ALTER: the table is an output, unless its name, its rows or the query of a view change."""
    statement.kind = "ALTER"
    session = tokens.again()
    if session.accept("ALTER", "SESSION", "SET", "CURRENT_SCHEMA", "="):  # Oracle's USE
        statement.catalog.schema = session.name()
        return
    if move(tokens.again(), statement):
        return
    is_view, nodes = altered(tokens)
    if not nodes:
        return
    if tokens.sees("UPDATE") or tokens.sees("DELETE"):
        _mutate(nodes[0], tokens, statement)
    elif not _query(is_view, nodes[0], tokens, statement):
        for node in nodes:
            touch(node, statement)
        change_columns(statement.catalog.table(nodes[0]), tokens.again(), statement.catalog)
        _read_locations(tokens, statement)


def _read_locations(tokens: Tokens, statement: Statement) -> None:
    """Read the locations of partitions that are added, or of the table from now on: what is there feeds the table."""
    while tokens.skip_to("LOCATION"):
        tokens.take()
        path = tokens.string()
        if path:
            statement.use([statement.catalog.location(path)])


def _mutate(node: Any, tokens: Tokens, statement: Statement) -> None:
    """Read the UPDATE and DELETE of ClickHouse, which are actions of ALTER TABLE."""
    name = node.sql(dialect=statement.catalog.dialect.grammar)
    verb = tokens.take().word
    statement.kind = verb
    assigned = tokens.until("IN PARTITION", "WHERE").text().text
    tokens.skip_to("WHERE")
    rest = tokens.text()
    opening = (verb, name, "SET", assigned) if verb == "UPDATE" else (verb, "FROM", name)
    statement.include(read(replace(rest, text=" ".join((*opening, rest.text))), statement.catalog))


def _query(is_view: bool, node: Any, tokens: Tokens, statement: Statement) -> bool:
    """Read ALTER VIEW ... AS, which defines the view anew, and tell whether it is that."""
    names = [exp.to_identifier(name) for name in tokens.names() or ()] if is_view else []
    if not tokens.skip_to(*(("AS",) if is_view else ("MODIFY QUERY",))):
        return False
    tokens.take()
    tokens.accept("QUERY")
    if not any(tokens.sees(word) for word in _QUERY):
        return False
    query = read_query(tokens, statement)
    create_from(query, exp.Schema(this=node, expressions=names) if names else node, statement, view=True)
    return True
