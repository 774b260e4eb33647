"""One real Airflow for the operators of other providers."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version
from support.dag_runs import events_of_finished_run
from support.openlineage import validate_events

import lineage_kit
from lineage_kit.demo.local_airflow import LocalAirflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.dag_runs import DagRunEvents
    from support.places import Places
    from support.postgres import PostgresDatabase

FOLDER = Path(__file__).parent
if Version(version("apache-airflow")) < Version("3.3"):  # which the DAGs are written for
    collect_ignore_glob = ["test_*.py"]

DBT = "LINEAGE_KIT_TEST_DBT"
#: The DAG of each file in `dags/`.
DAGS = [
    "checks",
    "databases",
    "failures",
    "programs",
    "sensors",
    "services",
    "transfers",
    *(["dbt_shop"] if DBT in os.environ else []),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what takes minutes to `make test-long`."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def places(postgres: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Give the places that tasks read and write."""
    from support.places import open_places

    folder = tmp_path_factory.mktemp("places")
    for project in ("built", "decorated", "decorated_fails", "by_cosmos", "by_ssh"):
        shutil.copytree(FOLDER.parent / "dbt" / "project", folder / project)
    with open_places(postgres, folder) as places:
        yield places


@pytest.fixture(scope="session")
def runs(
    places: Places, postgres: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, DagRunEvents]:
    """Run every DAG of `dags/` once, in one Airflow, and give their events by DAG, all of them valid."""
    airflow = LocalAirflow(
        FOLDER / "dags",
        home=tmp_path_factory.mktemp("airflow"),
        env=_environment(places),
        database=postgres.create_database("airflow").url("postgresql+psycopg2"),
        triggerer=True,
    )
    with airflow:
        begun = {dag_id: airflow.trigger(dag_id) for dag_id in DAGS}
        runs = {dag_id: events_of_finished_run(airflow, dag_id, run_id, 600) for dag_id, run_id in begun.items()}
    validate_events(airflow.events())
    return runs


def _environment(places: Places) -> dict[str, str]:
    own_temporary_folder = places.folder / "tmp"
    own_temporary_folder.mkdir()
    return {
        **places.variables(),
        # Whatever lineage-kit is installed: the tasks use the one that is tested.
        "PYTHONPATH": str(Path(lineage_kit.__file__).parents[1]),
        # A busy machine does not decide what is told.
        "AIRFLOW__OPENLINEAGE__EXECUTION_TIMEOUT": "60",
        "AIRFLOW__LINEAGE_KIT__TIME_BUDGET": "30",
        # Files of the tests are in the system's folder for temporary files, and are none to the tasks.
        "AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS": f"{places.folder}/artifacts/{{dag_id}}/{{task_id}}/{{run_id}}",
        "TMPDIR": str(own_temporary_folder),
    }
