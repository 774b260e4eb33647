"""Statements that change rows: INSERT, UPDATE, DELETE, MERGE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.definitions import table_and_names
from lineage_kit.sql.expressions import collect
from lineage_kit.sql.from_clause import add_relations, stored_columns, table_relation
from lineage_kit.sql.relations import Column, Query, Shape, Sources, Table
from lineage_kit.sql.scope import Relation, Scope
from lineage_kit.sql.select_list import add_select_list
from lineage_kit.sql.statement import placed
from lineage_kit.sql.tree import arg, as_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.query import Visible
    from lineage_kit.sql.statement import Statement


def read_insert(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read INSERT: columns go by position into the column list or the known columns, else by their names."""
    visible = statement.reader.with_clause(node, visible)
    if isinstance(node.this, exp.Directory):
        target, names = statement.catalog.location(node.this.this.name), None
    else:
        table_node, names = table_and_names(node.this, statement.catalog)
        if not isinstance(table_node, exp.Table) or not statement.catalog.is_name(table_node.this):
            statement.note("the target of INSERT is not a table name")
            return None
        target = statement.catalog.table(table_node)
        if not node.args.get("by_name"):
            names = names or target.columns
    query_node = node.args.get("expression")
    if isinstance(query_node, (exp.Query, exp.Values, exp.Table)):
        query = statement.reader.query(query_node, visible)
        statement.store(query, target, names)
        _on_conflict(node, query, target, names, statement)
    else:
        statement.write(target, ())
    return _returned(node, target, statement, visible)


def _on_conflict(node: Any, query: Query, target: Table, names: Sequence[str] | None, statement: Statement) -> None:
    """Read the assignments of ON CONFLICT DO UPDATE; `excluded` is the row that was to be inserted."""
    conflict = node.args.get("conflict")
    if not conflict:
        return
    key = statement.catalog.key_of_name
    offered = [Column(name, key(name), sources) for name, sources in placed(query.shape, names)]
    scope = statement.scope(None)
    scope.relations += [
        table_relation(node.find(exp.Table), target, scope),
        Relation((key("excluded"),), Shape(offered)),
    ]
    for _, name, sources in _assignments(conflict.expressions, scope, target):
        statement.write(target, [(name, sources)])


