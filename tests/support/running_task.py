"""Code that believes to be inside a running task, by Airflow's own context of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit import runtime
from lineage_kit.testing import task_instance_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@contextmanager
def running_task(task: Any, **changes: Any) -> Iterator[Any]:
    """Run the body as the code of a task, or of a try or a mapped instance of it that `changes` describe."""
    try:
        from airflow.sdk.execution_time.context import set_current_context
    except ImportError:  # Airflow 2
        from airflow.models.taskinstance import set_current_context

    task_instance = task_instance_of(task)
    vars(task_instance).update(changes)
    with set_current_context({"ti": task_instance, "task": task}):
        yield task_instance


@pytest.fixture
def running() -> Iterator[Callable[..., AbstractContextManager[Any]]]:
    """Give `running_task`, in a process in which no task has said anything."""
    runtime._records.clear()
    runtime._told_outside = False
    yield running_task
    runtime._records.clear()
