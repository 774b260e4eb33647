"""A script: its statements one by one, with what earlier ones leave for later ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.sql.catalog import Catalog
from lineage_kit.sql.dialects import dialect_of
from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.kinds import read_statement
from lineage_kit.sql.model import Problem, SqlLineage, StatementLineage
from lineage_kit.sql.parse import parse
from lineage_kit.sql.split import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage_kit.sql.split import Piece
    from lineage_kit.sql.statement import Statement

# Statements that touch no dataset in any dialect; the first word tells them, and no grammar is needed.
_WITHOUT_DATASETS = re.compile(
    r"(analy[sz]e|attach|begin|checkpoint|commit|deallocate|delimiter|describe|detach|discard|end|explain|flush"
    r"|grant|help|install|kill|listen|lock|notify|optimize|pragma|print|reindex|release|reset|revoke|rollback"
    r"|savepoint|set|show|start\s+transaction|unlisten|unlock|vacuum)\b(?!\s*\()",
    re.IGNORECASE,
)
_SEARCH_PATH = re.compile(r"set\s+(?:session\s+|local\s+)?search_path\s*(?:to|=)\s*[\"']?(\w+)", re.IGNORECASE)


def analyze_script(
    sql: str | Sequence[str],
    *,
    dialect: str | None,
    default_database: str | None,
    default_schema: str | None,
    known_columns: Mapping[str, Sequence[str]],
) -> SqlLineage:
    """Return the lineage of one text or several. See `lineage_kit.sql.analyze`."""
    rules = dialect_of(dialect)
    catalog = Catalog(rules, default_database, default_schema, known_columns)
    statements: list[StatementLineage] = []
    problems: list[Problem] = []
    for text in [sql] if isinstance(sql, str) else sql:
        for piece in split(text, rules):
            lineage, reasons = _statement(piece, catalog)
            problems += [Problem(len(statements), reason) for reason in reasons]
            statements.append(lineage)
    return SqlLineage(
        inputs=tuple(dict.fromkeys(table for statement in statements for table in statement.inputs)),
        outputs=tuple(dict.fromkeys(table for statement in statements for table in statement.outputs)),
        columns=tuple(dict.fromkeys(column for statement in statements for column in statement.columns)),
        statements=tuple(statements),
        problems=tuple(problems),
    )


def _statement(piece: Piece, catalog: Catalog) -> tuple[StatementLineage, Sequence[str]]:
    """Return the lineage of one statement and the reasons why parts of it were not understood."""
    plain = _WITHOUT_DATASETS.match(piece.text)
    if plain:
        path = _SEARCH_PATH.match(piece.text)
        if path:
            catalog.schema = path[1]
        return _empty(plain[1].split()[0].upper(), piece), ()
    routine = piece.routine()
    if routine:
        return _empty(f"CREATE_{routine}", piece), (f"the body of a {routine.lower()} is not analysed",)
    try:
        statement = read_statement(parse(piece, catalog.dialect), catalog)
        return _lineage(statement, piece), list(statement.reasons)
    except StatementRefusedError as error:
        reason = str(error)
    except RecursionError:
        reason = "nested too deeply"
    except Exception as error:  # noqa: BLE001 - what the SQL says never raises; the class alone says what happened
        reason = f"not understood ({type(error).__name__})"
    return _empty("UNKNOWN", piece), (reason,)


def _lineage(statement: Statement, piece: Piece) -> StatementLineage:
    return StatementLineage(
        kind=statement.kind,
        inputs=tuple(table.name for table in statement.inputs),
        outputs=tuple(table.name for table in statement.outputs),
        columns=statement.columns(),
        position=piece.position,
        line=piece.line,
    )


def _empty(kind: str, piece: Piece) -> StatementLineage:
    return StatementLineage(kind, (), (), (), piece.position, piece.line)
