"""What tests want to know of datasets, in plain values."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lineage_kit.compat import sql_hook_lineage_key

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


def counted(rows: int) -> int | None:
    """Return the row count to expect of rows that hooks count; early releases of common-sql do not report them."""
    return rows if sql_hook_lineage_key() else None


def lifecycle(dataset: Any) -> str | None:
    """Return what the dataset says has become of it."""
    facet = (dataset.facets or {}).get("lifecycleStateChange")
    return facet.lifecycleStateChange.value if facet else None


def check_flow(lineage: Any, expected: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    """Check which inputs each output of a task has; of several, early OpenLineage clients cannot say it."""
    assert set(names(lineage.outputs)) == set(expected), names(lineage.outputs)
    sources = {source for each in expected.values() for source in each}
    assert set(names(lineage.inputs)) == sources, names(lineage.inputs)
    if find_spec("openlineage.client.generated.lineage") is not None:
        entries = lineage.job_facets["lineage"].entries
        flow = {(entry.namespace, entry.name): names(entry.inputs) for entry in entries}
        assert flow == expected, flow
