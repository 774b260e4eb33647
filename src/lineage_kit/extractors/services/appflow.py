"""Flows of AppFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset

from lineage_kit.extractors.aws import within_budget
from lineage_kit.extractors.copies import stored_object
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family
from lineage_kit.extractors.merge import combine, unite
from lineage_kit.extractors.returned import pushed
from lineage_kit.extractors.services.external import external_run_facets
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction

_PART = "services"


@family(_PART)
def appflow_run(extraction: Extraction) -> OperatorLineage:
    """``AppflowRunOperator`` and its relatives: the flow, the id of its run, and the folders that it has in S3.

    ``AppflowRunFullOperator``, ``AppflowRunBeforeOperator``, ``AppflowRunAfterOperator`` and
    ``AppflowRunDailyOperator`` likewise. The operator keeps nothing of the flow: once it has run, AppFlow is asked for
    it, in one request. A source or destination elsewhere, as Salesforce, has no name in the answer, which tells the
    objects, but not the account that they are in.
    """
    flow = extraction.task.flow_name
    execution = extraction.attempt(_PART, lambda: pushed(extraction, "execution_id"))
    facets = OperatorLineage(run_facets=external_run_facets("appflow", execution, job=flow))
    if extraction.kind is not EventKind.COMPLETE:
        return facets
    moved = extraction.attempt(_PART, lambda: _moved(extraction, flow))
    return combine([facets, moved]) if moved else facets


def _moved(extraction: Extraction, flow: str) -> OperatorLineage:
    described = within_budget(extraction, extraction.task.hook, requests=1).conn.describe_flow(flowName=flow)
    source = described["sourceFlowConfig"]
    targets = described["destinationFlowConfigList"]
    others = [each["connectorType"] for each in (source, *targets) if each["connectorType"] != "S3"]
    if others:
        extraction.explain(
            Reason.NOT_AVAILABLE,
            f"What the flow reads or writes in {', '.join(others)} has no name that AppFlow tells; declare inlets and "
            "outlets.",
        )
    return OperatorLineage(
        inputs=_folders([source["sourceConnectorProperties"]]),
        outputs=_folders(each["destinationConnectorProperties"] for each in targets),
    )


def _folders(places: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the folders in S3 among ``places``; without a prefix that is all of the bucket."""
    stores = (place["S3"] for place in places if place.get("S3"))
    names = (stored_object("s3", store["bucketName"], store.get("bucketPrefix") or "") for store in stores)
    return unite(Dataset(namespace=name.namespace, name=name.name, facets={}) for name in names if name)
