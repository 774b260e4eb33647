"""A stand-in for a task instance, with the context that templates and ``execute`` get."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The logical date where a test names none.
_LOGICAL_DATE = datetime(2026, 1, 31, tzinfo=timezone.utc)


class TaskInstanceStandIn(SimpleNamespace):
    """What extractors use of a task instance; unlike SimpleNamespace itself it can be referred to weakly."""

    __hash__ = object.__hash__  # type: ignore[assignment] # SimpleNamespace compares by value, and has none

    def xcom_pull(self, task_ids: Any = None, key: str = "return_value", **_: Any) -> Any:
        """Return what a task has returned or pushed, this one if none is named, and None where there is nothing."""
        if task_ids is not None and not isinstance(task_ids, str):
            return [self.xcom_pull(task_id, key) for task_id in task_ids]
        returned = self.returned.get(task_ids or self.task_id)
        if key == "return_value":
            return returned
        if task_ids in (None, self.task_id) and key in self.pushed:
            return self.pushed[key]
        return returned.get(key) if isinstance(returned, dict) else None  # as with `multiple_outputs`

    def xcom_push(self, key: str, value: Any, **_: Any) -> None:
        """Keep what the task pushes."""
        self.pushed[key] = value

    def get_relevant_upstream_map_indexes(self, *_: Any, **__: Any) -> None:
        """Tell that all instances of another task count."""


def task_instance_of(
    operator: Any,
    *,
    logical_date: datetime | str | None = None,
    map_index: int = -1,
    xcoms: Mapping[str, Any] | None = None,
) -> TaskInstanceStandIn:
    """Return a stand-in for the task instance of an operator, which is put into a DAG where it has none.

    Args:
        operator: an operator instance.
        logical_date: for templates, 2026-01-31 if left out; without a time zone it is UTC.
        map_index: which instance of a mapped task it is.
        xcoms: what other tasks have returned, by their ids.

    """
    if not operator.has_dag():
        from airflow import DAG

        DAG("dag", schedule=None).add_task(operator)
    task_instance = TaskInstanceStandIn(
        task=operator,
        dag_id=operator.dag_id,
        task_id=operator.task_id,
        run_id="run",
        map_index=map_index,
        try_number=1,
        returned=dict(xcoms or {}),
        pushed={},
    )
    contexts: list[dict[str, Any]] = []

    def get_template_context() -> dict[str, Any]:
        if not contexts:  # the same each time, as Airflow's is
            contexts.append(_context(task_instance, point_in_time(logical_date)))
        return contexts[0]

    task_instance.get_template_context = get_template_context
    return task_instance


def point_in_time(logical_date: datetime | str | None) -> datetime:
    """Return a logical date as a test writes it, with its time zone.

    Raises:
        ValueError: the text is no date in the form of ISO 8601.

    """
    if logical_date is None:
        return _LOGICAL_DATE
    if isinstance(logical_date, str):
        logical_date = datetime.fromisoformat(logical_date.replace("Z", "+00:00"))
    return logical_date if logical_date.tzinfo else logical_date.replace(tzinfo=timezone.utc)


def _values(params: Any) -> dict[str, Any]:
    """Return the values of parameters, which a mapped task may have in a plain dictionary."""
    return dict(params.dump() if hasattr(params, "dump") else params)


def _context(task_instance: TaskInstanceStandIn, logical_date: datetime) -> dict[str, Any]:
    """Return what Airflow offers to templates and ``execute``, as far as it needs no database."""
    import pendulum

    task, date = task_instance.task, pendulum.instance(logical_date)
    timestamp = date.isoformat()
    # The interval of a manual run without a schedule.
    dates = {"logical_date": date, "data_interval_start": date, "data_interval_end": date}
    names = {"dag_id": task_instance.dag_id, "run_id": task_instance.run_id}
    return {
        **compat.template_accessors(),
        **dates,
        "dag": task.dag,
        "dag_run": SimpleNamespace(**names, **dates, conf={}, run_type="manual"),
        "ds": f"{date:%Y-%m-%d}",
        "ds_nodash": f"{date:%Y%m%d}",
        "expanded_ti_count": None,
        "inlets": task.inlets,
        "map_index_template": None,
        "outlets": task.outlets,
        "params": {**_values(task.dag.params), **_values(task.params)},
        "run_id": task_instance.run_id,
        "task": task,
        "task_instance": task_instance,
        "task_instance_key_str": f"{task.dag_id}__{task.task_id}__{date:%Y%m%d}",
        "ti": task_instance,
        "ts": timestamp,
        "ts_nodash": f"{date:%Y%m%dT%H%M%S}",
        "ts_nodash_with_tz": timestamp.replace("-", "").replace(":", ""),
    }
