"""Extractors: what a task tells about its data.

:mod:`~lineage_kit.extractors.registry` puts :class:`~lineage_kit.extractors.enriching.EnrichingExtractor` in front of
whatever would have spoken for a task; families of operators (:mod:`~lineage_kit.extractors.sql`, ...) know what their
operators did. These modules are imported only after OpenLineage itself is, so they import it at their top.

The names below are what extractors of other people are written with; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage_kit.extractors.base import LineageExtractor
    from lineage_kit.extractors.connections import hook_of
    from lineage_kit.extractors.extraction import EventKind, Extraction
    from lineage_kit.extractors.files import file_dataset
    from lineage_kit.extractors.sql.query import lineage_of_query, table_dataset
    from lineage_kit.extractors.statistics import with_row_count

_MODULES = {
    "EventKind": "extraction",
    "Extraction": "extraction",
    "LineageExtractor": "base",
    "file_dataset": "files",
    "hook_of": "connections",
    "lineage_of_query": "sql.query",
    "table_dataset": "sql.query",
    "with_row_count": "statistics",
}

__all__ = [
    "EventKind",
    "Extraction",
    "LineageExtractor",
    "file_dataset",
    "hook_of",
    "lineage_of_query",
    "table_dataset",
    "with_row_count",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
