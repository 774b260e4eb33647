"""Queries: SELECT, set operations and WITH, from the parser's tree to a `Query`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import arg, as_list
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.from_clause import add_relations
from lineage_kit.sql.queries.match_recognize import matched
from lineage_kit.sql.queries.recursion import Recursion
from lineage_kit.sql.queries.scope import Aliases, Scope
from lineage_kit.sql.queries.select_list import add_select_list
from lineage_kit.sql.queries.set_operations import branches, combined
from lineage_kit.sql.relations import DIRECT, Column, Query, Shape, Source, Sources, passed_on

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
    ("cluster", "SORT", Aliases.BEFORE_COLUMNS),
    ("order", "SORT", Aliases.BEFORE_COLUMNS),
)
# Where dialects differ from that.
_WHERE_ALIASES = frozenset({"clickhouse", "duckdb", "snowflake", "sqlite", "teradata"})
_NO_GROUP_ALIASES = frozenset({"athena", "db2", "fabric", "oracle", "presto", "trino", "tsql"})
_NO_HAVING_ALIASES = _NO_GROUP_ALIASES | {"materialize", "postgres", "risingwave"}
# What GROUP BY ALL can group by.
_OF_ONE_ROW = DIRECT.keys() - {"AGGREGATION"} | {"CONDITIONAL"}


class CommonTable:
    """A common table expression. `query` is None until it was read; `index` is its place in its WITH.

    For the named expressions that ClickHouse has there it stays None, and `expression` is the tree.
    """

    __slots__ = ("expression", "index", "query")

    def __init__(self, index: int) -> None:
        self.index = index
        self.query: Query | None = None
        self.expression: Any = None


class Visible:
    """The common table expressions in sight at some place: the first `limit` of one WITH, then those around it."""

    __slots__ = ("has_expressions", "limit", "outer", "tables")

    def __init__(self, tables: dict[str, CommonTable], limit: int, outer: Visible | None) -> None:
        self.tables = tables
        self.limit = limit
        self.outer = outer
        self.has_expressions: bool = outer is not None and outer.has_expressions

    def find(self, key: str) -> Query | None:
        """Return the query of the common table expression of that folded name, the innermost one."""
        visible: Visible | None = self
        while visible is not None:
            table = visible.tables.get(key)
            if table is not None and table.index < visible.limit and table.query is not None:
                return table.query
            visible = visible.outer
        return None

    def named_expression(self, key: str) -> CommonTable | None:
        """Return the expression of that folded name in WITH, the innermost one."""
        visible: Visible | None = self
        while visible is not None and visible.has_expressions:
            table = visible.tables.get(key)
            if table is not None and table.expression is not None:
                return table
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
        self.catalog.deadline.check()
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
        has_expressions = False
        for index, definition in enumerate(clause.expressions):
            table = CommonTable(index)
            inner = Visible(tables, index, visible)
            inner.has_expressions |= has_expressions
            alias = definition.args["alias"]
            key = self.catalog.key(alias.this)
            body = definition.this
            if definition.args.get("scalar"):
                table.expression = body
                tables[key] = table
                has_expressions = True
                continue
            recursive = clause.args.get("recursive") or self.catalog.dialect.implicit_recursion
            if recursive and isinstance(body, exp.SetOperation) and self._names(body, key):
                tables[key] = table
                self._recursive(body, alias, table, Visible(tables, index + 1, visible), inner)
            else:
                table.query = self._named(self.query(body, inner, outer), alias)
                tables[key] = table
        inside = Visible(tables, len(clause.expressions), visible)
        inside.has_expressions |= has_expressions
        return inside

    def named_expression(self, key: str, scope: Scope) -> Sources | None:
        """Return the sources of an expression that WITH names, as it is seen from a scope; None if there is none."""
        entry = scope.visible.named_expression(key) if scope.visible is not None else None
        if entry is None:
            return None
        # Inside itself the name means a column.
        expression, entry.expression = entry.expression, None
        # A subquery is read on its own: it cannot refer to the query that uses it.
        inner = Scope(self, scope.visible) if isinstance(expression, exp.Query) else scope
        sources = tuple(collect(expression, inner))
        if inner is not scope:
            scope.rows.update(inner.rows)
            scope.tables.update(inner.tables)
        entry.expression = expression
        return sources

    def _names(self, body: Any, key: str) -> bool:
        """Tell whether a query mentions a folded name; without that it is not recursive, and is read only once."""
        return any(self.catalog.key(identifier) == key for identifier in body.find_all(exp.Identifier))

    def _recursive(self, body: Any, alias: Any, table: CommonTable, with_itself: Visible, without: Visible) -> None:
        """Read a recursive query: its first branch gives the columns, the others may read the result."""
        first, *others = branches(body)
        inner = self.with_clause(body, without)
        query = self._named(self.query(first[1], inner), alias)
        recursion = Recursion(query)
        table.query = recursion.result
        query = combined(query, ((operator, self.query(branch, with_itself)) for operator, branch in others))
        table.query = recursion.resolved(query)

    def _named(self, query: Query, alias: Any) -> Query:
        """Return a query under the column list of its alias, if there is one."""
        names = [(column.name, self.catalog.key(column)) for column in as_list(alias and alias.args.get("columns"))]
        if not names:
            return query
        return Query(query.shape.renamed(names), query.rows, query.tables)

    def _set_operation(self, node: Any, visible: Visible | None, outer: Scope | None) -> Query:
        (_, first), *others = branches(node)
        query = self.query(first, visible, outer)
        query = combined(query, ((operator, self.query(branch, visible, outer)) for operator, branch in others))
        return self._reordered(node, query, visible, outer)

    def _reordered(self, node: Any, query: Query, visible: Visible | None, outer: Scope | None) -> Query:
        """Return a query with the ORDER BY and LIMIT that stand after it; names in them are those of its columns."""
        order, *limits = (node.args.get(name) for name in ("order", "limit", "offset"))
        if not order and not any(limits):
            return query
        scope = Scope(self, visible, outer)
        columns = [item for item in query.shape.items if isinstance(item, Column)]
        scope.aliases = {column.key: column.sources for column in columns}
        rows = dict(query.rows)
        for term in order.expressions if order else ():
            found = _ordinal(term, columns) or collect(term, scope, "SORT", Aliases.BEFORE_COLUMNS)
            rows.update(dict.fromkeys(passed_on(found, "SORT")))
        for limit in filter(None, limits):
            rows.update(_limited(limit, scope))
        return Query(query.shape, {**rows, **scope.rows}, {**query.tables, **scope.tables})

    def _select(self, node: Any, visible: Visible | None, outer: Scope | None) -> Query:
        scope = Scope(self, visible, outer)
        args = node.args
        scope.hierarchical = bool(args.get("connect"))
        for window in args.get("windows") or ():
            scope.windows[window.name.lower()] = window
        add_relations(arg(node, "from"), scope)
        if args.get("match") and scope.relations:
            scope.relations.append(matched(scope.relations.pop(), args["match"], scope))
        for name in ("joins", "laterals"):
            for item in args.get(name) or ():
                add_relations(item, scope)
        items = add_select_list(node.expressions, scope)
        distinct = args.get("distinct")
        if distinct and distinct.args.get("on"):
            scope.rows.update(collect(distinct.args["on"], scope, "FILTER"))
        self._row_clauses(node, scope, [item for item in items if isinstance(item, Column)])
        for name in ("limit", "offset"):
            if args.get(name):
                scope.rows.update(_limited(args[name], scope))
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
            if clause.args.get("all"):
                scope.rows.update(dict.fromkeys(_ungrouped(columns)))
            if name == "order" and any(_is_all(term.this) for term in clause.expressions):
                continue
            scope.rows.update(collect(clause, scope, subtype, self._aliases_in(name, aliases)))

    def _aliases_in(self, clause: str, usual: Aliases) -> Aliases:
        """Return the aliases that count in a clause, by the rules of the dialect."""
        dialect = self.catalog.dialect.name
        if clause in {"where", "prewhere"} and dialect in _WHERE_ALIASES:
            return Aliases.AFTER_COLUMNS
        if clause == "group" and dialect in _NO_GROUP_ALIASES:
            return Aliases.NO
        if clause == "having" and dialect in _NO_HAVING_ALIASES:
            return Aliases.NO
        return usual


def _limited(clause: Any, scope: Scope) -> dict[Source, None]:
    """Return what decides in LIMIT, FETCH and OFFSET: a subquery, or the columns of ClickHouse's LIMIT 1 BY a."""
    count = clause.args.get("expression") or clause.args.get("count")
    found = collect(count, scope, "FILTER") if isinstance(count, (exp.Query, exp.Paren)) else {}
    for term in clause.args.get("expressions") or ():
        found.update(collect(term, scope, "FILTER", Aliases.AFTER_COLUMNS))
    return found


def _ungrouped(columns: list[Column]) -> Sources:
    """Return what GROUP BY ALL groups by: the items of the select list that no aggregate feeds."""
    groups = [column for column in columns if all(source.subtype in _OF_ONE_ROW for source in column.sources)]
    return passed_on([source for column in groups for source in column.sources], "GROUP_BY")


def _ordinal(term: Any, columns: list[Column]) -> Sources:
    """Return the sources of the select item that a term like the 2 in ORDER BY 2 DESC means; of all for ALL."""
    literal = term.this if isinstance(term, exp.Ordered) else term
    if _is_all(literal):
        return tuple(source for column in columns for source in column.sources)
    if not isinstance(literal, exp.Literal) or literal.is_string or not literal.name.isdigit():
        return ()
    index = int(literal.name) - 1
    return columns[index].sources if 0 <= index < len(columns) else ()


def _is_all(term: Any) -> bool:
    """Tell whether a term is the ALL of ORDER BY ALL."""
    if isinstance(term, exp.Column) and not term.args.get("table"):
        term = term.this
    return isinstance(term, (exp.Identifier, exp.Var)) and term.name.upper() == "ALL" and not term.args.get("quoted")
