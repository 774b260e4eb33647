"""SQL operators on a real PostgreSQL: stored names, no more queries than the provider, and no hang."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

from lineage_kit.facets import incomplete

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage
    from support.postgres import PostgresDatabase

    Extract = Callable[..., OperatorLineage]

_TABLES = """
    CREATE TABLE orders (id int, customer text, amount numeric);
    CREATE TABLE customers (customer text, city text);
    CREATE SCHEMA mart;
    CREATE TABLE mart.orders (id int, total numeric);
    CREATE TABLE "Mixed" (id int);
"""


@pytest.fixture(scope="module")
def shop(postgres: PostgresDatabase) -> PostgresDatabase:
    """Give a database with a few tables, two of them with one name in two schemas."""
    database = postgres.create_database("shop")
    with closing(psycopg2.connect(database.url())) as connection, connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
    return database


@pytest.fixture(autouse=True)
def _connection(shop: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", shop.url("postgres"))


def sql_operator(sql: Any) -> SQLExecuteQueryOperator:
    """Return an operator on the connection `shop`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="shop", sql=sql)


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


def test_names_are_those_of_the_database(extract: Extract, shop: PostgresDatabase) -> None:
    """Folded and quoted names come as stored; one name in two schemas stays two datasets."""
    found = extract(
        sql_operator('INSERT INTO MART.Orders SELECT o.id, o.amount FROM ORDERS o JOIN "Mixed" m ON m.id = o.id')
    )

    assert names(found.inputs) == [f"{shop.name}.public.orders", f"{shop.name}.public.Mixed"]
    assert names(found.outputs) == [f"{shop.name}.mart.orders"]
    assert found.inputs[0].namespace == f"postgres://{shop.host}:{shop.port}"
    assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id", "customer", "amount"]


def test_inputs_behind_a_cte_are_found(extract: Extract, official: Extract, shop: PostgresDatabase) -> None:
    """The provider's parser loses what a CTE reads once there is a default schema; the kit does not."""
    sql = (
        "CREATE TABLE t AS WITH c AS (SELECT id, amount FROM orders) SELECT id, sum(amount) AS total FROM c GROUP BY id"
    )

    assert names(official(sql_operator(sql)).inputs) == []
    found = extract(sql_operator(sql))

    assert names(found.inputs) == [f"{shop.name}.public.orders"]
    assert names(found.outputs) == [f"{shop.name}.public.t"]
    assert set(found.outputs[0].facets["columnLineage"].fields) == {"id", "total"}


def test_unqualified_columns_are_settled_by_the_catalogue(extract: Extract, shop: PostgresDatabase) -> None:
    """Which table a bare column belongs to is known once the columns are."""
    sql = "CREATE TABLE t AS SELECT city, amount FROM orders JOIN customers USING (customer)"

    fields = extract(sql_operator(sql)).outputs[0].facets["columnLineage"].fields

    assert [source.name for source in fields["city"].inputFields] == [f"{shop.name}.public.customers"]
    assert [source.name for source in fields["amount"].inputFields] == [f"{shop.name}.public.orders"]


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of the queries that the hook's connections run from now on."""
    ran: list[str] = []
    connect = PostgresHook.get_conn

    class Recording:
        """A connection or a cursor, of whichever driver is installed, that keeps the queries it runs."""

        def __init__(self, wrapped: Any) -> None:
            self._wrapped = wrapped

        def __getattr__(self, name: str) -> Any:
            return getattr(self._wrapped, name)

        def cursor(self, *args: Any, **kwargs: Any) -> Any:
            return Recording(self._wrapped.cursor(*args, **kwargs))

        def execute(self, query: Any, *args: Any) -> Any:
            ran.append(str(query))
            return self._wrapped.execute(query, *args)

    def get_conn(hook: PostgresHook) -> Any:
        return Recording(connect(hook))

    monkeypatch.setattr(PostgresHook, "get_conn", get_conn)
    return ran


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT id FROM orders",
        "CREATE TABLE t AS SELECT * FROM orders",
        "INSERT INTO mart.orders SELECT id, amount FROM public.orders",
        ["SELECT id FROM orders", "NOT SQL AT ALL ((("],
    ],
)
@pytest.mark.parametrize("event", ["START", "COMPLETE"])
def test_database_is_not_asked_more_often_than_by_the_provider(
    extract: Extract, official: Extract, queries: list[str], sql: Any, event: str
) -> None:
    """For whatever SQL, the kit runs at most as many queries as the provider alone would."""
    official(sql_operator(sql), event)
    allowed = len(queries)
    queries.clear()

    extract(sql_operator(sql), event)

    assert len(queries) <= allowed


def test_database_is_not_asked_for_what_needs_no_answer(extract: Extract, queries: list[str]) -> None:
    """A statement without tables runs no query at all."""
    extract(sql_operator("SELECT 1"))

    assert queries == []


class SilentServer:
    """A server that lets clients in, and then goes silent: at once, or after their first query."""

    def __init__(self, target: tuple[str, int] | None) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                if self._target:
                    server = socket.create_connection(self._target)
                    self._sockets.append(server)
                    threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
                    threading.Thread(target=self._to_client, args=(server, client), daemon=True).start()
        except OSError:
            return

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what comes until the client puts a query, which begins with the letter Q."""
        try:
            while (data := client.recv(65536)) and not (data.startswith(b"Q") and b"CURRENT_SCHEMA" in data):
                server.sendall(data)
        except OSError:
            return

    @staticmethod
    def _to_client(server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        """Close everything."""
        for each in self._sockets:
            each.close()


@pytest.fixture(params=["at once", "after login"])
def silent_server(request: pytest.FixtureRequest, shop: PostgresDatabase) -> Iterator[SilentServer]:
    """Give a server that does not answer."""
    server = SilentServer((shop.host, shop.port) if request.param == "after login" else None)
    yield server
    server.close()


def test_silent_database_costs_the_budget_and_no_more(
    extract: Extract, shop: PostgresDatabase, silent_server: SilentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a database that never answers the event still comes, with the names that the SQL itself tells."""
    monkeypatch.setenv(
        "AIRFLOW_CONN_SHOP",
        f"postgres://{shop.user}:{shop.password}@127.0.0.1:{silent_server.port}/{shop.name}?sslmode=disable&gssencmode=disable",
    )
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "1")

    found = extract(sql_operator("INSERT INTO mart.orders SELECT id, amount FROM orders"))

    assert names(found.outputs) == [f"{shop.name}.mart.orders"]
    assert names(found.inputs) == []
    assert {omission.part for omission in found.run_facets[incomplete.KEY].omissions} == {"sql", "schema"}
