"""What stood where before the kit came, which family an operator belongs to, and which task instance runs it."""

from __future__ import annotations

import importlib
import weakref
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors.bash import BashExtractor
from airflow.providers.openlineage.extractors.python import PythonExtractor

from lineage_kit import compat
from lineage_kit.extractors.class_paths import nearest
from lineage_kit.extractors.operators import HOOKS, OPERATORS, PRELOADED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.providers.openlineage.extractors import BaseExtractor
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.family import Family
    from lineage_kit.extractors.reports import QueryReport
    from lineage_kit.extractors.sql.source import Source

    SourceFinder = Callable[[Extraction, Sequence[QueryReport]], Source | None]

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
_error: str | None = None


def remember(task_instance: Any) -> bool:
    """Keep the task instance, which extractors are not given on START; tell whether another ran before."""
    global _running  # noqa: PLW0603 - one task runs in a process at a time; the extractor gets nothing but the operator
    before = _running
    if before is not None and before() is task_instance:
        return False
    _running = weakref.ref(task_instance)
    return before is not None


def forget() -> None:
    """Forget the task that ran: the next one is then the first of this process, and keeps what hooks reported."""
    global _running, _error  # noqa: PLW0603 - as above
    _running = _error = None


def task_instance_of(task: Any) -> Any | None:
    """Return the task instance that runs ``task`` in this process, if a listener hook has shown it."""
    task_instance = _running() if _running is not None else None
    return task_instance if getattr(task_instance, "task", None) is task else None


def remember_error(error: BaseException | str | None) -> None:
    """Keep what the task that runs failed with, None while it has not."""
    global _error  # noqa: PLW0603 - as above
    _error = None if error is None else str(error)


def error_of(task: Any) -> str | None:
    """Return the message of the error that ``task`` failed with in this process, if a listener hook has shown it."""
    return _error if task_instance_of(task) is not None else None


def family_of(operator: type) -> Family | None:
    """Return the kit's family for a class of operators, found along its base classes, or None."""
    path = nearest(operator, OPERATORS)
    return family_at(path) if path else None


def source_finder_of(hook: type) -> SourceFinder | None:
    """Return what tells the database of a hook that does not describe it itself, found as :func:`family_of` does."""
    path = nearest(hook, HOOKS)
    return _attribute_at(path) if path else None


def preloaded_families() -> list[Family]:
    """Return the families that are worth preparing for in a process from which all tasks are forked."""
    return [family_at(path) for path in PRELOADED]


def family_at(path: str) -> Family:
    """Return the family that ``operators.py`` names by ``path``."""
    family: Family = _attribute_at(path)
    return family


def _attribute_at(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def _not_ours(name: str, extractor: type[BaseExtractor] | None) -> type[BaseExtractor] | None:
    """Return ``extractor``, or where it is the kit's, what the OpenLineage provider itself would have used."""
    if extractor is None or not extractor.__module__.startswith(_OUR_MODULES):
        return extractor
    built_in = (BashExtractor, PythonExtractor)
    return next((candidate for candidate in built_in if name in candidate.get_operator_classnames()), None)
