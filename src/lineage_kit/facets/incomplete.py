"""Run facet ``lineageKit_incomplete``: what is missing from an event, and why."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

import attrs
from openlineage.client.facet_v2 import RunFacet
from openlineage.client.utils import RedactMixin

from lineage_kit.facets.base import schema_url

KEY = "lineageKit_incomplete"


class Cause(str, Enum):
    """Why a part is missing; the values are part of the schema."""

    FAILED = "failed"
    TIME_BUDGET = "timeBudget"
    SIZE_BUDGET = "sizeBudget"
    COLLECTOR_LIMIT = "collectorLimit"
    SQL_NOT_UNDERSTOOD = "sqlNotUnderstood"
    NOT_SUPPORTED_HERE = "notSupportedHere"
    NOT_AVAILABLE = "notAvailable"


@attrs.define
class Omission(RedactMixin):
    """One thing that is missing."""

    _skip_redact: ClassVar[list[str]] = ["part", "cause"]

    part: str
    cause: str
    message: str


@attrs.define
class LineageKitIncompleteRunFacet(RunFacet):
    """Parts of the lineage that this event does not carry although the task may have them."""

    omissions: list[Omission] = attrs.field(factory=list)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LineageKitIncompleteRunFacet")
