"""The lineage that a document tells, as OpenLineage datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.exceptions import LineageDocumentError
from lineage_kit.extractors import explicit
from lineage_kit.extractors.statistics import with_row_count
from lineage_kit.extractors.told.columns import column_lineage, schema
from lineage_kit.extractors.told.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.extraction import Extraction


def lineage_in(extraction: Extraction, document: Mapping[str, Any]) -> OperatorLineage:
    """Return the inputs and outputs of a document that keeps to the schema.

    Raises:
        LineageDocumentError: it refers to an input that is not there.
        DatasetIdentityError: an address or a connection does not lead to a name.
        TimeoutError: nothing of the budget is left to look a connection up.

    """
    return _Reader(extraction, document).lineage()


class _Reader:
    def __init__(self, extraction: Extraction, document: Mapping[str, Any]) -> None:
        self._extraction = extraction
        names = Names(extraction)
        self._inputs = [(names.of(each, f"inputs[{i}]"), each) for i, each in enumerate(document.get("inputs", ()))]
        self._outputs = [(names.of(each, f"outputs[{i}]"), each) for i, each in enumerate(document.get("outputs", ()))]
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
            inputs=[_dataset(name, schema(told.get("columns", ()))) for name, told in self._inputs],
            outputs=[self._output(name, told, f"outputs[{i}]") for i, (name, told) in enumerate(self._outputs)],
            job_facets=self._flow(),
        )

    def _output(self, name: DatasetName, told: Mapping[str, Any], where: str) -> Dataset:
        columns = told.get("columns", ())
        facets = schema(columns)
        if self._extraction.enabled("column_lineage"):
            facets.update(column_lineage(columns, where, self._source))
        rows, size = (None if told.get(key) is None else int(told[key]) for key in ("row_count", "size"))
        return with_row_count(_dataset(name, facets), rows, size=size)

    def _source(self, told: Mapping[str, Any], where: str) -> DatasetName:
        return self._referred(told["input"], f"{where}.input") if "input" in told else self._only_input(where)

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


def _dataset(name: DatasetName, facets: dict[str, Any]) -> Dataset:
    return Dataset(namespace=name.namespace, name=name.name, facets=facets)
