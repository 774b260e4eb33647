"""The one extractor that the kit registers: it wraps whatever would have spoken, and adds what it knows.

Every part is a guarded step. What the OpenLineage provider alone would have sent is the floor: a step of
the kit that fails leaves the event as it would have been without it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage

from lineage_kit import compat, conf, inlets
from lineage_kit.extractors import declared, explicit, folding, observed, registry, report, reports, size, source_text
from lineage_kit.extractors.agreement import agree, is_undecided
from lineage_kit.extractors.base import LineageExtractor, begin
from lineage_kit.extractors.contract import finding
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import FamilyLineage, Official
from lineage_kit.extractors.merge import combine, has_datasets
from lineage_kit.extractors.renaming import with_joinable_names
from lineage_kit.extractors.speaker import Kind, Speaker, find_speaker
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.family import Family

log = logging.getLogger(__name__)


class EnrichingExtractor(BaseExtractor):
    """Decides per operator instance who speaks, and merges what is known from elsewhere into the answer.

    It also works when named in ``[openlineage] extractors``, through the subclasses that name operators.
    """

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Return no name: the listener registers this class for every task that comes along."""
        return []

    def _execute_extraction(self) -> OperatorLineage | None:
        return self._extract(EventKind.START, None)

    def extract_on_complete(self, task_instance: Any) -> OperatorLineage | None:
        """Return the lineage for a COMPLETE event, of tasks that skipped themselves too."""
        return self._extract(EventKind.COMPLETE, task_instance)

    def extract_on_failure(self, task_instance: Any) -> OperatorLineage | None:
        """Return the lineage for a FAIL event."""
        return self._extract(EventKind.FAIL, task_instance)

    def _extract(self, kind: EventKind, task_instance: Any | None) -> OperatorLineage | None:
        # Releases before 2.19 do not set it per task.
        source_code_enabled = getattr(self, "source_code_enabled", None)
        floor = Floor(self.operator, kind, task_instance, source_code_enabled)
        try:
            if not conf.enabled() or conf.operator_disabled(type(self.operator)):
                return floor.lineage()
            extraction = floor.extraction = begin(self, kind, task_instance)
            return Enrichment(extraction, floor).lineage()
        except Exception as error:
            log.warning(
                "lineage-kit adds nothing to the event of task `%s` (%s). Details are logged at DEBUG; "
                "`[lineage_kit] enabled = False` switches lineage-kit off.",
                self.operator.task_id,
                type(error).__name__,
            )
            log.debug("lineage-kit failure details:", exc_info=True)
            return floor.lineage()


class SqlExtractor(EnrichingExtractor):
    """The kit's extractor for SQL operators, for those who name extractors in ``[openlineage] extractors``.

    Where the plugin is loaded, which is the normal case, it is not needed: subclasses and decorated operators are
    found without it.
    """

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """Return the names of the SQL operators of the common-sql provider."""
        return [
            "SQLExecuteQueryOperator",
            "SQLColumnCheckOperator",
            "SQLTableCheckOperator",
            "SQLCheckOperator",
            "SQLValueCheckOperator",
            "SQLIntervalCheckOperator",
            "SQLThresholdCheckOperator",
            "BranchSQLOperator",
            "_SQLDecoratedOperator",
        ]


class Floor:
    """What the OpenLineage provider alone would have got from the task; asked at most once."""

    def __init__(self, task: Any, kind: EventKind, task_instance: Any | None, source_code_enabled: bool | None) -> None:
        self.speaker: Speaker = find_speaker(task, registry.ORIGINALS.find)
        self.extraction: Extraction | None = None
        self._task = task
        self._kind = kind
        self._task_instance = task_instance
        self._source_code_enabled = source_code_enabled
        self._asked = False
        self._answer: OperatorLineage | None = None

    def lineage(self) -> OperatorLineage | None:
        """Return the answer of whoever would have spoken; None where it was asked before and failed."""
        if not self._asked:
            self._asked = True
            self._answer = self._ask()
        return self._answer

    def _ask(self) -> OperatorLineage | None:
        if self.speaker.extractor is None:
            return OperatorLineage(run_facets=self._unknown_source())
        extractor = self.speaker.extractor(self._task)
        if self._source_code_enabled is not None:
            extractor.source_code_enabled = self._source_code_enabled
        if isinstance(extractor, LineageExtractor):
            extractor.extraction = self.extraction
        if self._kind is EventKind.START:
            return extractor.extract()
        if self._kind is EventKind.FAIL and callable(getattr(extractor, "extract_on_failure", None)):
            return extractor.extract_on_failure(self._task_instance)
        return extractor.extract_on_complete(self._task_instance)

    def _unknown_source(self) -> dict[str, Any]:
        """Return the facet for operators that nobody knows; the provider omits it where hooks reported datasets."""
        try:
            hooks_reported = compat.hook_lineage_allowed(self._task) and reports.reports_datasets()
        except Exception:  # noqa: BLE001 - without an answer, the facet is what the provider would most likely send
            hooks_reported = False
        return {} if hooks_reported else compat.unknown_source_attribute(self._task)


