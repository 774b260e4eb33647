"""Observed lineage: the assets and the SQL that Airflow's hooks reported while the task ran.

The collector belongs to Airflow; the OpenLineage provider reads it only for tasks whose extractor found
no dataset, and puts SQL on child events. Here both come to the task's own event.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit import compat
from lineage_kit.extractors.extraction import EventKind, Extraction
from lineage_kit.extractors.merge import has_datasets
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable


def reported() -> bool:
    """Tell whether hooks reported anything in this process."""
    collector = compat.hook_lineage_collector()
    return collector is not None and bool(collector.has_collected)


def reported_datasets() -> bool:
    """Tell whether the OpenLineage provider, asked for hook lineage, would answer with datasets."""
    collector = compat.hook_lineage_collector()
    if collector is None or not collector.has_collected:
        return False
    collected = collector.collected_assets
    return any(
        compat.translate_asset(info.asset, info.context) is not None for info in (*collected.inputs, *collected.outputs)
    )


def contribute(extraction: Extraction, *, known: bool, queries: bool) -> list[OperatorLineage]:
    """Return what hooks reported, and see to it that the provider's child events are sent exactly once.

    The provider asks for hook lineage itself when the extractor's answer has no dataset. It must be asked
    from here exactly when the answer will have some, because then it does not.

    Args:
        extraction: the task and the event.
        known: whether the answer has datasets already.
        queries: whether the SQL that hooks reported is still to be analysed.

    """
    collector = compat.hook_lineage_collector()
    if collector is None or not collector.has_collected:
        return []
    collected = collector.collected_assets
    parts: list[OperatorLineage] = []
    if extraction.enabled("observed"):
        _report_limits(extraction, collected)
        parts = [
            part
            for part in (
                extraction.attempt("observed", lambda: _assets(extraction, collected)),
                extraction.attempt("observed", lambda: _queries(extraction, collected)) if queries else None,
            )
            if part is not None
        ]
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
        dataset = compat.translate_asset(info.asset, info.context)
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
    """Tell whether the dataset is a local file in the temporary folder, which means nothing after the task."""
    if dataset.namespace.partition("://")[0] != "file":
        return False
    folder = os.path.realpath(tempfile.gettempdir())
    path = os.path.realpath(os.path.join("/", dataset.name))
    return os.path.commonpath([folder, path]) == folder


def _queries(extraction: Extraction, collected: Any) -> OperatorLineage | None:
    key = compat.sql_hook_lineage_key()
    reports = [info for info in getattr(collected, "extra", ()) if info.key == key and info.value.get("sql")]
    if not reports or not extraction.enabled("sql"):
        return None
    from lineage_kit.extractors.sql.observed import lineage_of_reports

    return lineage_of_reports(extraction, reports)


def _report_limits(extraction: Extraction, collected: Any) -> None:
    """Say so where the collector was full: what came after is not known to anybody."""
    kinds = (
        ("inputs", collected.inputs, compat.max_collected_assets()),
        ("outputs", collected.outputs, compat.max_collected_assets()),
        ("queries", getattr(collected, "extra", ()), compat.max_collected_extra()),
    )
    for what, items, limit in kinds:
        if limit is not None and len(items) >= limit:
            extraction.omit(
                "observed",
                Cause.COLLECTOR_LIMIT,
                f"Hooks reported {limit} {what}, as many as Airflow keeps; there may be more. "
                "See [lineage] max_assets_per_collector and max_extras_per_collector.",
            )
