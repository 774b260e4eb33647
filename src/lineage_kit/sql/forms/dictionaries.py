"""Dictionaries of ClickHouse and StarRocks: look-up tables that the database fills from a table, a query or a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.forms.places import load, rows_of_text, store

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# Options that name a file or an address, by the kind of source. Other kinds are other systems.
_PATH_OPTIONS = {"FILE": "PATH", "HTTP": "URL"}


def read_dictionary(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE DICTIONARY with SOURCE(kind(options)) of ClickHouse or USING table of StarRocks."""
    statement.kind = "CREATE_DICTIONARY"
    tokens.skip_to("DICTIONARY")
    tokens.take()
    tokens.accept("IF", "NOT", "EXISTS")
    node = tokens.table()
    if node is None:
        raise tokens.refused()
    target = statement.catalog.table(node)
    statement.outputs[target] = None
    if tokens.accept("USING"):
        origin = tokens.table()
        _fill_from_table(origin, _columns(tokens.parenthesised()), target, statement)
        return
    if tokens.accept("ON", "CLUSTER"):
        tokens.take()
    names = _columns(tokens.parenthesised())
    tokens.skip_to("SOURCE")
    source = tokens.parenthesised() if tokens.accept("SOURCE") else None
    if source is not None:
        _fill(source, names, target, statement)


def _columns(definitions: Tokens | None) -> list[str]:
    """Return the columns that are taken over under their own names; those with an expression are none of them."""
    entries = definitions.split() if definitions is not None else []
    return [entry.name() for entry in entries if not entry.again().skip_to("EXPRESSION")]


def _fill(source: Tokens, names: list[str], target: Table, statement: Statement) -> None:
    """Record what a source, a kind with options in parentheses, puts into a dictionary."""
    kind = source.take().word
    options = _options(source.parenthesised())
    if kind in _PATH_OPTIONS:
        path = options.get(_PATH_OPTIONS[kind])
        load([path] if path else [], target, statement)
    elif kind == "CLICKHOUSE" and "QUERY" in options:
        rows = rows_of_text(replace(source.piece, text=options["QUERY"]), statement)
        store(rows, target, statement, names or None)
    elif kind == "CLICKHOUSE" and "TABLE" in options:
        parts = [part for part in (options.get("DB"), *options["TABLE"].split(".")) if part][-2:]
        identifiers = [exp.to_identifier(part, quoted=True) for part in parts]
        origin = exp.Table(**dict(zip(("this", "db"), identifiers[::-1], strict=False)))
        _fill_from_table(origin, names, target, statement)


def _options(listed: Tokens | None) -> dict[str, str]:
    """Return options by their names in capitals, as in HOST 'h' PORT 9000 TABLE 't'; groups of options are left out."""
    options: dict[str, str] = {}
    while listed is not None and not listed.done:
        name = listed.take().word
        if not listed.sees("(") and not listed.done:
            options[name] = listed.take().value
        listed.parenthesised()
    return options


def _fill_from_table(origin: Any, names: list[str], target: Table, statement: Statement) -> None:
    """Record that columns of a table go into a dictionary under the same names."""
    if origin is None:
        return
    query = exp.select(*[exp.column(exp.to_identifier(name, quoted=True)) for name in names] or [exp.Star()])
    statement.store(statement.reader.query(query.from_(origin), None), target, names or None)
