"""Queries: SELECT, set operations and WITH, from the parser's tree to a `Query`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.expressions import collect
from lineage_kit.sql.from_clause import add_relations
from lineage_kit.sql.relations import Column, Item, Query, Shape, Source, passed_on
from lineage_kit.sql.scope import Aliases, Scope
from lineage_kit.sql.select_list import add_select_list
from lineage_kit.sql.tree import arg, as_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.model import TransformationSubtype

# The clauses that decide about rows, with the aliases of the select list that count in them.
_ROW_CLAUSES: tuple[tuple[str, TransformationSubtype, Aliases], ...] = (
    ("prewhere", "FILTER", Aliases.NO),
    ("where", "FILTER", Aliases.NO),
    ("connect", "FILTER", Aliases.NO),
    ("group", "GROUP_BY", Aliases.AFTER_COLUMNS),
    ("having", "FILTER", Aliases.AFTER_COLUMNS),
    ("qualify", "FILTER", Aliases.AFTER_COLUMNS),
    ("sort", "SORT", Aliases.BEFORE_COLUMNS),
    ("order", "SORT", Aliases.BEFORE_COLUMNS),
)
# A recursive query is read again until its columns stay the same; sources wander at most once per column.
_MAX_RECURSIVE_PASSES = 8


class CommonTable:
    """A common table expression. `query` is None until it was read; `index` is its place in its WITH."""

    __slots__ = ("index", "query")

    def __init__(self, index: int) -> None:
        self.index = index
        self.query: Query | None = None


class Visible:
    """The common table expressions in sight at some place: the first `limit` of one WITH, then those around it."""

    __slots__ = ("limit", "outer", "tables")

    def __init__(self, tables: dict[str, CommonTable], limit: int, outer: Visible | None) -> None:
        self.tables = tables
        self.limit = limit
        self.outer = outer

    def find(self, key: str) -> Query | None:
        """Return the query of the common table expression of that folded name, the innermost one."""
        visible: Visible | None = self
        while visible is not None:
            table = visible.tables.get(key)
            if table is not None and table.index < visible.limit and table.query is not None:
                return table.query
            visible = visible.outer
        return None


class QueryReader:
    """Reads queries of one statement.

    Args:
        catalog: The tables of the script.
        note: Takes the reason why a part was not understood.
        modify: Reads a data-modifying statement inside WITH, and gives what its RETURNING returns.
    """

    def __init__(
        self,
        catalog: Catalog,
        note: Callable[[str], None],
        modify: Callable[[Any, Visible | None], Query],
    ) -> None:
        self.catalog = catalog
        self.note = note
        self._modify = modify

    def query(self, node: Any, visible: Visible | None, outer: Scope | None = None) -> Query:
        """Return what a query gives.

        Args:
            node: A SELECT, a set operation, VALUES, TABLE, or one of them in parentheses.
            visible: The common table expressions in sight.
            outer: The scope around it, for a subquery that may refer to it.
        """
        visible = self.with_clause(node, visible, outer)
        if isinstance(node, exp.Select):
            return self._select(node, visible, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, visible, outer)
        if isinstance(node, (exp.Subquery, exp.Paren)) and isinstance(node.this, exp.Query):
            query = self.query(node.this, visible, outer)
            return self._reordered(node, query, visible, outer)
        if isinstance(node, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
            return self._modify(node, visible)
        scope = Scope(self, visible, outer)
        add_relations(node, scope)
        items = [item for relation in scope.relations for item in relation.shape.items]
        return Query(Shape(items), scope.rows, scope.tables)

    def with_clause(self, node: Any, visible: Visible | None, outer: Scope | None = None) -> Visible | None:
        """Return what is in sight inside a node: its own WITH (whose queries are read here) before `visible`.

        They are read in their order, not when they are used: a chain of them needs no recursion. Their tables count
        as read only where somebody reads them.
        """
        clause = arg(node, "with")
        if not clause:
            return visible
        tables: dict[str, CommonTable] = {}
        for index, definition in enumerate(clause.expressions):
            table = CommonTable(index)
            inner = Visible(tables, index, visible)
            alias = definition.args["alias"]
            key = self.catalog.key(alias.this)
            body = definition.this
            recursive = clause.args.get("recursive") or self.catalog.dialect.implicit_recursion
            if recursive and isinstance(body, exp.SetOperation):
                tables[key] = table
                self._recursive(body, alias, table, Visible(tables, index + 1, visible), inner)
            else:
                table.query = self._named(self.query(body, inner, outer), alias)
                tables[key] = table
        return Visible(tables, len(tables), visible)

    def _recursive(self, body: Any, alias: Any, table: CommonTable, with_itself: Visible, without: Visible) -> None:
        """Read a recursive query: its first branch gives the columns, the others may read the result so far."""
        first, *others = _branches(body)
        inner = self.with_clause(body, without)
        table.query = self._named(self.query(first[1], inner), alias)
        for _ in range(_MAX_RECURSIVE_PASSES):
            before = [item.sources for item in table.query.shape.items]
            query = Query(table.query.shape, dict(table.query.rows), dict(table.query.tables))
            for operator, branch in others:
                query = _combined(operator, query, self.query(branch, with_itself))
            table.query = query
            if [item.sources for item in query.shape.items] == before:
                break

    def _named(self, query: Query, alias: Any) -> Query:
        """Return a query under the column list of its alias, if there is one."""
        names = [(column.name, self.catalog.key(column)) for column in as_list(alias and alias.args.get("columns"))]
        if not names:
            return query
        return Query(query.shape.renamed(names), query.rows, query.tables)

    def _set_operation(self, node: Any, visible: Visible | None, outer: Scope | None) -> Query:
        (_, first), *others = _branches(node)
        query = self.query(first, visible, outer)
        query = Query(query.shape, dict(query.rows), dict(query.tables))
        for operator, branch in others:
            query = _combined(operator, query, self.query(branch, visible, outer))
        return self._reordered(node, query, visible, outer)

    def _reordered(self, node: Any, query: Query, visible: Visible | None, outer: Scope | None) -> Query:
        """Return a query with the ORDER BY that stands after it, whose names are those of its columns."""
        order = node.args.get("order")
        if not order:
            return query
        scope = Scope(self, visible, outer)
        columns = [item for item in query.shape.items if isinstance(item, Column)]
        scope.aliases = {column.key: column.sources for column in columns}
        rows = dict(query.rows)
        for term in order.expressions:
            ordinal = _ordinal(term, columns)
            found = ordinal or collect(term, scope, "SORT", Aliases.BEFORE_COLUMNS)
            rows.update(dict.fromkeys(passed_on(found, "SORT")))
        return Query(query.shape, rows, {**query.tables, **scope.tables})

    def _select(self, node: Any, visible: Visible | None, outer: Scope | None) -> Query:
        scope = Scope(self, visible, outer)
        args = node.args
        for window in args.get("windows") or ():
            scope.windows[window.name.lower()] = window
        add_relations(arg(node, "from"), scope)
        for name in ("joins", "laterals"):
            for item in args.get(name) or ():
                add_relations(item, scope)
        items = add_select_list(node.expressions, scope)
        distinct = args.get("distinct")
        if distinct and distinct.args.get("on"):
            scope.rows.update(collect(distinct.args["on"], scope, "FILTER"))
        self._row_clauses(node, scope, [item for item in items if isinstance(item, Column)])
        return Query(Shape(items), scope.rows, scope.tables)

    def _row_clauses(self, node: Any, scope: Scope, columns: list[Column]) -> None:
        for name, subtype, aliases in _ROW_CLAUSES:
            clause = node.args.get(name)
            if not clause:
                continue
            if name in {"group", "order"}:
                for term in clause.expressions:
                    ordinal = _ordinal(term, columns)
                    scope.rows.update(dict.fromkeys(passed_on(ordinal, subtype)))
            scope.rows.update(collect(clause, scope, subtype, aliases))


def _ordinal(term: Any, columns: list[Column]) -> tuple[Source, ...]:
    """Return the sources of the select item that a term like the 2 in ORDER BY 2 DESC means."""
    literal = term.this if isinstance(term, exp.Ordered) else term
    if not isinstance(literal, exp.Literal) or literal.is_string or not literal.name.isdigit():
        return ()
    index = int(literal.name) - 1
    return columns[index].sources if 0 <= index < len(columns) else ()


def _branches(node: Any) -> list[tuple[Any, Any]]:
    """Return the operands of a chain of set operations, each with the operation that adds it (the first has none)."""
    branches = []
    # Thousands of branches lean to the left: go down without recursion.
    while isinstance(node, exp.SetOperation):
        branches.append((node, node.expression))
        node = node.this
        if arg(node, "with") or node.args.get("order"):
            break
    branches.append((None, node))
    return branches[::-1]


def _combined(operator: Any, left: Query, right: Query) -> Query:
    """Return the result of a set operation; `left` is the caller's own and is added to in place.

    Columns are combined by position under the names of the left side. The values of EXCEPT are those of the left
    side alone: the right side only decides which rows stay.
    """
    left.tables.update(right.tables)
    left.rows.update(right.rows)
    if isinstance(operator, exp.Except):
        for item in right.shape.items:
            left.rows.update(dict.fromkeys(passed_on(item.sources, "FILTER")))
        return left
    items: list[Item] = []
    aligned = True
    for index, item in enumerate(left.shape.items):
        other = right.shape.items[index] if index < len(right.shape.items) else None
        aligned = aligned and isinstance(item, Column) and isinstance(other, Column)
        if aligned and isinstance(item, Column) and other is not None and other.sources:
            merged = dict.fromkeys((*item.sources, *other.sources))
            items.append(Column(item.name, item.key, tuple(merged)))
        else:
            items.append(item)
    return Query(Shape(items), left.rows, left.tables)
