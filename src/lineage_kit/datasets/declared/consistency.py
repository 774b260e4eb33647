"""Declared datasets of one task, checked against each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.declared.dataset import DeclaredDataset
from lineage_kit.datasets.declared.identity import name_of
from lineage_kit.datasets.naming import DatasetName, from_uri
from lineage_kit.datasets.templates import is_template
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage_kit.datasets.declared.identity import Identity


def check(owner: str, inputs: Sequence[Any], outputs: Sequence[Any], *, may_read_more: bool = False) -> None:
    """Check what is certain before the task runs; what is not is left to a warning when it has run.

    Args:
        owner: how the task is called in messages.
        inputs: its inlets; what is no declared dataset is not looked at.
        outputs: its outlets.
        may_read_more: whether SQL or Python code of the task may say what else it reads.

    Raises:
        DeclarationError: two outlets are the same dataset with different columns, or a column is made of one of a
            dataset that is none of the inlets, of which there are some.

    """
    declared = [each for each in outputs if isinstance(each, DeclaredDataset)]
    _check_columns(owner, declared)
    # The task's code, or entries that others made, may say what else it reads.
    if inputs and not may_read_more and all(isinstance(each, DeclaredDataset) for each in inputs):
        _check_sources(owner, inputs, declared)


def _check_columns(owner: str, outputs: Iterable[DeclaredDataset]) -> None:
    seen: dict[DatasetName | Identity, DeclaredDataset] = {}
    for dataset in outputs:
        if not dataset.columns_complete:
            continue
        other = seen.setdefault(_known(dataset) or dataset.identity, dataset)
        if _differ(other, dataset):
            msg = f"{owner} has the outlet {dataset!r} twice, with different columns; keep one of them."
            raise DeclarationError(msg)


def _differ(one: DeclaredDataset, other: DeclaredDataset) -> bool:
    """Tell whether two lists of columns cannot be of one dataset: in names, or in types where both tell them."""
    types = {column.name: column.type for column in one.columns}
    others = {column.name: column.type for column in other.columns}
    if types.keys() != others.keys():
        return True
    pairs = [(types[name], others[name]) for name in types]
    return any(a and b and "".join(a.lower().split()) != "".join(b.lower().split()) for a, b in pairs)


def _check_sources(owner: str, inputs: Sequence[DeclaredDataset], outputs: Sequence[DeclaredDataset]) -> None:
    read = [name for each in inputs for name in _names(each)]
    if None in read:
        return
    own = {each.identity for each in (*inputs, *outputs)}
    known = {*read, *(name for each in outputs for name in _names(each))} - {None}
    for dataset in outputs:
        for column in dataset.columns:
            for source in column.from_:
                if source.dataset.identity in own or _may_be_of(source.dataset, known):
                    continue
                msg = (
                    f"{owner} makes column {column.name!r} of {dataset!r} from {source.dataset!r}, which is none of "
                    f"its inlets; add it: inlets=[{source.dataset!r}, …]."
                )
                raise DeclarationError(msg)


def _may_be_of(source: DeclaredDataset, known: Iterable[DatasetName | None]) -> bool:
    """Tell whether the source is one of the datasets, as a folder or file of it too, or not named yet."""
    names = set(_names(source))
    return None in names or any(_one_in_the_other(name, other) for name in names for other in known)


def _one_in_the_other(one: DatasetName | None, other: DatasetName | None) -> bool:
    if one is None or other is None or one.namespace != other.namespace:
        return False
    paths = [each.name.strip("/") + "/" for each in (one, other)]
    return paths[0].startswith(paths[1].lstrip("/")) or paths[1].startswith(paths[0].lstrip("/"))


def _names(dataset: DeclaredDataset) -> Iterator[DatasetName | None]:
    """Yield the names of a dataset and its symbolic links, None for each that is known only when a task runs."""
    yield _known(dataset)
    for link in json.loads(dataset.details.symlinks):
        if any(is_template(text) for text in link.values()) or "connection" in link:
            yield None
        else:
            yield from_uri(link["uri"]) if "uri" in link else DatasetName(**link)


def _known(dataset: DeclaredDataset) -> DatasetName | None:
    """Return the name of a dataset; None where a connection or Jinja makes it."""
    name = name_of(dataset.identity)
    return None if name is None or is_template(f"{name.namespace} {name.name}") else name
