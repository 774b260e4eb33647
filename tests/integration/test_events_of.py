"""`events_of` runs whole DAGs, among them the example of declared lineage."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.event_facts import fields, row_count
from support.openlineage import validate_events

from lineage_kit import File, Table
from lineage_kit.exceptions import LineageKitError
from lineage_kit.testing import assert_lineage, events_of

if TYPE_CHECKING:
    from lineage_kit.testing import DagRunEvents

EXAMPLE = Path(__file__).parents[2] / "dags_examples" / "declared_lineage.py"
DAG_FILE = '''
"""A DAG file."""

from airflow import DAG
from airflow.models import BaseOperator
from airflow.providers.standard.operators.bash import BashOperator

from lineage_kit import File


class ReportingOperator(BaseOperator):
    """Reports a file as hooks do."""

    def execute(self, context):
        from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

        get_hook_lineage_collector().add_output_asset(context=self, uri=f"file:///data/{self.task_id}")


with DAG("one", schedule=None):
    first = ReportingOperator(task_id="first")
    second = ReportingOperator(task_id="second")
    failing = BashOperator(
        task_id="failing", bash_command="exit {{ dag_run.conf['code'] }}", outlets=[File("/data/{{ ds }}")]
    )
    first >> second >> failing

with DAG("two", schedule=None):
    BashOperator(task_id="alone", bash_command="true")
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the files of the example."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def example(folder: Path) -> DagRunEvents:
    """Give the events of the example DAG."""
    connection = f'{{"conn_type": "sqlite", "host": "{folder}/shop.db"}}'
    run = events_of(EXAMPLE, env={"AIRFLOW_CONN_SHOP_DB": connection}, logical_date="2026-03-01")
    assert run.state == "success", run.log
    validate_events(run.all)
    return run


@pytest.fixture
def shop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of the example, whose connection is known to this process too."""
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_DB", f'{{"conn_type": "sqlite", "host": "{folder}/shop.db"}}')
    return folder


@pytest.fixture
def dag_file(tmp_path: Path) -> Path:
    """Give a file with two DAGs."""
    file = tmp_path / "two_dags.py"
    file.write_text(DAG_FILE)
    return file


class TestExample:
    """What the tasks of the example tell."""

    @pytest.mark.parametrize("event", ["START", "COMPLETE"])
    def test_declared_by_a_task(self, example: DagRunEvents, shop: Path, event: str) -> None:
        """File, table and column lineage are those of the file."""
        assert_lineage(
            example.task("load"),
            inputs=[File(f"{shop}/orders-{{{{ ds }}}}.csv")],
            outputs=[Table.from_conn("shop_db", "orders")],
            columns={
                "id": "orders-2026-03-01.csv.id",
                "customer": "orders-2026-03-01.csv.customer",
                "amount": ["orders-2026-03-01.csv.price", "orders-2026-03-01.csv.pieces"],
            },
            event=event,
        )

    def test_rows(self, example: DagRunEvents) -> None:
        """The rows that the task counted stand on the table that was declared."""
        (orders,) = example.task("load").complete["outputs"]

        assert row_count(orders) == 3

    def test_declared_and_parsed(self, example: DagRunEvents, shop: Path) -> None:
        """SQL and its author speak of one table."""
        assert_lineage(
            example.task("sum_up"),
            inputs=[Table.from_conn("shop_db", "orders")],
            outputs=[Table.from_conn("shop_db", "revenue")],
            columns={"revenue": {"day": ["orders.day"], "revenue": ["orders.amount"]}},
        )
        (revenue,) = example.task("sum_up").complete["outputs"]
        assert [owner["name"] for owner in revenue["facets"]["ownership"]["owners"]] == ["team:finance"]
        assert fields(revenue) == ["day", "revenue"]
        assert shop.exists()

    def test_said_while_running(self, example: DagRunEvents, shop: Path) -> None:
        """Calls and decorated helpers add to what was found."""
        assert_lineage(
            example.task("export"),
            inputs=[Table.from_conn("shop_db", "revenue")],
            outputs=[File(f"{shop}/revenue-2026-03-01.csv"), File.kafka("broker.example.com:9092", "exports")],
        )

    @pytest.mark.parametrize(("index", "name"), [(0, "prices"), (1, "names")])
    def test_mapped_task(self, example: DagRunEvents, index: int, name: str) -> None:
        """Each instance names its own file."""
        assert_lineage(example.task("check", index), outputs=[File(f"/var/log/shop/{name}.log")])

    def test_other_systems(self, example: DagRunEvents) -> None:
        """An empty task hands columns on."""
        assert_lineage(
            example.task("publish"),
            columns={
                "SHOP.PUBLIC.CUSTOMERS": {"customer": "orders.customer", "SPENT": "orders.amount"},
                "acme.web.revenue": {"day": "revenue.day", "revenue": "revenue.revenue"},
            },
        )


class TestRun:
    """How DAGs are run."""

    def test_tasks_are_told_apart(self, dag_file: Path) -> None:
        """What the hooks of one task report is not found on another; a task that fails has its event."""
        run = events_of(dag_file, dag_id="one", conf={"code": 1})

        assert (run.dag_id, run.state) == ("one", "failed")
        for name in ("first", "second"):
            assert_lineage(run.task(name), outputs=[File(f"/data/{name}")])
        assert_lineage(run.task("failing"), outputs=[File("/data/2026-01-31")], event="FAIL")

    def test_this_airflow_is_not_touched(self, dag_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The run has a home, a database and a transport of its own, whatever the environment says."""
        monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://nobody@127.0.0.1:1/airflow")
        monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")

        run = events_of(dag_file, dag_id="two")

        assert run.task("alone").complete
        assert not (tmp_path / "home").exists()
        assert "OPENLINEAGE_DISABLED" in os.environ

    @pytest.mark.parametrize(
        ("text", "dag_id", "message"),
        [
            (DAG_FILE, None, "not one DAG but one, two"),
            (DAG_FILE, "three", "no DAG 'three' at its top level"),
            ("from airflow import DAG\n1 / 0\n", None, "ZeroDivisionError"),
        ],
        ids=["several", "none", "broken"],
    )
    def test_no_dag(self, tmp_path: Path, text: str, dag_id: str | None, message: str) -> None:
        """A file that does not have the DAG is an error that says what it has."""
        (tmp_path / "dags.py").write_text(text)

        with pytest.raises(LineageKitError, match=message):
            events_of(tmp_path / "dags.py", dag_id=dag_id)

    def test_timeout(self, dag_file: Path) -> None:
        """A run that takes too long is ended."""
        with pytest.raises(LineageKitError, match=r"did not end within 0.1 s"):
            events_of(dag_file, dag_id="two", timeout=0.1)
