"""Merging lineage: the same namespace and name is one dataset, and its facets come together."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import column_lineage_dataset

from lineage_kit.extractors import explicit

if TYPE_CHECKING:
    from collections.abc import Iterable


def has_datasets(lineage: OperatorLineage) -> bool:
    """Tell whether the lineage names any dataset."""
    return bool(lineage.inputs or lineage.outputs)


def combine(parts: Iterable[OperatorLineage]) -> OperatorLineage:
    """Return one lineage for all parts; where two say the same thing, the earlier part is believed."""
    parts = list(parts)
    inputs: list[Any] = []
    outputs: list[Any] = []
    run_facets: dict[str, Any] = {}
    job_facets: dict[str, Any] = {}
    for part in parts:
        inputs.extend(part.inputs or [])
        outputs.extend(part.outputs or [])
        run_facets = {**(part.run_facets or {}), **run_facets}
        job_facets = {**(part.job_facets or {}), **job_facets}
    if explicit.KEY in job_facets:
        job_facets[explicit.KEY] = explicit.united(parts)
    job_facets = {name: facet for name, facet in job_facets.items() if facet is not None}
    return OperatorLineage(inputs=unite(inputs), outputs=unite(outputs), run_facets=run_facets, job_facets=job_facets)


def unite(datasets: Iterable[Any]) -> list[Any]:
    """Return copies of the datasets, in order, each identity once; their facets may be taken out later."""
    united: dict[tuple[str, str], Any] = {}
    for dataset in datasets:
        identity = (dataset.namespace, dataset.name)
        known = united.get(identity)
        united[identity] = _copy(dataset) if known is None else _merge(known, dataset)
    return list(united.values())


def _copy(dataset: Any) -> Any:
    copied = copy.copy(dataset)
    for attribute in ("facets", "inputFacets", "outputFacets"):
        if getattr(dataset, attribute, None) is not None:
            setattr(copied, attribute, dict(getattr(dataset, attribute)))
    return copied


def _merge(first: Any, second: Any) -> Any:
    """Return a new dataset with the facets of both; neither is changed, they may belong to the DAG's author."""
    facets = {**(second.facets or {}), **(first.facets or {})}
    columns = [
        dataset.facets["columnLineage"] for dataset in (first, second) if "columnLineage" in (dataset.facets or {})
    ]
    if len(columns) > 1:
        facets["columnLineage"] = _merge_column_lineage(*columns)
    extra: dict[str, Any] = {}
    kind: type[Dataset] = Dataset
    for subclass, attribute in ((InputDataset, "inputFacets"), (OutputDataset, "outputFacets")):
        own = {**(getattr(second, attribute, None) or {}), **(getattr(first, attribute, None) or {})}
        if own or isinstance(first, subclass) or isinstance(second, subclass):
            kind, extra = subclass, {attribute: own}
    return kind(namespace=first.namespace, name=first.name, facets=facets, **extra)


def _merge_column_lineage(first: Any, second: Any) -> Any:
    fields = {
        name: _merge_fields(first.fields.get(name), second.fields.get(name))
        for name in {**first.fields, **second.fields}
    }
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        fields=fields, dataset=distinct([*(first.dataset or []), *(second.dataset or [])])
    )


def _merge_fields(first: Any | None, second: Any | None) -> Any:
    if first is None or second is None:
        return first or second
    return column_lineage_dataset.Fields(
        inputFields=distinct([*first.inputFields, *second.inputFields]),
        transformationDescription=first.transformationDescription or second.transformationDescription,
        transformationType=first.transformationType or second.transformationType,
    )


def distinct(items: list[Any]) -> list[Any]:
    """Return the items without repetition, in order; the client's classes compare by value but do not hash."""
    return list({repr(item): item for item in items}.values())
