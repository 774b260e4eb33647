"""The size limit of an event: what is dropped when datasets and facets grow too large for the backends behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openlineage.client.serde import Serde

from lineage_kit import conf
from lineage_kit.extractors import explicit
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction

#: Serialising only to measure costs time; below this many things in an event it cannot be too large.
_SURELY_SMALL = 50
#: Bytes that one input field of a column takes, as serialised, to within a factor of two.
_BYTES_PER_FIELD = 150
#: The same for a character of SQL: one byte, or six where JSON escapes it.
_BYTES_PER_CHARACTER = 3


def fit(lineage: OperatorLineage, extraction: Extraction) -> None:
    """Drop column lineage, then schemas, then SQL, until ``lineage`` fits ``max_event_bytes``; record what went."""
    limit = conf.max_event_bytes()
    if not limit or _estimate(lineage) * 2 < limit:
        return
    for part, drop in _STEPS:
        size = _size(lineage)
        if size <= limit:
            return
        if drop(lineage):
            extraction.omit(
                part,
                Cause.SIZE_BUDGET,
                f"Dropped: the event would have taken {size} bytes; [lineage_kit] max_event_bytes is {limit}.",
            )
    if (size := _size(lineage)) > limit:
        extraction.omit(
            "size",
            Cause.SIZE_BUDGET,
            f"Nothing is left to drop: the event takes {size} bytes; [lineage_kit] max_event_bytes is {limit}.",
        )


def _drop_dataset_facet(name: str) -> Callable[[OperatorLineage], bool]:
    def drop(lineage: OperatorLineage) -> bool:
        dropped = [dataset.facets.pop(name, None) for dataset in (*lineage.inputs, *lineage.outputs) if dataset.facets]
        return any(facet is not None for facet in dropped)

    return drop


def _drop_column_lineage(lineage: OperatorLineage) -> bool:
    explicit_lineage = lineage.job_facets.pop(explicit.KEY, None) is not None
    return _drop_dataset_facet("columnLineage")(lineage) or explicit_lineage


def _drop_sql(lineage: OperatorLineage) -> bool:
    return lineage.job_facets.pop("sql", None) is not None


_STEPS: tuple[tuple[str, Callable[[OperatorLineage], bool]], ...] = (
    ("column_lineage", _drop_column_lineage),
    ("schema", _drop_dataset_facet("schema")),
    ("sql", _drop_sql),
)


def _size(lineage: OperatorLineage) -> int:
    facets: list[Any] = [
        *lineage.inputs,
        *lineage.outputs,
        *lineage.job_facets.values(),
        *lineage.run_facets.values(),
    ]
    return sum(len(Serde.to_json(facet).encode()) for facet in facets)


def _estimate(lineage: OperatorLineage) -> int:
    """Return roughly how many bytes the lineage takes, without serialising it."""
    texts = (getattr(facet, name, "") for facet in lineage.job_facets.values() for name in ("query", "sourceCode"))
    characters = sum(len(text) for text in texts if isinstance(text, str))
    things = _SURELY_SMALL
    for dataset in (*lineage.inputs, *lineage.outputs):
        facets = dataset.facets or {}
        if columns := facets.get("columnLineage"):
            fields = sum(len(field.inputFields) for field in columns.fields.values()) + len(columns.dataset or ())
            things += fields * (2 if explicit.KEY in lineage.job_facets else 1)
        if schema := facets.get("schema"):
            things += len(schema.fields or ())
        things += 1
    return things * _BYTES_PER_FIELD + characters * _BYTES_PER_CHARACTER
