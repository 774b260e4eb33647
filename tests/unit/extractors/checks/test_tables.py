"""Checks of tables: named expressions that hold or do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator
from support.check_results import HAS_DETAILS, assertions, measured, run_level, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

CHECKS = {
    "row_count_check": {"check_statement": "COUNT(*) = 3"},
    "some_amount": {"check_statement": "SUM(amount) > 100", "partition_clause": "id < 3"},
}


def table_check(checks: dict[str, Any], **options: Any) -> SQLTableCheckOperator:
    """Return an operator that checks `orders` on the connection `store`."""
    return SQLTableCheckOperator(
        task_id="t",
        **{
            "conn_id": "store",
            "table": "orders",
            "checks": {name: dict(asked) for name, asked in checks.items()},
            **options,
        },
    )


def test_results(check: Extract, forgotten: Extract) -> None:
    """Each named check is an assertion on the table, when one of them fails too; whether it holds is no row count."""
    for run in (check, forgotten):
        found = run(table_check(CHECKS))

        (orders,) = found.inputs
        assert verdicts(orders) == {"row_count_check": True, "some_amount": False}
        assert measured(orders) == {}
        assert run_level(found) == []


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
def test_details(check: Extract, forgotten: Extract) -> None:
    """The expression, its kind and its partition are told whoever keeps the results."""
    for run in (check, forgotten):
        (orders,) = run(table_check(CHECKS, partition_clause="amount IS NOT NULL")).inputs

        _, amount = assertions(orders)
        assert (amount.assertion, amount.content) == ("expression_is_true", "SUM(amount) > 100")
        assert (amount.params["partition_clause"], amount.params["check_partition_clause"]) == (
            "amount IS NOT NULL",
            "id < 3",
        )


def test_what_was_reached_before_is_told(extract: Extract, in_dag: Callable[[Any], Any]) -> None:
    """Results of the checks that had an outcome before another one had none are on the FAIL event."""
    task = table_check(
        {"counted": {"check_statement": "COUNT(*) = 0"}, "positive": {"check_statement": "id > 0"}}, table="nothing"
    )
    with pytest.raises(ValueError, match="none") as failure:
        in_dag(task).execute({})

    (nothing,) = extract(task, "FAIL", failure.value).inputs

    assert verdicts(nothing) == {"counted": True}


def test_a_table_that_several_inputs_may_be(check: Extract) -> None:
    """Where nobody can tell which of two tables was checked, the results stay on the run."""
    task = table_check(CHECKS, partition_clause="id NOT IN (SELECT id FROM mart.orders)")

    found = check(task)

    assert [assertions(dataset) for dataset in found.inputs] == [[], []]
    assert run_level(found) == ([("row_count_check", "pass"), ("some_amount", "fail")] if HAS_DETAILS else [])


def test_names_left_to_templates(check: Extract) -> None:
    """A table name that the operator keeps as a template is that of the only input."""
    task = table_check(CHECKS)
    task.table = "{{ params.table }}"

    (orders,) = check(task).inputs

    assert verdicts(orders) == {"row_count_check": True, "some_amount": False}
