"""`assert_lineage`: every way to say what is expected, and a message that shows what differs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from airflow.models import BaseOperator
from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset
from support.extraction import fresh_process_state, warehouse

from lineage_kit import Column, File, Table, add_outputs, compat
from lineage_kit.exceptions import DatasetIdentityError, DeclarationError, LineageKitError
from lineage_kit.testing import JobEvents, assert_lineage, lineage_of

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["fresh_process_state", "warehouse"]  # fixtures, found by their names

RAW = File("s3://lake/{{ ds }}/orders.csv", columns=["id", "amount"])
ORDERS = Table(
    "postgres://shop.example:5432",
    "shop.public.orders",
    columns=[Column("id", from_=RAW["id"]), Column("total", from_=RAW["amount"], transformation="SUM")],
)


@pytest.fixture
def load() -> Any:
    """Give a task that declares what it reads and writes."""
    return BashOperator(task_id="load", bash_command="true", inlets=[RAW], outlets=[ORDERS])


def difference(*arguments: Any, **expected: Any) -> str:
    """Return the message of `assert_lineage`, which must find a difference."""
    with pytest.raises(AssertionError) as caught:
        assert_lineage(*arguments, **expected)
    return str(caught.value)


class TestExpectations:
    """Datasets and columns can be written in many ways, and are found in all of them."""

    @pytest.mark.parametrize(
        "raw",
        [
            RAW,
            File("s3://lake/2026-01-31/orders.csv"),
            Asset("s3://lake/2026-01-31/orders.csv"),
            Dataset("s3://lake", "2026-01-31/orders.csv"),
            ("s3://lake", "{{ ds }}/orders.csv"),
            "s3://lake 2026-01-31/orders.csv",
        ],
        ids=lambda each: f"{type(each).__module__}.{type(each).__name__}",
    )
    def test_one_dataset(self, load: Any, raw: Any) -> None:
        """It may be written by the kit's classes, OpenLineage's, Airflow's or as text, alone or in a list."""
        assert_lineage(load, inputs=raw, outputs=ORDERS)
        assert_lineage(load, inputs=[raw])

    @pytest.mark.parametrize(
        "columns",
        [
            {"id": ["orders.csv.id"], "total": "amount"},
            {"id": RAW["id"], "total": [RAW["amount"]]},
            {"id": [(RAW, "id")], "total": [(("s3://lake", "{{ ds }}/orders.csv"), "amount")]},
            {"orders": {"id": ["id"], "total": ["amount"]}},
            {"public.orders": {"id": ["id"], "total": ["amount"]}},
            {ORDERS: {"id": ["id"], "total": ["amount"]}},
            {"postgres://shop.example:5432 shop.public.orders": {"id": ["id"], "total": ["amount"]}},
        ],
        ids=str,
    )
    def test_columns(self, load: Any, columns: Any) -> None:
        """Sources are references or the last parts of a name; the output may be left out where it is the only one."""
        assert_lineage(load, columns=columns)

    def test_order_does_not_matter(self) -> None:
        """Inputs and outputs are sets."""
        several = EmptyOperator(task_id="t", inlets=[File("/a"), File("/b")])

        assert_lineage(several, inputs=[File("/b"), File("/a")], outputs=[])

    def test_what_is_left_out_is_not_compared(self, load: Any) -> None:
        """None is no expectation, and an empty list is one."""
        assert_lineage(load, outputs=[ORDERS])
        assert "unexpected: s3://lake 2026-01-31/orders.csv" in difference(load, inputs=[])

    def test_nothing_expected(self, load: Any) -> None:
        """An assertion without expectations would always hold."""
        with pytest.raises(LineageKitError, match="nothing to compare"):
            assert_lineage(load)

    @pytest.mark.parametrize(
        "expected",
        [
            {"inputs": ["orders"]},
            {"inputs": [5]},
            {"columns": {"total": [5]}},
            {"columns": {5: ["a"]}},
            {"columns": {"orders": {5: "a"}}},
        ],
        ids=str,
    )
    def test_what_is_no_expectation(self, load: Any, expected: Any) -> None:
        """The message shows the right form."""
        with pytest.raises(DeclarationError, match="expect "):
            assert_lineage(load, **expected)

    def test_connection(self, warehouse: Path) -> None:
        """A table by its connection is named as the task names it."""
        query = SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql="CREATE TABLE c AS SELECT id FROM orders")

        assert_lineage(
            query,
            inputs=[Table.from_conn("warehouse", "orders")],
            outputs=[Table.from_conn("warehouse", "c")],
            columns={"id": "orders.id"},
        )
        assert str(warehouse) in difference(query, outputs=[])

    def test_unknown_connection(self, load: Any) -> None:
        """An expectation without a name is told as such."""
        with pytest.raises(DatasetIdentityError, match="connection is unknown"):
            assert_lineage(load, outputs=[Table.from_conn("nowhere", "orders")])


