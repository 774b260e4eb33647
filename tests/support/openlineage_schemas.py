"""The JSON schemas of OpenLineage events and facets, read from disk; nothing is fetched.

Two sources are joined: the published specification, where a copy stands beside the checkout, and the
schemas of the facets that this package ships.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator

    from referencing import Resource

CHECKOUT = Path(__file__).resolve().parents[2]
SPEC_FOLDER = CHECKOUT.parent / "shared" / "openlineage-spec"
KIT_FACETS_FOLDER = CHECKOUT / "src" / "lineage_kit" / "facets"

# The base definition that a facet extends says where in an event it belongs.
_PLACE_OF_BASE = {
    "RunFacet": "run",
    "JobFacet": "job",
    "DatasetFacet": "dataset",
    "InputDatasetFacet": "input",
    "OutputDatasetFacet": "output",
    # Only dbt's version facet extends the bare base; it describes a run.
    "BaseFacet": "run",
}
# The published file of this facet names another facet's key ("nominalTime").
_CORRECTED_KEYS = {"unknown-source-attribute-run-facet.json": "unknownSourceAttribute"}
_LONGEST_MESSAGE = 300


class FacetSchema(NamedTuple):
    """One facet definition: the schema's address and the place in an event that it is made for."""

    place: str
    name: str
    address: str


class OpenLineageSchemas:
    """The event schema and every facet schema by the key under which the facet travels.

    Attributes:
        facets: facet key to its definitions; a key may have several, one per place.
    """

    def __init__(self, spec_folder: Path, kit_facets_folder: Path) -> None:
        core = _read(spec_folder / "OpenLineage.json")
        self._core_address: str = core["$id"]
        # Facet files refer to the core schema in whatever version was current when they were written.
        self._registry: Registry = Registry(retrieve=self._any_version_of(DRAFT202012.create_resource(core)))
        self.facets: dict[str, list[FacetSchema]] = {}
        for path in [
            *sorted((spec_folder / "facets").glob("*.json")),
            *sorted(kit_facets_folder.glob("*.json")),
        ]:
            schema = _read(path)
            # Files without an `$id` are drafts of long ago, with types that JSON schema does not have.
            if "$id" in schema:
                self._registry = DRAFT202012.create_resource(schema) @ self._registry
                self._add_facets(schema, _CORRECTED_KEYS.get(path.name))

    def event_violations(self, event: dict[str, Any]) -> list[str]:
        """Return what the core schema says against the event as a whole."""
        if "run" in event:
            definition = "RunEvent"
        elif "dataset" in event:
            definition = "DatasetEvent"
        else:
            definition = "JobEvent"
        return self._violations(f"{self._core_address}#/$defs/{definition}", event)

    def facet_violations(self, schema: FacetSchema, facet: object) -> list[str]:
        """Return what the facet's own schema says against it."""
        return self._violations(schema.address, facet)

    def _violations(self, address: str, instance: object) -> list[str]:
        validator = Draft202012Validator({"$ref": address}, registry=self._registry, format_checker=FormatChecker())
        # An error of `anyOf` quotes the whole instance; its best match names the field.
        errors = (best_match([error]) for error in validator.iter_errors(instance))
        return [f"{error.json_path[2:]}: {error.message[:_LONGEST_MESSAGE]}".lstrip(": ") for error in errors]

    def _any_version_of(self, core: Resource) -> Any:
        def retrieve(uri: str) -> Resource:
            if uri.startswith("https://openlineage.io/spec/") and uri.endswith("/OpenLineage.json"):
                return core
            raise NoSuchResource(ref=uri)

        return retrieve

    def _add_facets(self, schema: dict[str, Any], corrected_key: str | None) -> None:
        for key, node in schema["properties"].items():
            for name, place in _definitions(schema, node):
                facet = FacetSchema(place, name, f"{schema['$id']}#/$defs/{name}")
                self.facets.setdefault(corrected_key or key, []).append(facet)


@cache
def load_schemas() -> OpenLineageSchemas | None:
    """Return the schemas, or None where no copy of the specification stands beside the checkout."""
    if not SPEC_FOLDER.is_dir():
        return None
    return OpenLineageSchemas(SPEC_FOLDER, KIT_FACETS_FOLDER)


def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _definitions(schema: dict[str, Any], node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (definition name, place) of each facet that a node stands for, alternatives included."""
    for alternative in (node, *node.get("anyOf", ()), *node.get("oneOf", ())):
        reference = alternative.get("$ref", "")
        if not reference.startswith("#/$defs/"):
            continue
        name = reference.rpartition("/")[2]
        definition = schema["$defs"][name]
        bases = [part["$ref"].rpartition("/")[2] for part in definition.get("allOf", ()) if "$ref" in part]
        places = [_PLACE_OF_BASE[base] for base in bases if base in _PLACE_OF_BASE]
        if places:
            yield name, places[0]
        else:
            yield from _definitions(schema, definition)
