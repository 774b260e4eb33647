"""Statements that define: CREATE, DROP, TRUNCATE, ALTER, USE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.relations import Column, Query, Shape, Source, Table
from lineage_kit.sql.tree import as_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.query import Visible
    from lineage_kit.sql.statement import Statement

_TABLE_KINDS = frozenset({"TABLE", "VIEW"})


def read_create(node: Any, statement: Statement, visible: Visible | None) -> None:
    """Read CREATE of a table or view, from a query, from another table, or empty; other things hold no data."""
    kind = str(node.args.get("kind") or "").upper()
    statement.kind = f"CREATE_{kind.replace(' ', '_')}"
    if kind not in _TABLE_KINDS:
        return
    temporary = _is_temporary(node)
    query_node = node.args.get("expression")
    if isinstance(query_node, (exp.Query, exp.Values)):
        query = statement.reader.query(query_node, visible)
        # ClickHouse: a materialized view TO a table is a rule that fills that table.
        target = _property(node, exp.ToTableProperty)
        create_from(query, target or node.this, statement, temporary=temporary, view=kind == "VIEW")
        return
    table_node, names = table_and_names(node.this, statement.catalog)
    table = statement.catalog.table(table_node)
    original = _original(node)
    if original is not None:
        origin = statement.catalog.table(original)
        statement.use([origin])
        names = names or origin.columns
        if node.args.get("clone"):
            statement.kind = "CREATE_TABLE_AS"
            _keep_or_write(table, _copy(origin), names, statement, temporary=temporary)
            return
    table.columns = names or table.columns
    table.content = _empty(names, statement) if temporary else None
    if not temporary:
        statement.outputs[table] = None


def create_from(
    query: Query, target: Any, statement: Statement, *, temporary: bool = False, view: bool = False
) -> None:
    """Record that a new table or view holds the result of a query.

    Args:
        query: The query.
        target: The table expression, with a column list where one is written.
        statement: Takes the result.
        temporary: Whether the table vanishes with the session; then readers get the query instead.
        view: Whether it is a view.
    """
    table_node, names = table_and_names(target, statement.catalog)
    statement.kind = "CREATE_VIEW" if view else "CREATE_TABLE_AS"
    table = statement.catalog.table(table_node)
    temporary = temporary or bool(table_node.this and table_node.this.args.get("temporary"))
    statement.use(query.tables)
    _keep_or_write(table, query, names, statement, temporary=temporary)


def read_drop(node: Any, statement: Statement, _: Visible | None) -> None:
    """Read DROP: a dropped table or view is an output; a temporary one is forgotten."""
    if str(node.args.get("kind") or "").upper() not in _TABLE_KINDS:
        return
    for table_node in [*as_list(node.args.get("tables")), *as_list(node.this), *node.expressions]:
        if isinstance(table_node, exp.Table):
            _touch(table_node, statement, forget=True)


def read_truncate(node: Any, statement: Statement, _: Visible | None) -> None:
    """Read TRUNCATE: the emptied tables are outputs."""
    for table_node in node.expressions:
        if isinstance(table_node, exp.Table):
            _touch(table_node, statement)


def read_alter(node: Any, statement: Statement, _: Visible | None) -> None:
    """Read ALTER: the table is an output; after RENAME and SWAP the data of one table is that of another."""
    if not isinstance(node.this, exp.Table) or str(node.args.get("kind") or "").upper() not in _TABLE_KINDS:
        return
    actions = node.args.get("actions") or []
    partner = next((action for action in actions if isinstance(action, (exp.AlterRename, exp.SwapTable))), None)
    if partner is None:
        _touch(node.this, statement)
        return
    mine, other = statement.catalog.table(node.this), statement.catalog.table(partner.this)
    mine.columns, other.columns = other.columns, mine.columns
    mine.content, other.content = other.content, mine.content
    pair = [mine, other] if isinstance(partner, exp.SwapTable) else [mine]
    statement.use(table for table in pair if table.content is None)
    statement.outputs.update(dict.fromkeys(pair[::-1] if len(pair) > 1 else [other]))


def read_use(node: Any, statement: Statement, _: Visible | None) -> None:
    """Read USE: it changes the defaults for the statements that follow."""
    kind = str(node.args.get("kind") or "").upper()
    table = node.this
    if not isinstance(table, exp.Table) or kind in {"ROLE", "WAREHOUSE", "SECONDARY ROLES"}:
        return
    catalog = statement.catalog
    outer, name = table.db, table.name
    one_level = catalog.dialect.name in {"tsql", "fabric", "snowflake"}
    if kind in {"DATABASE", "CATALOG"} or (not kind and not outer and one_level):
        catalog.database = name
    else:
        catalog.schema = name
        catalog.database = outer or catalog.database


def table_and_names(node: Any, catalog: Catalog) -> tuple[Any, Sequence[str] | None]:
    """Return the table expression and the column list of a target like t (a, b); None without a list."""
    if not isinstance(node, exp.Schema):
        return catalog.plainly_named(node), None
    columns = [
        entry.name for entry in node.expressions if isinstance(entry, (exp.Identifier, exp.ColumnDef, exp.Column))
    ]
    return catalog.plainly_named(node.this), columns or None


def _keep_or_write(
    table: Table, query: Query, names: Sequence[str] | None, statement: Statement, *, temporary: bool
) -> None:
    catalog = statement.catalog
    shape = query.shape
    if names:
        shape = shape.renamed([(name, catalog.key_of_name(name)) for name in names])
    if temporary:
        table.content = Query(shape, dict(query.rows), dict(query.tables))
        return
    table.content = None
    statement.store(query, table, names)
    listed = shape.columns()
    if listed is None:
        table.columns = catalog.known_columns(table.name)
    else:
        table.columns = [column.name for column in listed]


def _empty(names: Sequence[str] | None, statement: Statement) -> Query:
    key = statement.catalog.key_of_name
    return Query(Shape(Column(name, key(name), ()) for name in names or ()))


def _copy(origin: Table) -> Query:
    if origin.content is not None:
        return origin.content
    columns = origin.columns or ()
    return Query(Shape(Column(name, name, (Source(origin, name),)) for name in columns), {}, {origin: None})


def _original(node: Any) -> Any:
    """Return the table that a new one is a copy of: CLONE (data too) or LIKE (columns only)."""
    clone = node.args.get("clone")
    if clone:
        return clone.this
    entries = node.this.expressions if isinstance(node.this, exp.Schema) else ()
    like = next((entry.this for entry in entries if isinstance(entry, exp.LikeProperty)), None)
    return like or _property(node, exp.LikeProperty)


def _property(node: Any, *kinds: Any) -> Any:
    """Return what a property of the given kinds of a CREATE names (the property itself if it names nothing)."""
    properties = node.args.get("properties")
    for entry in properties.expressions if properties else ():
        if isinstance(entry, kinds):
            return entry.this or entry
    return None


def _is_temporary(node: Any) -> bool:
    return _property(node, exp.TemporaryProperty, exp.VolatileProperty) is not None


def _touch(table_node: Any, statement: Statement, *, forget: bool = False) -> None:
    """Record that a statement changes a table without data flowing."""
    table = statement.catalog.table(table_node)
    if table.content is None:
        statement.outputs[table] = None
    elif forget:
        table.content = None