class TestMessage:
    """The message says what differs, and nothing else."""

    def test_datasets(self, load: Any) -> None:
        """What is missing and what was not expected stands side by side, with a name that is close."""
        assert difference(load, outputs=[("postgres://shop.example:5432", "shop.public.order")]) == (
            "The lineage of task dag.load at COMPLETE is another one.\n"
            "outputs:\n"
            "  missing:    postgres://shop.example:5432 shop.public.order"
            " (is it postgres://shop.example:5432 shop.public.orders?)\n"
            "  unexpected: postgres://shop.example:5432 shop.public.orders"
        )

    def test_other_side(self, load: Any) -> None:
        """A dataset that is found on the other side is told to be there."""
        assert "missing:    s3://lake 2026-01-31/orders.csv (it is an input)" in difference(load, outputs=[RAW, ORDERS])

    def test_columns(self, load: Any) -> None:
        """Columns that are missing, that were not expected, and that are made of something else."""
        assert difference(load, columns={"ID": ["id"], "total": ["orders.csv.amout"], "new": []}).splitlines()[1:] == [
            "columns of postgres://shop.example:5432 shop.public.orders:",
            "  missing:    ID",
            "  unexpected: id, made of s3://lake 2026-01-31/orders.csv.id",
            "  missing:    new",
            "  missing:    total made of orders.csv.amout",
            "  unexpected: total made of s3://lake 2026-01-31/orders.csv.amount",
        ]

    def test_columns_of_several_outputs(self) -> None:
        """It must be said which output the columns are of, and it must be there once."""
        both = EmptyOperator(task_id="t", outlets=[Table("ns://h", "a.t"), Table("ns://h", "b.t")])

        assert "of one output, not of 2" in difference(both, columns={"a": ["x"]})
        assert "several outputs are t; there are: ns://h a.t, ns://h b.t" in difference(both, columns={"t": {}})
        assert "no output is c.t" in difference(both, columns={"c.t": {"a": ["x"]}})
        assert_lineage(both, columns={"a.t": {}, "b.t": {}})

    def test_reason(self) -> None:
        """A task that tells nothing says why."""
        message = difference(EmptyOperator(task_id="t"), outputs=["s3://lake a"])

        assert re.search(r"The task says: no datasets \(noExtractor\): ", message)


class TestRun:
    """How the task is asked."""

    def test_logical_date(self, load: Any) -> None:
        """Templates of the task and of the expectation are rendered with the date of the run."""
        assert_lineage(load, inputs=["s3://lake 2024-02-29/orders.csv"], logical_date="2024-02-29")
        assert_lineage(load, inputs=[RAW], logical_date="2024-02-29T12:00:00+00:00")

    @pytest.mark.usefixtures("warehouse")
    def test_templates_of_the_operator(self) -> None:
        """The operator that is asked has its templates rendered, with parameters and what other tasks returned."""
        with DAG("shop", schedule=None, params={"suffix": "x"}, user_defined_macros={"one": 1}):
            query = SQLExecuteQueryOperator(
                task_id="t",
                conn_id="warehouse",
                sql="CREATE TABLE t_{{ params.suffix }}{{ ds_nodash }}_{{ one }}_{{ ti.xcom_pull(task_ids='name') }}"
                " AS SELECT * FROM orders",
            )

        assert_lineage(query, outputs=[Table.from_conn("warehouse", "t_x20260131_1_z")], xcoms={"name": "z"})
        assert "{{ ds_nodash }}" in query.sql

    def test_contradiction(self) -> None:
        """What would be an import error of the DAG is an error of the test."""
        twice = [File("/a", columns=["x"]), File("/a", columns=["y"])]
        wrong = EmptyOperator(task_id="t", outlets=twice)

        with pytest.raises(DeclarationError, match="'t'"):
            assert_lineage(wrong, outputs=twice[:1])

    @pytest.mark.parametrize("index", [0, 1])
    def test_mapped_task(self, index: int) -> None:
        """The instance of a map index is asked, the first if none is named."""
        with DAG("shop", schedule=None):
            mapped = BashOperator.partial(task_id="t", outlets=[File("/data/{{ task.bash_command }}")]).expand(
                bash_command=["a", "b"]
            )

        assert_lineage(mapped, outputs=[File(f"/data/{'ab'[index]}")], **({"map_index": index} if index else {}))

    @pytest.mark.usefixtures("warehouse")
    def test_decorated_task(self) -> None:
        """What `@task` returns in a DAG is asked by what its function does."""

        @task
        def copy(name: str) -> None:
            SqliteHook("warehouse").get_records("SELECT * FROM orders")
            add_outputs(Table.from_conn("warehouse", name))

        with DAG("shop", schedule=None) as dag:
            one = copy("copied")
            mapped = copy.override(task_id="mapped").expand(name=["a", "b"])

        for each in (one, dag.get_task("copy")):
            assert_lineage(each, outputs=[Table.from_conn("warehouse", "copied")], execute=True)
        assert_lineage(mapped, outputs=[Table.from_conn("warehouse", "b")], execute=True, map_index=1)
        assert_lineage(one, outputs=[])

    def test_output_of_another_task(self) -> None:
        """A task that gets what another one returned is given it by the test."""

        @task
        def name() -> str:
            return "unused"

        @task
        def write(path: str) -> None:
            add_outputs(File(path))

        with DAG("shop", schedule=None):
            written = write(name())

        assert_lineage(written, outputs=[File("/data/a")], execute=True, xcoms={"name": "/data/a"})

    @pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
    def test_events(self, load: Any, event: str) -> None:
        """Each event can be asked for."""
        assert_lineage(load, outputs=[ORDERS], event=event)


