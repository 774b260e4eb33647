"""Operators of Cosmos that run dbt on the worker: real ones, a real project."""

from __future__ import annotations

import gc
import json
import shlex
import shutil
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.check_results import HAS_DETAILS, verdicts
from support.lineage_facts import names

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


def context() -> dict[str, Any]:
    """Return what Cosmos looks up of a run; before Airflow 3 it leaves its events with the task instance."""
    task_instance = SimpleNamespace()
    return {"run_id": "run", "task_instance": task_instance, "ti": task_instance}


def run(task: Any) -> datetime:
    """Run a task that fails; return when that began."""
    began = datetime.now(timezone.utc)
    with pytest.raises(Exception, match="dbt command failed"):
        task.execute(context())
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

    # To integrations of older clients, which know no severity, a test that failed has completed.
    tested = any("dataQualityAssertions" in (getattr(each, "inputFacets", None) or {}) for each in without.inputs)
    assert tested is not HAS_DETAILS
    orders = next(each for each in found.inputs if each.name == "shop.main.orders")
    assert sorted(each.name for each in found.outputs) == ["shop.main.orders", "shop.main.raw_orders"]
    detailed = {"unique_orders_id": True, "not_null_orders_amount": False, "every_amount_is_known": False}
    assert verdicts(orders) == (detailed if HAS_DETAILS else {"id.unique": True, "amount.not_null": False})


def test_facets_of_one_model(build: Callable[..., Any], ask: Callable[..., Any]) -> None:
    """What Cosmos says of the last of several models is not told of the task; what holds for all of them is."""
    task = build(exclude="tag:strict")
    task.execute(context())

    found = ask(task, began=datetime.now(timezone.utc))

    assert sorted(each.name for each in found.outputs) == [
        "shop.main.customers",
        "shop.main.orders",
        "shop.main.orders_history",
    ]
    assert not {"sql", "dbt_node", "jobType"} & found.job_facets.keys()
    assert found.run_facets["dbt_version"].version


@pytest.mark.usefixtures("collect")
def test_tables_that_sql_reads(
    build: Callable[..., Any], ask: Callable[..., Any], extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks with SQL on the file of a project name a table as Cosmos does, and as dbt called by a shell is told."""
    pytest.importorskip("airflow.providers.duckdb.hooks.duckdb")
    from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
    from airflow.providers.standard.operators.bash import BashOperator

    task = build(exclude="tag:strict")
    project, file = Path(task.project_dir), task.env["SHOP_DATABASE"]
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps({"conn_type": "duckdb", "host": file}))
    command = f"{shlex.quote(str(task.dbt_executable_path))} run --select orders"
    shell = BashOperator(task_id="shell", bash_command=command, cwd=str(project), env=task.env)
    reading = SQLExecuteQueryOperator(task_id="reading", conn_id="shop", sql="SELECT count(*) FROM orders")

    task.execute(context())
    by_cosmos = ask(task, began=datetime.now(timezone.utc))
    began = datetime.now(timezone.utc)
    shell.execute({})
    by_shell = ask(shell, began=began)
    reading.execute({})

    orders = (f"duckdb://{file}", "shop.main.orders")
    assert orders in names(by_cosmos.outputs)
    assert names(by_shell.outputs) == names(extract(reading).inputs) == [orders]
