"""From the calls of dbt that a task makes to what dbt did, told by the artifacts that it left behind."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

from lineage_kit import conf
from lineage_kit.exceptions import DbtArtifactsError
from lineage_kit.extractors.dbt.artifacts import read_artifacts, target_folder
from lineage_kit.extractors.dbt.calls import EXECUTING, DbtCall
from lineage_kit.extractors.placeholders import filled
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.dbt.artifacts import Artifacts
    from lineage_kit.extractors.extraction import Extraction


def lineage_of_calls(extraction: Extraction, calls: Sequence[DbtCall]) -> OperatorLineage | None:
    """Return what the calls of a command did together; None, with the reason noted, where nothing tells."""
    if not any(call.command in EXECUTING for call in calls):
        return None
    parts = [
        part
        for folder, sharing in _by_folder(extraction, calls).items()
        if (part := extraction.attempt("dbt", partial(_told_in, extraction, folder, sharing))) is not None
    ]
    if not parts:
        return None
    from lineage_kit.extractors.dbt.lineage import of_task

    return of_task(parts)


def _by_folder(extraction: Extraction, calls: Iterable[DbtCall]) -> Mapping[str | None, list[DbtCall]]:
    shared: dict[str | None, list[DbtCall]] = {}
    for call in calls:
        shared.setdefault(_folder_of(extraction, call), []).append(call)
    return shared


def _folder_of(extraction: Extraction, call: DbtCall) -> str | None:
    try:
        told = target_folder(call)
    except DbtArtifactsError:
        told = None
    return told or _configured_folder(extraction.task_instance)


def _configured_folder(task_instance: Any) -> str | None:
    return filled(conf.dbt_artifacts(), task_instance)


def _names_one_run() -> bool:
    """Tell whether the configured folder is of one task in one run alone."""
    folder = conf.dbt_artifacts() or ""
    return "{task_id}" in folder and "{run_id}" in folder


def _told_in(extraction: Extraction, folder: str | None, calls: Sequence[DbtCall]) -> OperatorLineage | None:
    """Return what the artifacts in one folder tell."""
    executing = [call for call in calls if call.command in EXECUTING]
    if not executing:
        return None
    try:
        started = getattr(extraction.task_instance, "start_date", None)
        shared = folder == _configured_folder(extraction.task_instance) and not _names_one_run()
        artifacts = read_artifacts(_known(folder, executing[0]), calls, started, shared=shared)
        _note_overwritten(extraction, artifacts, calls)
        return _lineage_of(extraction, artifacts)
    except DbtArtifactsError as error:
        extraction.explain(Reason.NOT_AVAILABLE, f"dbt ran, but what it did is not known: {error}")
        extraction.omit("dbt", Cause.NOT_AVAILABLE, f"dbt ran, but what it did is not known: {error}")
        return None


def _known(folder: str | None, call: DbtCall) -> str:
    if folder is None:
        where = "elsewhere" if call.elsewhere else "in a folder that the command does not tell"
        msg = f"`dbt {call.command}` ran {where}, and [lineage_kit] dbt_artifacts does not say where its files are."
        raise DbtArtifactsError(msg)
    return folder


def _note_overwritten(extraction: Extraction, artifacts: Artifacts, calls: Sequence[DbtCall]) -> None:
    """Say so where other calls of the command left their results in the same folder; each call overwrites them."""
    before = itertools.takewhile(lambda call: call is not artifacts.call, calls)
    lost = [f"`dbt {call.command}`" for call in before if call.command in EXECUTING]
    if lost:
        message = (
            f"What {', '.join(lost)} did is not known: `dbt {artifacts.call.command}` has overwritten the results. "
            "Give each call a target folder of its own with `--target-path`, or use `dbt build`."
        )
        extraction.omit("dbt", Cause.NOT_AVAILABLE, message)
        extraction.explain(Reason.NOT_AVAILABLE, message)


def _lineage_of(extraction: Extraction, artifacts: Artifacts) -> OperatorLineage | None:
    if artifacts.call.command not in EXECUTING:
        return None
    from lineage_kit.extractors.dbt import events
    from lineage_kit.extractors.dbt.lineage import of_call
    from lineage_kit.extractors.dbt.profiles import database_of, place_of
    from lineage_kit.extractors.dbt.reading import Reader

    place = place_of(artifacts)
    database = database_of(place, artifacts.call.folder)
    reader = Reader(extraction, artifacts, database)
    found = reader.nodes()

    def send() -> None:
        children = events.events_of(extraction, artifacts, place, database)
        events.with_our_datasets(children, found, reader, artifacts)
        events.emit(extraction, children)

    if not artifacts.call.sends_events:
        extraction.attempt("dbt", send)
    return of_call(reader, found)
