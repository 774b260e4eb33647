"""Puts the kit's extractor in front of whatever would have spoken for a task, just before it is asked.

The OpenLineage provider finds extractors by exact class name. Registering when a task starts, by the name
of the class that it really has, reaches subclasses and decorated operators, and loads nothing for
operators that do not occur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit import compat, conf
from lineage_kit.extractors import registry
from lineage_kit.extractors.enriching import EnrichingExtractor

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors.manager import ExtractorManager


def prepare(task_instance: Any, manager: ExtractorManager, error: BaseException | str | None = None) -> None:
    """Make the kit's extractor answer in ``manager`` for the task of ``task_instance``, which failed with ``error``."""
    task = getattr(task_instance, "task", None)
    if task is None or conf.operator_disabled(type(task)):
        return
    if registry.remember(task_instance):
        compat.reset_hook_lineage_collector()
    registry.remember_error(error)
    registry.ORIGINALS.displace(manager, task.task_type, EnrichingExtractor)
    family = registry.family_of(type(task))
    if family and family.part not in conf.disabled_parts():
        family.load()


def preload() -> None:
    """Import, once, what every task forked from this process would otherwise import for itself."""
    for family in registry.preloaded_families():
        if family.part not in conf.disabled_parts():
            family.preload()
