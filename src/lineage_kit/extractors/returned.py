"""What an operator returned from `execute`, or pushed while it ran, as far as Airflow keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.extraction import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.extractors.extraction import Extraction


def returned(extraction: Extraction) -> Any | None:
    """Return the task's own XCom, None where it has none: the operator returned nothing, or does not push it.

    Raises:
        TimeoutError: nothing of the budget is left; it is the supervisor or the database that is asked.

    """
    if extraction.kind is not EventKind.COMPLETE or not extraction.task.do_xcom_push:
        return None
    return _pull(extraction)


def pushed(extraction: Extraction, key: str) -> Any | None:
    """Return what the task pushed to XCom under ``key`` before it ended in whatever way, None where it did not.

    An operator may do that whatever its ``do_xcom_push`` says, which is about the value that it returns.

    Raises:
        TimeoutError: as :func:`returned`.

    """
    return _pull(extraction, key=key) if extraction.kind is not EventKind.START else None


def _pull(extraction: Extraction, **key: str) -> Any | None:
    task_instance = extraction.task_instance
    pull: Callable[..., Any] | None = getattr(task_instance, "xcom_pull", None)
    if pull is None:
        return None
    if extraction.budget.spent():
        msg = "no time left to look at what the task returned"
        raise TimeoutError(msg)
    return pull(task_ids=extraction.task.task_id, map_indexes=getattr(task_instance, "map_index", -1), **key)
