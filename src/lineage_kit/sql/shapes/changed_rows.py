"""Statements whose rows another one reads: FINAL TABLE (INSERT ...), as Db2 has it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.text.rewrites import EVERYWHERE, Rewrite, RewriteTable, rewritten
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

# The rows are those of the target.
_TARGETS = (
    Rewrite(EVERYWHERE, "FINAL|NEW|OLD TABLE ( INSERT INTO { name } rest )", "{0}"),
    Rewrite(EVERYWHERE, "FINAL|NEW|OLD TABLE ( DELETE FROM { name } rest )", "{0}"),
    Rewrite(EVERYWHERE, "FINAL|NEW|OLD TABLE ( UPDATE { name } rest )", "{0}"),
    Rewrite(EVERYWHERE, "FINAL|NEW|OLD TABLE ( MERGE INTO { name } rest )", "{0}"),
)


def changes(tokens: Tokens) -> Iterator[Tokens]:
    """Yield the statements whose rows a statement reads."""
    ahead = tokens.again()
    while not ahead.done:
        if ahead.take().word in {"FINAL", "NEW", "OLD"} and ahead.accept("TABLE"):
            inner = ahead.again().parenthesised()
            if inner is not None:
                yield inner


def with_targets(tokens: Tokens) -> Tokens:
    """Return a statement with the targets in the place of the statements whose rows it reads."""
    piece = tokens.text()
    text = rewritten(piece.text, tokens.dialect, _table())
    return Tokens(replace(piece, text=text), tokens.dialect)


@lru_cache(maxsize=1)
def _table() -> RewriteTable:
    return RewriteTable(_TARGETS)