def read_update(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read UPDATE with its FROM or joins: the assigned columns of the target, which may be named by an alias."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    target = _target(node.this, [arg(node, "from")], scope, statement)
    if target is None:
        return None
    columns = [column for expression in node.expressions for column in _assigned_columns(expression)]
    written = dict.fromkeys(_written(column, scope, target) for column in columns) or {target: None}
    for table in written:
        _not_read(table, scope)
    if target not in written:
        scope.tables[target] = None
    assigned = list(_assignments(node.expressions, scope, target))
    _where(node, scope)
    statement.use(scope.tables)
    for table, name, sources in assigned:
        statement.write(table, [(name, sources)])
    for table in written:
        statement.write(table, (), scope.rows)
    return _returned(node, target, statement, visible, scope)


def read_delete(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read DELETE with USING or joins: the targets are outputs; the other tables decide which rows go."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    others = as_list(node.args.get("using"))
    first, *more = as_list(node.args.get("tables")) or [None]
    if first is None:
        first = node.this
    else:
        others.insert(0, node.this)
    target = _target(first, others, scope, statement)
    if target is None:
        return None
    targets = [target, *(_named_target(name, scope) or scope.catalog.table(name) for name in more)]
    for table in targets:
        _not_read(table, scope)
    _where(node, scope)
    statement.use(scope.tables)
    for table in targets:
        statement.write(table, (), scope.rows)
    return _returned(node, target, statement, visible, scope)


def read_merge(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read MERGE: every WHEN clause's assignments and inserted columns."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    target = _target(node.this, [], scope, statement)
    if target is None:
        return None
    add_relations(node.args["using"], scope)
    condition = node.args.get("on")
    if condition is not None:
        scope.rows.update(collect(condition, scope, "JOIN"))
    whens = node.args.get("whens")
    flows: list[tuple[str, Sources]] = []
    for when in whens.expressions if whens is not None else node.expressions:
        if when.args.get("condition") is not None:
            scope.rows.update(collect(when.args["condition"], scope, "FILTER"))
        flows += _when(when.args.get("then"), scope, target)
    statement.use(scope.tables)
    statement.write(target, flows, scope.rows)
    return None


def _when(action: Any, scope: Scope, target: Table) -> list[tuple[str, Sources]]:
    """Return what one WHEN clause of MERGE writes; its DELETE and DO NOTHING write no column."""
    source = scope.relations[-1]
    everything = [(item.name, item.sources) for item in source.shape.items if isinstance(item, Column)]
    if isinstance(action, exp.Update):
        if any(isinstance(entry, exp.Star) for entry in action.expressions):
            return everything
        return [(name, sources) for _, name, sources in _assignments(action.expressions, scope, target)]
    if not isinstance(action, exp.Insert):
        return []
    values = action.expression
    if not isinstance(values, exp.Tuple):
        return everything
    names = (
        [entry.name for entry in action.this.expressions]
        if isinstance(action.this, exp.Tuple)
        else list(target.columns or ())
    )
    return [(name, tuple(collect(value, scope))) for name, value in zip(names, values.expressions, strict=False)]


def _assigned_columns(expression: Any) -> list[Any]:
    """Return the columns that one assignment of SET writes: a = 1, or (a, b) = (1, 2)."""
    if not isinstance(expression, exp.EQ):
        return []
    names = expression.this
    columns = names.expressions if isinstance(names, exp.Tuple) else [names]
    return [column for column in columns if isinstance(column, (exp.Column, exp.Identifier, exp.Dot))]


def _assignments(expressions: list[Any], scope: Scope, target: Table) -> Iterator[tuple[Table, str, Sources]]:
    """Yield the assigned table and column of SET with the sources of its value."""
    for expression in expressions:
        columns = _assigned_columns(expression)
        if len(columns) == 1:
            values = [tuple(collect(expression.expression, scope))]
        else:
            values = _row(expression.expression, scope)
        for column, sources in zip(columns, values, strict=False):
            yield _written(column, scope, target), column.name, sources


def _row(value: Any, scope: Scope) -> list[Sources]:
    """Return the sources of each position of a row: (x, y) or (SELECT x, y ...)."""
    inner = value.this if isinstance(value, exp.Paren) else value
    if isinstance(inner, exp.Tuple):
        return [tuple(collect(part, scope)) for part in inner.expressions]
    if not isinstance(inner, exp.Query):
        return []
    query = scope.reader.query(inner, scope.visible, scope)
    scope.tables.update(query.tables)
    return [(*item.sources, *query.rows) for item in query.shape.items]


def _written(column: Any, scope: Scope, target: Table) -> Table:
    """Return the table that an assignment writes: in a joined UPDATE the qualifier says which."""
    qualifier = column.args.get("table") if isinstance(column, exp.Column) else None
    relation = scope.relation((scope.catalog.key(qualifier),)) if qualifier else None
    return relation.table if relation is not None and relation.table is not None else target


def _target(node: Any, others: list[Any], scope: Scope, statement: Statement) -> Table | None:
    """Return the table that a statement changes, and add the relations of its target and its FROM to the scope.

    The target may repeat the name or alias of an item of FROM (T-SQL, MySQL), or name a common table expression
    over a single table. It does not count as read.
    """
    if not isinstance(node, exp.Table):
        statement.note(f"the target of {statement.kind} is not a table name")
        return None
    for other in others:
        add_relations(other, scope)
    target = _named_target(node, scope)
    if target is None:
        target = scope.catalog.table(node)
        scope.relations.insert(0, table_relation(node, target, scope))
        for name in ("joins", "laterals"):
            for item in as_list(node.args.get(name)):
                add_relations(item, scope)
    _not_read(target, scope)
    return target


def _not_read(target: Table, scope: Scope) -> None:
    """Do not count the target as read because FROM names it; it is read where FROM has it a second time."""
    if sum(relation.table is target for relation in scope.relations) <= 1:
        scope.tables.pop(target, None)


def _named_target(node: Any, scope: Scope) -> Table | None:
    """Return the table behind a name that FROM or WITH gives to the target."""
    key = scope.catalog.key
    parts = tuple(key(part) for name in ("this", "db", "catalog") if (part := node.args.get(name)))
    relation = scope.relation(parts)
    if relation is not None and relation.table is not None:
        return relation.table
    query = scope.visible.find(parts[0]) if scope.visible is not None and len(parts) == 1 else None
    if query is None or len(query.tables) != 1:
        return None
    scope.relations.append(Relation(parts, query.shape))
    return next(iter(query.tables))


def _where(node: Any, scope: Scope) -> None:
    where = node.args.get("where")
    if where is not None:
        scope.rows.update(collect(where, scope, "FILTER"))


def _returned(
    node: Any, target: Table, statement: Statement, visible: Visible | None, scope: Scope | None = None
) -> Query | None:
    """Return what RETURNING gives, as a query over the target."""
    clause = node.args.get("returning")
    if not clause:
        return None
    if scope is None:
        scope = statement.scope(visible)
        scope.relations.append(Relation((), Shape(stored_columns(target, scope)), target))
    return Query(Shape(add_select_list(clause.expressions, scope)), {}, {target: None})
