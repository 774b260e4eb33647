"""Which columns an expression is made of, and how each of them takes part.

The walk over an expression keeps its own stack: generated SQL nests thousands of operators deep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.queries.column_choice import choice, is_star
from lineage_kit.sql.queries.functions import combined, is_masking, is_unit, steps_of
from lineage_kit.sql.queries.scope import Aliases, Relation, Scope
from lineage_kit.sql.relations import Column, Shape, Source, Sources, passed_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.model import TransformationSubtype
    from lineage_kit.sql.relations import Query

    Resolver = Callable[[Any, Scope, Aliases], Sources | None]

# Methods of the types for XML: what stands before the dot is a column there, not the schema of a function.
_XML_METHODS = {
    "fabric": frozenset({"exist", "nodes", "query", "value"}),
    "oracle": frozenset({"existsnode", "extract", "getblobval", "getclobval", "getnumberval", "getstringval"}),
    "tsql": frozenset({"exist", "nodes", "query", "value"}),
}


def collect(
    node: Any, scope: Scope, subtype: TransformationSubtype = "IDENTITY", aliases: Aliases = Aliases.NO
) -> dict[Source, None]:
    """Return the sources of an expression, in order of appearance.

    Args:
        node: The expression.
        scope: Resolves its columns; the tables and the row clauses of its subqueries are added to it.
        subtype: How the expression itself is used; IDENTITY for an item of the select list.
        aliases: Whether aliases of the select list count as columns here.
    """
    scope.catalog.deadline.check()
    found: dict[Source, None] = {}
    todo: list[tuple[Any, TransformationSubtype, bool]] = [(node, subtype, False)]
    while todo:
        node, subtype, masking = todo.pop()
        resolver = _resolver(node)
        sources = resolver(node, scope, aliases) if resolver is not None else None
        if sources is None:
            masking = masking or is_masking(node)
            steps = [(child, combined(subtype, step), masking) for child, step in steps_of(node)(node, scope)]
            todo.extend(reversed(steps))
        else:
            found.update(dict.fromkeys(passed_on(sources, subtype, masking=masking)))
    return found


def _resolver(node: Any) -> Resolver | None:
    """Return what resolves a node as a whole, if it is no mere sum of its parts; remembered per class of node."""
    kind = type(node)
    if kind not in _RESOLVERS:
        known = [resolver for base, resolver in _RESOLVERS_OF.items() if issubclass(kind, base)]
        _RESOLVERS[kind] = known[0] if known else None
    return _RESOLVERS[kind]


def _column(node: Any, scope: Scope, aliases: Aliases) -> Sources | None:
    if isinstance(node.this, exp.Star):
        return scope.all_columns(node, node.this)
    return () if is_unit(node) else scope.resolve(node, aliases)


def _chosen(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Return the sources of COLUMNS of DuckDB: of the column whose turn it is, or of all that are chosen."""
    if scope.chosen is not None and not node.args.get("unpack"):
        return scope.chosen.sources
    if not is_star(node.this):
        return scope.all_columns(None, exp.Star(), choice(node))
    column = node.this if isinstance(node.this, exp.Column) else None
    return scope.all_columns(column, node.this if column is None else column.this)


