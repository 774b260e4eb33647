"""Statements that change rows in place: UPDATE, DELETE, MERGE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg, as_list
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.from_clause import add_relations
from lineage_kit.sql.relations import Column, Query, Sources, passed_on
from lineage_kit.sql.statements.returning import returned
from lineage_kit.sql.statements.statement import placed
from lineage_kit.sql.statements.targets import Target, assignments, find_target, named_target, not_read, written_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.queries.scope import Scope
    from lineage_kit.sql.relations import Source, Table
    from lineage_kit.sql.statements.statement import Statement


def read_update(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read UPDATE with its FROM or joins: the assigned columns of the target, which may be named by an alias."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    target = find_target(node.this, [arg(node, "from")], scope, statement)
    if target is None:
        return None
    written = written_tables(node.expressions, scope, target)
    for table in written:
        not_read(table, scope)
    if target.table not in written:
        scope.tables[target.table] = None
    assigned = list(assignments(node.expressions, scope, target))
    _where(node, scope)
    # One of several targets is read where it feeds another.
    scope.tables.update(
        (source.table, None)
        for table, _, sources in assigned
        for source in sources
        if source.table in written and source.table is not table
    )
    statement.use(scope.tables)
    for table, name, sources in assigned:
        statement.write(table, [(name, sources)], (), scope.tables)
    for table in written:
        statement.write(table, (), _rows_of_inputs(scope, written), scope.tables)
    return returned(node, target.table, statement, visible, scope)


def read_delete(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read DELETE with USING or joins: the targets are outputs; the other tables decide which rows go."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    others = as_list(node.args.get("using"))
    named, source = as_list(node.args.get("tables")), node.this
    if not named:
        named, source = _listed_targets(source, others), None
    first, *more = named
    target = find_target(first, [source, *others] if source else others, scope, statement)
    if target is None:
        return None
    targets = [target.table, *(named_target(name, scope) for name in more)]
    for table in targets:
        not_read(table, scope)
    _where(node, scope)
    statement.use(scope.tables)
    for table in targets:
        statement.write(table, (), _rows_of_inputs(scope, targets), scope.tables)
    return returned(node, target.table, statement, visible, scope)


def read_merge(node: Any, statement: Statement, visible: Visible | None) -> Query | None:
    """Read MERGE: every WHEN clause's assignments and inserted columns."""
    scope = statement.scope(statement.reader.with_clause(node, visible))
    target = find_target(node.this, [], scope, statement)
    if target is None:
        return None
    add_relations(node.args["using"], scope)
    condition = node.args.get("on")
    if condition:
        scope.rows.update(collect(condition, scope, "JOIN"))
    for identifier in as_list(node.args.get("using_cond")):  # DuckDB: USING (column, ...)
        key, name = scope.catalog.key(identifier), identifier.name
        for relation in (scope.relations[-1], target.relation):
            scope.rows.update(dict.fromkeys(passed_on(relation.column(key, name), "JOIN")))
    whens = node.args.get("whens")
    flows: list[tuple[str, Sources]] = []
    for when in whens.expressions if whens is not None else node.expressions:
        action = when.args.get("then")
        # A row that is not matched does not exist on the other side.
        target.relation.hidden = _is_new_row(when)
        if when.args.get("condition") is not None:
            scope.rows.update(collect(when.args["condition"], scope, "FILTER"))
        if isinstance(action, (exp.Insert, exp.Update)):
            _where(action, scope)
        flows += _when(action, scope, target)
    target.relation.hidden = False
    statement.use(scope.tables)
    statement.write(target.table, flows, scope.rows, scope.tables)
    return returned(node, target.table, statement, visible, scope)


def _rows_of_inputs(scope: Scope, targets: list[Table]) -> list[Source]:
    """Return what decides about rows, without the columns of targets that do not count as read."""
    return [source for source in scope.rows if source.table in scope.tables or source.table not in targets]


def _listed_targets(node: Any, others: list[Any]) -> list[Any]:
    """Return the targets of DELETE FROM: one, or several before USING, which the parser takes for a join."""
    joins = as_list(node.args.get("joins"))
    if not others or any(join.args.get("on") for join in joins):
        return [node]
    return [node, *(join.this for join in joins)]


def _is_new_row(when: Any) -> bool:
    """Tell whether this is WHEN NOT MATCHED (BY TARGET), where names without qualifier mean the source alone."""
    return not when.args.get("matched") and not when.args.get("source")


def _when(action: Any, scope: Scope, target: Target) -> list[tuple[str, Sources]]:
    """Return what one WHEN clause of MERGE writes; its DELETE and DO NOTHING write no column."""
    if not isinstance(action, (exp.Insert, exp.Update)):
        return []
    star = _star_of(action)
    if star is not None:
        return _everything(star, scope)
    # INSERT ROW of BigQuery and the bare UPDATE and INSERT of DuckDB go by position, those with BY NAME by name.
    listed, values = _inserted(action)
    bare = not (values or action.args.get("expressions") or action.args.get("expression"))
    if isinstance(action.this, exp.Var) or bare:
        return placed(scope.relations[-1].shape, None if isinstance(action.this, exp.Tuple) else target.table.columns)
    if isinstance(action, exp.Update):
        return [(name, sources) for _, name, sources in assignments(action.expressions, scope, target)]
    names = _inserted_names(listed, values, target.table)
    return [
        (name, tuple(collect(value, scope))) for name, value in zip(names, values, strict=False) if name is not None
    ]


def _star_of(action: Any) -> Any:
    """Return the star by which a WHEN clause takes all columns: SET *, SET t.* = s.*; None if it names them."""
    for entry in (action.this, *as_list(action.args.get("expressions")), action.args.get("expression")):
        node = entry.this if isinstance(entry, exp.EQ) else entry
        if isinstance(node, exp.Tuple) and len(node.expressions) == 1:
            node = node.expressions[0]
        if isinstance(node, exp.Column):
            node = node.this
        if isinstance(node, exp.Star):
            return node
    return None


def _inserted(action: Any) -> tuple[Any, list[Any]]:
    """Return the column list of INSERT, None without one, and its values."""
    listed, row = action.this, action.args.get("expression")
    if isinstance(row, exp.Tuple):
        return listed, row.expressions
    only = listed.expressions[0] if isinstance(listed, exp.Tuple) and len(listed.expressions) == 1 else None
    # BigQuery and Redshift: the parser takes the VALUES of an INSERT without a list for a function in the list.
    if isinstance(only, exp.Anonymous) and only.name.upper() == "VALUES":
        return None, only.expressions
    return listed, []


def _inserted_names(listed: Any, values: list[Any], table: Table) -> Sequence[str | None]:
    """Return the columns of the target that values go into; without a list, those that the values are called by."""
    if isinstance(listed, exp.Tuple):
        return [entry.name for entry in listed.expressions]
    if table.columns is not None:
        return table.columns
    return [value.name if isinstance(value, exp.Column) else None for value in values]


def _everything(star: Any, scope: Scope) -> list[tuple[str, Sources]]:
    """Return all columns of the source of MERGE, as UPDATE SET * and INSERT * take them: by name."""
    without = {scope.catalog.key_of_name(column.name) for column in as_list(arg(star, "except"))}
    items = scope.relations[-1].shape.items
    return [(item.name, item.sources) for item in items if isinstance(item, Column) and item.key not in without]


def _where(node: Any, scope: Scope) -> None:
    where = node.args.get("where")
    if where is not None:
        scope.rows.update(collect(where, scope, "FILTER"))
