"""Row counts, as the OpenLineage facet ``outputStatistics`` of an output dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import OutputDataset
from openlineage.client.facet_v2 import output_statistics_output_dataset

if TYPE_CHECKING:
    from openlineage.client.event_v2 import Dataset

KEY = "outputStatistics"


def with_row_count(dataset: Dataset, rows: int | None, *, size: int | None = None) -> Dataset:
    """Return ``dataset`` as an output that says what was written to it; unchanged where nothing was measured.

    Args:
        dataset: the output.
        rows: rows written; None where nobody counted them, or not all of them.
        size: bytes written; None where not known.

    """
    if rows is None and size is None:
        return dataset
    facets: dict[str, Any] = dict(getattr(dataset, "outputFacets", None) or {})
    facets[KEY] = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=rows, size=size)
    return OutputDataset(
        namespace=dataset.namespace, name=dataset.name, facets=dataset.facets or {}, outputFacets=facets
    )
