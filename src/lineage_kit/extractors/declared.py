"""Declared lineage: the inlets and outlets that the DAG's author wrote."""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from openlineage.client.event_v2 import Dataset

from lineage_kit import compat
from lineage_kit.datasets.naming import from_uri
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.renaming import dataset_of_asset
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from lineage_kit.extractors.extraction import Extraction


def declared_lineage(extraction: Extraction) -> OperatorLineage:
    """Return the datasets that the task declares, with templates rendered, runtime outlets included."""
    task = extraction.task
    outlets = [*task.outlets]
    if extraction.kind is not EventKind.START and extraction.task_instance is not None:
        outlets.extend(compat.runtime_outlets(extraction.task_instance))
    return OperatorLineage(inputs=_datasets(extraction, task.inlets), outputs=_datasets(extraction, outlets))


def _datasets(extraction: Extraction, entities: list[Any]) -> list[Any]:
    datasets = []
    for entity in entities:
        dataset = extraction.guard("declared", partial(dataset_of, extraction, entity))
        if dataset is not None:
            datasets.append(dataset)
        else:
            extraction.explain(
                Reason.ASSET_NOT_TRANSLATABLE,
                f"An inlet or outlet of type {type(entity).__name__} could not be turned into a dataset: "
                "no installed provider knows its kind or its scheme.",
            )
    return datasets


def dataset_of(extraction: Extraction, entity: Any) -> Any | None:
    """Return the dataset of an inlet or outlet, None where no installed provider knows what it is."""
    rendered = _render(extraction, entity)
    url = getattr(rendered, "url", None)
    if isinstance(url, str) and (name := from_uri(url)):
        # The provider's conversion leaves the namespace of a local path empty, and keeps the bucket in
        # the name.
        return Dataset(namespace=name.namespace, name=name.name)
    dataset = ExtractorManager.convert_to_ol_dataset(rendered)
    if dataset is None and isinstance(getattr(rendered, "uri", None), str):
        # An asset, which releases of the provider before 2.16 do not take here although they can translate it.
        dataset = dataset_of_asset(rendered, None)
    return dataset


def _render(extraction: Extraction, entity: Any) -> Any:
    """Return ``entity`` with its template fields rendered: Airflow 3 leaves that out, Airflow 2 has done it already."""
    fields = getattr(type(entity), "template_fields", ())
    templated = {
        field: value for field in fields if isinstance(value := getattr(entity, field, None), str) and "{" in value
    }
    if not templated or extraction.task_instance is None:
        return entity
    context = extraction.task_instance.get_template_context()
    rendered = copy.copy(entity)
    for field, value in templated.items():
        setattr(rendered, field, extraction.task.render_template(value, context))
    return rendered
