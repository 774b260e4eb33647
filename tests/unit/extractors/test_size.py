"""The size limit of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset, source_code_job, sql_job
from openlineage.client.serde import Serde

from lineage_kit.extractors import size
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction

if TYPE_CHECKING:
    from collections.abc import Callable


def wide_lineage(columns: int = 100, sql: str = "SELECT 1") -> OperatorLineage:
    """Return lineage of a table with many columns, of which column lineage is the largest part and SQL the least."""
    fields = {
        f"column_{number}": column_lineage_dataset.Fields(
            inputFields=[
                column_lineage_dataset.InputField("postgres://host:5432", "db.public.orders", f"c{other}")
                for other in range(5)
            ],
            transformationDescription="",
            transformationType="",
        )
        for number in range(columns)
    }
    known = [schema_dataset.SchemaDatasetFacetFields(name=name, type="text") for name in fields]
    return OperatorLineage(
        inputs=[Dataset("postgres://host:5432", "db.public.orders")],
        outputs=[
            Dataset(
                "postgres://host:5432",
                "db.public.report",
                facets={
                    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields),
                    "schema": schema_dataset.SchemaDatasetFacet(fields=known),
                },
            )
        ],
        job_facets={"sql": sql_job.SQLJobFacet(query=sql)},
    )


def size_without(*facets: str) -> int:
    """Return how many bytes the wide lineage takes without some of its facets."""
    lineage = wide_lineage(sql="SELECT 1" * 500)
    for facet in facets:
        lineage.outputs[0].facets.pop(facet, None)
        lineage.job_facets.pop(facet, None)
    return sum(
        len(Serde.to_json(part).encode()) for part in (*lineage.inputs, *lineage.outputs, *lineage.job_facets.values())
    )


def kept(lineage: OperatorLineage) -> set[str]:
    """Return which of the facets that can be dropped are there."""
    return {*lineage.outputs[0].facets, *lineage.job_facets}


@pytest.fixture
def extraction() -> Extraction:
    """Give the extraction in which omissions are noted."""
    return Extraction(task=None, kind=EventKind.COMPLETE, task_instance=None, budget=Budget(60))


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give a function that sets `max_event_bytes`."""
    return lambda size: monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MAX_EVENT_BYTES", str(size))


@pytest.mark.parametrize(
    ("fits_without", "dropped"),
    [
        ([], []),
        (["columnLineage"], ["column_lineage"]),
        (["columnLineage", "schema"], ["column_lineage", "schema"]),
        (["columnLineage", "schema", "sql"], ["column_lineage", "schema", "sql"]),
    ],
)
def test_order(
    extraction: Extraction, limit: Callable[[int], None], fits_without: list[str], dropped: list[str]
) -> None:
    """Column lineage goes first, then schemas, then SQL, and no more than must; each is recorded."""
    lineage = wide_lineage(sql="SELECT 1" * 500)
    limit(size_without(*fits_without))

    size.fit(lineage, extraction)

    assert kept(lineage) == {"columnLineage", "schema", "sql"} - set(fits_without)
    assert [(note.part, note.cause) for note in extraction.omissions] == [(part, "sizeBudget") for part in dropped]


def test_one_byte_less(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """The limit is exact: an event that is one byte too large loses something."""
    lineage = wide_lineage(sql="SELECT 1" * 500)
    limit(size_without() - 1)

    size.fit(lineage, extraction)

    assert kept(lineage) == {"schema", "sql"}


def test_record(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """The record says how large the event would have been and which option sets the limit."""
    limit(size_without("columnLineage"))

    size.fit(wide_lineage(sql="SELECT 1" * 500), extraction)

    (note,) = extraction.omissions
    assert f"{size_without()} bytes" in note.message
    assert f"[lineage_kit] max_event_bytes is {size_without('columnLineage')}" in note.message


def test_every_dataset(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """A kind of facet is dropped from all datasets, inputs included, and recorded once."""
    lineage = wide_lineage()
    lineage.inputs = wide_lineage().outputs
    limit(100)

    size.fit(lineage, extraction)

    assert [dataset.facets for dataset in (*lineage.inputs, *lineage.outputs)] == [{}, {}]
    assert [note.part for note in extraction.omissions] == ["column_lineage", "schema", "sql", "size"]


def test_nothing_to_drop(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """Datasets are never dropped; an event that is too large all the same says so."""
    lineage = OperatorLineage(inputs=[Dataset("db", "t"), Dataset("db", "u", facets={})])
    lineage.inputs[0].facets = None
    limit(1)

    size.fit(lineage, extraction)

    assert [dataset.name for dataset in lineage.inputs] == ["t", "u"]
    assert [note.part for note in extraction.omissions] == ["size"]


def test_source_code_counts(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """Source code, which is not dropped, can make an event too large, and that is noticed."""
    code = source_code_job.SourceCodeJobFacet(language="python", sourceCode="x" * 5_000_000)
    limit(1_000_000)

    size.fit(OperatorLineage(job_facets={"sourceCode": code}), extraction)

    assert [note.part for note in extraction.omissions] == ["size"]


def test_no_limit(extraction: Extraction, limit: Callable[[int], None]) -> None:
    """With 0 nothing is dropped, however large the event."""
    lineage = wide_lineage(sql="x" * 3_000_000)
    limit(0)

    size.fit(lineage, extraction)

    assert kept(lineage) == {"columnLineage", "schema", "sql"}


@pytest.mark.parametrize(
    ("lineage", "part"),
    [
        (wide_lineage(sql="x" * 1_000_001), "sql"),
        (wide_lineage(sql="€" * 200_000), "sql"),
        (wide_lineage(columns=2500), "column_lineage"),
    ],
    ids=["long SQL", "SQL of other scripts", "many columns"],
)
def test_default_limit(extraction: Extraction, lineage: OperatorLineage, part: str) -> None:
    """By default an event of more than a megabyte is noticed, whatever makes it large."""
    size.fit(lineage, extraction)

    assert part in [note.part for note in extraction.omissions]


def test_small_event_is_not_serialised(
    extraction: Extraction, limit: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that cannot be too large is not measured, which would cost every task time."""
    measured: list[Any] = []
    monkeypatch.setattr(size, "_size", measured.append)
    limit(1_000_000)

    size.fit(wide_lineage(columns=10), extraction)

    assert measured == []
