"""What else is told of a dataset, each in its standard facet."""

from __future__ import annotations

import inspect
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import Dataset, InputDataset
from openlineage.client.facet_v2 import (
    datasource_dataset,
    documentation_dataset,
    ownership_dataset,
    symlinks_dataset,
    tags_dataset,
)

from lineage_kit.datasets.naming import without_secrets
from lineage_kit.extractors.statistics import with_row_count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lineage_kit.datasets.naming import DatasetName

    Told = Mapping[str, Any]

#: Who has set tags, in the words of spec/facets/TagsDatasetFacet.json.
_SOURCE = "USER"
_MARKDOWN = "text/markdown"


def facets_of(told: Told, name: DatasetName, symlink_name: Callable[[Told], DatasetName | None]) -> dict[str, Any]:
    """Return the facets of a dataset that hold for inputs and outputs alike.

    Args:
        told: the dataset.
        name: its OpenLineage name.
        symlink_name: tells the name of another dataset that is the same data; None leaves it out.

    """
    found = {
        "documentation": _documentation(told),
        "ownership": _ownership(told),
        "tags": _tags(told),
        "dataSource": _source(told, name),
        "symlinks": _symlinks(told, symlink_name),
    }
    return {key: facet for key, facet in found.items() if facet is not None}


def _documentation(told: Told) -> Any | None:
    """Return the description, and below it the links: no facet of OpenLineage has a place for them."""
    links = "\n".join(f"- <{link}>" for link in told.get("links", ()))
    text = "\n\n".join(part for part in (told.get("description"), links) if part)
    if not text:
        return None
    facet = documentation_dataset.DocumentationDatasetFacet
    kind = {"contentType": _MARKDOWN} if links and "contentType" in inspect.signature(facet).parameters else {}
    return facet(description=text, **kind)


def _ownership(told: Told) -> Any | None:
    owners = [
        ownership_dataset.Owner(name=name, **({"type": kind} if kind else {}))
        for name, kind in told.get("owners", {}).items()
    ]
    return ownership_dataset.OwnershipDatasetFacet(owners=owners) if owners else None


def _tags(told: Told) -> Any | None:
    of_columns = {column["name"]: column.get("tags", {}) for column in told.get("columns", ())}
    tags = [
        tags_dataset.TagsDatasetFacetFields(key=key, value=value, source=_SOURCE, field=column)
        for column, given in {None: told.get("tags", {}), **of_columns}.items()
        for key, value in given.items()
    ]
    return tags_dataset.TagsDatasetFacet(tags=tags) if tags else None


def _source(told: Told, name: DatasetName) -> Any | None:
    uri = told.get("source")
    if not uri:
        return None
    return datasource_dataset.DatasourceDatasetFacet(name=name.namespace, uri=without_secrets(uri))


def _symlinks(told: Told, symlink_name: Callable[[Told], DatasetName | None]) -> Any | None:
    identifiers = []
    for each in told.get("symlinks", ()):
        other = symlink_name(each)
        if other is None:
            continue
        kind = "LOCATION" if "uri" in each else "TABLE"
        identifiers.append(symlinks_dataset.Identifier(namespace=other.namespace, name=other.name, type=kind))
    return symlinks_dataset.SymlinksDatasetFacet(identifiers=identifiers) if identifiers else None


def as_input(dataset: Dataset, told: Told) -> Dataset:
    """Return the dataset with what its task reads of it: partition and rows."""
    from openlineage.client.facet_v2 import input_statistics_input_dataset

    facets = _subset(told, "Input")
    rows = _count(told)
    if rows is not None:
        facets["inputStatistics"] = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(rowCount=rows)
    if not facets:
        return dataset
    return InputDataset(namespace=dataset.namespace, name=dataset.name, facets=dataset.facets, inputFacets=facets)


def as_output(dataset: Dataset, told: Told) -> Dataset:
    """Return the dataset with what its task writes of it: partition and rows."""
    counted = with_row_count(dataset, _count(told))
    facets = _subset(told, "Output")
    if not facets:
        return counted
    from openlineage.client.event_v2 import OutputDataset

    own = {**(getattr(counted, "outputFacets", None) or {}), **facets}
    return OutputDataset(namespace=counted.namespace, name=counted.name, facets=counted.facets, outputFacets=own)


def is_no_count(told: Told) -> bool:
    """Tell whether a number of rows is given that Jinja has made something else of."""
    return "row_count" in told and _count(told) is None


def _count(told: Told) -> int | None:
    """Return the number of rows; None where Jinja became something else."""
    count = str(told.get("row_count", "")).strip()
    return int(count) if count.isdecimal() else None


def _subset(told: Told, side: str) -> dict[str, Any]:
    """Return the facet with the partition; early OpenLineage clients have none."""
    partition = told.get("partition")
    if not partition or find_spec("openlineage.client.generated.base_subset_dataset") is None:
        return {}
    from openlineage.client.generated import base_subset_dataset as subsets

    condition = subsets.PartitionSubsetCondition(partitions=[subsets.Partition(dimensions=dict(partition))])
    if side == "Input":
        return {"subset": subsets.InputSubsetInputDatasetFacet(inputCondition=condition)}
    return {"subset": subsets.OutputSubsetOutputDatasetFacet(outputCondition=condition)}
