"""OpenLineage datasets and facets from what the SQL engine found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors.merge import unite
from lineage_kit.sql import ColumnLineage, Location, TableName
from lineage_kit.sql.dialects import dialect_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.sql.stored import Tables
    from lineage_kit.sql import SqlLineage


#: Input fields by namespace, name and column.
_Sources = dict[tuple[str, str, str], Any]


def build(found: SqlLineage, tables: Tables, *, column_lineage: bool) -> tuple[OperatorLineage, bool]:
    """Return inputs and outputs with their schemas, outputs with column lineage; and whether all tables have a name."""
    builder = _Builder(tables)
    inputs = [builder.dataset(table) for table in found.inputs]
    outputs = [builder.dataset(table) for table in found.outputs]
    if column_lineage:
        builder.attach_columns([dataset for dataset in outputs if dataset is not None], found.columns)
    lineage = OperatorLineage(
        inputs=unite(dataset for dataset in inputs if dataset is not None),
        outputs=unite(dataset for dataset in outputs if dataset is not None),
    )
    return lineage, None not in inputs and None not in outputs


class _Builder:
    def __init__(self, tables: Tables) -> None:
        self._database = tables.source.database
        self._stored = tables.stored
        self._names: dict[TableName | Location, DatasetName | None] = {}

    def dataset(self, table: TableName | Location) -> Dataset | None:
        """Return the dataset, or None where it has no name that others could know."""
        name = self._name(table)
        if name is None:
            return None
        stored = self._stored.get(table) if isinstance(table, TableName) else None
        facets: dict[str, Any] = {}
        if stored is not None:
            facets["schema"] = schema_dataset.SchemaDatasetFacet(
                fields=[
                    schema_dataset.SchemaDatasetFacetFields(name=column, type=kind or None)
                    for column, kind in stored.columns
                ]
            )
        return Dataset(namespace=name.namespace, name=name.name, facets=facets)

    def attach_columns(self, outputs: Iterable[Dataset], columns: Iterable[ColumnLineage]) -> None:
        """Give each output the column lineage that ends in it; what decides about rows goes once into ``dataset``."""
        fields: dict[DatasetName, dict[str, _Sources]] = {}
        rows: dict[DatasetName, _Sources] = {}
        for column in columns:
            target = self._name(column.target) if column.target is not None else None
            source = self._name(column.source) if column.source is not None else None
            if target is None or source is None:
                continue
            if column.target_column is None:
                self._add(rows.setdefault(target, {}), source, column)
            else:
                target_column = self._column(column.target, column.target_column)
                self._add(fields.setdefault(target, {}).setdefault(target_column, {}), source, column)
        for dataset in outputs:
            target = DatasetName(dataset.namespace, dataset.name)
            if target in fields or target in rows:
                dataset.facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
                    fields={
                        column: column_lineage_dataset.Fields(inputFields=list(sources.values()))
                        for column, sources in fields.get(target, {}).items()
                    },
                    dataset=list(rows.get(target, {}).values()),
                )

    def _add(self, known: _Sources, source: DatasetName, column: ColumnLineage) -> None:
        """Add one source column; several transformations of it come together in one input field."""
        name = self._column(column.source, column.source_column)
        key = (source.namespace, source.name, name)
        if key not in known:
            known[key] = column_lineage_dataset.InputField(*key, transformations=[])
        field = known[key]
        transformation = column_lineage_dataset.Transformation(
            type=column.type, subtype=column.subtype, description="", masking=column.masking
        )
        if transformation not in field.transformations:
            field.transformations.append(transformation)

    def _name(self, table: TableName | Location) -> DatasetName | None:
        if table not in self._names:
            self._names[table] = self._find_name(table)
        return self._names[table]

    def _find_name(self, table: TableName | Location) -> DatasetName | None:
        if isinstance(table, Location):
            return from_uri(table.uri)
        stored = self._stored.get(table)
        if stored is not None:
            parts = (stored.database or table.database, stored.schema, stored.name)
            return self._database.dataset_name(*parts, as_stored=True)
        # Of a dialect that the engine does not know, it cannot tell how names are stored.
        as_stored = bool(dialect_of(self._database.dialect).name)
        return self._database.dataset_name(table.database, table.schema, table.name, as_stored=as_stored)

    def _column(self, table: TableName | Location | None, column: str) -> str:
        stored = self._stored.get(table) if isinstance(table, TableName) else None
        return stored.column(column) if stored is not None else column
