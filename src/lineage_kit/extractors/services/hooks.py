"""Hooks of services that run SQL and report it without being hooks of a database, as code of a task uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.extractors.aws import Place, region_of
from lineage_kit.extractors.services.athena import catalogue_at
from lineage_kit.extractors.services.redshift_data import database_at
from lineage_kit.extractors.sql.source import Source
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.datasets.databases import Database
    from lineage_kit.extractors.extraction import Extraction
    from lineage_kit.extractors.reports import QueryReport


def athena(extraction: Extraction, reports: Sequence[QueryReport]) -> Source | None:
    """Return the Glue Data Catalog: the context of a query, which may name a database, is not reported."""
    region = region_of(reports[0].hook.conn_config)
    namespace = Place(region).athena if region else None
    return _source(extraction, reports, catalogue_at(namespace) if namespace else None)


def redshift_data(extraction: Extraction, reports: Sequence[QueryReport]) -> Source | None:
    """Return the cluster or workgroup that the hook was told."""
    first = reports[0]
    region = region_of(first.hook.conn_config)
    found = None
    if region and first.server:
        found = database_at(first.server, region, first.database, [each.sql for each in reports])
    return _source(extraction, reports, found)


def _source(extraction: Extraction, reports: Sequence[QueryReport], database: Database | None) -> Source | None:
    hook = reports[0].hook
    if database is not None:
        return Source(hook=hook, connection=None, database=database, info=None)
    extraction.explain(
        Reason.UNSUPPORTED_HOOK,
        f"{type(hook).__name__} was told neither cluster nor workgroup, or nothing names a region; tables have no "
        "names then.",
    )
    return None
