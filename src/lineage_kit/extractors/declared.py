"""Declared lineage: the inlets and outlets that the DAG's author wrote."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from openlineage.client.event_v2 import Dataset

from lineage_kit import compat, inlets, runtime
from lineage_kit.datasets.naming import DatasetName, checked, from_uri
from lineage_kit.exceptions import DatasetIdentityError, DeclarationError
from lineage_kit.extractors import assets
from lineage_kit.extractors.agreement import report_differences
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.merge import combine, unite
from lineage_kit.extractors.rendering import IDENTITY, Rendering
from lineage_kit.extractors.told import columns, details
from lineage_kit.extractors.told.names import Names
from lineage_kit.facets.incomplete import Cause
from lineage_kit.facets.no_datasets import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction

    Told = Mapping[str, Any]
    Side = Literal["inlet", "outlet"]

log = logging.getLogger(__name__)

_PART = "declared"
#: What somebody may take for a dataset; entities of Airflow and of others are known to whom they belong.
_NO_ENTITIES = (str, bytes, dict, int, float, type(None))
_NO_ADDRESS = (
    "its URI is no name by OpenLineage's rules, such as s3://bucket/key or postgres://host:5432/database/schema/table."
)


def declared_lineage(extraction: Extraction) -> OperatorLineage:
    """Return the datasets that the task declares, with templates rendered.

    What it says while it runs is believed first, and of that the latest.
    """
    task, task_instance = extraction.task, extraction.task_instance
    said = runtime.recorded_by(task_instance) if task_instance is not None else None
    outlets = [*task.outlets]
    if extraction.kind is not EventKind.START and task_instance is not None:
        outlets = [*compat.runtime_outlets(task_instance), *outlets]
    declarations = Declarations(extraction)
    read = declarations.datasets(said.inputs.values(), "inlet") if said else []
    written = declarations.datasets(said.outputs.values(), "outlet") if said else []
    before = OperatorLineage(
        inputs=declarations.datasets(task.inlets, "inlet"), outputs=declarations.datasets(outlets, "outlet")
    )
    if extraction.kind is not EventKind.START:
        report_differences(extraction, [*written, *before.outputs])
    for message, limit in said.complaints.items() if said else ():
        extraction.omit(_PART, Cause.COLLECTOR_LIMIT if limit else Cause.NOT_AVAILABLE, message)
    return combine([OperatorLineage(inputs=_latest_first(read), outputs=_latest_first(written)), before])


def _latest_first(datasets: list[Any]) -> list[Any]:
    """Return each dataset once, in order, with the facets that were given last."""
    return unite(reversed(datasets))[::-1]


class Declarations:
    """Turns entries of inlets and outlets into datasets, for one event.

    Args:
        extraction: the task and the event.

    """

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction
        self._names = Names(extraction)
        self._rendering = Rendering(extraction, self._report)
        self._others: dict[tuple[Any, ...], DatasetName | None] = {}

    def datasets(self, entities: Iterable[Any], side: Side) -> list[Any]:
        """Return the datasets of some entries; what is none is noted."""
        found = []
        for entity in entities:
            if assets.is_alias(entity):
                found.extend(self._behind_alias(entity, side))
                continue
            dataset = self._extraction.guard(_PART, partial(self.dataset, entity, side))
            if dataset is not None:
                found.append(dataset)
            else:
                self._explain(entity, side)
        return found

    def _explain(self, entity: Any, side: Side) -> None:
        kind = type(entity).__name__
        self._extraction.explain(
            Reason.ASSET_NOT_TRANSLATABLE,
            f"An inlet or outlet of type {kind} could not be turned into a dataset: "
            + (_NO_ADDRESS if assets.is_asset(entity) else "no installed provider knows its kind."),
        )
        # Before the task has run, an inlet of Airflow 2 may be the id of another task.
        if isinstance(entity, _NO_ENTITIES) and self._extraction.kind is not EventKind.START:
            self._warn(f"An {side} of type {kind} is no dataset; write Table(…) or File(…).")

    def _behind_alias(self, alias: Any, side: Side) -> list[Any]:
        """Return what is read through an alias; what is written through one is known as a runtime outlet."""
        extraction = self._extraction
        behind = []
        if side == "inlet" and extraction.kind is not EventKind.START and extraction.task_instance is not None:
            behind = extraction.attempt(_PART, lambda: compat.assets_behind(alias, self._rendering.context)) or []
        if not behind:
            extraction.explain(
                Reason.ASSET_NOT_TRANSLATABLE,
                f"The {side} {type(alias).__name__} stands for assets that are not known: none was added to it, or "
                "this release of Airflow or of the OpenLineage provider does not tell.",
            )
        return self.datasets(behind, side)

    def dataset(self, entity: Any, side: Side) -> Any | None:
        """Return the dataset of an entry, None where nobody knows what it is or how it is called."""
        told = inlets.told_by(entity)
        if told is None:
            return self._of_others(self._rendering.copy_of(entity), side)
        try:
            rendered = self._rendering.told(told, side)
            return self._told(rendered, self._name(rendered, side), side)
        except DatasetIdentityError as error:
            self._report(f"An {side} has no name. {error}")
            return None

    def _report(self, message: str) -> None:
        self._warn(message)
        self._extraction.omit(_PART, Cause.NOT_AVAILABLE, message)

    def _warn(self, message: str) -> None:
        task = self._extraction.task
        log.warning("Lineage of task `%s.%s` is incomplete: %s", task.dag_id, task.task_id, message)

    def _name(self, told: Told, where: str) -> DatasetName:
        """Return the name of a dataset; one that the author wrote keeps the rules, Jinja in it rendered.

        Raises:
            DatasetIdentityError: it has none, or breaks a rule.

        """
        name = self._names.of(told, where)
        try:
            return checked(name.namespace, name.name) if "namespace" in told else name
        except DeclarationError as error:
            raise DatasetIdentityError(str(error)) from None

    def _name_of_another(self, told: Told, where: str) -> DatasetName | None:
        """Return the name of a symlink, or of the dataset of a source; without one it is reported, once."""
        identity = tuple((key, told[key]) for key in sorted(IDENTITY & told.keys()))
        if identity not in self._others:
            self._others[identity] = None
            try:
                self._others[identity] = self._name(told, where)
            except DatasetIdentityError as error:
                self._report(f"A dataset that an {where} refers to has no name. {error}")
            except Exception as error:  # noqa: BLE001 - reported; one detail costs no dataset
                self._report(f"A dataset that an {where} refers to has no name ({type(error).__name__}).")
        return self._others[identity]

    def _told(self, told: Told, name: DatasetName, side: Side) -> Any:
        def of_another(other: Told, where: str = f"{side}.symlinks") -> DatasetName | None:
            return self._name_of_another(other, where)

        facets = details.facets_of(told, name, of_another)
        if told.get("columns_complete", True):
            facets.update(columns.schema(told.get("columns", ())))
        if side == "outlet" and self._extraction.enabled("column_lineage"):
            facets.update(columns.column_lineage(told.get("columns", ()), side, of_another))
        if self._extraction.kind is EventKind.COMPLETE and details.is_no_count(told):
            self._report(f"`row_count` of an {side} has become no whole number.")
        dataset = Dataset(namespace=name.namespace, name=name.name, facets=facets)
        return details.as_input(dataset, told) if side == "inlet" else details.as_output(dataset, told)

    def _of_others(self, entity: Any, side: Side) -> Any | None:
        """Return the dataset of an entry that is not lineage-kit's."""
        url = getattr(entity, "url", None)
        if isinstance(url, str) and (name := from_uri(url)):
            # The provider's conversion leaves the namespace of a local path empty, and keeps the bucket in
            # the name.
            return Dataset(namespace=name.namespace, name=name.name)
        if assets.is_asset(entity):
            return self._of_asset(entity, side)
        return ExtractorManager.convert_to_ol_dataset(entity)

    def _of_asset(self, asset: Any, side: Side) -> Any | None:
        """Return the dataset of an asset, with what its ``extra`` says of it."""
        known = assets.dataset_of(asset, None)
        if known is None:
            return None
        told = assets.told_by(getattr(asset, "extra", None))
        return unite([known, self._told(told, DatasetName(known.namespace, known.name), side)])[0]
