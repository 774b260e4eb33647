"""Triggers that change the row which fires them: SET new.a = value, or :new.a := value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.statements.kinds import read_tree
from lineage_kit.sql.text.records import Sight
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# What the changed row is called in the statement that does the same.
_ROW = "changed_row_"


def read_changed_row(tokens: Tokens, statement: Statement) -> None:
    """Read an assignment to columns of a trigger's row: an UPDATE of that row, which does not count as read."""
    statement.kind = "SET"
    tokens.accept("SET")
    for part in tokens.split():
        record = Sight(records=part.piece.records).record(part.next.value)
        if record is None or not record.table:  # another variable, set along with the row
            continue
        text = _text(part).replace(":=", "=", 1)
        update = f"UPDATE {record.table} AS {_ROW} SET {text}"  # noqa: S608 - only read here
        read_tree(parse(Piece(update, part.piece.position, part.piece.line), part.dialect), statement)


def _text(tokens: Tokens) -> str:
    """Return the text of an assignment with one name for the row before and after the change."""
    sight = Sight(records=tokens.piece.records)
    pieces = []
    end = tokens.next.start
    while not tokens.done:
        token = tokens.take()
        record = sight.record(token.value) if tokens.sees(".") else None
        pieces += [tokens.piece.text[end : token.start], _ROW if record and record.table else token.text]
        end = token.end
    return "".join(pieces)
