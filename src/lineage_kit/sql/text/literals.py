"""Long lists of literals behind IN, which no column comes from, and which the parser would read one by one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.sql.text.split import Piece

# Shorter text is read as fast as it is looked through.
_LONG_TEXT = 4_000
# A string with a backslash ends at one place or another, depending on the dialect: it is left alone.
_LITERAL = r"(?:[+-]?\d[\w.]*|n?(?:'[^'\\]*')+|null\b|true\b|false\b)"
_LONG_LIST = re.compile(rf"(\bin\s*\(\s*{_LITERAL})((?:\s*,\s*{_LITERAL}){{20,}})(?=\s*\))", re.IGNORECASE)
_VISIBLE = re.compile(r"[^\n]")


def without_long_lists(piece: Piece) -> Piece:
    """Return a statement with only the first value of long IN lists.

    Blanks stand for the others, so that positions stay those of the text.
    """
    # The values of PIVOT become columns.
    if len(piece.text) < _LONG_TEXT or "pivot" in piece.text.lower():
        return piece
    return replace(piece, text=_LONG_LIST.sub(lambda match: match[1] + _VISIBLE.sub(" ", match[2]), piece.text))
