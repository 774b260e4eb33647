"""Recursive common table expressions: what a query gives that reads its own result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.model import TableName
from lineage_kit.sql.relations import Column, Item, Query, Shape, Source, Sources, Table, Unlisted, passed_on

if TYPE_CHECKING:
    from collections.abc import Iterable


class Recursion:
    """A query that reads its own result.

    `result` stands for that result while the query is read: its columns have sources of their own. So it is read once
    only, however deep such queries stand in each other.

    Args:
        first: What the first branch gives, which knows nothing of the others.
    """

    def __init__(self, first: Query) -> None:
        self._itself = Table(TableName(None, None, ""))
        self.result = Query(Shape(map(self._marked, first.shape.items)), dict(first.rows), dict(first.tables))

    def _marked(self, item: Item) -> Item:
        return item if isinstance(item, Unlisted) else Column(item.name, item.key, (Source(self._itself, item.key),))

    def resolved(self, query: Query) -> Query:
        """Return what all branches give together, with true sources in the place of the result's own."""
        columns = {item.key: item.sources for item in query.shape.items if isinstance(item, Column)}
        items: list[Item] = []
        for item in query.shape.items:
            true = tuple(self._true(item.sources, columns))
            items.append(item if isinstance(item, Unlisted) else Column(item.name, item.key, true))
        return Query(Shape(items), self._true(query.rows, columns), query.tables)

    def _true(self, sources: Iterable[Source], columns: dict[str, Sources]) -> dict[Source, None]:
        """Return sources, with those of the result's columns in the place of the columns: each is followed once."""
        found: dict[Source, None] = {}
        todo = list(sources)[::-1]
        seen: set[Source] = set()
        while todo:
            source = todo.pop()
            if source.table is not self._itself:
                found[source] = None
            elif source not in seen:
                seen.add(source)
                followed = passed_on(columns.get(source.column, ()), source.subtype, masking=source.masking)
                todo += followed[::-1]
        return found
