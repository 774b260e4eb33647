"""How the kit's facets name their JSON schemas."""

from __future__ import annotations

#: The schemas are files of this package, not of a web site, so they are named by a URN: the distribution, the version
#: of the schema in OpenLineage's notation, and the file that lies beside this module.
SCHEMA_URN = "urn:airflow-provider-lineage-kit:{version}:{facet}.json"


def schema_url(facet: str, version: str = "1-0-0") -> str:
    """Return the ``_schemaURL`` of the facet class named ``facet``."""
    return f"{SCHEMA_URN.format(version=version, facet=facet)}#/$defs/{facet}"
