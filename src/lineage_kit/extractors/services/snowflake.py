"""Operators that have Snowflake run SQL, or code of its own, without telling Airflow all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.aws import external_query
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction, family
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.returned import pushed
from lineage_kit.extractors.sql.family import SqlFamily
from lineage_kit.extractors.sql.query import sql_facet
from lineage_kit.extractors.sql.source import find_source
from lineage_kit.facets.no_datasets import Reason
from lineage_kit.sql.masking import mask_sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.family import FamilyLineage, Official

_PART = "services"


class SqlApiFamily(SqlFamily):
    """SQL operators whose hook loses the query's id when the task is deferred and fails."""

    about = (
        "``SnowflakeSqlApiOperator``: the tables that its statements read and write, and the id of its query where "
        "it is one, also of a deferred task that failed. Row counts are not in the answers that the operator keeps."
    )

    def extract(self, extraction: Extraction, official: Official) -> FamilyLineage:
        """Return the lineage of the SQL with the id of its query."""
        known = super().extract(extraction, official)
        query = extraction.attempt(self.part, lambda: _query_before_deferral(extraction))
        return replace(known, lineage=combine([known.lineage, query])) if query else known


SQL_API = SqlApiFamily()


@correction(_PART, names_datasets=False)
def snowflake_notebook(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage:
    """``SnowflakeNotebookOperator``: no dataset, but the id of the query that runs the notebook.

    What its cells read and write only Snowflake knows. Arguments of the notebook are left out of the SQL text.
    """
    del official  # It would have the text parsed for tables, of which there are none.
    extraction.explain(
        Reason.SQL_NOT_KNOWN,
        "What the notebook's cells read and write is only known to Snowflake; declare inlets and outlets. Its "
        "ACCESS_HISTORY has the tables of the query that `externalQuery` names.",
    )
    facets = OperatorLineage(job_facets={"sql": sql_facet(mask_sql(extraction.task.sql, literals=True))})
    if extraction.kind is EventKind.START:
        return facets
    hook = extraction.task.get_db_hook()
    query = extraction.guard(
        "hook", lambda: hook.get_openlineage_database_specific_lineage(extraction.task_instance)
    ) or extraction.guard(_PART, lambda: _query_before_deferral(extraction))
    return combine([facets, query]) if query else facets


@family(_PART, names_datasets=False)
def snowpark(extraction: Extraction) -> None:
    """``SnowparkOperator``, ``@task.snowpark``: no dataset; Snowpark runs its SQL in a session that no hook sees."""
    extraction.explain(
        Reason.SQL_NOT_KNOWN,
        "Snowpark runs its SQL in a session of its own, which no hook of Airflow sees; declare inlets and outlets. "
        "Snowflake's ACCESS_HISTORY has the tables of queries with the tag of this task.",
    )


@family(_PART, names_datasets=False)
def snowpark_container(extraction: Extraction) -> None:
    """``SnowparkContainerJobOperator``: no dataset; what a container does is only known to itself."""
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "What the container reads and writes is not in Snowflake's answers; declare inlets and outlets.",
    )


def _query_before_deferral(extraction: Extraction) -> OperatorLineage | None:
    """Return the id of the one query of an operator whose hook has forgotten it; None with several or none.

    The operator pushes the ids to XCom before it defers. When the trigger reports a failure, and with older providers
    always, the hook of the process that goes on is not given them. The provider's events for single queries are not
    sent then, since only Snowflake could tell which of them succeeded.
    """
    hook = extraction.task.get_db_hook()
    if extraction.kind is EventKind.START or hook.query_ids:
        return None
    ids = pushed(extraction, "query_ids")
    if not isinstance(ids, (list, tuple)) or len(ids) != 1:
        return None
    source = find_source(extraction, hook)
    name = source.database.namespace if source else "snowflake"
    return OperatorLineage(run_facets=external_query(str(ids[0]), name))
