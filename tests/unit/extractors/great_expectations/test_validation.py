"""What is made of the result of a validation, as Great Expectations' operator pushes it.

The recorded one is that of a real operator; the tests for other providers compare them.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.lineage.entities import Table
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset, InputDataset
from openlineage.client.facet_v2 import schema_dataset
from openlineage.client.serde import Serde
from support.check_results import HAS_DETAILS, assertions, measured, verdicts

from lineage_kit.extractors import source_text
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction
from lineage_kit.extractors.great_expectations.family import validation
from lineage_kit.extractors.great_expectations.measures import measured as facet_of
from lineage_kit.extractors.great_expectations.results import Expectation, expectations_of
from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
ORDERS = Dataset("postgres://db:5432", "shop.public.orders")


def extraction(pushed: Any, inlets: list[Any], kind: EventKind = EventKind.FAIL) -> Extraction:
    """Return the extraction of a task that has pushed something."""
    task = EmptyOperator(task_id="check", inlets=inlets)
    task_instance = TaskInstanceStandIn(task=task, xcom_pull=lambda **_: pushed)
    return Extraction(task, kind, task_instance, Budget(5))


def lineage(pushed: Any, inlets: list[Any], kind: EventKind = EventKind.FAIL) -> OperatorLineage | None:
    """Return what is said of a task that has pushed something."""
    return validation.describe(extraction(pushed, inlets, kind))


def recorded(kind: str, column: str | None = None) -> Any:
    """Return what the event says of a recorded expectation."""
    (dataset,) = lineage(RECORDED, [ORDERS]).inputs
    return next(each for each in assertions(dataset) if (each.assertion, each.column) == (kind, column))


def expectation(kind: str, result: dict[str, Any], **settings: Any) -> Expectation:
    """Return an expectation that was met."""
    return Expectation(kind, success=True, settings=settings, result=result, raised=False)


def test_results() -> None:
    """Each expectation is an assertion, and what was measured is beside them."""
    (orders,) = lineage(RECORDED, [ORDERS]).inputs

    assert (orders.namespace, orders.name) == (ORDERS.namespace, ORDERS.name)
    assert len(assertions(orders)) == len(RECORDED["expectations"])
    assert verdicts(orders)["amount.expect_column_min_to_be_between"] is False
    assert verdicts(orders)["customer.expect_column_values_to_not_be_null"] is True
    assert measured(orders)["customer.nullCount"] == 1
    assert measured(orders)["rows"] == 3


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
@pytest.mark.parametrize(
    ("kind", "column", "expected", "actual"),
    [
        ("expect_column_min_to_be_between", "amount", '{"min_value": 0.0}', "-1.0"),
        (
            "expect_column_values_to_be_in_set",
            "customer",
            '{"value_set": ["Ann", "Cid"]}',
            '{"element_count": 3, "missing_count": 1, "unexpected_count": 1}',
        ),
        ("expect_column_distinct_values_to_be_in_set", "customer", '{"value_set": ["Ann"]}', '{"unexpected_count": 1}'),
        (
            "expect_column_pair_values_a_to_be_greater_than_b",
            None,
            '{"column_A": "amount", "column_B": "id"}',
            '{"element_count": 3, "missing_count": 0, "unexpected_count": 1}',
        ),
        (
            "expect_table_columns_to_match_set",
            None,
            '{"column_set": ["id", "customer", "amount"]}',
            '["amount", "customer", "day", "id"]',
        ),
        ("expect_column_values_to_not_be_null", "colour", None, None),
    ],
)
def test_details(kind: str, column: str | None, expected: str | None, actual: str | None) -> None:
    """What was expected and what was found; the values that were not as expected are data, and stay where they are."""
    found = recorded(kind, column)

    assert (found.expected, found.actual) == (expected, actual)
    assert (found.severity, found.params) == ("error", {"batch_id": "shop-all orders"})


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
def test_sql_is_content() -> None:
    """It is masked there with the SQL of all checks."""
    found = recorded("unexpected_rows_expectation")

    assert (found.content, found.contentType) == ("SELECT * FROM {batch} WHERE amount < 0", "sql")
    assert (found.expected, found.actual) == (None, "1")


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
@pytest.mark.parametrize(
    ("condition", "settings", "shown"),
    [
        ('status == "new"', {}, 'status == "new"'),
        ('status == "new" and id > 3', {"mask_literals": True}, "status == ? and id > ?"),
        ('status == "new"', {"source_code_enabled": False}, "(source code is disabled)"),
        ({"operator": ">", "parameter": 1}, {}, '{"operator": ">", "parameter": 1}'),
        ({"operator": "==", "parameter": "new"}, {"mask_literals": True}, "{?: ?, ?: ?}"),
    ],
)
def test_conditions(condition: Any, settings: dict[str, Any], shown: str) -> None:
    """They are code of the user's, masked as SQL is, whether text or the description of later releases."""
    pushed = deepcopy(RECORDED)
    pushed["expectations"] = pushed["expectations"][:1]
    pushed["expectations"][0]["kwargs"]["row_condition"] = condition
    asked = replace(extraction(pushed, [ORDERS]), **settings)
    found = validation.describe(asked)
    assert source_text.protect(found, asked)

    (result,) = assertions(found.inputs[0])

    assert result.params == {"batch_id": "shop-all orders", "row_condition": shown}
    assert result.expected == '{"value_set": ["Ann"]}'


