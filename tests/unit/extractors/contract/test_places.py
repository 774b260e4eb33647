"""What the programs of real tasks see in their environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import ExternalPythonOperator

from lineage_kit import compat
from lineage_kit.extractors.contract.places import hand_on
from lineage_kit.testing import lineage_of, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.documents import TaskRun

    RunTask = Callable[..., TaskRun]

PARENT = ("prod", "dag.t", "0191f0a8-0000-7000-8000-000000000001")
ROOT = ("prod", "dag", "0191f0a8-0000-7000-8000-000000000002")
PARENT_ID = "/".join(PARENT)


@pytest.fixture(autouse=True)
def _ancestors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "ancestors", lambda _: (PARENT, ROOT))


@pytest.fixture
def _inject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__INJECT_OPENLINEAGE_ENV", "True")


def printing(*names: str, **arguments: Any) -> BashOperator:
    """Return a task that returns some variables of its shell, with a bar between them."""
    return BashOperator(
        task_id="t", bash_command=f'echo "{"|".join(f"${{{name}-unset}}" for name in names)}"', **arguments
    )


def output_of(run: TaskRun) -> str:
    """Return what a task returned."""
    assert run.error is None
    value: str = run.task_instance.xcom_pull(task_ids="t", map_indexes=-1)
    return value


def test_off_by_default(run_task: RunTask) -> None:
    """Nobody's environment is changed unless they want that."""
    task = printing("OPENLINEAGE_PARENT_ID")

    assert output_of(run_task(task)) == "unset"
    assert (task.env, task.append_env) == (None, False)


@pytest.mark.usefixtures("_inject")
def test_bash(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that inherits the worker's environment still does."""
    monkeypatch.setenv("INHERITED", "yes")

    run = run_task(printing("OPENLINEAGE_PARENT_ID", "OPENLINEAGE_NAMESPACE", "INHERITED"))

    assert output_of(run) == f"{PARENT_ID}|prod|yes"


@pytest.mark.usefixtures("_inject")
def test_bash_with_an_environment(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that does not inherit still does not, and the dictionary of the DAG's author stays as it is."""
    monkeypatch.setenv("INHERITED", "yes")
    own = {"MINE": "1", "PATH": os.environ["PATH"]}

    run = run_task(printing("OPENLINEAGE_PARENT_ID", "MINE", "INHERITED", env=own))

    assert output_of(run) == f"{PARENT_ID}|1|unset"
    assert set(own) == {"MINE", "PATH"}


@pytest.mark.usefixtures("_inject")
@pytest.mark.parametrize("append", [False, True])
def test_the_users_own_value_wins(run_task: RunTask, append: bool) -> None:
    """A parent that the user named is not changed, nor is a root put beside it."""
    own = {"OPENLINEAGE_PARENT_ID": "mine", "PATH": os.environ["PATH"]}

    run = run_task(
        printing(
            "OPENLINEAGE_PARENT_ID", "OPENLINEAGE_ROOT_PARENT_ID", "OPENLINEAGE_NAMESPACE", env=own, append_env=append
        )
    )

    assert output_of(run) == "mine|unset|prod"


@pytest.mark.usefixtures("_inject")
def test_an_inherited_value_wins(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker's own environment says counts as set by the user where the command inherits it."""
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "of-the-worker")

    assert output_of(run_task(printing("OPENLINEAGE_NAMESPACE"))) == "of-the-worker"


@pytest.mark.usefixtures("_inject")
@pytest.mark.parametrize("inherit", [True, False])
def test_python_in_another_interpreter(run_task: RunTask, python_without_airflow: str, inherit: bool) -> None:
    """A function in an interpreter of its own sees the variables, too."""

    def parent() -> str:
        import os  # the function's source is all that is taken over there

        return os.environ["OPENLINEAGE_PARENT_ID"]

    task = ExternalPythonOperator(
        task_id="t", python=python_without_airflow, python_callable=parent, expect_airflow=False, inherit_env=inherit
    )

    assert output_of(run_task(task)) == PARENT_ID


@pytest.mark.usefixtures("_inject")
def test_no_parent_that_sends_no_events(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the provider sends nothing for the task, a child must not name it as its parent."""
    monkeypatch.setattr(compat, "emits_events", lambda _: False)

    assert output_of(run_task(printing("OPENLINEAGE_PARENT_ID"))) == "unset"


@pytest.mark.usefixtures("_inject")
def test_operator_can_be_left_alone(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operators that lineage-kit leaves alone keep their environment."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_OPERATORS", "BashOperator")

    assert output_of(run_task(printing("OPENLINEAGE_PARENT_ID"))) == "unset"


@pytest.mark.usefixtures("_inject")
def test_part_can_be_switched_off(run_task: RunTask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Switched off, nothing is handed on, and no folder is made for documents."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "contract")
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", f"{tmp_path}/lineage/{{task_id}}.json")

    assert output_of(run_task(printing("OPENLINEAGE_PARENT_ID", "LINEAGE_KIT_DOCUMENT"))) == "unset|unset"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_inject")
def test_operator_without_a_place(in_dag: Callable[[Any], Any]) -> None:
    """Other operators are not touched."""
    task_instance = task_instance_of(in_dag(EmptyOperator(task_id="t")))
    before = dict(vars(task_instance.task))

    hand_on(task_instance)

    assert vars(task_instance.task) == before


@pytest.mark.usefixtures("_inject")
def test_failure_costs_the_variables_only(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task runs as if nothing were handed on, with one WARNING."""

    def fails(_: Any) -> Any:
        msg = "no run id"
        raise LookupError(msg)

    monkeypatch.setattr(compat, "ancestors", fails)

    assert output_of(run_task(printing("OPENLINEAGE_PARENT_ID"))) == "unset"


@pytest.mark.usefixtures("_inject")
def test_variables_are_no_lineage() -> None:
    """The events do not carry them."""
    assert PARENT[2] not in repr(lineage_of(printing("PATH")))
