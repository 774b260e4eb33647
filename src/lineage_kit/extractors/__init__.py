"""Extractors: what a task tells about its data.

:mod:`~lineage_kit.extractors.registry` puts :class:`~lineage_kit.extractors.enriching.EnrichingExtractor` in front of
whatever would have spoken for a task; families of operators (:mod:`~lineage_kit.extractors.sql`, ...) know what their
operators did. These modules are imported only after OpenLineage itself is, so they import it at their top.
"""
