"""Airflow listener: before the OpenLineage listener looks at a task, put the kit's extractor in its way.

The module is the listener. Its hooks run first (``tryfirst``), in the task's own process, before the OpenLineage
listener forks. A listener that raises would silence every listener after it, OpenLineage included, so each hook is
one guarded call; and everything that it needs is imported inside the guard.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pluggy import HookimplMarker

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors.manager import ExtractorManager

hookimpl = HookimplMarker("airflow")

log = logging.getLogger(__name__)


def _guarded(what: str, step: Callable[[ExtractorManager], None]) -> None:
    """Run ``step`` where OpenLineage is on; whatever goes wrong is one WARNING and nothing else."""

    def where_on() -> None:
        from lineage_kit import compat

        manager = compat.extractor_manager()
        if manager is not None:
            step(manager)

    _attempted(what, where_on)


def _attempted(what: str, step: Callable[[], None]) -> None:
    try:
        step()
    except Exception as error:
        log.warning(
            "lineage-kit could not prepare %s (%s); the OpenLineage provider goes on without it. "
            "Details are logged at DEBUG; `[lineage_kit] enabled = False` switches lineage-kit off.",
            what,
            type(error).__name__,
        )
        log.debug("lineage-kit failure details:", exc_info=True)


def _hand_outlets_on(task_instance: Any) -> None:
    """Make outlets what Airflow 2 can hand to other tasks, which it does whether OpenLineage is on or not.

    A DAG that no DagBag has loaded, as ``dag.test()`` runs it, still has declared datasets in them.
    """

    def step() -> None:
        from lineage_kit.entries import entries_of, has_declared

        task = getattr(task_instance, "task", None)
        if not entries_of(task):
            return
        from lineage_kit import compat, inlets

        if has_declared(task):
            inlets.replace(task)
        elif compat.renders_lineage():
            inlets.hand_on(task)

    _attempted(f"inlets and outlets of task `{getattr(task_instance, 'task_id', '?')}`", step)


def _prepare(task_instance: Any, error: BaseException | str | None = None) -> None:
    def step(manager: ExtractorManager) -> None:
        from lineage_kit.extractors.prepare import prepare

        prepare(task_instance, manager, error)

    _guarded(f"task `{getattr(task_instance, 'task_id', '?')}`", step)


def _tag_queries(task_instance: Any) -> None:
    def step(_: ExtractorManager) -> None:
        from lineage_kit import conf

        task = getattr(task_instance, "task", None)
        if task is not None and conf.snowflake_query_tag() and not conf.operator_disabled(type(task)):
            from lineage_kit.snowflake import tag_queries

            tag_queries(task_instance)

    _guarded(f"the query tag of task `{getattr(task_instance, 'task_id', '?')}`", step)


def _hand_on(task_instance: Any) -> None:
    def step(_: ExtractorManager) -> None:
        from lineage_kit import conf

        task = getattr(task_instance, "task", None)
        wanted = conf.inject_openlineage_env() or conf.document_file()
        if "contract" in conf.disabled_parts() or not wanted:
            return
        if task is not None and not conf.operator_disabled(type(task)):
            from lineage_kit.extractors.contract.places import hand_on

            hand_on(task_instance)

    _guarded(f"the environment of what task `{getattr(task_instance, 'task_id', '?')}` starts", step)


@hookimpl
def on_starting(component: Any) -> None:
    """In a scheduler whose tasks are forked from it, import once what they all would import for themselves."""

    def step(_: ExtractorManager) -> None:
        from lineage_kit import compat

        if compat.forks_tasks(component):
            from lineage_kit.extractors.prepare import preload

            preload()

    _guarded("the scheduler", step)


@hookimpl(tryfirst=True)
def on_task_instance_running(task_instance: Any) -> None:
    """Register the extractor before the START event is built; change the operator, where asked to, before it runs."""
    _hand_outlets_on(task_instance)
    _prepare(task_instance)
    _tag_queries(task_instance)
    _hand_on(task_instance)


@hookimpl(tryfirst=True)
def on_task_instance_success(task_instance: Any) -> None:
    """Register the extractor before the COMPLETE event is built, in case no START was seen in this process."""
    _prepare(task_instance)


@hookimpl(tryfirst=True)
def on_task_instance_failed(task_instance: Any, error: BaseException | str | None) -> None:
    """Register the extractor before the FAIL event is built, and keep the error, which extractors are not given."""
    _prepare(task_instance, error)


@hookimpl(tryfirst=True, optionalhook=True)
def on_task_instance_skipped(task_instance: Any) -> None:
    """Register the extractor before the COMPLETE event of a task that skips itself (Airflow 3.3 and later)."""
    _prepare(task_instance)
