"""OpenLineage events in a file: read them, join them to a graph of datasets and columns, draw that as text.

Three steps, each usable alone: `read_events`, `build_graph`, and the `render_...` functions. They know only
the wire format and import neither Airflow nor OpenLineage.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

Event = dict[str, Any]


@dataclass(frozen=True, order=True)
class Edge:
    """A task read one dataset and wrote the other."""

    source: DatasetName
    job: str
    target: DatasetName


@dataclass(frozen=True)
class ColumnEdge:
    """A column goes into another one, or decides over a whole dataset.

    `target_column` is None where the facet names the source for the whole dataset (a filter, a join key).
    `transformations` are the subtypes (`IDENTITY`, `JOIN`, ...), or types where an event gives no subtype.
    """

    source: DatasetName
    source_column: str
    target: DatasetName
    target_column: str | None
    transformations: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """What the completed tasks of some events say together; everything is there once and sorted."""

    datasets: tuple[DatasetName, ...]
    edges: tuple[Edge, ...]
    column_edges: tuple[ColumnEdge, ...]


def read_events(path: Path) -> list[Event]:
    """Read what OpenLineage's file transport appends: one JSON object per line.

    A last line that is still being written is left out.

    Raises:
        LineageKitError: The file cannot be read, or a line in it is not a JSON object.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"Cannot read the events in {path}: {error.strerror}"
        raise LineageKitError(msg) from error
    complete, _, _ = text.rpartition("\n")
    return [_parse(line, path, number) for number, line in enumerate(complete.split("\n"), start=1) if line.strip()]


def _parse(line: str, path: Path, number: int) -> Event:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        msg = f"Line {number} of {path} is not an OpenLineage event: {line[:80]}"
        raise LineageKitError(msg)
    return event


def completed_tasks(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the COMPLETE events of tasks: not those of DAG runs, nor of single queries inside a task."""
    for event in events:
        job_type = event.get("job", {}).get("facets", {}).get("jobType", {}).get("jobType")
        if event.get("eventType") == "COMPLETE" and job_type == "TASK":
            yield event


def build_graph(events: Iterable[Event]) -> Graph:
    """Join the completed tasks of some events to one graph; what several runs repeat is there once."""
    datasets: set[DatasetName] = set()
    edges: set[Edge] = set()
    columns: dict[tuple[DatasetName, str, DatasetName, str | None], set[str]] = {}
    for event in completed_tasks(events):
        inputs = [_dataset(entry) for entry in event.get("inputs") or ()]
        outputs = [_dataset(entry) for entry in event.get("outputs") or ()]
        datasets.update(inputs, outputs)
        edges.update(Edge(source, event["job"]["name"], target) for source in inputs for target in outputs)
        for entry in event.get("outputs") or ():
            for edge in _column_edges(entry):
                key = (edge.source, edge.source_column, edge.target, edge.target_column)
                columns.setdefault(key, set()).update(edge.transformations)
    column_edges = [ColumnEdge(*key, tuple(sorted(kinds))) for key, kinds in columns.items()]
    return Graph(tuple(sorted(datasets)), tuple(sorted(edges)), tuple(sorted(column_edges, key=_column_order)))


def _dataset(entry: dict[str, Any]) -> DatasetName:
    return DatasetName(entry["namespace"], entry["name"])


def _column_edges(output: dict[str, Any]) -> Iterator[ColumnEdge]:
    """Yield what the columnLineage facet of one output says."""
    facet = (output.get("facets") or {}).get("columnLineage", {})
    target = _dataset(output)
    sources = [(column, field["inputFields"]) for column, field in facet.get("fields", {}).items()]
    for column, input_fields in [*sources, (None, facet.get("dataset", ()))]:
        for source in input_fields:
            kinds = tuple(kind.get("subtype") or kind["type"] for kind in source.get("transformations") or ())
            yield ColumnEdge(_dataset(source), source["field"], target, column, kinds)


def _column_order(edge: ColumnEdge) -> tuple[DatasetName, bool, str, DatasetName, str]:
    """Sort by target, its columns before the dataset as a whole."""
    return (
        edge.target,
        edge.target_column is None,
        edge.target_column or "",
        edge.source,
        edge.source_column,
    )


def render_datasets(graph: Graph) -> list[str]:
    """Return the lines of a list of every dataset below its namespace."""
    lines: list[str] = []
    namespace = None
    for dataset in graph.datasets:
        if dataset.namespace != namespace:
            namespace = dataset.namespace
            lines.append(namespace)
        lines.append(f"  {dataset.name}")
    return lines


def render_tree(graph: Graph) -> list[str]:
    """Return the lines of a tree for every dataset that no other is made from, its sources below it.

    A line with sources names the task that made the dataset from them. Sources that were drawn before are
    not drawn again; so a dataset that is made from itself comes to an end too.
    """
    labels = _namespace_labels(graph)
    sources: dict[DatasetName, dict[DatasetName, None]] = {}
    jobs: dict[DatasetName, dict[str, None]] = {}
    for edge in graph.edges:
        sources.setdefault(edge.target, {})[edge.source] = None
        jobs.setdefault(edge.target, {})[edge.job] = None
    drawn: set[DatasetName] = set()

    def draw(dataset: DatasetName, first: str, rest: str) -> Iterator[str]:
        title = f"{first}{dataset.name}  [{labels[dataset.namespace]}]"
        children = list(sources.get(dataset, ()))
        if not children:
            yield title
        elif dataset in drawn:
            yield f"{title}  (see above)"
        else:
            drawn.add(dataset)
            yield f"{title}  by {', '.join(jobs[dataset])}"
            for child in children[:-1]:
                yield from draw(child, f"{rest}├─ ", f"{rest}│  ")
            yield from draw(children[-1], f"{rest}└─ ", f"{rest}   ")

    made_into = {edge.source for edge in graph.edges if edge.source != edge.target}
    lines: list[str] = []
    for dataset in sorted(graph.datasets, key=lambda each: each in made_into):
        # Those that go into another one come last: what no tree has reached by then goes round in a circle.
        if dataset not in made_into or (dataset in sources and dataset not in drawn):
            lines.extend(draw(dataset, "", ""))
    return lines


def render_columns(graph: Graph, names: Collection[str]) -> list[str]:
    """Return one line per column edge into the datasets of these names, a blank line between datasets."""
    edges = [edge for edge in graph.column_edges if edge.target.name in names]
    rows = [
        (_target(edge), f"{edge.source.name}.{edge.source_column}", ", ".join(edge.transformations)) for edge in edges
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
    lines: list[str] = []
    previous = None
    for edge, (target, source, kinds) in zip(edges, rows, strict=True):
        if previous not in (None, edge.target):
            lines.append("")
        previous = edge.target
        lines.append(f"{target:{widths[0]}} <- {source:{widths[1]}}  {kinds}".rstrip())
    return lines


def _target(edge: ColumnEdge) -> str:
    return edge.target.name if edge.target_column is None else f"{edge.target.name}.{edge.target_column}"


def _namespace_labels(graph: Graph) -> dict[str, str]:
    """Return a short name for every namespace: its last part where that is enough to tell them apart."""
    namespaces = {dataset.namespace for dataset in graph.datasets}
    short = {namespace: namespace.rstrip("/").rpartition("/")[2] for namespace in namespaces}
    counts = [*short.values()]
    return {namespace: label if counts.count(label) == 1 else namespace for namespace, label in short.items()}
