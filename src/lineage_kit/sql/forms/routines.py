"""Definitions of routines, without the statements of their bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lineage_kit.sql.text.records import names_of_changed_tables
from lineage_kit.sql.text.routines import accept_definition

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens


def read_definition(tokens: Tokens, statement: Statement) -> None:
    """Read the head of CREATE or ALTER PROCEDURE, FUNCTION, TRIGGER, ...; defining runs nothing."""
    verb = tokens.next.word
    kind = accept_definition(tokens)
    if not kind:
        raise tokens.refused()
    statement.kind = "ALTER" if verb == "ALTER" else f"CREATE_{kind}"
    tokens.accept("IF", "NOT", "EXISTS")
    name = tokens.table()
    if name is not None:
        statement.catalog.routines.add(name.name.lower())
    if kind == "TRIGGER" and tokens.skip_to("ON"):
        tokens.take()
        _bind_changed_rows(tokens, statement)


def read_subprogram(tokens: Tokens, statement: Statement) -> None:
    """Read the head of a routine inside another one, such as a package."""
    statement.kind = tokens.take().word
    statement.catalog.routines.add(tokens.take().value.lower())


def _bind_changed_rows(tokens: Tokens, statement: Statement) -> None:
    """Let the tables of changed rows mean the trigger's table; one that calls a function gives them to that."""
    catalog = statement.catalog
    table = tokens.table()
    names = names_of_changed_tables(tokens)
    if table is None or not names or tokens.skip_to("EXECUTE FUNCTION", "EXECUTE PROCEDURE"):
        return
    origin = catalog.table(table)
    for name in names:
        catalog.bind(exp.Table(this=exp.Identifier(this=name, quoted=False)), origin)
