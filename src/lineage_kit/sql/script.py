"""A script: its statements one by one, with what earlier ones leave for later ones."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lineage_kit.sql.deadline import SPLITTING
from lineage_kit.sql.model import Change, Problem, SqlLineage, StatementLineage
from lineage_kit.sql.reading import read
from lineage_kit.sql.text.split import Piece, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.model import Dataset
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.statements.statement import Statement

_IF_MISSING = re.compile(r"create\s[^(]*?\bif\s+not\s+exists\b", re.IGNORECASE)
_REPLACES = re.compile(r"create\s+or\s+(?:replace|alter)\b|replace\s+(?:table|view)\b", re.IGNORECASE)
_OVERWRITES = re.compile(r"\binsert\s+overwrite\b", re.IGNORECASE)


def read_script(texts: Iterable[str], catalog: Catalog) -> SqlLineage:
    """Return the lineage of texts that run one after the other."""
    numbered = [(number, piece) for number, text in enumerate(texts) for piece in _pieces(text, catalog)]
    pieces = [piece for _, piece in numbered]
    catalog.ahead.look(pieces)
    read_statements = []
    for number, piece in enumerate(pieces):
        catalog.ahead.pass_to(number)
        read_statements.append(read(piece, catalog))
    # Only now is it known which temporary tables nobody used, and which routines are defined.
    for statement in read_statements:
        statement.tell_unused()
        statement.settle_calls()
    names = _Names(read_statements)
    statements = [
        replace(_lineage(statement, piece, names), text=number)
        for statement, (number, piece) in zip(read_statements, numbered, strict=True)
    ]
    return SqlLineage(
        inputs=names.of(table for statement in read_statements for table in statement.inputs),
        outputs=names.of(table for statement in read_statements for table in statement.outputs),
        columns=tuple(dict.fromkeys(column for statement in statements for column in statement.columns)),
        statements=tuple(statements),
        problems=tuple(
            Problem(number, reason) for number, statement in enumerate(read_statements) for reason in statement.reasons
        ),
    )


def _pieces(text: str, catalog: Catalog) -> list[Piece]:
    """Return the statements of a text; one that cannot be split is a single statement, and becomes a problem there."""
    try:
        with catalog.deadline.moved_to(SPLITTING):
            return split(text, catalog.dialect)
    except Exception:  # noqa: BLE001 - what the SQL says never raises
        return [Piece(text, 0, 1)]


class _Names:
    """The names of the tables of all statements. Equal ones are one object, which is faster seen than that equality."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        distinct: dict[Dataset, Dataset] = {}
        tables = dict.fromkeys(table for statement in statements for table in (*statement.inputs, *statement.outputs))
        self._names = {table: distinct.setdefault(table.name, table.name) for table in tables}

    def of(self, tables: Iterable[Table]) -> tuple[Dataset, ...]:
        """Return the names of tables, each once."""
        return tuple({id(name): name for name in map(self._names.__getitem__, tables)}.values())


def _lineage(statement: Statement, piece: Piece, names: _Names) -> StatementLineage:
    return StatementLineage(
        kind=statement.kind,
        inputs=names.of(statement.inputs),
        outputs=names.of(statement.outputs),
        columns=statement.columns(),
        position=piece.position,
        line=piece.line,
        exact=statement.exact,
        changes=_changes(statement, piece),
    )


def _changes(statement: Statement, piece: Piece) -> tuple[Change, ...]:
    """Return what the statement does to tables as a whole; how it is written tells what becomes of one that exists."""
    if _OVERWRITES.search(piece.text):
        return tuple(Change("OVERWRITE", table.name) for table in statement.outputs)
    if _REPLACES.match(piece.text):
        return tuple(replace(change, kind="REPLACE") for change in statement.changes)
    if _IF_MISSING.match(piece.text):
        return tuple(replace(change, kind="CREATE_IF_MISSING") for change in statement.changes)
    return tuple(statement.changes)
