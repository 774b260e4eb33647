"""What an event says about itself: why it has no dataset, and what it had to leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors.manager import ExtractorManager

from lineage_kit import compat, inlets
from lineage_kit.extractors import reports
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import distinct, has_datasets
from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.facets.no_datasets import Explanation, Reason

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

_OLD_COMMON_SQL = (
    "SQL that hooks ran is not visible here: the installed apache-airflow-providers-common-sql does not report it. "
    "Upgrade it and the OpenLineage provider (2.11 or later), or declare inlets and outlets."
)

#: Nobody, and the provider's own extractors for Bash and Python, which send source code only.
_KNOW_NO_DATA = frozenset({"none", "BashExtractor", "PythonExtractor"})


def explain_policy(extraction: Extraction) -> None:
    """Note that the user's emission policy keeps lineage of hooks out of the event."""
    extraction.explain(Reason.POLICY, "The OpenLineage emission policy leaves out what hooks report for this task.")


def attach(lineage: OperatorLineage, extraction: Extraction) -> None:
    """Add the kit's own run facets to ``lineage``."""
    finished = extraction.kind is not EventKind.START
    if finished and _hooks_are_silent(extraction):
        _note_silent_hooks(lineage, extraction)
    if extraction.omissions:
        lineage.run_facets[incomplete.KEY] = incomplete.LineageKitIncompleteRunFacet(
            omissions=distinct(extraction.omissions)
        )
    if finished and extraction.enabled("reason") and not _will_have_datasets(lineage, extraction):
        lineage.run_facets[no_datasets.KEY] = no_datasets.LineageKitNoDatasetsRunFacet(
            extractor=extraction.asked,
            explanations=distinct(extraction.explanations or [_default(extraction)]),
        )


def _will_have_datasets(lineage: OperatorLineage, extraction: Extraction) -> bool:
    """Tell whether the event will name datasets, those included that the provider adds to an empty answer."""
    if has_datasets(lineage):
        return True
    task = extraction.task
    if compat.hook_lineage_allowed(task) and reports.reports_datasets():
        return True
    declared = (*task.inlets, *task.outlets)
    if extraction.enabled("declared") and any(inlets.told_by(entity) for entity in declared):
        return False  # see Enrichment: the provider is not let at these
    return any(ExtractorManager.convert_to_ol_dataset(entity) for entity in declared)


def _hooks_are_silent(extraction: Extraction) -> bool:
    """Tell whether the task may have run SQL in Python code that nobody on this release can see."""
    return compat.sql_hook_lineage_key() is None and hasattr(extraction.task, "python_callable")


def _note_silent_hooks(lineage: OperatorLineage, extraction: Extraction) -> None:
    if has_datasets(lineage):
        extraction.omit("observed", incomplete.Cause.NOT_SUPPORTED_HERE, _OLD_COMMON_SQL)
    else:
        extraction.explain(Reason.UNSUPPORTED_HOOK, _OLD_COMMON_SQL)


def _default(extraction: Extraction) -> Explanation:
    """Return the explanation for a task of which no part said anything."""
    task_type = extraction.task.task_type
    if extraction.asked in _KNOW_NO_DATA:
        return Explanation(
            reason=Reason.NO_EXTRACTOR.value,
            message=(
                f"No extractor knows what data {task_type} touches, and no hook reported any. "
                "Declare inlets and outlets, or register an extractor for it."
            ),
        )
    return Explanation(reason=Reason.NOTHING_FOUND.value, message=f"{extraction.asked} named no dataset.")
