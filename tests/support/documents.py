"""Real operators that run, with XCom as Airflow keeps it, and what their last event tells."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.testing import extract, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

#: What the tasks of these tests say: one file read, one file written.
DOCUMENT = {"version": 1, "inputs": [{"uri": "s3://lake/in.csv"}], "outputs": [{"uri": "s3://lake/out.csv"}]}


class TaskRun:
    """One try of a task.

    Attributes:
        task_instance: its task instance; `asked` are the keys of XCom that were asked for.
        lineage: what its last event tells.

    """

    def __init__(self, task: Any, manager: ExtractorManager, **attributes: Any) -> None:
        """Run the task to its end, whatever that is."""
        from lineage_kit.listener import on_task_instance_failed, on_task_instance_running

        self.xcoms: dict[str, Any] = {}
        self.asked: list[str] = []
        self.task_instance = ti = task_instance_of(task)
        vars(ti).update(attributes, xcom_push=self._push, xcom_pull=self._pull)
        on_task_instance_running(task_instance=ti)
        self.error = self._execute(task)
        if self.error is not None:
            on_task_instance_failed(task_instance=ti, error=self.error)
        self.lineage: OperatorLineage = extract(manager, ti, "failed" if self.error else "success")

    def _execute(self, task: Any) -> Exception | None:
        with warnings.catch_warnings():
            # Early releases of the standard provider leave the pipe to a program open.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                returned = task.execute(_context(self.task_instance))
            except Exception as error:  # noqa: BLE001 - a task may fail in any way
                return error
            finally:
                vars(task).pop("subprocess_hook", None)
        if task.do_xcom_push and returned is not None:
            self._push("return_value", returned)
        return None

    def _push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value

    def _pull(self, *, task_ids: str, map_indexes: int, key: str = "return_value") -> Any:
        assert (task_ids, map_indexes) == (self.task_instance.task_id, -1)
        self.asked.append(key)
        return self.xcoms.get(key)

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """The names of the inputs, and those of the outputs."""
        return [each.name for each in self.lineage.inputs], [each.name for each in self.lineage.outputs]

    @property
    def omissions(self) -> list[str]:
        """What the event says is missing."""
        facet = self.lineage.run_facets.get("lineageKit_incomplete")
        return [each.message for each in facet.omissions] if facet else []


def _context(task_instance: Any) -> dict[str, Any]:
    """Return what operators want of their context."""
    return {
        "ti": task_instance,
        "task_instance": task_instance,
        "task": task_instance.task,
        "dag": task_instance.task.dag,
        "run_id": task_instance.run_id,
        "outlet_events": {},
    }


@pytest.fixture
def run_task(
    in_dag: Callable[[Any], Any], manager: ExtractorManager, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., TaskRun]:
    """Give a function that runs a task; attributes are those of the task instance."""
    from lineage_kit import compat

    monkeypatch.setattr(compat, "extractor_manager", lambda: manager)
    return lambda task, **attributes: TaskRun(in_dag(task), manager, **attributes)
