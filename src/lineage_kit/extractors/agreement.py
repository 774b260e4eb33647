"""Declared and found lineage of one task, brought together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.declared_mode import mode_of
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lineage_kit.extractors.extraction import Extraction

log = logging.getLogger(__name__)

_SIDES = ("inputs", "outputs")


def agree(extraction: Extraction, found: OperatorLineage, declared: OperatorLineage) -> OperatorLineage:
    """Return the lineage of a task from what was found and what is declared.

    Where both say something of one dataset, what was found is believed: it was measured. Contradictions are reported
    once the task has run.

    Args:
        extraction: the task and the event.
        found: from operators, hooks and SQL.
        declared: from inlets and outlets.

    """
    if extraction.kind is not EventKind.START:
        _report_columns(extraction, found, declared)
    mode = mode_of(extraction.task)
    measured = found
    if mode == "override":
        found = _kept(found, declared)
    elif mode == "fallback":
        waits = is_undecided(extraction)
        declared = OperatorLineage(
            **{side: [] if waits or getattr(found, side) else getattr(declared, side) for side in _SIDES},
            run_facets=declared.run_facets,
            job_facets=declared.job_facets,
        )
    merged = combine([found, declared])
    if extraction.kind is not EventKind.START:
        _report_sources(extraction, declared, merged)
        _report_source_columns(extraction, declared, measured)
    return merged


def is_undecided(extraction: Extraction) -> bool:
    """Tell whether what is declared has to wait until the task has run, and shown what else there is."""
    return extraction.kind is EventKind.START and mode_of(extraction.task) == "fallback"


def report_differences(extraction: Extraction, outputs: Iterable[Any]) -> None:
    """Report outputs that are declared more than once, with different columns; what was said last is told.

    Args:
        extraction: the task and the event.
        outputs: as they are declared, each of them.

    """
    known: dict[tuple[str, str], dict[str, str]] = {}
    reported = set()
    for dataset in outputs:
        columns = _columns(dataset)
        identity = (dataset.namespace, dataset.name)
        if columns and known.setdefault(identity, columns).keys() != columns.keys() and identity not in reported:
            reported.add(identity)
            _warn(
                extraction,
                f"{dataset.namespace} {dataset.name} is declared more than once among the outputs, with different "
                f"columns: {', '.join(known[identity].values())}; and {', '.join(columns.values())}.",
            )


def _kept(found: OperatorLineage, declared: OperatorLineage) -> OperatorLineage:
    """Return what was found of the datasets on the sides that are declared, and all of the other side."""
    sides = {}
    for side in _SIDES:
        named = {(dataset.namespace, dataset.name) for dataset in getattr(declared, side) or ()}
        datasets = getattr(found, side) or []
        sides[side] = [each for each in datasets if (each.namespace, each.name) in named] if named else datasets
    return OperatorLineage(**sides, run_facets=found.run_facets, job_facets=found.job_facets)


def _report_columns(extraction: Extraction, found: OperatorLineage, declared: OperatorLineage) -> None:
    for side in _SIDES:
        measured = {(each.namespace, each.name): _columns(each) for each in getattr(found, side) or ()}
        for dataset in getattr(declared, side) or ():
            known = measured.get((dataset.namespace, dataset.name))
            if known and (unknown := [name for name in _columns(dataset) if name.lower() not in known]):
                _warn(
                    extraction,
                    f"{dataset.namespace} {dataset.name} is declared with the columns {', '.join(unknown)}, which it "
                    f"does not have. It has {', '.join(known.values())}; these are told.",
                )


def _columns(dataset: Any) -> dict[str, str]:
    """Return the columns of a dataset's schema, by their name in lower case: databases differ in how they spell it."""
    schema = (dataset.facets or {}).get("schema")
    return {field.name.lower(): field.name for field in schema.fields or ()} if schema else {}


def _report_sources(extraction: Extraction, declared: OperatorLineage, merged: OperatorLineage) -> None:
    """Report columns that are declared to be made of a dataset that the task does not read."""
    read = {(each.namespace, each.name) for side in _SIDES for each in getattr(merged, side) or ()}
    for dataset in declared.outputs or ():
        # Each once, in order.
        for name, namespace, source in dict.fromkeys(each[:3] for each in _sources(dataset)):
            if (namespace, source) not in read:
                _warn(
                    extraction,
                    f"column {name} of {dataset.namespace} {dataset.name} is declared to be made of {namespace} "
                    f"{source}, which the task does not read as far as anybody knows; add it to the inlets.",
                )


def _report_source_columns(extraction: Extraction, declared: OperatorLineage, found: OperatorLineage) -> None:
    """Report columns that are declared to be made of columns that the other dataset does not have."""
    measured = {
        (each.namespace, each.name): columns
        for side in _SIDES
        for each in getattr(found, side) or ()
        if (columns := _columns(each))
    }
    for dataset in declared.outputs or ():
        unknown: dict[tuple[str, str], list[str]] = {}
        for _, namespace, name, column in _sources(dataset):
            known = measured.get((namespace, name))
            # The schema may tell a nested column by the one that it is in.
            if known and not {column.lower(), column.partition(".")[0].lower()} & known.keys():
                unknown.setdefault((namespace, name), []).append(column)
        for (namespace, name), given in unknown.items():
            _warn(
                extraction,
                f"{dataset.namespace} {dataset.name} is declared to be made of the columns "
                f"{', '.join(dict.fromkeys(given))} of {namespace} {name}, which does not have them. It has "
                f"{', '.join(measured[namespace, name].values())}.",
            )


def _sources(dataset: Any) -> Iterable[tuple[str, str, str, str]]:
    """Yield the columns with what they are made of: namespace, name and column of the other dataset."""
    lineage = (dataset.facets or {}).get("columnLineage")
    for name, field in (lineage.fields if lineage else {}).items():
        for source in field.inputFields:
            yield name, source.namespace, source.name, source.field


def _warn(extraction: Extraction, what: str) -> None:
    log.warning("Declared lineage of task `%s.%s`: %s", extraction.task.dag_id, extraction.task.task_id, what)
