"""Which columns an expression is made of, and how each of them takes part.

The walk over an expression keeps its own stack: generated SQL nests thousands of operators deep.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.relations import DIRECT, Column, Source, Sources, passed_on
from lineage_kit.sql.scope import Aliases
from lineage_kit.sql.tree import as_list, children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lineage_kit.sql.model import TransformationSubtype
    from lineage_kit.sql.relations import Query
    from lineage_kit.sql.scope import Scope

    Step = tuple[Any, TransformationSubtype]
    Steps = Callable[[Any, Scope], Iterable[Step]]

# Functions whose result does not let anybody see the value that went in.
_MASKING = re.compile(
    r"(?:md5|sha|hash|hash_?bytes|(?:city|farm|fnv|metro|murmur|ora|sip|standard|xx)_?hash|farm_?fingerprint"
    r"|blake|checksum|crc32|digest|hmac|mask)\d*(?:digest|hex|number\w*|_\w+)?",
    re.IGNORECASE,
)


_DATE_PARTS = frozenset(
    {"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}
)


def collect(
    node: Any, scope: Scope, subtype: TransformationSubtype = "IDENTITY", aliases: Aliases = Aliases.NO
) -> dict[Source, None]:
    """Return the sources of an expression, in order of appearance.

    Args:
        node: The expression.
        scope: Resolves its columns; the tables of its subqueries are added to it.
        subtype: How the expression itself is used; IDENTITY for an item of the select list.
        aliases: Whether aliases of the select list count as columns here.
    """
    found: dict[Source, None] = {}
    todo: list[tuple[Any, TransformationSubtype, bool]] = [(node, subtype, False)]
    while todo:
        node, subtype, masking = todo.pop()
        if isinstance(node, exp.Column):
            sources = () if _is_date_part(node) else scope.resolve(node, aliases)
        elif isinstance(node, exp.Query):
            sources = _subquery(scope.reader.query(node, scope.visible, scope), scope)
        elif isinstance(node, exp.Exists) and isinstance(node.this, exp.Query):
            query = scope.reader.query(node.this, scope.visible, scope)
            scope.tables.update(query.tables)
            sources = tuple(query.rows)
        else:
            masking = masking or _is_masking(node)
            steps = [(child, _combined(subtype, step), masking) for child, step in _steps_of(node)(node, scope)]
            todo.extend(reversed(steps))
            continue
        found.update(dict.fromkeys(passed_on(sources, subtype, masking=masking)))
    return found


def _subquery(query: Query, scope: Scope) -> Sources:
    """Return the sources of a subquery that serves as a value: its columns, then what decides about its rows."""
    scope.tables.update(query.tables)
    columns = [item for item in query.shape.items if isinstance(item, Column)]
    values = [source for column in columns for source in column.sources]
    if len(columns) > 1:
        values = list(passed_on(values, "TRANSFORMATION"))
    return (*values, *query.rows)


def _combined(outer: TransformationSubtype, inner: TransformationSubtype) -> TransformationSubtype:
    """Return the subtype of a step inside a step: INDIRECT prevails, the outer one first; else the stronger."""
    if outer not in DIRECT:
        return outer
    if inner not in DIRECT:
        return inner
    return inner if DIRECT[inner] > DIRECT[outer] else outer


def _same(node: Any, _: Scope) -> Iterable[Step]:
    return ((node.this, "IDENTITY"),)


def _transformed(node: Any, _: Scope) -> Iterable[Step]:
    return [(child, "TRANSFORMATION") for child in children(node)]


def _aggregated(node: Any, _: Scope) -> Iterable[Step]:
    return [(child, "AGGREGATION") for child in children(node)]


def _nothing(_: Any, __: Scope) -> Iterable[Step]:
    return ()


def _case(node: Any, _: Scope) -> Iterable[Step]:
    steps: list[Step] = []
    if node.this is not None:
        steps.append((node.this, "CONDITIONAL"))
    for branch in node.args["ifs"]:
        steps += [(branch.this, "CONDITIONAL"), (branch.args["true"], "TRANSFORMATION")]
    if node.args.get("default") is not None:
        steps.append((node.args["default"], "TRANSFORMATION"))
    return steps


def _if(node: Any, _: Scope) -> Iterable[Step]:
    branches = [node.args.get("true"), node.args.get("false")]
    return [
        (node.this, "CONDITIONAL"),
        *((branch, "TRANSFORMATION") for branch in branches if branch is not None),
    ]


def _filtered(node: Any, _: Scope) -> Iterable[Step]:
    """Aggregate FILTER (WHERE condition)."""
    return (node.this, "IDENTITY"), (node.expression, "CONDITIONAL")


def _ordered(node: Any, _: Scope) -> Iterable[Step]:
    """ORDER BY inside an aggregate function: `this` is the value, `expressions` only order the values."""
    steps: list[Step] = [] if node.this is None else [(node.this, "IDENTITY")]
    return steps + [(term, "SORT") for term in node.expressions]


def _within_group(node: Any, _: Scope) -> Iterable[Step]:
    """Ordered-set aggregates, as in percentile_cont(0.5) WITHIN GROUP (ORDER BY value)."""
    steps: list[Step] = [(node.this, "IDENTITY")]
    takes_values = isinstance(node.this, (exp.PercentileCont, exp.PercentileDisc)) or not list(
        node.this.find_all(exp.Column)
    )
    return steps + [(term, "AGGREGATION" if takes_values else "SORT") for term in node.expression.expressions]


def _window(node: Any, scope: Scope) -> Iterable[Step]:
    steps: list[Step] = [(node.this, "IDENTITY")]
    # A window may build on a named one, and that on another; each name is followed once.
    for _ in range(len(scope.windows) + 1):
        steps += [(term, "WINDOW") for term in node.args.get("partition_by") or ()]
        steps += [(term, "WINDOW") for term in as_list(node.args.get("order"))]
        base = node.args.get("alias")
        node = scope.windows.get(base.name.lower()) if base else None
        if node is None:
            break
    return steps


_STEPS: dict[type, Steps] = {
    exp.Alias: _same,
    exp.Case: _case,
    exp.DataType: _nothing,
    exp.Filter: _filtered,
    exp.If: _if,
    exp.Lag: _transformed,
    exp.Lead: _transformed,
    exp.FirstValue: _transformed,
    exp.LastValue: _transformed,
    exp.NthValue: _transformed,
    exp.Order: _ordered,
    exp.Ordered: _same,
    exp.Paren: _same,
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}


def _steps_of(node: Any) -> Steps:
    """Return how the parts of a node take part in it; remembered per class of node."""
    kind = type(node)
    steps = _STEPS.get(kind)
    if steps is None:
        steps = _aggregated if issubclass(kind, exp.AggFunc) else _transformed
        _STEPS[kind] = steps
    return steps


def _is_date_part(column: Any) -> bool:
    """Tell whether a bare name is a unit such as the day in datediff(day, a, b), which generic SQL does not know."""
    if column.args.get("table") or column.name.lower() not in _DATE_PARTS:
        return False
    function = column.parent
    name = function.name if isinstance(function, exp.Anonymous) else type(function).__name__
    return isinstance(function, exp.Func) and ("date" in name.lower() or "time" in name.lower())


def _is_masking(node: Any) -> bool:
    """Tell whether a node is a function that hides its argument."""
    if not isinstance(node, exp.Func):
        return False
    # The class is called like the function, apart from underscores.
    name = node.name if isinstance(node, exp.Anonymous) else type(node).__name__
    return _MASKING.fullmatch(name) is not None
