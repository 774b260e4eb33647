"""Great Expectations' operators: a validation's results on the dataset that was validated."""

from __future__ import annotations

import json
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest
from airflow.providers.common.compat.assets import Asset
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from great_expectations.expectations.row_conditions import Column
from great_expectations_provider.operators.validate_batch import GXValidateBatchOperator
from great_expectations_provider.operators.validate_checkpoint import GXValidateCheckpointOperator
from great_expectations_provider.operators.validate_dataframe import GXValidateDataFrameOperator
from openlineage.client.event_v2 import Dataset
from openlineage.client.serde import Serde
from support.check_results import assertions, measured, run_level, verdicts

from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context import AbstractDataContext
    from support.xcoms import XComs

    Extract = Callable[..., OperatorLineage]
    Validate = Callable[[Any], OperatorLineage]

RECORDED = Path(__file__).parents[2] / "unit" / "extractors" / "great_expectations" / "recorded.json"

ORDERS = Dataset("postgres://db:5432", "shop.public.orders")
CUSTOMERS = Dataset("postgres://db:5432", "shop.public.customers")
MANY_RULES = [
    gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=10),
    gxe.ExpectTableColumnsToMatchSet(column_set=["id", "customer", "amount"]),
    gxe.ExpectColumnValuesToNotBeNull(column="customer", mostly=0.5),
    gxe.ExpectColumnValuesToBeNull(column="day"),
    gxe.ExpectColumnUniqueValueCountToBeBetween(column="customer", min_value=1, max_value=3),
    gxe.ExpectColumnDistinctValuesToBeInSet(column="customer", value_set=["Ann"]),
    gxe.ExpectColumnValuesToBeInSet(column="customer", value_set=["Ann", "Cid"], severity="warning"),
    gxe.ExpectColumnMinToBeBetween(column="amount", min_value=0),
    gxe.ExpectColumnMaxToBeBetween(column="amount", max_value=100),
    gxe.ExpectColumnMaxToBeBetween(column="day", max_value=1),
    gxe.ExpectColumnSumToBeBetween(column="amount", min_value=0),
    gxe.ExpectColumnMedianToBeBetween(column="amount", min_value=0),
    gxe.ExpectColumnMinToBeBetween(column="id", min_value=2, row_condition=Column("id") > 1),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="amount", column_B="id"),
    gxe.ExpectColumnValuesToNotBeNull(column="colour"),
    gxe.UnexpectedRowsExpectation(unexpected_rows_query="SELECT * FROM {batch} WHERE amount < 0"),
]
ALL, PAID = "SELECT * FROM orders", "SELECT * FROM orders WHERE amount > 0"
ROW_COUNT = gxe.ExpectTableRowCountToEqual(value=3)


def table(url: str) -> Callable[[AbstractDataContext], BatchDefinition]:
    """Return what configures the whole of `orders` as a batch."""

    def configure(context: AbstractDataContext) -> BatchDefinition:
        source = context.data_sources.add_sqlite("shop", connection_string=url)
        return source.add_table_asset("all orders", table_name="orders").add_batch_definition_whole_table("whole")

    return configure


def by_month(url: str) -> Callable[[AbstractDataContext], BatchDefinition]:
    """Return what configures the months of `orders` as batches."""

    def configure(context: AbstractDataContext) -> BatchDefinition:
        source = context.data_sources.add_sqlite("shop", connection_string=url)
        return source.add_table_asset("monthly", table_name="orders").add_batch_definition_monthly(
            "month", column="day"
        )

    return configure


def checkpoint(url: str, **queries: str) -> Callable[[AbstractDataContext], gx.Checkpoint]:
    """Return what configures a checkpoint that counts the rows of queries, each an asset of its name."""

    def configure(context: AbstractDataContext) -> gx.Checkpoint:
        source = context.data_sources.add_sqlite("shop", connection_string=url)
        suite = context.suites.add(gx.ExpectationSuite("rows", [copy(ROW_COUNT)]))
        assets = [source.add_query_asset(name, query=query) for name, query in queries.items()]
        batches = [asset.add_batch_definition("whole") for asset in assets]
        validations = [gx.ValidationDefinition(name=f"{n}", data=batch, suite=suite) for n, batch in enumerate(batches)]
        added = [context.validation_definitions.add(validation) for validation in validations]
        made = gx.Checkpoint(name="shop", validation_definitions=added, result_format="SUMMARY")
        return context.checkpoints.add(made)

    return configure


def rules(*expectations: Any) -> Callable[[AbstractDataContext], gx.ExpectationSuite]:
    """Return what configures a suite."""
    return lambda _: gx.ExpectationSuite("rules", [copy(each) for each in expectations])


def batch_task(url: str, *expectations: Any, **options: Any) -> GXValidateBatchOperator:
    """Return a task that validates `orders`."""
    return GXValidateBatchOperator(
        task_id="check",
        **{
            "configure_batch_definition": table(url),
            "configure_expectations": rules(*expectations),
            "inlets": [ORDERS],
            **options,
        },
    )


