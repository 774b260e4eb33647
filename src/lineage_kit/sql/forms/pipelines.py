"""Databricks pipelines: flows into streaming tables, and changes that are applied to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.queries.from_clause import stored_columns
from lineage_kit.sql.relations import Query, Shape
from lineage_kit.sql.statements.kinds import read_tree

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens


def read_flow(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE FLOW name AS, followed by INSERT or by AUTO CDC."""
    if not tokens.skip_to("AS"):
        raise tokens.refused()
    tokens.take()
    if tokens.sees("AUTO", "CDC"):
        read_changes(tokens, statement)
    else:
        read_tree(parse(tokens.text(), statement.catalog.dialect), statement)


def read_changes(tokens: Tokens, statement: Statement) -> None:
    """Read APPLY CHANGES INTO (also called AUTO CDC INTO): rows of the source arrive under the same column names."""
    statement.kind = "MERGE"
    tokens.skip_to("INTO")
    tokens.expect("INTO")
    target = tokens.table()
    tokens.skip_to("FROM")
    tokens.expect("FROM")
    tokens.accept("SNAPSHOT")
    tokens.accept("STREAM")
    inside = tokens.parenthesised()
    source = (inside or tokens).table()
    if target is None or source is None:
        raise tokens.refused()
    origin = statement.catalog.table(source)
    columns = stored_columns(origin, statement.scope(None))
    statement.store(Query(Shape(columns), {}, {origin: None}), statement.catalog.table(target), None)
