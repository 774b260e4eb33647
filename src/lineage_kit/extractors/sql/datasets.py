"""OpenLineage datasets and facets from what the SQL engine found."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.extractors import explicit
from lineage_kit.extractors.merge import unite
from lineage_kit.extractors.sql import lifecycle
from lineage_kit.extractors.statistics import with_row_count
from lineage_kit.extractors.symlinks import link
from lineage_kit.sql import ColumnLineage, Location, TableName
from lineage_kit.sql.dialects import dialect_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage_kit.extractors.sql.stored import Tables
    from lineage_kit.sql import SqlLineage, StatementLineage


#: Input fields by namespace, name and column.
_Sources = dict[tuple[str, str, str], Any]

#: What a query is stored as where its rows go to columns that it does not name: a view with columns named by position.
_STAND_IN = "lineage_kit_rows"
_STAND_IN_COLUMN = "lineage_kit_column_"


@dataclass(frozen=True)
class Destination:
    """Where the rows of a script's last query went, outside the SQL.

    Args:
        datasets: what holds the rows.
        columns: its columns, in the order of the query's; None where they are named like the query's.

    """

    datasets: Sequence[Dataset]
    columns: Sequence[str] | None = None

    def stored(self, query: str) -> str:
        """Return ``query`` as a statement whose target columns tell their position."""
        if self.columns is None:
            return query
        names = ", ".join(f"{_STAND_IN_COLUMN}{position}" for position in range(len(self.columns)))
        return f"CREATE VIEW {_STAND_IN} ({names}) AS {query}"

    def column(self, target: str | None) -> str | None:
        """Return the name that a target column of the stored query has in the datasets."""
        position = target.lower().removeprefix(_STAND_IN_COLUMN) if target else ""
        return self.columns[int(position)] if self.columns is not None and position.isdigit() else target

    @staticmethod
    def is_target(table: TableName | Location | None) -> bool:
        """Tell whether the engine's target is the query itself, not a table of the script."""
        return table is None or (isinstance(table, TableName) and table.name.lower() == _STAND_IN)


@dataclass(frozen=True)
class Effect:
    """What SQL that has run did beyond what it says.

    Args:
        rows: rows that were written to what it fills, None where nobody counted them, or not all.

    """

    rows: Mapping[TableName | Location, int | None]