def _star(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    return scope.all_columns(None, node)


def _subquery(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Return the sources of a subquery that serves as a value: those of its columns."""
    query = _inner_query(node, scope)
    columns = [item for item in query.shape.items if isinstance(item, Column)]
    values = [source for column in columns for source in column.sources]
    if len(columns) > 1:
        values = list(passed_on(values, "TRANSFORMATION"))
    return tuple(values)


def _exists(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Read EXISTS (SELECT ...): what it selects does not matter."""
    if not isinstance(node.this, exp.Query):
        return None
    _inner_query(node.this, scope)
    return ()


def _inner_query(node: Any, scope: Scope) -> Query:
    """Return a subquery inside an expression; its tables and what decides about its rows are added to the scope."""
    query: Query = scope.reader.query(node, scope.visible, scope)
    scope.tables.update(query.tables)
    scope.rows.update(query.rows)
    return query


def _comprehension(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Read [x + 1 FOR x IN list IF x > 2], where x is an element of the list."""
    variable = node.expression
    identifier = variable.this if isinstance(variable, exp.Column) else variable
    elements = tuple(collect(node.args["iterator"], scope, "TRANSFORMATION"))
    inner = Scope(scope.reader, scope.visible, scope)
    inner.relations.append(Relation((), Shape([Column(identifier.name, scope.catalog.key(identifier), elements)])))
    found = {**collect(node.this, inner, "TRANSFORMATION"), **dict.fromkeys(elements)}
    if node.args.get("condition") is not None:
        found.update(collect(node.args["condition"], inner, "CONDITIONAL"))
    scope.tables.update(inner.tables)
    scope.rows.update(inner.rows)
    return tuple(found)


def _lambda(node: Any, scope: Scope, aliases: Aliases) -> Sources | None:
    """Read f(a -> '$.b'): the parser takes it for a lambda, but a string behind the arrow is a path into JSON."""
    path = node.this
    while isinstance(path, exp.Binary):
        path = path.this
    if not isinstance(path, exp.Literal) or not path.is_string:
        return None
    columns = [exp.Column(this=name) for name in node.expressions if isinstance(name, exp.Identifier)]
    sources = [source for column in columns for source in scope.resolve(column, aliases)]
    return passed_on(sources, "TRANSFORMATION")


def _parameter(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Read $1, which in Snowflake is the first column of what FROM gives."""
    is_position = scope.catalog.dialect.name == "snowflake" and node.name.isdigit()
    return scope.positional(int(node.name)) if is_position else None


def _dot(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Read (t).a, a column of a whole row, :new.a of Oracle, and a method of a column like x.doc.value('...')."""
    row = node.this.this if isinstance(node.this, exp.Paren) else None
    if isinstance(row, exp.Column) and isinstance(node.expression, exp.Identifier):
        return scope.row_column(row, node.expression) or _field(node, node.expression, scope)
    if isinstance(node.this, exp.Placeholder) and isinstance(node.expression, exp.Identifier):
        relation = scope.rows_of((scope.catalog.key_of_name(node.this.name),))
        column = node.expression
        return () if relation is None else relation.column(scope.catalog.key(column), column.name)
    method = node.expression
    if isinstance(method, exp.Func) and method.name.lower() in _XML_METHODS.get(scope.catalog.dialect.name, ()):
        names = list(node.this.find_all(exp.Identifier, bfs=False))
        parts = dict(zip(("this", "table", "db", "catalog"), names[::-1], strict=False))
        return passed_on(scope.resolve(exp.Column(**parts)), "TRANSFORMATION") if parts else None
    return _field(node, node.expression, scope) if isinstance(node.expression, exp.Identifier) else None


def _bracket(node: Any, scope: Scope, _: Aliases) -> Sources | None:
    """Read x['f'], which may be a field of a value that the query put together."""
    at = node.expressions[0] if len(node.expressions) == 1 else None
    return _field(node, at, scope) if isinstance(at, exp.Literal) and at.is_string else None


def _field(node: Any, name: Any, scope: Scope) -> Sources | None:
    """Return the sources of a field of a value; None where nobody lists it."""
    from lineage_kit.sql.queries.struct_fields import field_sources

    return field_sources(node.this, name.name, scope)


_RESOLVERS_OF: dict[type, Resolver] = {
    exp.Bracket: _bracket,
    exp.Column: _column,
    exp.Columns: _chosen,
    exp.Comprehension: _comprehension,
    exp.Dot: _dot,
    exp.Exists: _exists,
    exp.Lambda: _lambda,
    exp.Parameter: _parameter,
    exp.Query: _subquery,
    exp.Star: _star,
}
_RESOLVERS: dict[type, Resolver | None] = {}
