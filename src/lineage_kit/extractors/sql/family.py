"""Operators derived from ``BaseSQLOperator``: the lineage of the SQL that they run."""

from __future__ import annotations

import logging
from typing import Any

from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.facet_v2 import sql_job

from lineage_kit.extractors.extraction import EventKind, Extraction
from lineage_kit.extractors.family import FamilyLineage
from lineage_kit.extractors.merge import combine, has_datasets
from lineage_kit.extractors.speaker import METHODS
from lineage_kit.extractors.sql.lineage import Ask, lineage_of_sql, read_sql
from lineage_kit.extractors.sql.source import find_source
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql import analyze
from lineage_kit.sql.masking import mask_sql

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


class SqlFamily:
    """What the kit knows about SQL operators; see :class:`lineage_kit.extractors.family.Family`."""

    part = "sql"

    def load(self) -> None:
        """Load the engine with its parser, which costs more than most statements do."""
        analyze("SELECT 1")

    def preload(self) -> None:
        """Load the engine with the grammars of the databases that Airflow has hooks for."""
        for dialect in _DIALECTS:
            analyze("SELECT 1", dialect=dialect)

    def may_replace(self, task: Any) -> bool:
        """Tell whether the operator has the generic OpenLineage methods of the common-sql provider and no others."""
        methods = (getattr(type(task), name, None) for name in METHODS)
        return all(getattr(method, "__module__", _GENERIC_MODULE) == _GENERIC_MODULE for method in methods)

    def extract(self, extraction: Extraction) -> FamilyLineage | None:
        """Return the lineage of the operator's SQL."""
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
        replaces = source.info is None or (understood and (named or extraction.budget.spent()))
        parts = [ours, _sql_facet(sql), *(_from_hook(extraction, hook) if replaces else ())]
        lineage = combine(parts)
        if replaces:
            _attach_check_results(extraction, lineage)
        if understood and not (found.inputs or found.outputs):
            extraction.explain(Reason.SQL_WITHOUT_TABLES, "The SQL reads and writes no table.")
        return FamilyLineage(
            lineage, replaces=replaces, hook_lineage_due=source.info is None or not has_datasets(lineage)
        )


FAMILY = SqlFamily()


def _sql_of(task: Any) -> str | list[str] | None:
    """Return the operator's SQL, or None where it is not there (yet): decorated tasks make it while they run."""
    sql = getattr(task, "sql", None)
    if isinstance(sql, str):
        return sql if sql.strip() else None
    if isinstance(sql, (list, tuple)) and all(isinstance(statement, str) for statement in sql):
        return [statement for statement in sql if statement.strip()] or None
    return None


def _sql_facet(sql: str | list[str]) -> OperatorLineage:
    # Masked one by one: a comment at the end of one statement must not swallow what joins it to the next.
    statements = [mask_sql(statement).strip(" ;\r\n") for statement in ([sql] if isinstance(sql, str) else sql)]
    return OperatorLineage(job_facets={"sql": sql_job.SQLJobFacet(query=";\n".join(statements))})


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
