"""The lineage that a document tells, as OpenLineage datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.exceptions import AirflowException
from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

from lineage_kit.datasets.naming import DatasetName, from_uri, without_user
from lineage_kit.exceptions import LineageDocumentError
from lineage_kit.extractors import explicit
from lineage_kit.extractors.connections import hook_of
from lineage_kit.extractors.statistics import with_row_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.sql.source import Source


def lineage_in(extraction: Extraction, document: Mapping[str, Any]) -> OperatorLineage:
    """Return the inputs and outputs of a document that keeps to the schema.

    Raises:
        LineageDocumentError: it refers to something that is not there: an input, a connection.
        TimeoutError: nothing of the budget is left to look a connection up.

    """
    return _Reader(extraction, document).lineage()


class _Reader:
    def __init__(self, extraction: Extraction, document: Mapping[str, Any]) -> None:
        self._extraction = extraction
        self._sources: dict[str, Source] = {}
        self._inputs = [(self._name(each, f"inputs[{i}]"), each) for i, each in enumerate(document.get("inputs", ()))]
        self._outputs = [
            (self._name(each, f"outputs[{i}]"), each) for i, each in enumerate(document.get("outputs", ()))
        ]
        self._by_id: dict[str, DatasetName] = {}
        for number, (name, told) in enumerate(self._inputs):
            identifier = told.get("id")
            if identifier in self._by_id:
                msg = f"inputs[{number}].id is that of an input before."
                raise LineageDocumentError(msg)
            if identifier is not None:
                self._by_id[identifier] = name

    def lineage(self) -> OperatorLineage:
        """Return what the document says."""
        return OperatorLineage(
            inputs=[_dataset(name, _schema(told)) for name, told in self._inputs],
            outputs=[self._output(name, told, f"outputs[{i}]") for i, (name, told) in enumerate(self._outputs)],
            job_facets=self._flow(),
        )

    def _output(self, name: DatasetName, told: Mapping[str, Any], where: str) -> Dataset:
        facets = _schema(told)
        fields = {
            column["name"]: column_lineage_dataset.Fields(
                inputFields=[
                    self._source(source, f"{where}.columns[{i}].from[{j}]") for j, source in enumerate(column["from"])
                ]
            )
            for i, column in enumerate(told.get("columns", ()))
            if column.get("from")
        }
        if fields and self._extraction.enabled("column_lineage"):
            facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)
        rows, size = (None if told.get(key) is None else int(told[key]) for key in ("row_count", "size"))
        return with_row_count(_dataset(name, facets), rows, size=size)

    def _source(self, told: Mapping[str, Any], where: str) -> Any:
        name = self._referred(told["input"], f"{where}.input") if "input" in told else self._only_input(where)
        kind = told.get("transformation")
        return column_lineage_dataset.InputField(
            namespace=name.namespace,
            name=name.name,
            field=told["column"],
            transformations=[
                column_lineage_dataset.Transformation(type="DIRECT", subtype=kind, description="", masking=False)
            ]
            if kind
            else [],
        )

    def _only_input(self, where: str) -> DatasetName:
        if len(self._inputs) != 1:
            msg = f"{where} lacks `input`, which only a document with one input can leave out."
            raise LineageDocumentError(msg)
        return self._inputs[0][0]

    def _referred(self, identifier: str, where: str) -> DatasetName:
        if identifier not in self._by_id:
            msg = f"{where} is not the `id` of an input."
            raise LineageDocumentError(msg)
        return self._by_id[identifier]

    def _flow(self) -> dict[str, Any]:
        """Return the job facet that says which inputs feed which output, where every output says it."""
        flow: dict[DatasetName, list[DatasetName]] = {}
        for i, (name, told) in enumerate(self._outputs):
            if "inputs" in told:
                feeding = [self._referred(each, f"outputs[{i}].inputs[{j}]") for j, each in enumerate(told["inputs"])]
                flow.setdefault(name, []).extend(feeding)
        return explicit.job_facets(flow) if flow and len(flow) == len(self._outputs) else {}

    def _name(self, told: Mapping[str, Any], where: str) -> DatasetName:
        if "uri" in told:
            name = from_uri(told["uri"])
            if name is None:
                msg = f"{where}.uri is not absolute; it needs a scheme and a host, or begins with a slash."
                raise LineageDocumentError(msg)
            return name
        if "table" in told:
            return self._table(told["connection"], told["table"], where)
        return DatasetName(without_user(told["namespace"]), told["name"])

    def _table(self, connection: str, table: str, where: str) -> DatasetName:
        """Return the name that tasks with SQL on the connection give the table; the database is not asked."""
        from lineage_kit.extractors.sql.lineage import Ask
        from lineage_kit.extractors.sql.query import lineage_in as lineage_of_statement

        if connection not in self._sources:
            self._sources[connection] = self._look_up(connection, where)
        query = f"SELECT 1 FROM {table}"  # noqa: S608 - no database runs it
        found = lineage_of_statement(self._extraction, self._sources[connection], query, ask=Ask.NOTHING)
        if len(found.inputs) != 1:
            msg = f"{where}.table is not the name of one table, or needs its schema before it."
            raise LineageDocumentError(msg)
        return DatasetName(found.inputs[0].namespace, found.inputs[0].name)

    def _look_up(self, connection: str, where: str) -> Source:
        from lineage_kit.extractors.sql.source import find_source

        try:
            hook = hook_of(self._extraction, connection)
        except AirflowException:
            msg = f"{where}.connection is unknown to Airflow, or no installed provider has a hook for its type."
            raise LineageDocumentError(msg) from None
        source = find_source(self._extraction, hook)
        if source is None:
            msg = f"{where}.connection does not tell how its database names tables."
            raise LineageDocumentError(msg)
        return source


def _dataset(name: DatasetName, facets: dict[str, Any]) -> Dataset:
    return Dataset(namespace=name.namespace, name=name.name, facets=facets)


def _schema(told: Mapping[str, Any]) -> dict[str, Any]:
    columns: Iterable[Mapping[str, Any]] = told.get("columns", ())
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            name=column["name"], type=column.get("type"), description=column.get("description")
        )
        for column in columns
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}
