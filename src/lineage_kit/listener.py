"""Airflow listener: before the OpenLineage listener looks at a task, put the kit's extractor in its way.

The module is the listener. Its hooks run first (``tryfirst``), in the task's own process, before the OpenLineage
listener forks. A listener that raises would silence every listener after it, OpenLineage included, so each hook is
one guarded call; and everything that it needs is imported inside the guard.
"""

from __future__ import annotations

import logging
from typing import Any

from pluggy import HookimplMarker

hookimpl = HookimplMarker("airflow")

log = logging.getLogger(__name__)


def _prepare(task_instance: Any) -> None:
    try:
        from lineage_kit import compat

        manager = compat.extractor_manager()
        if manager is None:
            return
        from lineage_kit.extractors.prepare import prepare

        prepare(task_instance, manager)
    except Exception as error:
        log.warning(
            "lineage-kit could not prepare task `%s` (%s); the OpenLineage provider goes on without it. "
            "Details are logged at DEBUG; `[lineage_kit] enabled = False` switches lineage-kit off.",
            getattr(task_instance, "task_id", "?"),
            type(error).__name__,
        )
        log.debug("lineage-kit failure details:", exc_info=True)


@hookimpl(tryfirst=True)
def on_task_instance_running(task_instance: Any) -> None:
    """Register the extractor before the START event is built."""
    _prepare(task_instance)


@hookimpl(tryfirst=True)
def on_task_instance_success(task_instance: Any) -> None:
    """Register the extractor before the COMPLETE event is built, in case no START was seen in this process."""
    _prepare(task_instance)


@hookimpl(tryfirst=True)
def on_task_instance_failed(task_instance: Any) -> None:
    """Register the extractor before the FAIL event is built, in case no START was seen in this process."""
    _prepare(task_instance)


@hookimpl(tryfirst=True, optionalhook=True)
def on_task_instance_skipped(task_instance: Any) -> None:
    """Register the extractor before the COMPLETE event of a task that skips itself (Airflow 3.3 and later)."""
    _prepare(task_instance)
