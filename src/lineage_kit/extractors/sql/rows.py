"""How many rows SQL wrote into each table, from what hooks reported; where anything is uncertain, nothing is said."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lineage_kit.sql.masking import mask_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lineage_kit.extractors.reports import QueryReport
    from lineage_kit.sql import Location, SqlLineage, StatementLineage, TableName

    Rows = Mapping[TableName | Location, int | None]

#: Statements after which a table holds no rows that it did not hold before.
_WITHOUT_ROWS = frozenset({"ALTER", "CREATE_TABLE", "CREATE_VIEW", "DELETE", "DROP", "TRUNCATE"})
#: Statements for which drivers count nothing, so that the count of a text that also holds them is another's.
_UNCOUNTED = frozenset({"BEGIN", "COMMIT", "END", "SET", "START", "USE"})
#: Dialects whose drivers count the rows, where others count files or the one line that says "done".
_COUNTED_IN = {
    "CREATE_TABLE_AS": frozenset({"mssql", "mysql", "postgres", "trino"}),
    "COPY": frozenset({"mysql", "postgres"}),
}
#: Clauses with which drivers count rows that were deleted, or given but not written.
_COUNTS_OTHERS = re.compile(
    r"\bthen\s+delete\b|\bdo\s+nothing\b|\bon\s+duplicate\s+key\b|\A\s*replace\b", re.IGNORECASE
)
#: How statements open that drivers count the written rows of, and nothing else.
_WRITES = re.compile(r"(?:insert|merge|update)\b", re.IGNORECASE)
#: SQLite counts once all rows are fetched, which they are not when hooks report.
_RETURNING = re.compile(r"\breturning\b", re.IGNORECASE)


def written_rows(found: SqlLineage, ran: SqlLineage, reports: Sequence[QueryReport], dialect: str) -> Rows:
    """Return the rows that were written to what the SQL fills.

    Counts of several statements add up. None stands for a table that one statement fills without being counted, and
    for all of them where something was rolled back or is not understood, such as the call of a routine.

    Args:
        found: what the engine made of the SQL that the task is known to have run.
        ran: what it made of the texts of ``reports``, in their order.
        reports: what the hooks reported.
        dialect: tells what drivers count.

    """
    expected = Counter(table for statement in found.statements for table in _filled(statement))
    if ran.problems or any(statement.kind == "ROLLBACK" for statement in ran.statements):
        return dict.fromkeys(expected)
    by_text: dict[int, list[StatementLineage]] = {}
    for statement in ran.statements:
        by_text.setdefault(statement.text, []).append(statement)
    counts: dict[TableName | Location, list[int | None]] = {}
    for number, report in enumerate(reports):
        for table, rows in _rows(by_text.get(number, ()), report, dialect).items():
            counts.setdefault(table, []).extend([rows] * report.count)
    return {table: _total(counts.get(table, ()), expected[table]) for table in {**expected, **counts}}


def rows_of_one(found: SqlLineage, reports: Sequence[QueryReport], dialect: str) -> int | None:
    """Return the rows that one statement wrote which the engine does not understand, whatever it wrote them to.

    None unless it is all that ran, and opens like a statement for which drivers count the rows written.

    Args:
        found: what the engine made of the SQL that the task is known to have run.
        reports: what the hooks reported.
        dialect: tells what drivers count.

    """
    if len(found.statements) != 1 or len(reports) != 1 or reports[0].count != 1:
        return None
    sql = mask_sql(reports[0].sql)  # without comments
    return reports[0].row_count if _WRITES.match(sql) and not _counts_others(sql, dialect) else None


def _total(counts: Sequence[int | None], expected: int) -> int | None:
    """Return the sum, where every statement that the task is known to have run was counted."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) >= expected else None


def _rows(statements: Iterable[StatementLineage], report: QueryReport, dialect: str) -> Rows:
    """Return what the statements of one report fill, with the count where it is that of the one that fills it."""
    counted = [each for each in statements if each.kind not in _UNCOUNTED]
    filled = [table for statement in counted for table in _filled(statement)]
    sure = len(counted) == 1 and len(counted[0].outputs) == 1 and _is_counted(counted[0], report.sql, dialect)
    return dict.fromkeys(filled, report.row_count if sure else None)


def _filled(statement: StatementLineage) -> tuple[TableName | Location, ...]:
    """Return what the statement puts rows into, or may; a partition that moves brings some, too."""
    moves = statement.kind == "ALTER" and bool(statement.inputs)
    return () if statement.kind in _WITHOUT_ROWS and not moves else statement.outputs


def _is_counted(statement: StatementLineage, sql: str, dialect: str) -> bool:
    if not statement.exact or _counts_others(sql, dialect):
        return False
    if statement.kind in _COUNTED_IN:
        return dialect in _COUNTED_IN[statement.kind]
    return statement.kind in {"INSERT", "MERGE", "UPDATE"}


def _counts_others(sql: str, dialect: str) -> bool:
    """Tell whether the driver's count may be another than that of the rows written."""
    return bool(_COUNTS_OTHERS.search(sql) or (dialect == "sqlite" and _RETURNING.search(sql)))
