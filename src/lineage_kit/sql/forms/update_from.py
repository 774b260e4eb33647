"""UPDATE of Teradata, whose FROM stands before SET."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineage_kit.sql.reading import read

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens


def read_update_from(tokens: Tokens, statement: Statement) -> None:
    """Read it as the UPDATE of other databases: its parts in another order."""
    piece = tokens.piece
    statement.kind = "UPDATE"
    tokens.take()
    target = tokens.until("FROM").text().text
    source = tokens.until("SET").text().text
    assigned = tokens.until("WHERE", "ALL").text().text
    condition = "" if tokens.accept("ALL") else tokens.text().text
    text = f"UPDATE {target} {assigned} {source} {condition}"
    statement.include(read(replace(piece, text=text), statement.catalog))
