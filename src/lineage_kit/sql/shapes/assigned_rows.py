"""INSERT ... SET a = 1, b = 2 of MySQL, which older grammars lack: the same as an INSERT of one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.sql.text.split import Piece
    from lineage_kit.sql.text.tokens import Tokens

_OTHER_FORMS = frozenset({"SELECT", "VALUES", "WITH"})


def as_insert_of_values(tokens: Tokens) -> Piece | None:
    """Return INSERT INTO t (a, b) VALUES (1, 2) for a statement that assigns a row; None for others."""
    head = tokens.until("SET")
    if tokens.done or any(token.text == "(" or token.word in _OTHER_FORMS for token in head.left):
        return None
    tokens.accept("SET")
    assigned = tokens.until("ON DUPLICATE", "AS").split()
    names = [entry.until("=").text().text for entry in assigned]
    if not assigned or not all(entry.accept("=") and not entry.done for entry in assigned):
        return None
    values = [entry.text().text for entry in assigned]
    text = f"{head.text().text} ({', '.join(names)}) VALUES ({', '.join(values)}) {tokens.text().text}"
    return replace(tokens.piece, text=text)
