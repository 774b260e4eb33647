"""The family of the operators that check data with SQL."""

from __future__ import annotations

from typing import Any

from lineage_kit.extractors.sql.family import SqlFamily


class CheckFamily(SqlFamily):
    """SQL operators that check data: the SQL family adds the results of checks for every operator that has some."""

    about = (
        "The tables that the SQL reads; and on the one that was checked `dataQualityAssertions`, one for each check, "
        "and `dataQualityMetrics` with what the checks measured, when the task succeeds and when a check fails it. "
        "From the operator's own attributes; where it keeps none, from how the task ended. "
        "Results that belong to no single table are in the run facet `test`."
    )

    def _has_results(self, task: Any) -> bool:  # noqa: ARG002 - not every release keeps them on the operator
        return True


FAMILY = CheckFamily()
