"""Helpers for tests of your own extractors and DAGs: what a task would tell, without a scheduler around it."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

#: OpenLineage's event types, and the state in which a task is when they are sent.
_STATES = {"START": "running", "COMPLETE": "success", "FAIL": "failed"}


def lineage_of(
    operator: Any,
    event: str = "COMPLETE",
    *,
    extractors: Iterable[type[BaseExtractor]] = (),
    manager: ExtractorManager | None = None,
) -> OperatorLineage:
    """Return the inputs, outputs and facets that an event of the task would carry.

    The operator is asked as the OpenLineage provider asks it, with lineage-kit in front. It is not run: call its
    ``execute`` before where the lineage depends on that. What hooks reported meanwhile is used for this one answer, and
    on Airflow 3.2 and later forgotten with it, so that the next test does not see it. No event is sent.

    Args:
        operator: an operator instance; it is put into a DAG where it has none.
        event: ``START``, ``COMPLETE`` or ``FAIL``.
        extractors: extractor classes to use, as if ``[openlineage] extractors`` named them.
        manager: the extractor manager to use; one with the settings of this Airflow if left out.

    Raises:
        LineageKitError: there is no such event.

    """
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    from lineage_kit import compat
    from lineage_kit.extractors import registry
    from lineage_kit.extractors.prepare import prepare

    if event not in _STATES:
        msg = f"There is no event {event!r}; the events of a task are {', '.join(_STATES)}."
        raise LineageKitError(msg)
    manager = manager or ExtractorManager()
    for extractor in extractors:
        for name in extractor.get_operator_classnames():
            manager.add_extractor(name, extractor)
    task_instance = task_instance_of(operator)
    # The operator's hooks reported before this stand-in was made; as a second task's, it would find that thrown away.
    registry.forget()
    prepare(task_instance, manager)
    try:
        return extract(manager, task_instance, _STATES[event])
    finally:
        compat.reset_hook_lineage_collector()


class TaskInstanceStandIn(SimpleNamespace):
    """What extractors use of a task instance; unlike SimpleNamespace itself it can be referred to weakly."""

    __hash__ = object.__hash__  # type: ignore[assignment] # SimpleNamespace compares by value, and has none


def task_instance_of(operator: Any) -> TaskInstanceStandIn:
    """Return a stand-in for the task instance of an operator, which is put into a DAG where it has none."""
    if not operator.has_dag():
        from airflow import DAG

        DAG("dag", schedule=None).add_task(operator)
    return TaskInstanceStandIn(
        task=operator,
        dag_id=operator.dag_id,
        task_id=operator.task_id,
        run_id="run",
        map_index=-1,
        try_number=1,
        get_template_context=lambda: {"ds": "2026-01-31", "task": operator},
    )


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
