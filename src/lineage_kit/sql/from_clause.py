"""FROM: tables, subqueries, functions and joins become the relations of a scope."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from lineage_kit.sql.catalog import table_identifiers
from lineage_kit.sql.expressions import collect
from lineage_kit.sql.pivot import pivoted
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
from lineage_kit.sql.scope import Relation, Scope
from lineage_kit.sql.tree import as_list, named_by_text

# Functions that give rows, and how they call their columns. (Snowflake's FLATTEN is Explode in the parser's tree.)
_ROW_FUNCTIONS: dict[type, tuple[str, ...]] = {
    exp.Explode: ("col", "index", "key", "path", "seq", "this", "value"),
    exp.GenerateSeries: ("generate_series",),
    exp.Posexplode: ("col", "key", "pos", "value"),
    exp.Unnest: ("unnest",),
}
_WITHOUT_COLUMNS = ("SEMI", "ANTI")


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
    alias = node.args.get("alias")
    lateral = isinstance(node, exp.Lateral)
    if lateral:
        node = node.this
    if isinstance(node, exp.Table):
        return _table(node, scope)
    if isinstance(node, (exp.Subquery, exp.Paren)) and not isinstance(node.this, exp.Query):
        return _parenthesised(node, alias, scope)
    if isinstance(node, exp.Values):
        return _aliased(alias, _values(node, scope), scope)
    if isinstance(node, exp.Query):
        query = scope.reader.query(node, scope.visible, scope if lateral else scope.parent)
        _use(query.rows, query.tables, scope)
        return _aliased(alias, query.shape, scope)
    return _function(node, alias, scope)


def _parenthesised(node: Any, alias: Any, scope: Scope) -> Relation | None:
    """Add the tables inside parentheses one by one, or return them as one relation under the alias behind."""
    if not alias:
        add_relations(node.this, scope)
        return None
    inner = Scope(scope.reader, scope.visible, scope.parent)
    add_relations(node.this, inner)
    _use(inner.rows, inner.tables, scope)
    items = [item for relation in inner.shown() for item in relation.shape.items]
    return _aliased(alias, Shape(items), scope)


def _table(node: Any, scope: Scope) -> Relation:
    """Return the relation of a table, a common table expression, or a function in the place of a table."""
    node = scope.catalog.plainly_named(node)
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
    table = scope.catalog.table(node)
    if table.content is None:
        scope.tables[table] = None
    else:
        _use(table.content.rows, table.content.tables, scope)
    return table_relation(node, table, scope)


def _use(rows: dict[Source, None], tables: dict[Table, None], scope: Scope) -> None:
    scope.rows.update(rows)
    scope.tables.update(tables)


def _aliased(alias: Any, shape: Shape, scope: Scope, table: Table | None = None) -> Relation:
    """Return a relation under an alias and its column list, as far as they are given."""
    if not alias:
        return Relation((), shape, table)
    key = scope.catalog.key
    names = [_column_name(column) for column in as_list(alias.args.get("columns"))]
    if names:
        shape = shape.renamed([(name.name, key(name)) for name in names])
    return Relation((key(alias.this),) if alias.this else (), shape, table)


def _column_name(node: Any) -> Any:
    """Return the identifier of a column list's entry, which may carry a type."""
    return node.this if isinstance(node, exp.ColumnDef) else node


def _values(node: Any, scope: Scope) -> Shape:
    """Return the columns of VALUES: those of all its rows, position by position."""
    rows = [as_list(row.expressions) if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    width = max(map(len, rows), default=0)
    items: list[Item] = []
    for index in range(width):
        cells = [collect(row[index], scope) for row in rows if index < len(row)]
        sources = {source: None for cell in cells for source in cell}
        items.append(Column(f"column{index + 1}", f"column{index + 1}", tuple(sources)))
    return Shape(items)


def _function(node: Any, alias: Any, scope: Scope) -> Relation:
    """Return the relation of a function in FROM: not a table; its columns derive from its arguments."""
    node = _unwrapped(node)
    arguments = tuple(collect(node, scope, "TRANSFORMATION"))
    key = scope.catalog.key
    names = [_column_name(column) for column in as_list(alias and alias.args.get("columns"))]
    qualifiers = (key(alias.this),) if alias and alias.this else ()
    if names:
        items: list[Item] = [Column(name.name, key(name), arguments) for name in names]
        return Relation(qualifiers, Shape(items))
    own = next((names for kind, names in _ROW_FUNCTIONS.items() if isinstance(node, kind)), None)
    # A single column may be called by the alias.
    only = None if own is None else frozenset({*map(scope.catalog.key_of_name, own), *qualifiers})
    return Relation(qualifiers, Shape([Unlisted(None, arguments, only=only)]))


def _unwrapped(node: Any) -> Any:
    """Return the function inside TABLE(...)."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "table" and len(node.expressions) == 1:
        return node.expressions[0]
    # The class is missing in the oldest releases of the parser.
    return node.this if type(node).__name__ == "TableFromRows" else node


def _add_join(join: Any, scope: Scope) -> None:
    """Add the right side of a join and what the join condition uses."""
    known = len(scope.relations)
    add_relations(join.this, scope)
    added = scope.relations[known:]
    condition = join.args.get("on")
    if condition is not None:
        scope.rows.update(collect(condition, scope, "JOIN"))
    for column in _shared_columns(join, scope, known, added):
        _merge(column, join, scope, known, added)
    if (join.args.get("kind") or "").upper() in _WITHOUT_COLUMNS:
        for relation in added:
            relation.hidden = True


def _shared_columns(join: Any, scope: Scope, known: int, added: list[Relation]) -> list[tuple[str, str]]:
    """Return the columns (name, folded name) of USING, or those that NATURAL means as far as they are known."""
    key = scope.catalog.key
    using = [_column_identifier(node) for node in join.args.get("using") or ()]
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


def _column_identifier(node: Any) -> Any:
    return node.this if isinstance(node, exp.Column) else node
