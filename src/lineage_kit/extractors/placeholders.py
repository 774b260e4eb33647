"""Paths of options, with the ids of a task in the place of their placeholders."""

from __future__ import annotations

from typing import Any

_NAMES = ("dag_id", "task_id", "run_id", "map_index", "try_number")


def filled(path: str | None, task_instance: Any) -> str | None:
    """Return the path for a task instance; None where there is none."""
    for name in _NAMES:
        value = str(getattr(task_instance, name, ""))
        # An id is one folder, whatever it is made of.
        path = path and path.replace(f"{{{name}}}", value.replace("/", "_"))
    return path
