"""The family of Great Expectations' operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import InputDataset

from lineage_kit.extractors.checks import metrics
from lineage_kit.extractors.checks.attaching import attach_to_run, stored_column
from lineage_kit.extractors.checks.facets import ASSERTIONS, assertion_of, assertions_facet
from lineage_kit.extractors.family import family
from lineage_kit.extractors.great_expectations.measures import measured
from lineage_kit.extractors.great_expectations.results import expectations_of
from lineage_kit.extractors.great_expectations.validated import HINT, datasets_of
from lineage_kit.extractors.returned import pushed
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.great_expectations.results import Expectation

_PART = "great_expectations"


@family(_PART, covers_queries=False)
def validation(extraction: Extraction) -> OperatorLineage | None:
    """``GXValidateBatchOperator``, ``GXValidateCheckpointOperator``, ``GXValidateDataFrameOperator``: what they found.

    Each expectation is one of the `dataQualityAssertions` of the dataset that was validated, and what expectations
    measured is in its `dataQualityMetrics`, when the validation succeeds and when it fails the task. From the result
    that the operator pushes to XCom. That does not name the table, which therefore is the only inlet of the task, or
    the one that says so in its `extra`; without such an inlet results are in the run facet `test`.
    """
    expectations = expectations_of(pushed(extraction, "return_value"))
    if not expectations:
        return None
    by_batch: dict[str, list[Expectation]] = {}
    for each in expectations:
        by_batch.setdefault(each.batch, []).append(each)
    datasets = datasets_of(extraction, by_batch)
    lineage = OperatorLineage(inputs=_judged((dataset, by_batch[batch]) for batch, dataset in datasets.items()))
    unplaced = [batch for batch in by_batch if batch not in datasets]
    if unplaced:
        _say_why(extraction, unplaced)
        attach_to_run(extraction, lineage, [each.as_check() for batch in unplaced for each in by_batch[batch]])
    return lineage


def _judged(found: Iterable[tuple[Any, list[Expectation]]]) -> list[InputDataset]:
    """Return each dataset with the results of the expectations about it.

    Several batches of one dataset are different rows of it, so that what was measured there is told of neither.
    """
    by_dataset: dict[tuple[str, str], tuple[Any, list[list[Expectation]]]] = {}
    for dataset, expectations in found:
        by_dataset.setdefault((dataset.namespace, dataset.name), (dataset, []))[1].append(expectations)
    return [_with_results(dataset, batches) for dataset, batches in by_dataset.values()]


def _with_results(dataset: Any, batches: list[list[Expectation]]) -> InputDataset:
    checks = [each.as_check() for expectations in batches for each in expectations]
    assertions = [assertion_of(check, check.column and stored_column(dataset, check.column)) for check in checks]
    facets: dict[str, Any] = {ASSERTIONS: assertions_facet(assertions)}
    if len(batches) == 1 and (numbers := measured(batches[0])) is not None:
        numbers.columnMetrics = {stored_column(dataset, name): found for name, found in numbers.columnMetrics.items()}
        facets[metrics.KEY] = numbers
    return InputDataset(
        namespace=dataset.namespace, name=dataset.name, facets=dict(dataset.facets or {}), inputFacets=facets
    )


def _say_why(extraction: Extraction, batches: list[str]) -> None:
    message = (
        f"Results of Great Expectations do not tell which dataset {', '.join(batches)} is, so that they are in the run "
        f'facet `test`. Declare it in `inlets`; of several inlets, give it extra={{"{HINT}": "{batches[0]}"}}.'
    )
    if extraction.task.inlets:
        extraction.omit(_PART, Cause.NOT_AVAILABLE, message)
    else:
        extraction.explain(Reason.NOT_AVAILABLE, message)
