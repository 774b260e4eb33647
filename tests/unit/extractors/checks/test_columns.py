"""Checks of columns: their results, and the numbers that they measured."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator
from openlineage.client.facet_v2 import data_quality_assertions_dataset
from openlineage.client.serde import Serde
from support.check_results import HAS_DETAILS, assertions, measured, run_level, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]


class MoreChecks(SQLColumnCheckOperator):
    """A user's operator with checks of its own."""

    column_checks = {  # noqa: RUF012 - as in the class that it extends
        **SQLColumnCheckOperator.column_checks,
        "total": "sum({column})",
        "filled": "COUNT({column})",
        "rows": "COUNT(*)",
        "min": "MIN(ABS({column}))",
    }


def columns(mapping: dict[str, Any], operator: type = SQLColumnCheckOperator, **options: Any) -> Any:
    """Return an operator that checks columns of `orders` on the connection `store`."""
    return operator(task_id="t", **{"conn_id": "store", "table": "orders", "column_mapping": mapping, **options})


def test_results_and_measures(check: Extract, forgotten: Extract) -> None:
    """Each check is an assertion on the table, and each number it took a metric; nothing is left on the run."""
    mapping = {
        "amount": {"null_check": {"leq_to": 1}, "min": {"geq_to": 2}, "max": {"less_than": 11}},
        "customer": {"distinct_check": {"equal_to": 2}, "unique_check": {"geq_to": 0}},
    }
    for run in (check, forgotten):
        found = run(columns(mapping))

        (orders,) = found.inputs
        assert verdicts(orders) == dict.fromkeys(
            (
                "amount.null_check",
                "amount.min",
                "amount.max",
                "customer.distinct_check",
                "customer.unique_check",
            ),
            True,
        )
        assert measured(orders) == {
            "amount.nullCount": 1,
            "amount.min": 2.0,
            "amount.max": 10.5,
            "customer.distinctCount": 2,
        }
        assert "schema" in orders.facets
        assert run_level(found) == []


def test_a_check_that_fails_the_task(check: Extract, forgotten: Extract) -> None:
    """On FAIL the event has all results, those that passed too, with what was measured."""
    mapping = {"amount": {"null_check": {"equal_to": 0}, "max": {"equal_to": 10, "tolerance": 0.1}}}
    for run in (check, forgotten):
        (orders,) = run(columns(mapping)).inputs

        assert verdicts(orders) == {"amount.null_check": False, "amount.max": True}
        assert measured(orders) == {"amount.nullCount": 1, "amount.max": 10.5}


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
def test_details(check: Extract, forgotten: Extract) -> None:
    """What was expected, what was found, the SQL, the kind and the settings are told whoever keeps the results."""
    mapping = {"amount": {"null_check": {"equal_to": 0}, "max": {"greater_than": 2, "leq_to": 20}}}
    for run in (check, forgotten):
        (orders,) = run(columns(mapping, partition_clause="id < 3")).inputs

        nulls, largest = assertions(orders)
        assert (nulls.assertion, nulls.expected, nulls.actual, nulls.severity) == ("not_null", "0", "0", "error")
        assert (largest.assertion, largest.expected, largest.actual) == ("accepted_range", ">2, <=20", "10.5")
        assert (largest.content, largest.contentType) == ("MAX(amount)", "sql")
        assert largest.params == {
            "greater_than": 2,
            "leq_to": 20,
            "accept_none": True,
            "partition_clause": "id < 3",
        }


@pytest.mark.parametrize(
    ("check_name", "asked", "kind"),
    [
        ("null_check", {"equal_to": 1}, "accepted_values"),
        ("unique_check", {"equal_to": 0}, "unique"),
        ("min", {"equal_to": 0}, "accepted_values"),
        ("max", {"equal_to": 10, "tolerance": 0.2}, "accepted_range"),
        ("distinct_check", {"less_than": 9}, "accepted_range"),
    ],
)
def test_kinds_are_those_of_the_provider(
    check: Extract, forgotten: Extract, check_name: str, asked: dict[str, Any], kind: str
) -> None:
    """The kit gives a check the kind that common-sql gives it."""
    for run in (check, forgotten):
        (orders,) = run(columns({"amount": {check_name: dict(asked)}})).inputs

        assert [each.assertion for each in assertions(orders)] == [kind if HAS_DETAILS else check_name]


def test_what_is_no_number_is_not_measured(check: Extract) -> None:
    """Dates and texts have no place among the metrics, and NULL of an empty table is no zero."""
    dates = columns({"day": {"min": {"geq_to": date(2026, 1, 1)}, "max": {"less_than": date(2026, 2, 1)}}})
    texts = columns({"customer": {"max": {"equal_to": "Bob"}}})
    empty = columns({"id": {"null_check": {"equal_to": 0}, "distinct_check": {"equal_to": 0}}}, table="nothing")

    (days,), (customers,), (nothing,) = check(dates).inputs, check(texts).inputs, check(empty).inputs

    assert (verdicts(days), measured(days)) == ({"day.min": True, "day.max": True}, {})
    assert (verdicts(customers), measured(customers)) == ({"customer.max": True}, {})
    assert (verdicts(nothing), measured(nothing)) == (
        {"id.null_check": True, "id.distinct_check": True},
        {"id.distinctCount": 0},
    )
    assert "non-serializable" not in Serde.to_json(days)


def test_a_partition_of_one_check_is_not_the_table(check: Extract) -> None:
    """A check that looked at fewer rows than the others has a result, but is no metric."""
    mapping = {"amount": {"min": {"geq_to": 0}, "null_check": {"equal_to": 0, "partition_clause": "id < 3"}}}

    (orders,) = check(columns(mapping)).inputs

    assert verdicts(orders) == {"amount.min": True, "amount.null_check": True}
    assert measured(orders) == {"amount.min": 2.0}


