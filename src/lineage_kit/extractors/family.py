"""What the kit knows about a family of operators: the interface between it and the enriching extractor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@dataclass(frozen=True)
class FamilyLineage:
    """What a family found.

    Args:
        lineage: datasets and facets.
        replaces: whether nothing is lost when this is sent instead of what the operator itself would say.
        hook_lineage_due: whether the OpenLineage provider alone would have found no dataset here, and
            would have gone on to what hooks reported; only then does it emit child events for their
            queries.

    """

    lineage: OperatorLineage
    replaces: bool
    hook_lineage_due: bool


class Family(Protocol):
    """Knowledge about operators that share a base class."""

    part: str
    """Its name in ``[lineage_kit] disabled_parts``."""

    def load(self) -> None:
        """Import what extraction will need, in a task's own process, before a child is forked for each event."""

    def preload(self) -> None:
        """Import what extraction may need for any task, in a process from which all tasks are forked."""

    def may_replace(self, task: Any) -> bool:
        """Tell whether the operator's OpenLineage methods are generic ones that the family can do better than."""

    def extract(self, extraction: Extraction) -> FamilyLineage | None:
        """Return what the operator did, or None where nothing can be said; the reason is then noted."""
