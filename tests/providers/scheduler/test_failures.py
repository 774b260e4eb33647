"""Tasks that fail in a real scheduler: the DAG `failures`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from support.event_facts import columns, lifecycle, names, row_count

if TYPE_CHECKING:
    from support.dag_runs import DagRunEvents
    from support.places import Places

    Dataset = tuple[str, str]

needs_ftp = pytest.mark.skipif(not find_spec("pyftpdlib"), reason="nothing plays an FTP server")
MISSING = ("local", "missing.csv")


@pytest.fixture(scope="module")
def run(runs: dict[str, DagRunEvents]) -> DagRunEvents:
    """Give the events of the DAG."""
    return runs["failures"]


@pytest.mark.parametrize(
    ("task_id", "inputs", "outputs"),
    [
        ("athena", [("athena", "AwsDataCatalog.raw.nowhere")], [("lake", "athena")]),
        ("bulk_load", [("local", "local.csv")], [("shop", "nowhere")]),
        ("datasync", [("share", "exports")], [("lake", "landing")]),
        ("dynamodb_to_s3", [("dynamodb", "nothing")], [("lake", "nothing")]),
        ("file_transfer", [MISSING], [("local", "copied.csv")]),
        pytest.param("ftp_get", [("ftp", "in/missing.csv")], [MISSING], marks=needs_ftp),
        pytest.param("ftp_to_s3", [("ftp", "in/missing.csv")], [("lake", "ftp/missing.csv")], marks=needs_ftp),
        ("glue_crawler", [("lake", "raw/orders")], []),
        ("glue_create", [("lake", "raw/orders")], [("athena", "AwsDataCatalog.nowhere.orders")]),
        ("glue_job", [], [("lake", "loaded.parquet")]),
        ("glue_partition", [("lake", "raw/orders")], [("athena", "AwsDataCatalog.raw.nowhere")]),
        ("http_to_s3", [("web", "v1/orders")], [("lake", "in/never.json")]),
        ("insert_rows", [], [("shop", "nowhere")]),
        ("local_to_s3", [MISSING], [("lake", "in/missing.csv")]),
        ("rds_export", [("rds", "snapshot/missing")], [("lake", "never")]),
        ("redshift", [("redshift", "dev.sales.orders")], [("redshift", "dev.gold.nowhere")]),
        ("s3_to_dynamodb", [("elsewhere", "in/orders.jsonl")], [("dynamodb", "never")]),
        pytest.param("s3_to_ftp", [("lake", "in/missing.csv")], [("ftp", "in/missing.csv")], marks=needs_ftp),
        ("s3_to_sftp", [("lake", "in/missing.csv")], [("sftp", "in/missing.csv")]),
        ("sftp_to_s3", [("sftp", "in/missing.csv")], [("lake", "sftp/missing.csv")]),
        # The operator completes the key when the query has been answered.
        ("sql_to_s3", [("shop", "nowhere")], []),
    ],
)
def test_known_before(
    run: DagRunEvents, places: Places, task_id: str, inputs: list[Dataset], outputs: list[Dataset]
) -> None:
    """FAIL says what START has said, and nothing of what might have become of it."""
    for event in (run.task(task_id).start, run.task(task_id).fail):
        assert names(event["inputs"]) == [places.dataset(*each) for each in inputs]
        assert names(event["outputs"]) == [places.dataset(*each) for each in outputs]
        assert {(lifecycle(each), row_count(each)) for each in event["outputs"]} <= {(None, None)}


@pytest.mark.parametrize(("index", "name"), [(0, "local.csv"), (1, "missing.csv")])
def test_mapped(run: DagRunEvents, places: Places, index: int, name: str) -> None:
    """Each instance has failed with its own file: one whose object is there already, and one that is missing."""
    events = run.task("mapped", index)

    for event in (events.start, events.fail):
        assert names(event["inputs"]) == [places.dataset("local", name)]
        assert names(event["outputs"]) == [places.dataset("lake", "in/customers.csv")]


def test_decorated_sql(run: DagRunEvents, places: Places) -> None:
    """SQL that a function has returned is told though it could not be run."""
    event = run.task("decorated_sql").fail

    assert names(event["inputs"]) == [places.dataset("shop", "orders")]
    assert names(event["outputs"]) == [places.dataset("shop", "nowhere")]
    assert columns(event["outputs"][0]) == {"id": [("orders", "id")]}


def test_hook_calls(run: DagRunEvents, places: Places) -> None:
    """What hooks did before a `@task` failed is told; how many rows are there then, nobody knows."""
    events = run.task("hook_calls")

    assert events.start["inputs"] == events.start["outputs"] == []
    assert names(events.fail["inputs"]) == [places.dataset("shop", "orders")]
    assert set(names(events.fail["outputs"])) == {
        places.dataset("shop", "half"),
        places.dataset("lake", "out/half.txt"),
    }
    assert {row_count(each) for each in events.fail["outputs"]} == {None}


@pytest.mark.parametrize("task_id", ["athena", "redshift"])
def test_query_of_a_service(run: DagRunEvents, task_id: str) -> None:
    """The query that failed has an id."""
    assert run.task(task_id).fail["run"]["facets"]["externalQuery"]["externalQueryId"]
