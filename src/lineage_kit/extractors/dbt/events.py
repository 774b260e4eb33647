"""Events of their own for each model and test, as children of the task, the way OpenLineage's dbt integration has them.

Jobs, runs, times and facets are the integration's; datasets, with their names and columns, are those of the task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.common.provider.dbt.processor import DbtArtifactProcessor, ParentRunMetadata

from lineage_kit import compat
from lineage_kit.extractors import source_text
from lineage_kit.facets.incomplete import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openlineage.client.event_v2 import RunEvent

    from lineage_kit.datasets.databases import Database
    from lineage_kit.extractors.dbt.artifacts import Artifacts
    from lineage_kit.extractors.dbt.reading import NodeLineage, Reader
    from lineage_kit.extractors.extraction import Extraction

#: Facets that the integration takes from descriptions in the project, or from its own parser.
_OWN_FACETS = frozenset({"columnLineage", "dataSource", "schema"})


class ArtifactProcessor(DbtArtifactProcessor):
    """The integration's reader of artifacts, for artifacts that have been read already."""

    should_raise_on_unsupported_command = False

    def __init__(self, artifacts: Artifacts, place: Mapping[str, Any], database: Database, **options: Any) -> None:
        super().__init__(**options)
        self._artifacts = artifacts
        self._place = place
        self._database = database

    def get_dbt_metadata(self) -> tuple[Any, Any, Any, Any]:
        """Return manifest, results of what ran, the profile as far as names go, and the catalogue."""
        results = self._artifacts.results
        ran = [each for each in results["results"] if each["status"] not in {"no-op", "skipped"}]
        return self._artifacts.manifest, {**results, "results": ran}, dict(self._place), self._artifacts.catalog

    def extract_adapter_type(self, profile: dict[str, Any]) -> None:
        """Note the adapter where the integration knows it; it is not needed where names come from elsewhere."""
        try:
            super().extract_adapter_type(profile)
        except NotImplementedError:
            self.adapter_type = None

    def extract_dataset_namespace(self, profile: dict[str, Any]) -> None:
        """Use the names of the task's own event; nothing is asked of a cloud provider."""
        del profile
        self.dataset_namespace = self._database.namespace

    def get_column_lineage(self, namespace: str, compiled_sql: str) -> None:
        """Return nothing: the columns are known already."""

    def dbt_run_run_facet(self) -> dict[str, Any]:
        """Return the facet that names dbt's invocation; nothing where the integration has none (before 1.36)."""
        try:
            from openlineage.common.provider.dbt.facets import DbtRunRunFacet
        except ImportError:
            return {}
        return {"dbt_run": DbtRunRunFacet(invocation_id=self._artifacts.results["metadata"]["invocation_id"])}


def events_of(
    extraction: Extraction, artifacts: Artifacts, place: Mapping[str, Any], database: Database
) -> list[RunEvent]:
    """Return the events of the integration, with the task as parent."""
    from airflow.providers.openlineage.plugins.adapter import _PRODUCER

    parent = _parent(extraction.task_instance)
    processor = ArtifactProcessor(
        artifacts, place, database, producer=_PRODUCER, job_namespace=parent.job_namespace, skip_errors=True
    )
    processor.dbt_run_metadata = parent
    events: list[RunEvent] = processor.parse().events()
    return events


def _parent(task_instance: Any) -> ParentRunMetadata:
    (namespace, job, run), (root_namespace, root_job, root_run) = compat.ancestors(task_instance)
    return ParentRunMetadata(
        run_id=run,
        job_name=job,
        job_namespace=namespace,
        root_parent_run_id=root_run,
        root_parent_job_name=root_job,
        root_parent_job_namespace=root_namespace,
    )


def with_our_datasets(
    events: Sequence[RunEvent], found: Sequence[NodeLineage], reader: Reader, artifacts: Artifacts
) -> None:
    """Put the task's datasets into the events, and what the integration knows of models onto the task's outputs."""
    ids = _ids(artifacts.manifest)
    by_node = {each.node.unique_id: each.lineage for each in found}
    nodes = {event.run.runId: ids.get(output.name, "") for event in events for output in event.outputs}
    renamed: set[int] = set()
    for event in events:
        lineage = by_node.get(nodes.get(event.run.runId, ""), OperatorLineage())
        for dataset in (*event.inputs, *event.outputs):
            if id(dataset) not in renamed:  # both events of a run have the same ones
                renamed.add(id(dataset))
                _rename(dataset, reader, ids)
        _describe(lineage.outputs, event.outputs)
        event.inputs = lineage.inputs or event.inputs
        event.outputs = (lineage.outputs or event.outputs) if event.outputs else []


def _ids(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of everything that has a table, by the names that the integration gives to these."""
    found = {}
    for definition in (*(manifest.get("nodes") or {}).values(), *(manifest.get("sources") or {}).values()):
        name = definition.get("alias") or definition.get("name")
        parts = (definition.get("database"), definition.get("schema"), name)
        found[".".join(part for part in parts if part)] = definition["unique_id"]
    return found


def _rename(dataset: Any, reader: Reader, ids: Mapping[str, str]) -> None:
    """Give the dataset the name that it has on the task's own event."""
    ours = reader.dataset(ids.get(dataset.name, ""))
    if ours is not None:
        dataset.namespace, dataset.name = ours.namespace, ours.name


def _describe(outputs: Iterable[Any], told: Iterable[Any]) -> None:
    """Add to the outputs of a model what the project says about it."""
    facets = {name: facet for dataset in told for name, facet in (dataset.facets or {}).items()}
    for dataset in outputs:
        dataset.facets = {**{name: facets[name] for name in facets.keys() - _OWN_FACETS}, **(dataset.facets or {})}


def emit(extraction: Extraction, events: Sequence[RunEvent]) -> None:
    """Send the events, run by run, within half of the budget: the other half is for the task's own event."""
    from airflow.providers.openlineage.plugins.listener import get_openlineage_listener

    adapter = get_openlineage_listener().adapter
    runs: dict[str, list[RunEvent]] = {}
    for event in events:
        runs.setdefault(event.run.runId, []).append(event)
    for sent, run in enumerate(runs.values()):
        for event in run:
            if extraction.budget.remaining() <= extraction.budget.seconds / 2:
                message = f"Of {len(runs)} models and tests of dbt, {sent} have events of their own; no time was left."
                extraction.omit("dbt", Cause.TIME_BUDGET, message)
                return
            _protect(extraction, event)
            adapter.emit(event)


def _protect(extraction: Extraction, event: RunEvent) -> None:
    """Take out what may not leave in an event, as it is taken out of the task's own."""
    lineage = OperatorLineage(
        inputs=event.inputs, outputs=event.outputs, run_facets=event.run.facets, job_facets=event.job.facets
    )
    if not extraction.guard("source text", lambda: source_text.protect(lineage, extraction)):
        source_text.withhold(lineage)
