"""Operators derived from ``BaseSQLOperator``: the lineage of the SQL that they run."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.checks.attaching import with_results
from lineage_kit.extractors.checks.queries import queries_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import FamilyLineage
from lineage_kit.extractors.merge import combine, has_datasets
from lineage_kit.extractors.speaker import METHODS, Kind
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql, rows_not_understood
from lineage_kit.extractors.sql.query import sql_facet
from lineage_kit.extractors.sql.source import find_source
from lineage_kit.extractors.statistics import with_row_count
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.family import Official

log = logging.getLogger(__name__)

#: The dialects that hooks of Airflow's providers name.
_DIALECTS = (
    "athena",
    "bigquery",
    "databricks",
    "mssql",
    "mysql",
    "postgres",
    "redshift",
    "snowflake",
    "sqlite",
    "trino",
)

#: Where the generic methods are: on ``BaseSQLOperator``, in older releases such as 1.27 on ``SQLExecuteQueryOperator``.
_GENERIC_MODULE = "airflow.providers.common.sql.operators.sql"


@dataclass(frozen=True)
class _Own:
    """What the kit itself makes of an operator's SQL.

    Args:
        lineage: datasets and facets.
        whole: whether nothing is lost when this is sent instead of what the operator itself would say.
        without_official: whether the OpenLineage provider alone would have found no dataset.
        rows: rows that SQL wrote of which only the provider may know the table.

    """

    lineage: OperatorLineage
    whole: bool
    without_official: bool
    rows: int | None = None


class SqlFamily:
    """What the kit knows about SQL operators; see :class:`lineage_kit.extractors.family.Family`."""

    part = "sql"
    names_datasets = True
    about = (
        "The tables that the SQL reads and writes, spelled as the database stores them, with schema and column "
        "lineage; from the SQL itself, read by the kit's own engine, and the database's catalogue."
    )

    def load(self) -> None:
        """Load the engine with its parser, which costs more than most statements do."""
        analyze("SELECT 1")

    def preload(self) -> None:
        """Load the engine with the grammars of the databases that Airflow has hooks for."""
        for dialect in _DIALECTS:
            analyze("SELECT 1", dialect=dialect)

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage:
        """Return the lineage of the operator's SQL, and what its checks found."""
        known = self._of_sql(extraction, official)
        if not self._has_results(extraction.task):
            return known
        return replace(known, lineage=with_results(extraction, known.lineage))

    def _has_results(self, task: Any) -> bool:
        """Tell whether the operator may have checked data."""
        return bool(getattr(task, "check_results", None))

    def _of_sql(self, extraction: Extraction, official: Official) -> FamilyLineage:
        """Return the lineage of the operator's SQL; where it is whole, the generic methods are not asked."""
        generic = official.kind is Kind.OPERATOR and self._generic(extraction.task)
        found = extraction.attempt(self.part, lambda: self._own(extraction)) if generic else None
        if found is not None and found.whole:
            return FamilyLineage(found.lineage, covers_queries=True, hook_lineage_due=found.without_official)
        answer = official.lineage()
        if has_datasets(answer):
            counted = _with_rows(answer, found.rows if found is not None else None)
            return FamilyLineage(counted, covers_queries=False, hook_lineage_due=False)
        if not generic:
            found = extraction.attempt(self.part, lambda: self._own(extraction))
        if found is None:
            return FamilyLineage(answer, covers_queries=False, hook_lineage_due=True)
        return FamilyLineage(combine([answer, found.lineage]), covers_queries=found.whole, hook_lineage_due=True)

    def _generic(self, task: Any) -> bool:
        """Tell whether the operator has the generic OpenLineage methods of the common-sql provider and no others."""
        methods = (getattr(type(task), name, None) for name in METHODS)
        return all(getattr(method, "__module__", _GENERIC_MODULE) == _GENERIC_MODULE for method in methods)

    def _own(self, extraction: Extraction) -> _Own | None:
        task = extraction.task
        sql = _sql_of(task)
        if sql is None:
            extraction.explain(
                Reason.SQL_NOT_KNOWN,
                f"{task.task_type} has no SQL text that could be read at this point of the task.",
            )
            return None
        hook = task.get_db_hook()
        source = find_source(extraction, hook, getattr(task, "database", None))
        if source is None:
            return None
        found = read_sql(extraction, source, sql)
        understood = not found.problems
        # Where a statement is not understood, the operator's own method is asked too, with all its queries and with
        # whatever its hook sends by the way; nothing of that is done twice.
        ours, named = lineage_of_sql(extraction, source, sql, found, Ask.COLUMNS if understood else Ask.NOTHING)
        # With no time left, asking the operator as well would cost the whole event.
        whole = source.info is None or (understood and (named or extraction.budget.spent()))
        text = OperatorLineage(job_facets={"sql": sql_facet(sql)})
        lineage = combine([ours, text, *(_from_hook(extraction, hook) if whole else ())])
        if whole:
            _attach_check_results(extraction, lineage)
        if understood and not (found.inputs or found.outputs):
            extraction.explain(Reason.SQL_WITHOUT_TABLES, "The SQL reads and writes no table.")
        without_official = source.info is None or not has_datasets(lineage)
        return _Own(lineage, whole, without_official, rows_not_understood(extraction, source, found))


FAMILY = SqlFamily()


def _sql_of(task: Any) -> str | list[str] | None:
    """Return the operator's SQL, or None where it is not there (yet): decorated tasks make it while they run."""
    sql = queries_of(task)
    if isinstance(sql, str):
        return sql if sql.strip() else None
    if isinstance(sql, (list, tuple)) and all(isinstance(statement, str) for statement in sql):
        return [statement for statement in sql if statement.strip()] or None
    return None


def _with_rows(answer: OperatorLineage, rows: int | None) -> OperatorLineage:
    """Return the operator's answer with the rows written, where it is clear what they were written to."""
    if rows is None or len(answer.outputs) != 1:
        return answer
    return combine([answer, OperatorLineage(outputs=[with_row_count(answer.outputs[0], rows)])])


def _from_hook(extraction: Extraction, hook: Any) -> list[OperatorLineage]:
    """Return what the hook adds once the task is done: query ids, and facets of its database."""
    ask = getattr(hook, "get_openlineage_database_specific_lineage", None)
    if extraction.kind is EventKind.START or not callable(ask):
        return []
    specific = extraction.guard("hook", lambda: ask(extraction.task_instance))
    return [specific] if specific is not None else []


def _attach_check_results(extraction: Extraction, lineage: OperatorLineage) -> None:
    """Attach the results of data quality checks, as the generic method of common-sql 2.3 and later does."""
    attach = getattr(extraction.task, "_attach_check_facets", None)
    if extraction.kind is EventKind.START or not attach or not getattr(extraction.task, "check_results", None):
        return

    def step() -> None:
        try:
            attach(lineage)
        except AirflowOptionalProviderFeatureException:
            # The OpenLineage client is too old for them; the generic method passes over it in silence, too.
            log.debug("Results of checks were not attached", exc_info=True)

    extraction.guard("checks", step)
