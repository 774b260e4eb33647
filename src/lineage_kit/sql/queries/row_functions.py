"""Functions and arrays in the place of a table: what their columns are called, and which tables they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.catalog import table_identifiers
from lineage_kit.sql.grammar.tree import as_list, children
from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.relations import Column, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.queries.scope import Scope
    from lineage_kit.sql.relations import Item, Sources

# (Snowflake's FLATTEN is Explode in the parser's tree.)
_COLUMNS_BY_CLASS: dict[type, tuple[str, ...]] = {
    exp.Explode: ("col", "index", "key", "path", "seq", "this", "value"),
    exp.GenerateSeries: ("generate_series",),
    exp.Posexplode: ("col", "key", "pos", "value"),
    exp.Unnest: ("unnest",),
}
_ENTRIES = ("key", "value")
_COLUMNS_BY_NAME: dict[str, tuple[str, ...]] = {
    "explode_outer": ("col", "key", "value"),
    "json_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "json_each": ("atom", "fullkey", "id", "key", "parent", "path", "type", "value"),
    "json_each_text": _ENTRIES,
    "json_object_keys": ("json_object_keys",),
    "json_tree": ("atom", "fullkey", "id", "key", "parent", "path", "type", "value"),
    "jsonb_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "jsonb_each": _ENTRIES,
    "jsonb_each_text": _ENTRIES,
    "jsonb_object_keys": ("jsonb_object_keys",),
    "openjson": ("key", "type", "value"),
    "posexplode_outer": ("col", "key", "pos", "value"),
    "regexp_matches": ("regexp_matches",),
    "regexp_split_to_table": ("regexp_split_to_table",),
    "skeys": ("skeys",),
    "split_to_table": ("index", "seq", "value"),
    "string_split": ("ordinal", "value"),
    "string_to_table": ("string_to_table",),
    "strtok_split_to_table": ("index", "seq", "value"),
    "variant_explode": ("key", "pos", "value"),
    "variant_explode_outer": ("key", "pos", "value"),
}
# Functions over a table or a model: `this` is the model, except for these.
_WITHOUT_MODEL = frozenset({"FeaturesAtTime", "VectorSearch"})
# Functions that give the columns of the table or query they are given unchanged, beside their own: those over models,
# those that add the bounds of a window of time, and the like. Elsewhere equal names may hold other values.
_PASSING_CLASSES = frozenset(
    {"FeaturesAtTime", "GenerateEmbedding", "GenerateTable", "GenerateText", "MLTranslate", "Predict"}
)
_TIME_WINDOWS = frozenset({"cumulate", "hop", "session", "session_window", "tumble"})
_PASSING_NAMES = _TIME_WINDOWS | {"exclude_columns", "view"}
# ClickHouse: the host, then the table, in one string or in two.
_REMOTE = frozenset({"remote", "remotesecure"})
_BOUNDS = ("window_start", "window_end", "window_time")

# Here a function in FROM is also an alias.
_CALLED_BY_THEIR_NAME = frozenset({"", "duckdb", "materialize", "postgres", "redshift", "risingwave"})
_NAMES: dict[type, str] = {exp.JSONTable: "json_table", exp.XMLTable: "xmltable"}

# How the columns of VALUES are called where they are not column1, column2.
_VALUE_NAMES = {
    **dict.fromkeys(("databricks", "hive", "spark", "spark2"), "col{}"),
    **dict.fromkeys(("mysql", "singlestore"), "column_{from_zero}"),
    "duckdb": "col{from_zero}",
}

# A dotted name that begins with an item of FROM is an array of it.
_WITH_ARRAYS_IN_FROM = frozenset({"bigquery", "impala", "redshift"})


def shape_of_values(node: Any, scope: Scope) -> Shape:
    """Return the columns of VALUES: those of all its rows, position by position."""
    rows = [as_list(row.expressions) if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    width = max(map(len, rows), default=0)
    items: list[Item] = []
    for index in range(width):
        cells = [collect(row[index], scope) for row in rows if index < len(row)]
        sources = {source: None for cell in cells for source in cell}
        name = _VALUE_NAMES.get(scope.catalog.dialect.name, "column{}").format(index + 1, from_zero=index)
        items.append(Column(name, scope.catalog.key_of_name(name), tuple(sources)))
    return Shape(items)


def array_of_item(table: Any, scope: Scope) -> Any:
    """Return the UNNEST that a table expression stands for, as in FROM orders AS o, o.items AS i; None for a table."""
    parts = table_identifiers(table)
    if scope.catalog.dialect.name not in _WITH_ARRAYS_IN_FROM or len(parts) == 1:
        return None
    if not _may_own_arrays(scope.catalog.key(parts[0]), scope):
        return None
    # An array inside a nested column is a part of that column.
    return exp.Unnest(expressions=[exp.Column(this=parts[1].copy(), table=parts[0].copy())])


def _may_own_arrays(key: str, scope: Scope) -> bool:
    """Tell whether a folded name means an item of FROM, or the elements of an array there.

    In the scopes further out only an alias hides the schema of that name.
    """
    outer: Scope | None = scope
    while outer is not None:
        for relation in outer.relations:
            if relation.fields is not None and relation.shape.has(key):
                return True
            if relation.answers_to((key,)) and (relation.is_alias or outer is scope):
                return True
        outer = outer.parent
    return False


def unwrapped(node: Any) -> Any:
    """Return the function inside TABLE(...) or STREAM(...)."""
    if isinstance(node, exp.Anonymous) and node.name.lower() in {"stream", "table"} and len(node.expressions) == 1:
        node = node.expressions[0]
    if isinstance(node, exp.Anonymous):
        names = _tables_in_strings(node.name.lower(), [argument.name for argument in node.expressions])
        queries = [exp.select(exp.Star()).from_(_table_of(name)) for name in names]
        return exp.union(*queries, distinct=False) if len(queries) > 1 else queries[0] if queries else node
    return node.this if isinstance(node, exp.TableFromRows) else node


def _tables_in_strings(function: str, arguments: list[str]) -> list[list[str]]:
    """Return the parts of the names of the tables that a function only stands for; none for any other function."""
    if function == "append":  # Druid
        return [[name] for name in arguments]
    if function in _REMOTE and len(arguments) > 1:
        return [arguments[1].split(".") if "." in arguments[1] else arguments[1:3]]
    return []


def _table_of(parts: list[str]) -> Any:
    identifiers = [exp.to_identifier(part, quoted=True) for part in parts]
    return exp.Table(**dict(zip(("this", "db", "catalog"), identifiers[::-1], strict=False)))


def own_columns(function: Any) -> tuple[str, ...] | None:
    """Return how a function calls its columns; None where nobody knows."""
    for kind, names in _COLUMNS_BY_CLASS.items():
        if isinstance(function, kind):
            return names
    if isinstance(function, exp.OpenJSON):
        return _COLUMNS_BY_NAME["openjson"]
    return _COLUMNS_BY_NAME.get(function.name.lower()) if isinstance(function, exp.Anonymous) else None


def sources_by_column(function: Any, width: int, sources: Sources, scope: Scope) -> list[Sources]:
    """Return what each column of a function derives from that has so many; `sources` are those of all arguments."""
    given = [
        tuple(source for argument in arguments for source in collect(argument, scope, "TRANSFORMATION"))
        for arguments in _arguments_by_column(function, width)
    ]
    return given + [sources] * (width - len(given))


def _arguments_by_column(function: Any, width: int) -> list[list[Any]]:
    """Return what gives each of the columns of UNNEST(a, b), ROWS FROM (f, g) or STACK(n, ...) with so many names.

    The list is empty where all arguments may count for all columns, and too short by the column of the places, which
    all of them give.
    """
    of_map = _keys_and_values(function)
    if len(of_map) == width:
        return of_map
    if isinstance(function, (exp.Unnest, exp.Tuple)):
        arrays = function.expressions
        # More names than arrays are those of the entries of a map, or of the fields of a row.
        return [[array] for array in arrays] if width - bool(function.args.get("offset")) == len(arrays) > 1 else []
    named = type(function).__name__ == "Stack"  # Anonymous in older releases
    if not named and not (isinstance(function, exp.Anonymous) and function.name.lower() == "stack"):
        return []
    rows, *cells = (*as_list(function.this), *function.expressions) if named else function.expressions
    if not width or not rows.name.isdigit() or -(-len(cells) // max(int(rows.name), 1)) != width:
        return []
    return [cells[place::width] for place in range(width)]


def _keys_and_values(function: Any) -> list[list[Any]]:
    """Return what keys and values come from, in explode(map(k, v)) or UNNEST(map(keys, values)); none elsewhere."""
    given = function.expressions if isinstance(function, exp.Unnest) else [function.this]
    if len(given) != 1 or not isinstance(given[0], (exp.Map, exp.VarMap)):
        return []
    parts = [given[0].args.get("keys"), given[0].args.get("values")]
    return [[part] for part in parts] if all(parts) else []


def own_qualifiers(function: Any, scope: Scope) -> tuple[str, ...]:
    """Return by which qualifier a function without an alias is known: in Postgres by its own name."""
    if scope.catalog.dialect.name not in _CALLED_BY_THEIR_NAME or not isinstance(function, exp.Func):
        return ()
    name = function.name if isinstance(function, exp.Anonymous) else _NAMES.get(type(function)) or function.sql_name()
    return (scope.catalog.key_of_name(name),)


def declared_columns(function: Any) -> list[Any]:
    """Return the identifiers of the columns that JSON_TABLE, XMLTABLE or OPENJSON ... WITH write out."""
    if isinstance(function, exp.XMLTable):
        definitions = as_list(function.args.get("columns"))
    elif isinstance(function, exp.OpenJSON):
        definitions = function.expressions
    elif isinstance(function, exp.JSONTable):
        definitions = list(_nested(function.args.get("schema")))
    else:
        return []
    return [definition.this for definition in definitions if isinstance(definition.this, exp.Identifier)]


def _nested(schema: Any) -> Iterator[Any]:
    for definition in schema.expressions if schema else ():
        yield definition
        yield from _nested(definition.args.get("nested_schema"))


def passes_columns(function: Any) -> bool:
    """Tell whether a function gives the columns of its tables as they are."""
    if isinstance(function, exp.Anonymous):
        return function.name.lower() in _PASSING_NAMES
    return type(function).__name__ in _PASSING_CLASSES


def is_window_of_time(function: Any) -> bool:
    """Tell whether a function adds the bounds of windows of time to the columns of its table."""
    return isinstance(function, exp.Anonymous) and function.name.lower() in _TIME_WINDOWS


def bounds_of_window(function: Any, given: Scope) -> list[Column]:
    """Return the bounds that it adds, which derive from the column of time it is told; `given` has its table."""
    arguments = function.expressions[isinstance(function.expressions[0], exp.Column) :]  # without a table's bare name
    others = [argument for argument in arguments if argument.find(exp.Query) is None]
    sources = tuple(source for argument in others for source in collect(argument, given, "TRANSFORMATION"))
    return [Column(name, given.catalog.key_of_name(name), sources) for name in _BOUNDS]


def given_relations(function: Any) -> list[Any]:
    """Return the tables and queries that a function is given, as in f(TABLE(t)) or ML.PREDICT(MODEL m, TABLE t)."""
    if own_columns(function) is not None or declared_columns(function):
        return []
    if is_window_of_time(function) and function.expressions and isinstance(function.expressions[0], exp.Column):
        return _named_relation(function.expressions[0])  # RisingWave: TUMBLE(t, time, INTERVAL ...)
    found = []
    todo = [function]
    while todo:
        node = todo.pop()
        for child in children(node):
            if isinstance(child, exp.Subquery) and isinstance(child.this, exp.Query):
                found.append(child.this)
            elif isinstance(child, exp.Query):
                found.append(child)
            elif isinstance(child, exp.Table):
                if child is not node.this or type(node).__name__ in _WITHOUT_MODEL:
                    found.append(child)
            elif isinstance(child, exp.Anonymous) and child.name.lower() == "table" and len(child.expressions) == 1:
                found += _named_relation(child.expressions[0])
            else:
                todo.append(child)
    return found


def _named_relation(node: Any) -> list[Any]:
    """Return the query or table inside TABLE(...)."""
    if isinstance(node, exp.Query):
        return [node]
    return [named_table(node)] if isinstance(node, exp.Column) else []


def named_table(column: Any) -> Any:
    """Return the table that a name in the place of a column, such as a.b, really is."""
    parts = [column.args.get(name) for name in ("this", "table", "db")]
    return exp.Table(**dict(zip(("this", "db", "catalog"), [part.copy() for part in parts if part], strict=False)))
