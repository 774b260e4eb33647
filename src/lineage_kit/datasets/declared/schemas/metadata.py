"""Columns as catalogues and other tools keep them: dbt's manifest, AWS Glue, OpenLineage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.schemas.origins import comes_from
from lineage_kit.datasets.declared.schemas.plain import described

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.columns import Column


def of_metadata(given: Any) -> list[Column] | None:
    """Return the columns of a table's metadata; None for what is no such thing."""
    if comes_from(given, "openlineage", "SchemaDatasetFacet"):
        return [_of_facet_field(each) for each in given.fields or ()]
    if not isinstance(given, Mapping):
        return None
    if (table := _glue_table(given)) is not None:
        columns = [*(table["StorageDescriptor"].get("Columns") or ()), *(table.get("PartitionKeys") or ())]
        return [
            described(each["Name"], said={"type": each.get("Type"), "comment": each.get("Comment")}) for each in columns
        ]
    if (entries := _dbt_columns(given)) is not None:
        return [described(each["name"], said={**each, "tags": _dbt_tags(each)}) for each in entries]
    return None


def _of_facet_field(field: Any) -> Column:
    return described(field.name, said={"type": field.type, "description": field.description})


def _glue_table(given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a table of AWS Glue, also from the answer of GetTable."""
    table = given.get("Table", given)
    return table if isinstance(table, Mapping) and isinstance(table.get("StorageDescriptor"), Mapping) else None


def _dbt_columns(given: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return the columns of a node of dbt's manifest or catalogue, or of a model in its YAML, where they are a list."""
    columns = given.get("columns")
    if isinstance(columns, Mapping):
        entries: list[Mapping[str, Any]] = [
            {"name": name, **each} for name, each in columns.items() if isinstance(each, Mapping)
        ]
        return entries if len(entries) == len(columns) else None
    if isinstance(columns, list) and all(isinstance(each, Mapping) and "name" in each for each in columns):
        return columns
    return None


def _dbt_tags(column: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a column, and what its ``meta`` says; newer releases keep both in ``config``."""
    places = [each for each in (column, column.get("config")) if isinstance(each, Mapping)]
    tags = {tag: "true" for place in places for tag in _names(place.get("tags"))}
    meta = {key: value for place in places for key, value in (place.get("meta") or {}).items()}
    return {**tags, **{str(key): _text(value) for key, value in meta.items() if _is_short(value)}}


def _names(tags: str | Iterable[str] | None) -> list[str]:
    return [tags] if isinstance(tags, str) else list(tags or ())


def _is_short(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (isinstance(value, str) and bool(value.strip()))


def _text(value: Any) -> str:
    """Return a value of ``meta`` as the value of a tag: truth as JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
