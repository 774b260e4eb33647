"""The results of checks that no attribute keeps, from how the task ended.

Such are the checks of older releases of common-sql, and those of BigQuery that wait in the triggerer. An operator that
succeeds has found its data good. One that fails says in its error whether the data or something else was the reason.
What was measured is not known then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.checks.results import CheckResult
from lineage_kit.extractors.extraction import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.extractors.extraction import Extraction

_NO_ROWS = "The following query returned zero rows"
#: How the operators' errors begin when it was the data. Anything else is a failure of the task.
_BAD_DATA = {
    "SQLCheckOperator": ("Test failed.", _NO_ROWS),
    "SQLValueCheckOperator": (
        "Test failed.",
        "Converting a result to float failed",
        _NO_ROWS,
        "The query returned None",  # BigQuery's trigger
    ),
    "SQLThresholdCheckOperator": ("Threshold Check: ",),
}
_BAD_METRICS = "The following tests have failed:\n "


def of_ending(extraction: Extraction) -> list[CheckResult]:
    """Return the results that the end of the task tells; none of operators whose code is not a provider's own."""
    task = extraction.task
    # A subclass may have caught the error that tells.
    if not type(task).execute.__module__.startswith("airflow.providers.") or extraction.skipped:
        return []
    kinds = {cls.__name__ for cls in type(task).__mro__}
    if "SQLIntervalCheckOperator" in kinds:
        return list(_intervals(extraction))
    kind = next((kind for kind in _BAD_DATA if kind in kinds), None)
    success = _passed(extraction, _BAD_DATA[kind]) if kind else None
    return [] if success is None else [_single(task, success)]


def _passed(extraction: Extraction, bad_data: tuple[str, ...]) -> bool | None:
    """Tell whether the check passed; None where it did not come to that."""
    if extraction.kind is EventKind.COMPLETE:
        return True
    return False if (extraction.error or "").startswith(bad_data) else None


def _single(task: Any, success: bool) -> CheckResult:
    expected: str | None = None
    params: dict[str, Any] = {}
    check_type = "expression_is_true"
    if hasattr(task, "pass_value"):
        check_type = "accepted_values" if task.tol is None else "accepted_range"
        expected = task.pass_value
        params = {"tolerance": task.tol} if task.tol is not None else {}
    elif hasattr(task, "min_threshold"):
        check_type = "accepted_range"
        params = {"min_threshold": str(task.min_threshold), "max_threshold": str(task.max_threshold)}
    return CheckResult(
        name=task.task_id,
        check_type=check_type,
        success=success,
        expected=expected,
        content=task.sql,
        params=params,
    )


def _intervals(extraction: Extraction) -> Iterator[CheckResult]:
    task = extraction.task
    failed = [] if extraction.kind is EventKind.COMPLETE else _failed_metrics(extraction)
    if failed is None:
        return
    for metric in task.metrics_sorted:
        yield CheckResult(
            name=f"interval_{metric}",
            check_type="accepted_range",
            success=metric not in failed,
            table=task.table,
            expected=f"< {task.metrics_thresholds[metric]}",
            params={
                "days_back": task.days_back,
                "ratio_formula_name": task.ratio_formula,
                "date_filter_column": task.date_filter_column,
                "ignore_zero": task.ignore_zero,
            },
        )


def _failed_metrics(extraction: Extraction) -> list[str] | None:
    """Return the metrics that the error lists, in their order; None where it lists none, or something else, too.

    Metrics are expressions, which may have commas in them.
    """
    error = extraction.error or ""
    if not error.startswith(_BAD_METRICS):
        return None
    rest = error.removeprefix(_BAD_METRICS)
    found: list[str] = []
    for metric in extraction.task.metrics_sorted:
        if rest == metric or rest.startswith(f"{metric}, "):
            found.append(metric)
            rest = rest[len(metric) + 2 :]
    return None if rest else found
