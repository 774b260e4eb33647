"""The real GenericTransfer between SQLite files, and within PostgreSQL."""

from __future__ import annotations

import inspect
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer
from airflow.providers.postgres.hooks.postgres import PostgresHook
from support.lineage_facts import columns, names, row_count

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]


needs_sql_reports = pytest.mark.skipif(
    compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks"
)
needs_rows_processor = pytest.mark.skipif(
    "rows_processor" not in inspect.signature(GenericTransfer.__init__).parameters,
    reason="this common-sql has no rows_processor",
)


@pytest.fixture
def mart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a second SQLite file, with the table `spent`, known to Airflow as connection `mart`."""
    path = tmp_path / "mart.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE spent (who TEXT, total REAL)")
        connection.execute("CREATE TABLE old (who TEXT)")
    monkeypatch.setenv("AIRFLOW_CONN_MART", f'{{"conn_type": "sqlite", "host": "{path}"}}')
    return path


@pytest.fixture
def orders(warehouse: Path) -> Path:
    """Fill the table `orders` of `warehouse` with three rows of two customers."""
    with closing(sqlite3.connect(warehouse)) as connection, connection:
        rows = [(1, "Ada", 10.0), (2, "Bob", 5.0), (3, "Ada", 2.5)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    return warehouse


def transfer(**arguments: Any) -> GenericTransfer:
    """Return a transfer of the orders in `warehouse` to the table `spent` in `mart`."""
    settings: dict[str, Any] = {
        "sql": "SELECT customer, amount FROM orders",
        "source_conn_id": "warehouse",
        "destination_conn_id": "mart",
        "destination_table": "spent",
        **arguments,
    }
    return GenericTransfer(task_id="t", **settings)


@needs_sql_reports
@pytest.mark.usefixtures("collect")
def test_source_and_target_are_on_one_event(extract: Extract, orders: Path, mart: Path) -> None:
    """The query's table is the input, the destination the output, with the rows that went there."""
    task = transfer()

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [(f"sqlite://{orders}", "orders")]
    assert names(found.outputs) == [(f"sqlite://{mart}", "spent")]
    assert row_count(found.outputs[0]) == 3
    assert "unknownSourceAttribute" not in found.run_facets


def test_columns_meet_those_of_the_table_by_position(extract: Extract, orders: Path, mart: Path) -> None:
    """Rows go into the table's own columns, whatever the query calls them."""
    found = extract(transfer(), "START")

    assert names(found.inputs) == [(f"sqlite://{orders}", "orders")]
    assert names(found.outputs) == [(f"sqlite://{mart}", "spent")]
    assert columns(found.outputs[0]) == {"who": [("orders", "customer")], "total": [("orders", "amount")]}
    assert row_count(found.outputs[0]) is None


def test_target_fields_say_which_columns(extract: Extract, orders: Path, mart: Path) -> None:
    """With `target_fields` the first column of the query meets the first of these."""
    task = transfer(sql="SELECT sum(amount), customer FROM orders GROUP BY 2")
    task.insert_args = {"target_fields": ["total", "who"]}

    found = extract(task, "START")

    assert names([*found.inputs, *found.outputs]) == [(f"sqlite://{orders}", "orders"), (f"sqlite://{mart}", "spent")]
    assert columns(found.outputs[0]) == {"who": [("orders", "customer")], "total": [("orders", "amount")]}


@needs_rows_processor
@pytest.mark.usefixtures("orders", "mart")
def test_a_rows_processor_hides_what_happens_to_columns(extract: Extract) -> None:
    """Nobody knows what a function makes of the rows; where they come from and go to is known all the same."""
    found = extract(transfer(rows_processor=lambda rows, **_: rows), "START")

    assert [name for _, name in names([*found.inputs, *found.outputs])] == ["orders", "spent"]
    assert columns(found.outputs[0]) == {}


@needs_sql_reports
@pytest.mark.usefixtures("collect", "mart")
def test_every_query_feeds_the_table(extract: Extract, orders: Path) -> None:
    """Several queries fill one table; their columns and their rows come together."""
    with closing(sqlite3.connect(orders)) as connection, connection:
        connection.execute("CREATE TABLE refunds (customer TEXT, back REAL)")
        connection.execute("INSERT INTO refunds VALUES ('Bob', 5)")
    task = transfer(sql=["SELECT customer, amount FROM orders", "SELECT customer, -back FROM refunds"])

    task.execute({})
    found = extract(task)

    assert [dataset.name for dataset in found.inputs] == ["orders", "refunds"]
    assert columns(found.outputs[0]) == {
        "who": [("orders", "customer"), ("refunds", "customer")],
        "total": [("orders", "amount"), ("refunds", "back")],
    }
    assert row_count(found.outputs[0]) == 4


@needs_sql_reports
@pytest.mark.usefixtures("collect", "orders", "mart")
def test_pages_are_counted_together(extract: Extract) -> None:
    """Pages of one size look alike to Airflow, which keeps equal reports of hooks as one with a count."""
    task = transfer(page_size=1)

    task.execute({})
    found = extract(task)

    assert [dataset.name for dataset in found.inputs] == ["orders"]
    assert row_count(found.outputs[0]) == 3


