"""SQL that hooks reported while the task ran: the same engine, the same names as for SQL operators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql
from lineage_kit.extractors.sql.source import source_of
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql import analyze

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
    source = source_of(hook, database)
    if source is None:
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            f"{type(hook).__name__} ran SQL, but does not say how its database names tables; "
            "lineage_kit.datasets.databases.register_database can teach it.",
        )
        return None
    found = analyze(statements, dialect=source.database.dialect)
    return lineage_of_sql(extraction, source, statements, found, Ask.DEFAULT_SCHEMA)
