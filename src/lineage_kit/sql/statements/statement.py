"""One statement: what it reads, what it writes, and which column feeds which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.model import Change, ColumnLineage
from lineage_kit.sql.queries.query import QueryReader
from lineage_kit.sql.queries.scope import Scope
from lineage_kit.sql.relations import DIRECT, Column, Gathered, Query, Shape, Source, Table, Unlisted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.model import ChangeKind
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.relations import Item, Sources

    Edge = tuple[Source, Table | None, str | None]


class Statement:
    """Gathers the lineage of one statement while its parts are read.

    `kind` is what the statement is called in the result; `reasons` say what was not understood; `exact` is False
    where the tables are only what its words name. `calls` are the routines that it calls, with what is to be said of
    each unless the script defines it, be it later. Datasets and edges are ordered sets, kept as dictionaries.

    Args:
        catalog: The tables of the script.
        read: Reads a statement into this one; needed for data-modifying statements inside WITH.
    """

    def __init__(self, catalog: Catalog, read: Callable[[Any, Statement, Visible | None], Query]) -> None:
        self.catalog = catalog
        self.kind = "UNKNOWN"
        self.exact = True
        self.inputs: dict[Table, None] = {}
        self.outputs: dict[Table, None] = {}
        self.reasons: dict[str, None] = {}
        self.changes: list[Change] = []
        self.calls: dict[str, str] = {}
        self.reader = QueryReader(catalog, self.note, lambda node, visible: read(node, self, visible))
        self._edges: dict[Edge, None] = {}
        self._kept: list[tuple[Table, Query]] = []

    def note(self, reason: str) -> None:
        """Record that a part was not understood. The reason names the construct, never the text."""
        self.reasons[reason] = None

    def include(self, other: Statement) -> None:
        """Add the lineage of a statement that runs as a part of this one, such as the text of a dynamic one."""
        self.inputs.update(other.inputs)
        self.outputs.update(other.outputs)
        self.reasons.update(other.reasons)
        self.changes += other.changes
        self.calls.update(other.calls)
        self._edges.update(other._edges)
        self._kept += other._kept
        self.exact = self.exact and other.exact

    def change(self, kind: ChangeKind, node: Any, other: Any = None) -> None:
        """Record what the statement does to the table that a table expression names, as a whole."""
        names = [self.catalog.place(each)[1] for each in (node, other) if each is not None]
        self.changes.append(Change(kind, *names))

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

    def write(
        self,
        target: Table,
        columns: Iterable[tuple[str, Sources]],
        rows: Iterable[Source] = (),
        tables: Iterable[Table] = (),
    ) -> None:
        """Record what flows into a table.

        Args:
            target: The table; one that is temporary in this script keeps what flows in, for its readers.
            columns: Target columns with their sources.
            rows: INDIRECT sources of the whole table. The table's own columns do not count.
            tables: What the statement reads for it; only a temporary table has to know.
        """
        if target.content is not None:
            key = self.catalog.key_of_name
            items = [Column(name, key(name), sources) for name, sources in columns]
            self._keep(target, Query(Shape(items), dict.fromkeys(rows), dict.fromkeys(tables)))
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

    def written(self, target: Table | None) -> Iterator[tuple[str, Source]]:
        """Yield the columns of a table that the statement writes (None: of its result), each with what feeds it."""
        return ((column, source) for source, table, column in self._edges if table is target and column is not None)

    def row_sources(self, target: Table) -> Iterator[Source]:
        """Yield what decides about the rows that the statement, or one before it, has put into a table."""
        if target.content is not None:
            return iter(target.content.rows)
        return (source for source, table, column in self._edges if table is target and column is None)

    def store(self, query: Query, target: Table, names: Sequence[str] | None) -> None:
        """Record that the result of a query goes into a table, by position where names are given.

        From the first column on that nobody lists, positions are not known, and nothing is recorded for them.
        """
        self.use(query.tables)
        if target.content is not None and names is None:
            self._keep(target, query)
        else:
            self.write(target, placed(query.shape, names), query.rows, query.tables)

    def settle_calls(self) -> None:
        """Record the calls of routines that the script, which is read to its end, does not define."""
        for name, reason in self.calls.items():
            if name not in self.catalog.routines:
                self.note(reason)

    def tell_unused(self) -> None:
        """Record what went into temporary tables that the script neither reads nor drops.

        Nothing takes their place in the result, so that they themselves are told: what comes next in the session may
        read them.
        """
        for target, query in self._kept:
            if not target.used:
                self.outputs[target] = None
                self.feed(target, placed(query.shape, None), query.rows)

    def _keep(self, target: Table, query: Query) -> None:
        """Add what flows into a temporary table to its content."""
        content = target.content
        if content is None:
            return
        self._kept.append((target, query))
        content.shape = _merged(content.shape, query.shape)
        content.rows.update(query.rows)
        content.tables.update(query.tables)


def _merged(before: Shape, added: Shape) -> Shape:
    """Return the columns of a temporary table after more was put in: those of one name have the sources of both.

    What stands for columns that nobody lists gives way to what is known to be in the table.
    """
    if not added.items:
        return before
    more = {item.key: item for item in added.items if isinstance(item, Column)}
    items: list[Item] = []
    for item in before.items:
        if isinstance(item, Column):
            items.append(_with_more(item, more.pop(item.key).sources) if item.key in more else item)
        elif item.table is not None:
            items.append(item)
    for new in added.items:
        if isinstance(new, Unlisted):
            items += [] if new in items else [new]
        elif new.key in more:
            # One of the columns that nobody lists, as far as there are such: it has what was in it before, too.
            sources = before.sources(new.key, new.name) or ()
            items.append(Column(new.name, new.key, tuple(dict.fromkeys((*sources, *new.sources)))))
    return Shape(items)


def _with_more(column: Column, sources: Sources) -> Column:
    gathered = column if isinstance(column, Gathered) else None
    return (gathered or Gathered(column.name, column.key, dict.fromkeys(column.sources))).more(sources)


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
