"""Operators of Cosmos that run dbt on the worker: real ones, a real project."""

from __future__ import annotations

import gc
import shlex
import shutil
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

local = pytest.importorskip("cosmos.operators.local")
config = pytest.importorskip("cosmos.config")
constants = pytest.importorskip("cosmos.constants")

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(autouse=True)
def _pipes() -> Iterator[None]:
    """Let the pipes that Cosmos leaves open be closed while their warning is ignored."""
    yield
    gc.collect()


@pytest.fixture
def build(
    dbt: str, make_project: Callable[[], Path], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Give a function that makes an operator which builds the project."""
    project = make_project()
    database = project / "shop.duckdb"
    environment = {**variables, "SHOP_DATABASE": str(database)}
    for name, value in environment.items():  # Cosmos sets them for its own process, and leaves them
        monkeypatch.setenv(name, value)

    def make(**options: Any) -> Any:
        profile = config.ProfileConfig(
            profile_name="shop", target_name="dev", profiles_yml_filepath=str(project / "profiles.yml")
        )
        return local.DbtBuildLocalOperator(
            task_id="build",
            project_dir=str(project),
            profile_config=profile,
            dbt_executable_path=shlex.split(dbt)[0],
            invocation_mode=constants.InvocationMode.SUBPROCESS,
            emit_datasets=False,
            install_deps=False,
            env=environment,
            **options,
        )

    return make


def run(task: Any) -> datetime:
    """Run a task that fails; return when that began."""
    began = datetime.now(timezone.utc)
    with pytest.raises(Exception, match="dbt command failed"):
        task.execute({"run_id": "run", "task_instance": None, "ti": None})
    return began


def test_failed_test(build: Callable[..., Any], ask: Callable[..., Any], tmp_path: Path, monkeypatch: Any) -> None:
    """Cosmos keeps what succeeded only; files that its callback put where the option says have the rest."""
    kept = tmp_path / "build" / "run"

    def keep(project: str, **_: Any) -> None:
        shutil.copytree(f"{project}/target", kept)
        shutil.copy(Path(__file__).parent / "project" / "profiles.yml", kept)

    task = build(callback=keep)
    began = run(task)

    without = ask(task, "FAIL", began=began)
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DBT_ARTIFACTS", f"{tmp_path}/{{task_id}}/{{run_id}}")
    found = ask(task, "FAIL", began=began)

    assert not any("dataQualityAssertions" in (getattr(each, "inputFacets", None) or {}) for each in without.inputs)
    results = next(each.inputFacets["dataQualityAssertions"] for each in found.inputs if each.name == "main.orders")
    assert sorted(each.name for each in found.outputs) == ["main.orders", "main.raw_orders"]
    assert {each.name: each.success for each in results.assertions} == {
        "unique_orders_id": True,
        "not_null_orders_amount": False,
        "every_amount_is_known": False,
    }


def test_facets_of_one_model(build: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """What Cosmos says of the last of several models is not told of the task; what holds for all of them is."""
    task = build(exclude="tag:strict")
    task.execute({"run_id": "run", "task_instance": None, "ti": None})

    found = ask(task, began=datetime.now(timezone.utc))

    assert sorted(each.name for each in found.outputs) == [
        "shop.main.customers",
        "shop.main.orders",
        "shop.main.orders_history",
    ]
    assert not {"sql", "dbt_node", "jobType"} & found.job_facets.keys()
    assert found.run_facets["dbt_run"].project_name == "shop"
