"""PIVOT and UNPIVOT behind an item of FROM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.expressions import collect
from lineage_kit.sql.relations import Column, Item, Shape, Sources, Unlisted
from lineage_kit.sql.scope import Relation, Scope
from lineage_kit.sql.tree import as_list

if TYPE_CHECKING:
    from collections.abc import Collection


def pivoted(relation: Relation, pivot: Any, scope: Scope) -> Relation:
    """Return a relation after PIVOT or UNPIVOT: its remaining columns, then the new ones.

    A pivoted column aggregates its value column, on the condition of the column that is spread; an unpivoted one
    takes from every column that it gathers.
    """
    inner = Scope(scope.reader, scope.visible, scope.parent)
    inner.relations.append(relation)
    new, used = _unpivot(pivot, inner) if pivot.args.get("unpivot") else _pivot(pivot, inner)
    scope.tables.update(inner.tables)
    alias = pivot.args.get("alias")
    qualifiers = (scope.catalog.key(alias.this),) if alias and alias.this else relation.qualifiers
    return Relation(qualifiers, Shape([*_remaining(relation, used), *new]))


def _pivot(pivot: Any, scope: Scope) -> tuple[list[Item], set[str]]:
    key = scope.catalog.key
    spread = [field.this for field in _fields(pivot)]
    conditions = [source for column in spread for source in collect(column, scope, "CONDITIONAL")]
    values = [(*collect(aggregate, scope), *conditions) for aggregate in pivot.expressions]
    used = _column_keys([*spread, *pivot.expressions], scope)
    names = as_list(pivot.args.get("columns"))
    if not names or not values:
        sources = tuple(dict.fromkeys(source for value in values for source in value))
        return [Unlisted(None, sources, without=frozenset(used))], used
    # Each value of the spread column gives one column per aggregate.
    return [Column(name.name, key(name), values[index % len(values)]) for index, name in enumerate(names)], used


def _unpivot(pivot: Any, scope: Scope) -> tuple[list[Item], set[str]]:
    key = scope.catalog.key
    items: list[Item] = []
    used: set[str] = set()
    for field in _fields(pivot):
        gathered = [entry.this if isinstance(entry, exp.PivotAlias) else entry for entry in field.expressions]
        used |= _column_keys(gathered, scope)
        items.append(Column(field.this.name, key(_identifier(field.this)), ()))
        for index, value in enumerate(_flat(pivot.expressions)):
            parts = [_flat([entry]) for entry in gathered]
            sources: Sources = tuple(
                source for part in parts if index < len(part) for source in collect(part[index], scope)
            )
            items.append(Column(value.name, key(_identifier(value)), sources))
    return items, used


def _fields(pivot: Any) -> list[Any]:
    """Return the FOR ... IN parts (older releases of the parser have a single one)."""
    fields = as_list(pivot.args.get("fields")) or as_list(pivot.args.get("field"))
    return [field for field in fields if isinstance(field, exp.In)]


def _flat(nodes: list[Any]) -> list[Any]:
    return [part for node in nodes for part in (node.expressions if isinstance(node, exp.Tuple) else [node])]


def _remaining(relation: Relation, used: Collection[str]) -> list[Item]:
    return [
        item.less(used) if isinstance(item, Unlisted) else item
        for item in relation.shape.items
        if isinstance(item, Unlisted) or item.key not in used
    ]


def _column_keys(nodes: list[Any], scope: Scope) -> set[str]:
    return {scope.catalog.key(column.this) for node in nodes for column in node.find_all(exp.Column)}


def _identifier(node: Any) -> Any:
    return node.this if isinstance(node, exp.Column) else node
