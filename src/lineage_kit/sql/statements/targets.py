"""What a statement changes: its target, which may be a table, an alias from FROM, or a query over tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlglot import exp

from lineage_kit.sql.grammar.remote import is_remote
from lineage_kit.sql.grammar.tree import as_list
from lineage_kit.sql.model import TableName
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.from_clause import add_relations, table_relation
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.relations import Unlisted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.relations import Sources, Table
    from lineage_kit.sql.statements.statement import Statement

# UPDATE t ... FROM t AS x: here the item of FROM is the target, elsewhere it is read beside it.
_FROM_REPEATS_TARGET = frozenset({"exasol", "fabric", "teradata", "tsql"})

# Here SET can change a field of a column: a name before the dot that is no relation's is a column's.
_FIELDS_ARE_ASSIGNED = frozenset({"bigquery", "databricks", "materialize", "postgres", "risingwave", "spark"})


class Target(NamedTuple):
    """The table that a statement changes, and the relation of the scope by which its columns are named."""

    table: Table
    relation: Relation


def find_target(node: Any, others: list[Any], scope: Scope, statement: Statement) -> Target | None:
    """Return the target of a statement, and add the relations of the target and of its FROM to the scope.

    The target may repeat the name or alias of an item of FROM (T-SQL, MySQL), or be a query over tables, written in its
    place or as a common table expression. It does not count as read.
    """
    for other in others:
        add_relations(other, scope)
    target = _named(node, scope) if isinstance(node, exp.Table) else _queried(node, scope)
    if target is None and isinstance(node, exp.Table) and not is_remote(node.this):
        table = scope.catalog.table(scope.catalog.plainly_named(node))
        target = Target(table, table_relation(node, table, scope))
        scope.relations.insert(0, target.relation)
        scope.reads.append([table])
        for name in ("joins", "laterals"):
            for item in as_list(node.args.get(name)):
                add_relations(item, scope)
    if target is None:
        statement.note(f"the target of {statement.kind} is not a table name")
        return None
    not_read(target.table, scope)
    return target


def not_read(target: Table, scope: Scope) -> None:
    """Do not count the target as read because FROM names it; it is where FROM has it once more, in a subquery too."""
    if sum(target in tables for tables in scope.reads) <= 1:
        scope.tables.pop(target, None)


def named_target(node: Any, scope: Scope) -> Table:
    """Return the table that a further target means: an item of FROM, or a table of that name."""
    target = _named(node, scope)
    return scope.catalog.table(node) if target is None else target.table


def assignments(expressions: list[Any], scope: Scope, target: Target) -> Iterator[tuple[Table, str, Sources]]:
    """Yield the assigned table and column of SET with the sources of its value."""
    for expression in expressions:
        columns, value = _assignment(expression)
        values = [_value(columns[0], value, scope, target)] if len(columns) == 1 else _row(value, scope)
        for column, sources in zip(columns, values, strict=False):
            yield (*_written(column, scope, target), sources)


def written_tables(expressions: list[Any], scope: Scope, target: Target) -> list[Table]:
    """Return the tables that the assignments of SET write, each once: in a joined UPDATE there may be several."""
    columns = [column for expression in expressions for column in _assignment(expression)[0]]
    return list(dict.fromkeys(_written(column, scope, target)[0] for column in columns)) or [target.table]


def _assignment(expression: Any) -> tuple[list[Any], Any]:
    """Return the columns that one assignment of SET writes and its value: a = 1, or (a, b) = (1, 2)."""
    if not isinstance(expression, exp.EQ):
        return [], None
    left, value = expression.this, expression.expression
    # T-SQL assigns to a variable on the way: @v = a = 1, which releases of the parser group differently.
    if isinstance(left, exp.Parameter) and isinstance(value, exp.EQ):
        left, value = value.this, value.expression
    elif isinstance(left, exp.EQ):
        left = left.expression
    while isinstance(left, (exp.Paren, exp.Bracket)):  # an element of an array changes the array
        left = left.this
    columns = left.expressions if isinstance(left, exp.Tuple) else [left]
    return [column for column in columns if isinstance(column, (exp.Column, exp.Identifier, exp.Dot))], value


def _value(column: Any, value: Any, scope: Scope, target: Target) -> Sources:
    """Return the sources of an assigned value; the column itself, by its bare name, is that of the target there."""
    identifier = _identifier(column)
    if not isinstance(identifier, exp.Identifier) or column.args.get("table"):
        return tuple(collect(value, scope))
    key, name = scope.catalog.key(identifier), identifier.name
    before = scope.merged.get(key)
    scope.merged[key] = before or (name, target.relation.column(key, name))
    try:
        return tuple(collect(value, scope))
    finally:
        if before is None:
            del scope.merged[key]


def _row(value: Any, scope: Scope) -> list[Sources]:
    """Return the sources of each position of a row: (x, y), ROW(x, y) or (SELECT x, y ...)."""
    inner = value.this if isinstance(value, exp.Paren) else value
    if isinstance(inner, exp.Tuple) or (isinstance(inner, exp.Anonymous) and inner.name.upper() == "ROW"):
        return [tuple(collect(part, scope)) for part in inner.expressions]
    if not isinstance(inner, exp.Query):
        return []
    query = scope.reader.query(inner, scope.visible, scope)
    scope.tables.update(query.tables)
    scope.rows.update(query.rows)
    return [item.sources for item in query.shape.items]


def _written(column: Any, scope: Scope, target: Target) -> tuple[Table, str]:
    """Return the table and column that an assignment writes: in a joined UPDATE the qualifier says which table."""
    relation, name = _assigned(column, scope, target)
    if relation.table is not None:
        return relation.table, name
    # A query is the target: what is written is the column behind that of the query.
    sources = relation.shape.sources(scope.catalog.key(_identifier(column)), column.name) or ()
    for source in sources:
        if source.table is not None and source.subtype == "IDENTITY":
            return source.table, source.column
    return target.table, name


def _assigned(column: Any, scope: Scope, target: Target) -> tuple[Relation, str]:
    """Return the relation and name of an assigned column; of a field, those of the column that has it."""
    parts = column.parts if isinstance(column, (exp.Column, exp.Dot)) else [column]
    nested = scope.catalog.dialect.name in _FIELDS_ARE_ASSIGNED
    for length in range(len(parts) - 1, 0, -1):
        relation = scope.relation(tuple(scope.catalog.key(part) for part in reversed(parts[:length])))
        if relation is not None:
            return relation, parts[length].name if nested else column.name
    stored = target.table.name
    of_target = isinstance(stored, TableName) and parts[0].name.lower() == stored.name.lower()
    return target.relation, parts[0].name if nested and not of_target else column.name


def _identifier(column: Any) -> Any:
    return column.this if isinstance(column, exp.Column) else column


def _named(node: Any, scope: Scope) -> Target | None:
    """Return the target behind a name that FROM or WITH gives to it."""
    key = scope.catalog.key
    parts = tuple(key(part) for name in ("this", "db", "catalog") if (part := node.args.get(name)))
    relation = scope.relation(parts)
    if relation is None and scope.catalog.dialect.name in _FROM_REPEATS_TARGET and scope.relations:
        table = scope.catalog.table(node)
        relation = next((item for item in scope.relations if item.table is table), None)
    behind = _table_behind(relation) if relation is not None else None
    if relation is not None and behind is not None:
        return Target(behind, relation)
    query = scope.visible.find(parts[0]) if scope.visible is not None and len(parts) == 1 else None
    if query is None or not query.tables:
        return None
    relation = relation or Relation(parts, query.shape)
    if relation not in scope.relations:
        scope.relations.append(relation)
    scope.tables.update(query.tables)
    return Target(next(iter(query.tables)), relation)


def _table_behind(relation: Relation) -> Table | None:
    """Return the table that a relation is, or whose columns it passes on if it is a query."""
    if relation.table is not None:
        return relation.table
    for item in relation.shape.items:
        if isinstance(item, Unlisted):
            return item.table
        for source in item.sources:
            if source.subtype == "IDENTITY" and source.table is not None:
                return source.table
    return None


def _queried(node: Any, scope: Scope) -> Target | None:
    """Return the target that is a query in parentheses: what is written goes into the tables behind it."""
    if not isinstance(node, (exp.Subquery, exp.Select)):
        return None
    before = dict(scope.tables)
    add_relations(node, scope)
    tables = [table for table in scope.tables if table not in before]
    return Target(tables[0], scope.relations[-1]) if tables else None
