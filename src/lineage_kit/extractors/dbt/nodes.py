"""The models, seeds, snapshots and tests that a call of dbt ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineage_kit.extractors.dbt.artifacts import Artifacts

_WRITTEN_KINDS = frozenset({"model", "seed", "snapshot"})
_NOT_RUN = frozenset({"no-op", "skipped"})
_WRITTEN = frozenset({"partial success", "success"})


@dataclass(frozen=True)
class Node:
    """One thing that dbt ran.

    Args:
        unique_id: dbt's own id, such as ``model.shop.orders``.
        definition: what the manifest has of it.
        result: what came of it.

    """

    unique_id: str
    definition: Mapping[str, Any]
    result: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What it is: ``model``, ``seed``, ``snapshot`` or ``test``."""
        return self.unique_id.partition(".")[0]

    @property
    def status(self) -> str:
        """What dbt says came of it."""
        return str(self.result.get("status"))

    @property
    def config(self) -> Mapping[str, Any]:
        """Its settings."""
        return self.definition.get("config") or {}

    @property
    def relation(self) -> str | None:
        """The table or view that it wrote, quoted; None where it wrote nothing."""
        written = self.kind in _WRITTEN_KINDS and self.status in _WRITTEN
        return relation_of(self.definition) if written and self.config.get("materialized") != "ephemeral" else None

    @property
    def sql(self) -> str | None:
        """The query that ran; None where it was no SQL, or dbt did not keep it."""
        if self.kind == "seed" or self.definition.get("language") == "python":
            return None
        for text in (self.result.get("compiled_code"), self.definition.get("compiled_code")):
            if text:
                return str(text).strip().rstrip(";")
        compiled = self.definition.get("compiled_sql")  # releases before 1.3
        return str(compiled) if compiled else None

    def rows(self, adapter: str | None) -> int | None:
        """Return how many rows the database says were written; None where it does not."""
        count = (self.result.get("adapter_response") or {}).get("rows_affected")
        if (
            not isinstance(count, int)
            or isinstance(count, bool)
            or count < 0
            or self.config.get("materialized") == "view"
        ):
            return None
        # Snowflake answers CREATE TABLE AS with one row, which says that it went well.
        return None if adapter == "snowflake" and count == 1 else count


def executed_nodes(artifacts: Artifacts) -> list[Node]:
    """Return what ran, in order; what was skipped did not."""
    definitions = artifacts.manifest.get("nodes") or {}
    return [
        Node(result["unique_id"], definitions[result["unique_id"]], result)
        for result in artifacts.results.get("results") or ()
        if result.get("status") not in _NOT_RUN and result.get("unique_id") in definitions
    ]


def relation_of(definition: Mapping[str, Any]) -> str | None:
    """Return the name of a table or view the way the adapter quotes it; None for what exists in queries only."""
    if (definition.get("config") or {}).get("materialized") == "ephemeral":
        return None
    if definition.get("relation_name"):
        return str(definition["relation_name"])
    # Releases before 1.4 do not tell it of everything.
    parts = (definition.get("database"), definition.get("schema"), definition.get("alias") or definition.get("name"))
    return ".".join(f'"{part}"' for part in parts if part)


def parents_of(manifest: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield the relations that something refers to, those behind ephemeral models in their place."""
    for parent in (definition.get("depends_on") or {}).get("nodes") or ():
        found = (manifest.get("nodes") or {}).get(parent) or (manifest.get("sources") or {}).get(parent)
        if found is None:
            continue
        relation = relation_of(found)
        if relation is None:
            yield from parents_of(manifest, found)
        else:
            yield relation
