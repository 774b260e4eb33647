"""The provider's opt-in thread mode: extraction runs beside the task in its own process, not in a fork of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.providers.openlineage import conf

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.demo.local_airflow import LocalAirflow

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(conf, "execute_in_thread"), reason="this provider always forks"),
]


def test_lineage_is_the_same(start_airflow: Callable[..., LocalAirflow]) -> None:
    """Tasks tell in thread mode what they tell in a fork: datasets, hook lineage, and reasons."""
    airflow = start_airflow(env={"AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "True"})
    with airflow:
        run_id = airflow.trigger("lineage")
        airflow.wait("lineage", run_id, 180)
    complete = {
        event["job"]["name"].removeprefix("lineage."): event
        for event in airflow.events()
        if event["eventType"] == "COMPLETE"
    }

    assert [each["name"] for each in complete["subclass"]["inputs"]] == ["orders"]
    assert [each["name"] for each in complete["subclass"]["outputs"]] == ["totals"]
    assert "orders" in [each["name"] for each in complete["runs_sql_in_python"]["inputs"]]
    assert "lineageKit_noDatasets" in complete["says_nothing"]["run"]["facets"]
