"""Connections that Airbyte syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


@family("services", names_datasets=False)
def airbyte_sync(extraction: Extraction) -> OperatorLineage:
    """``AirbyteTriggerSyncOperator``: no dataset, but the ids of the connection and, once it is known, of the job.

    The operator knows neither the streams nor the destination. The job's id is not known after a deferral.
    """
    task = extraction.task
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "Which streams are synced, and where to, is not in the answers of Airbyte that the operator keeps; declare "
        "inlets and outlets.",
    )
    job_id = getattr(task, "job_id", None) if extraction.kind is not EventKind.START else None
    return OperatorLineage(run_facets=external_run_facets("airbyte", job_id, job=task.connection_id))
