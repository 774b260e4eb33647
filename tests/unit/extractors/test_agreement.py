"""Declared and found lineage together: merged, overridden, or as a fallback; contradictions reported."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit import File, Table, add_outputs, use_declared
from lineage_kit.exceptions import DeclarationError
from lineage_kit.inlets import entity_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

SHOP = "postgres://shop.example.com:5432"
MINE = Table(SHOP, "shop.public.mine")
ORDERS = Table.from_conn("warehouse", "orders", description="All orders")
SQL = "INSERT INTO report SELECT id, sum(amount) AS total FROM orders GROUP BY id"


def task(**arguments: Any) -> Any:
    """Return a task that reads `orders` and writes `report`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=SQL, **arguments)


def names(lineage: OperatorLineage) -> tuple[list[str], list[str]]:
    """Return the names of inputs and outputs."""
    return [each.name for each in lineage.inputs], [each.name for each in lineage.outputs]


@pytest.fixture(autouse=True)
def _warehouse(warehouse: Path) -> None:
    """Let every test have the connection."""


@pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("merge", (["orders"], ["report", MINE.told()["name"]])),
        ("override", (["orders"], [MINE.told()["name"]])),
        ("fallback", (["orders"], ["report"])),
    ],
)
def test_modes(
    extract: Extract, monkeypatch: pytest.MonkeyPatch, mode: str, expected: tuple[list[str], list[str]], event: str
) -> None:
    """A declared outlet is added, counts alone, or counts where no output is found; inputs are another side."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DECLARED", mode)

    assert names(extract(task(outlets=[MINE]), event)) == expected


def test_override_keeps_what_was_measured(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the datasets that are declared, what was found is told too."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DECLARED", "override")

    found = extract(task(inlets=[ORDERS, MINE]))

    assert names(found) == (["orders", MINE.told()["name"]], ["report"])
    assert set(found.inputs[0].facets) >= {"schema", "documentation"}


def test_fallback_where_nothing_is_found(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that nobody knows tells what it declares."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DECLARED", "fallback")

    found = extract(BashOperator(task_id="t", bash_command="true", inlets=[MINE]))

    assert names(found) == ([MINE.told()["name"]], [])


@pytest.mark.parametrize(("event", "outputs"), [("START", []), ("COMPLETE", ["/lake/observed"])])
def test_fallback_waits(
    extract: Extract, monkeypatch: pytest.MonkeyPatch, collect: Callable[..., None], event: str, outputs: list[str]
) -> None:
    """What else there is shows when the task has run: before, nothing is told that later events would not have."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DECLARED", "fallback")
    collect(outputs=["file:///lake/observed"])  # START begins without it
    outlets = [File("s3://lake/declared"), entity_of(MINE), Dataset("ns", "name")]

    assert names(extract(BashOperator(task_id="t", bash_command="true", outlets=outlets), event)) == ([], outputs)


class TestUseDeclared:
    """The mode of one task or DAG."""

    def test_of_a_task(self, extract: Extract) -> None:
        """What is said of a task outranks the option."""
        assert names(extract(use_declared(task(outlets=[MINE]), "override")))[1] == [MINE.told()["name"]]

    def test_of_a_dag(self, extract: Extract) -> None:
        """What is said of a DAG holds for the tasks that it has."""
        with DAG("dag", schedule=None) as dag:
            mine = task(outlets=[MINE])
        use_declared(dag, "override")

        assert names(extract(mine))[1] == [MINE.told()["name"]]

    def test_of_a_mapped_task(self) -> None:
        """Mapped tasks hand it to their instances."""
        with DAG("dag", schedule=None):
            mapped = use_declared(BashOperator.partial(task_id="t").expand(bash_command=["true"]), "override")

        assert "override" in dict(mapped.params).values()

    def test_wrong_mode(self) -> None:
        """A slip of the pen is refused with the right form."""
        with pytest.raises(DeclarationError, match=r"use_declared\(task, 'override'\) with one of merge, override"):
            use_declared(EmptyOperator(task_id="t"), "overwrite")

    def test_something_else(self) -> None:
        """What is no task is refused with the right form."""
        with pytest.raises(DeclarationError, match=r"str is neither a task nor a DAG"):
            use_declared("task", "override")


