"""Events are read from a file, joined to a graph, and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.events import (
    ColumnEdge,
    Edge,
    build_graph,
    completed_tasks,
    read_events,
    render_columns,
    render_datasets,
    render_tree,
)
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from pathlib import Path

LAKE, SHOP = "sqlite:///data/lake.db", "sqlite:///data/shop.db"


def event(
    job: str,
    inputs: list[str] | None = None,
    outputs: list[dict[str, Any] | str] | None = None,
    *,
    job_type: str = "TASK",
    namespace: str = SHOP,
) -> dict[str, Any]:
    """Return a COMPLETE event; a dataset given as text has no facets."""
    entries = [each if isinstance(each, dict) else {"namespace": namespace, "name": each} for each in outputs or []]
    return {
        "eventType": "COMPLETE",
        "job": {"namespace": "test", "name": job, "facets": {"jobType": {"jobType": job_type}}},
        "inputs": [{"namespace": namespace, "name": name} for name in inputs or []],
        "outputs": entries,
    }


def output(name: str, fields: dict[str, list[Any]], dataset: list[Any] | None = None) -> dict[str, Any]:
    """Return an output dataset with column lineage: sources as (table, column, transformation...)."""

    def sources(entries: list[Any]) -> list[dict[str, Any]]:
        return [
            {"namespace": SHOP, "name": table, "field": column, "transformations": [dict(kind) for kind in kinds]}
            for table, column, *kinds in entries
        ]

    facet = {"fields": {column: {"inputFields": sources(entries)} for column, entries in fields.items()}}
    if dataset is not None:
        facet["dataset"] = sources(dataset)  # type: ignore[assignment]  # the facet's values differ in type
    return {"namespace": SHOP, "name": name, "facets": {"columnLineage": facet}}


IDENTITY = {"type": "DIRECT", "subtype": "IDENTITY"}
AGGREGATION = {"type": "DIRECT", "subtype": "AGGREGATION"}
JOIN = {"type": "INDIRECT", "subtype": "JOIN"}
DIRECT = {"type": "DIRECT"}


class TestReadEvents:
    """The file of OpenLineage's file transport."""

    def write(self, tmp_path: Path, text: str) -> Path:
        """Return a file with this text."""
        file = tmp_path / "events.ndjson"
        file.write_text(text, encoding="utf-8")
        return file

    def test_order(self, tmp_path: Path) -> None:
        """Each line is an event, in the order of the file; blank lines are none."""
        file = self.write(tmp_path, '{"n": 1}\n\n{"n": 2, "text": "a\u2028b"}\n')
        assert read_events(file) == [{"n": 1}, {"n": 2, "text": "a\u2028b"}]

    @pytest.mark.parametrize("torn", ['{"n": 2', '{"n": 2}', ""])
    def test_torn_last_line(self, tmp_path: Path, torn: str) -> None:
        """What follows the last line end is still being written."""
        assert read_events(self.write(tmp_path, '{"n": 1}\n' + torn)) == [{"n": 1}]

    @pytest.mark.parametrize("line", ["{broken", "[1]", "null"])
    def test_no_event(self, tmp_path: Path, line: str) -> None:
        """A whole line that is not a JSON object is an error that names file and line."""
        file = self.write(tmp_path, f'{{"n": 1}}\n{line}\n')
        with pytest.raises(LineageKitError, match=r"Line 2 of .*events\.ndjson"):
            read_events(file)

    def test_missing_file(self, tmp_path: Path) -> None:
        """A file that cannot be read is an error that names it."""
        with pytest.raises(LineageKitError, match=r"nothing\.ndjson: No such file"):
            read_events(tmp_path / "nothing.ndjson")


