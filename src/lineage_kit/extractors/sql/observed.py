"""SQL that hooks reported while the task ran: the same engine, the same names as for SQL operators."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from lineage_kit.extractors import registry
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.reports import session_of
from lineage_kit.extractors.sql.client_files import with_client_file
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.source import find_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.reports import QueryReport


def lineage_of_reports(extraction: Extraction, reports: Iterable[QueryReport]) -> OperatorLineage:
    """Return the lineage of the SQL in ``reports``.

    What ran on one connection is analysed as one script, however many hooks the code has made for it, so that its
    temporary tables are seen as such and its row counts add up.
    """
    scripts: dict[object, list[QueryReport]] = {}
    for report in reports:
        scripts.setdefault((session_of(report.hook), report.database, report.server), []).append(report)
    parts = (extraction.attempt("observed", partial(_lineage, extraction, script)) for script in scripts.values())
    return combine(part for part in parts if part is not None)


def _lineage(extraction: Extraction, script: list[QueryReport]) -> OperatorLineage | None:
    find = registry.source_finder_of(type(script[0].hook))
    if find is not None:
        # The service has accepted the statements; hooks do not report what became of them.
        extraction = replace(extraction, kind=EventKind.START)
        source = find(extraction, script)
    else:
        source = find_source(extraction, script[0].hook, script[0].database)
    if source is None:
        return None
    reports = [replace(report, sql=with_client_file(report)) for report in script]
    statements = [report.sql for report in reports]
    found = read_sql(extraction, source, statements)
    lineage, _ = lineage_of_sql(extraction, source, statements, found, Ask.DEFAULT_SCHEMA, reports=reports)
    return lineage
