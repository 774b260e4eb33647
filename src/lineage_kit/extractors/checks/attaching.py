"""Puts the results of checks where the specification has them: into ``inputFacets`` of the dataset that was checked.

The OpenLineage provider puts them into ``facets``, where readers of input facets do not find them, and those of checks
that name no table on the run alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import InputDataset

from lineage_kit.extractors.checks import metrics, outcome, results
from lineage_kit.extractors.checks.facets import (
    ASSERTIONS,
    TESTS,
    assertion_of,
    assertions_facet,
    is_assertion_of,
    tests_facet,
)
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.checks.results import CheckResult
    from lineage_kit.extractors.extraction import Extraction


def with_results(extraction: Extraction, lineage: OperatorLineage) -> OperatorLineage:
    """Return ``lineage`` with the results of the task's checks, in place of those that the operator has attached."""
    if extraction.kind is EventKind.START or not extraction.enabled("checks"):
        return lineage
    return extraction.attempt("checks", lambda: _attach(extraction, combine([lineage]))) or lineage


def _attach(extraction: Extraction, lineage: OperatorLineage) -> OperatorLineage:
    found = _results(extraction)
    others = _take_out(lineage, found)
    placed = [(_place(result, lineage.inputs), result) for result in found]
    for number, dataset in enumerate(lineage.inputs):
        here = [result for place, result in placed if place == number]
        if facets := _facets(extraction.task, dataset, here, others.get((dataset.namespace, dataset.name), [])):
            lineage.inputs[number] = InputDataset(
                namespace=dataset.namespace, name=dataset.name, facets=dataset.facets, inputFacets=facets
            )
    attach_to_run(extraction, lineage, [result for place, result in placed if place is None])
    return lineage


def _results(extraction: Extraction) -> list[CheckResult]:
    task = extraction.task
    found = results.kept(task)
    if not found and results.checks_columns(task):
        found = list(results.of_columns(task))
    elif not found and results.checks_table(task):
        found = list(results.of_table(task))
    elif not found:
        found = outcome.of_ending(extraction)
    return found


def _take_out(lineage: OperatorLineage, found: Sequence[CheckResult]) -> dict[tuple[str, str], list[Any]]:
    """Remove what the operator has attached, and return the assertions that are somebody else's, by dataset."""
    others: dict[tuple[str, str], list[Any]] = {}
    inputs = {(dataset.namespace, dataset.name) for dataset in lineage.inputs}
    for dataset in (*lineage.inputs, *lineage.outputs):
        identity = (dataset.namespace, dataset.name)
        if identity in inputs and ASSERTIONS in (dataset.facets or {}):
            assertions = dataset.facets.pop(ASSERTIONS).assertions
            known = others.setdefault(identity, [])
            known += [each for each in assertions if not is_assertion_of(each, found) and each not in known]
    if tests := lineage.run_facets.pop(TESTS, None):
        names = {result.name for result in found}
        if rest := [test for test in tests.tests if test.name not in names]:
            lineage.run_facets[TESTS] = type(tests)(tests=rest)
    return others


def _place(result: CheckResult, inputs: Sequence[Any]) -> int | None:
    """Return the position of the dataset that the result is about; None where nobody can tell.

    A query that only chooses a branch does not judge the data that it reads.
    """
    if result.severity == "info":
        return None
    if result.table is not None:
        table = _spelled(result.table)
        names = [_spelled(dataset.name) for dataset in inputs]
        for same in (str.__eq__, lambda name, end: name.endswith(f".{end}")):
            matching = [number for number, name in enumerate(names) if same(name, table)]
            if matching:
                return matching[0] if len(matching) == 1 else None
    return 0 if len(inputs) == 1 else None


def _spelled(table: str) -> str:
    """Return the name without quotes and case; BigQuery's legacy SQL has a colon behind the project."""
    return "".join(letter for letter in table if letter not in '"`[]').replace(":", ".").lower()


def _facets(task: Any, dataset: Any, found: Sequence[CheckResult], others: Sequence[Any]) -> dict[str, Any] | None:
    """Return the input facets of the dataset; None where nothing is new."""
    if not found and not others:
        return None
    facets = dict(getattr(dataset, "inputFacets", None) or {})
    before = facets[ASSERTIONS].assertions if ASSERTIONS in facets else []
    made = [assertion_of(result, result.column and stored_column(dataset, result.column)) for result in found]
    facets[ASSERTIONS] = assertions_facet([*before, *others, *made])
    measured = metrics.of_columns(task) if results.checks_columns(task) else metrics.of_queries(found)
    if found and measured is not None:
        measured.columnMetrics = {
            stored_column(dataset, name): values for name, values in measured.columnMetrics.items()
        }
        facets[metrics.KEY] = measured
    return facets


def stored_column(dataset: Any, column: str) -> str:
    """Return the column as the dataset's schema spells it; as the check does where the schema is not known."""
    schema = (dataset.facets or {}).get("schema")
    names = [field.name for field in schema.fields] if schema else []
    same = [name for name in names if name.lower() == column.strip('"`[]').lower()]
    return same[0] if column not in names and len(same) == 1 else column


def attach_to_run(extraction: Extraction, lineage: OperatorLineage, found: Sequence[CheckResult]) -> None:
    """Add results that belong to no single dataset to the run facet."""
    if not found:
        return
    facet = tests_facet(found)
    if facet is None:
        extraction.omit(
            "checks",
            Cause.NOT_SUPPORTED_HERE,
            "Results of checks that belong to no single dataset need a later release of openlineage-python.",
        )
        return
    if others := lineage.run_facets.get(TESTS):
        facet.tests = [*others.tests, *facet.tests]
    lineage.run_facets[TESTS] = facet
