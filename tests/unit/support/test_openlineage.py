"""The validator of OpenLineage events: a correct event passes, and each fault made in it is named."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from support import openlineage
from support.openlineage import facets_of, validate_event
from support.openlineage_schemas import SPEC_FOLDER, OpenLineageSchemas, load_schemas

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Event = dict[str, Any]

BASE = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
FACETS = "https://openlineage.io/spec/facets"
RUN_ID = "018cc251-f400-7c40-a05d-27961af416a1"
needs_specification = pytest.mark.skipif(load_schemas() is None, reason="no copy of the OpenLineage schemas here")


def facet(address: str, **content: Any) -> dict[str, Any]:
    """Return a facet with the fields that every facet has."""
    return {"_producer": "https://example.com/producer", "_schemaURL": address, **content}


@pytest.fixture
def event() -> Event:
    """Give a correct event with a facet in every place."""
    source = {"namespace": "sqlite:///w.db", "name": "main.sales", "field": "id"}
    parent = {"run": {"runId": RUN_ID}, "job": {"namespace": "n", "name": "dag"}}
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-02T03:04:05.678901Z",
        "producer": "https://example.com/producer",
        "schemaURL": f"{BASE}/RunEvent",
        "run": {
            "runId": RUN_ID,
            "facets": {
                "parent": facet(f"{FACETS}/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet", **parent, root=parent),
                "nominalTime": facet(
                    f"{FACETS}/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
                    nominalStartTime="2026-01-02T00:00:00+00:00",
                    nominalEndTime="2026-01-03T00:00:00+00:00",
                ),
                "airflow": facet(f"{BASE}/RunFacet", dag={}),
            },
        },
        "job": {
            "namespace": "n",
            "name": "dag.task",
            "facets": {"sql": facet(f"{FACETS}/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet", query="select 1")},
        },
        "inputs": [
            {
                "namespace": "sqlite:///w.db",
                "name": "main.sales",
                "facets": {},
                "inputFacets": {
                    "dataQualityMetrics": facet(
                        f"{FACETS}/1-0-3/DataQualityMetricsInputDatasetFacet.json"
                        "#/$defs/DataQualityMetricsInputDatasetFacet",
                        rowCount=1,
                        columnMetrics={},
                    )
                },
            }
        ],
        "outputs": [
            {
                "namespace": "sqlite:///w.db",
                "name": "main.fact",
                "facets": {
                    "schema": facet(
                        f"{FACETS}/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
                        fields=[{"name": "id", "type": "int"}],
                    ),
                    "columnLineage": facet(
                        f"{FACETS}/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
                        fields={
                            "id": {"inputFields": [{**source, "transformations": [{"type": "DIRECT"}]}]},
                        },
                        dataset=[{**source, "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}],
                    ),
                },
                "outputFacets": {
                    "outputStatistics": facet(
                        f"{FACETS}/1-0-2/OutputStatisticsOutputDatasetFacet.json"
                        "#/$defs/OutputStatisticsOutputDatasetFacet",
                        rowCount=1,
                    )
                },
            }
        ],
    }


# What needs no schema, because a rule of the module catches it: (name, fault, words of the message).
RULES: list[tuple[str, Callable[[Event], Any], str]] = [
    ("run id", lambda e: e["run"].update(runId="not-a-uuid"), "run.runId"),
    ("run id in braces", lambda e: e["run"].update(runId=f"{{{RUN_ID}}}"), "run.runId"),
    ("event time", lambda e: e.update(eventTime="yesterday"), "eventTime"),
    ("event time without offset", lambda e: e.update(eventTime="2026-01-02T03:04:05"), "eventTime"),
    ("event time of no day", lambda e: e.update(eventTime="2026-02-30T03:04:05Z"), "eventTime"),
    ("no event type", lambda e: e.pop("eventType"), "eventType"),
    ("producer", lambda e: e.update(producer="me"), "producer"),
    ("job namespace", lambda e: e["job"].update(namespace=""), "job.namespace"),
    ("job name", lambda e: e["job"].update(name=" "), "job.name"),
    ("input namespace", lambda e: e["inputs"][0].update(namespace=""), "inputs[0].namespace"),
    ("output name", lambda e: e["outputs"][0].update(name=""), "outputs[0].name"),
    (
        "nominal start",
        lambda e: run_facet(e, "nominalTime").update(nominalStartTime="2026"),
        "nominalStartTime",
    ),
    ("nominal end", lambda e: run_facet(e, "nominalTime").update(nominalEndTime="2026"), "nominalEndTime"),
    ("parent run", lambda e: run_facet(e, "parent").update(run={"runId": "x"}), "parent.run.runId"),
    ("parent job", lambda e: run_facet(e, "parent")["job"].update(name=""), "parent.job.name"),
    ("root run", lambda e: run_facet(e, "parent")["root"].update(run={"runId": "x"}), "root.run.runId"),
    ("source without a column", lambda e: source_field(e).update(field=""), "inputFields[0].field"),
    ("source without a table", lambda e: source_field(e).pop("name"), "inputFields[0].name"),
    (
        "nameless column",
        lambda e: columns(e)["fields"].update({"": {"inputFields": []}}),
        "column without a name",
    ),
    (
        "dataset-wide source",
        lambda e: columns(e)["dataset"][0].update(namespace=""),
        "dataset[0].namespace",
    ),
    (
        "facet without producer",
        lambda e: run_facet(e, "airflow").pop("_producer"),
        "run.facets.airflow: _producer",
    ),
    ("facet without schema", lambda e: columns(e).pop("_schemaURL"), "columnLineage: _schemaURL"),
    (
        "output facets on an input",
        lambda e: e["inputs"][0].update(outputFacets={}),
        "outputFacets do not belong",
    ),
    (
        "input facets on an output",
        lambda e: e["outputs"][0].update(inputFacets={}),
        "inputFacets do not belong",
    ),
    (
        "columns of an input",
        lambda e: e["inputs"][0].update(facets={"columnLineage": columns(e)}),
        "on the output",
    ),
]

# What needs the published schemas: their own content, and the places that they give to facets.
SCHEMAS: list[tuple[str, Callable[[Event], Any], str]] = [
    ("lower-case type", lambda e: e.update(eventType="complete"), "'complete'"),
    ("no job", lambda e: e.pop("job"), "'job' is a required property"),
    ("no schema address", lambda e: e.pop("schemaURL"), "schemaURL"),
    ("dataset without a name", lambda e: e["inputs"][0].pop("name"), "'name' is a required property"),
    (
        "field without a name",
        lambda e: output_facet(e, "schema")["fields"][0].pop("name"),
        "facets.schema: fields[0]",
    ),
    (
        "transformation without a type",
        lambda e: columns(e)["dataset"][0].update(transformations=[{}]),
        "'type'",
    ),
    ("SQL without text", lambda e: e["job"]["facets"]["sql"].pop("query"), "job.facets.sql: 'query'"),
    ("wrong type", lambda e: statistics(e)["outputStatistics"].update(rowCount="1"), "rowCount"),
    (
        "unknown facet",
        lambda e: e["run"]["facets"].update(mine=facet("https://example.com/M")),
        "unknown facet",
    ),
    (
        "address of the base",
        lambda e: statistics(e)["outputStatistics"].update(_schemaURL=f"{BASE}/OutputDatasetFacet"),
        "does not end with the facet's definition",
    ),
    (
        "job facet on a run",
        lambda e: e["run"]["facets"].update(e["job"]["facets"]),
        "puts this facet on ['job'], not on 'run'",
    ),
    (
        "input facet among the dataset's",
        lambda e: e["outputs"][0]["facets"].update(statistics(e)),
        "puts this facet on ['output'], not on 'dataset'",
    ),
    (
        "facet of another key",
        lambda e: e["outputs"][0]["facets"].update(symlinks=columns(e)),
        "does not end with the facet's definition ['SymlinksDatasetFacet']",
    ),
    (
        "Airflow's facet on a dataset",
        lambda e: e["outputs"][0]["facets"].update(debug=columns(e)),
        "unknown facet",
    ),
]


def run_facet(event: Event, key: str) -> Event:
    """Return a run facet."""
    return event["run"]["facets"][key]


def output_facet(event: Event, key: str) -> Event:
    """Return a dataset facet of the output."""
    return event["outputs"][0]["facets"][key]


def columns(event: Event) -> Event:
    """Return the column lineage."""
    return output_facet(event, "columnLineage")


def source_field(event: Event) -> Event:
    """Return the source of the first column."""
    return columns(event)["fields"]["id"]["inputFields"][0]


def statistics(event: Event) -> Event:
    """Return the output facets."""
    return event["outputs"][0]["outputFacets"]


class TestValidateEvent:
    def test_correct_event(self, event: Event) -> None:
        """A correct event passes."""
        validate_event(event)

    @pytest.mark.parametrize(("fault", "words"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
    def test_rule(
        self, event: Event, fault: Callable[[Event], Any], words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without any schema, each fault of the event's content is named."""
        monkeypatch.setattr(openlineage, "load_schemas", lambda: None)
        validate_event(event)
        fault(event)

        with pytest.raises(AssertionError) as raised:
            validate_event(event)

        assert words in str(raised.value)

    @needs_specification
    @pytest.mark.parametrize(("fault", "words"), [rule[1:] for rule in SCHEMAS], ids=[rule[0] for rule in SCHEMAS])
    def test_schema(self, event: Event, fault: Callable[[Event], Any], words: str) -> None:
        """Each fault against a published schema, or against the place that it gives a facet, is named."""
        fault(event)

        with pytest.raises(AssertionError) as raised:
            validate_event(event)

        assert words in str(raised.value)

    @needs_specification
    def test_what_dbt_doubles(self, event: Event) -> None:
        """OpenLineage's dbt integration repeats assertions on the dataset; nobody else may."""
        name = "DataQualityAssertionsDatasetFacet"
        address = f"https://openlineage.io/spec/facets/1-0-1/{name}.json#/$defs/{name}"
        event["inputs"][0]["facets"] = {"dataQualityAssertions": facet(address, assertions=[])}
        with pytest.raises(AssertionError, match="not on 'dataset'"):
            validate_event(event)

        event["run"]["facets"]["dbt_version"] = facet("https://openlineage.io/dbt-version-run-facet.json", version="1")
        validate_event(event)

    def test_every_violation_is_listed(self, event: Event) -> None:
        """One message names all faults and the job."""
        event["run"]["runId"] = "x"
        event["inputs"][0]["namespace"] = ""

        with pytest.raises(AssertionError) as raised:
            validate_event(event)

        assert all(words in str(raised.value) for words in ("dag.task", "run.runId", "inputs[0].namespace"))

    def test_event_is_not_changed(self, event: Event) -> None:
        """Validation reads only."""
        before = copy.deepcopy(event)

        validate_event(event)

        assert event == before

    def test_events_without_a_run(self, event: Event) -> None:
        """Events that describe a dataset or a job alone are held to their own schemas."""
        head = {key: event[key] for key in ("eventTime", "producer", "schemaURL")}

        validate_event({**head, "dataset": event["outputs"][0] | {"outputFacets": {}}})
        validate_event({**head, "job": event["job"], "inputs": event["inputs"]})
        with pytest.raises(AssertionError, match=r"dataset\.namespace"):
            validate_event({**head, "dataset": {"namespace": "", "name": "n"}})


