"""dbt that ran in containers and on other machines: real operators, artifacts that dbt left."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.standard.operators.bash import BashOperator

from lineage_kit.facets import no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ENVIRONMENT = {"SHOP_DATABASE": "/data/shop.duckdb"}


@pytest.fixture(scope="module")
def built(dbt: str, make_project: Callable[[], Path], variables: dict[str, str]) -> tuple[Path, datetime]:
    """Give a project in which `dbt build` ran up to a failing test, and when that began."""
    project = make_project()
    environment = {**variables, "SHOP_DATABASE": str(project / "shop.duckdb")}
    began = datetime.now(timezone.utc)
    with suppress(AirflowException):
        BashOperator(task_id="t", bash_command=f"{dbt} build", cwd=str(project), env=environment).execute({})
    return project, began


@pytest.fixture
def shared(built: tuple[Path, datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that the option names, with artifacts as a container leaves them in a mounted folder."""
    folder = tmp_path / "dag" / "t" / "run"
    shutil.copytree(built[0] / "target", folder)
    shutil.copy(built[0] / "profiles.yml", folder)
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS", f"{tmp_path}/{{dag_id}}/{{task_id}}/{{run_id}}")
    return folder


def ssh() -> Any:
    """Return an operator that runs dbt over SSH."""
    module = pytest.importorskip("airflow.providers.ssh.operators.ssh")
    return module.SSHOperator(task_id="t", command="cd /srv/shop && dbt build", environment=_ENVIRONMENT)


def docker() -> Any:
    """Return an operator that runs dbt by the shell of a container."""
    module = pytest.importorskip("airflow.providers.docker.operators.docker")
    return module.DockerOperator(
        task_id="t", image="shop", command='bash -c "cd /shop && dbt build"', environment=_ENVIRONMENT
    )


def docker_image_of_dbt() -> Any:
    """Return an operator whose image starts dbt itself."""
    module = pytest.importorskip("airflow.providers.docker.operators.docker")
    return module.DockerOperator(task_id="t", image="dbt-labs/dbt-core", command="build", environment=_ENVIRONMENT)


def pod() -> Any:
    """Return an operator that runs dbt in a pod."""
    module = pytest.importorskip("airflow.providers.cncf.kubernetes.operators.pod")
    return module.KubernetesPodOperator(
        task_id="t", name="shop", image="shop", cmds=["dbt"], arguments=["build"], env_vars=_ENVIRONMENT
    )


def ecs() -> Any:
    """Return an operator that runs dbt in a task of ECS."""
    module = pytest.importorskip("airflow.providers.amazon.aws.operators.ecs")
    environment = [{"name": name, "value": value} for name, value in _ENVIRONMENT.items()]
    overrides = {"containerOverrides": [{"name": "c", "command": ["dbt", "build"], "environment": environment}]}
    return module.EcsRunTaskOperator(task_id="t", cluster="c", task_definition="d", overrides=overrides)


def cosmos_docker() -> Any:
    """Return an operator of Cosmos that runs dbt in a container."""
    module = pytest.importorskip("cosmos.operators.docker")
    return module.DbtBuildDockerOperator(task_id="t", image="shop", project_dir="/shop", env=_ENVIRONMENT)


OPERATORS = [ssh, docker, docker_image_of_dbt, pod, ecs, cosmos_docker]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.usefixtures("shared")
def test_artifacts_in_the_folder_of_the_option(
    ask: Callable[..., Any], built: tuple[Path, datetime], operator: Callable[[], Any], children: list[Any]
) -> None:
    """Where the files come back to the worker, all is known that is known of a local run."""
    found = ask(operator(), "FAIL", began=built[1])

    assert sorted(each.name for each in found.outputs) == ["shop.main.orders", "shop.main.raw_orders"]
    assert {each.namespace for each in found.outputs} == {"duckdb:///data/shop.duckdb"}
    orders = next(each for each in found.outputs if each.name == "shop.main.orders")
    assert set(orders.facets["columnLineage"].fields) == {"id", "customer", "amount"}
    assert len(found.inputs[0].inputFacets["dataQualityAssertions"].assertions) == 3
    assert len(children) == 4


@pytest.mark.parametrize("operator", OPERATORS)
def test_artifacts_out_of_reach(ask: Callable[..., Any], operator: Callable[[], Any], children: list[Any]) -> None:
    """Where they do not, the event says that dbt ran, and what to do."""
    found = ask(operator(), began=datetime.now(timezone.utc))

    assert (found.inputs, found.outputs, children) == ([], [], [])
    (explanation,) = found.run_facets[no_datasets.KEY].explanations
    assert explanation.reason == "notAvailable"
    assert "dbt ran" in explanation.message
    assert "[lineage_kit] dbt_artifacts" in explanation.message


def cosmos_selecting(select: str) -> Any:
    """Return an operator of Cosmos that builds some models in a container."""
    module = pytest.importorskip("cosmos.operators.docker")
    return module.DbtBuildDockerOperator(
        task_id="t", image="shop", project_dir="/shop", env=_ENVIRONMENT, select=select
    )


@pytest.mark.parametrize("operator", [cosmos_docker, lambda: cosmos_selecting("orders")])
def test_folder_that_tasks_share(
    ask: Callable[..., Any],
    built: tuple[Path, datetime],
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
    operator: Callable[[], Any],
) -> None:
    """Files that another task of Cosmos may have left, or has left, are not believed."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS", str(shared))

    found = ask(operator(), "FAIL", began=built[1])

    assert (found.inputs, found.outputs) == ([], [])
    (explanation,) = found.run_facets[no_datasets.KEY].explanations
    assert explanation.reason == "notAvailable"


@pytest.mark.parametrize(("select", "believed"), [("orders", False), ("customers", True)])
def test_model_that_a_task_of_cosmos_selects(  # noqa: PLR0913 - the fixtures and the case
    ask: Callable[..., Any],
    built: tuple[Path, datetime],
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
    select: str,
    *,
    believed: bool,
) -> None:
    """In one folder for all tasks, the files of the one that selected the model are told from the others'."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS", str(shared))
    results = json.loads((shared / "run_results.json").read_text())
    results["args"]["invocation_command"] = "dbt build --select customers"
    (shared / "run_results.json").write_text(json.dumps(results))

    assert bool(ask(cosmos_selecting(select), "FAIL", began=built[1]).outputs) is believed


def test_without_profiles(ask: Callable[..., Any], shared: Path, built: tuple[Path, datetime]) -> None:
    """Without the profile nobody can tell where the tables are."""
    (shared / "profiles.yml").unlink()

    found = ask(docker(), "FAIL", began=built[1])

    assert found.outputs == []
    assert "profiles.yml" in found.run_facets[no_datasets.KEY].explanations[0].message
