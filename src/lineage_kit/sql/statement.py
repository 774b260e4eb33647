"""One statement: what it reads, what it writes, and which column feeds which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.model import ColumnLineage
from lineage_kit.sql.query import QueryReader
from lineage_kit.sql.relations import DIRECT, Column, Query, Shape, Source, Table, Unlisted
from lineage_kit.sql.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.query import Visible
    from lineage_kit.sql.relations import Sources

    Edge = tuple[Source, Table | None, str | None]


class Statement:
    """Gathers the lineage of one statement while its parts are read.

    `kind` is what the statement is called in the result; `reasons` say what was not understood. Datasets and
    edges are ordered sets, kept as dictionaries.

    Args:
        catalog: The tables of the script.
        read: Reads a statement into this one; needed for data-modifying statements inside WITH.
    """

    def __init__(self, catalog: Catalog, read: Callable[[Any, Statement, Visible | None], Query]) -> None:
        self.catalog = catalog
        self.kind = "UNKNOWN"
        self.inputs: dict[Table, None] = {}
        self.outputs: dict[Table, None] = {}
        self.reasons: dict[str, None] = {}
        self.reader = QueryReader(catalog, self.note, lambda node, visible: read(node, self, visible))
        self._edges: dict[Edge, None] = {}

    def note(self, reason: str) -> None:
        """Record that a part was not understood. The reason names the construct, never the text."""
        self.reasons[reason] = None

    def columns(self) -> tuple[ColumnLineage, ...]:
        """Return the column lineage gathered so far: first that of columns, then that of whole datasets."""
        edges = sorted(self._edges, key=lambda edge: edge[2] is None)
        return tuple(
            ColumnLineage(
                source=source.table.name if source.table else None,
                source_column=source.column,
                target=target.name if target else None,
                target_column=column,
                type="DIRECT" if source.subtype in DIRECT else "INDIRECT",
                subtype=source.subtype,
                masking=source.masking,
            )
            for source, target, column in edges
        )

    def scope(self, visible: Visible | None) -> Scope:
        """Return an empty scope for the clauses of a statement that is no query."""
        return Scope(self.reader, visible)

    def use(self, tables: Iterable[Table]) -> None:
        """Record tables that the statement reads."""
        self.inputs.update(dict.fromkeys(tables))

    def write(self, target: Table, columns: Iterable[tuple[str, Sources]], rows: Iterable[Source] = ()) -> None:
        """Record what flows into a table.

        Args:
            target: The table; one that is temporary in this script keeps what flows in, for its readers.
            columns: Target columns with their sources.
            rows: INDIRECT sources of the whole table. The table's own columns do not count.
        """
        if target.content is not None:
            self._keep(target.content, columns, rows)
            return
        self.outputs[target] = None
        others = rows if target in self.inputs else (row for row in rows if row.table is not target)
        self.feed(target, columns, others)

    def feed(self, target: Table | None, columns: Iterable[tuple[str, Sources]], rows: Iterable[Source]) -> None:
        """Record which columns feed those of a target, and which the target as a whole; None is a bare result."""
        for name, sources in columns:
            for source in sources:
                self._edges[source, target, name] = None
        for source in rows:
            self._edges[source, target, None] = None

    def store(self, query: Query, target: Table, names: Sequence[str] | None) -> None:
        """Record that the result of a query goes into a table, by position where names are given.

        From the first column on that nobody lists, positions are not known, and nothing is recorded for them.
        """
        self.use(query.tables)
        if target.content is not None:
            target.content.tables.update(query.tables)
        self.write(target, placed(query.shape, names), query.rows)

    def _keep(self, content: Query, columns: Iterable[tuple[str, Sources]], rows: Iterable[Source]) -> None:
        """Add what flows into a temporary table to its content."""
        items = list(content.shape.items)
        index = {item.key: at for at, item in enumerate(items) if isinstance(item, Column)}
        for name, sources in columns:
            key = self.catalog.key_of_name(name)
            at = index.get(key)
            if at is None:
                index[key] = len(items)
                items.append(Column(name, key, sources))
            else:
                before = items[at].sources
                items[at] = Column(name, key, tuple(dict.fromkeys((*before, *sources))))
        content.shape = Shape(items)
        content.rows.update(dict.fromkeys(rows))


def placed(shape: Shape, names: Sequence[str] | None) -> list[tuple[str, Sources]]:
    """Return the columns of a query under the names of the target's columns, by position, or under their own."""
    columns: list[tuple[str, Sources]] = []
    if names is None:
        return [(item.name, item.sources) for item in shape.items if isinstance(item, Column)]
    for name, item in zip(names, shape.items, strict=False):
        if isinstance(item, Unlisted):
            break
        columns.append((name, item.sources))
    return columns
