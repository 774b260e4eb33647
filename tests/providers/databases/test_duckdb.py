"""SQL on DuckDB files: the official hook and operator, real files."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("airflow.providers.duckdb.hooks.duckdb")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a DuckDB file with a table `Orders` in two schemas, known to Airflow as connection `lake`."""
    path = tmp_path / "lake's.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("CREATE TABLE Orders (Id INTEGER, Amount DOUBLE); INSERT INTO Orders VALUES (1, 2.5)")
        connection.execute("CREATE SCHEMA Mart; CREATE TABLE Mart.Orders (Id INTEGER, Total DOUBLE, Day DATE)")
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "duckdb", "host": str(path)}))
    return path


@pytest.fixture
def writer(lake: Path) -> Iterator[Any]:
    """Give a connection of another kind than the kit's: it holds the file's lock, and has not written it out."""
    with closing(duckdb.connect(str(lake))) as connection:
        connection.execute("CREATE TABLE Fresh (Id INTEGER)")
        yield connection


def operator(sql: str | list[str], **options: Any) -> SQLExecuteQueryOperator:
    """Return an operator on the connection `lake`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="lake", sql=sql, split_statements=True, **options)


def names(datasets: list[Any]) -> list[tuple[str, str]]:
    """Return namespaces and names of datasets."""
    return [(each.namespace, each.name) for each in datasets]


def fields(dataset: Any) -> list[str]:
    """Return the columns of a dataset's schema."""
    return [field.name for field in dataset.facets["schema"].fields]


def columns(dataset: Any) -> dict[str, list[str]]:
    """Return the column lineage of a dataset as column -> `dataset.column` list."""
    return {
        column: [f"{source.name}.{source.field}" for source in field.inputFields]
        for column, field in dataset.facets["columnLineage"].fields.items()
    }


def test_task_that_ran(extract: Callable[..., Any], lake: Path) -> None:
    """Tables keep the schema and the spelling of the file; a star is expanded by it."""
    task = operator(
        "CREATE TABLE mart.copy AS SELECT * FROM ORDERS; INSERT INTO mart.orders (id) SELECT id FROM orders"
    )
    namespace = f"duckdb://{lake}"

    before = extract(task, "START")
    task.execute({})
    found = extract(task, "COMPLETE")

    assert names(found.inputs) == [(namespace, "lake's.main.Orders")]
    assert names(found.outputs) == [(namespace, "lake's.Mart.copy"), (namespace, "lake's.Mart.Orders")]
    assert fields(found.outputs[0]) == ["Id", "Amount"]
    assert fields(found.outputs[1]) == ["Id", "Total", "Day"]
    assert columns(found.outputs[0]) == {"Id": ["lake's.main.Orders.Id"], "Amount": ["lake's.main.Orders.Amount"]}
    assert fields(before.inputs[0]) == ["Id", "Amount"]
    assert incomplete.KEY not in {**before.run_facets, **found.run_facets}


def test_failed_task(extract: Callable[..., Any], lake: Path) -> None:
    """A FAIL event names what the statement was about."""
    task = operator("INSERT INTO orders SELECT id, amount, 1 FROM mart.orders")
    with pytest.raises(duckdb.Error):
        task.execute({})

    found = extract(task, "FAIL")

    assert names(found.outputs) == [(f"duckdb://{lake}", "lake's.main.Orders")]
    assert names(found.inputs) == [(f"duckdb://{lake}", "lake's.Mart.Orders")]


@pytest.mark.usefixtures("writer")
def test_file_that_is_locked(extract: Callable[..., Any]) -> None:
    """A writer's lock does not keep the catalogue from being read, what is only in its log included."""
    found = extract(operator("SELECT * FROM fresh"))

    assert fields(found.inputs[0]) == ["Id"]
    assert incomplete.KEY not in found.run_facets