@pytest.mark.skipif(not HAS_DETAILS, reason="this client knows no details of assertions")
def test_not_evaluated() -> None:
    """An expectation that raised was not met, and says that nothing was found out about the data."""
    found = recorded("expect_column_max_to_be_between", "day")

    assert (found.success, found.description) == (False, "Great Expectations could not evaluate it.")
    assert recorded("expect_column_max_to_be_between", "amount").description is None


def test_nothing_of_the_data_leaks() -> None:
    """Neither do settings with the name of a secret; long ones are cut."""
    pushed = deepcopy(RECORDED)
    first = pushed["expectations"][0]
    first["kwargs"] |= {"api_key": "s3cret", "value_set": ["long"] * 1000}

    text = Serde.to_json(lineage(pushed, [ORDERS]).inputs[0])

    assert "Bob" not in text
    assert "s3cret" not in text
    assert text.count("long") < 200


@pytest.mark.parametrize(
    "pushed",
    [None, "done", [], {}, {"validation_results": []}, {"expectations": [{"success": None}, {"success": True}]}],
)
def test_something_else(pushed: Any) -> None:
    """What is no result of a validation tells nothing."""
    assert expectations_of(pushed) == []
    assert lineage(pushed, [ORDERS]) is None


def test_before_it_runs() -> None:
    """On START there may be a result of a try before."""
    assert lineage(RECORDED, [ORDERS], EventKind.START) is None


def table(name: str, hint: Any = None) -> Table:
    """Return a declared table, with what Great Expectations calls it."""
    extra = {} if hint is None else {"great_expectations": hint}
    return Table(cluster="postgres://db:5432", database="shop", name=name, extra=extra)


@pytest.mark.parametrize(
    ("inlets", "name"),
    [
        ([table("orders")], "shop.orders"),
        ([table("orders", "shop-all orders")], "shop.orders"),
        ([table("orders", ["shop-paid", "shop-all orders"]), table("customers")], "shop.orders"),
        ([], None),
        ([table("orders"), table("customers")], None),
        ([table("customers", "shop-customers")], None),
        ([table("all orders", "shop-all"), table("customers")], None),
        ([table("orders", "shop-all orders"), table("copy", "shop-all orders")], None),
        (
            [Asset("file:///data/orders", extra={"great_expectations": "shop-all orders"}), table("customers")],
            "/data/orders",
        ),
        ([Asset("nobody_knows_it")], None),
    ],
)
def test_which_dataset(inlets: list[Any], name: str | None) -> None:
    """The one inlet, or the one that says so; otherwise results are on the run, and the event tells why."""
    event = extraction(RECORDED, inlets)

    found = validation.describe(event)

    assert [each.name for each in found.inputs] == ([name] if name else [])
    assert bool(event.explanations or event.omissions) == (name is None)
    assert ("test" in found.run_facets) == (name is None and HAS_DETAILS)


@pytest.mark.parametrize(
    ("batch", "same"), [("shop-orders-year_2026-month_1", True), ("shop-orders-old", False), ("shop-orders2", False)]
)
def test_parameters_of_a_batch(batch: str, *, same: bool) -> None:
    """They stand behind its name, which names may do, too."""
    pushed = deepcopy(RECORDED)
    for each in pushed["expectations"]:
        each["kwargs"]["batch_id"] = batch

    assert bool(lineage(pushed, [table("orders", "shop-orders")]).inputs) == same


def test_columns_as_the_schema_has_them() -> None:
    """A declared dataset may know the columns."""
    fields = [schema_dataset.SchemaDatasetFacetFields(name="AMOUNT")]
    declared = Dataset(
        "snowflake://org-account", "SHOP.PUBLIC.ORDERS", facets={"schema": schema_dataset.SchemaDatasetFacet(fields)}
    )

    (orders,) = lineage(RECORDED, [declared]).inputs

    assert "AMOUNT" in {each.column for each in assertions(orders)}
    assert measured(orders)["AMOUNT.max"] == 20
    assert orders.facets == declared.facets


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (expectation("expect_table_row_count_to_be_between", {"observed_value": 0}), {"rows": 0}),
        (expectation("expect_column_values_to_be_unique", {"element_count": 0, "missing_count": 0}, column="id"), {}),
        (
            expectation("expect_column_values_to_be_null", {"element_count": 5, "unexpected_count": 2}, column="id"),
            {"rows": 5, "id.nullCount": 3},
        ),
        (expectation("expect_column_max_to_be_between", {"observed_value": "2026-01-31"}, column="day"), {}),
        (expectation("expect_column_max_to_be_between", {"observed_value": 5}, column="id", row_condition="id<9"), {}),
        (expectation("expect_column_mean_to_be_between", {"observed_value": 5}, column="id"), {}),
        (expectation("expect_multicolumn_sum_to_equal", {"element_count": 5}, column_list=["a", "b"]), {}),
    ],
)
def test_measures(found: Expectation, expected: dict[str, Any]) -> None:
    """Numbers about all rows that have a place in the facet; one that may mean "not counted" is left out."""
    facet = facet_of([found])

    assert measured(InputDataset("db", "t", inputFacets={"dataQualityMetrics": facet} if facet else {})) == expected
