"""What expectations measured, as the facet ``dataQualityMetrics``: numbers that they report, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.checks import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.great_expectations.results import Expectation

_ROW_COUNTS = frozenset({"expect_table_row_count_to_be_between", "expect_table_row_count_to_equal"})
_COLUMN_MEASURES = {
    "expect_column_max_to_be_between": "max",
    "expect_column_min_to_be_between": "min",
    "expect_column_sum_to_be_between": "sum",
    "expect_column_unique_value_count_to_be_between": "distinctCount",
}
_MEDIAN = "expect_column_median_to_be_between"


def measured(expectations: Iterable[Expectation]) -> Any | None:
    """Return what expectations about one batch measured; None where that was nothing.

    An expectation with a condition of its own looked at other rows than the rest, so that it is left out.
    """
    rows: int | None = None
    columns: dict[str, dict[str, Any]] = {}
    for each in expectations:
        if each.settings.get("row_condition") is not None:
            continue
        found = _rows(each)
        rows = found if found is not None else rows
        if each.column and (values := _of_column(each)):
            columns.setdefault(each.column, {}).update(values)
    return metrics.facet_of(columns, rows)


def _rows(expectation: Expectation) -> int | None:
    """Return the number of rows; 0 is also what an expectation about single rows says when it has not counted them."""
    if expectation.kind in _ROW_COUNTS:
        return _whole(expectation, "observed_value")
    return (_whole(expectation, "element_count") or None) if expectation.column else None


def _of_column(expectation: Expectation) -> dict[str, Any]:
    observed = metrics.as_number(expectation.result.get("observed_value"))
    measure = _COLUMN_MEASURES.get(expectation.kind)
    found: dict[str, Any] = {}
    if observed is not None and measure:
        found[measure] = int(observed) if measure == "distinctCount" else observed
    elif observed is not None and expectation.kind == _MEDIAN:
        found["quantiles"] = {"0.5": observed}
    if (nulls := _nulls(expectation)) is not None:
        found["nullCount"] = nulls
    return found


def _nulls(expectation: Expectation) -> int | None:
    """Return the number of nulls; for the two expectations about them the unexpected ones are that, or the rest."""
    rows, unexpected = _whole(expectation, "element_count"), _whole(expectation, "unexpected_count")
    if not rows:
        return None
    if expectation.kind == "expect_column_values_to_not_be_null":
        return unexpected
    if expectation.kind == "expect_column_values_to_be_null":
        return None if unexpected is None else rows - unexpected
    return _whole(expectation, "missing_count")


def _whole(expectation: Expectation, name: str) -> int | None:
    number = metrics.as_number(expectation.result.get(name))
    return None if number is None else int(number)
