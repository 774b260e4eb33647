"""Asks an operator for its lineage as the OpenLineage provider does, with lineage-kit in front."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lineage_kit import compat
from lineage_kit.exceptions import LineageKitError
from lineage_kit.testing.collector import hooks_report
from lineage_kit.testing.stand_in import TaskInstanceStandIn, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

#: OpenLineage's event types, and the state in which a task is when they are sent.
_STATES = {"START": "running", "COMPLETE": "success", "FAIL": "failed"}


def lineage_of(operator: Any, event: str = "COMPLETE", **options: Any) -> OperatorLineage:
    """Return the inputs, outputs and facets that an event of the task would carry.

    The operator is asked as the OpenLineage provider asks it, with lineage-kit in front and with templates rendered. No
    event is sent. What the code of the operator does is known where it is executed, here or before by its ``execute``.
    What hooks reported before is used for this one answer, and on Airflow 3.2 and later forgotten with it, so that the
    next test does not see it.

    Args:
        operator: an operator instance, what a decorated function returned, or a mapped task; it is put into a DAG where
            it has none.
        event: ``START``, ``COMPLETE`` or ``FAIL``.
        options: those of :func:`ask`, by name: ``execute``, ``logical_date``, ``map_index``, ``xcoms``, ``extractors``,
            ``manager``.

    Raises:
        AssertionError: ``FAIL`` is asked for, and the operator executes without an error.
        DeclarationError: declared datasets contradict each other, as it would be an import error of the DAG.
        LineageKitError: there is no such event, or the operator defers itself.
        Exception: what the operator raises when it is executed, unless ``FAIL`` is asked for.

    """
    return ask(operator, event, **options)[0]


def ask(  # noqa: PLR0913 - by name, and each says one thing about the run
    operator: Any,
    event: str = "COMPLETE",
    *,
    execute: bool = False,
    logical_date: datetime | str | None = None,
    map_index: int | None = None,
    xcoms: Mapping[str, Any] | None = None,
    extractors: Iterable[type[BaseExtractor]] = (),
    manager: ExtractorManager | None = None,
) -> tuple[OperatorLineage, TaskInstanceStandIn]:
    """Return the lineage of a task and the stand-in for its task instance.

    Args:
        operator: see :func:`lineage_of`.
        event: likewise.
        execute: execute the operator first.
        logical_date: for templates, 2026-01-31 if left out.
        map_index: which instance of a mapped task is asked, the first if left out.
        xcoms: what other tasks have returned, by their ids.
        extractors: extractor classes to use, as if ``[openlineage] extractors`` named them.
        manager: the extractor manager to use; one with the settings of this Airflow if left out.

    """
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    from lineage_kit.extractors import registry
    from lineage_kit.extractors.prepare import prepare

    _check(event, execute=execute)
    manager = manager or ExtractorManager()
    for extractor in extractors:
        for name in extractor.get_operator_classnames():
            manager.add_extractor(name, extractor)
    if not hasattr(operator, "task_id"):  # what a decorated function returned
        operator = operator.operator
    first = -1 if isinstance(operator, compat.base_operator()) else 0  # mapped operators are none
    task_instance = task_instance_of(
        operator, logical_date=logical_date, map_index=first if map_index is None else map_index, xcoms=xcoms
    )
    task_instance.id = uuid4()  # what the operator says while it runs is of this run only
    _prepare_task(task_instance)
    # The operator's hooks reported before this stand-in was made; as a second task's, it would find that thrown away.
    registry.forget()
    with hooks_report() if execute else nullcontext():
        prepare(task_instance, manager)
        try:
            if execute and (error := _execute(task_instance, fails=event == "FAIL")):
                prepare(task_instance, manager, error)
            return extract(manager, task_instance, _STATES[event]), task_instance
        finally:
            compat.reset_hook_lineage_collector()


def _check(event: str, *, execute: bool) -> None:
    if event not in _STATES:
        msg = f"There is no event {event!r}; the events of a task are {', '.join(_STATES)}."
        raise LineageKitError(msg)
    if execute and event == "START":
        msg = "START is sent before a task executes: leave `execute` out, or ask for COMPLETE or FAIL."
        raise LineageKitError(msg)


def _prepare_task(task_instance: TaskInstanceStandIn) -> None:
    """Do with a copy of the operator what Airflow does with it when a DAG is loaded and before a task runs."""
    from lineage_kit import inlets

    context = task_instance.get_template_context()
    context["task"] = task_instance.task = task_instance.task.prepare_for_execution()
    # Of a mapped operator it makes the one of this instance, and puts that into the context and the task instance.
    task_instance.task.render_template_fields(context)
    inlets.convert(task_instance.task)


def _execute(task_instance: TaskInstanceStandIn, *, fails: bool) -> Exception | None:
    """Execute the operator, and return with what it failed where it is meant to."""
    skip, deferral = compat.skip_and_deferral()
    task, context = task_instance.task, task_instance.get_template_context()
    try:
        with compat.running_as(context):
            task_instance.returned[task.task_id] = task.execute(context)
    except skip:
        pass
    except Exception as error:
        if fails:
            return error
        raise
    except deferral as error:
        msg = f"Task {task.task_id!r} defers itself, and goes on elsewhere; `events_of` runs its DAG to the end."
        raise LineageKitError(msg) from error
    if fails:
        msg = f"Task {task.task_id!r} was to fail, and executed without an error."
        raise AssertionError(msg)
    return None


def extract(manager: ExtractorManager, task_instance: Any, state: str) -> OperatorLineage:
    """Ask an extractor manager of any release of the OpenLineage provider for the lineage of a task in a state."""
    from airflow.utils.state import TaskInstanceState

    offered = {
        "dagrun": SimpleNamespace(run_id=task_instance.run_id),
        "task": task_instance.task,
        "task_instance": task_instance,
        "task_instance_state": TaskInstanceState(state),
        "complete": state != "running",
        "controls": _emission_policy(task_instance.task),
    }
    wanted = inspect.signature(manager.extract_metadata).parameters
    return manager.extract_metadata(**{name: offered[name] for name in offered if name in wanted})


def _emission_policy(task: Any) -> Any | None:
    """Return what the listener of newer providers passes on."""
    try:
        from airflow.providers.openlineage.utils.emission_policy import resolve_task_emission_policy
    except ImportError:
        return None
    return resolve_task_emission_policy(operator=task, dag_id=task.dag_id, task_id=task.task_id)
