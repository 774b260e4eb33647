"""The time that the analysis may take."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING

from lineage_kit.sql.exceptions import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The parser cannot be interrupted. It reads at least so many visible characters in a second, on any machine of these
# years.
_CHARACTERS_PER_SECOND = 50_000
SPLITTING = 0.5
"""The part of the time in which a script is cut into its statements. To read them takes longer than that."""
WITH_GRACE = 1.1
"""All of the time, and a little more for what is said about statements that come too late."""
# The one that holds for what runs now. The lexer is called from everywhere, mostly for a few words.
_running: ContextVar[Deadline | None] = ContextVar("lineage_kit_sql_deadline", default=None)


def check_time() -> None:
    """Go on if the analysis that runs has time left. For loops over all of a text, which may be megabytes.

    Raises:
        OutOfTimeError: It has none.
    """
    deadline = _running.get()
    if deadline is not None:
        deadline.check()


class Deadline:
    """A point in time, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._start = monotonic()
        self._seconds = max(seconds, 0)
        self._end = self._start + seconds

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return monotonic() > self._end

    def check(self) -> None:
        """Go on if there is time left.

        Raises:
            OutOfTimeError: There is none.
        """
        if self.is_over:
            raise OutOfTimeError

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let `check_time` look at this deadline."""
        token = _running.set(self)
        try:
            yield
        finally:
            _running.reset(token)

    @contextmanager
    def moved_to(self, part: float) -> Iterator[None]:
        """Let the time end at a part of it: earlier than it does, or later."""
        end, self._end = self._end, self._start + part * self._seconds
        try:
            yield
        finally:
            self._end = end

    def check_length(self, text: str) -> None:
        """Go on if the parser can read the text in the time that is left.

        Raises:
            OutOfTimeError: It can not.
        """
        if monotonic() + (len(text) - text.count(" ")) / _CHARACTERS_PER_SECOND > self._end:
            raise OutOfTimeError
