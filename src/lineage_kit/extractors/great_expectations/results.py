"""The results of a validation, from the description that Great Expectations gives of them (``describe_dict()``).

That of a checkpoint has one result for each of its validation definitions; that of one validation has expectations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit import compat
from lineage_kit.extractors.checks.results import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Settings that stand elsewhere in an assertion: its column, and what was validated.
_TOLD_ELSEWHERE = frozenset({"batch_id", "column"})
#: The rows that an expectation is about: text, or in later releases the description of a condition.
_CONDITION = "row_condition"
#: What an expectation about single rows counts.
_COUNTS = ("element_count", "missing_count", "unexpected_count")
#: Sets and patterns may have any length.
_LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Expectation:
    """One expectation and what became of it.

    Args:
        kind: such as ``expect_column_values_to_not_be_null``.
        success: whether it was met.
        settings: its arguments, with the id of the batch that was validated.
        result: what was measured; empty with the result format ``BOOLEAN_ONLY`` and where nothing could be.
        raised: whether it could not be evaluated, and counts as not met for that.

    """

    kind: str
    success: bool
    settings: Mapping[str, Any]
    result: Mapping[str, Any]
    raised: bool

    @property
    def batch(self) -> str:
        """What was validated: data source and data asset, then the parameters that chose a part of it."""
        return str(self.settings.get("batch_id") or "")

    @property
    def column(self) -> str | None:
        """The column that it is about; None where that is the table, or several columns."""
        column = self.settings.get("column")
        return column if isinstance(column, str) else None

    def as_check(self) -> CheckResult:
        """Return it as the result of a check.

        The rows that were not as expected are left out, and so are the values of a column where several were observed:
        they are data. SQL is the content, since that is masked. The severity of an expectation is not in the
        description, and the operators fail for all of them alike.
        """
        asked = {name: value for name, value in self.settings.items() if value is not None}
        queries = [str(asked.pop(name)) for name in [*asked] if name.endswith("query")]
        params = {_CONDITION: _condition(asked.pop(_CONDITION))} if _CONDITION in asked else {}
        if self.batch:
            params["batch_id"] = self.batch
        expected = {name: value for name, value in asked.items() if name not in _TOLD_ELSEWHERE}
        return CheckResult(
            name=f"{self.column}.{self.kind}" if self.column else self.kind,
            check_type=self.kind,
            success=self.success,
            column=self.column,
            expected=_text(compat.redacted(expected)) if expected else None,
            actual=self._actual(),
            content=";\n".join(queries) or None,
            description="Great Expectations could not evaluate it." if self.raised else None,
            params=params or None,
        )

    def _actual(self) -> str | None:
        observed = self.result.get("observed_value")
        if observed is not None and (self.column is None or not isinstance(observed, (dict, list))):
            return observed if isinstance(observed, str) else _text(observed)
        counts = {name: self.result[name] for name in _COUNTS if self.result.get(name) is not None}
        return _text(counts) if counts else None


def expectations_of(described: Any) -> list[Expectation]:
    """Return the expectations of a description; none where it is something else."""
    if not isinstance(described, dict):
        return []
    validations = described.get("validation_results") or [described]
    return [
        Expectation(
            kind=str(each["expectation_type"]),
            success=each["success"],
            settings=each.get("kwargs") or {},
            result=each.get("result") or {},
            raised="exception_info" in each,
        )
        for validation in validations
        for each in validation.get("expectations") or ()
        if isinstance(each.get("success"), bool) and each.get("expectation_type")
    ]


def _condition(value: Any) -> str:
    return value if isinstance(value, str) else _text(compat.redacted(value))


def _text(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
