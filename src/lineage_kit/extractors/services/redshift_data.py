"""SQL that Redshift runs over its Data API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.datasets.databases import Database
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.services.aws import external_query, place_of
from lineage_kit.extractors.sql.query import lineage_in, sql_facet
from lineage_kit.extractors.sql.source import Source
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction

#: The Data API has no port of its own; the OpenLineage methods of the provider's transfers presume this one.
_PORT = 5439


@family("services")
def redshift_data(extraction: Extraction) -> OperatorLineage | None:
    """``RedshiftDataOperator``: the tables and S3 locations of its SQL, with column lineage, and the statement's id.

    One statement or a batch; COPY, UNLOAD and external tables included. The namespace is that of Redshift connections,
    `redshift://cluster.region:5439`, with the workgroup's name where it is serverless. A table without a schema is in
    `public`, since nobody asks the server. With a `session_id` alone neither cluster nor database is known. The
    operator keeps no number of rows written.
    """
    task = extraction.task
    database = _database(extraction)
    facets = OperatorLineage(
        run_facets=external_query(_statement_id(extraction), database.namespace if database else "redshift"),
        job_facets={"sql": sql_facet(task.sql)},
    )
    if database is None:
        return facets
    if not task.wait_for_completion:
        # The task ends when Redshift has accepted the statement; what became of it nobody knows by then.
        extraction = replace(extraction, kind=EventKind.START)
    source = Source(hook=task.hook, connection=None, database=database, info=None)
    return combine([lineage_in(extraction, source, task.sql), facets])


def _database(extraction: Extraction) -> Database | None:
    task = extraction.task
    server = task.cluster_identifier or task.workgroup_name
    region = place_of(extraction, task).region if server else None
    if not (server and region):
        extraction.explain(
            Reason.UNSUPPORTED_HOOK,
            "The operator names neither cluster nor workgroup, or nothing names a region; tables have no names then.",
        )
        return None
    return Database(
        namespace=f"redshift://{server}.{region}:{_PORT}",
        dialect="redshift",
        database=task.database,
        schema="public",
        schema_required=True,
        database_required=True,
    )


def _statement_id(extraction: Extraction) -> str | None:
    """Return the id of the statement or the batch; after a deferral it is in what the operator returned."""
    kept: str | None = getattr(extraction.task, "statement_id", None)
    if kept or extraction.task.return_sql_result:
        return kept
    ids: Any = extraction.attempt("services", lambda: returned(extraction))
    # Statements of a batch are numbered: `id:1`, `id:2`.
    return str(ids[0]).partition(":")[0] if isinstance(ids, (list, tuple)) and ids else None
