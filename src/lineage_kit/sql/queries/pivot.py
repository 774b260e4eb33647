"""PIVOT and UNPIVOT behind an item of FROM, and as statements of DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import as_list, identifier_of
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.relations import Column, Item, Shape, Sources, Unlisted

if TYPE_CHECKING:
    from collections.abc import Collection

# The new columns are called as the values are written, quotes included.
_QUOTES_IN_NAMES = frozenset({"oracle", "snowflake"})


def pivoted(relation: Relation, pivot: Any, scope: Scope) -> Relation:
    """Return a relation after PIVOT or UNPIVOT: its remaining columns, then the new ones.

    A pivoted column aggregates its value column, on the condition of the column that is spread; an unpivoted one
    takes from every column that it gathers.
    """
    inner = Scope(scope.reader, scope.visible, scope.parent)
    inner.relations.append(relation)
    new, used = _unpivot(pivot, inner) if pivot.args.get("unpivot") else _pivot(pivot, inner)
    scope.tables.update(inner.tables)
    scope.rows.update(inner.rows)
    group = pivot.args.get("group")
    remaining = _remaining(relation, used) if group is None else _grouped(group, inner)
    shape = Shape([*remaining, *new])
    alias = pivot.args.get("alias")
    names = [identifier_of(column) for column in as_list(alias and alias.args.get("columns"))]
    if names:
        shape = shape.renamed([(name.name, scope.catalog.key(name)) for name in names])
    qualifiers = (scope.catalog.key(alias.this),) if alias and alias.this else relation.qualifiers
    return Relation(qualifiers, shape)


def _pivot(pivot: Any, scope: Scope) -> tuple[list[Item], set[str]]:
    key = scope.catalog.key
    fields = _fields(pivot)
    spread = [field.this if isinstance(field, exp.In) else field for field in fields]
    aggregates = as_list(pivot.args.get("using")) or ([] if _is_statement(pivot) else pivot.expressions)
    conditions = [source for column in spread for source in collect(column, scope, "CONDITIONAL")]
    values = [(*collect(aggregate, scope), *conditions) for aggregate in aggregates] or [tuple(conditions)]
    used = _column_keys([*spread, *aggregates], scope)
    names = _names(pivot, fields, aggregates, scope)
    if not names:
        sources = tuple(dict.fromkeys(source for value in values for source in value))
        return [Unlisted(None, sources, without=frozenset(used))], used
    # Each value of the spread column gives one column per aggregate.
    return [Column(name.name, key(name), values[index % len(values)]) for index, name in enumerate(names)], used


def _is_statement(pivot: Any) -> bool:
    """Tell whether this is PIVOT ... ON ... USING, which names the spread columns where others have aggregates."""
    return pivot.this is not None


def _names(pivot: Any, fields: list[Any], aggregates: list[Any], scope: Scope) -> list[Any]:
    """Return the identifiers of the new columns; none where the data decide which there are."""
    values = [value for field in fields for value in _listed_values(field, scope)]
    if not values or any(value is None for value in values):
        return []
    if _is_statement(pivot):
        if len(fields) > 1:
            return []
        return [_joined(value, aggregate, len(aggregates)) for value in values for aggregate in aggregates or [None]]
    names = as_list(pivot.args.get("columns"))
    quoted = scope.catalog.dialect.name in _QUOTES_IN_NAMES
    if quoted and len(names) == len(values):
        names = [
            exp.Identifier(this=f"'{value.name}'", quoted=True) if _is_string(value) else name
            for name, value in zip(names, values, strict=True)
        ]
    return names


def _listed_values(field: Any, scope: Scope) -> list[Any]:
    """Return the values that FOR ... IN lists; None among them for values that only the data tell."""
    if not isinstance(field, exp.In):
        return [None]
    query = field.args.get("query")
    values = [*field.expressions, *([query] if query is not None else [])]
    for value in values:
        if isinstance(value, (exp.Query, exp.Subquery)):
            scope.rows.update(collect(value, scope, "FILTER"))
    return [None if isinstance(value, (exp.Query, exp.PivotAny)) else value for value in values] or [None]


def _is_string(value: Any) -> bool:
    return isinstance(value, exp.Literal) and value.is_string


def _joined(value: Any, aggregate: Any, count: int) -> Any:
    """Return the name of a column of DuckDB's PIVOT: the value, and the aggregate if it has an alias or company."""
    name = value.alias_or_name
    if aggregate is not None and (count > 1 or isinstance(aggregate, exp.Alias)):
        name = f"{name}_{aggregate.alias or _written(aggregate)}"
    return exp.Identifier(this=name, quoted=False)


def _written(aggregate: Any) -> str:
    """Return an aggregate as DuckDB calls its column, with a ? for each string: it may be a secret."""
    shown = aggregate.transform(lambda node: exp.Placeholder() if _is_string(node) else node)
    text: str = shown.sql(dialect="duckdb").lower()
    return text


def _unpivot(pivot: Any, scope: Scope) -> tuple[list[Item], set[str]]:
    into = pivot.args.get("into")
    if into is not None:
        return _gathered(pivot.expressions, into.this, into.expressions, scope)
    items: list[Item] = []
    used: set[str] = set()
    for field in _fields(pivot):
        more, gathered = _gathered(field.expressions, field.this, _flat(pivot.expressions), scope)
        items += more
        used |= gathered
    return items, used


def _gathered(entries: list[Any], name: Any, values: list[Any], scope: Scope) -> tuple[list[Item], set[str]]:
    """Return the column of names and the columns of values that an UNPIVOT makes, and which columns it uses up."""
    key = scope.catalog.key
    gathered = [entry.this if isinstance(entry, (exp.Alias, exp.PivotAlias)) else entry for entry in entries]
    items: list[Item] = [Column(name.name, key(identifier_of(name)), ())]
    parts = [_flat([entry]) for entry in gathered]
    for index, value in enumerate(values):
        sources: Sources = tuple(
            source for part in parts if index < len(part) for source in collect(part[index], scope)
        )
        items.append(Column(value.name, key(identifier_of(value)), sources))
    return items, _column_keys(gathered, scope)


def _fields(pivot: Any) -> list[Any]:
    """Return the FOR ... IN parts, or the ON part of a statement."""
    if _is_statement(pivot):
        return list(pivot.expressions)
    return [field for field in as_list(pivot.args.get("fields")) if isinstance(field, exp.In)]


def _flat(nodes: list[Any]) -> list[Any]:
    return [part for node in nodes for part in (node.expressions if isinstance(node, exp.Tuple) else [node])]


def _remaining(relation: Relation, used: Collection[str]) -> list[Item]:
    return [
        item.less(used) if isinstance(item, Unlisted) else item
        for item in relation.shape.items
        if isinstance(item, Unlisted) or item.key not in used
    ]


def _grouped(group: Any, scope: Scope) -> list[Item]:
    """Return the columns of GROUP BY inside PIVOT: they are all that remains."""
    columns = [column for column in group.expressions if isinstance(column, exp.Column)]
    for column in columns:
        scope.rows.update(collect(column, scope, "GROUP_BY"))
    return [Column(column.name, scope.catalog.key(column.this), scope.resolve(column)) for column in columns]


def _column_keys(nodes: list[Any], scope: Scope) -> set[str]:
    return {scope.catalog.key(column.this) for node in nodes for column in node.find_all(exp.Column)}
