"""Explicit lineage: which inputs feed which output, where a task has several outputs.

Without it, backends take every input to feed every output. The job facet ``lineage`` of the specification says what
is true. It has to be the complete picture of an event, columns included, so that it is sent only where that picture is
known for every dataset. OpenLineage clients that do not know the facet send nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.datasets.naming import DatasetName

KEY = "lineage"

_SIDES = ("inputs", "outputs")


def job_facets(sources: Mapping[DatasetName, Iterable[DatasetName]]) -> dict[str, Any]:
    """Return the facet for a part of a task's lineage, from the inputs of each output."""
    facets = _facets()
    if facets is None:
        return {}
    entries = [_entry(facets, target, [_input(facets, each) for each in inputs]) for target, inputs in sources.items()]
    return {KEY: facets.LineageJobFacet(entries=entries)}


def united(parts: Sequence[OperatorLineage]) -> Any | None:
    """Return the facet of several parts as one; None where one of them has a dataset whose flow nobody tells."""
    facets = _facets()
    telling = [part for part in parts if KEY in (part.job_facets or {})]
    silent = [part for part in parts if KEY not in (part.job_facets or {})]
    if facets is None or not all(_identities(silent, side) <= _identities(telling, side) for side in _SIDES):
        return None
    inputs: dict[tuple[str, str], list[Any]] = {}
    for entry in (entry for part in telling for entry in part.job_facets[KEY].entries):
        known = inputs.setdefault((entry.namespace, entry.name), [])
        known.extend(each for each in entry.inputs if each not in known)
    return facets.LineageJobFacet(
        entries=[
            facets.LineageDatasetEntry(namespace=namespace, name=name, type="DATASET", inputs=found)
            for (namespace, name), found in inputs.items()
        ]
    )


def complete(lineage: OperatorLineage) -> None:
    """Add the columns to the facet of a whole event; where there is one output, take the facet off."""
    facets = _facets()
    facet = lineage.job_facets.get(KEY)
    if facets is None or not isinstance(facet, facets.LineageJobFacet):
        return
    if len(lineage.outputs) < 2:  # noqa: PLR2004 - what "several" begins with
        del lineage.job_facets[KEY]
        return
    columns = {(each.namespace, each.name): (each.facets or {}).get("columnLineage") for each in lineage.outputs}
    lineage.job_facets[KEY] = facets.LineageJobFacet(
        entries=[_with_columns(facets, entry, columns.get((entry.namespace, entry.name))) for entry in facet.entries]
    )


def _identities(parts: Iterable[OperatorLineage], side: str) -> set[tuple[str, str]]:
    return {(dataset.namespace, dataset.name) for part in parts for dataset in getattr(part, side) or ()}


def _facets() -> Any | None:
    try:
        from openlineage.client.facet_v2 import lineage
    except ImportError:
        return None
    return lineage


def _entry(facets: Any, target: DatasetName, inputs: list[Any]) -> Any:
    return facets.LineageDatasetEntry(namespace=target.namespace, name=target.name, type="DATASET", inputs=inputs)


def _input(facets: Any, source: DatasetName) -> Any:
    return facets.LineageDatasetInput(namespace=source.namespace, name=source.name, type="DATASET")


def _with_columns(facets: Any, entry: Any, columns: Any | None) -> Any:
    """Return the entry with what the facet ``columnLineage`` of its dataset says, which consumers then pass over."""
    if columns is None:
        return entry
    return facets.LineageDatasetEntry(
        namespace=entry.namespace,
        name=entry.name,
        type="DATASET",
        inputs=[*entry.inputs, *(_field(facets, each) for each in columns.dataset or ())],
        fields={
            name: facets.LineageFieldEntry(inputs=[_field(facets, each) for each in field.inputFields])
            for name, field in columns.fields.items()
        },
    )


def _field(facets: Any, source: Any) -> Any:
    return facets.LineageDatasetInput(
        namespace=source.namespace,
        name=source.name,
        type="DATASET",
        field=source.field,
        transformations=[
            facets.LineageTransformation(type=each.type, subtype=each.subtype, masking=each.masking)
            for each in source.transformations or ()
        ],
    )
