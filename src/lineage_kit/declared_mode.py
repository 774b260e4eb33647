"""How the inlets and outlets of single tasks and DAGs go together with what else is found."""

from __future__ import annotations

from typing import Any, TypeVar

from lineage_kit import conf
from lineage_kit.exceptions import DeclarationError

T = TypeVar("T")

#: The parameter that keeps it, as the OpenLineage provider keeps its own settings of tasks.
_PARAM = "_lineage_kit_declared"


def use_declared(target: T, mode: str) -> T:
    """Say for a task, or for the tasks that a DAG has by now, what ``[lineage_kit] declared`` says for all.

    Args:
        target: an operator, what calling a decorated task gives, or a DAG.
        mode: ``merge``, ``override`` or ``fallback``.

    Returns:
        The target.

    Raises:
        DeclarationError: the mode is another one, or the target is none of these.

    """
    if mode not in conf.DECLARED_MODES:
        msg = f"{mode!r} is no mode; write use_declared(task, 'override') with one of {', '.join(conf.DECLARED_MODES)}."
        raise DeclarationError(msg)
    for task in _tasks(target):
        task.params[_PARAM] = mode
    return target


def _tasks(target: Any) -> list[Any]:
    """Return the tasks of a DAG, the operator behind an XCom reference, or the operator itself."""
    if hasattr(target, "tasks"):
        return list(target.tasks)
    task = getattr(target, "operator", target)
    if not hasattr(task, "params"):
        msg = f"{type(target).__name__} is neither a task nor a DAG; write use_declared(task, 'override')."
        raise DeclarationError(msg)
    return [task]


def mode_of(task: Any) -> str:
    """Return what holds for a task."""
    params = getattr(task, "params", None) or {}
    return str(params[_PARAM]) if _PARAM in params else conf.declared()
