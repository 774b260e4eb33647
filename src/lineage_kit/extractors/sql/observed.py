"""SQL that hooks reported while the task ran: the same engine, the same names as for SQL operators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.source import find_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


def lineage_of_reports(extraction: Extraction, reports: Iterable[Any]) -> OperatorLineage:
    """Return the lineage of the SQL in ``reports``, entries of Airflow's hook lineage collector.

    What one hook ran is analysed as one script, so that its temporary tables are seen as such.
    """
    scripts: dict[int, tuple[Any, str | None, list[str]]] = {}
    for report in reports:
        hook = report.context
        _, _, statements = scripts.setdefault(id(hook), (hook, report.value.get("default_db"), []))
        statements.append(report.value["sql"])
    parts = (
        extraction.attempt("observed", partial(_lineage, extraction, hook, database, statements))
        for hook, database, statements in scripts.values()
    )
    return combine(part for part in parts if part is not None)


def _lineage(extraction: Extraction, hook: Any, database: str | None, statements: list[str]) -> OperatorLineage | None:
    source = find_source(extraction, hook, database)
    if source is None:
        return None
    found = read_sql(extraction, source, statements)
    lineage, _ = lineage_of_sql(extraction, source, statements, found, Ask.DEFAULT_SCHEMA)
    return lineage