@needs_sql_reports
@pytest.mark.usefixtures("collect", "orders", "mart")
def test_a_process_that_saw_one_page_counts_none(extract: Extract) -> None:
    """Each page of a deferred transfer is inserted by another process: what the last one saw is no row count."""
    task = transfer(page_size=2, deferrable=True)
    task._insert_rows([("Ada", 1.0)], {})

    found = extract(task)

    assert [dataset.name for dataset in found.outputs] == ["spent"]
    assert row_count(found.outputs[0]) is None


@needs_sql_reports
@pytest.mark.usefixtures("collect", "orders", "mart")
def test_a_preoperator_is_not_counted(extract: Extract) -> None:
    """What the preoperator touches is told; rows that it deletes are no rows written."""
    task = transfer(preoperator=["DELETE FROM spent", "DROP TABLE old"])
    task.destination_hook.run("INSERT INTO spent VALUES ('Eve', 0)")

    task.execute({})
    found = extract(task)

    assert sorted(dataset.name for dataset in found.outputs) == ["old", "spent"]
    spent = next(dataset for dataset in found.outputs if dataset.name == "spent")
    assert row_count(spent) == 4


@pytest.mark.usefixtures("collect", "mart")
def test_a_failed_transfer_has_no_row_count(extract: Extract, orders: Path) -> None:
    """What was written before an error is not reported, so nothing is counted; the datasets are told."""
    task = transfer(sql=["SELECT customer, amount FROM orders", "SELECT * FROM nowhere"])
    with pytest.raises(sqlite3.OperationalError):
        task.execute({})

    found = extract(task, "FAIL")

    assert (f"sqlite://{orders}", "orders") in names(found.inputs)
    assert [dataset.name for dataset in found.outputs] == ["spent"]
    assert row_count(found.outputs[0]) is None


@pytest.mark.usefixtures("mart")
def test_one_side_is_told_where_the_other_is_unknown(extract: Extract) -> None:
    """A connection that does not exist costs its own side; the event says that something is missing."""
    found = extract(transfer(source_conn_id="nowhere"), "START")

    assert found.inputs == []
    assert [dataset.name for dataset in found.outputs] == ["spent"]
    assert [omission.part for omission in found.run_facets["lineageKit_incomplete"].omissions] == ["transfers"]


class TestPostgres:
    """Within one PostgreSQL database."""

    @pytest.fixture
    def shop(self, postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> PostgresDatabase:
        """Give a database with two tables, known to Airflow as connection `shop`."""
        database = postgres.create_database("transfer")
        with closing(psycopg2.connect(database.url())) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE orders (customer text, amount numeric); CREATE SCHEMA mart;")
            cursor.execute("CREATE TABLE mart.spent (who text, total numeric); CREATE TABLE spent (who text)")
            cursor.execute("INSERT INTO orders VALUES ('Ada', 1), ('Bob', 2)")
        monkeypatch.setenv("AIRFLOW_CONN_SHOP", database.url("postgres"))
        return database

    @needs_sql_reports
    @pytest.mark.usefixtures("collect")
    def test_names_and_rows_are_those_of_the_database(self, extract: Extract, shop: PostgresDatabase) -> None:
        """The inserts are counted, not the rows that the query returned on the same connection."""
        task = transfer(source_conn_id="shop", destination_conn_id="shop", destination_table="MART.Spent")
        task.insert_args = {"target_fields": ["who", "total"]}
        task.preoperator = "DELETE FROM mart.spent"

        task.execute({})
        found = extract(task)

        namespace = f"postgres://{shop.host}:{shop.port}"
        assert names(found.inputs) == [(namespace, f"{shop.name}.public.orders")]
        assert names(found.outputs) == [(namespace, f"{shop.name}.mart.spent")]
        assert set(columns(found.outputs[0])) == {"who", "total"}
        assert row_count(found.outputs[0]) == 2

    def test_nothing_is_asked_on_start(
        self, extract: Extract, shop: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The provider opens no connection for a transfer; tables with a schema need none."""
        monkeypatch.setattr(PostgresHook, "get_conn", lambda _: pytest.fail("a connection was opened"))
        task = transfer(
            sql=["SELECT * FROM orders", "SELECT * FROM mart.spent"],
            source_conn_id="shop",
            destination_conn_id="shop",
        )

        found = extract(task, "START")

        assert [dataset.name for dataset in [*found.inputs, *found.outputs]] == [f"{shop.name}.mart.spent"]

    @pytest.mark.parametrize("event", ["COMPLETE", "FAIL"])
    def test_the_schema_is_asked_for_once(
        self, extract: Extract, shop: PostgresDatabase, monkeypatch: pytest.MonkeyPatch, event: str
    ) -> None:
        """Both sides and every query are on one connection, so one question serves them all."""
        from lineage_kit.extractors.sql.session import Session

        asked: list[str] = []
        rows = Session.rows
        monkeypatch.setattr(Session, "rows", lambda self, sql: asked.append(sql) or rows(self, sql))

        found = extract(
            transfer(sql=["SELECT * FROM orders"] * 2, source_conn_id="shop", destination_conn_id="shop"), event
        )

        assert [dataset.name for dataset in [*found.inputs, *found.outputs]] == [
            f"{shop.name}.public.orders",
            f"{shop.name}.public.spent",
        ]
        assert asked == ["SELECT CURRENT_SCHEMA"]
