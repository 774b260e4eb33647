"""The parts of an expression that take part in it in different ways: which decide, which aggregate, which hide.

What is not here is made of all its parts alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import as_list, children
from lineage_kit.sql.relations import DIRECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lineage_kit.sql.model import TransformationSubtype
    from lineage_kit.sql.queries.scope import Scope

    Step = tuple[Any, TransformationSubtype]
    Steps = Callable[[Any, Scope], Iterable[Step]]

# Functions whose result does not let anybody see the value that went in.
_MASKING = re.compile(
    r"(?:(?:func_|half)?(?:md5|sha)|hash|hash_?bytes|hash_?(?:row|bucket|amp)|hashtext(?:extended)?|(?:binary_)?checksum"
    r"|(?:city|farm|fnv|hive|int|java|metro|murmur|ora|sip|spooky|standard|wy|xx)_?hash|farm_?fingerprint|murmur"
    r"|blake|crc32|crypt|digest|hmac|mask|password|pwd_?encrypt|redact|tokenize"
    r"|(?:aead_|aes_|deterministic_|des_|pgp_pub_|pgp_sym_)?encrypt(?:byasymkey|bycert|bykey|bypassphrase)?"
    r")\d*(?:digest|hex|number\w*|_\w+)?",
    re.IGNORECASE,
)
# Aggregates that the parser knows as some function only.
_AGGREGATES = re.compile(
    r"arbitrary|bit_xor_agg|checksum_agg|every|f?(?:avg|sum)|geometric_mean|histogram|histogram_numeric|json_arrayagg"
    r"|json_objectagg|kahan_sum|listagg|mean|multimap_agg|numeric_histogram|product|some|stdevp|total|varp|xmlagg",
    re.IGNORECASE,
)
# Of decode(operand, value, result); with two arguments it decodes characters.
_SHORTEST_CASE = 3
# Functions that take the unit first, which is a word there: datediff(day, a, b). With the number of arguments that
# they have then, because some of them are called in another way elsewhere.
_UNIT_FIRST = {
    **dict.fromkeys(("date_add", "date_diff", "date_sub", "dateadd", "datediff", "datediff_big", "datesub"), 3),
    **dict.fromkeys(("timeadd", "timediff", "timestamp_diff", "timestampadd", "timestampdiff", "tsordsdiff"), 3),
    **dict.fromkeys(("date_part", "date_trunc", "datename", "datepart", "datetrunc", "timestamptrunc"), 2),
    "date_bucket": 3,
}
_DATE_PARTS = frozenset(
    {"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}
)


def steps_of(node: Any) -> Steps:
    """Return how the parts of a node take part in it; remembered per class of node."""
    kind = type(node)
    steps = _STEPS.get(kind)
    if steps is None:
        steps = _aggregated if issubclass(kind, exp.AggFunc) else _transformed
        _STEPS[kind] = steps
    return steps


def is_masking(node: Any) -> bool:
    """Tell whether a node is a function that hides its argument."""
    return isinstance(node, exp.Func) and _MASKING.fullmatch(_name(node)) is not None


def combined(outer: TransformationSubtype, inner: TransformationSubtype) -> TransformationSubtype:
    """Return the subtype of a step inside a step: INDIRECT prevails, the outer one first; else the stronger."""
    if outer not in DIRECT:
        return outer
    if inner not in DIRECT:
        return inner
    return inner if DIRECT[inner] > DIRECT[outer] else outer


def is_unit(column: Any) -> bool:
    """Tell whether a bare name is a unit such as the day in datediff(day, a, b), which generic SQL does not know."""
    if column.args.get("table") or column.name.lower() not in _DATE_PARTS:
        return False
    function = column.parent
    return (
        isinstance(function, exp.Func) and re.search("date|time|last_?day", _name(function), re.IGNORECASE) is not None
    )


def _name(function: Any) -> str:
    """Return the name of a function; the class is called like it, apart from underscores."""
    return function.name if isinstance(function, exp.Anonymous) else type(function).__name__


def _same(node: Any, _: Scope) -> Iterable[Step]:
    return ((node.this, "IDENTITY"),)


def _transformed(node: Any, _: Scope) -> Iterable[Step]:
    return [(child, "TRANSFORMATION") for child in children(node)]


def _aggregated(node: Any, _: Scope) -> Iterable[Step]:
    return [(child, "AGGREGATION") for child in children(node)]


def _nothing(_: Any, __: Scope) -> Iterable[Step]:
    return ()


def _named_function(node: Any, scope: Scope) -> Iterable[Step]:
    """Read a function of which only the name is known."""
    name = node.name.lower()
    arguments = node.expressions
    if _AGGREGATES.fullmatch(name):
        return _aggregated(node, scope)
    if name in {"choose", "elt", "nvl2"}:
        return [(argument, "TRANSFORMATION" if index else "CONDITIONAL") for index, argument in enumerate(arguments)]
    if name in {"multiif", "decode"} and len(arguments) >= _SHORTEST_CASE:
        return _branches(arguments, operand=name == "decode")
    if _UNIT_FIRST.get(name) == len(arguments) and _is_bare(arguments[0]):
        arguments = arguments[1:]
    return [(argument, "TRANSFORMATION") for argument in arguments]


def _is_bare(node: Any) -> bool:
    return isinstance(node, exp.Column) and not node.args.get("table")


def _timed(node: Any, _: Scope) -> Iterable[Step]:
    """Read a function of dates that has a unit, which the parser may take for an argument and the other way round."""
    unit = node.args.get("unit")
    swapped = isinstance(unit, exp.Var) and unit.name.lower() not in _DATE_PARTS and _is_bare(node.this)
    if swapped and node.this.name.lower() in _DATE_PARTS:
        # The parser writes what it takes for a unit in capitals.
        others = as_list(node.args.get("expression"))
        written = unit.name.lower() if all(other.name.islower() for other in others) else unit.name
        return [(value, "TRANSFORMATION") for value in (*others, exp.column(written))]
    return [(child, "TRANSFORMATION") for child in children(node)]


def _branches(arguments: list[Any], *, operand: bool) -> Iterable[Step]:
    """Read the arguments of a CASE that is written as a function: conditions and values take turns."""
    steps: list[Step] = [(argument, "CONDITIONAL") for argument in arguments[:operand]]
    pairs = arguments[operand:]
    for index, argument in enumerate(pairs):
        is_value = index % 2 or (index == len(pairs) - 1)
        steps.append((argument, "TRANSFORMATION" if is_value else "CONDITIONAL"))
    return steps


def _decode(node: Any, _: Scope) -> Iterable[Step]:
    return _branches(node.expressions, operand=True)


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


def _nullif(node: Any, _: Scope) -> Iterable[Step]:
    return (node.this, "TRANSFORMATION"), (node.expression, "CONDITIONAL")


def _filtered(node: Any, _: Scope) -> Iterable[Step]:
    """Aggregate FILTER (WHERE condition)."""
    return (node.this, "IDENTITY"), (node.expression, "CONDITIONAL")


def _picked(node: Any, _: Scope) -> Iterable[Step]:
    """max_by(value, order): the value of the row that the second argument decides."""
    return (node.this, "AGGREGATION"), *((child, "CONDITIONAL") for child in children(node) if child is not node.this)


def _combinator(node: Any, scope: Scope) -> Iterable[Step]:
    """ClickHouse: the last argument of sumIf(value, condition) is a condition."""
    arguments = node.expressions
    if not str(node.this).endswith("If"):
        return _aggregated(node, scope)
    *values, condition = arguments
    return [*((value, "AGGREGATION") for value in values), (condition, "CONDITIONAL" if values else "AGGREGATION")]


def _counted(node: Any, _: Scope) -> Iterable[Step]:
    """count(*) and count(t.*) count rows, and read no column."""
    return [(child, "AGGREGATION") for child in children(node) if not child.is_star]


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
    exp.Anonymous: _named_function,
    exp.ArgMax: _picked,
    exp.ArgMin: _picked,
    exp.Case: _case,
    exp.CombinedAggFunc: _combinator,
    exp.Count: _counted,
    exp.DataType: _nothing,
    exp.DateAdd: _timed,
    exp.DateDiff: _timed,
    exp.DateSub: _timed,
    exp.DateTrunc: _timed,
    exp.Filter: _filtered,
    exp.HavingMax: _picked,
    exp.If: _if,
    exp.Lag: _transformed,
    exp.Literal: _nothing,
    exp.LastValue: _transformed,
    exp.Lead: _transformed,
    exp.FirstValue: _transformed,
    exp.NthValue: _transformed,
    exp.Nullif: _nullif,
    exp.Nvl2: _if,
    exp.Order: _ordered,
    exp.Ordered: _same,
    exp.Paren: _same,
    exp.TimestampDiff: _timed,
    exp.TimestampTrunc: _timed,
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}
# Missing in the oldest releases of the parser.
if hasattr(exp, "DecodeCase"):
    _STEPS[exp.DecodeCase] = _decode
