"""Told columns as facets: the schema, and what each column is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lineage_kit.datasets.naming import DatasetName

    Told = Mapping[str, Any]
    #: A function of a source column, and of how it is called in messages, that returns the dataset it is in; with
    #: None the source is left out.
    SourceName = Callable[[Told, str], DatasetName | None]

#: What is done to rows instead of values (spec/facets/ColumnLineageDatasetFacet.json).
_INDIRECT = frozenset({"JOIN", "GROUP_BY", "FILTER", "SORT", "WINDOW", "CONDITIONAL"})


def schema(columns: Iterable[Told]) -> dict[str, Any]:
    """Return the `schema` facet of columns with names, types and descriptions; nothing without columns."""
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            name=column["name"], type=column.get("type"), description=column.get("description")
        )
        for column in columns
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}


def column_lineage(columns: Iterable[Told], where: str, source_name: SourceName) -> dict[str, Any]:
    """Return the `columnLineage` facet of columns that say what they are made of; nothing where none does.

    Args:
        columns: each with its sources under `from`.
        where: how the dataset is called in messages.
        source_name: tells the dataset of a source.

    """
    made_of = {
        column["name"]: [
            _source(told, name)
            for j, told in enumerate(column.get("from", ()))
            if (name := source_name(told, f"{where}.columns[{i}].from[{j}]")) is not None
        ]
        for i, column in enumerate(columns)
    }
    fields = {name: column_lineage_dataset.Fields(inputFields=sources) for name, sources in made_of.items() if sources}
    return {"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)} if fields else {}


def _source(told: Told, name: DatasetName) -> Any:
    return column_lineage_dataset.InputField(
        namespace=name.namespace, name=name.name, field=told["column"], transformations=_transformations(told)
    )


def _transformations(told: Told) -> list[Any]:
    subtype = told.get("transformation")
    if not subtype:
        return []
    return [
        column_lineage_dataset.Transformation(
            type="INDIRECT" if subtype in _INDIRECT else "DIRECT",
            subtype=subtype,
            description=told.get("transformation_description", ""),
            masking=bool(told.get("masking", False)),
        )
    ]
