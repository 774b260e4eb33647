"""dbt in a real scheduler: the DAG `dbt_shop`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, names, row_count, verdicts

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places

COLUMNS = {name: [("raw_orders", name)] for name in ("id", "customer", "amount")}


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    if "dbt_shop" not in runs:
        pytest.skip("LINEAGE_KIT_TEST_DBT names no dbt; `make test-providers` installs it and sets the variable")
    return runs["dbt_shop"]


def in_project(places: Places, project: str, *tables: str) -> list[tuple[str, str]]:
    """Return the tables in the DuckDB file of a project."""
    return [(f"duckdb://{places.folder / project / 'shop.duckdb'}", f"shop.main.{table}") for table in tables]


def test_command(run: DagRunEvents) -> None:
    """The text of a ``BashOperator`` comes beside what dbt did."""
    assert run.task("build").fail["job"]["facets"]["sourceCode"]["language"] == "bash"


def test_over_ssh(run: DagRunEvents, places: Places) -> None:
    """What dbt did on another machine is in the files that it left where `[lineage_kit] dbt_artifacts` says."""
    events = run.task("over_ssh")
    outputs = dict(zip(names(events.complete["outputs"]), events.complete["outputs"], strict=True))
    raw, orders = in_project(places, "by_ssh", "raw_orders", "orders")

    assert events.start["inputs"] == events.start["outputs"] == []
    assert row_count(outputs[raw]) == 3
    assert columns(outputs[orders]) == COLUMNS


@pytest.mark.parametrize(("task_id", "project"), [("build", "built"), ("decorated_fails", "decorated_fails")])
def test_build(run: DagRunEvents, places: Places, task_id: str, project: str) -> None:
    """A failing test fails the task; FAIL has the verdicts, and what was built before."""
    events = run.task(task_id)
    raw, orders = events.fail["outputs"]

    assert events.start["inputs"] == events.start["outputs"] == []
    assert names(events.fail["inputs"]) == in_project(places, project, "orders")
    assert verdicts(events.fail["inputs"][0]) == {
        "unique_orders_id": True,
        "not_null_orders_amount": False,
        "every_amount_is_known": False,
    }
    assert names([raw, orders]) == in_project(places, project, "raw_orders", "orders")
    assert row_count(raw) == 3
    assert columns(orders) == COLUMNS


def test_decorated(run: DagRunEvents, places: Places) -> None:
    """Of two calls in a `@task.bash`, both are told."""
    event = run.task("decorated").complete
    outputs = dict(zip(names(event["outputs"]), event["outputs"], strict=True))
    raw, orders = in_project(places, "decorated", "raw_orders", "orders")

    assert set(outputs) == {raw, orders}
    assert row_count(outputs[raw]) == 3
    assert columns(outputs[orders]) == COLUMNS


def test_cosmos(run: DagRunEvents) -> None:
    """What Cosmos says of its models; facets of one of them are not told of the task."""
    event = run.task("cosmos").complete

    assert {each["name"] for each in event["outputs"]} >= {"shop.main.orders", "shop.main.customers"}
    assert "dbt_node" not in event["job"]["facets"]


def test_models_have_runs_of_their_own(run: DagRunEvents) -> None:
    """The child events of each model are sent once, below the run of the task."""
    task = run.task("build").fail["run"]["runId"]
    children = [
        (event["job"]["name"], event["eventType"])
        for event in run.all
        if event["run"]["facets"].get("parent", {"run": {"runId": None}})["run"]["runId"] == task
    ]

    assert sorted(children) == [
        ("shop.main.shop.orders.build.run", "COMPLETE"),
        ("shop.main.shop.orders.build.run", "START"),
        ("shop.main.shop.orders.build.test", "FAIL"),
        ("shop.main.shop.orders.build.test", "START"),
    ]
