"""The public helpers for tests of extractors and DAGs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.standard.operators.empty import EmptyOperator
from support.extraction import collect, fresh_process_state

from lineage_kit import compat
from lineage_kit.exceptions import LineageKitError
from lineage_kit.extractors import EventKind, Extraction, LineageExtractor, file_dataset
from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.testing import assert_lineage, lineage_of, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["collect", "fresh_process_state"]  # fixtures, found by their names


class ExportOperator(EmptyOperator):
    """An operator of somebody's own."""


class DailyExportOperator(ExportOperator):
    """A subclass that no extractor names."""


class ExportExtractor(LineageExtractor):
    """Knows one file after the task, and fails where it is told to."""

    operators: ClassVar[Sequence[str]] = ["ExportOperator"]

    def lineage(self, extraction: Extraction) -> OperatorLineage | None:
        """Return the file once it is written."""
        if extraction.kind is EventKind.FAIL:
            msg = "broken on purpose"
            raise RuntimeError(msg)
        if extraction.kind is EventKind.START:
            return None
        return OperatorLineage(outputs=[file_dataset("s3://lake/export.csv")])


@pytest.mark.parametrize("operator", [ExportOperator, DailyExportOperator])
def test_extractors_are_asked(operator: type[ExportOperator]) -> None:
    """The extractor answers for the operators that it names and for their subclasses."""
    assert_lineage(operator(task_id="t"), outputs=["s3://lake export.csv"], extractors=[ExportExtractor])


def test_nothing_is_no_answer_either() -> None:
    """An extractor that knows nothing yet says so with None."""
    assert_lineage(ExportOperator(task_id="t"), outputs=[], event="START", extractors=[ExportExtractor])


def test_extractor_that_raises_costs_its_own_part(caplog: pytest.LogCaptureFixture) -> None:
    """What else is known still comes, with one warning that names the extractor."""
    task = ExportOperator(task_id="t", outlets=[file_dataset("s3://lake/declared.csv")])

    found = lineage_of(task, "FAIL", extractors=[ExportExtractor])

    assert [dataset.name for dataset in found.outputs] == ["declared.csv"]
    assert [record.getMessage().count("`ExportExtractor` failed with RuntimeError") for record in caplog.records] == [1]


class RemarkingExtractor(LineageExtractor):
    """Knows why there is nothing to tell."""

    operators: ClassVar[Sequence[str]] = ["ExportOperator"]

    def lineage(self, extraction: Extraction) -> None:
        """Say why."""
        extraction.explain(Reason.NOT_AVAILABLE, "The export service does not tell.")
        extraction.omit("export", Cause.NOT_AVAILABLE, "The file is missing.")


def test_what_an_extractor_remarks_is_on_the_event() -> None:
    """Its reasons and what it had to leave out come in the kit's own facets."""
    facets = lineage_of(ExportOperator(task_id="t"), extractors=[RemarkingExtractor]).run_facets

    assert [each.message for each in facets[no_datasets.KEY].explanations] == ["The export service does not tell."]
    assert [each.message for each in facets[incomplete.KEY].omissions] == ["The file is missing."]


def test_extractor_without_the_plugin() -> None:
    """Where the OpenLineage provider asks it directly, it answers as well."""
    task = ExportOperator(task_id="t")

    found = ExportExtractor(task).extract_on_complete(task_instance_of(task))

    assert [dataset.name for dataset in found.outputs] == ["export.csv"]


class ReportingOperator(EmptyOperator):
    """An operator whose hook reports the file that it writes."""

    def execute(self, context: Any) -> None:  # noqa: ARG002
        """Write a file that is called as the task is."""
        from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

        get_hook_lineage_collector().add_output_asset(context=self, uri=f"file:///data/{self.task_id}.csv")


@pytest.mark.usefixtures("collect")
def test_what_hooks_reported_belongs_to_the_next_answer() -> None:
    """Each test sees what its own operator did, whichever ran before in the same process."""
    found = []
    for name in ("first", "second"):
        task = ReportingOperator(task_id=name)
        lineage_of(task, "START")
        task.execute({})
        found.append({dataset.name for dataset in lineage_of(task).outputs})

    # Airflow before 3.2 has one collector for all.
    kept = set() if hasattr(compat._collector_getter(), "cache_clear") else {"/data/first.csv"}
    assert found == [{"/data/first.csv"}, {"/data/second.csv"} | kept]


def test_unknown_event() -> None:
    """A mistake in the event's name is told with the names that there are."""
    with pytest.raises(LineageKitError, match="START, COMPLETE, FAIL"):
        lineage_of(EmptyOperator(task_id="t"), "DONE")
