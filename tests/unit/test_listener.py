"""The listener: what Airflow's listener manager accepts, and that it never disturbs the others."""

from __future__ import annotations

import inspect
import logging
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pluggy
import pytest
from airflow.providers.common.compat.lineage import entities
from airflow.providers.standard.operators.empty import EmptyOperator
from support.fresh_python import in_fresh_python

from lineage_kit import File, compat, listener
from lineage_kit.extractors import prepare as preparation

if TYPE_CHECKING:
    from types import ModuleType

HOOKS = [name for name in vars(listener) if name.startswith("on_")]
TASK_HOOKS = [name for name in HOOKS if name.startswith("on_task_instance_")]
ERROR = ValueError("why the task failed")


def arguments(hook: str) -> dict[str, Any]:
    """Return what a hook takes beside the task instance."""
    return {"error": ERROR} if hook == "on_task_instance_failed" else {}


def specifications() -> list[ModuleType]:
    """Return the modules in which the installed Airflow specifies the hooks of processes and task instances."""
    try:
        from airflow.sdk._shared.listeners.spec import lifecycle, taskinstance
    except ImportError:
        from airflow.listeners.spec import lifecycle, taskinstance
    return [lifecycle, taskinstance]


def specified(hook: str) -> Any | None:
    """Return the installed Airflow's specification of a hook, if it has one."""
    return next((getattr(module, hook) for module in specifications() if hasattr(module, hook)), None)


class OtherListener:
    """A listener of somebody else's, which pluggy calls after those that try to be first."""

    def __init__(self) -> None:
        self.called: list[str] = []

    @listener.hookimpl
    def on_task_instance_running(self) -> None:
        """Note the call."""
        self.called.append("running")

    @listener.hookimpl
    def on_task_instance_success(self) -> None:
        """Note the call."""
        self.called.append("success")

    @listener.hookimpl
    def on_task_instance_failed(self) -> None:
        """Note the call."""
        self.called.append("failed")


@pytest.fixture
def manager() -> pluggy.PluginManager:
    """Give a manager with the installed Airflow's specifications, and the listener registered."""
    manager = pluggy.PluginManager("airflow")
    for module in specifications():
        manager.add_hookspecs(module)
    manager.register(listener)
    return manager


@pytest.fixture
def call(manager: pluggy.PluginManager) -> Any:
    """Give a function that calls a hook with every argument that the installed Airflow passes."""

    def call(name: str, **given: Any) -> None:
        wanted = inspect.signature(specified(name)).parameters
        getattr(manager.hook, name)(**{argument: given.get(argument) for argument in wanted})

    return call


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let OpenLineage be on and the preparation of every task raise; give what the error says."""

    def fail(*_: Any) -> None:
        msg = "something of ours is broken"
        raise RuntimeError(msg)

    monkeypatch.setattr(compat, "extractor_manager", object)
    monkeypatch.setattr(preparation, "prepare", fail)
    return "something of ours is broken"


class TestHooks:
    def test_are_all_there(self) -> None:
        """A task's start and each way in which it can end are listened to."""
        ends = ("running", "success", "failed", "skipped")

        assert sorted(HOOKS) == sorted(["on_starting", *(f"on_task_instance_{end}" for end in ends)])

    def test_are_accepted(self, manager: pluggy.PluginManager) -> None:
        """The installed Airflow knows every hook that is not optional; an unknown one would cost all listeners."""
        manager.check_pending()

    @pytest.mark.parametrize("hook", HOOKS)
    def test_arguments(self, hook: str) -> None:
        """A hook takes no argument that the installed Airflow's specification lacks."""
        specification = specified(hook)
        if specification is None:
            pytest.skip(f"this Airflow has no {hook}")

        own = inspect.signature(getattr(listener, hook)).parameters
        assert set(own) <= set(inspect.signature(specification).parameters)

    def test_registered_twice(self, manager: pluggy.PluginManager) -> None:
        """The module is one listener for pluggy, so that a second registration is noticed."""
        assert manager.is_registered(listener)


