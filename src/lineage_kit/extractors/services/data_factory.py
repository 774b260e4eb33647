"""Pipelines of Azure Data Factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.returned import pushed
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction

_PART = "services"

#: The page that the operator's own link leads to.
_PAGE = (
    "https://adf.azure.com/en-us/monitoring/pipelineruns/{run}?factory=/subscriptions/{subscription}"
    "/resourceGroups/{group}/providers/Microsoft.DataFactory/factories/{factory}"
)


@family(_PART, names_datasets=False)
def data_factory_run(extraction: Extraction) -> OperatorLineage:
    """``AzureDataFactoryRunPipelineOperator``: no dataset, but the pipeline, the id of its run and the run's page.

    What the activities of the pipeline read and write is not in the answers that the operator keeps. Its parameters
    are not sent.
    """
    task = extraction.task
    extraction.explain(
        Reason.NOT_AVAILABLE,
        "What the pipeline's activities read and write is not in the answers that the operator keeps; declare inlets "
        "and outlets.",
    )
    run = extraction.attempt(_PART, lambda: _run_id(extraction))
    url = extraction.attempt(_PART, lambda: _page(extraction, run)) if run else None
    facets = external_run_facets("azure_data_factory", run, job=task.pipeline_name, url=url)
    return OperatorLineage(run_facets=facets)


def _run_id(extraction: Extraction) -> str | None:
    """Return the id of the run; after a deferral it is in XCom alone."""
    if extraction.kind is EventKind.START:
        return None
    kept: str | None = getattr(extraction.task, "run_id", None)
    return kept or pushed(extraction, "run_id")


def _page(extraction: Extraction, run: str) -> str | None:
    """Return the run's page; None where connection and operator do not tell where the pipeline is."""
    task = extraction.task
    extra = connection_of(extraction, task.azure_data_factory_conn_id).extra_dejson

    def given(name: str) -> str | None:
        found: str | None = extra.get(name) or extra.get(f"extra__azure__{name}")
        return found

    group = task.resource_group_name or given("resource_group_name")
    factory = task.factory_name or given("factory_name")
    subscription = given("subscriptionId")
    if not (subscription and group and factory):
        return None
    return _PAGE.format(run=run, subscription=subscription, group=group, factory=factory)
