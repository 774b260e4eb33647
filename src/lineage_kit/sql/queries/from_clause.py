"""FROM: tables, subqueries, functions and joins become the relations of a scope."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from lineage_kit.sql.catalog import table_identifiers
from lineage_kit.sql.grammar.tree import as_list, identifier_of, named_by_text
from lineage_kit.sql.locations import function_paths
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.pivot import pivoted
from lineage_kit.sql.queries.row_functions import (
    array_of_item,
    bounds_of_window,
    declared_columns,
    given_relations,
    is_window_of_time,
    own_columns,
    own_qualifiers,
    passes_columns,
    shape_of_values,
    sources_by_column,
    unwrapped,
)
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.queries.struct_fields import elements, fields_of, may_have_fields
from lineage_kit.sql.relations import (
    Column,
    Item,
    Shape,
    Source,
    Sources,
    Table,
    Unlisted,
    passed_on,
    unknown,
)

_WITHOUT_COLUMNS = ("SEMI", "ANTI")
# TABLE(SELECT ...) is the elements of a collection that the query finds; elsewhere it is what the query gives.
_QUERIES_OF_COLLECTIONS = frozenset({"oracle"})


def add_relations(node: Any, scope: Scope) -> None:
    """Add an item of FROM, with everything joined to it, to the relations of a scope.

    Args:
        node: FROM, a join, a table, a subquery, a lateral view, VALUES or a function; None adds nothing.
        scope: Takes the relations, the tables that they read, and the columns of the join conditions.
    """
    if node is None:
        return
    if isinstance(node, exp.From):
        add_relations(node.this, scope)
        return
    if isinstance(node, exp.Join):
        _add_join(node, scope)
        return
    relation = _relation(node, scope)
    for pivot in node.args.get("pivots") or ():
        relation = relation and pivoted(relation, pivot, scope)
    if relation is not None:
        scope.relations.append(relation)
    for name in ("joins", "laterals"):
        for item in as_list(node.args.get(name)):
            add_relations(item, scope)


def table_relation(node: Any, table: Table, scope: Scope) -> Relation:
    """Return the relation of a stored table under its alias, or under its own name."""
    content = table.content
    shape = Shape(stored_columns(table, scope)) if content is None else content.shape
    alias = node.args.get("alias")
    if alias and alias.this:
        return _aliased(alias, shape, scope, table)
    qualifiers = tuple(scope.catalog.key(part) for part in reversed(table_identifiers(node)) if part.name)
    return Relation(qualifiers, shape, table, is_alias=False)


def stored_columns(table: Table, scope: Scope) -> list[Item]:
    """Return the known columns of a stored table, each its own source, or their stand-in."""
    if table.columns is None:
        return [Unlisted(table)]
    key = scope.catalog.key_of_name
    return [Column(name, key(name), (Source(table, name),)) for name in table.columns]


def _relation(node: Any, scope: Scope) -> Relation | None:
    """Return the relation of one item of FROM; None for parentheses around joined tables."""
    if isinstance(node, (exp.Final, exp.Stream)):
        node = node.this
    if isinstance(node, exp.TableAlias):
        # Pipe syntax: what the pipe gave up to |> AS x has become a common table expression of that name.
        node = exp.Table(this=node.this)
    alias = node.args.get("alias")
    lateral = isinstance(node, exp.Lateral)
    if lateral:
        node = node.this
    if isinstance(node, exp.Table):
        return _table(node, scope)
    if isinstance(node, (exp.AtIndex, exp.Pivot)):
        return _special(node, scope)
    return _derived(node, alias, scope, scope if lateral else scope.parent)


def _derived(node: Any, alias: Any, scope: Scope, outer: Scope | None) -> Relation | None:
    """Return the relation of what is no stored table; `outer` is the scope that a subquery may refer to."""
    if isinstance(node, (exp.Subquery, exp.Paren)) and _holds_relations(node.this):
        return _parenthesised(node, alias, scope, outer)
    if isinstance(node, exp.Values):
        return _aliased(alias, shape_of_values(node, scope), scope)
    if isinstance(node, exp.Query):
        return _queried(node, alias, scope, outer)
    return _function(node, alias, scope)


def _holds_relations(node: Any) -> bool:
    """Tell whether what stands in parentheses is a join or table rather than a query, itself maybe in parentheses."""
    while isinstance(node, exp.Subquery):
        if any(node.args.get(name) for name in ("alias", "joins", "laterals", "pivots")):
            return True
        node = node.this
    return not isinstance(node, exp.Query)


def _queried(node: Any, alias: Any, scope: Scope, outer: Scope | None) -> Relation:
    """Return the relation of a subquery."""
    query = scope.reader.query(node, scope.visible, outer)
    _use(query.rows, query.tables, scope)
    return _aliased(alias, query.shape, scope)


def _special(node: Any, scope: Scope) -> Relation | None:
    """Return the relation of PIVOT and UNPIVOT as statements (DuckDB), or of an array or object (Redshift)."""
    if isinstance(node, exp.AtIndex):
        return _indexed(node, scope)
    if isinstance(node.this, exp.AtIndex):
        return _indexed(node.this, scope)
    relation = _relation(node.this, scope)
    return relation and pivoted(relation, node, scope)


def _indexed(node: Any, scope: Scope) -> Relation:
    """Return the relation of the elements of an array with their places, as in FROM t.items AS item AT place."""
    element = node.this.args["alias"]
    key = scope.catalog.key(element)
    sources = tuple(collect(node.this, scope, "TRANSFORMATION"))
    place = Column(node.expression.name, scope.catalog.key(node.expression), sources)
    return Relation((key,), Shape([Unlisted(None, sources, names=frozenset({key}), closed=True), place]))


def _parenthesised(node: Any, alias: Any, scope: Scope, outer: Scope | None) -> Relation | None:
    """Add the tables inside parentheses one by one, or return them as one relation under the alias behind."""
    if not alias:
        add_relations(node.this, scope)
        return None
    inner = Scope(scope.reader, scope.visible, outer)
    add_relations(node.this, inner)
    _use(inner.rows, inner.tables, scope)
    items = [item for relation in inner.shown() for item in relation.shape.items]
    return _aliased(alias, Shape(items), scope)


def _table(node: Any, scope: Scope) -> Relation:
    """Return the relation of a table, a common table expression, or a function in the place of a table."""
    node = scope.catalog.plainly_named(node)
    if node.args.get("rows_from"):
        listed = node.args["rows_from"]
        functions = exp.Tuple(expressions=[item.this if isinstance(item, exp.Table) else item for item in listed])
        return _function(functions, node.args.get("alias"), scope)
    this = node.this
    if not scope.catalog.is_name(this):
        if named_by_text(node) is not None or isinstance(this, (exp.Parameter, exp.Placeholder)):
            scope.reader.note("a table is named by a variable")
        return _function(this, node.args.get("alias"), scope)
    if not node.args.get("db") and isinstance(this, exp.Identifier) and scope.visible is not None:
        query = scope.visible.find(scope.catalog.key(this))
        if query is not None:
            _use(query.rows, query.tables, scope)
            alias = node.args.get("alias")
            if alias and alias.this:
                return _aliased(alias, query.shape, scope)
            return Relation((scope.catalog.key(this),), query.shape)
    array = array_of_item(node, scope)
    if array is not None:
        return _function(array, node.args.get("alias"), scope)
    table = scope.catalog.table(node)
    if table.content is None:
        _use({}, {table: None}, scope)
    else:
        table.used = True
        _use(table.content.rows, table.content.tables, scope)
    return table_relation(node, table, scope)


def _use(rows: dict[Source, None], tables: dict[Table, None], scope: Scope) -> None:
    scope.rows.update(rows)
    scope.tables.update(tables)
    scope.reads.append(tables)


def _aliased(alias: Any, shape: Shape, scope: Scope, table: Table | None = None) -> Relation:
    """Return a relation under an alias and its column list, as far as they are given."""
    if not alias:
        return Relation((), shape, table)
    key = scope.catalog.key
    names = [identifier_of(column) for column in as_list(alias.args.get("columns"))]
    if names:
        shape = shape.renamed([(name.name, key(name)) for name in names])
    return Relation((key(alias.this),) if alias.this else (), shape, table)


def _function(node: Any, alias: Any, scope: Scope) -> Relation:
    """Return the relation of a function in FROM: not a table; its columns derive from its arguments."""
    node = unwrapped(node)
    if isinstance(node, exp.Query) and scope.catalog.dialect.name not in _QUERIES_OF_COLLECTIONS:
        return _queried(node, alias, scope, scope)
    paths = function_paths(node)
    if paths is not None:
        return _files(paths, alias, scope)
    is_array_of_bigquery = isinstance(node, exp.Unnest) and scope.catalog.dialect.name == "bigquery"
    if is_array_of_bigquery and (of_structs := elements(node, alias, scope)) is not None:
        return of_structs
    key = scope.catalog.key
    qualifiers = (key(alias.this),) if alias and alias.this else own_qualifiers(node, scope)
    passed, arguments = _arguments(node, scope)
    written = as_list(alias and alias.args.get("columns")) or declared_columns(node)
    names = [identifier_of(column) for column in written]
    if isinstance(node, exp.Unnest) and isinstance(node.args.get("offset"), exp.Identifier):
        names.append(node.args["offset"])
    by_column = sources_by_column(node, len(names), arguments, scope)
    fields = fields_of(node, scope) if len(names) == 1 else ()
    items: list[Item] = [Column(name.name, key(name), own, fields) for name, own in zip(names, by_column, strict=True)]
    if not written:
        own = own_columns(node)
        # A single column may be called by the alias.
        known = frozenset({*map(scope.catalog.key_of_name, own or ()), *qualifiers})
        closed = own is not None or any(isinstance(item, Unlisted) for item in passed)
        items += [*passed, Unlisted(None, arguments, names=known, closed=closed)]
    relation = Relation(qualifiers, Shape(items))
    if is_array_of_bigquery and may_have_fields(node, names, scope):
        relation.fields = arguments
    return relation


def _arguments(function: Any, scope: Scope) -> tuple[list[Item], Sources]:
    """Return the columns that a function passes on from the tables it is given, and what its own derive from."""
    given = given_relations(function)
    if not given:
        return [], tuple(collect(function, scope, "TRANSFORMATION"))
    inner = Scope(scope.reader, scope.visible, scope)
    for node in given:
        add_relations(node, inner)
    _use(inner.rows, inner.tables, scope)
    items = [item for relation in inner.relations for item in relation.shape.items]
    if is_window_of_time(function):
        return [*items, *bounds_of_window(function, inner)], ()
    given_columns = [item for item in items if isinstance(item, Column)]
    sources = passed_on([source for item in given_columns for source in item.sources], "TRANSFORMATION")
    return list(given_columns) if passes_columns(function) else [], sources


def _files(paths: list[str], alias: Any, scope: Scope) -> Relation:
    """Return the relation of files that a function reads: its columns are theirs."""
    if not paths:
        scope.reader.note("a location is named by an expression")
        return _aliased(alias, Shape([Unlisted(None)]), scope)
    files = [scope.catalog.location(path) for path in paths]
    scope.tables.update((file, None) for file in files if file.content is None)
    return _aliased(alias, Shape(map(Unlisted, files)), scope, files[0] if len(files) == 1 else None)


def _add_join(join: Any, scope: Scope) -> None:
    """Add the right side of a join and what the join condition uses."""
    if (join.args.get("kind") or "").upper() == "ARRAY":
        _join_arrays([join.this, *join.expressions], scope)
        return
    known = len(scope.relations)
    add_relations(join.this, scope)
    added = scope.relations[known:]
    for condition in (join.args.get("on"), join.args.get("match_condition")):
        if condition is not None:
            scope.rows.update(collect(condition, scope, "JOIN"))
    shared = _shared_columns(join, scope, known, added)
    for column in shared:
        _merge(column, join, scope, known, added)
    if shared:
        # In a star the columns of the last join come first: what was joined before is its left side.
        latest_first = dict.fromkeys([key for _, key in shared] + list(scope.merged))
        scope.merged = {key: scope.merged[key] for key in latest_first}
    if (join.args.get("kind") or "").upper() in _WITHOUT_COLUMNS:
        for relation in added:
            relation.hidden = True


def _join_arrays(arrays: list[Any], scope: Scope) -> None:
    """Read ARRAY JOIN of ClickHouse: from here on the name of an array, or its alias, means an element."""
    for array in arrays:
        identifier = array.args.get("alias") if isinstance(array, exp.Alias) else identifier_of(array)
        if isinstance(identifier, exp.Identifier):
            sources = tuple(collect(array, scope, "TRANSFORMATION"))
            scope.elements[scope.catalog.key(identifier)] = (identifier.name, sources)


def _shared_columns(join: Any, scope: Scope, known: int, added: list[Relation]) -> list[tuple[str, str]]:
    """Return the columns (name, folded name) of USING, or those that NATURAL means as far as they are known."""
    key = scope.catalog.key
    using = [identifier_of(node) for node in join.args.get("using") or ()]
    if using:
        return [(identifier.name, key(identifier)) for identifier in using]
    if (join.args.get("method") or "").upper() != "NATURAL":
        return []
    left = [item for relation in scope.relations[:known] for item in relation.shape.items]
    return [
        (item.name, item.key)
        for item in left
        if isinstance(item, Column) and any(relation.shape.has(item.key) for relation in added)
    ]


def _merge(column: tuple[str, str], join: Any, scope: Scope, known: int, added: list[Relation]) -> None:
    """Make a column of both sides of a join one, as USING does."""
    name, key = column
    left = _side(name, key, scope.relations[:known], scope)
    right = _side(name, key, added, scope)
    side = (join.args.get("side") or "").upper()
    sources = right if side == "RIGHT" else left
    if side == "FULL":
        sources = passed_on((*left, *right), "TRANSFORMATION")
    scope.rows.update(dict.fromkeys(passed_on((*left, *right), "JOIN")))
    scope.merged[key] = (name, sources)


def _side(name: str, key: str, relations: list[Relation], scope: Scope) -> Sources:
    if key in scope.merged and relations and relations[0] is scope.relations[0]:
        return scope.merged[key][1]
    shown = [relation for relation in relations if not relation.hidden]
    having = [relation for relation in shown if relation.shape.has(key)]
    having = having or [relation for relation in shown if relation.shape.may_have(key)]
    return having[0].column(key, name) if len(having) == 1 else unknown(name)
