"""Merging lineage of several parts."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from hypothesis import given, settings
from hypothesis import strategies as st
from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    data_quality_metrics_input_dataset,
    documentation_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

from lineage_kit.extractors.merge import combine, distinct, has_datasets, unite

# A deadline would measure the machine, not the code.
no_deadline = settings(deadline=None)


def documentation(text: str) -> Any:
    """Return a documentation facet."""
    return documentation_dataset.DocumentationDatasetFacet(description=text)


def schema(*columns: str) -> Any:
    """Return a schema facet."""
    return schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields(name=c) for c in columns])


def source(column: str, name: str = "orders") -> Any:
    """Return a column of another dataset."""
    return column_lineage_dataset.InputField(namespace="db", name=name, field=column)


def fed(*sources: Any, description: str = "", kind: str = "") -> Any:
    """Return what feeds one column."""
    return column_lineage_dataset.Fields(
        inputFields=list(sources), transformationDescription=description, transformationType=kind
    )


def columns(*indirect: Any, **fields: Any) -> Any:
    """Return a column lineage facet."""
    return column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields, dataset=list(indirect))


@pytest.mark.parametrize(
    ("lineage", "expected"),
    [
        (OperatorLineage(), False),
        (OperatorLineage(run_facets={"a": documentation("x")}), False),
        (OperatorLineage(inputs=[Dataset("db", "t")]), True),
        (OperatorLineage(outputs=[Dataset("db", "t")]), True),
    ],
)
def test_has_datasets(lineage: OperatorLineage, expected: bool) -> None:
    """Datasets on either side count, facets do not."""
    assert has_datasets(lineage) is expected


class TestCombine:
    def test_nothing(self) -> None:
        """No parts are an empty lineage."""
        combined = combine([])

        assert (combined.inputs, combined.outputs, combined.run_facets, combined.job_facets) == ([], [], {}, {})

    def test_order(self) -> None:
        """Datasets come in the order of the parts, each side for itself."""
        combined = combine(
            [
                OperatorLineage(inputs=[Dataset("db", "a")], outputs=[Dataset("db", "b")]),
                OperatorLineage(inputs=[Dataset("db", "b"), Dataset("db", "a")], outputs=[Dataset("db", "c")]),
            ]
        )

        assert [dataset.name for dataset in combined.inputs] == ["a", "b"]
        assert [dataset.name for dataset in combined.outputs] == ["b", "c"]

    def test_first_is_believed(self) -> None:
        """Where two parts give the same run or job facet, the earlier one's is kept."""
        parts = [
            OperatorLineage(run_facets={"r": documentation("1")}, job_facets={"j": documentation("1")}),
            OperatorLineage(run_facets={"r": documentation("2"), "s": documentation("2")}),
            OperatorLineage(job_facets={"j": documentation("3"), "k": documentation("3")}),
        ]

        combined = combine(parts)

        assert {key: facet.description for key, facet in combined.run_facets.items()} == {"r": "1", "s": "2"}
        assert {key: facet.description for key, facet in combined.job_facets.items()} == {"j": "1", "k": "3"}

    def test_changes_nothing(self) -> None:
        """The parts stay as they were, for they may belong to the DAG's author."""
        parts = [
            OperatorLineage(
                outputs=[Dataset("db", "t", facets={"columnLineage": columns(source("x"), a=fed(source("a")))})],
                run_facets={"r": documentation("1")},
            ),
            OperatorLineage(
                outputs=[
                    OutputDataset(
                        "db",
                        "t",
                        facets={"columnLineage": columns(source("y"), a=fed(source("b"))), "schema": schema("a")},
                    )
                ],
                run_facets={"r": documentation("2")},
            ),
        ]
        before = copy.deepcopy(parts)

        combine(parts)

        assert parts == before


