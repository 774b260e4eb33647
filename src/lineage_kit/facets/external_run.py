"""Run facet ``lineageKit_externalRun``: the run of another service that the task started, and where to see it."""

from __future__ import annotations

from typing import ClassVar

import attrs
from openlineage.client.facet_v2 import RunFacet

from lineage_kit.facets.base import schema_url

KEY = "lineageKit_externalRun"


@attrs.define
class LineageKitExternalRunFacet(RunFacet):
    """What the service calls the run that the task started, and what it ran."""

    _additional_skip_redact: ClassVar[list[str]] = ["service", "run", "job"]

    service: str
    run: str | None = None
    job: str | None = None
    url: str | None = None

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LineageKitExternalRunFacet")
