"""One query that fills several tables: FROM ... INSERT of Hive and Spark, INSERT ALL of Oracle and Snowflake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.scope import Relation
from lineage_kit.sql.reading import read
from lineage_kit.sql.relations import Column, Shape
from lineage_kit.sql.shapes.queries import read_query
from lineage_kit.sql.statements.kinds import read_tree
from lineage_kit.sql.statements.statement import placed
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from lineage_kit.sql.queries.scope import Scope
    from lineage_kit.sql.relations import Query, Source, Sources
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# What may follow the FROM of a query, and hence stands behind the select list of one that has none.
_AFTER_FROM = (
    "LATERAL VIEW",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "WINDOW",
    "QUALIFY",
    "ORDER BY",
    "CLUSTER BY",
    "DISTRIBUTE BY",
    "SORT BY",
    "LIMIT",
)


def read_from_insert(tokens: Tokens, statement: Statement) -> None:
    """Read FROM ... INSERT ...: each INSERT is one of its own, with the FROM that all of them share."""
    begin = tokens.again()
    definitions = tokens.until("FROM", "INSERT").text().text
    source = tokens.until("INSERT").text().text
    if not source or tokens.done:  # a WITH before an ordinary INSERT, or one that holds it
        read_tree(parse(begin.text(), statement.catalog.dialect), statement)
        return
    statement.kind = "INSERT"
    while tokens.accept("INSERT"):
        place = tokens.text()
        head = tokens.until("SELECT", "MAP", "REDUCE").text().text
        selected = tokens.until("INSERT", *_AFTER_FROM).text().text
        clauses = tokens.until("INSERT").text().text
        text = f"{definitions} INSERT {head} {selected} {source} {clauses}".strip()
        statement.include(read(replace(place, text=text), statement.catalog))


def read_insert_all(tokens: Tokens, statement: Statement) -> None:
    """Read INSERT ALL and INSERT FIRST: rows of a query go into tables, each under its condition."""
    statement.kind = "INSERT"
    tokens.expect("INSERT")
    tokens.accept("OVERWRITE")
    first = tokens.accept_one("ALL", "FIRST") == "FIRST"
    branches = _branches(tokens)
    query = read_query(tokens, statement)
    statement.use(query.tables)
    scope = statement.scope(None)
    scope.relations.append(Relation((), query.shape))
    passed: dict[Source, None] = {}
    for branch in branches:
        condition = _filters(branch.condition.text(), scope) if branch.condition else {}
        # With FIRST, and in ELSE, a row arrives only if no condition before held.
        rows = {**query.rows, **scope.rows, **condition, **(passed if first or not branch.condition else {})}
        passed.update(condition)
        for into in branch.targets:
            _fill(into, query, rows, scope, statement)


class _Into(NamedTuple):
    """One INTO: the table, its column list, and the values, which are expressions over the query."""

    table: Any
    names: list[str] | None
    values: list[Tokens] | None


class _Branch(NamedTuple):
    """The targets under one WHEN; ELSE, and targets without WHEN, have no condition."""

    condition: Tokens | None
    targets: list[_Into]


def _branches(tokens: Tokens) -> list[_Branch]:
    """Take everything before the query."""
    branches = [_Branch(None, [])]
    while True:
        if tokens.accept("WHEN"):
            branches.append(_Branch(tokens.until("THEN"), []))
            tokens.expect("THEN")
        elif tokens.accept("ELSE"):
            branches.append(_Branch(None, []))
        elif tokens.accept("INTO"):
            table = tokens.table()
            names = tokens.names()
            values = tokens.parenthesised() if tokens.accept("VALUES") else None
            branches[-1].targets.append(_Into(table, names, None if values is None else values.split()))
            _pass_error_log(tokens)
        else:
            return branches


def _pass_error_log(tokens: Tokens) -> None:
    """Pass over LOG ERRORS [INTO table] [(tag)] [REJECT LIMIT number], which is written only if rows fail."""
    if tokens.accept("LOG", "ERRORS"):
        if tokens.accept("INTO"):
            tokens.table()
        tokens.parenthesised()
        if tokens.accept("REJECT", "LIMIT"):
            tokens.take()


def _fill(into: _Into, query: Query, rows: dict[Source, None], scope: Scope, statement: Statement) -> None:
    """Record what one INTO puts into its table."""
    target = statement.catalog.table(into.table)
    names = into.names or target.columns
    shape = query.shape
    if into.values is not None:
        columns = [_value(value, at, query, scope) for at, value in enumerate(into.values)]
        shape = Shape(columns)
        # Without a list nothing tells the columns that expressions go into.
        names = names or [column.name for column in columns]
    statement.use(scope.tables)
    statement.write(target, placed(shape, names), rows, query.tables)


def _value(tokens: Tokens, at: int, query: Query, scope: Scope) -> Column:
    """Return the column that an expression of VALUES makes; `$2` is the second column of the query."""
    text = tokens.text()
    name = f"_col_{at}"
    if tokens.next.text.startswith("$") and tokens.next.text[1:].isdigit():
        place = int(tokens.next.text[1:]) - 1
        items = query.shape.columns() or []
        return Column(name, name, items[place].sources if place < len(items) else ())
    if tokens.sees("DEFAULT"):
        return Column(name, name, ())
    (expression,) = _expressions(text, scope)
    own = expression.name if type(expression).__name__ == "Column" else name
    sources: Sources = tuple(collect(expression, scope))
    return Column(own, scope.catalog.key_of_name(own), sources)


def _filters(text: Piece, scope: Scope) -> dict[Source, None]:
    return {source: None for expression in _expressions(text, scope) for source in collect(expression, scope, "FILTER")}


def _expressions(text: Piece, scope: Scope) -> list[Any]:
    """Return the trees of expressions."""
    tree = parse(Piece(f"SELECT {text.text}", text.position, text.line), scope.catalog.dialect)
    return list(tree.expressions)
