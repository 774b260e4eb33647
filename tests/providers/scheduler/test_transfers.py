"""Transfers in a real scheduler: the DAG `transfers`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, lifecycle, names, row_count

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places

needs_ftp = pytest.mark.skipif(not find_spec("pyftpdlib"), reason="nothing plays an FTP server")


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["transfers"]


class TestRowsToTables:
    """``GenericTransfer``."""

    def test_between_servers(self, run: DagRunEvents, places: Places) -> None:
        """What a CTE reads is the input; the columns meet those that the operator names."""
        events = run.task("rows")

        for event in (events.start, events.complete):
            (target,) = event["outputs"]
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert names([target]) == [places.dataset("mart", "orders")]
            assert columns(target) == {"id": [("orders", "id")], "buyer": [("orders", "customer")]}
        assert (lifecycle(events.start["outputs"][0]), row_count(events.start["outputs"][0])) == (None, None)
        # The table was emptied first.
        assert (lifecycle(target), row_count(target)) == ("OVERWRITE", 2)

    def test_to_sqlite(self, run: DagRunEvents, places: Places) -> None:
        """The columns of the file's table are known, so that they need no names."""
        events = run.task("rows_to_sqlite")

        for event, rows in ((events.start, None), (events.complete, 3)):
            (target,) = event["outputs"]
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert names([target]) == [places.dataset("small", "customers")]
            assert columns(target) == {"id": [("orders", "id")], "name": [("orders", "customer")]}
            assert row_count(target) == rows

    def test_in_pages(self, run: DagRunEvents, places: Places) -> None:
        """Deferred after each page, it says on every START what it does, and in the end no number of rows."""
        events = run.task("rows_in_pages")

        # Three rows in pages of two: it begins, and resumes after either page and after the empty one.
        assert len(events.of_type("START")) == 4
        for event in (*events.of_type("START"), events.complete):
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
            assert names(event["outputs"]) == [places.dataset("mart", "pages")]
            assert row_count(event["outputs"][0]) is None
        assert lifecycle(events.complete["outputs"][0]) == "OVERWRITE"

    def test_that_fails(self, run: DagRunEvents, places: Places) -> None:
        """FAIL says what was to be copied."""
        event = run.task("rows_to_nowhere").fail

        # Only the database would know in which schema a table without one is.
        assert run.task("rows_to_nowhere").start["outputs"] == []
        assert names(event["inputs"]) == [places.dataset("shop", "orders")]
        assert names(event["outputs"]) == [places.dataset("mart", "nowhere")]
        assert row_count(event["outputs"][0]) is None


class TestRowsAndObjects:
    """``SqlToS3Operator`` and ``S3ToSqlOperator``."""

    def test_query_to_object(self, run: DagRunEvents, places: Places) -> None:
        """The operator completes the key while it runs; then the object is told, with its columns."""
        events = run.task("sql_to_s3")

        for event in (events.start, events.complete):
            assert names(event["inputs"]) == [places.dataset("shop", "orders")]
        assert events.start["outputs"] == []
        assert names(events.complete["outputs"]) == [places.dataset("lake", "out/orders.csv")]
        assert columns(events.complete["outputs"][0]) == {"id": [("orders", "id")], "amount": [("orders", "amount")]}

    @pytest.mark.parametrize(("index", "key"), [(0, "out/first.csv"), (1, "out/second.csv")])
    def test_mapped(self, run: DagRunEvents, places: Places, index: int, key: str) -> None:
        """Each instance has its own object; a table without a schema is told in the end."""
        events = run.task("mapped_sql_to_s3", index)
        event = events.complete

        # On START only the database would know in which schema the table is.
        assert events.start["inputs"] == []
        assert names(event["inputs"]) == [places.dataset("shop", "orders")]
        assert names(event["outputs"]) == [places.dataset("lake", key)]
        assert columns(event["outputs"][0]) == {"customer": [("orders", "customer")]}

    def test_object_to_table(self, run: DagRunEvents, places: Places) -> None:
        """The object is the input, not the temporary file that is parsed."""
        events = run.task("s3_to_sql")

        for event, rows in ((events.start, None), (events.complete, 2)):
            assert names(event["inputs"]) == [places.dataset("lake", "in/customers.csv")]
            assert names(event["outputs"]) == [places.dataset("small", "customers")]
            assert row_count(event["outputs"][0]) == rows

    def test_that_fails(self, run: DagRunEvents, places: Places) -> None:
        """FAIL says what was to be loaded."""
        for event in (run.task("s3_to_nowhere").start, run.task("s3_to_nowhere").fail):
            assert names(event["inputs"]) == [places.dataset("lake", "in/customers.csv")]
            assert names(event["outputs"]) == [places.dataset("small", "nowhere")]


