"""COPY: files into tables, and tables or queries into files.

The same verb has two orders: `COPY table FROM file` and `COPY table TO file` (PostgreSQL and what descends from it,
Redshift, Vertica, DuckDB), and `COPY INTO target FROM source` (Snowflake, Databricks, SQL Server's cloud services).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.forms.places import load, option_paths, store, take_rows, take_sources, take_target
from lineage_kit.sql.relations import Column, Query, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.relations import Item
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# Databricks finds the columns of a query by their names, the others by their positions.
_BY_NAME = frozenset({"databricks", "spark"})


def read_copy(tokens: Tokens, statement: Statement) -> None:
    """Read COPY, whatever its order."""
    statement.kind = "COPY"
    tokens.expect("COPY")
    if tokens.sees("FROM", "DATABASE"):  # DuckDB copies a whole database, and names no table
        return
    if tokens.accept("INTO") or tokens.accept("FILES", "INTO"):
        subject = tokens.until("FROM")
        tokens.expect("FROM")
        _fill(subject, tokens, statement, by_name=tokens.dialect.name in _BY_NAME)
        return
    tokens.accept("BINARY")
    subject = tokens.until("FROM", "TO", "WITH SOURCE", "SOURCE")
    if tokens.accept("TO"):
        rows = take_rows(subject, statement)
        store(rows, take_target(tokens, statement), statement)
    elif tokens.accept("FROM"):
        _fill(subject, tokens, statement)
    else:
        _from_reader(subject, tokens, statement)


def _from_reader(subject: Tokens, tokens: Tokens, statement: Statement) -> None:
    """Read COPY of Vertica with a reader in the place of a file: SOURCE Hdfs(url = '...')."""
    target = take_target(subject, statement)
    tokens.skip_to("(")
    paths = option_paths(tokens.parenthesised(), "URL", "PATH", "FILE")
    if not paths:
        raise tokens.refused()
    load(paths, target, statement)


def _fill(subject: Tokens, tokens: Tokens, statement: Statement, *, by_name: bool = False) -> None:
    """Record what flows from the sources that stand next into the table, file or stage of the subject."""
    target = take_target(subject, statement)
    names: Sequence[str] | None = subject.names()
    if names is None and target is not None and not by_name:
        names = target.columns
    store(None, target, statement)
    for source in take_sources(tokens, statement):
        rows = source if names else Query(Shape(filter(_has_name, source.shape.items)), source.rows, source.tables)
        store(rows, target, statement, names)


def _has_name(item: Item) -> bool:
    """Tell whether a column of a query has a name that the target's column can have: $1 or an expression has none."""
    return not (isinstance(item, Column) and item.name.upper().startswith(("$", "_COL_", "METADATA$")))
