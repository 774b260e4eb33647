"""Functions and arrays in the place of a table: what their columns are called, and which tables they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.catalog import table_identifiers
from lineage_kit.sql.grammar.tree import as_list, children

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.queries.scope import Scope

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
_PASSING_NAMES = frozenset({"cumulate", "exclude_columns", "hop", "session", "tumble", "view"})

# A dotted name that begins with an item of FROM is an array of it.
_WITH_ARRAYS_IN_FROM = frozenset({"bigquery", "impala", "redshift"})


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
        return node.expressions[0]
    return node.this if isinstance(node, exp.TableFromRows) else node


def own_columns(function: Any) -> tuple[str, ...] | None:
    """Return how a function calls its columns; None where nobody knows."""
    for kind, names in _COLUMNS_BY_CLASS.items():
        if isinstance(function, kind):
            return names
    if isinstance(function, exp.OpenJSON):
        return _COLUMNS_BY_NAME["openjson"]
    return _COLUMNS_BY_NAME.get(function.name.lower()) if isinstance(function, exp.Anonymous) else None


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


def given_relations(function: Any) -> list[Any]:
    """Return the tables and queries that a function is given, as in f(TABLE(t)) or ML.PREDICT(MODEL m, TABLE t)."""
    if own_columns(function) is not None or declared_columns(function):
        return []
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
                found += _named_table(child.expressions[0])
            else:
                todo.append(child)
    return found


def _named_table(node: Any) -> list[Any]:
    """Return the table that the column inside TABLE(a.b) really is."""
    if isinstance(node, exp.Query):
        return [node]
    if not isinstance(node, exp.Column):
        return []
    parts = [node.args.get(name) for name in ("this", "table", "db")]
    return [exp.Table(**dict(zip(("this", "db", "catalog"), [part.copy() for part in parts if part], strict=False)))]