class TestFailure:
    @pytest.mark.parametrize("event", ["running", "success", "failed"])
    @pytest.mark.usefixtures("broken")
    def test_others_are_called(self, manager: pluggy.PluginManager, call: Any, event: str) -> None:
        """A failure of ours reaches neither Airflow nor the listeners behind."""
        other = OtherListener()
        manager.register(other)

        call(f"on_task_instance_{event}", task_instance=SimpleNamespace(task_id="load"))

        assert other.called == [event]

    @pytest.mark.parametrize("hook", TASK_HOOKS)
    def test_is_one_warning(self, broken: str, caplog: pytest.LogCaptureFixture, hook: str) -> None:
        """It is one WARNING with the task and the remedy; what went wrong is told at DEBUG."""
        with caplog.at_level(logging.DEBUG, logger=listener.__name__):
            getattr(listener, hook)(task_instance=SimpleNamespace(task_id="load"), **arguments(hook))

        warning, details = caplog.records
        assert (warning.levelno, details.levelno) == (logging.WARNING, logging.DEBUG)
        assert "`load`" in warning.getMessage()
        assert "[lineage_kit] enabled = False" in warning.getMessage()
        assert broken not in warning.getMessage()
        assert details.exc_info is not None
        assert broken in str(details.exc_info[1])

    def test_broken_import(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        """A module that cannot be imported is a failure like any other."""
        monkeypatch.setattr(compat, "extractor_manager", object)
        monkeypatch.setitem(sys.modules, "lineage_kit.extractors.prepare", None)

        listener.on_task_instance_running(task_instance=SimpleNamespace(task_id="load"))

        (record,) = caplog.records
        assert "ModuleNotFoundError" in record.getMessage()

    @pytest.mark.usefixtures("broken")
    def test_task_instance_without_id(self, caplog: pytest.LogCaptureFixture) -> None:
        """Even a task instance of an unknown shape makes no second failure."""
        listener.on_task_instance_running(task_instance=None)

        assert len(caplog.records) == 1


def test_prepares_with_the_manager_of_openlineage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hook passes the task instance on, with the extractor manager that OpenLineage will ask, and the error."""
    prepared: list[Any] = []
    manager, task_instances = object(), [SimpleNamespace(task_id=hook) for hook in TASK_HOOKS]
    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)
    monkeypatch.setattr(preparation, "prepare", lambda *given: prepared.append(given))

    for hook, task_instance in zip(TASK_HOOKS, task_instances, strict=True):
        getattr(listener, hook)(task_instance=task_instance, **arguments(hook))

    assert prepared == [
        (task_instance, manager, arguments(hook).get("error"))
        for hook, task_instance in zip(TASK_HOOKS, task_instances, strict=True)
    ]


@pytest.mark.parametrize("manager", [object(), None], ids=["on", "off"])
def test_declared_datasets_of_a_dag_that_no_dag_bag_loaded(monkeypatch: pytest.MonkeyPatch, manager: Any) -> None:
    """`dag.test()` calls no policy; Airflow 2 hands the outlets on, with OpenLineage on or off."""
    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)
    monkeypatch.setattr(preparation, "prepare", lambda *_: None)
    task = EmptyOperator(task_id="t", outlets=[File("s3://lake/a.csv"), File("s3://lake/a.csv", columns=["id"])])

    listener.on_task_instance_running(task_instance=SimpleNamespace(task_id="t", task=task))

    assert [type(entry) for entry in task.outlets] == [entities.File, entities.File]


class Job:
    """What Airflow passes where a long-lived process starts: an object of that class, whose type is not known yet."""


class TestStarting:
    @pytest.fixture(autouse=True)
    def _preloads(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        self.preloaded: list[str] = []
        monkeypatch.setattr(compat, "extractor_manager", object)
        monkeypatch.setattr(preparation, "preload", lambda: self.preloaded.append("all"))
        return self.preloaded

    @pytest.mark.parametrize(
        ("component", "command", "executor", "preloads"),
        [
            (Job(), "scheduler", "LocalExecutor", True),
            (Job(), "scheduler", "CeleryExecutor", False),
            (Job(), "dag-processor", "LocalExecutor", False),
            (SimpleNamespace(), "scheduler", "LocalExecutor", False),
        ],
        ids=["scheduler", "no forks", "no scheduler", "task"],
    )
    def test_preloads_where_tasks_are_forked(
        self, monkeypatch: pytest.MonkeyPatch, component: Any, command: str, executor: str, preloads: bool
    ) -> None:
        """Only a scheduler whose executor forks its tasks loads for them what each would load for itself."""
        monkeypatch.setattr(sys, "argv", ["airflow", command])
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)

        listener.on_starting(component=component)

        assert bool(self.preloaded) is preloads


def test_imports_nothing_where_openlineage_is_off() -> None:
    """Where OpenLineage is off a task costs nothing: none of it, of the kit's extractors or of a parser is loaded."""
    script = """
from types import SimpleNamespace
from lineage_kit import listener
for hook in %r:
    error = {"error": None} if hook == "on_task_instance_failed" else {}
    getattr(listener, hook)(task_instance=SimpleNamespace(task=object(), task_id="t"), **error)
listener.on_starting(component=object())
answer(loaded("airflow", "openlineage", "sqlglot", "sqlparse", "lineage_kit.extractors", "lineage_kit.facets"))
"""
    assert in_fresh_python(script % (TASK_HOOKS,)) == []
