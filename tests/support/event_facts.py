"""What tests want to know of the datasets of an event, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Dataset = dict[str, Any]


def names(datasets: Iterable[Dataset]) -> list[tuple[str, str]]:
    """Return namespace and name of datasets."""
    return [(dataset["namespace"], dataset["name"]) for dataset in datasets]


def columns(dataset: Dataset) -> dict[str, list[tuple[str, str]]]:
    """Return the column lineage of a dataset: for each column its sources, as last part of the table and column."""
    fields = dataset["facets"].get("columnLineage", {"fields": {}})["fields"]
    return {
        name: [(source["name"].rpartition(".")[2], source["field"]) for source in field["inputFields"]]
        for name, field in fields.items()
    }


def fields(dataset: Dataset) -> list[str]:
    """Return the columns of a dataset."""
    return [field["name"] for field in dataset["facets"].get("schema", {"fields": []})["fields"]]


def row_count(dataset: Dataset) -> int | None:
    """Return the rows that the dataset says were written to it."""
    count: int | None = dataset.get("outputFacets", {}).get("outputStatistics", {}).get("rowCount")
    return count


def lifecycle(dataset: Dataset) -> str | None:
    """Return what the dataset says has become of it."""
    change: str | None = dataset["facets"].get("lifecycleStateChange", {}).get("lifecycleStateChange")
    return change


def verdicts(dataset: Dataset) -> dict[str, bool]:
    """Return the results of the checks of a dataset by their names."""
    facet = dataset.get("inputFacets", {}).get("dataQualityAssertions", {"assertions": []})
    return {each["name"]: each["success"] for each in facet["assertions"]}


def metrics(dataset: Dataset) -> dict[str, Any]:
    """Return what was measured: the row count as `rows`, the rest by column."""
    facet = dataset.get("inputFacets", {}).get("dataQualityMetrics", {"columnMetrics": {}})
    rows = {"rows": facet["rowCount"]} if "rowCount" in facet else {}
    return {**facet["columnMetrics"], **rows}
