"""Statements that define tables and views, and what becomes of a table when it is dropped, emptied or copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.catalog import session_name
from lineage_kit.sql.locations import storage_paths
from lineage_kit.sql.model import TableName
from lineage_kit.sql.relations import Column, Query, Shape, Source, Table, Unlisted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.statements.statement import Statement

_TABLE_KINDS = frozenset({"PROJECTION", "SINK", "SOURCE", "STREAM", "TABLE", "VIEW"})
# What gives the name of a table in IDENTIFIER.
_NAMING = (exp.Func, exp.Literal, exp.Parameter, exp.Placeholder)
QUERY_GOES_BY_NAME = frozenset({"mysql", "singlestore"})
"""Here the columns of a new table are those of its definition and, by their names, those of its query."""
# The schema in which the databases of the dialect keep temporary views that all sessions see.
_GLOBAL_VIEWS = {"databricks": "global_temp", "spark": "global_temp", "spark2": "global_temp"}


def read_create(node: Any, statement: Statement, visible: Visible | None) -> None:
    """Read CREATE of a table or view, from a query, from another table, or empty; other things hold no data."""
    kind = str(node.args.get("kind") or "").upper()
    statement.kind = f"CREATE_{kind.replace(' ', '_')}"
    query_node = node.args.get("expression")
    if kind not in _TABLE_KINDS:
        return
    if isinstance(query_node, (exp.Query, exp.Values)):
        query = statement.reader.query(query_node, visible)
        target = _filled(node, kind, statement)
        create_from(query, target, statement, temporary=_is_temporary(node), view=kind == "VIEW")
        statement.outputs.update(_storage(node, statement, existing=False))
    else:
        _create_without_query(node, statement)


def _create_without_query(node: Any, statement: Statement) -> None:
    files = _storage(node, statement, existing=True)
    statement.use(files)
    template = _property(node, getattr(exp, "UsingTemplateProperty", ()))
    if isinstance(template, exp.Query):  # Snowflake: its query finds out the columns, mostly of files
        statement.use(statement.reader.query(template, None).tables)
    clone, copied = node.args.get("clone"), node.args.get("expression")
    with_data = _property(node, exp.WithDataProperty)
    create(
        node.this,
        statement,
        temporary=_is_temporary(node),
        origin=clone.this if clone else _like(node) or copied,
        with_data=bool(clone) or (with_data is not None and not with_data.args.get("no")),
    )
    table = statement.catalog.table(table_and_names(node.this, statement.catalog)[0])
    if table.content is not None and files:
        table.content = Query(Shape(map(Unlisted, files)), tables=files)


def _filled(node: Any, kind: str, statement: Statement) -> Any:
    """Return the table expression that a CREATE with a query fills, with the column list that renames its columns."""
    # ClickHouse: a materialized view TO a table is a rule that fills that table.
    target = _property(node, exp.ToTableProperty)
    if target is not None:
        return target
    dialect = statement.catalog.dialect.name
    if kind == "TABLE" and dialect in QUERY_GOES_BY_NAME and isinstance(node.this, exp.Schema):
        return node.this.this
    if kind == "VIEW" and dialect in _GLOBAL_VIEWS and _property(node, exp.GlobalProperty):
        view = node.this.this if isinstance(node.this, exp.Schema) else node.this
        view.set("db", exp.to_identifier(_GLOBAL_VIEWS[dialect]))
    return node.this


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
    statement.kind = "CREATE_VIEW" if view else "CREATE_TABLE_AS"
    table, names = _made(target, statement, temporary=temporary)
    shape = query.shape
    if names:
        key = statement.catalog.key_of_name
        shape = shape.renamed([(name, key(name)) for name in names])
    listed = shape.columns()
    table.columns = statement.catalog.known_columns(table.name) if listed is None else [item.name for item in listed]
    statement.store(Query(shape, query.rows, query.tables), table, None)


def create(
    target: Any, statement: Statement, *, temporary: bool = False, origin: Any = None, with_data: bool = False
) -> None:
    """Record that a new table is empty, or made like another one.

    Args:
        target: The table expression, with a column list where one is written.
        statement: Takes the result.
        temporary: Whether the table vanishes with the session.
        origin: The table expression of the other table.
        with_data: Whether its rows are copied too.
    """
    catalog = statement.catalog
    other = catalog.table(origin) if isinstance(origin, exp.Table) else None
    table, names = _made(target, statement, temporary=temporary)
    statement.kind = "CREATE_TABLE"
    if other is None:
        table.columns = names or table.columns
    else:
        table.columns = names or _column_names(other)
        # What is made like a table of another name, and stays, counts as read from it.
        if table.content is None and other.content is None and other.name != table.name:
            statement.use([other])
    if other is not None and with_data:
        statement.kind = "CREATE_TABLE_AS"
        statement.store(copy_of(other), table, table.columns)
    elif table.content is None:
        statement.outputs[table] = None
    else:
        statement.store(empty(table, catalog), table, None)


def _made(target: Any, statement: Statement, *, temporary: bool) -> tuple[Table, Sequence[str] | None]:
    """Return the table that a statement creates, and its column list.

    One that the script drops later on counts as temporary. One that it renames has its last name from the beginning.
    """
    catalog = statement.catalog
    node, names = table_and_names(target, catalog)
    table = catalog.table(node)
    end = catalog.ahead.end(node)
    if end is not None and end != table.name and not temporary and isinstance(table.name, TableName):
        table = Table(end, catalog.known_columns(end))
        catalog.bind(node, table)
    is_temporary = temporary or end is None or session_name(node.this) is not None
    table.content = Query(Shape(())) if is_temporary else None
    table.used = end is None
    if table.content is None and isinstance(table.name, TableName):
        statement.change("CREATE", node)
    return table, names


def empty(table: Table, catalog: Catalog) -> Query:
    """Return the content of a table without rows."""
    if table.columns is None:
        return Query(Shape([Unlisted(None)]))
    return Query(Shape(Column(name, catalog.key_of_name(name), ()) for name in table.columns))


def copy_of(origin: Table) -> Query:
    """Return all rows of a table as a query."""
    content = origin.content
    if content is not None:
        origin.used = True
        return Query(Shape(content.shape.items), dict(content.rows), dict(content.tables))
    if origin.columns is None:
        return Query(Shape([Unlisted(origin)]), {}, {origin: None})
    return Query(Shape(Column(name, name, (Source(origin, name),)) for name in origin.columns), {}, {origin: None})


def forget(node: Any, statement: Statement) -> None:
    """Record that a table or view is dropped.

    It is an output, unless it is one of the script's own: one that is temporary, or that a later statement makes and
    the script drops again.
    """
    catalog = statement.catalog
    node = catalog.plainly_named(node)
    table = catalog.table(node)
    table.used = True
    if table.content is None and session_name(node.this) is None and not catalog.ahead.is_made_only_to_vanish(node):
        statement.outputs[table] = None
        statement.change("DROP", node)
    catalog.release(node)


def touch(node: Any, statement: Statement, *, empties: bool = False) -> None:
    """Record that a statement changes a table, or empties it, without data flowing."""
    table = statement.catalog.table(node)
    if table.content is None:
        statement.outputs[table] = None
        if isinstance(table.name, TableName):
            statement.change("TRUNCATE" if empties else "ALTER", node)
    elif empties:
        names = table.content.shape.columns()
        table.columns = None if names is None else [column.name for column in names]
        table.content = empty(table, statement.catalog)


def read_use(node: Any, statement: Statement, _: Visible | None) -> None:
    """Read USE: it changes the defaults for the statements that follow."""
    kind = str(node.args.get("kind") or "").upper()
    table = node.this
    if not isinstance(table, exp.Table) or kind in {"ROLE", "WAREHOUSE", "SECONDARY ROLES"}:
        return
    catalog = statement.catalog
    table = catalog.plainly_named(table)
    # Where a variable gives the name nobody knows it.
    outer, name = table.db, table.name if catalog.is_name(table.this) else None
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
    if _is_dynamic_name(node, catalog):
        name = exp.Anonymous(this=node.this.name, expressions=node.expressions)
        return catalog.plainly_named(exp.Table(this=name)), None
    columns = [
        entry.name for entry in node.expressions if isinstance(entry, (exp.Identifier, exp.ColumnDef, exp.Column))
    ]
    return catalog.plainly_named(node.this), columns or None


def _is_dynamic_name(node: Any, catalog: Catalog) -> bool:
    """Tell whether the parser took IDENTIFIER('...') of Spark for a table with a column list."""
    name = node.this.this
    if not isinstance(name, exp.Identifier) or name.args.get("quoted") or name.name.lower() != "identifier":
        return False
    if len(node.expressions) != 1:
        return False
    inner = node.expressions[0]
    return isinstance(inner, _NAMING) or inner.name.lower() in catalog.texts


def _column_names(table: Table) -> Sequence[str] | None:
    if table.content is None:
        return table.columns
    listed = table.content.shape.columns()
    return None if listed is None else [column.name for column in listed]


def _like(node: Any) -> Any:
    """Return the table after which the columns of a new one are made: LIKE."""
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


def _storage(node: Any, statement: Statement, *, existing: bool) -> dict[Table, None]:
    """Return the locations in which a new table keeps its data, or finds data that is there already."""
    properties = node.args.get("properties")
    catalog = statement.catalog
    paths = storage_paths(properties.expressions if properties else (), catalog.dialect, existing=existing)
    return dict.fromkeys(map(catalog.location, paths))


def _is_temporary(node: Any) -> bool:
    if _property(node, exp.TemporaryProperty, exp.VolatileProperty) is not None:
        return True
    # Teradata's VOLATILE behind MULTISET is taken for the property of a function.
    stability = _property(node, exp.StabilityProperty)
    return stability is not None and stability.name.upper() == "VOLATILE"
