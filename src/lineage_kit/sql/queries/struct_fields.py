"""Fields of values that the query itself puts together: each has sources of its own, not those of the whole value.

A value and an array of such values are told alike: what an element has, the array has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import as_list, identifier_of
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.functions import steps_of
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.relations import DIRECT, Column, Item, Shape, Unlisted, passed_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lineage_kit.sql.model import TransformationSubtype
    from lineage_kit.sql.relations import Source, Sources

    Fields = tuple[Item, ...]


def fields_of(value: Any, scope: Scope) -> Fields:
    """Return the fields of a value, in order; none where nobody lists them."""
    reader = _READERS.get(type(value))
    return () if reader is None else reader(value, scope)


def field_sources(value: Any, name: str, scope: Scope) -> Sources | None:
    """Return the sources of one field of a value; None where nobody lists it."""
    fields = fields_of(value, scope)
    return Shape(fields).sources(scope.catalog.key_of_name(name), name) if fields else None


def elements(unnest: Any, alias: Any, scope: Scope) -> Relation | None:
    """Return the relation of an UNNEST of BigQuery with the fields of the elements; None if nobody lists them."""
    arrays = as_list(unnest.expressions)
    fields = fields_of(arrays[0], scope) if len(arrays) == 1 else ()
    if not fields:
        return None
    key = scope.catalog.key
    collect(unnest, scope, "TRANSFORMATION")  # for the tables of its subqueries
    names = [identifier_of(alias.this)] if alias and alias.this else []
    names += [identifier_of(column) for column in as_list(alias and alias.args.get("columns"))]
    offset = unnest.args.get("offset")
    place = [Column(offset.name, key(offset), ())] if isinstance(offset, exp.Identifier) else []
    return Relation(tuple(map(key, names[:1])), Shape([*fields, *place]))


def may_have_fields(unnest: Any, names: Sequence[Any], scope: Scope) -> bool:
    """Tell whether the elements of an array may be structs: not where a subquery over it uses an element as a value."""
    if scope.parent is None or not names:
        return True
    select = unnest.find_ancestor(exp.Select)
    key = scope.catalog.key
    element = key(names[0])
    bare = (column for column in select.find_all(exp.Column) if not column.args.get("table"))
    return all(key(column.this) != element for column in bare)


def _of_struct(value: Any, scope: Scope) -> Fields:
    """Read STRUCT(a, b AS c): no field where one has no name, nor of what Snowflake takes for a value."""
    if scope.catalog.dialect.name == "snowflake":
        return ()
    fields = []
    for part in value.expressions:
        name, content = (part.this, part.expression) if isinstance(part, exp.PropertyEQ) else (_name_of(part), part)
        if not isinstance(name, exp.Identifier):
            return ()
        fields.append(_field(name, content, scope))
    return tuple(fields)


def _of_named_struct(value: Any, scope: Scope) -> Fields:
    """Read named_struct('a', x, 'b', y) of Spark, which is a STRUCT of its own in newer releases of the parser."""
    names, contents = value.expressions[::2], value.expressions[1::2]
    if value.name.lower() != "named_struct" or len(names) != len(contents):
        return ()
    identifiers = [exp.Identifier(this=name.name, quoted=False) for name in names]
    return tuple(_field(name, content, scope) for name, content in zip(identifiers, contents, strict=True))


def _field(name: Any, content: Any, scope: Scope) -> Column:
    return Column(name.name, scope.catalog.key(name), tuple(collect(content, scope)), fields_of(content, scope))


def _name_of(part: Any) -> Any:
    """Return the identifier of a column or of a field of one, which is that of the new field; None for others."""
    while isinstance(part, (exp.Cast, exp.Paren)):
        part = part.this
    return part.this if isinstance(part, exp.Column) else part.expression if isinstance(part, exp.Dot) else None


def _of_cast(value: Any, scope: Scope) -> Fields:
    """Read CAST(ROW(a, b) AS ROW(x INT, y INT)): the type has the names."""
    parts, names = _parts(value.this), [name.this for name in value.to.expressions if isinstance(name, exp.ColumnDef)]
    if len(parts) != len(names):
        return ()
    return tuple(_field(name, part, scope) for name, part in zip(names, parts, strict=True))


def _parts(value: Any) -> list[Any]:
    """Return the values of a struct or row, position by position."""
    if not isinstance(value, (exp.Struct, exp.Tuple)):
        return []
    return [part.expression if isinstance(part, exp.PropertyEQ) else part for part in value.expressions]


def _of_array(value: Any, scope: Scope) -> Fields:
    """Read [STRUCT(a AS x), (b)], where the first element has the names, and ARRAY(SELECT AS STRUCT ...)."""
    first, *others = value.expressions or [None]
    found = fields_of(first, scope)
    if not others:
        return found
    fields = [field for field in found if isinstance(field, Column)]
    rows = [_parts(element) for element in others]
    if any(len(row) != len(fields) for row in rows):
        return ()
    columns = [[source for row in rows for source in collect(row[at], scope)] for at in range(len(fields))]
    return tuple(
        Column(field.name, field.key, (*field.sources, *more), field.fields)
        for field, more in zip(fields, columns, strict=True)
    )


def _of_query(value: Any, scope: Scope) -> Fields:
    """Read (SELECT AS STRUCT a, b)."""
    select = value.unnest() if isinstance(value, exp.Subquery) else value
    if not isinstance(select, exp.Select) or select.args.get("kind") != "STRUCT":
        return ()
    return tuple(scope.reader.query(select, scope.visible, scope).shape.items)


def _of_column(value: Any, scope: Scope) -> Fields:
    """Read the name of a row, whose columns are the fields, or that of a column with fields."""
    path = [part for name in ("catalog", "db", "table", "this") if (part := value.args.get(name))]
    row = scope.row_named(value) if len(path) == 1 else None
    if row is not None:
        return tuple(row.shape.items)
    key = scope.catalog.key(path[0])
    sees: Scope | None = scope
    while sees is not None:
        if any(one.shape.nested for one in sees.relations) and (fields := sees.fields(path)):
            return fields
        if any(one.answers_to((key,)) or one.shape.has(key) for one in sees.relations):
            break
        sees = sees.parent
    return ()


def _of_element(value: Any, scope: Scope) -> Fields:
    """Read x['f'], a field that has fields itself, and x[0], an element."""
    at = value.expressions[0] if len(value.expressions) == 1 else None
    if not isinstance(at, exp.Literal) or not at.is_string:
        return _of_inner(value, scope)
    return _inside(value.this, scope.catalog.key_of_name(at.name), scope)


def _of_dot(value: Any, scope: Scope) -> Fields:
    return _inside(value.this, scope.catalog.key(value.expression), scope)


def _inside(value: Any, key: str, scope: Scope) -> Fields:
    field = Shape(fields_of(value, scope)).column(key)
    return () if field is None else field.fields


def _of_inner(value: Any, scope: Scope) -> Fields:
    """Read a function that gives one or all of the values it is given."""
    steps = list(steps_of(value)(value, scope))
    if not steps or steps[0][0] is not value.this:
        return ()
    fields = fields_of(value.this, scope)
    if not fields:
        return ()
    found = [source for node, step in steps[1:] for source in collect(node, scope, step)]
    deciding = tuple(source for source in found if source.subtype not in DIRECT)
    return tuple(_passed(field, steps[0][1], deciding) for field in fields)


def _passed(field: Item, subtype: TransformationSubtype, deciding: tuple[Source, ...]) -> Item:
    if isinstance(field, Unlisted):
        return field
    return Column(field.name, field.key, (*passed_on(field.sources, subtype), *deciding), field.fields)


_READERS: dict[type, Callable[[Any, Scope], Fields]] = {
    exp.Anonymous: _of_named_struct,
    exp.Array: _of_array,
    exp.Bracket: _of_element,
    exp.Cast: _of_cast,
    exp.Column: _of_column,
    exp.Dot: _of_dot,
    exp.Select: _of_query,
    exp.Struct: _of_struct,
    exp.Subquery: _of_query,
    **dict.fromkeys(
        [
            *(exp.Alias, exp.Paren, exp.Filter, exp.Window, exp.IgnoreNulls, exp.RespectNulls, exp.Limit, exp.Order),
            *(
                exp.AnyValue,
                exp.ArgMax,
                exp.ArgMin,
                exp.ArrayAgg,
                exp.ArrayUniqueAgg,
                exp.First,
                exp.FirstValue,
                exp.HavingMax,
                exp.Last,
            ),
            *(exp.Explode, exp.LastValue, exp.Max, exp.Min),
        ],
        _of_inner,
    ),
}
