"""A script: its statements one by one, with what earlier ones leave for later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.model import Problem, SqlLineage, StatementLineage
from lineage_kit.sql.reading import read
from lineage_kit.sql.text.split import Piece, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.statements.statement import Statement


def read_script(texts: Iterable[str], catalog: Catalog) -> SqlLineage:
    """Return the lineage of texts that run one after the other."""
    pieces = [piece for text in texts for piece in _pieces(text, catalog)]
    catalog.ahead.look(pieces)
    read_statements = []
    for number, piece in enumerate(pieces):
        catalog.ahead.pass_to(number)
        read_statements.append(read(piece, catalog))
    # Only now is it known which temporary tables nobody used.
    statements = [_lineage(statement, piece) for statement, piece in zip(read_statements, pieces, strict=True)]
    return SqlLineage(
        inputs=tuple(dict.fromkeys(table for statement in statements for table in statement.inputs)),
        outputs=tuple(dict.fromkeys(table for statement in statements for table in statement.outputs)),
        columns=tuple(dict.fromkeys(column for statement in statements for column in statement.columns)),
        statements=tuple(statements),
        problems=tuple(
            Problem(number, reason) for number, statement in enumerate(read_statements) for reason in statement.reasons
        ),
    )


def _pieces(text: str, catalog: Catalog) -> list[Piece]:
    """Return the statements of a text; one that cannot be split is a single statement, and becomes a problem there."""
    try:
        return split(text, catalog.dialect, catalog.deadline)
    except Exception:  # noqa: BLE001 - what the SQL says never raises
        return [Piece(text, 0, 1)]


def _lineage(statement: Statement, piece: Piece) -> StatementLineage:
    statement.tell_unused()
    return StatementLineage(
        kind=statement.kind,
        inputs=tuple(dict.fromkeys(table.name for table in statement.inputs)),
        outputs=tuple(dict.fromkeys(table.name for table in statement.outputs)),
        columns=statement.columns(),
        position=piece.position,
        line=piece.line,
        exact=statement.exact,
    )
