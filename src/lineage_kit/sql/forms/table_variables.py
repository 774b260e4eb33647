"""Table variables of T-SQL and SAP HANA, which live no longer than their batch or block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.shapes.queries import read_query
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


def read_rows(tokens: Tokens, statement: Statement) -> None:
    """Read name = query of SAP HANA: from here on the variable holds what the query gives."""
    statement.kind = "SET"
    variable = exp.Table(this=exp.Parameter(this=exp.Var(this=tokens.take().value)))
    tokens.expect("=")
    query = read_query(tokens, statement)
    statement.use(query.tables)
    statement.catalog.table(variable).content = query


def table_or_variable(tokens: Tokens) -> Any:
    """Take the name of a table or of a table variable, and return it as a table expression; None without a name."""
    if not tokens.next.text.startswith("@"):
        return tokens.table()
    return exp.Table(this=exp.Parameter(this=exp.Var(this=tokens.take().text[1:])))