def test_checks_of_the_user(check: Extract) -> None:
    """What is measured is read from the statement: sums, counts and rows are known, others and their names are not."""
    mapping = {"amount": {name: {"geq_to": 0} for name in ("total", "filled", "rows", "min")}}

    (orders,) = check(columns(mapping, MoreChecks)).inputs

    assert measured(orders) == {"amount.sum": 12.5, "amount.count": 2.0, "rows": 3}
    assert set(verdicts(orders).values()) == {True}


def test_columns_are_named_as_stored(check: Extract) -> None:
    """A column that the check spells in another way than the database is the one of the schema."""
    (orders,) = check(columns({"AMOUNT": {"min": {"geq_to": 0}}})).inputs

    assert [each.column for each in assertions(orders)] == ["amount"]
    assert measured(orders) == {"amount.min": 2.0}


def test_tables_are_found_by_any_spelling(check: Extract, store: Any) -> None:
    """Quotes and schemas in the table's name do not keep the results from it, and its namesake stays clean."""
    quoted = columns({"id": {"min": {"equal_to": 1}}}, table='"Mixed"')
    partition = "id IN (SELECT id FROM orders) OR true"
    qualified = columns({"id": {"distinct_check": {"equal_to": 0}}}, table="mart.orders", partition_clause=partition)

    (mixed,) = check(quoted).inputs
    inputs = {dataset.name: verdicts(dataset) for dataset in check(qualified).inputs}

    assert (mixed.name, verdicts(mixed)) == (f"{store.name}.public.Mixed", {"id.min": True})
    assert inputs == {f"{store.name}.mart.orders": {"id.distinct_check": True}, f"{store.name}.public.orders": {}}


def test_sqlite(check: Extract, official: Extract, warehouse: Path) -> None:
    """Of a database that the provider cannot name, the kit tells the table with its results."""
    task = columns({"amount": {"distinct_check": {"equal_to": 0}}}, conn_id="warehouse")

    assert official(task).inputs == []
    (orders,) = check(task).inputs

    assert (orders.namespace, orders.name) == (f"sqlite://{warehouse}", "orders")
    assert (verdicts(orders), measured(orders)) == ({"amount.distinct_check": True}, {"amount.distinctCount": 0})


def test_mapped_tasks(check: Extract) -> None:
    """Each task of a mapped operator tells the results of its own table, though they share the author's mapping."""
    with DAG("mapped", schedule=None):
        checks = SQLColumnCheckOperator.partial(
            task_id="t", conn_id="store", column_mapping={"id": {"distinct_check": {"equal_to": 3}}}
        )
        mapped = checks.expand(table=["orders", "nothing"])
    tasks = [mapped.unmap({**mapped.partial_kwargs, "table": table}) for table in ("orders", "nothing")]

    (orders,), (nothing,) = (check(task).inputs for task in tasks)

    assert (verdicts(orders), measured(orders)) == ({"id.distinct_check": True}, {"id.distinctCount": 3})
    assert (verdicts(nothing), measured(nothing)) == ({"id.distinct_check": False}, {"id.distinctCount": 0})


@pytest.mark.parametrize("event", ["START", "FAIL"])
def test_before_a_check_has_run(extract: Extract, event: str) -> None:
    """Without a result nothing is said about quality, neither at the start nor when the task failed before."""
    (orders,) = extract(columns({"amount": {"min": {"geq_to": 0}}}), event, RuntimeError("no connection")).inputs

    assert (assertions(orders), measured(orders)) == ([], {})


def test_the_provider_has_them_elsewhere(check: Extract, official: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off, results stay where the provider alone puts them."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "checks")
    task = columns({"amount": {"min": {"geq_to": 0}}})

    (ours,), (theirs,) = check(task).inputs, official(task).inputs

    assert not getattr(ours, "inputFacets", None)
    assert set(ours.facets) == set(theirs.facets)
    assert ("dataQualityAssertions" in ours.facets) == (HAS_DETAILS and hasattr(task, "check_results"))


def test_where_the_engine_does_not_understand(check: Extract) -> None:
    """The provider's own answer, with the results where it puts them, is put right as well."""
    task = columns({"amount": {"min": {"geq_to": 0}}}, partition_clause="amount OPERATOR(pg_catalog.>=) 0")

    found = check(task)

    assert [verdicts(dataset) for dataset in found.inputs] == [{"amount.min": True}]


def test_old_clients(check: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where assertions have three fields, the check is asserted by its own name."""
    import attrs

    @attrs.define
    class Assertion:
        assertion: str
        success: bool
        column: str | None = None

    monkeypatch.setattr(data_quality_assertions_dataset, "Assertion", Assertion)

    (orders,) = check(columns({"amount": {"min": {"geq_to": 0}, "null_check": {"leq_to": 3}}})).inputs

    assert assertions(orders) == [
        Assertion("min", success=True, column="amount"),
        Assertion("null_check", True, "amount"),
    ]


@pytest.mark.filterwarnings("ignore:.openlineage. One or more legacy config options")
def test_source_code_disabled(check: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no source code may leave, a check's SQL and partition do not either, and its result does."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE", "True")

    (orders,) = check(columns({"amount": {"min": {"geq_to": 0}}}, partition_clause="customer <> 'Eve'")).inputs

    assert verdicts(orders) == {"amount.min": True}
    assert "Eve" not in Serde.to_json(orders)
    assert "MIN(" not in Serde.to_json(orders)
