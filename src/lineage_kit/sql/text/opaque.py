"""Parts of names that a template was to fill: words in letters that no SQL uses, one for each character.

So a placeholder in a name can pass through every grammar, and be told as it was written.
"""

from __future__ import annotations

import re

#: Stands in the text of dynamic SQL for what only the database knows. No template is written so.
UNKNOWN = "{{ }}"

_FIRST_LETTER = 0x14400
_CODES = range(128)
_LETTERS = {code: chr(_FIRST_LETTER + code) for code in _CODES}
_CHARACTERS = {_FIRST_LETTER + code: chr(code) for code in _CODES}
_WORD = f"[{chr(_FIRST_LETTER)}-{chr(_FIRST_LETTER + _CODES[-1])}]+"
_TABLE = re.compile(
    r"\b(?:copy|from|into|join|merge|only|overwrite|table|update|using|view|exists)\s+"
    rf"(?!{UNKNOWN.translate(_LETTERS)}){_WORD}(?:\.{_WORD})*(?![\w.])",
    re.IGNORECASE,
)


def opaque(text: str) -> str:
    """Return a word of the same length that stands for a text."""
    return text.translate(_LETTERS)


def named(text: str) -> str:
    """Return a name as it was written, of one in which words may stand for texts."""
    return text if text.isascii() else text.translate(_CHARACTERS)


def names_a_table(text: str) -> bool:
    """Tell whether such a word alone names a table in the text of a statement."""
    return not text.isascii() and _TABLE.search(text) is not None
