"""The kit's facets and the JSON schemas that describe them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from openlineage.client.serde import Serde
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lineage_kit import facets
from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.facets.base import schema_url
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
FACETS = [(incomplete.KEY, INCOMPLETE), (no_datasets.KEY, NO_DATASETS)]

both = pytest.mark.parametrize(("key", "facet"), FACETS, ids=[key for key, _ in FACETS])


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


@both
def test_schema_is_a_schema(key: str, facet: Any) -> None:
    """The file is correct JSON schema of the draft that it names."""
    schema = schema_of(facet)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert list(schema["properties"]) == [key]


@both
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


@both
def test_serialised_facet(key: str, facet: Any) -> None:
    """What arrives in an event is what the schema describes."""
    content = json.loads(Serde.to_json(facet))

    validate(facet, content)
    assert content["_producer"]
    assert key.startswith("lineageKit_")


@both
@pytest.mark.parametrize("damage", ["omissions", "explanations", "extractor", "_producer", "_schemaURL"])
def test_schema_notices(key: str, facet: Any, damage: str) -> None:  # noqa: ARG001 - the pair is parametrized
    """A facet without one of its fields is not valid."""
    content = json.loads(Serde.to_json(facet))
    if damage not in content:
        pytest.skip("the other facet's field")
    address = content["_schemaURL"]
    del content[damage]

    with pytest.raises((ValidationError, KeyError)):
        validate(facet, content if damage == "_schemaURL" else {"_schemaURL": address, **content})


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


@both
def test_empty_list(key: str, facet: Any) -> None:  # noqa: ARG001 - the pair is parametrized
    """A facet that says nothing is not sent, so the schema does not allow it."""
    content = json.loads(Serde.to_json(type(facet)(extractor="none") if "extractor" in dir(facet) else type(facet)()))

    with pytest.raises(ValidationError):
        validate(facet, content)


def test_reason_survives_redaction() -> None:
    """Airflow masks values that look like secrets in facets; the words of the schema are left alone."""
    assert Explanation.skip_redact == ["reason"] or "reason" in Explanation._additional_skip_redact
