"""Runs of other services that a task starts."""

from __future__ import annotations

from typing import Any

from lineage_kit.extractors.aws import external_query
from lineage_kit.facets import external_run


def external_run_facets(
    service: str, run: object | None, *, job: object | None = None, url: str | None = None, source: str | None = None
) -> dict[str, Any]:
    """Return the run facets that name a run of a service; empty where neither it nor what it ran is known.

    Args:
        service: the service.
        run: what it calls the run.
        job: what it calls that which it ran.
        url: the run's page.
        source: where the run's name means something, the service itself if left out.

    """
    facets = external_query(str(run) if run else None, source or service)
    if run or job:
        facets[external_run.KEY] = external_run.LineageKitExternalRunFacet(
            service=service, run=str(run) if run else None, job=str(job) if job else None, url=url
        )
    return facets
