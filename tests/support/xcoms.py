"""XCom of one task: what its operator pushes while it runs is what extractors pull afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


class XComs:
    """The XComs of the task of a test by their keys; it stands for the task instance that operators are given."""

    dag_id, task_id, run_id, try_number, map_index = "dag", "t", "run", 1, -1
    stats_tags: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.others: dict[str, Any] = {}

    @property
    def context(self) -> dict[str, Any]:
        """What `execute` is given, as far as operators of services look at it."""
        return {"ti": self, "task_instance": self, "run_id": self.run_id}

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep a value under a key."""
        self.values[key] = value

    def xcom_pull(self, task_ids: str, key: str = "return_value", **_: Any) -> Any:
        """Return the value under a key; that of another task is whatever `others` has for it."""
        return self.others[task_ids] if task_ids in self.others else self.values.get(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)


@pytest.fixture
def xcoms(monkeypatch: pytest.MonkeyPatch) -> XComs:
    """Give the XComs of the task, which extractions see too."""
    xcoms = XComs()
    monkeypatch.setattr(
        TaskInstanceStandIn, "xcom_pull", lambda _self, **wanted: xcoms.xcom_pull(**wanted), raising=False
    )
    return xcoms
