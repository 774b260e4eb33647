"""INSERT of many rows that are written out: only the head of the statement says something."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.shapes.writing import read_insert
from lineage_kit.sql.text.lexer import comments, strings
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece

_OPENING = re.compile(r"(?:insert|replace)\s+(?:into|overwrite)\b", re.IGNORECASE)
_LONGEST_HEAD = 20_000
_VALUES = re.compile(r"\bvalues\s*\(", re.IGNORECASE)
# What else such a statement may hold that tables or columns can flow from.
_MORE = re.compile(r"\b(?:conflict|duplicate|from|into|output|returning|sel|select|table|with)\b", re.IGNORECASE)


def read_many_rows(piece: Piece, statement: Statement) -> bool:
    """Read an INSERT of very many rows without parsing them, and tell whether it is one."""
    if not _OPENING.match(piece.text):
        return False
    dialect = statement.catalog.dialect
    values = _VALUES.search(piece.text, 0, _LONGEST_HEAD)
    if values is None:
        return False
    rows = _not_code(dialect).sub(" ", piece.text[values.start() :])
    if _MORE.search(rows):
        return False
    return read_insert(Tokens(piece.part(0, values.start()), dialect), statement)


@lru_cache(maxsize=64)
def _not_code(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(f"{comments(dialect)}|{strings(dialect)}", re.DOTALL | re.MULTILINE | re.IGNORECASE)
