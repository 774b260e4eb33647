"""INSERT: where the columns of its query go, and what happens to rows that are there already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg, as_list, named_by_text
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.from_clause import add_relations, stored_columns, table_relation
from lineage_kit.sql.queries.scope import Relation
from lineage_kit.sql.relations import Column, Query, Shape, Table
from lineage_kit.sql.statements.definitions import table_and_names
from lineage_kit.sql.statements.returning import returned
from lineage_kit.sql.statements.statement import placed
from lineage_kit.sql.statements.targets import Target, assignments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.queries.scope import Scope
    from lineage_kit.sql.relations import Sources
    from lineage_kit.sql.statements.statement import Statement

# PARTITION (...) behind the target names columns here; elsewhere it names partitions.
_PARTITIONS_ARE_COLUMNS = frozenset({"", "databricks", "hive", "spark", "spark2"})

_POSITION = re.compile(r"\$\d+")

# How ON CONFLICT calls the row that was to be inserted.
_OFFERED = "excluded"


def read_insert(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read INSERT: columns go by position into the column list or the known columns, else by their names."""
    visible = statement.reader.with_clause(node, visible)
    table_node, names = table_and_names(node.this, statement.catalog)
    names = names or _listed_behind_alias(table_node)
    target = _target(table_node, statement, visible)
    query_node = node.args.get("expression") or node.args.get("source")
    if target is None:
        statement.note("the target of INSERT is not a table name")
        if isinstance(query_node, exp.Query):
            statement.use(statement.reader.query(query_node, visible).tables)
        return None
    table, own_names = target
    names = None if node.args.get("by_name") else names or _without_excepted(node.this, own_names, statement)
    if not isinstance(query_node, (exp.Query, exp.Values, exp.Table)):
        statement.write(table, ())
        return returned(node, table, statement, visible)
    query = statement.reader.query(query_node, visible)
    if isinstance(query_node, exp.Values) and names is None:
        names = ()  # nothing tells the columns that the values go into
    if names is None:
        query = _without_positions(query)
    query, names = _with_partition(table_node, query, names, statement)
    statement.store(query, table, names)
    filled = Target(table, _relation(table_node, table, statement))
    _on_conflict(node, filled, placed(query.shape, names), statement, visible)
    return returned(node, table, statement, visible)


def _without_excepted(node: Any, names: Sequence[str] | None, statement: Statement) -> Sequence[str] | None:
    """Return the known columns of a target without those that t (* EXCEPT (a)) of ClickHouse leaves out."""
    stars = [entry for entry in node.expressions if isinstance(entry, exp.Star)] if isinstance(node, exp.Schema) else []
    if not stars or names is None:
        return names
    key = statement.catalog.key_of_name
    excepted = {key(column.name) for star in stars for column in as_list(arg(star, "except"))}
    return [name for name in names if key(name) not in excepted]


def _listed_behind_alias(node: Any) -> Sequence[str] | None:
    """Return the column list of INSERT INTO t AS a (b, c), which the oldest releases take for columns of the alias."""
    alias = node.args.get("alias") if isinstance(node, exp.Table) else None
    listed = as_list(alias and alias.args.get("columns"))
    if alias:
        alias.set("columns", None)
    return [column.name for column in listed] or None


def _without_positions(query: Query) -> Query:
    """Return a query without columns that are only called by a position, $1: the target has none of that name."""
    items = [item for item in query.shape.items if not (isinstance(item, Column) and _POSITION.fullmatch(item.name))]
    return Query(Shape(items), query.rows, query.tables)


def _target(node: Any, statement: Statement, visible: Visible | None) -> tuple[Table, Sequence[str] | None] | None:
    """Return the table that INSERT fills, and its columns as far as they are known."""
    catalog = statement.catalog
    if isinstance(node, exp.Directory):
        return catalog.location(node.this.name), None
    if isinstance(node, (exp.Subquery, exp.Select)):
        # Oracle: the columns of a query over a table stand for those of the table.
        query = statement.reader.query(node, visible)
        columns = query.shape.columns() or []
        names = [column.sources[0].column for column in columns if column.sources]
        return (next(iter(query.tables)), names or None) if query.tables else None
    if not isinstance(node, exp.Table) or not (catalog.is_name(node.this) or named_by_text(node) is not None):
        return None
    table = catalog.table(node)
    content = table.content
    listed = content.shape.columns() if content is not None else None
    return table, table.columns if listed is None else [column.name for column in listed] or None


