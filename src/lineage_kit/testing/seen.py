"""What a task told, whoever asked: an operator, an extractor's answer, or an event that was emitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit import compat
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.exceptions import LineageKitError
from lineage_kit.facets import incomplete, no_datasets
from lineage_kit.testing.asking import ask
from lineage_kit.testing.events import Event, JobEvents
from lineage_kit.testing.stand_in import TaskInstanceStandIn, task_instance_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Source:
    """A column that another one is made of.

    Args:
        dataset: whose it is.
        column: the column.

    """

    dataset: DatasetName
    column: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


@dataclass(frozen=True)
class Seen:
    """What a task told on one event.

    Args:
        title: the task and the event, as messages call them.
        task_instance: with the context in which expectations are rendered.
        inputs: what was read.
        outputs: what was written.
        columns: of each output, what its columns are made of.
        remarks: why there is no dataset, or what is missing, in the words of the event.

    """

    title: str
    task_instance: TaskInstanceStandIn
    inputs: list[DatasetName]
    outputs: list[DatasetName]
    columns: Mapping[DatasetName, Mapping[str, list[Source]]]
    remarks: list[str]


def seen_in(told: Any, event: str, options: Mapping[str, Any]) -> Seen:
    """Return what a task told.

    Args:
        told: an operator, what :func:`lineage_of` returned, the events of a task, or one of them.
        event: the type of the event.
        options: of :func:`ask`; an operator alone has any.

    Raises:
        AssertionError: there is no event of that type.
        LineageKitError: there are options for what has been told already.

    """
    from airflow.providers.openlineage.extractors import OperatorLineage

    if not isinstance(told, (OperatorLineage, JobEvents, dict)):
        lineage, task_instance = ask(told, event, **options)
        return _seen(f"task {_name(task_instance)} at {event}", task_instance, _as_event(lineage))
    if options:
        msg = f"{', '.join(options)}: this is for a task that is still to be asked, not for what it has told already."
        raise LineageKitError(msg)
    if isinstance(told, OperatorLineage):
        return _seen("the task", _context_at(None), _as_event(told))
    if isinstance(told, JobEvents):
        return _seen(f"{told.job} at {event}", *_emitted(told.last(event)))
    return _seen(f"{told['job']['name']} at {told['eventType']}", *_emitted(told))


def _name(task_instance: TaskInstanceStandIn) -> str:
    name = f"{task_instance.dag_id}.{task_instance.task_id}"
    return f"{name}[{task_instance.map_index}]" if task_instance.map_index >= 0 else name


def _as_event(lineage: Any) -> Event:
    from openlineage.client.serde import Serde

    return {
        "inputs": [Serde.to_dict(dataset) for dataset in lineage.inputs],
        "outputs": [Serde.to_dict(dataset) for dataset in lineage.outputs],
        "run": {"facets": {name: Serde.to_dict(facet) for name, facet in lineage.run_facets.items()}},
    }


def _emitted(event: Event) -> tuple[TaskInstanceStandIn, Event]:
    facet = event["run"].get("facets", {}).get("airflow", {})
    return _context_at(facet.get("dagRun", {}).get("logical_date")), event


def _context_at(logical_date: str | None) -> TaskInstanceStandIn:
    """Return a stand-in for a task of which nothing but the date is known."""
    return task_instance_of(compat.base_operator()(task_id="task"), logical_date=logical_date)


def _seen(title: str, task_instance: TaskInstanceStandIn, event: Event) -> Seen:
    facets = event["run"].get("facets", {})
    explanations = facets.get(no_datasets.KEY, {}).get("explanations", [])
    omissions = facets.get(incomplete.KEY, {}).get("omissions", [])
    return Seen(
        title,
        task_instance,
        inputs=[_named(dataset) for dataset in event.get("inputs", [])],
        outputs=[_named(dataset) for dataset in event.get("outputs", [])],
        columns={_named(dataset): _columns(dataset) for dataset in event.get("outputs", [])},
        remarks=[
            *(f"no datasets ({each['reason']}): {each['message']}" for each in explanations),
            *(f"incomplete ({each['cause']}): {each['message']}" for each in omissions),
        ],
    )


def _named(dataset: Mapping[str, Any]) -> DatasetName:
    return DatasetName(dataset["namespace"], dataset["name"])


def _columns(dataset: Mapping[str, Any]) -> dict[str, list[Source]]:
    fields = dataset.get("facets", {}).get("columnLineage", {}).get("fields", {})
    return {
        name: [Source(_named(source), source["field"]) for source in field["inputFields"]]
        for name, field in fields.items()
    }
