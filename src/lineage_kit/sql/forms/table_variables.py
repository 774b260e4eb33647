"""T-SQL: table variables, which live no longer than their batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.shapes.writing import defined_columns
from lineage_kit.sql.statements.definitions import empty

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens


def read_table_variable(tokens: Tokens, statement: Statement) -> None:
    """Read DECLARE @name TABLE (columns): the variable holds no rows yet."""
    statement.kind = "DECLARE"
    tokens.expect("DECLARE")
    table = statement.catalog.table(table_or_variable(tokens))
    tokens.accept("AS")
    tokens.expect("TABLE")
    definition = tokens.parenthesised()
    if definition is None:
        raise tokens.refused()
    columns, _ = defined_columns(definition)
    table.columns = [column.name for column in columns]
    table.content = empty(table, statement.catalog)


def table_or_variable(tokens: Tokens) -> Any:
    """Take the name of a table or of a table variable, and return it as a table expression; None without a name."""
    if not tokens.next.text.startswith("@"):
        return tokens.table()
    return exp.Table(this=exp.Parameter(this=exp.Var(this=tokens.take().text[1:])))