def test_reading_locks_nobody_out(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the kit reads a file, another process may open it and write."""
    from lineage_kit.extractors.sql import files

    connected = duckdb.connect
    writing = f"import duckdb; duckdb.connect({str(lake)!r}).execute('INSERT INTO Orders VALUES (2, 1)')"
    outcomes = []

    class Connection:
        """A connection that lets another process write before it is closed."""

        def __init__(self, **options: Any) -> None:
            self._connection = connected(**options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def close(self) -> None:
            outcomes.append(subprocess.run([sys.executable, "-c", writing], check=False).returncode)
            self._connection.close()

    monkeypatch.setattr(duckdb, "connect", Connection)

    assert [row[1:3] for row in files._duckdb_columns(str(lake), {"orders"})][:2] == [
        ("Orders", "Id"),
        ("Orders", "Total"),
    ]
    assert outcomes == [0]


def test_attached_files(extract: Callable[..., Any], lake: Path, warehouse: Path) -> None:
    """A table of an attached file is that file's, in the names of its own system."""
    other = lake.with_name("other.duckdb")
    with closing(duckdb.connect(str(other))) as connection:
        connection.execute("CREATE TABLE Customers (Id INTEGER)")
    sql = (
        f"ATTACH '{other}' AS crm (READ_ONLY); ATTACH '{warehouse}' AS shop (TYPE sqlite);"
        "CREATE TABLE all_in_one AS SELECT c.*, o.customer FROM crm.Customers AS c JOIN shop.orders AS o USING (id)"
    )

    found = extract(operator(sql), "START")

    tables = [(f"duckdb://{other}", "other.main.Customers"), (f"sqlite://{warehouse}", "orders")]
    assert sorted(names(found.inputs)) == tables
    assert columns(found.outputs[0]) == {"Id": ["other.main.Customers.Id"], "customer": ["orders.customer"]}
    assert names(found.outputs) == [(f"duckdb://{lake}", "lake's.main.all_in_one")]


def test_file_of_the_hooks_parameters(extract: Callable[..., Any], lake: Path) -> None:
    """The hook's argument counts more than its connection, also where the file is only made by the task."""
    other = lake.with_name("new.duckdb")
    task = operator("CREATE TABLE t (a INTEGER)", hook_params={"database": str(other)})

    before = extract(task, "START")

    assert names(before.outputs) == [(f"duckdb://{other}", "new.main.t")]
    assert not other.exists()


@pytest.mark.parametrize(
    "connection",
    [{"conn_type": "duckdb"}, {"conn_type": "duckdb", "schema": "sales", "password": "hush-hush"}, None],
    ids=["in memory", "MotherDuck", "no connection"],
)
def test_no_file(
    extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: Any, connection: dict[str, str] | None
) -> None:
    """A database in memory or in MotherDuck has no name; the event says why, and a token stays out of it."""
    from airflow.providers.duckdb.operators.duckdb import DuckDBExecuteQueryOperator

    if connection:
        monkeypatch.setenv("AIRFLOW_CONN_DUCKDB_DEFAULT", json.dumps(connection))

    found = extract(DuckDBExecuteQueryOperator(task_id="t", sql="SELECT id FROM orders"))

    assert (found.inputs, found.outputs) == ([], [])
    explanations = found.run_facets[no_datasets.KEY].explanations
    assert [each.reason for each in explanations] == ["unsupportedHook"]
    assert "hush-hush" not in repr(found) + caplog.text


def test_reading_changes_nothing(lake: Path) -> None:
    """A log that a killed process left is read, and neither written out nor removed."""
    from lineage_kit.extractors.sql import files

    killed = f"""
import duckdb, os
connection = duckdb.connect({str(lake)!r})
connection.execute("CREATE TABLE Fresh (Id INTEGER)")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", killed], check=True)
    before = {path.name: path.read_bytes() for path in lake.parent.iterdir()}

    rows = files._duckdb_columns(str(lake), {"fresh"})

    assert rows == [("main", "Fresh", "Id", "INTEGER")]
    assert {path.name: path.read_bytes() for path in lake.parent.iterdir()} == before
    assert len(before) == 2


def test_reading_in_a_child(writer: Any, lake: Path) -> None:
    """The provider forks a child for each event; it can read what its parent has open."""
    from lineage_kit.extractors.sql import files

    assert writer.execute("SELECT 1").fetchall()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's, on forking with DuckDB's threads around
        pool = multiprocessing.get_context("fork").Pool(1)
    with pool:
        rows = pool.apply(files._duckdb_columns, (str(lake), {"fresh"}))

    assert rows == [("main", "Fresh", "Id", "INTEGER")]