def _with_partition(
    node: Any, query: Query, names: Sequence[str] | None, statement: Statement
) -> tuple[Query, Sequence[str] | None]:
    """Return query and target columns after PARTITION (d = 'x', h) of Hive and Spark.

    Columns with a value are not in the query; those without one are its last columns, whatever their names.
    """
    clause = node.args.get("partition")
    if not isinstance(clause, exp.Partition) or statement.catalog.dialect.name not in _PARTITIONS_ARE_COLUMNS:
        return query, names
    fixed = [entry.this.name for entry in clause.expressions if isinstance(entry, exp.EQ)]
    last = [entry.name for entry in clause.expressions if isinstance(entry, (exp.Column, exp.Identifier))]
    key = statement.catalog.key_of_name
    if names is not None:
        partition = {key(name) for name in (*fixed, *last)}
        others = [name for name in names if key(name) not in partition]
        return query, [*others, *last]
    items = query.shape.items
    if not last or not all(isinstance(item, Column) for item in items[-len(last) :]):
        return query, None
    moved = [Column(name, key(name), item.sources) for name, item in zip(last, items[-len(last) :], strict=False)]
    return Query(Shape([*items[: -len(last)], *moved]), query.rows, query.tables), None


def _relation(node: Any, table: Table, statement: Statement) -> Relation:
    """Return the relation by which the conditions and assignments of INSERT name its target."""
    if isinstance(node, exp.Table):
        return table_relation(node, table, statement.scope(None))
    return Relation((), Shape(stored_columns(table, statement.scope(None))), table)


def _on_conflict(
    node: Any, target: Target, offered: list[tuple[str, Sources]], statement: Statement, visible: Visible | None
) -> None:
    """Read the assignments of ON CONFLICT DO UPDATE and ON DUPLICATE KEY UPDATE."""
    conflict = node.args.get("conflict")
    if not conflict:
        return
    source = node.args.get("expression")
    in_sight = conflict.args.get("duplicate") and isinstance(source, exp.Select)
    scope = statement.scope(statement.reader.with_clause(source, visible) if in_sight else visible)
    scope.relations += [target.relation, _offered(node, offered, scope)]
    if in_sight:
        # In MySQL the tables of the query are in sight too.
        for item in (arg(source, "from"), *as_list(source.args.get("joins"))):
            add_relations(item, scope)
    changed = conflict.transform(_offered_value)
    for table, name, sources in assignments(changed.expressions, scope, target):
        statement.write(table, [(name, sources)])
    if changed.args.get("where") is not None:
        scope.rows.update(collect(changed.args["where"], scope, "FILTER"))
    statement.write(target.table, (), scope.rows)
    statement.use(scope.tables)


def _offered(node: Any, columns: list[tuple[str, Sources]], scope: Scope) -> Relation:
    """Return the row that was to be inserted: `excluded`, or under the alias that MySQL lets it have."""
    key = scope.catalog.key_of_name
    shape = Shape(Column(name, key(name), sources) for name, sources in columns)
    values = node.args.get("expression")
    alias = values.args.get("alias") if isinstance(values, exp.Values) else None
    if not alias:
        return Relation((key(_OFFERED),), shape)
    names = [(column.name, scope.catalog.key(column)) for column in as_list(alias.args.get("columns"))]
    return Relation((scope.catalog.key(alias.this),), shape.renamed(names))


def _offered_value(node: Any) -> Any:
    """Return VALUES(column) of MySQL, the value that was to be inserted, as a column of the offered row."""
    is_value = isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES" and len(node.expressions) == 1
    if not is_value:
        return node
    column = node.expressions[0]
    return exp.column(column.this if isinstance(column, exp.Column) else column, table=_OFFERED)
