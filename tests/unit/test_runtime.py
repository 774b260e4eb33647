"""What the code of a task says of its datasets while it runs: kept apart, once, within bounds, and never fatal."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.assets import Asset
from airflow.providers.common.compat.lineage import entities
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset, InputDataset
from support.fresh_python import in_fresh_python

from lineage_kit import File, Table, add_inputs, add_outputs, runtime

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Running = Callable[..., AbstractContextManager[Any]]

ORDERS = Table("postgres://shop.example:5432", "shop.public.orders")
REPORT = File("s3://lake/report.csv")


@pytest.fixture
def task() -> EmptyOperator:
    """Give a task."""
    return EmptyOperator(task_id="t")


def said(task_instance: Any) -> tuple[list[Any], list[Any]]:
    """Return what a task instance has said of its inputs and outputs."""
    recorded = runtime.recorded_by(task_instance)
    return (list(recorded.inputs.values()), list(recorded.outputs.values())) if recorded else ([], [])


class TestKept:
    """What is a dataset is kept for the task that said it."""

    def test_inputs_and_outputs(self, running: Running, task: Any) -> None:
        """Each side has what was said of it, in order; the next call adds to it."""
        with running(task) as task_instance:
            add_inputs(ORDERS)
            add_outputs(REPORT, ORDERS)
            add_inputs(REPORT)

        assert said(task_instance) == ([ORDERS, REPORT], [REPORT, ORDERS])

    @pytest.mark.parametrize(
        "dataset",
        [
            ORDERS,
            REPORT,
            Dataset("ns", "name"),
            InputDataset("ns", "name", facets={}),
            Asset("s3://bucket/key"),
            entities.Table(cluster="c", database="d", name="n"),
            entities.File(url="s3://bucket/key"),
        ],
        ids=lambda each: f"{type(each).__module__}.{type(each).__name__}",
    )
    def test_kinds_of_datasets(self, running: Running, task: Any, dataset: Any) -> None:
        """Whatever inlets and outlets take may be said while running too."""
        with running(task) as task_instance:
            add_outputs(dataset)

        assert said(task_instance) == ([], [dataset])

    def test_lists_are_taken_apart(self, running: Running, task: Any) -> None:
        """A list, or what generates datasets, is as good as its items."""
        with running(task) as task_instance:
            add_inputs([ORDERS, (REPORT,)], (each for each in [File("/data/a.csv")]))

        assert said(task_instance) == ([ORDERS, REPORT, File("/data/a.csv")], [])

    def test_the_same_is_kept_once(self, running: Running, task: Any) -> None:
        """Equal datasets are one entry, and the last word comes last; with other facets it is another entry."""
        with running(task) as task_instance:
            for _ in range(3):
                add_outputs(File("s3://lake/report.csv"), Dataset("ns", "a"), ORDERS)
            add_outputs(REPORT, ORDERS.with_(row_count=5))

        assert said(task_instance)[1] == [Dataset("ns", "a"), ORDERS, REPORT, ORDERS.with_(row_count=5)]

    @pytest.mark.parametrize(
        "other", [{"run_id": "r2"}, {"map_index": 1}, {"try_number": 2}, {"task_id": "u"}, {"id": "new"}], ids=str
    )
    def test_apart(self, running: Running, task: Any, other: dict[str, Any]) -> None:
        """Tasks, runs, mapped instances and tries in one process do not see each other's datasets.

        Airflow 3 gives each of them an id too, by which a run that is deleted and made again is told from the first.
        """
        with running(task) as first:
            add_inputs(ORDERS)
        with running(task, **other) as second:
            add_inputs(REPORT)

        assert (said(first)[0], said(second)[0]) == ([ORDERS], [REPORT])

    def test_threads_of_the_task(self, running: Running, task: Any) -> None:
        """What the threads of the task's code say is the task's."""
        files = [File(f"/data/{number}.csv") for number in range(100)]
        with running(task) as task_instance, ThreadPoolExecutor(8) as pool:
            list(pool.map(add_outputs, files))

        assert sorted(said(task_instance)[1], key=repr) == sorted(files, key=repr)


class TestBounds:
    """A task that says a lot, and a process that runs many tasks, do not fill the memory."""

    def test_datasets(
        self, running: Running, task: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Above the limit datasets are left out, with one WARNING; what is known may be said again."""
        monkeypatch.setattr(runtime, "MAX_DATASETS", 3)
        with running(task) as task_instance:
            add_inputs(ORDERS)
            for number in range(10):
                add_outputs(File(f"/data/{number}.csv"))
            add_outputs(File("/data/0.csv"))

        assert said(task_instance) == ([ORDERS], [File("/data/1.csv"), File("/data/0.csv")])
        (warning,) = caplog.records
        assert "More than 3 datasets" in warning.getMessage()
        assert "`dag.t`" in warning.getMessage()

    def test_tasks(self, running: Running, task: Any) -> None:
        """The datasets of tasks that ended long ago are forgotten; those of the latest are there."""
        instances = []
        for number in range(20):
            with running(task, map_index=number) as task_instance:
                add_inputs(ORDERS)
            instances.append(task_instance)

        kept = [each.map_index for each in instances if runtime.recorded_by(each)]
        assert kept == list(range(12, 20))


