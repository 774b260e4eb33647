"""Columns of data frames and of their schemas; no data is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.schemas.origins import comes_from
from lineage_kit.datasets.declared.schemas.plain import described, of_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.datasets.declared.columns import Column


def of_frame(given: Any) -> list[Column] | None:
    """Return the columns of an object of pandas, polars, pyarrow, Spark or Snowpark; None for all others."""
    if comes_from(given, "pandas", "DataFrame", "Series"):
        return _of_pandas(given)
    if comes_from(given, "polars", "DataFrame", "LazyFrame"):
        return of_mapping(given.collect_schema() if hasattr(given, "collect_schema") else given.schema)
    if comes_from(given, "pyarrow"):
        return _of_pyarrow(given)
    fields = getattr(given, "fields", None)
    if type(given).__name__ == "StructType" and isinstance(fields, list):
        return [_of_struct_field(field) for field in fields]
    return None


def _of_pandas(given: Any) -> list[Column] | None:
    """Return the columns of a DataFrame or of its ``dtypes``; any other Series holds data."""
    types = given.dtypes if comes_from(given, "pandas", "DataFrame") else given
    if types.dtype != object or not all(hasattr(each, "kind") for each in types):
        return None
    return [described(name, type_) for name, type_ in types.items()]


def _of_pyarrow(given: Any) -> list[Column] | None:
    """Return the columns of a schema, or of what has one: a table, a batch, a dataset."""
    schema = given if type(given).__name__ == "Schema" else getattr(given, "schema", None)
    if schema is None or type(schema).__name__ != "Schema":
        return None
    return [described(field.name, field.type, _metadata(field.metadata)) for field in schema]


def _metadata(given: Mapping[bytes, bytes] | None) -> dict[str, str]:
    texts = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in (given or {}).items()}
    return {key: texts[key] for key in ("description", "comment") if key in texts}


def _of_struct_field(field: Any) -> Column:
    """Return a column of Spark's, which keeps comments in its metadata, or of Snowpark's, which quotes names."""
    name = field.name
    if name[:1] == name[-1:] == '"':
        name = name[1:-1].replace('""', '"')
    type_ = getattr(field, "dataType", None) or getattr(field, "datatype", None)
    said = getattr(field, "metadata", None) or {}
    return described(name, type_, {key: said[key] for key in ("description", "comment") if key in said})
