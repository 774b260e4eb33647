"""The kit's facets and the JSON schemas that describe them."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from airflow.providers.openlineage.utils.utils import OpenLineageRedactor
from jsonschema import Draft202012Validator, ValidationError
from openlineage.client.serde import Serde
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lineage_kit import facets
from lineage_kit.facets import external_run, incomplete, no_datasets
from lineage_kit.facets.base import schema_url
from lineage_kit.facets.external_run import LineageKitExternalRunFacet
from lineage_kit.facets.incomplete import Cause, LineageKitIncompleteRunFacet, Omission
from lineage_kit.facets.no_datasets import Explanation, LineageKitNoDatasetsRunFacet, Reason

if TYPE_CHECKING:
    from enum import Enum

BASE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
# What OpenLineage's own schema asks of every run facet.
BASE_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": BASE,
    "$defs": {
        "RunFacet": {
            "type": "object",
            "properties": {"_producer": {"type": "string"}, "_schemaURL": {"type": "string"}},
            "required": ["_producer", "_schemaURL"],
        }
    },
}

INCOMPLETE = LineageKitIncompleteRunFacet(omissions=[Omission("schema", Cause.TIME_BUDGET.value, "No time was left.")])
NO_DATASETS = LineageKitNoDatasetsRunFacet(
    extractor="none", explanations=[Explanation(Reason.NO_EXTRACTOR.value, "Nobody knows the operator.")]
)
EXTERNAL_RUN = LineageKitExternalRunFacet(service="databricks", run="42", job="7", url="https://host.example/run/42")
FACETS = [(external_run.KEY, EXTERNAL_RUN), (incomplete.KEY, INCOMPLETE), (no_datasets.KEY, NO_DATASETS)]

each_with_sentences = pytest.mark.parametrize(
    "facet", [INCOMPLETE, NO_DATASETS], ids=lambda facet: type(facet).__name__
)
each_with_key = pytest.mark.parametrize(("key", "facet"), FACETS, ids=[key for key, _ in FACETS])


def schema_of(facet: Any) -> dict[str, Any]:
    """Return the schema that lies in the package for a facet."""
    text = files(facets).joinpath(f"{type(facet).__name__}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def validate(facet: Any, content: dict[str, Any]) -> None:
    """Check what an event carries against the schema at the facet's `_schemaURL`."""
    registry = Registry().with_resource(BASE, DRAFT202012.create_resource(BASE_SCHEMA))
    registry = DRAFT202012.create_resource(schema_of(facet)) @ registry
    Draft202012Validator({"$ref": content["_schemaURL"]}, registry=registry).validate(content)


@each_with_key
def test_schema_is_a_schema(key: str, facet: Any) -> None:
    """The file is correct JSON schema of the draft that it names."""
    schema = schema_of(facet)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert list(schema["properties"]) == [key]


@each_with_key
def test_address(key: str, facet: Any) -> None:
    """The facet's `_schemaURL` is the address of its definition in the shipped file."""
    address, _, pointer = facet._schemaURL.partition("#")
    schema = schema_of(facet)

    assert address == schema["$id"]
    assert pointer == f"/$defs/{type(facet).__name__}"
    assert schema["properties"][key] == {"$ref": f"#{pointer}"}
    assert type(facet).__name__ in schema["$defs"]


def test_address_has_a_version() -> None:
    """Another version of a schema has another address."""
    assert schema_url("F", "1-0-1") == "urn:airflow-provider-lineage-kit:1-0-1:F.json#/$defs/F"


@each_with_key
def test_serialised_facet(key: str, facet: Any) -> None:
    """What arrives in an event is what the schema describes."""
    content = json.loads(Serde.to_json(facet))

    validate(facet, content)
    assert content["_producer"]
    assert key.startswith("lineageKit_")


@pytest.mark.parametrize(
    ("facet", "field"),
    [
        (INCOMPLETE, "omissions"),
        (INCOMPLETE, "_producer"),
        (NO_DATASETS, "extractor"),
        (NO_DATASETS, "explanations"),
        (NO_DATASETS, "_producer"),
        (EXTERNAL_RUN, "service"),
        (EXTERNAL_RUN, "_producer"),
    ],
)
def test_missing_field(facet: Any, field: str) -> None:
    """A facet without one of its fields is not valid."""
    content = json.loads(Serde.to_json(facet))
    del content[field]

    with pytest.raises(ValidationError, match=field):
        validate(facet, content)


@pytest.mark.parametrize(
    ("facet", "definition", "field", "values"),
    [(INCOMPLETE, "Omission", "cause", Cause), (NO_DATASETS, "Explanation", "reason", Reason)],
)
def test_values(facet: Any, definition: str, field: str, values: type[Enum]) -> None:
    """The schema lists exactly the values that the code knows."""
    properties = schema_of(facet)["$defs"][definition]["properties"]

    assert properties[field]["enum"] == [value.value for value in values]


@pytest.mark.parametrize(
    ("facet", "entries", "field"), [(INCOMPLETE, "omissions", "cause"), (NO_DATASETS, "explanations", "reason")]
)
def test_unknown_value(facet: Any, entries: str, field: str) -> None:
    """A value that the schema does not list is not valid."""
    content = json.loads(Serde.to_json(facet))
    content[entries][0][field] = "something else"

    with pytest.raises(ValidationError, match="something else"):
        validate(facet, content)


@each_with_sentences
def test_empty_list(facet: Any) -> None:
    """A facet that says nothing is not sent, so the schema does not allow it."""
    lists = {name: [] for name in ("omissions", "explanations") if hasattr(facet, name)}
    content = json.loads(Serde.to_json(attrs.evolve(facet, **lists))) | lists

    with pytest.raises(ValidationError):
        validate(facet, content)


@each_with_sentences
def test_redaction(facet: Any) -> None:
    """Secrets known to Airflow are masked in the sentences; the words of the schema stay what the schema lists."""
    words = {"noExtractor", "timeBudget", "schema"}
    redactor = OpenLineageRedactor()
    for secret in (*words, "operator", "time was"):
        redactor.add_mask(secret)

    redacted = json.loads(Serde.to_json(redactor.redact(copy.deepcopy(facet), max_depth=20)))

    validate(facet, redacted)
    (entry,) = redacted.get("omissions") or redacted["explanations"]
    assert "***" in entry["message"]
    assert "***" not in {entry.get("part"), entry.get("cause"), entry.get("reason")}


def test_run_of_nothing() -> None:
    """A run has a name, or what it ran has; the rest is left out where it is not known."""
    by_name = {"run": "42"}, {"job": "7"}
    for known in by_name:
        content = json.loads(Serde.to_json(LineageKitExternalRunFacet(service="airbyte", **known)))
        validate(EXTERNAL_RUN, content)
        assert content.keys() == {"_producer", "_schemaURL", "service", *known}

    nameless = LineageKitExternalRunFacet(service="airbyte", url="https://host.example/run/42")
    with pytest.raises(ValidationError):
        validate(EXTERNAL_RUN, json.loads(Serde.to_json(nameless)))


def test_redaction_of_a_page() -> None:
    """A secret in the address of a page is masked; names of runs, which are numbers, are not."""
    facet = LineageKitExternalRunFacet(service="databricks", run="42424242", url="https://host.example/?t=hunter22")
    redactor = OpenLineageRedactor()
    for secret in ("42424242", "hunter22"):
        redactor.add_mask(secret)

    redacted = redactor.redact(facet, max_depth=20)

    assert (redacted.run, redacted.url) == ("42424242", "https://host.example/?t=***")