class TestContradictions:
    """What is declared and not true is told once, and costs nothing else."""

    @pytest.fixture(autouse=True)
    def _warnings(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, logger="lineage_kit")

    def test_columns_that_the_table_does_not_have(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """The measured columns are told, and a WARNING names the others."""
        found = extract(task(inlets=[ORDERS.with_(columns=["ID", "price"])]))

        assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id", "customer", "amount"]
        (record,) = caplog.records
        assert "declared with the columns price, which it does not have. It has id, customer, amount" in (
            record.getMessage()
        )

    def test_source_that_the_task_does_not_read(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """The column lineage is told as it is declared, with a WARNING that shows the mend."""
        report = Table.from_conn("warehouse", "report", columns_from={"total": MINE["amount"]})

        found = extract(task(outlets=[report]))

        (record,) = caplog.records
        assert "which the task does not read as far as anybody knows; add it to the inlets" in record.getMessage()
        assert {each.name for each in found.outputs[0].facets["columnLineage"].fields["total"].inputFields} == {
            "orders",
            MINE.told()["name"],
        }

    def test_source_that_only_the_sql_names(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """What the task's SQL reads need not stand in the inlets."""
        extract(task(outlets=[Table.from_conn("warehouse", "report", columns_from={"total": ORDERS["amount"]})]))

        assert not caplog.records

    def test_source_columns_that_do_not_exist(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """Column lineage from columns that the measured table lacks is told as declared, with one WARNING."""
        columns = {"a": ORDERS["nosuch"], "b": [ORDERS["nosuch"], ORDERS["neither"]], "c": ORDERS["ID"]}
        report = Table.from_conn("warehouse", "report", columns_from=columns)

        found = extract(task(outlets=[report]))

        (record,) = caplog.records
        assert "is declared to be made of the columns nosuch, neither of" in record.getMessage()
        assert "which does not have them. It has id, customer, amount." in record.getMessage()
        assert {"a", "b", "c"} <= found.outputs[0].facets["columnLineage"].fields.keys()

    @pytest.mark.parametrize(
        "other", [MINE.with_(columns=["b"]), Table(SHOP, "shop.public.{{ 'mine' }}", columns="b INT")]
    )
    def test_outputs_that_are_the_same(
        self, extract: Extract, caplog: pytest.LogCaptureFixture, running: Any, in_dag: Any, other: Table
    ) -> None:
        """Two outputs that turn out to be one dataset, with different columns."""
        load = in_dag(EmptyOperator(task_id="t", outlets=[MINE.with_(columns=["a"])]))
        with running(load):
            add_outputs(other)

        extract(load)

        (record,) = caplog.records
        assert "shop.public.mine is declared more than once among the outputs, with different columns: b; and a." in (
            record.getMessage()
        )

    def test_outputs_that_agree(
        self, extract: Extract, caplog: pytest.LogCaptureFixture, running: Any, in_dag: Any
    ) -> None:
        """The order and the spelling of columns are no difference, and neither are columns that one does not tell."""
        load = in_dag(EmptyOperator(task_id="t", outlets=[MINE.with_(columns=["a", "b"]), MINE]))
        with running(load):
            add_outputs(MINE.with_(columns={"B": "INT", "A": "INT"}))

        extract(load)

        assert not caplog.records

    def test_start_says_nothing(self, extract: Extract, caplog: pytest.LogCaptureFixture) -> None:
        """Before the task has run, more may come to be known."""
        extract(task(inlets=[ORDERS.with_(columns=["price"])]), "START")

        assert not caplog.records