class _Final(list[Any]):
    """No datasets, and that is the answer: the provider adds inlets and outlets to what is false only."""

    def __bool__(self) -> bool:
        return True


class Enrichment:
    """Builds the answer for one event, part by part."""

    def __init__(self, extraction: Extraction, floor: Floor) -> None:
        self._extraction = extraction
        self._floor = floor
        self._speaker = floor.speaker

    def lineage(self) -> OperatorLineage:
        """Return the merged lineage, safe to send and within the size limit."""
        extraction = self._extraction
        with reports.unreported():
            base = self._speaker_and_family()
        parts = [base.lineage]
        if said := self._said(base):
            parts.append(said)
        named = extraction.guard("declared", lambda: self._declared(base))
        if base.hook_lineage_due:
            known = [*parts, named] if named else parts
            parts.extend(extraction.guard("observed", lambda: self._observed(base, known)) or ())
        merged = extraction.guard("merge", lambda: combine(map(with_joinable_names, parts))) or base.lineage
        if named:
            merged = (
                extraction.guard("declared", lambda: agree(extraction, merged, with_joinable_names(named))) or merged
            )
        extraction.guard("files", lambda: folding.fold(merged, conf.max_files()))
        if not extraction.guard("source text", lambda: source_text.protect(merged, extraction)):
            source_text.withhold(merged)
        extraction.guard("explicit lineage", lambda: explicit.complete(merged))
        extraction.guard("size", lambda: size.fit(merged, extraction))
        extraction.guard("reason", lambda: report.attach(merged, extraction))
        if extraction.guard("declared", lambda: self._declared_is_final(merged)):
            merged.inputs, merged.outputs = _Final(), _Final()
        return merged

    def _declared_is_final(self, merged: OperatorLineage) -> bool:
        """Tell whether the provider must not add inlets and outlets to an answer without datasets.

        What it makes of those of lineage-kit that have no name is wrong, with Jinja in it; and declarations that are a
        fallback wait until the task has run.
        """
        extraction, task = self._extraction, self._extraction.task
        if has_datasets(merged) or not extraction.enabled("declared"):
            return False
        if compat.hook_lineage_allowed(task) and reports.reports_datasets():
            return False  # the provider turns to these first
        return is_undecided(extraction) or any(inlets.told_by(each) for each in (*task.inlets, *task.outlets))

    def _speaker_and_family(self) -> FamilyLineage:
        """Return what the speaker or the kit's family knows."""
        extraction = self._extraction
        family = registry.family_of(type(extraction.task))
        if family is not None and not extraction.enabled(family.part):
            extraction.explain(Reason.DISABLED, f"[lineage_kit] disabled_parts switches `{family.part}` off.")
            family = None
        if family is not None and self._speaker.kind is not Kind.USER:
            found = self._ask_family(family)
            if found is not None:
                return found
        answer = self._ask_speaker()
        return FamilyLineage(answer, covers_queries=False, hook_lineage_due=not has_datasets(answer))

    def _ask_speaker(self) -> OperatorLineage:
        name = self._speaker.describe(self._extraction.task)
        self._extraction.asked = name
        answer = self._extraction.guard(name, self._floor.lineage)
        if answer is None:
            return OperatorLineage()
        return self._extraction.guard("names", lambda: with_joinable_names(answer)) or answer

    def _ask_family(self, family: Family) -> FamilyLineage | None:
        official = Official(self._speaker.kind, self._ask_speaker)
        found = self._extraction.attempt(family.part, lambda: family.extract(self._extraction, official))
        self._extraction.asked = f"lineage_kit.{family.part}"
        return found

    def _observed(self, base: FamilyLineage, parts: list[OperatorLineage]) -> list[OperatorLineage]:
        extraction = self._extraction
        if reports.collected_assets() is None:
            return []
        if not compat.hook_lineage_allowed(extraction.task):
            report.explain_policy(extraction)
            return []
        known = any(has_datasets(part) for part in parts)
        return observed.contribute(extraction, known=known, queries=not base.covers_queries)

    def _said(self, base: FamilyLineage) -> OperatorLineage | None:
        """Return what the task itself said about its data in a lineage document."""
        extraction = self._extraction
        if not extraction.enabled("contract"):
            return None
        said = extraction.guard("contract", lambda: finding.lineage_of_documents(extraction))
        if said is not None and has_datasets(said):
            (base.lineage.run_facets or {}).pop("unknownSourceAttribute", None)
        return said

    def _declared(self, base: FamilyLineage) -> OperatorLineage | None:
        extraction = self._extraction
        if extraction.enabled("declared"):
            return declared.declared_lineage(extraction)
        if not base.hook_lineage_due or reports.reports_datasets():
            return None
        # Here the provider alone would have turned to inlets and outlets; the kit's datasets must not keep them out.
        manager = compat.extractor_manager()
        return compat.provider_declared(manager, extraction.task, extraction.task_instance) if manager else None
