"""One extraction: the task, the event it is for, what may be spent on it, and what went wrong on the way."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from lineage_kit.conf import PARTS
from lineage_kit.facets.incomplete import Cause, Omission
from lineage_kit.facets.no_datasets import Explanation, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

T = TypeVar("T")


class EventKind(Enum):
    """The event that the extraction is for; a task that skips itself ends with COMPLETE."""

    START = "START"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"


class Budget:
    """Seconds that may be spent, counted from construction; nothing is interrupted, steps ask before they begin."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadline = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never less than zero."""
        return max(0.0, self._deadline - time.monotonic())

    def spent(self) -> bool:
        """Tell whether nothing is left."""
        return self.remaining() <= 0


@dataclass
class Extraction:
    """What every part of one extraction shares."""

    task: Any
    kind: EventKind
    task_instance: Any | None
    budget: Budget
    disabled_parts: frozenset[str] = frozenset()
    source_code_enabled: bool = True
    mask_literals: bool = False
    error: str | None = field(default=None, repr=False)
    asked: str = "none"
    explanations: list[Explanation] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)
    default_schemas: dict[Any, str | None] = field(default_factory=dict)

    def explain(self, reason: Reason, message: str) -> None:
        """Note why there may be no dataset; shown only if there is none in the end."""
        self.explanations.append(Explanation(reason=reason.value, message=message))

    def omit(self, part: str, cause: Cause, message: str) -> None:
        """Note that something is missing from the event, whatever else it carries."""
        self.omissions.append(Omission(part=part, cause=cause.value, message=message))

    @property
    def skipped(self) -> bool:
        """Whether the task has skipped itself, which ends with COMPLETE too."""
        return getattr(self.task_instance, "state", None) == "skipped"

    def enabled(self, part: str) -> bool:
        """Tell whether the user wants ``part``."""
        return part not in self.disabled_parts

    def attempt(self, part: str, step: Callable[[], T]) -> T | None:
        """Run one step within the budget; whatever goes wrong costs that step only.

        Returns None where the step raised, or where nothing of the budget was left for it to begin.
        """
        if self.budget.spent():
            message = (
                f"The budget of {self.budget.seconds:g} s was spent before `{part}`; see [lineage_kit] time_budget."
            )
            self._warn(part, message)
            self.omit(part, Cause.TIME_BUDGET, message)
            self.explain(Reason.TIME_BUDGET, message)
            return None
        return self.guard(part, step)

    def guard(self, part: str, step: Callable[[], T]) -> T | None:
        """Run one step whatever the budget says; an exception costs that step only."""
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - reported below; lineage never fails a task
            self._failed(part, error)
        except BaseException as error:
            # A panic of a parser written in Rust derives from BaseException, which the OpenLineage
            # provider lets pass.
            if type(error).__name__ != "PanicException":
                raise
            self._failed(part, error)
        return None

    def _failed(self, part: str, error: BaseException) -> None:
        kind = type(error).__name__
        self._warn(part, f"`{part}` failed with {kind}; the rest of the event is not affected.")
        log.debug("lineage-kit failure details:", exc_info=error)
        self.omit(part, Cause.FAILED, f"`{part}` failed with {kind}; the task log has the details at DEBUG.")
        self.explain(Reason.EXTRACTOR_FAILED, f"`{part}` failed with {kind}; the task log has the details at DEBUG.")

    def _warn(self, part: str, what: str) -> None:
        task_type = getattr(self.task, "task_type", type(self.task).__name__)
        log.warning(
            "Lineage of task `%s.%s` is incomplete: %s Switch it off with `[lineage_kit] %s`.",
            getattr(self.task, "dag_id", "?"),
            getattr(self.task, "task_id", "?"),
            what,
            f"disabled_parts = {part}" if part in PARTS else f"disabled_operators = {task_type}",
        )
