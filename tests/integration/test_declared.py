"""Declared tables, files and columns in a real scheduler: on every event, on tasks of every kind."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, fields, names, row_count

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents, RunDag

ORDERS = ("postgres://shop.example.com:5432", "shop.public.orders")
DAY = "2026-01-31"
ON_AIRFLOW_2 = importlib.metadata.version("apache-airflow").startswith("2.")


@pytest.fixture(scope="module")
def run(run_dag: RunDag) -> DagRunEvents:
    """Give the events of the DAG `declared`."""
    return run_dag("declared")


@pytest.mark.parametrize("event_type", ["START", "COMPLETE"])
def test_all_that_is_said_of_a_table(run: DagRunEvents, event_type: str) -> None:
    """Every detail is in its standard facet, with templates rendered, from START on."""
    (event,) = run.task("everything").of_type(event_type)

    (orders,) = event["outputs"]
    facets = orders["facets"]
    assert names([orders]) == [ORDERS]
    assert [(field["name"], field["type"]) for field in facets["schema"]["fields"]] == [
        ("id", "INT"),
        ("total", "NUMERIC"),
    ]
    assert facets["documentation"]["description"] == (f"Orders of {DAY}\n\n- <https://wiki.example.com/orders>")
    assert [(owner["name"], owner["type"]) for owner in facets["ownership"]["owners"]] == [("team:sales", "OWNER")]
    assert [(tag["key"], tag["value"], tag.get("field")) for tag in facets["tags"]["tags"]] == [
        ("tier", "gold", None),
        ("pk", "true", "id"),
    ]
    assert facets["dataSource"]["uri"] == "postgres://shop.example.com:5432"
    assert [(link["namespace"], link["name"]) for link in facets["symlinks"]["identifiers"]] == [
        ("s3://lake", "orders")
    ]
    assert row_count(orders) == 7


@pytest.mark.parametrize(
    ("task_id", "map_index", "event_type"),
    [
        ("everything", -1, "START"),
        ("everything", -1, "COMPLETE"),
        ("failing", -1, "FAIL"),
        ("mapped", 0, "COMPLETE"),
        ("mapped", 1, "COMPLETE"),
    ],
)
def test_columns_of_declared_datasets(run: DagRunEvents, task_id: str, map_index: int, event_type: str) -> None:
    """Column lineage leads to the input whose name was rendered, on every event of every kind of task."""
    (event,) = run.task(task_id, map_index).of_type(event_type)

    (raw,) = event["inputs"]
    (orders,) = event["outputs"]
    assert names([raw]) == [("s3://lake", f"orders/{DAY}/part.csv")]
    assert fields(raw) == ["id", "amount"]
    lineage = orders["facets"]["columnLineage"]["fields"]
    (source,) = lineage["total"]["inputFields"]
    assert (source["namespace"], source["name"], source["field"]) == ("s3://lake", raw["name"], "amount")
    assert source["transformations"] == [
        {"type": "DIRECT", "subtype": "AGGREGATION", "description": "SUM", "masking": False}
    ]


def test_partition(run: DagRunEvents) -> None:
    """The part that the task reads and writes is a subset, where the installed client knows that facet."""
    pytest.importorskip("openlineage.client.generated.base_subset_dataset")
    event = run.task("everything").complete

    (partition,) = event["outputs"][0]["outputFacets"]["subset"]["outputCondition"]["partitions"]
    assert partition["dimensions"] == {"day": DAY}
    (partition,) = event["inputs"][0]["inputFacets"]["subset"]["inputCondition"]["partitions"]
    assert partition["dimensions"] == {"day": DAY}


def test_empty_operator(run: DagRunEvents) -> None:
    """A task that only stands for something tells its outlets."""
    assert names(run.task("empty").complete["outputs"]) == [ORDERS]


def test_decorated_task(run: DagRunEvents) -> None:
    """A `@task` tells a single inlet, and an outlet by connection with column lineage but no made-up schema."""
    event = run.task("decorated").complete

    (report,) = event["outputs"]
    assert report["name"] == "reports"
    assert columns(report) == {"day": [("csv", "id")]}
    assert "schema" not in report["facets"]


def test_declared_and_parsed_are_one_dataset(run: DagRunEvents) -> None:
    """What the SQL wrote and what its author says of it come together; the count is the measured one."""
    event = run.task("merged").complete

    (sales,) = event["outputs"]
    assert names(run.task("reader").complete["inputs"]) == names([sales])
    assert [owner["name"] for owner in sales["facets"]["ownership"]["owners"]] == ["team:sales"]
    assert names(event["inputs"]) == [("s3://lake", f"orders/{DAY}/part.csv")]


def test_name_on_a_connection(run: DagRunEvents) -> None:
    """A table of a connection to PostgreSQL has the server's host and port."""
    if "on_postgres" not in {event["job"]["name"].rpartition(".")[2] for event in run.all}:
        pytest.skip("there is no PostgreSQL here")
    ((namespace, name),) = names(run.task("on_postgres").complete["outputs"])

    assert namespace.startswith("postgres://")
    assert name.endswith(".public.orders_declared")


@pytest.mark.skipif(not ON_AIRFLOW_2, reason="Airflow 3 hands no outlets from task to task")
def test_inlets_from_upstream(run: DagRunEvents) -> None:
    """With `inlets="auto"` Airflow 2 hands the outlets of the task before over, with all that is said of them."""
    (orders,) = run.task("after").complete["inputs"]

    assert names([orders]) == [ORDERS]
    assert fields(orders) == ["id", "total"]


def test_task_with_an_inlet_that_means_nothing(run: DagRunEvents) -> None:
    """Whatever stands in `inlets`, the task runs."""
    assert run.task("after").complete
