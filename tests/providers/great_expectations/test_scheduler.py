"""Under a real scheduler, where the result goes through Airflow's XCom."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.dag_runs import TERMINAL
from support.openlineage import validate_event

from lineage_kit.demo.local_airflow import LocalAirflow

if TYPE_CHECKING:
    from collections.abc import Iterator

DAGS = Path(__file__).parent / "dags"
_EVENT_SECONDS = 20.0


@pytest.fixture
def airflow(tmp_path: Path, shop: str) -> Iterator[LocalAirflow]:
    """Give a running Airflow with the DAGs beside this file."""
    with LocalAirflow(DAGS, home=tmp_path / "airflow", env={"SHOP_URL": shop, "GX_ANALYTICS_ENABLED": "false"}) as it:
        yield it


def test_results(airflow: LocalAirflow) -> None:
    """The last event of a validation has its results, whether it failed the task or not."""
    run_id = airflow.trigger("gx_shop", None)
    assert airflow.wait("gx_shop", run_id, 120) == "failed"

    assert results(last_event(airflow, "good"), "COMPLETE") == (True, 3)
    assert results(last_event(airflow, "bad"), "FAIL") == (False, 3)


def last_event(airflow: LocalAirflow, task_id: str) -> dict[str, Any]:
    """Return the last event of a task; it may be written after the task's state."""
    deadline = time.monotonic() + _EVENT_SECONDS
    while True:
        events = [each for each in airflow.events() if each["job"]["name"] == f"gx_shop.{task_id}"]
        ended = [each for each in events if each["eventType"] in TERMINAL]
        if ended or time.monotonic() > deadline:
            return ended[0]
        time.sleep(0.1)


def results(event: dict[str, Any], kind: str) -> tuple[bool, int]:
    """Return whether the only expectation of a valid event was met, and the number of rows."""
    validate_event(event)
    assert event["eventType"] == kind
    (orders,) = event["inputs"]
    assert (orders["namespace"], orders["name"]) == ("postgres://db:5432", "shop.public.orders")
    (assertion,) = orders["inputFacets"]["dataQualityAssertions"]["assertions"]
    return assertion["success"], orders["inputFacets"]["dataQualityMetrics"]["rowCount"]