class TestMistakes:
    """Whatever is said wrongly is a WARNING; the task goes on."""

    @pytest.mark.parametrize(
        ("wrong", "kind"),
        [
            ("s3://user:secret@bucket/key", "a value of type str"),
            (None, "nothing"),
            ({"namespace": "n", "name": "n"}, "a value of type dict"),
            (object(), "a value of type object"),
            (Table, "a value of type type"),
        ],
        ids=["text", "None", "dict", "object", "class"],
    )
    def test_no_dataset(
        self, running: Running, task: Any, wrong: Any, kind: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The WARNING names the task, what came and the right form, but not the value; the others are kept."""
        with running(task) as task_instance:
            add_outputs(wrong, ORDERS)
            add_outputs(wrong)

        assert said(task_instance) == ([], [ORDERS])
        (warning,) = caplog.records
        assert warning.levelno == logging.WARNING
        assert f"Lineage of task `dag.t` is incomplete: `add_outputs()` got {kind}, " in warning.getMessage()
        assert "add_outputs(File('s3://bucket/key'))" in warning.getMessage()
        assert "secret" not in warning.getMessage()

    def test_object_that_raises(self, running: Running, task: Any, caplog: pytest.LogCaptureFixture) -> None:
        """An object that cannot even be looked at does not fail the task."""

        class Broken(Asset):
            def __repr__(self) -> str:
                msg = "no"
                raise RuntimeError(msg)

        with running(task) as task_instance:
            add_outputs(Broken("s3://bucket/key"))

        assert said(task_instance) == ([], [])
        assert "`add_outputs()` failed with RuntimeError" in caplog.text

    @pytest.mark.usefixtures("running")
    def test_outside_of_a_task(self, caplog: pytest.LogCaptureFixture) -> None:
        """Without a running task one WARNING per process says so, and nothing is kept."""
        add_inputs(ORDERS)
        add_outputs("nonsense")

        (warning,) = caplog.records
        assert "`add_inputs()` was called while no task runs in this process" in warning.getMessage()
        assert not runtime._records


def test_a_script_does_not_wait_for_airflow() -> None:
    """Helpers that say what they read can be used where there is no Airflow; it is not imported."""
    answer = in_fresh_python(
        "from lineage_kit import File, add_inputs, lineage\n"
        "@lineage(inputs=File('/data/a.csv'))\n"
        "def read(): return 5\n"
        "add_inputs(File('/data/a.csv'))\n"
        "answer([read(), loaded('airflow', 'openlineage.client')])"
    )

    assert answer == [5, []]
