"""UNION, INTERSECT and EXCEPT: the columns of several queries become those of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg
from lineage_kit.sql.relations import Column, Item, Query, Shape, Unlisted, passed_on

if TYPE_CHECKING:
    from collections.abc import Iterable


def branches(node: Any) -> list[tuple[Any, Any]]:
    """Return the operands of a chain of set operations, each with the operation that adds it (the first has none)."""
    operands = []
    # Thousands of branches lean to the left: go down without recursion.
    while isinstance(node, exp.SetOperation):
        operands.append((node, node.expression))
        node = node.this
        if arg(node, "with") or node.args.get("order"):
            break
    operands.append((None, node))
    return operands[::-1]


def combined(first: Query, others: Iterable[tuple[Any, Query]]) -> Query:
    """Return the result of set operations, one after the other, on a query and the right sides with their operators.

    Columns are combined by position under the names of the first query. The values of EXCEPT are those of the left
    side alone: the right side only decides which rows stay.
    """
    result = Query(first.shape, dict(first.rows), dict(first.tables))
    columns = _Columns(first.shape)
    for operator, right in others:
        result.tables.update(right.tables)
        result.rows.update(right.rows)
        if isinstance(operator, exp.Except):
            for item in right.shape.items:
                result.rows.update(dict.fromkeys(passed_on(item.sources, "FILTER")))
        elif operator.args.get("by_name"):
            columns = _Columns(_by_name(operator, columns.shape(), right.shape))
        else:
            columns.add(right.shape)
    result.shape = columns.shape()
    return result


class _Columns:
    """The columns of a set operation while branches are added: a thousand of them must not cost a million steps."""

    def __init__(self, shape: Shape) -> None:
        self._items = shape.items
        self._sources = [dict.fromkeys(item.sources) for item in shape.items]

    def add(self, shape: Shape) -> None:
        """Add the columns of a further branch by position, as far as positions are known on both sides."""
        for item, sources, other in zip(self._items, self._sources, shape.items, strict=False):
            if isinstance(item, Unlisted) or isinstance(other, Unlisted):
                break
            sources.update(dict.fromkeys(other.sources))

    def shape(self) -> Shape:
        """Return the columns so far."""
        return Shape(
            item if isinstance(item, Unlisted) else Column(item.name, item.key, tuple(sources))
            for item, sources in zip(self._items, self._sources, strict=True)
        )


def _by_name(operator: Any, left: Shape, right: Shape) -> Shape:
    """Return the columns of UNION BY NAME or CORRESPONDING: those of both sides, or those of the left or of ON only."""
    wanted = {column.name.lower() for column in operator.args.get("on") or ()}
    mode = f"{operator.args.get('side') or ''} {operator.args.get('kind') or ''}".upper()
    items: list[Item] = []
    for item in left.items:
        if isinstance(item, Column):
            other = right.sources(item.key, item.name) or ()
            if "INNER" in mode and not right.has(item.key) and not right.may_have(item.key):
                continue
            items.append(Column(item.name, item.key, tuple(dict.fromkeys((*item.sources, *other)))))
        else:
            items.append(item)
    if "LEFT" not in mode and "INNER" not in mode:
        items += [item for item in right.items if isinstance(item, Unlisted) or not left.has(item.key)]
    return Shape(item for item in items if not wanted or isinstance(item, Unlisted) or item.name.lower() in wanted)
