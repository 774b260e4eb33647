"""RETURNING, and OUTPUT of SQL Server: the rows that a statement has changed, as the result of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.queries.from_clause import stored_columns
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.queries.select_list import add_select_list
from lineage_kit.sql.relations import Column, Item, Query, Shape, Source, Table, Unlisted

if TYPE_CHECKING:
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.statements.statement import Statement

# Where a changed row has two names, for what it was before and what it is then.
_BEFORE_AND_AFTER = {"fabric": ("deleted", "inserted"), "tsql": ("deleted", "inserted")}


def returned(
    node: Any, target: Table, statement: Statement, visible: Visible | None, scope: Scope | None = None
) -> Query | None:
    """Return what RETURNING gives, as a query over the target; what decided about the changed rows decides here too.

    RETURNING reads the target, where the new values are by then: its columns come from those of the target, also from
    those that the statement has just written. OUTPUT tells an inserted row before anything else can see it: a written
    column comes from what feeds it.
    """
    clause = node.args.get("returning")
    if not clause:
        return None
    if scope is None:
        scope = statement.scope(visible)
        scope.relations.append(Relation((), Shape(stored_columns(target, scope)), target))
        scope.rows.update(dict.fromkeys(statement.row_sources(target)))
    names = _BEFORE_AND_AFTER.get(statement.catalog.dialect.name)
    if names is not None:
        before, after = names
        rows = Shape(stored_columns(target, scope)) if target.content is None else target.content.shape
        scope.relations += [Relation((before,), rows), Relation((after,), _rows_after(target, statement) or rows)]
    items = add_select_list(clause.expressions, scope)
    tables = {target: None}
    if target.content is not None:
        target.used = True
        tables = dict(target.content.tables)
    return Query(Shape(items), dict(scope.rows), {**tables, **scope.tables})


def _rows_after(target: Table, statement: Statement) -> Shape | None:
    """Return the rows of a target after the statement: what is written comes from what feeds it.

    None for a temporary table, which holds that already.
    """
    if target.content is not None:
        return None
    key = statement.catalog.key_of_name
    written: dict[str, dict[Source, None]] = {}
    for name, source in statement.written(target):
        written.setdefault(name, {})[source] = None
    columns: list[Item] = [Column(name, key(name), tuple(sources)) for name, sources in written.items()]
    return Shape([*columns, Unlisted(target, without=frozenset(map(key, written)))])
