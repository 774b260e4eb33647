"""Other names for the datasets of a lineage, wherever they stand in it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming import DatasetName, joinable
from lineage_kit.extractors.merge import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from airflow.providers.openlineage.extractors import OperatorLineage

    #: Returns the name that a dataset shall have: another one, or the same.
    Rename = Callable[[DatasetName], DatasetName]

_COLUMNS = "columnLineage"


def with_joinable_names(lineage: OperatorLineage) -> OperatorLineage:
    """Return the lineage with the names that the kit's own operators give.

    One store may be spelled in several ways, and who names it elsewhere has chosen one of them: see
    :func:`lineage_kit.datasets.naming.joinable`.
    """
    return renamed(lineage, joinable)


def renamed(lineage: OperatorLineage, rename: Rename) -> OperatorLineage:
    """Return the lineage with other names for its datasets and for what their columns are made of.

    What the names are in is copied, since it may belong to the DAG; where no name changes, it is ``lineage`` itself.
    """
    if all(rename(name) == name for name in map(_name, _named(lineage))):
        return lineage
    copied = copy.copy(lineage)
    copied.inputs = [with_sources(_renamed(each, rename), rename) for each in lineage.inputs or ()]
    copied.outputs = [with_sources(_renamed(each, rename), rename) for each in lineage.outputs or ()]
    return copied


def with_sources(dataset: Any, rename: Rename) -> Any:
    """Return the dataset with other names for what its columns are made of; a source that is then there twice is one.

    What changes is copied.
    """
    columns = (dataset.facets or {}).get(_COLUMNS)
    if columns is None:
        return dataset
    copied, facet = copy.copy(dataset), copy.copy(columns)
    facet.fields = {name: _field(field, rename) for name, field in columns.fields.items()}
    facet.dataset = _sources(columns.dataset or (), rename)
    copied.facets = {**dataset.facets, _COLUMNS: facet}
    return copied


def _field(field: Any, rename: Rename) -> Any:
    copied = copy.copy(field)
    copied.inputFields = _sources(field.inputFields, rename)
    return copied


def _sources(sources: Iterable[Any], rename: Rename) -> list[Any]:
    return distinct([_renamed(source, rename) for source in sources])


def _named(lineage: OperatorLineage) -> Iterable[Any]:
    """Yield all that has a name: datasets and the sources of their columns."""
    for dataset in (*(lineage.inputs or ()), *(lineage.outputs or ())):
        yield dataset
        columns = (dataset.facets or {}).get(_COLUMNS)
        if columns is not None:
            yield from (source for field in columns.fields.values() for source in field.inputFields)
            yield from columns.dataset or ()


def _name(entry: Any) -> DatasetName:
    return DatasetName(entry.namespace, entry.name)


def _renamed(entry: Any, rename: Rename) -> Any:
    name = rename(_name(entry))
    copied = copy.copy(entry)
    copied.namespace, copied.name = name.namespace, name.name
    return copied
