"""The one exception inside the SQL engine; it never leaves it."""

from __future__ import annotations


class StatementRefusedError(Exception):
    """The grammar does not accept a statement. The message names the construct or the place, never the text."""
