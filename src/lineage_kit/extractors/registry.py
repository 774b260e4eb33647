"""What stood where before the kit came, which family an operator belongs to, and which task instance runs it."""

from __future__ import annotations

import importlib
import weakref
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors.bash import BashExtractor
from airflow.providers.openlineage.extractors.python import PythonExtractor

from lineage_kit import compat

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import BaseExtractor
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    from lineage_kit.extractors.family import Family

#: Base class of a family of operators -> the module that knows them. Named by path: neither the operators nor the
#: family are imported for tasks of another kind.
_FAMILIES = {
    "airflow.providers.common.sql.operators.sql.BaseSQLOperator": "lineage_kit.extractors.sql.family",
}

#: Extractors from here are the kit's own; a user's subclass of one is the user's.
_OUR_MODULES = "lineage_kit."


class Originals:
    """What stood in the extractor manager for each class name before the kit's extractor was put there."""

    def __init__(self) -> None:
        self._manager: weakref.ref[ExtractorManager] | None = None
        self._displaced: dict[str, type[BaseExtractor] | None] = {}

    def displace(self, manager: ExtractorManager, name: str, extractor: type[BaseExtractor]) -> None:
        """Register ``extractor``, one of the kit's, for ``name``, and remember whose place it takes."""
        if self._manager is None or self._manager() is not manager:
            self._manager, self._displaced = weakref.ref(manager), {}
        current = manager.extractors.get(name)
        if name in self._displaced and current is extractor:
            return
        self._displaced[name] = _not_ours(name, current)
        manager.add_extractor(name, extractor)

    def find(self, name: str) -> type[BaseExtractor] | None:
        """Return the extractor of ``name`` that is not the kit's, or None."""
        if name in self._displaced:
            return self._displaced[name]
        manager = (self._manager() if self._manager else None) or compat.extractor_manager()
        return _not_ours(name, manager.extractors.get(name)) if manager else None


ORIGINALS = Originals()

_running: weakref.ref[Any] | None = None


def remember(task_instance: Any) -> bool:
    """Keep the task instance, which extractors are not given on START; tell whether another ran before."""
    global _running  # noqa: PLW0603 - one task runs in a process at a time; the extractor gets nothing but the operator
    before = _running
    if before is not None and before() is task_instance:
        return False
    _running = weakref.ref(task_instance)
    return before is not None


def task_instance_of(task: Any) -> Any | None:
    """Return the task instance that runs ``task`` in this process, if a listener hook has shown it."""
    task_instance = _running() if _running is not None else None
    return task_instance if getattr(task_instance, "task", None) is task else None


def family_of(task: Any) -> Family | None:
    """Return the kit's family for the class of ``task``, found along its base classes, or None."""
    for cls in type(task).__mro__:
        if module := _FAMILIES.get(f"{cls.__module__}.{cls.__qualname__}"):
            return _family(module)
    return None


def families() -> list[Family]:
    """Return all families; this imports what their operators need."""
    return [_family(module) for module in _FAMILIES.values()]


def _family(module: str) -> Family:
    family: Family = importlib.import_module(module).FAMILY
    return family


def _not_ours(name: str, extractor: type[BaseExtractor] | None) -> type[BaseExtractor] | None:
    """Return ``extractor``, or where it is the kit's, what the OpenLineage provider itself would have used."""
    if extractor is None or not extractor.__module__.startswith(_OUR_MODULES):
        return extractor
    built_in = (BashExtractor, PythonExtractor)
    return next((candidate for candidate in built_in if name in candidate.get_operator_classnames()), None)
