"""The base of extractors that others write: name the operators, say what one task reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage

from lineage_kit import compat, conf
from lineage_kit.extractors import registry
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction

if TYPE_CHECKING:
    from collections.abc import Sequence


class LineageExtractor(BaseExtractor):
    """An extractor for ``[openlineage] extractors`` that is asked one question for every event of a task.

    A subclass names its operators and answers in :meth:`lineage`. Whatever goes wrong there costs the task nothing:
    it is one WARNING, and the event goes out with what else is known. Subclasses of the operators are met too where
    lineage-kit's plugin is loaded.
    """

    operators: ClassVar[Sequence[str]] = ()
    """Class names of the operators, without modules."""

    extraction: Extraction | None = None
    """What the enriching extractor that asks shares, so that reasons and omissions noted here reach its event."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Return :attr:`operators`."""
        return [*cls.operators]

    def lineage(self, extraction: Extraction) -> OperatorLineage | None:
        """Return what the task reads and writes, or None where nothing can be said.

        Args:
            extraction: the operator (``task``), the event that this is for (``kind``), the task instance, and the time
                that may be spent (``budget``). On START the task has not run: say only what is certain by then.

        """
        raise NotImplementedError

    def _execute_extraction(self) -> OperatorLineage | None:
        return self._ask(EventKind.START, None)

    def extract_on_complete(self, task_instance: Any) -> OperatorLineage | None:
        """Return the lineage for a COMPLETE event."""
        return self._ask(EventKind.COMPLETE, task_instance)

    def extract_on_failure(self, task_instance: Any) -> OperatorLineage | None:
        """Return the lineage for a FAIL event."""
        return self._ask(EventKind.FAIL, task_instance)

    def _ask(self, kind: EventKind, task_instance: Any | None) -> OperatorLineage | None:
        extraction = self.extraction or begin(self, kind, task_instance)
        return extraction.guard(type(self).__name__, lambda: self.lineage(extraction)) or OperatorLineage()


def begin(extractor: BaseExtractor, kind: EventKind, task_instance: Any | None) -> Extraction:
    """Return the extraction for one event, with the settings that hold for the extractor's task."""
    # Releases of the OpenLineage provider before 2.19 do not set it per task.
    source_code_enabled = getattr(extractor, "source_code_enabled", None)
    if source_code_enabled is None:
        source_code_enabled = compat.default_source_code_enabled()
    return Extraction(
        task=extractor.operator,
        kind=kind,
        task_instance=task_instance or registry.task_instance_of(extractor.operator),
        budget=Budget(conf.time_budget()),
        disabled_parts=conf.disabled_parts(),
        source_code_enabled=source_code_enabled,
        mask_literals=conf.mask_sql_literals(),
        error=registry.error_of(extractor.operator),
    )
