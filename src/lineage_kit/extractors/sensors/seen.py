"""What sensors have in common: they tell what they wait for, unless they ended without having seen it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import unite
from lineage_kit.extractors.temporary import is_temporary
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.datasets.naming import DatasetName
    from lineage_kit.extractors.extraction import Extraction

PART = "sensors"


def unseen(extraction: Extraction) -> bool:
    """Tell whether the sensor ended without success: it failed, or skips itself instead (`soft_fail`)."""
    return extraction.kind is EventKind.FAIL or extraction.skipped


def waited_for(extraction: Extraction, names: Iterable[DatasetName | None]) -> OperatorLineage:
    """Return what exists once the sensor has succeeded as its inputs; nothing where it did not.

    Args:
        extraction: the task and the event.
        names: of files, objects or tables; None, and files in the temporary folder, are passed over.

    """
    if not unseen(extraction):
        return inputs(names)
    extraction.explain(Reason.NOTHING_FOUND, "The sensor ended without having seen what it waits for.")
    return OperatorLineage()


def inputs(names: Iterable[DatasetName | None]) -> OperatorLineage:
    """Return the lineage of a task that only reads."""
    known = [name for name in names if name is not None and not is_temporary(name)]
    return OperatorLineage(inputs=unite(Dataset(namespace=each.namespace, name=each.name) for each in known))
