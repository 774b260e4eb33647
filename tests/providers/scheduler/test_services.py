"""Services of AWS in a real scheduler: the DAG `services`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, fields, lifecycle, names

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["services"]


class TestRedshift:
    """``RedshiftDataOperator``."""

    def test_statement(self, run: DagRunEvents, places: Places) -> None:
        """Tables and columns before, the id of the statement afterwards."""
        events = run.task("redshift")

        for event in (events.start, events.complete):
            assert names(event["inputs"]) == [places.dataset("redshift", "dev.sales.orders")]
            assert names(event["outputs"]) == [places.dataset("redshift", "dev.gold.daily")]
            assert columns(event["outputs"][0]) == {"id": [("orders", "id")], "total": [("orders", "amount")]}
        assert "externalQuery" not in events.start["run"]["facets"]
        assert events.complete["run"]["facets"]["externalQuery"]["externalQueryId"]

    def test_unload(self, run: DagRunEvents, places: Places) -> None:
        """The objects are the output."""
        for event in (run.task("redshift_unload").start, run.task("redshift_unload").complete):
            assert names(event["inputs"]) == [places.dataset("redshift", "dev.sales.orders")]
            assert names(event["outputs"]) == [places.dataset("lake", "unloaded")]
            assert columns(event["outputs"][0]) == {"id": [("orders", "id")]}


class TestCatalogue:
    """Tables of the Glue Data Catalog."""

    ORDERS = ("athena", "AwsDataCatalog.raw.orders")

    def test_athena(self, run: DagRunEvents, places: Places) -> None:
        """Moto does not describe tables; they are told all the same, and the results where readers find them."""
        events = run.task("athena")

        for event in (events.start, events.complete):
            assert names(event["inputs"]) == [places.dataset(*self.ORDERS)]
            assert names(event["outputs"]) == [places.dataset("lake", "athena")]
            assert columns(event["outputs"][0]) == {"id": [("orders", "id")], "total": [("orders", "amount")]}
        assert events.complete["run"]["facets"]["externalQuery"]["source"] == "awsathena"

    def test_create(self, run: DagRunEvents, places: Places) -> None:
        """The table has the name that Athena gives it, its columns, and the location of its data."""
        events = run.task("glue_create")

        for event, change in ((events.start, None), (events.complete, "CREATE")):
            (table,) = event["outputs"]
            assert names(event["inputs"]) == [places.dataset("lake", "raw/orders")]
            assert names([table]) == [places.dataset(*self.ORDERS)]
            assert fields(table) == ["id", "amount", "day"]
            assert lifecycle(table) == change
            assert names(table["facets"]["symlinks"]["identifiers"]) == [places.dataset("lake", "raw/orders")]

    def test_partition(self, run: DagRunEvents, places: Places) -> None:
        """The location of the partition goes into the table."""
        for event in (run.task("glue_partition").start, run.task("glue_partition").complete):
            assert names(event["inputs"]) == [places.dataset("lake", "raw/orders/day=2026-01-31")]
            assert names(event["outputs"]) == [places.dataset(*self.ORDERS)]

    def test_sensor(self, run: DagRunEvents, places: Places) -> None:
        """The table whose partition it waits for."""
        for event in (run.task("glue_sensor").start, run.task("glue_sensor").complete):
            assert names(event["inputs"]) == [places.dataset(*self.ORDERS)]

    @pytest.mark.parametrize(
        ("task_id", "kind", "table", "change"),
        [("glue_delete", "COMPLETE", "orders", "DROP"), ("glue_delete_missing", "FAIL", "nowhere", None)],
    )
    def test_delete(  # noqa: PLR0913, PLR0917 - a row of the table above
        self, run: DagRunEvents, places: Places, task_id: str, kind: str, table: str, change: str | None
    ) -> None:
        """The table is gone only if the task has succeeded."""
        (event,) = run.task(task_id).of_type(kind)

        assert names(event["outputs"]) == [places.dataset("athena", f"AwsDataCatalog.raw.{table}")]
        assert names(run.task(task_id).start["outputs"]) == names(event["outputs"])
        assert lifecycle(event["outputs"][0]) == change

    def test_crawler(self, run: DagRunEvents, places: Places) -> None:
        """What it crawls is the input."""
        for event in (run.task("glue_crawler").start, run.task("glue_crawler").complete):
            assert names(event["inputs"]) == [places.dataset("lake", "raw/orders")]


@pytest.mark.parametrize(
    ("task_id", "source", "target"),
    [
        ("comprehend_classifier", ("lake", "letters"), "classes"),
        ("comprehend_pii", ("lake", "letters"), "redacted"),
        ("datasync", ("share", "exports"), "landing"),
        ("rds_export", ("rds", "snapshot/daily"), "exports/nightly"),
        ("sagemaker", ("lake", "train"), "models"),
    ],
)
def test_moves(run: DagRunEvents, places: Places, task_id: str, source: tuple[str, str], target: str) -> None:
    """What a service is told to read and to write is known before."""
    for event in (run.task(task_id).start, run.task(task_id).complete):
        assert names(event["inputs"]) == [places.dataset(*source)]
        assert names(event["outputs"]) == [places.dataset("lake", target)]


def test_glue_job(run: DagRunEvents, places: Places) -> None:
    """The run of the job is named, beside the declared output."""
    event = run.task("glue_job").complete

    assert names(run.task("glue_job").start["outputs"]) == names(event["outputs"])
    assert names(event["outputs"]) == [places.dataset("lake", "loaded.parquet")]
    facet = event["run"]["facets"]["lineageKit_externalRun"]
    assert (facet["service"], facet["job"]) == ("glue", "load")
    assert facet["run"]
