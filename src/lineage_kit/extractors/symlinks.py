"""Other names of a dataset, as the OpenLineage facet ``symlinks``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from openlineage.client.facet_v2 import symlinks_dataset

if TYPE_CHECKING:
    from openlineage.client.event_v2 import Dataset

    from lineage_kit.datasets.naming import DatasetName

KEY = "symlinks"

#: A table in another catalogue, or the place where the data of a table is.
Kind = Literal["TABLE", "LOCATION"]


def link(dataset: Dataset, name: DatasetName | None, kind: Kind) -> None:
    """Let ``dataset`` say that it is also called ``name``; nothing is said without a name, and nothing twice."""
    facets: dict[str, Any] = dict(dataset.facets or {})
    known = facets[KEY].identifiers if KEY in facets else []
    if name is None or any((each.namespace, each.name) == (name.namespace, name.name) for each in known):
        return
    found = symlinks_dataset.Identifier(namespace=name.namespace, name=name.name, type=kind)
    facets[KEY] = symlinks_dataset.SymlinksDatasetFacet(identifiers=[*known, found])
    dataset.facets = facets
