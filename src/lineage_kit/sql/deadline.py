"""The time that the analysis may take."""

from __future__ import annotations

from time import monotonic

from lineage_kit.sql.exceptions import OutOfTimeError

# The parser cannot be interrupted. It reads at least so many visible characters in a second, on any machine of these
# years.
_CHARACTERS_PER_SECOND = 50_000
# What is said about statements that come too late costs little; it may take this part of the time in addition.
_GRACE = 0.2


class Deadline:
    """A point in time, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._end_of_grace = self._end + _GRACE * max(seconds, 0)

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

    def check_grace(self) -> None:
        """Go on if there is time left for a word about a statement that comes too late.

        Raises:
            OutOfTimeError: There is none.
        """
        if monotonic() > self._end_of_grace:
            raise OutOfTimeError

    def check_length(self, text: str) -> None:
        """Go on if the parser can read the text in the time that is left.

        Raises:
            OutOfTimeError: It can not.
        """
        if monotonic() + (len(text) - text.count(" ")) / _CHARACTERS_PER_SECOND > self._end:
            raise OutOfTimeError