class TestFiles:
    """Operators that move files."""

    @pytest.mark.parametrize(
        ("task_id", "source", "target"),
        [
            ("file_transfer", ("local", "local.csv"), ("local", "copy.csv")),
            ("local_to_s3", ("local", "local.csv"), ("lake", "in/local.csv")),
            ("dynamodb_to_s3", ("dynamodb", "orders"), ("lake", "dynamodb")),
            ("http_to_s3", ("web", "v1/orders"), ("lake", "in/orders.json")),
            ("sftp_put", ("local", "local.csv"), ("sftp", "in/local.csv")),
            ("sftp_to_s3", ("sftp", "in/orders.csv"), ("lake", "sftp/orders.csv")),
            ("s3_to_sftp", ("lake", "in/customers.csv"), ("sftp", "in/customers.csv")),
            pytest.param("ftp_put", ("local", "local.csv"), ("ftp", "in/local.csv"), marks=needs_ftp),
            pytest.param("ftp_to_s3", ("ftp", "in/orders.csv"), ("lake", "ftp/orders.csv"), marks=needs_ftp),
            pytest.param("s3_to_ftp", ("lake", "in/customers.csv"), ("ftp", "in/customers.csv"), marks=needs_ftp),
        ],
    )
    def test_one_file(
        self, run: DagRunEvents, places: Places, task_id: str, source: tuple[str, str], target: tuple[str, str]
    ) -> None:
        """Both ends are known before, and are the same afterwards; no temporary file is among them."""
        for event in (run.task(task_id).start, run.task(task_id).complete):
            assert names(event["inputs"]) == [places.dataset(*source)]
            assert names(event["outputs"]) == [places.dataset(*target)]

    @pytest.mark.parametrize(
        ("index", "source", "key"),
        [(0, "local.csv", "mapped/first.csv"), (1, "divide.ipynb", "mapped/second.ipynb")],
    )
    def test_mapped(self, run: DagRunEvents, places: Places, index: int, source: str, key: str) -> None:
        """Each instance has its own file."""
        events = run.task("mapped_local_to_s3", index)

        for event in (events.start, events.complete):
            assert names(event["inputs"]) == [places.dataset("local", source)]
            assert names(event["outputs"]) == [places.dataset("lake", key)]

    def test_that_is_missing(self, run: DagRunEvents, places: Places) -> None:
        """FAIL says which file was to be fetched."""
        for event in (run.task("sftp_get_missing").start, run.task("sftp_get_missing").fail):
            assert names(event["inputs"]) == [places.dataset("sftp", "in/missing.csv")]
            assert names(event["outputs"]) == [places.dataset("local", "missing.csv")]

    def test_new_table(self, run: DagRunEvents, places: Places) -> None:
        """A table of DynamoDB that is made for the import is new once it is there."""
        events = run.task("s3_to_dynamodb")

        for event, change in ((events.start, None), (events.complete, "CREATE")):
            assert names(event["inputs"]) == [places.dataset("lake", "in/orders.jsonl")]
            assert names(event["outputs"]) == [places.dataset("dynamodb", "imported")]
            assert lifecycle(event["outputs"][0]) == change