def by_name(found: OperatorLineage) -> dict[str, Any]:
    """Return the inputs by their names."""
    return {dataset.name: dataset for dataset in found.inputs}


def reasons(found: OperatorLineage) -> list[str]:
    """Return why the event has no dataset."""
    facet = found.run_facets.get(no_datasets.KEY)
    return [each.reason for each in facet.explanations] if facet else []


def omissions(found: OperatorLineage) -> list[tuple[str, str]]:
    """Return what is missing from the event."""
    facet = found.run_facets.get(incomplete.KEY)
    return [(each.part, each.cause) for each in facet.omissions] if facet else []


class TestBatch:
    def test_success(self, validate: Validate, shop: str) -> None:
        """The only inlet is what was validated: it has the results, and the number of rows."""
        found = validate(batch_task(shop, ROW_COUNT))

        (orders,) = found.inputs
        assert (orders.namespace, orders.name) == (ORDERS.namespace, ORDERS.name)
        assert verdicts(orders) == {"expect_table_row_count_to_equal": True}
        assert measured(orders) == {"rows": 3}
        assert found.run_facets == {}

    @pytest.mark.parametrize("options", [{}, {"do_xcom_push": False}])
    def test_failure(self, validate: Validate, shop: str, options: dict[str, Any]) -> None:
        """A validation that fails the task has its results too; the operator pushes them whatever `do_xcom_push` is."""
        found = validate(batch_task(shop, *MANY_RULES, **options))

        (orders,) = found.inputs
        failed = {name for name, success in verdicts(orders).items() if not success}
        assert len(assertions(orders)) == len(MANY_RULES)
        assert failed == {
            "amount.expect_column_min_to_be_between",
            "colour.expect_column_values_to_not_be_null",
            "customer.expect_column_distinct_values_to_be_in_set",
            "customer.expect_column_values_to_be_in_set",
            "day.expect_column_max_to_be_between",
            "day.expect_column_values_to_be_null",
            "expect_column_pair_values_a_to_be_greater_than_b",
            "expect_table_columns_to_match_set",
            "unexpected_rows_expectation",
        }
        assert measured(orders) == {
            "rows": 3,
            "customer.nullCount": 1,
            "customer.distinctCount": 2,
            "day.nullCount": 0,
            "amount.min": -1,
            "amount.max": 20,
            "amount.sum": 29.5,
            "amount.quantiles": {"0.5": 10.5},
        }

    def test_recorded(self, validate: Validate, shop: str, xcoms: XComs) -> None:
        """The tests that run without Great Expectations use what the operator pushes."""
        validate(batch_task(shop, *MANY_RULES))
        pushed = xcoms.xcom_pull(task_ids="check")
        for each in pushed["expectations"]:
            if "exception_info" in each:
                each["exception_info"] = {"raised_exception": each["exception_info"]["raised_exception"]}
        pushed["expectations"].sort(key=json.dumps)

        assert pushed == json.loads(RECORDED.read_text())

    @pytest.mark.parametrize("result_format", ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"])
    def test_result_formats(self, validate: Validate, shop: str, result_format: str) -> None:
        """How much is measured depends on the format; rows that are not as expected are in none of the events."""
        found = validate(batch_task(shop, *MANY_RULES, result_format=result_format))

        (orders,) = found.inputs
        assert len(assertions(orders)) == len(MANY_RULES)
        assert bool(measured(orders)) == (result_format != "BOOLEAN_ONLY")
        assert "Bob" not in Serde.to_json(orders)

    def test_start(self, extract: Extract, shop: str) -> None:
        """Nothing is known yet but the inlets."""
        (orders,) = extract(batch_task(shop, ROW_COUNT), "START").inputs

        assert orders == ORDERS

    def test_no_validation(self, extract: Extract, in_dag: Callable[[Any], Any], xcoms: XComs) -> None:
        """A task that fails before it validates says nothing about the data."""
        task = batch_task("sqlite:////no/such/folder/shop.db", ROW_COUNT)
        with pytest.raises(Exception, match="unable to open database file") as raised:
            in_dag(task).execute(xcoms.context)

        (orders,) = extract(task, "FAIL", raised.value).inputs

        assert orders == ORDERS

    def test_part_of_a_table(self, validate: Validate, shop: str) -> None:
        """The parameters of a batch stand behind its name; what is measured is about this part."""
        inlets = [
            Asset("postgres://db:5432/shop/public/orders", extra={"great_expectations": "shop-monthly"}),
            Asset("postgres://db:5432/shop/public/others", extra={"great_expectations": "shop-month"}),
        ]
        found = validate(
            batch_task(
                shop,
                gxe.ExpectTableRowCountToEqual(value=2),
                configure_batch_definition=by_month(shop),
                batch_parameters={"year": 2026, "month": 1},
                inlets=inlets,
            )
        )

        orders = by_name(found)["shop.public.orders"]
        assert measured(orders) == {"rows": 2}
        assert measured(by_name(found)["shop.public.others"]) == {}
        assert assertions(orders)[0].params == {"batch_id": "shop-monthly-year_2026-month_1"}

    def test_unknown_among_several(self, validate: Validate, shop: str) -> None:
        """Of two inlets it may be either, so that results are on the run, and the event says why."""
        found = validate(batch_task(shop, ROW_COUNT, inlets=[ORDERS, CUSTOMERS]))

        assert found.inputs == [ORDERS, CUSTOMERS]
        assert run_level(found) == [("expect_table_row_count_to_equal", "pass")]
        assert omissions(found) == [("great_expectations", "notAvailable")]

    @pytest.mark.usefixtures("collect")  # switches the collector on
    def test_hooks_beside_it(self, validate: Validate, shop: str, warehouse: Path) -> None:
        """What the author's own code reads with hooks, a threshold here, is told too."""

        def configure(_: AbstractDataContext) -> Any:
            (rows,) = SqliteHook("warehouse").get_first("SELECT COUNT(*) FROM orders")
            return gxe.ExpectTableRowCountToBeBetween(min_value=rows)

        found = validate(batch_task(shop, configure_expectations=configure))

        assert [(each.namespace, each.name) for each in found.inputs] == [
            (ORDERS.namespace, ORDERS.name),
            (f"sqlite://{warehouse}", "orders"),
        ]
        assert measured(by_name(found)[ORDERS.name]) == {"rows": 3}

    def test_subclass(self, validate: Validate, shop: str) -> None:
        """Operators that derive from one of Great Expectations' tell what that does."""

        class Nightly(GXValidateBatchOperator):
            pass

        task = Nightly(
            task_id="check",
            configure_batch_definition=table(shop),
            configure_expectations=rules(ROW_COUNT),
            inlets=[ORDERS],
        )

        assert measured(validate(task).inputs[0]) == {"rows": 3}

    def test_switched_off(self, validate: Validate, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the part there is what the OpenLineage provider alone says."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "great_expectations")

        found = validate(batch_task(shop, ROW_COUNT))

        assert found.inputs == [ORDERS]
        assert "test" not in found.run_facets


class TestCheckpoint:
    def test_each_on_its_own(self, validate: Validate, shop: str) -> None:
        """The inlets say which of them is which; an asset of two batches has the results of both, and no numbers."""
        inlets = [
            Asset("postgres://db:5432/shop/public/orders", extra={"great_expectations": ["shop-all", "shop-paid"]}),
            Asset("postgres://db:5432/shop/public/customers", extra={"great_expectations": "shop-customers"}),
        ]
        configure = checkpoint(shop, all=ALL, paid=PAID, customers="SELECT * FROM customers")
        task = GXValidateCheckpointOperator(task_id="check", configure_checkpoint=configure, inlets=inlets)

        found = validate(task)

        orders, customers = (by_name(found)[f"shop.public.{name}"] for name in ("orders", "customers"))
        assert [(each.params["batch_id"], each.success) for each in assertions(orders)] == [
            ("shop-all", True),
            ("shop-paid", False),
        ]
        assert measured(orders) == {}
        assert verdicts(customers) == {"expect_table_row_count_to_equal": True}
        assert measured(customers) == {"rows": 3}
        assert run_level(found) == []

    def test_several_batches_and_one_inlet(self, validate: Validate, shop: str) -> None:
        """One of the batches may be something else."""
        configure = checkpoint(shop, all=ALL, paid=PAID)
        task = GXValidateCheckpointOperator(task_id="check", configure_checkpoint=configure, inlets=[ORDERS])

        found = validate(task)

        assert found.inputs == [ORDERS]
        assert run_level(found) == [
            ("expect_table_row_count_to_equal", "pass"),
            ("expect_table_row_count_to_equal", "fail"),
        ]


class TestDataFrame:
    @pytest.fixture
    def frame(self) -> pd.DataFrame:
        """Give a data frame of two rows."""
        return pd.DataFrame({"customer": ["Ann", None]})

    def test_nobody_knows(self, validate: Validate, frame: pd.DataFrame) -> None:
        """A data frame is no dataset: results are on the run, and the reason facet says what to declare."""
        task = GXValidateDataFrameOperator(
            task_id="check",
            configure_dataframe=lambda: frame,
            configure_expectations=lambda _: gxe.ExpectColumnValuesToNotBeNull(column="customer"),
        )

        found = validate(task)

        assert found.inputs == []
        assert run_level(found) == [("customer.expect_column_values_to_not_be_null", "fail")]
        assert reasons(found) == ["notAvailable"]

    def test_declared(self, validate: Validate, frame: pd.DataFrame) -> None:
        """With an inlet it is what was read from there."""
        task = GXValidateDataFrameOperator(
            task_id="check",
            configure_dataframe=lambda: frame,
            configure_expectations=lambda _: gxe.ExpectColumnValuesToNotBeNull(column="customer", mostly=0.5),
            inlets=[ORDERS],
        )

        (orders,) = validate(task).inputs

        assert verdicts(orders) == {"customer.expect_column_values_to_not_be_null": True}
        assert measured(orders) == {"customer.nullCount": 1, "rows": 2}
