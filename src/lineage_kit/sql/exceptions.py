"""The exceptions inside the SQL engine; they never leave it."""

from __future__ import annotations


class StatementRefusedError(Exception):
    """A statement is not understood. The message names the construct or the place, never the text.

    `reached` is the line and column of the text up to which a grammar could follow, where one tells it.
    """

    def __init__(self, message: str, reached: tuple[int, int] = (0, 0)) -> None:
        super().__init__(message)
        self.reached = reached


class OutOfTimeError(StatementRefusedError):
    """The time that the caller gave is over."""

    def __init__(self) -> None:
        super().__init__("the time is over")
