"""Which source text may leave in an event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset, InputDataset
from openlineage.client.facet_v2 import (
    data_quality_assertions_dataset,
    documentation_job,
    extraction_error_run,
    source_code_job,
    sql_job,
)
from openlineage.client.serde import Serde

from lineage_kit.extractors import source_text
from lineage_kit.extractors.extraction import Budget, EventKind, Extraction

SQL = "COPY t FROM 's3://b' ACCESS_KEY_ID 'AKIA1' CSV DELIMITER '|' -- remark"
METRIC = "SUM(CASE WHEN code = 'AKIA4' THEN 1 END)"
PARTITION = "code <> 'AKIA5'"
PYTHON = "def load():\n    return 'AKIA2'\n"


class Check:
    """The result of a data quality check, with the SQL that it ran; older clients have no class with that field."""

    def __init__(self) -> None:
        self.content: str | None = SQL
        self.name = f"interval_{METRIC}"
        self.params = {
            "partition_clause": PARTITION,
            "min_threshold": "-1.5e3",
            "days_back": -7,
            "parameters": ["AKIA3"],
        }


class Checks:
    """A facet that carries results, under the name that its kind gives them."""

    def __init__(self, name: str, *results: Any) -> None:
        setattr(self, name, list(results))


def lineage() -> OperatorLineage:
    """Return lineage with source text wherever a facet may carry some."""
    error = extraction_error_run.Error(errorMessage=f"cannot parse: {SQL}", stackTrace=None, task=SQL, taskNumber=1)
    return OperatorLineage(
        inputs=[InputDataset("db", "t", inputFacets={"dataQualityAssertions": Checks("assertions", Check())})],
        outputs=[Dataset("db", "u", facets={"dataQualityAssertions": Checks("assertions", Check())})],
        run_facets={
            "extractionError": extraction_error_run.ExtractionErrorRunFacet(
                totalTasks=1, failedTasks=1, errors=[error, error]
            ),
            "test": Checks("tests", Check()),
        },
        job_facets={
            "sql": sql_job.SQLJobFacet(query=SQL),
            "sourceCode": source_code_job.SourceCodeJobFacet(language="python", sourceCode=PYTHON),
            "documentation": documentation_job.DocumentationJobFacet(description="what the task does"),
        },
    )


def protected(**settings: Any) -> OperatorLineage:
    """Return that lineage as it may leave."""
    found = lineage()
    assert source_text.protect(
        found,
        Extraction(task=None, kind=EventKind.COMPLETE, task_instance=None, budget=Budget(60), **settings),
    )
    return found


def text_of(found: OperatorLineage) -> str:
    """Return everything that leaves, as one text."""

    def plain(value: Any) -> Any:
        if isinstance(value, (Check, Checks)):
            return {name: plain(entry) for name, entry in vars(value).items()}
        if isinstance(value, Dataset):
            return [value.namespace, value.name, plain(value.facets), plain(getattr(value, "inputFacets", None))]
        if isinstance(value, dict):
            return {name: plain(entry) for name, entry in value.items()}
        if isinstance(value, list):
            return [plain(entry) for entry in value]
        return json.loads(Serde.to_json(value)) if hasattr(value, "__attrs_attrs__") else value

    return json.dumps([plain(part) for part in (found.inputs, found.outputs, found.run_facets, found.job_facets)])


def checks(found: OperatorLineage) -> list[Any]:
    """Return the results of checks: of an input, of an output, and of the run."""
    facets = (found.inputs[0].inputFacets, found.outputs[0].facets)
    return [
        *(check for each in facets for check in each["dataQualityAssertions"].assertions),
        *found.run_facets["test"].tests,
    ]


def contents(found: OperatorLineage) -> list[Any]:
    """Return the SQL of the checks."""
    return [check.content for check in checks(found)]


class TestSourceCodeEnabled:
    def test_sql(self) -> None:
        """SQL leaves without credentials and comments, wherever it stands."""
        masked = "COPY t FROM 's3://b' ACCESS_KEY_ID '***' CSV DELIMITER '|'"

        found = protected()

        assert found.job_facets["sql"].query == masked
        assert contents(found) == [masked] * 3
        assert {(error.task, error.errorMessage) for error in found.run_facets["extractionError"].errors} == {
            (masked, f"cannot parse: {masked}")
        }

    def test_literals(self) -> None:
        """Where the user wants that, SQL leaves without any literal."""
        masked = "COPY t FROM ? ACCESS_KEY_ID ? CSV DELIMITER ?"

        found = protected(mask_literals=True)

        assert found.job_facets["sql"].query == masked
        assert contents(found) == [masked] * 3
        assert "s3://b" not in text_of(found)
        for check in checks(found):
            assert check.name == "interval_SUM(CASE WHEN code = ? THEN ? END)"
            assert check.params == {
                "partition_clause": "code <> ?",
                "min_threshold": "-1.5e3",
                "days_back": -7,
                "parameters": "?",
            }

    def test_the_rest_stays(self) -> None:
        """Source code that is no SQL, documentation, and numbers of errors are left alone."""
        found = protected()

        assert found.job_facets["sourceCode"].sourceCode == PYTHON
        assert found.job_facets["documentation"].description == "what the task does"
        assert [check.params["parameters"] for check in checks(found)] == [["AKIA3"]] * 3
        assert [error.taskNumber for error in found.run_facets["extractionError"].errors] == [1, 1]


class TestSourceCodeDisabled:
    @pytest.mark.parametrize("mask_literals", [False, True])
    def test_no_source_text(self, mask_literals: bool) -> None:
        """No facet carries any source text, neither the statement nor a part of it."""
        left = text_of(protected(source_code_enabled=False, mask_literals=mask_literals))

        for word in (
            "COPY",
            "s3://b",
            "AKIA1",
            "DELIMITER",
            "remark",
            "def load",
            "AKIA2",
            "AKIA3",
            "CASE",
            "AKIA4",
            "AKIA5",
        ):
            assert word not in left

    def test_the_rest_stays(self) -> None:
        """Datasets, documentation and the fact of an error or a check are no source text."""
        found = protected(source_code_enabled=False)

        assert list(found.job_facets) == ["documentation"]
        assert found.run_facets["extractionError"].totalTasks == 1
        assert len(found.run_facets["extractionError"].errors) == 2
        assert contents(found) == ["(source code is disabled)"] * 3
        assert [dataset.name for dataset in (*found.inputs, *found.outputs)] == ["t", "u"]


class TestAbsence:
    @pytest.mark.parametrize("enabled", [True, False])
    def test_nothing_there(self, enabled: bool) -> None:
        """Lineage without source text passes unchanged."""
        found = OperatorLineage(inputs=[Dataset("db", "t"), Dataset("db", "u", facets={})])
        found.inputs[0].facets = None
        settings = Extraction(
            task=None, kind=EventKind.START, task_instance=None, budget=Budget(60), source_code_enabled=enabled
        )

        assert source_text.protect(found, settings)
        assert (found.run_facets, found.job_facets) == ({}, {})

    def test_empty_texts(self) -> None:
        """An error without a statement and a check without SQL stay as they are."""
        error = extraction_error_run.Error(errorMessage="broken", stackTrace=None, task=None, taskNumber=None)
        check = Check()
        check.content, check.name, check.params = None, "t.null-check", {}
        found = OperatorLineage(
            run_facets={
                "extractionError": extraction_error_run.ExtractionErrorRunFacet(1, 1, [error]),
                "test": Checks("tests", check, object()),
            }
        )

        source_text.protect(found, Extraction(None, EventKind.COMPLETE, None, Budget(60)))

        assert found.run_facets["extractionError"].errors == [error]
        assert (check.content, check.name, check.params) == (None, "t.null-check", {})

    def test_assertions_of_the_client(self) -> None:
        """Results in the client's own classes are handled on every release, with a field for SQL or without."""
        result = data_quality_assertions_dataset.Assertion(assertion="min", success=True, column="a")
        facet = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(assertions=[result])
        found = OperatorLineage(inputs=[Dataset("db", "t", facets={"dataQualityAssertions": facet})])

        source_text.protect(found, Extraction(None, EventKind.COMPLETE, None, Budget(60)))

        assert found.inputs[0].facets["dataQualityAssertions"].assertions == [result]


def test_withhold() -> None:
    """Where nothing can be masked, every facet that may carry source text is left out, and nothing else."""
    found = lineage()

    source_text.withhold(found)

    assert (found.run_facets, list(found.job_facets)) == ({}, ["documentation"])
    assert [(dataset.name, dataset.facets) for dataset in (*found.inputs, *found.outputs)] == [("t", {}), ("u", {})]
    assert found.inputs[0].inputFacets == {}


def test_given_facets_are_not_changed() -> None:
    """Facets may belong to the DAG's author or be sent again; what is masked is a copy of them."""
    found = lineage()
    given = found.inputs[0].inputFacets["dataQualityAssertions"].assertions[0]
    errors = found.run_facets["extractionError"].errors

    source_text.protect(found, Extraction(task=None, kind=EventKind.COMPLETE, task_instance=None, budget=Budget(1)))

    assert given.content == SQL
    assert errors[0].task == SQL