class TestBuildGraph:
    """Events joined to a graph."""

    def test_only_completed_tasks(self) -> None:
        """Neither other event types nor DAGs nor queries count."""
        events = [
            event("dag.a", ["x"], ["y"]) | {"eventType": "START"},
            event("dag.b", ["x"], ["y"]) | {"eventType": "FAIL"},
            event("dag", ["x"], ["y"], job_type="DAG"),
            event("dag.c.query.1", ["x"], ["y"], job_type="QUERY"),
            event("dag.d", ["x"], ["y"]),
        ]
        assert [each["job"]["name"] for each in completed_tasks(events)] == ["dag.d"]
        assert build_graph(events).edges == (Edge(DatasetName(SHOP, "x"), "dag.d", DatasetName(SHOP, "y")),)

    def test_no_events(self) -> None:
        """Nothing gives an empty graph, drawn as nothing."""
        graph = build_graph([])
        assert (graph.datasets, graph.edges, graph.column_edges) == ((), (), ())
        assert (render_tree(graph), render_datasets(graph), render_columns(graph, ["x"])) == ([], [], [])

    def test_bare_event(self) -> None:
        """A completed task without datasets, or with null for them, adds nothing."""
        assert build_graph([event("dag.a"), event("dag.b") | {"inputs": None, "outputs": None}]).datasets == ()

    def test_every_input_to_every_output(self) -> None:
        """A task leads from each of its inputs to each of its outputs."""
        graph = build_graph([event("dag.a", ["x", "y"], ["v", "w"])])
        assert [(edge.source.name, edge.target.name) for edge in graph.edges] == [
            ("x", "v"),
            ("x", "w"),
            ("y", "v"),
            ("y", "w"),
        ]

    def test_once(self) -> None:
        """Runs of the same task add nothing twice; equal names in two namespaces are two datasets."""
        task = event("dag.a", ["x"], [output("y", {"c": [("x", "c", IDENTITY)]})])
        graph = build_graph([task, task, event("dag.b", ["x"], ["x"], namespace=LAKE)])
        assert graph.datasets == (DatasetName(LAKE, "x"), DatasetName(SHOP, "x"), DatasetName(SHOP, "y"))
        assert len(graph.edges) == 2
        assert len(graph.column_edges) == 1

    def test_columns(self) -> None:
        """A column edge has the subtypes of all transformations, the type where there is no subtype."""
        fields = {"c": [("x", "a", IDENTITY), ("x", "b", DIRECT), ("z", "a")], "d": [("x", "a", JOIN, AGGREGATION)]}
        graph = build_graph([event("dag.a", ["x", "z"], [output("y", fields)])])
        x, y, z = (DatasetName(SHOP, name) for name in "xyz")
        assert graph.column_edges == (
            ColumnEdge(x, "a", y, "c", ("IDENTITY",)),
            ColumnEdge(x, "b", y, "c", ("DIRECT",)),
            ColumnEdge(z, "a", y, "c", ()),
            ColumnEdge(x, "a", y, "d", ("AGGREGATION", "JOIN")),
        )

    def test_columns_of_the_whole_dataset(self) -> None:
        """The facet's `dataset` list leads to the dataset as a whole, sorted after its columns."""
        graph = build_graph([event("dag.a", ["x"], [output("y", {"c": [("x", "a", IDENTITY)]}, [("x", "k", JOIN)])])])
        x, y = DatasetName(SHOP, "x"), DatasetName(SHOP, "y")
        assert graph.column_edges == (
            ColumnEdge(x, "a", y, "c", ("IDENTITY",)),
            ColumnEdge(x, "k", y, None, ("JOIN",)),
        )


class TestRender:
    """Graphs as text."""

    def test_datasets(self) -> None:
        """Datasets stand below their namespace."""
        graph = build_graph([event("dag.a", ["a", "b"], namespace=LAKE), event("dag.b", ["a"])])
        assert render_datasets(graph) == [LAKE, "  a", "  b", SHOP, "  a"]

    def test_tree(self) -> None:
        """A dataset that nothing is made from stands on top; what is drawn already is only mentioned."""
        events = [
            event("dag.load", ["raw"], ["day"]),
            event("dag.fact", ["day", "sale"], ["fact"]),
            event("dag.report", ["day", "fact"], ["report"]),
        ]
        assert render_tree(build_graph(events)) == [
            "report  [shop.db]  by dag.report",
            "├─ day  [shop.db]  by dag.load",
            "│  └─ raw  [shop.db]",
            "└─ fact  [shop.db]  by dag.fact",
            "   ├─ day  [shop.db]  (see above)",
            "   └─ sale  [shop.db]",
        ]

    def test_tree_of_lone_datasets(self) -> None:
        """A dataset that is only read or only written is a tree of its own."""
        graph = build_graph([event("dag.a", ["x"]), event("dag.b", [], ["y"])])
        assert render_tree(graph) == ["x  [shop.db]", "y  [shop.db]"]

    def test_several_writers(self) -> None:
        """A dataset written by two tasks names both."""
        graph = build_graph([event("dag.a", ["x"], ["z"]), event("dag.b", ["y"], ["z"])])
        assert render_tree(graph)[0] == "z  [shop.db]  by dag.a, dag.b"

    @pytest.mark.parametrize(
        "events",
        [
            [event("dag.a", ["x"], ["x"])],
            [event("dag.a", ["x"], ["y"]), event("dag.b", ["y"], ["x"])],
            [event("dag.a", ["x"], ["y"]), event("dag.b", ["y"], ["x"]), event("dag.c", ["y"], ["z"])],
        ],
    )
    def test_circles(self, events: list[dict[str, Any]]) -> None:
        """A dataset made from itself, directly or not, is drawn to an end, and no dataset is missing."""
        graph = build_graph(events)
        lines = render_tree(graph)
        assert all(any(dataset.name in line for line in lines) for dataset in graph.datasets)
        assert sum("see above" in line for line in lines) == 1

    def test_equal_labels(self) -> None:
        """Namespaces that end alike are written out."""
        here, there = "postgres://here:5432", "redshift://there/postgres://here:5432"
        graph = build_graph([event("dag.a", ["x"], namespace=here), event("dag.b", ["x"], namespace=there)])
        assert render_tree(graph) == [f"x  [{here}]", f"x  [{there}]"]

    def test_columns(self) -> None:
        """Column edges into the datasets that are named stand in aligned columns."""
        outputs = [
            output("fact", {"pricepaid": [("sales", "pricepaid", IDENTITY)]}, [("date", "dateid", JOIN)]),
            output("dim", {"n": [("event", "n")]}),
            output("other", {"n": [("event", "n", IDENTITY)]}),
        ]
        graph = build_graph([event("dag.a", ["sales", "date", "event"], list(outputs))])
        assert render_columns(graph, ["fact", "dim"]) == [
            "dim.n          <- event.n",
            "",
            "fact.pricepaid <- sales.pricepaid  IDENTITY",
            "fact           <- date.dateid      JOIN",
        ]
