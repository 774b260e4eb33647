"""What stands in the inlets and outlets of a task; imports nothing, since policies of every task ask."""

from __future__ import annotations

from typing import Any


def entries_of(task: Any) -> list[Any]:
    """Return what stands in the inlets and outlets of a task."""
    return listed([getattr(task, "inlets", None), getattr(task, "outlets", None)])


def has_declared(task: Any) -> bool:
    """Tell whether inlets or outlets have an object of lineage-kit, or of a class derived from one of its classes."""
    return any(base.__module__.startswith("lineage_kit.") for each in entries_of(task) for base in type(each).__mro__)


def listed(given: Any) -> list[Any]:
    """Return the entries of inlets or outlets one by one; Airflow 2 makes one entry of a tuple or a set."""
    if isinstance(given, (set, frozenset)):
        given = sorted(given, key=repr)  # a set has another order in each process
    if isinstance(given, (list, tuple)):
        return [each for entry in given for each in listed(entry)]
    return [] if given is None else [given]
