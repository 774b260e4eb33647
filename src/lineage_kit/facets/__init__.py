"""Facets of lineage-kit: what an event says beyond the standard facets, each with its JSON schema beside it."""