class TestUnite:
    def test_identity(self) -> None:
        """Datasets are one where namespace and name are the same, in whatever classes they come."""
        datasets = [Dataset("db", "t"), InputDataset("db", "t"), Dataset("other", "t"), Dataset("db", "u")]

        assert [(one.namespace, one.name) for one in unite(datasets)] == [("db", "t"), ("other", "t"), ("db", "u")]

    def test_alone(self) -> None:
        """A dataset that comes once is handed on as a copy, whose facets may be taken out."""
        dataset = Dataset("db", "t", facets={"schema": schema("a")})

        (united,) = unite([dataset])

        assert united == dataset
        assert united is not dataset
        assert united.facets is not dataset.facets

    def test_facets(self) -> None:
        """Facets come together; of the same facet the first is kept."""
        first = Dataset("db", "t", facets={"schema": schema("a")})
        second = Dataset("db", "t", facets={"schema": schema("b"), "documentation": documentation("x")})

        (united,) = unite([first, second])

        assert united.facets == {"schema": schema("a"), "documentation": documentation("x")}

    def test_without_facets(self) -> None:
        """Datasets without any facet merge too."""
        first, second = Dataset("db", "t"), Dataset("db", "t")
        first.facets = second.facets = None

        (united,) = unite([first, second])

        assert united == Dataset("db", "t", facets={})

    @pytest.mark.parametrize("reverse", [False, True])
    @pytest.mark.parametrize(
        ("special", "attribute", "facets"),
        [
            (
                InputDataset,
                "inputFacets",
                {
                    "dataQualityMetrics": (
                        data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(columnMetrics={})
                    )
                },
            ),
            (
                OutputDataset,
                "outputFacets",
                {
                    "outputStatistics": (
                        output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=1, size=1)
                    )
                },
            ),
        ],
    )
    def test_facets_of_one_side(self, special: Any, attribute: str, facets: Any, reverse: bool) -> None:
        """What a dataset carries as an input or as an output survives, whichever comes first."""
        pair = [special("db", "t", **{attribute: facets}), Dataset("db", "t", facets={"schema": schema("a")})]

        (united,) = unite(reversed(pair) if reverse else pair)

        assert type(united) is special
        assert getattr(united, attribute) == facets
        assert united.facets == {"schema": schema("a")}

    @no_deadline
    @given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))))
    def test_any(self, identities: list[tuple[str, str]]) -> None:
        """Each identity comes once, in the order in which it came first."""
        united = unite([Dataset(*identity) for identity in identities])

        assert [(one.namespace, one.name) for one in united] == list(dict.fromkeys(identities))


class TestColumnLineage:
    @staticmethod
    def merged(*facets: Any) -> Any:
        """Return the column lineage of one dataset that came with these facets."""
        (united,) = unite([Dataset("db", "t", facets={"columnLineage": facet}) for facet in facets])
        return united.facets["columnLineage"]

    def test_columns_come_together(self) -> None:
        """Columns that one part knows are added to those of the other, in order."""
        merged = self.merged(columns(a=fed(source("x"))), columns(b=fed(source("y"))))

        assert merged.fields == {"a": fed(source("x")), "b": fed(source("y"))}
        assert list(merged.fields) == ["a", "b"]

    def test_sources_come_together(self) -> None:
        """The sources of one column are united, each once, in order."""
        merged = self.merged(
            columns(a=fed(source("x"), source("y"))), columns(a=fed(source("y"), source("z"), source("x")))
        )

        assert merged.fields["a"].inputFields == [source("x"), source("y"), source("z")]

    def test_description(self) -> None:
        """The first description is kept; where there is none, the other's is taken."""
        merged = self.merged(
            columns(a=fed(description="first"), b=fed()),
            columns(a=fed(description="second", kind="MASKED"), b=fed(description="other", kind="IDENTITY")),
        )

        assert [(field.transformationDescription, field.transformationType) for field in merged.fields.values()] == [
            ("first", "MASKED"),
            ("other", "IDENTITY"),
        ]

    def test_indirect_sources(self) -> None:
        """What feeds the dataset as a whole comes together too, also where one part has none."""
        none = columns()
        none.dataset = None

        merged = self.merged(columns(source("x")), none, columns(source("x"), source("y")))

        assert merged.dataset == [source("x"), source("y")]

    @pytest.mark.parametrize("position", [0, 1])
    def test_of_one_part(self, position: int) -> None:
        """Column lineage that only one part has is kept as it is."""
        facet = columns(source("x"), a=fed(source("y")))
        pair = [Dataset("db", "t"), Dataset("db", "t")]
        pair[position].facets = {"columnLineage": facet}

        (united,) = unite(pair)

        assert united.facets["columnLineage"] is facet


@no_deadline
@given(st.lists(st.integers(0, 5).map(str)))
def test_distinct(names: list[str]) -> None:
    """Items come once, in the order in which they came first."""
    assert distinct([source(name) for name in names]) == [source(name) for name in dict.fromkeys(names)]
