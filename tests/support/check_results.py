"""What events say about data quality checks, readable on every release of the OpenLineage client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from openlineage.client.facet_v2 import data_quality_assertions_dataset

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

#: Whether the installed client tells more of a check than its name, its column and whether it passed.
HAS_DETAILS = "name" in attrs.fields_dict(data_quality_assertions_dataset.Assertion)


def assertions(dataset: Any) -> list[Any]:
    """Return the assertions about an input; they stand in its input facets and nowhere else."""
    assert "dataQualityAssertions" not in (dataset.facets or {})
    facet = (getattr(dataset, "inputFacets", None) or {}).get("dataQualityAssertions")
    return facet.assertions if facet else []


def verdicts(dataset: Any) -> dict[str, bool]:
    """Return the results of the checks of columns and tables by their names; older clients have them in `assertion`."""
    return {
        getattr(each, "name", None)
        or (f"{each.column}.{each.assertion}" if each.column else each.assertion): each.success
        for each in assertions(dataset)
    }


def measured(dataset: Any) -> dict[str, Any]:
    """Return what checks have measured: numbers by column and measure, the row count as `rows`."""
    facet = (getattr(dataset, "inputFacets", None) or {}).get("dataQualityMetrics")
    if facet is None:
        return {}
    columns = {
        f"{column}.{name}": value
        for column, metrics in facet.columnMetrics.items()
        for name, value in attrs.asdict(metrics).items()
        if value is not None
    }
    return columns if facet.rowCount is None else {**columns, "rows": facet.rowCount}


def run_level(lineage: OperatorLineage) -> list[tuple[str, str]]:
    """Return names and outcomes of the results that belong to no single dataset."""
    facet = lineage.run_facets.get("test")
    return [(test.name, test.status) for test in facet.tests] if facet else []
