"""Airflow plugin: writes down what a task's process has cost once all other listeners are done with the task.

The OpenLineage listener has then waited for the process that it forks for an event, so that `RUSAGE_CHILDREN` has the
cost of it. One JSON line for each task goes to the file that `LINEAGE_KIT_BENCHMARK_COSTS` names.
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path
from typing import Any, ClassVar

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin


class CostListener:
    """Measures at the end of the running and of the success hook of every task."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._until_start = 0.0

    @hookimpl(trylast=True)
    def on_task_instance_running(self) -> None:
        """Remember what was used until the START event was sent."""
        self._until_start = _cpu_seconds()

    @hookimpl(trylast=True)
    def on_task_instance_success(self, task_instance: Any) -> None:
        """Write what was used until the COMPLETE event was sent."""
        line = {
            "task_id": task_instance.task_id,
            "cpu_until_start": self._until_start,
            "cpu": _cpu_seconds(),
            "wall": _wall_seconds(),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class TaskCostPlugin(AirflowPlugin):
    """Registers the listener where the benchmark asks for it."""

    name = "lineage_kit_task_cost"
    listeners: ClassVar[list[Any]] = [CostListener(Path(os.environ["LINEAGE_KIT_BENCHMARK_COSTS"]))]


def _cpu_seconds() -> float:
    """Return the CPU time of this process, which was forked for the task, and of its children that have ended."""
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _wall_seconds() -> float | None:
    """Return how long this process has lived, to a hundredth of a second; None where the system does not tell."""
    try:
        after_name = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    started = int(after_name[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
