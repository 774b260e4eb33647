"""SQL that Redshift runs over its Data API."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.datasets.databases import Database
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.aws import GLUE_CATALOG, external_query, place_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine
from lineage_kit.extractors.returned import returned
from lineage_kit.extractors.sql.query import lineage_in, sql_facet
from lineage_kit.extractors.sql.source import Source
from lineage_kit.extractors.symlinks import link
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openlineage.client.event_v2 import Dataset

    from lineage_kit.extractors.aws import Place
    from lineage_kit.extractors.extraction import Extraction

#: The Data API has no port of its own; the OpenLineage methods of the provider's transfers presume this one.
_PORT = 5439
#: The function may be given anything; what `SET` says is read where it stands.
_SETS_PATH = re.compile(r"\bset_config\s*\(\s*'search_path'", re.IGNORECASE)


@family("services")
def redshift_data(extraction: Extraction) -> OperatorLineage | None:
    """``RedshiftDataOperator``: the tables and S3 locations of its SQL, with column lineage, and the statement's id.

    One statement or a batch; COPY, UNLOAD and external tables included. The namespace is that of Redshift connections,
    `redshift://cluster.region:5439`, with the workgroup's name where it is serverless. With a `session_id` alone
    neither cluster nor database is known. The operator keeps no number of rows written.

    A table without a schema is in that which the SQL sets before it, or else in `public`: the operator has no
    parameter for the schema, each of its sessions begins anew, and Redshift's default for `search_path` is
    `"$user", public`. Nobody asks the server, so that a schema that is called like the user, or another
    `search_path` of the user or the cluster, is not seen: write schemas there. Where the SQL calls
    `set_config('search_path', ...)`, such a table has no name.

    A table of `awsdatacatalog` has its names in Glue and Athena as symbolic links.
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
    place = place_of(extraction, task)
    lineage = lineage_in(extraction, source, task.sql)
    for dataset in (*lineage.inputs, *lineage.outputs):
        _link_catalogue(dataset, place)
    return combine([lineage, facets])


def _link_catalogue(dataset: Dataset, place: Place) -> None:
    """Let a table of the Glue Data Catalog, which Redshift shows as a database, say what others call it."""
    catalogue, _, name = dataset.name.partition(".")
    if not dataset.namespace.startswith("redshift://") or catalogue.lower() != GLUE_CATALOG.lower():
        return
    known = place.glue_table(*name.split(".", 1))
    if known is not None:
        link(dataset, DatasetName(known.namespace, known.name), "TABLE")
        link(dataset, place.glue_name(*name.lower().split(".", 1)), "TABLE")


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
    return database_at(server, region, task.database, [task.sql] if isinstance(task.sql, str) else task.sql)


def database_at(server: str, region: str, database: str | None, sql: Iterable[str]) -> Database:
    """Return a database of a cluster or workgroup, for statements that begin a session."""
    return Database(
        namespace=f"redshift://{server}.{region}:{_PORT}",
        dialect="redshift",
        database=database,
        schema=None if _SETS_PATH.search(" ".join(sql)) else "public",
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
