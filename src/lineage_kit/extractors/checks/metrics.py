"""What checks measured, as the facet ``dataQualityMetrics``: numbers that the database gave, and no others."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from openlineage.client.facet_v2 import data_quality_metrics_input_dataset as metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.checks.results import CheckResult

KEY = "dataQualityMetrics"

#: What the statement of a column's check measures; users may define checks of their own, or redefine those that exist.
_COLUMN_MEASURES = {
    "SUM(CASE WHEN {COLUMN} IS NULL THEN 1 ELSE 0 END)": "nullCount",
    "COUNT(DISTINCT({COLUMN}))": "distinctCount",
    "COUNT(DISTINCT {COLUMN})": "distinctCount",
    "COUNT({COLUMN})": "count",
    "SUM({COLUMN})": "sum",
    "MIN({COLUMN})": "min",
    "MAX({COLUMN})": "max",
}
_ROWS = frozenset({"COUNT(*)", "COUNT(1)"})
_WHOLE_NUMBERS = frozenset({"nullCount", "distinctCount"})

#: A query for the number of all rows of one table, and its result: a row of one value, or the value.
_COUNTS_ROWS = re.compile(r"\s*SELECT\s+COUNT\(\s*[*1]\s*\)(\s+AS\s+\w+)?\s+FROM\s+[\w.\"`]+\s*;?\s*", re.IGNORECASE)
_ONE_NUMBER = re.compile(r"[\[(]?(\d+),?[\])]?")


def of_columns(task: Any) -> metrics.DataQualityMetricsInputDatasetFacet | None:
    """Return what the checks of a ``column_mapping`` measured; None where that was nothing.

    A check with a partition of its own looked at other rows than the rest, so that it is left out. Values that are no
    numbers have no place in the facet.
    """
    columns: dict[str, dict[str, Any]] = {}
    rows: int | None = None
    for column, checks in task.column_mapping.items():
        for check, asked in checks.items():
            number = None if asked.get("partition_clause") else as_number(asked.get("result"))
            statement = " ".join(str(task.column_checks.get(check)).upper().split())
            if number is None:
                continue
            if statement in _ROWS:
                rows = int(number)
            elif measure := _COLUMN_MEASURES.get(statement):
                columns.setdefault(column, {})[measure] = int(number) if measure in _WHOLE_NUMBERS else number
    return facet_of(columns, rows)


def of_queries(results: Iterable[CheckResult]) -> metrics.DataQualityMetricsInputDatasetFacet | None:
    """Return the row count, where the SQL of a check plainly asks for the rows of a table; None elsewhere."""
    for result in results:
        found = _ONE_NUMBER.fullmatch(result.actual or "")
        if found and _COUNTS_ROWS.fullmatch(result.content or ""):
            return facet_of({}, int(found[1]))
    return None


def facet_of(
    columns: Mapping[str, Mapping[str, Any]], rows: int | None
) -> metrics.DataQualityMetricsInputDatasetFacet | None:
    """Return the facet of measures by column and the row count; None where nothing was measured."""
    if not columns and rows is None:
        return None
    return metrics.DataQualityMetricsInputDatasetFacet(
        rowCount=rows,
        columnMetrics={
            column: metrics.ColumnMetrics(**{"quantiles": None, **found}) for column, found in columns.items()
        },
    )


def as_number(value: Any) -> float | None:
    """Return the number that a driver gave; None for anything else, and for what JSON has no number for."""
    if isinstance(value, bool) or not isinstance(value, (Real, Decimal)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None