class ReportingOperator(BaseOperator):
    """An operator whose hook reports a file, and which fails where it is told to."""

    def __init__(self, *, error: BaseException | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error = error

    def execute(self, context: Any) -> None:
        """Write a file that is called as the day is."""
        from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

        get_hook_lineage_collector().add_output_asset(context=self, uri=f"file:///data/{context['ds']}.csv")
        if self.error is not None:
            raise self.error


class TestExecution:
    """With `execute=True` the operator runs first."""

    def test_reports_of_hooks(self) -> None:
        """What hooks report is seen, once, without any configuration of OpenLineage."""
        reporting = ReportingOperator(task_id="t")

        assert_lineage(reporting, outputs=[File("/data/2026-01-31.csv")], execute=True)
        assert_lineage(reporting, outputs=[File("/data/2025-01-01.csv")], execute=True, logical_date="2025-01-01")
        assert_lineage(reporting, outputs=[])

    def test_own_xcoms(self) -> None:
        """What the task pushes and returns is there for its own templates afterwards."""

        @task(outlets=[File("/data/{{ ti.xcom_pull('write') }}"), File("/data/{{ ti.xcom_pull('write', key='log') }}")])
        def write(*, ti: Any = None) -> str:
            ti.xcom_push(key="log", value="b")
            return "a"

        with DAG("shop", schedule=None):
            written = write()

        assert_lineage(written, outputs=[File("/data/a"), File("/data/b")], execute=True)

    def test_failure(self) -> None:
        """A task that fails tells what it did until then, on FAIL; asked for COMPLETE, its error is the test's."""
        failing = ReportingOperator(task_id="t", error=ValueError("no"))

        assert_lineage(failing, outputs=[File("/data/2026-01-31.csv")], event="FAIL", execute=True)
        with pytest.raises(ValueError, match="no"):
            assert_lineage(failing, outputs=[], execute=True)

    def test_failure_that_does_not_happen(self) -> None:
        """A task that was to fail and does not is a difference."""
        assert "executed without an error" in difference(
            ReportingOperator(task_id="t"), outputs=[], event="FAIL", execute=True
        )

    def test_skip(self) -> None:
        """A task that skips itself has ended well."""
        skip, _ = compat.skip_and_deferral()
        skipping = ReportingOperator(task_id="t", error=skip())

        assert_lineage(skipping, outputs=[File("/data/2026-01-31.csv")], execute=True)

    def test_deferral(self) -> None:
        """A task that goes on elsewhere cannot be seen to its end here."""
        from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger

        _, deferral = compat.skip_and_deferral()
        trigger = TimeDeltaTrigger(timedelta(hours=1))
        deferring = ReportingOperator(task_id="t", error=deferral(trigger=trigger, method_name="go_on"))

        with pytest.raises(LineageKitError, match="events_of"):
            assert_lineage(deferring, outputs=[], execute=True)

    def test_start(self, load: Any) -> None:
        """START is sent before anything is executed."""
        with pytest.raises(LineageKitError, match="before a task executes"):
            assert_lineage(load, outputs=[], event="START", execute=True)


class TestWhatWasTold:
    """Answers of `lineage_of` and emitted events are compared as well."""

    EVENT: dict[str, Any] = {  # noqa: RUF012 - never changed
        "eventType": "COMPLETE",
        "job": {"name": "shop.load"},
        "run": {"facets": {"airflow": {"dagRun": {"logical_date": "2024-02-29T00:00:00+00:00"}}}},
        "inputs": [{"namespace": "s3://lake", "name": "2024-02-29/orders.csv"}],
        "outputs": [],
    }

    def test_answer(self, load: Any) -> None:
        """An answer that a test has already got is not asked for again."""
        assert_lineage(lineage_of(load), inputs=[RAW], outputs=[ORDERS], columns={"id": "id", "total": "amount"})

    def test_event(self) -> None:
        """Expectations are rendered with the date of the run that the event is of."""
        assert_lineage(self.EVENT, inputs=[RAW], outputs=[])
        assert "lineage of shop.load at COMPLETE" in difference(self.EVENT, inputs=[])

    def test_events_of_a_task(self) -> None:
        """Of several tries the last one counts; an event that is not there is a difference."""
        earlier = {**self.EVENT, "inputs": []}
        events = JobEvents("shop.load", [earlier, self.EVENT])

        assert_lineage(events, inputs=[RAW])
        assert difference(events, inputs=[RAW], event="FAIL") == (
            "0 FAIL events of shop.load; its events are COMPLETE, COMPLETE."
        )

    def test_options_come_too_late(self) -> None:
        """What has been told cannot be executed."""
        with pytest.raises(LineageKitError, match="execute: this is for a task that is still to be asked"):
            assert_lineage(self.EVENT, inputs=[RAW], execute=True)
