"""The results of an operator's checks, from wherever the operator keeps them.

Operators of common-sql 2.3 and later keep them in ``check_results``. Those of BigQuery that run in their own way, and
all of older releases, leave them in the checks that the DAG's author gave; or nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: What a column may be compared with, and how that is written.
_COMPARISONS = {"equal_to": "", "greater_than": ">", "geq_to": ">=", "less_than": "<", "leq_to": "<="}


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; the fields are those of common-sql's own ``SQLCheckResult``, and ``content_type``.

    Args:
        name: tells the check from others of the task.
        check_type: its kind, such as ``not_null``.
        success: whether the data passed.
        severity: ``error`` fails the task, ``warn`` does not, ``info`` is no judgement.
        column: the column that was checked, None for the table as a whole.
        table: the table, as the operator spells it; None where only the SQL knows.
        expected: what would have passed.
        actual: what was found.
        content: the SQL of the check, or its text in another language.
        content_type: the language of ``content``.
        description: a sentence for people.
        params: settings of the check.

    """

    name: str
    check_type: str
    success: bool
    severity: str = "error"
    column: str | None = None
    table: str | None = None
    expected: str | None = None
    actual: str | None = None
    content: str | None = None
    content_type: str = "sql"
    description: str | None = None
    params: Mapping[str, Any] | None = None


def checks_columns(task: Any) -> bool:
    """Tell whether the operator checks columns by a ``column_mapping``."""
    from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator

    return isinstance(task, SQLColumnCheckOperator)


def checks_table(task: Any) -> bool:
    """Tell whether the operator checks a table by named ``checks``."""
    from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator

    return isinstance(task, SQLTableCheckOperator)


def kept(task: Any) -> list[CheckResult]:
    """Return the results that the operator keeps for listeners."""
    names = [field.name for field in fields(CheckResult)]
    return [
        CheckResult(**{name: getattr(result, name) for name in names if hasattr(result, name)})
        for result in getattr(task, "check_results", None) or ()
    ]


def of_columns(task: Any) -> Iterator[CheckResult]:
    """Return the results that stand in a ``column_mapping``; a check that has none was not reached."""
    for column, checks in task.column_mapping.items():
        for check, asked in checks.items():
            if "success" in asked:
                yield CheckResult(
                    name=f"{column}.{check}",
                    check_type=_kind(check, asked),
                    success=bool(asked["success"]),
                    column=column,
                    table=task.table,
                    expected=", ".join(f"{sign}{asked[name]}" for name, sign in _COMPARISONS.items() if name in asked),
                    actual=str(asked["result"]),
                    content=task.column_checks[check].format(column=column),
                    params=_given(
                        {name: asked.get(name) for name in (*_COMPARISONS, "tolerance")}
                        | {"accept_none": task.accept_none}
                        | _partition(task, asked)
                    ),
                )


def of_table(task: Any) -> Iterator[CheckResult]:
    """Return the results that stand in the ``checks`` of a table; a check that has none was not reached."""
    for name, asked in task.checks.items():
        if "success" in asked:
            yield CheckResult(
                name=name,
                check_type="expression_is_true",
                success=bool(asked["success"]),
                table=task.table,
                content=asked.get("check_statement"),
                params=_given(_partition(task, asked)),
            )


def _kind(check: str, asked: Mapping[str, Any]) -> str:
    """Return the kind of a column's check, in the words that common-sql and dbt use."""
    ranged = any(name in asked for name in _COMPARISONS if name != "equal_to")
    if ranged or (asked.get("tolerance") and asked.get("equal_to")):
        return "accepted_range"
    if asked.get("equal_to") != 0:
        return "accepted_values"
    return {"null_check": "not_null", "unique_check": "unique"}.get(check, "accepted_values")


def _partition(task: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"partition_clause": task.partition_clause, "check_partition_clause": asked.get("partition_clause")}


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}
