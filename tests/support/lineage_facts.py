"""What tests want to know of datasets, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def names(datasets: Iterable[Any]) -> list[tuple[str, str]]:
    """Return namespace and name of datasets."""
    return [(dataset.namespace, dataset.name) for dataset in datasets]


def columns(dataset: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the column lineage of a dataset: for each column its sources, as table and column; empty without any."""
    facet = (dataset.facets or {}).get("columnLineage")
    fields = facet.fields if facet else {}
    return {name: [(source.name, source.field) for source in field.inputFields] for name, field in fields.items()}


def row_count(dataset: Any) -> int | None:
    """Return the rows that the dataset says were written to it."""
    statistics = (getattr(dataset, "outputFacets", None) or {}).get("outputStatistics")
    return statistics.rowCount if statistics else None


def lifecycle(dataset: Any) -> str | None:
    """Return what the dataset says has become of it."""
    facet = (dataset.facets or {}).get("lifecycleStateChange")
    return facet.lifecycleStateChange.value if facet else None


def flow(lineage: Any) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return the inputs of each output of a task with several, as its explicit lineage says."""
    return {(entry.namespace, entry.name): names(entry.inputs) for entry in lineage.job_facets["lineage"].entries}
