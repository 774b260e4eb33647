"""Glue Data Quality: what became of the rules, on the table that they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import InputDataset

from lineage_kit.extractors.aws import external_query, place_of, within_budget
from lineage_kit.extractors.checks import metrics
from lineage_kit.extractors.checks.facets import ASSERTIONS, assertion_of, assertions_facet
from lineage_kit.extractors.checks.results import CheckResult
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.returned import returned
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.aws import Place
    from lineage_kit.extractors.extraction import Extraction

    Result = Mapping[str, Any]

_PART = "services"
#: What the provider's hook says when rules are the reason of the failure, and nothing else is.
_VERDICT = "failed for one or more rules"
#: Types of rules that are about one column, which they name first.
_COLUMN_RULE = re.compile(
    r"(?:Column(?:Exists|DataType|Length|Values)|Completeness|DataFreshness|DistinctValuesCount|Entropy|IsComplete"
    r'|IsPrimaryKey|IsUnique|Mean|StandardDeviation|Sum|UniqueValueRatio|Uniqueness)\s+"([^"]+)"(?!\s*")'
)
_COLUMN_METRIC = re.compile(r"Column\.(?P<column>.+)\.(?P<metric>\w+)")
_ROWS = "Dataset.*.RowCount"
_MEASURES = {"DistinctValuesCount": "distinctCount", "Maximum": "max", "Minimum": "min", "Sum": "sum"}


@family("services")
def glue_quality_run(extraction: Extraction) -> OperatorLineage | None:
    """``GlueDataQualityRuleSetEvaluationRunOperator``: the table, what became of each rule, and the run's id.

    The results are in `dataQualityAssertions`, what the rules measured in `dataQualityMetrics`, when the rules hold
    and when they fail the task. The operator keeps neither results nor run, so that Glue is asked for the results once
    more, as long as the time budget lasts; of a task that its rules have failed, also for the run: the only one on the
    table since the task began. The text of a rule and what Glue says about it are masked like SQL. Without
    `wait_for_completion` there are no results yet.
    """
    task = extraction.task
    place = place_of(extraction, task)
    table = _glue_table(place, task.datasource)
    ended = task.deferrable or task.wait_for_completion
    run_id = extraction.attempt(_PART, lambda: _run_id(extraction))
    results = _results(extraction, run_id) if ended and run_id else []
    facets = external_query(run_id, "awsglue")
    if table is None:
        return OperatorLineage(run_facets=facets)
    return OperatorLineage(inputs=[_judged(table, results)], run_facets=facets)


@family("services")
def glue_quality_sensor(extraction: Extraction) -> OperatorLineage:
    """``GlueDataQualityRuleSetEvaluationRunSensor``: the table and what became of each rule, as Glue tells them.

    The sensor does not keep what it has been told, so that Glue is asked for the results once more, as long as the
    time budget lasts.
    """
    run_id = extraction.task.evaluation_run_id
    place = place_of(extraction, extraction.task)
    judged = extraction.kind is EventKind.COMPLETE or _rules_failed(extraction)
    by_table: dict[str, tuple[Dataset, list[Result]]] = {}
    for result in _results(extraction, run_id) if judged else ():
        table = _glue_table(place, result.get("DataSource") or {})
        if table is not None:
            by_table.setdefault(table.name, (table, []))[1].append(result)
    inputs = [_judged(table, results) for table, results in by_table.values()]
    return OperatorLineage(inputs=inputs, run_facets=external_query(run_id, "awsglue"))


@family("services")
def glue_recommended_rules(extraction: Extraction) -> OperatorLineage | None:
    """``GlueDataQualityRuleRecommendationRunOperator``: the table for which rules are recommended."""
    table = _glue_table(place_of(extraction, extraction.task), extraction.task.datasource)
    return OperatorLineage(inputs=[table]) if table is not None else None


def _glue_table(place: Place, datasource: Mapping[str, Any]) -> Dataset | None:
    named = datasource.get("GlueTable") or {}
    if not (named.get("DatabaseName") and named.get("TableName")):
        return None
    return place.glue_table(named["DatabaseName"], named["TableName"], named.get("CatalogId"))


def _run_id(extraction: Extraction) -> str | None:
    """Return the id of the evaluation run that the task started; None where nobody can tell."""
    if extraction.kind is not EventKind.FAIL:
        found: str | None = returned(extraction)
        return found
    began = getattr(extraction.task_instance, "start_date", None)
    if began is None or not _rules_failed(extraction):
        return None
    client = within_budget(extraction, extraction.task.hook, requests=1).conn
    answer = client.list_data_quality_ruleset_evaluation_runs(
        Filter={"DataSource": extraction.task.datasource, "StartedAfter": began}, MaxResults=2
    )
    runs = answer["Runs"]
    if len(runs) != 1:
        message = "Which of several evaluation runs on the table was that of the task cannot be told."
        extraction.omit(_PART, Cause.NOT_AVAILABLE, message)
        return None
    return str(runs[0]["RunId"])


def _rules_failed(extraction: Extraction) -> bool:
    return extraction.kind is EventKind.FAIL and _VERDICT in (extraction.error or "")


def _results(extraction: Extraction, run_id: str) -> Sequence[Result]:
    """Ask Glue for the results of a run, one for each of its rule sets; once, and no longer than the budget lasts."""

    def ask() -> Any:
        # It asks for the run, which names its results, and for these.
        return within_budget(extraction, extraction.task.hook, requests=2).get_evaluation_run_results(run_id)

    answer = extraction.attempt(_PART, ask)
    return answer["Results"] if answer else []


def _judged(table: Dataset, results: Iterable[Result]) -> Dataset:
    """Return the table with the results of its rules and what they measured."""
    rules = [(result.get("RulesetName"), rule) for result in results for rule in result.get("RuleResults", ())]
    facets: dict[str, Any] = {}
    if rules:
        checks = [_check(ruleset, rule) for ruleset, rule in rules]
        facets[ASSERTIONS] = assertions_facet(assertion_of(check, check.column) for check in checks)
    if measured := _measured(rule.get("EvaluatedMetrics") or {} for _, rule in rules):
        facets[metrics.KEY] = measured
    return InputDataset(namespace=table.namespace, name=table.name, facets=table.facets, inputFacets=facets)


def _check(ruleset: str | None, rule: Result) -> CheckResult:
    text = rule.get("Description") or rule.get("EvaluatedRule") or rule["Name"]
    column = _COLUMN_RULE.match(text)
    said = {"ruleset": ruleset, "result": rule["Result"], "message": rule.get("EvaluationMessage")}
    return CheckResult(
        name=rule["Name"],
        check_type=text.split()[0],
        success=rule["Result"] == "PASS",
        column=column[1] if column else None,
        actual=", ".join(f"{name}: {value:g}" for name, value in (rule.get("EvaluatedMetrics") or {}).items()) or None,
        content=text,
        content_type="dqdl",
        params={name: value for name, value in said.items() if value},
    )


def _measured(evaluated: Iterable[Mapping[str, float]]) -> Any | None:
    """Return what the facet has a place for; a completeness is a rate, which no number of nulls follows from."""
    rows: int | None = None
    columns: dict[str, dict[str, Any]] = {}
    for name, value in ((name, value) for found in evaluated for name, value in found.items()):
        column = _COLUMN_METRIC.fullmatch(name)
        if name == _ROWS:
            rows = int(value)
        elif column and (measure := _MEASURES.get(column["metric"])):
            whole = measure == "distinctCount"
            columns.setdefault(column["column"], {})[measure] = int(value) if whole else value
    return metrics.facet_of(columns, rows)
