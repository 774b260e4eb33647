"""Observed lineage: the assets and the SQL that Airflow's hooks reported while the task ran.

The collector belongs to Airflow; the OpenLineage provider reads it only for tasks whose extractor found
no dataset, and puts SQL on child events. Here both come to the task's own event.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit import compat
from lineage_kit.extractors import assets
from lineage_kit.extractors.extraction import EventKind, Extraction
from lineage_kit.extractors.merge import has_datasets
from lineage_kit.extractors.reports import collected_assets, note_limits, query_reports, unreported
from lineage_kit.extractors.temporary import is_temporary_file
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable


def contribute(extraction: Extraction, *, known: bool, queries: bool) -> list[OperatorLineage]:
    """Return what hooks reported, and see to it that the provider's child events are sent exactly once.

    The provider asks for hook lineage itself when the extractor's answer has no dataset. It must be asked
    from here exactly when the answer will have some, because then it does not.

    Args:
        extraction: the task and the event.
        known: whether the answer has datasets already.
        queries: whether the SQL that hooks reported is still to be analysed.

    """
    collected = collected_assets()
    if collected is None:
        return []
    parts: list[OperatorLineage] = []
    if extraction.enabled("observed"):
        note_limits(extraction, "inputs", "outputs", "queries")
        with unreported():
            found = (
                extraction.attempt("observed", lambda: _assets(extraction, collected)),
                extraction.attempt("observed", lambda: _queries(extraction)) if queries else None,
            )
        parts = [part for part in found if part is not None]
    if known or any(has_datasets(part) for part in parts):
        official = extraction.guard("child events", lambda: _ask_provider(extraction))
        if official is not None and not extraction.enabled("observed"):
            parts.append(official)
    return parts


def _ask_provider(extraction: Extraction) -> OperatorLineage | None:
    from airflow.utils.state import TaskInstanceState

    manager = compat.extractor_manager()
    if manager is None:
        return None
    failed = extraction.kind is EventKind.FAIL
    state = TaskInstanceState.FAILED if failed else TaskInstanceState.SUCCESS
    return compat.provider_hook_lineage(manager, extraction.task_instance, state)


def _assets(extraction: Extraction, collected: Any) -> OperatorLineage:
    return OperatorLineage(
        inputs=_translate(extraction, collected.inputs), outputs=_translate(extraction, collected.outputs)
    )


def _translate(extraction: Extraction, infos: Iterable[Any]) -> list[Any]:
    datasets, unknown = [], set()
    for info in infos:
        dataset = assets.dataset_of(info.asset, info.context)
        if dataset is None:
            unknown.add(str(info.asset.uri).partition("://")[0])
        elif not _temporary(dataset):
            datasets.append(dataset)
    if unknown:
        extraction.explain(
            Reason.ASSET_NOT_TRANSLATABLE,
            "Hooks reported assets that no installed provider turns into datasets: "
            f"scheme {', '.join(sorted(unknown))}.",
        )
    return datasets


def _temporary(dataset: Any) -> bool:
    """Tell whether the dataset is a local file in the temporary folder."""
    return dataset.namespace.partition("://")[0] == "file" and is_temporary_file(os.path.join("/", dataset.name))


def _queries(extraction: Extraction) -> OperatorLineage | None:
    reports = query_reports()
    if not reports or not extraction.enabled("sql"):
        return None
    from lineage_kit.extractors.sql.observed import lineage_of_reports

    return lineage_of_reports(extraction, reports)
