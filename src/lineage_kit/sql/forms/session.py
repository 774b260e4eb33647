"""Statements that change the defaults of a session: which database and schema names without one mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# First elements of a search path that mean no schema that data pipelines use.
_OWN_SCHEMA = "$user"


def read_reset(_: Tokens, statement: Statement) -> None:
    """Read RESET of the search path, or of all settings: the defaults are those of the beginning."""
    statement.kind = "RESET"
    catalog = statement.catalog
    catalog.database, catalog.schema = catalog.defaults


def read_default(tokens: Tokens, statement: Statement) -> None:
    """Read SET search_path, SET SCHEMA, SET CATALOG, ALTER SESSION SET CURRENT_SCHEMA, USE CATALOG, DATABASE."""
    statement.kind = tokens.take().word
    catalog = statement.catalog
    is_database = statement.kind == "DATABASE" and catalog.dialect.name != "teradata"
    while tokens.next.kind == "word" and not tokens.done:
        word = tokens.next.word
        if word in {"TO", "SESSION", "LOCAL", "CURRENT", "SET", "SEARCH_PATH", "CURRENT_SCHEMA", "SCHEMA"}:
            tokens.take()
        elif word in {"CATALOG", "DATABASE"}:
            is_database = True
            tokens.take()
        else:
            break
        tokens.accept("=")
    names = []
    while tokens.next.kind in {"name", "string", "word"}:
        names.append(tokens.name())
        if not tokens.accept(","):
            break
    own = [name for name in names if name != _OWN_SCHEMA]
    if own and is_database:
        catalog.database = own[0]
    elif own:
        catalog.schema = own[0]
