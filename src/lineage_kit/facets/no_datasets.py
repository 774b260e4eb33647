"""Run facet ``lineageKit_noDatasets``: why the event of a finished task names no dataset."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

import attrs
from openlineage.client.facet_v2 import RunFacet
from openlineage.client.utils import RedactMixin

from lineage_kit.facets.base import schema_url

KEY = "lineageKit_noDatasets"


class Reason(str, Enum):
    """Why there is nothing to tell; the values are part of the schema."""

    NO_EXTRACTOR = "noExtractor"
    NOTHING_FOUND = "nothingFound"
    EXTRACTOR_FAILED = "extractorFailed"
    UNSUPPORTED_HOOK = "unsupportedHook"
    SQL_NOT_UNDERSTOOD = "sqlNotUnderstood"
    SQL_WITHOUT_TABLES = "sqlWithoutTables"
    SQL_NOT_KNOWN = "sqlNotKnown"
    ASSET_NOT_TRANSLATABLE = "assetNotTranslatable"
    NOT_AVAILABLE = "notAvailable"
    TIME_BUDGET = "timeBudget"
    POLICY = "policy"
    DISABLED = "disabled"


@attrs.define
class Explanation(RedactMixin):
    """One reason, with a sentence for the person who looks for the missing dataset."""

    _skip_redact: ClassVar[list[str]] = ["reason"]

    reason: str
    message: str


@attrs.define
class LineageKitNoDatasetsRunFacet(RunFacet):
    """Which extractor was asked, and why it gave no dataset. Sent on COMPLETE and FAIL events only."""

    extractor: str
    explanations: list[Explanation] = attrs.field(factory=list)

    @staticmethod
    def _get_schema() -> str:
        return schema_url("LineageKitNoDatasetsRunFacet")