def build(
    found: SqlLineage,
    tables: Tables,
    *,
    column_lineage: bool,
    destination: Destination | None = None,
    effect: Effect | None = None,
) -> tuple[OperatorLineage, bool]:
    """Return inputs and outputs with their schemas, outputs with column lineage; and whether all tables have a name.

    Once the SQL has run, which ``effect`` tells, outputs also have the rows written and what became of them in the end.
    """
    builder = _Builder(tables)
    inputs = [builder.dataset(table) for table in found.inputs]
    outputs = [builder.dataset(table) for table in found.outputs if not Destination.is_target(table)]
    builder.link_locations([each for each in (*inputs, *outputs) if each is not None], found.statements)
    if column_lineage:
        builder.attach_columns([dataset for dataset in outputs if dataset is not None], found.columns)
    named = None not in inputs and None not in outputs
    if effect is not None:
        outputs = builder.with_effect([dataset for dataset in outputs if dataset is not None], found, effect)
    if destination is not None:
        outputs = [*outputs, *builder.filled(destination, found, column_lineage=column_lineage)]
    whole = named and not found.problems
    lineage = OperatorLineage(
        inputs=unite(dataset for dataset in inputs if dataset is not None),
        outputs=unite(dataset for dataset in outputs if dataset is not None),
        job_facets=explicit.job_facets(builder.sources(found, destination)) if whole else {},
    )
    return lineage, named


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
        """Give each output the column lineage that ends in it."""
        by_target: dict[DatasetName, list[ColumnLineage]] = {}
        for column in columns:
            target = self._name(column.target) if column.target is not None else None
            if target is not None:
                by_target.setdefault(target, []).append(column)
        for dataset in outputs:
            facet = self._facet(by_target.get(DatasetName(dataset.namespace, dataset.name), ()))
            if facet is not None:
                dataset.facets["columnLineage"] = facet

    def link_locations(self, datasets: Iterable[Dataset], statements: Iterable[StatementLineage]) -> None:
        """Let tables that were created on files say where these are."""
        created = (_created_at(statement) for statement in statements)
        places = {self._name(found[0]): self._name(found[1]) for found in created if found is not None}
        for dataset in datasets:
            link(dataset, places.get(DatasetName(dataset.namespace, dataset.name)), "LOCATION")

    def with_effect(self, outputs: Sequence[Dataset], found: SqlLineage, effect: Effect) -> list[Dataset]:
        """Return the outputs with their row counts and the change of their state."""
        rows: dict[DatasetName | None, int | None] = {}
        for table, count in effect.rows.items():
            before = rows.get(self._name(table), 0)
            rows[self._name(table)] = None if count is None or before is None else before + count
        changes = lifecycle.state_changes(found.statements, self._name)
        names = [DatasetName(dataset.namespace, dataset.name) for dataset in outputs]
        return [
            with_row_count(_with_facet(dataset, lifecycle.KEY, changes.get(name)), rows.get(name))
            for dataset, name in zip(outputs, names, strict=True)
        ]

    def sources(
        self, found: SqlLineage, destination: Destination | None
    ) -> Mapping[DatasetName, Sequence[DatasetName]]:
        """Return which inputs feed each output: those of the statements that have it."""
        sources: dict[DatasetName, list[DatasetName]] = {}
        last = found.statements[-1] if found.statements else None
        for statement in found.statements:
            inputs = [name for table in statement.inputs if (name := self._name(table)) is not None]
            filled = (table for table in statement.outputs if not Destination.is_target(table))
            targets = [name for table in filled if (name := self._name(table)) is not None]
            if destination is not None and statement is last:
                targets += [DatasetName(dataset.namespace, dataset.name) for dataset in destination.datasets]
            for target in targets:
                known = sources.setdefault(target, [])
                known.extend(name for name in inputs if name not in known)
        return sources

    def filled(self, destination: Destination, found: SqlLineage, *, column_lineage: bool) -> list[Dataset]:
        """Return the datasets of ``destination`` with the column lineage of the script's last query."""
        last = found.statements[-1].columns if found.statements else ()
        columns = [
            replace(column, target_column=destination.column(column.target_column))
            for column in last
            if Destination.is_target(column.target)
        ]
        facet = self._facet(columns) if column_lineage else None
        return [_with_facet(dataset, "columnLineage", facet) for dataset in destination.datasets]

    def _facet(self, columns: Iterable[ColumnLineage]) -> Any | None:
        """Return the facet of column lineage that ends in one dataset; what decides about rows is its ``dataset``."""
        fields: dict[str, _Sources] = {}
        rows: _Sources = {}
        for column in columns:
            source = self._name(column.source) if column.source is not None else None
            if source is None:
                continue
            if column.target_column is None:
                self._add(rows, source, column)
            else:
                name = self._column(column.target, column.target_column)
                self._add(fields.setdefault(name, {}), source, column)
        if not fields and not rows:
            return None
        return column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                column: column_lineage_dataset.Fields(inputFields=list(sources.values()))
                for column, sources in fields.items()
            },
            dataset=list(rows.values()),
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


def _created_at(statement: StatementLineage) -> tuple[TableName, Location] | None:
    """Return the table that a statement creates and the place of its data outside the database, if there is one."""
    beside = {"CREATE_TABLE": statement.inputs, "CREATE_TABLE_AS": statement.outputs}.get(statement.kind, ())
    places = [each for each in beside if isinstance(each, Location)]
    tables = [each for each in statement.outputs if isinstance(each, TableName)]
    return (tables[0], places[0]) if len(places) == len(tables) == 1 else None


def _with_facet(dataset: Dataset, name: str, facet: Any | None) -> Dataset:
    """Return a copy of ``dataset`` that has ``facet``, or the dataset itself where there is none."""
    if facet is None:
        return dataset
    copied = copy.copy(dataset)
    copied.facets = {**(dataset.facets or {}), name: facet}
    return copied
