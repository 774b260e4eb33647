"""Queries in a string that another server runs, where the statement could name its tables in its own words.

T-SQL's OPENQUERY(server, '...') reads what `server.database.schema.table` reads, Trino's `catalog.system.query('...')`
what `catalog.schema.table` does. They become subqueries over such names, if the query tells all parts of them. What
other functions send to another server has no name here, and they stay functions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage_kit.sql.dialects import Dialect

_SIGNS = {
    **dict.fromkeys(("fabric", "tsql"), re.compile(r"\bopenquery\s*\(", re.IGNORECASE)),
    **dict.fromkeys(("athena", "presto", "trino"), re.compile(r"\bsystem\s*\.\s*query\s*\(", re.IGNORECASE)),
}
# The grammars of the server; the statement's own comes first.
_GRAMMARS: dict[str, tuple[str | None, ...]] = {
    "openquery": (None, "", "oracle"),
    "query": (None, "", "postgres", "mysql"),
}
# The function that Trino's catalogs have.
_OF_CATALOGS = ["system", "query"]
# The parts of a table's name that the query itself must tell: a database and a schema for OPENQUERY.
_PARTS = {"openquery": ("this", "db", "catalog"), "query": ("this", "db")}


def mentions_server(text: str, dialect: Dialect) -> bool:
    """Tell whether a statement may hold a query for another server."""
    sign = _SIGNS.get(dialect.name)
    return sign is not None and sign.search(text) is not None


def with_subqueries(tree: Any, parse: Callable[[str, str | None], Any]) -> Any:
    """Return a tree with subqueries in the place of the calls that hold them.

    Args:
        tree: The statement.
        parse: Reads a text by the grammar of a name; None is that of the statement.
    """
    for node in list(tree.find_all(exp.Table, exp.Schema)):
        call = _call(node)
        query = None if call is None else _query(*call, parse)
        if query is not None:
            subquery = exp.Subquery(this=query)
            for name in ("alias", "joins", "laterals", "pivots"):
                if node.args.get(name):
                    subquery.set(name, node.args[name])
            node.replace(subquery)
        elif call is not None and isinstance(node, exp.Schema):
            node.set("this", exp.Table(this=exp.Anonymous(this=call[0])))
    return tree


def is_remote(function: Any) -> bool:
    """Tell whether a function is given a query for another server."""
    if isinstance(function, exp.Dot):
        names = [function.this.name, function.expression.name]
        return isinstance(function.expression, exp.Anonymous) and [name.lower() for name in names] == _OF_CATALOGS
    return isinstance(function, exp.Anonymous) and function.name.lower() == "openquery"


def _call(node: Any) -> tuple[str, Sequence[Any]] | None:
    """Return name and arguments of a function in the place of a table, the server or catalog first."""
    if isinstance(node, exp.Schema):  # as the target of INSERT its arguments look like columns
        name = node.this.name.lower()
        return (name, node.expressions) if name == "openquery" and _is_text(node.expressions[-1]) else None
    function = node.this
    if isinstance(function, exp.Anonymous) and function.name.lower() == "table" and len(function.expressions) == 1:
        function = function.expressions[0]
    if not is_remote(function):
        return None
    if isinstance(function, exp.Dot):
        catalog = next(function.find_all(exp.Identifier, bfs=False))
        return "query", [catalog, *function.expression.expressions]
    return "openquery", function.expressions


def _is_text(node: Any) -> bool:
    return isinstance(node, exp.National) or (isinstance(node, exp.Literal) and bool(node.is_string))


def _query(name: str, arguments: Sequence[Any], parse: Callable[[str, str | None], Any]) -> Any:
    """Return the query that a server is given, over its tables; None where these cannot be named."""
    if len(arguments) <= 1:
        return None
    *_, server, last = arguments
    text = last.expression if isinstance(last, exp.Kwarg) else last
    for grammar in _GRAMMARS[name]:
        try:
            tree = parse(text.name, grammar)
        except StatementRefusedError:
            continue
        if isinstance(tree, exp.Query):
            return _over_tables_of(server.this if isinstance(server, exp.Column) else server, tree, _PARTS[name])
    return None


def _over_tables_of(server: Any, tree: Any, parts: Sequence[str]) -> Any:
    """Return a query with a server before the names of its tables; None where a name has not all its parts."""
    common = {definition.alias for definition in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or (table.name in common and not table.db):
            continue
        identifiers = [table.args.get(part) for part in parts]
        if None in identifiers:
            return None
        *inner, outer = identifiers
        if len(parts) > len(("schema", "table")):
            table.set("this", exp.Dot(this=inner[-1], expression=table.this))
        table.set("db", outer)
        table.set("catalog", server.copy())
    return tree
