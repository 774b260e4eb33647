"""Other names for the datasets of a lineage, wherever they stand in it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming import DatasetName, joinable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage


def with_joinable_names(lineage: OperatorLineage) -> OperatorLineage:
    """Return the lineage with the names that the kit's own operators give.

    One store may be spelled in several ways, and who names it elsewhere has chosen one of them: see
    :func:`lineage_kit.datasets.naming.joinable`. What the names are in is copied, since it may belong to the DAG.
    """
    if not any(_is_other(dataset) for dataset in _named(lineage)):
        return lineage
    renamed = copy.copy(lineage)
    renamed.inputs = [_dataset(each) for each in lineage.inputs or ()]
    renamed.outputs = [_dataset(each) for each in lineage.outputs or ()]
    return renamed


def _named(lineage: OperatorLineage) -> Iterable[Any]:
    """Yield all that has a name: datasets and the sources of their columns."""
    for dataset in (*(lineage.inputs or ()), *(lineage.outputs or ())):
        yield dataset
        columns = (dataset.facets or {}).get("columnLineage")
        if columns is not None:
            yield from (source for field in columns.fields.values() for source in field.inputFields)
            yield from columns.dataset or ()


def _is_other(entry: Any) -> bool:
    name = DatasetName(entry.namespace, entry.name)
    return joinable(name) != name


def _renamed(entry: Any) -> Any:
    name = joinable(DatasetName(entry.namespace, entry.name))
    copied = copy.copy(entry)
    copied.namespace, copied.name = name.namespace, name.name
    return copied


def _dataset(dataset: Any) -> Any:
    renamed = _renamed(dataset)
    columns = (dataset.facets or {}).get("columnLineage")
    if columns is not None:
        facet = copy.copy(columns)
        facet.fields = {name: _field(field) for name, field in columns.fields.items()}
        facet.dataset = [_renamed(each) for each in columns.dataset or ()]
        renamed.facets = {**dataset.facets, "columnLineage": facet}
    return renamed


def _field(field: Any) -> Any:
    renamed = copy.copy(field)
    renamed.inputFields = [_renamed(source) for source in field.inputFields]
    return renamed
