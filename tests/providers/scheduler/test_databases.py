"""SQL in a real scheduler: the DAG `databases`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, fields, lifecycle, names, row_count

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["databases"]


class TestStatements:
    """``SQLExecuteQueryOperator``."""

    def test_with_parameters_and_two_outputs(self, run: DagRunEvents, places: Places) -> None:
        """Inputs, outputs and columns are known before; what became of the tables, afterwards."""
        events = run.task("two_outputs")

        for event in (events.start, events.complete):
            paid, buyers = event["outputs"]
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert fields(event["inputs"][0]) == ["id", "customer", "amount", "day"]
            assert names([paid, buyers]) == [places.dataset("shop", "paid"), places.dataset("shop", "buyers")]
            assert columns(paid) == {"id": [("orders", "id")], "amount": [("orders", "amount")]}
            assert columns(buyers) == {"customer": [("orders", "customer")]}
        assert [(lifecycle(each), row_count(each)) for each in events.start["outputs"]] == [(None, None)] * 2
        assert [(lifecycle(each), row_count(each)) for each in events.complete["outputs"]] == [
            ("CREATE", 2),
            ("CREATE", 1),
        ]

    def test_each_output_has_its_own_inputs(self, run: DagRunEvents, places: Places) -> None:
        """The explicit lineage is on both events, with the columns."""
        for event in (run.task("two_outputs").start, run.task("two_outputs").complete):
            entries = event["job"]["facets"]["lineage"]["entries"]

            assert names(entries) == [places.dataset("shop", "paid"), places.dataset("shop", "buyers")]
            assert [sorted(entry["fields"]) for entry in entries] == [["amount", "id"], ["customer"]]
            assert {*names(entries[0]["inputs"]), *names(entries[1]["inputs"])} == {places.dataset("shop", "orders")}

    def test_behind_a_cte(self, run: DagRunEvents, places: Places) -> None:
        """A star behind a CTE leads to the column of the table."""
        for event in (run.task("cte").start, run.task("cte").complete):
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert columns(event["outputs"][0]) == {"total": [("orders", "amount")]}

    @pytest.mark.parametrize(
        ("task_id", "table", "change"),
        [
            ("truncate", "stale", "TRUNCATE"),
            ("rename", "ripe", "RENAME"),
            ("alter", "wide", "ALTER"),
            ("clean", "drafts", "DROP"),
        ],
    )
    def test_lifecycle(self, run: DagRunEvents, places: Places, task_id: str, table: str, change: str) -> None:
        """What becomes of a table is told once it has happened."""
        events = run.task(task_id)

        for event, expected in ((events.start, None), (events.complete, change)):
            assert names(event["outputs"]) == [places.dataset("shop", table)]
            assert lifecycle(event["outputs"][0]) == expected

    def test_renamed(self, run: DagRunEvents, places: Places) -> None:
        """The name before is in the facet."""
        (ripe,) = run.task("rename").complete["outputs"]
        before = ripe["facets"]["lifecycleStateChange"]["previousIdentifier"]

        assert (before["namespace"], before["name"]) == places.dataset("shop", "fresh")

    def test_setup(self, run: DagRunEvents) -> None:
        """A setup task is a task like others; each of its tables is new."""
        made = run.task("make").complete["outputs"]

        assert names(run.task("make").start["outputs"]) == names(made)
        assert len(made) == 9
        assert {lifecycle(each) for each in made} == {"CREATE"}

    def test_that_fail(self, run: DagRunEvents, places: Places) -> None:
        """FAIL says what was to be read and written, and not that it was."""
        events = run.task("fails")

        for event in (events.start, events.fail):
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert names(event["outputs"]) == [places.dataset("shop", "nowhere")]
            assert columns(event["outputs"][0]) == {"id": [("orders", "id")]}
            assert row_count(event["outputs"][0]) is None

    @pytest.mark.parametrize(("index", "rows"), [(0, 1), (1, 2)])
    def test_mapped(self, run: DagRunEvents, places: Places, index: int, rows: int) -> None:
        """Each instance counts its own rows."""
        events = run.task("mapped", index)

        for event, expected in ((events.start, None), (events.complete, rows)):
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert names(event["outputs"]) == [places.dataset("shop", "numbered")]
            assert row_count(event["outputs"][0]) == expected

    def test_decorated(self, run: DagRunEvents, places: Places) -> None:
        """What a `@task.sql` returns is its SQL, known once it is returned."""
        events = run.task("decorated")
        (copied,) = events.complete["outputs"]

        assert events.start["inputs"] == events.start["outputs"] == []
        assert names(events.complete["inputs"]) == [places.dataset("shop", "orders")]
        assert names([copied]) == [places.dataset("shop", "copied")]
        assert columns(copied) == {"id": [("orders", "id")], "customer": [("orders", "customer")]}
        assert (lifecycle(copied), row_count(copied)) == ("CREATE", 3)

    def test_of_a_sensor(self, run: DagRunEvents, places: Places) -> None:
        """What it asked, its hook has reported."""
        assert names(run.task("sensor").complete["inputs"]) == [places.dataset("shop", "orders")]

    @pytest.mark.skipif(not find_spec("airflow.providers.duckdb"), reason="there is no hook for DuckDB")
    def test_on_duckdb(self, run: DagRunEvents, places: Places) -> None:
        """The file is the database; names are spelled as it keeps them."""
        event = run.task("duckdb").complete

        assert names(run.task("duckdb").start["outputs"]) == names(event["outputs"])
        tables = [places.dataset("duck", f"lake.main.{name}") for name in ("Orders", "totals")]
        assert names(event["outputs"]) == tables
        assert columns(event["outputs"][1]) == {"total": [("Orders", "Amount")]}
        assert [lifecycle(each) for each in event["outputs"]] == ["CREATE", "CREATE"]


class TestRows:
    """Rows that no statement of the task names."""

    def test_of_a_hook(self, run: DagRunEvents, places: Places) -> None:
        """A `@task` that inserts rows through a hook says so once it has, with their number."""
        events = run.task("insert_rows")

        assert events.start["outputs"] == []
        assert names(events.complete["outputs"]) == [places.dataset("shop", "rows_of_python")]
        assert row_count(events.complete["outputs"][0]) == 3

    def test_of_several_hooks(self, run: DagRunEvents, places: Places) -> None:
        """A `@task` that reads a table, fills another by SQL and writes an object says so once it has."""
        events = run.task("hook_calls")

        assert events.start["inputs"] == events.start["outputs"] == []
        assert names(events.complete["inputs"]) == [places.dataset("shop", "orders")]
        assert {name: row_count(each) for each in events.complete["outputs"] for name in names([each])} == {
            places.dataset("shop", "rows_of_hook"): 2,
            places.dataset("lake", "out/names.txt"): None,
        }

    @pytest.mark.parametrize(
        ("task_id", "table", "rows"), [("insert_rows_operator", "rows_of_operator", 2), ("bulk_load", "people", 1)]
    )
    def test_of_operators(self, run: DagRunEvents, places: Places, task_id: str, table: str, rows: int) -> None:
        """``SQLInsertRowsOperator`` and ``SQLBulkLoadOperator``: the table before, its rows afterwards."""
        events = run.task(task_id)

        for event, expected in ((events.start, None), (events.complete, rows)):
            assert names(event["outputs"]) == [places.dataset("shop", table)]
            assert row_count(event["outputs"][0]) == expected

    def test_of_a_file(self, run: DagRunEvents, places: Places) -> None:
        """What is loaded is an input."""
        for event in (run.task("bulk_load").start, run.task("bulk_load").complete):
            assert names(event["inputs"]) == [places.dataset("local", "local.csv")]