def test_facets_of(event: Event) -> None:
    """Every facet is found with the place where it stands."""
    found = {(found.place, found.key) for found in facets_of(event)}

    assert found == {
        ("run", "parent"),
        ("run", "nominalTime"),
        ("run", "airflow"),
        ("job", "sql"),
        ("input", "dataQualityMetrics"),
        ("dataset", "schema"),
        ("dataset", "columnLineage"),
        ("output", "outputStatistics"),
    }


@needs_specification
class TestSchemas:
    def test_keys_of_several_places(self) -> None:
        """A key that several definitions share is known in each of their places."""
        schemas = load_schemas()
        assert schemas is not None

        assert {schema.place for schema in schemas.facets["tags"]} == {"dataset", "job", "run"}
        assert {schema.place for schema in schemas.facets["subset"]} == {"input", "output"}
        assert {schema.name for schema in schemas.facets["nominalTime"]} == {"NominalTimeRunFacet"}

    def test_own_facets_are_added(self, tmp_path: Path, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
        """A facet of this package is held to the schema that the package ships."""
        address = "pkg:pypi/example/MineRunFacet.json"
        definition = {"allOf": [{"$ref": f"{BASE}/RunFacet"}, {"required": ["reason"]}]}
        schema = {
            "$id": address,
            "$defs": {"MineRunFacet": definition},
            "properties": {"mine": {"$ref": "#/$defs/MineRunFacet"}},
        }
        (tmp_path / "MineRunFacet.json").write_text(json.dumps(schema), encoding="utf-8")
        schemas = OpenLineageSchemas(SPEC_FOLDER, tmp_path)
        monkeypatch.setattr(openlineage, "load_schemas", lambda: schemas)

        event["run"]["facets"]["mine"] = facet(f"{address}#/$defs/MineRunFacet", reason="because")
        validate_event(event)

        del event["run"]["facets"]["mine"]["reason"]
        with pytest.raises(AssertionError, match=r"run\.facets\.mine: 'reason' is a required property"):
            validate_event(event)
