"""The rows of a query to Google Cloud Storage: real operators, PostgreSQL or a scripted one, a bucket in memory."""

from __future__ import annotations

import sys
from contextlib import closing
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from airflow.providers.google.cloud.hooks.gcs import GCSHook
from airflow.providers.google.cloud.transfers.mssql_to_gcs import MSSQLToGCSOperator
from airflow.providers.google.cloud.transfers.oracle_to_gcs import OracleToGCSOperator
from airflow.providers.google.cloud.transfers.postgres_to_gcs import PostgresToGCSOperator
from airflow.providers.google.cloud.transfers.presto_to_gcs import PrestoToGCSOperator
from airflow.providers.google.cloud.transfers.trino_to_gcs import TrinoToGCSOperator
from airflow.providers.microsoft.mssql.hooks.mssql import MsSqlHook
from airflow.providers.mysql.hooks.mysql import MySqlHook
from airflow.providers.oracle.hooks.oracle import OracleHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.presto.hooks.presto import PrestoHook
from airflow.providers.trino.hooks.trino import TrinoHook
from support.lineage_facts import columns, names, row_count
from support.scripted_database import ScriptedDatabase

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.postgres import PostgresDatabase


class Bucket:
    """What the hook uses of a bucket: its client, its objects, and their names."""

    name = "lake"

    def __init__(self) -> None:
        self.stored: list[str] = []

    def bucket(self, *_: Any, **__: Any) -> Bucket:
        """Return the only bucket."""
        return self

    def blob(self, blob_name: str, **_: Any) -> Any:
        """Return an object that can be uploaded."""
        return SimpleNamespace(name=blob_name, upload_from_filename=lambda **_: self.stored.append(blob_name))


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Give the bucket `lake`, behind every connection to Google."""
    made = Bucket()
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", "google-cloud-platform://")
    monkeypatch.setattr(GCSHook, "get_conn", lambda _self: made)
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Give a function that executes a task and keeps what it returns, as Airflow keeps it in XCom."""

    def execute(task: Any) -> None:
        result = task.execute({})
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: result, raising=False)

    return execute


class TestPostgres:
    """On a real PostgreSQL."""

    @pytest.fixture(autouse=True)
    def _shop(self, postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.database = postgres.create_database("gcs")
        with closing(psycopg2.connect(self.database.url())) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE orders (id int, customer text, amount numeric)")
            cursor.execute("INSERT INTO orders VALUES (1, 'Ada', 10), (2, 'Bob', 5), (3, 'Ada', 2.5)")
        monkeypatch.setenv("AIRFLOW_CONN_SHOP", self.database.url("postgres"))
        get_conn = PostgresHook.get_conn

        def open_connection(hook: PostgresHook) -> Any:
            self.opened.append(get_conn(hook))
            return self.opened[-1]

        self.opened: list[Any] = []
        monkeypatch.setattr(PostgresHook, "get_conn", open_connection)
        yield
        for connection in self.opened:  # the operator leaves its own open
            connection.close()

    def task(self, **arguments: Any) -> PostgresToGCSOperator:
        """Return a task that exports the table `orders`."""
        settings = {"sql": "SELECT customer, amount FROM orders ORDER BY 1, 2", "filename": "out/orders_{}.json"}
        return PostgresToGCSOperator(task_id="t", postgres_conn_id="shop", bucket="lake", **{**settings, **arguments})

    @property
    def orders(self) -> list[tuple[str, str]]:
        """The table, as a dataset."""
        return [(f"postgres://{self.database.host}:{self.database.port}", f"{self.database.name}.public.orders")]

    def test_before_it_runs_the_folder_is_known(
        self, extract: Callable[..., Any], official: Callable[..., Any]
    ) -> None:
        """On START the output is the provider's; column lineage comes on top."""
        found = extract(self.task(), "START")

        assert names(found.inputs) == self.orders
        assert names(found.outputs) == names(official(self.task(), "START").outputs) == [("gs://lake", "out")]
        assert set(columns(found.outputs[0])) == {"customer", "amount"}

    def test_objects_have_their_own_names(self, extract: Callable[..., Any], run: Callable[..., None]) -> None:
        """A file for each row: every object is told with its rows, beside the folder that wildcards stand for."""
        task = self.task(approx_max_file_size_bytes=1)

        run(task)
        found = extract(task)

        objects = [f"out/orders_{number}.json" for number in range(3)]
        assert names(found.outputs) == [("gs://lake", name) for name in (*objects, "out")]
        assert [row_count(dataset) for dataset in found.outputs] == [1, 1, 1, None]
        assert all(set(columns(dataset)) == {"customer", "amount"} for dataset in found.outputs)

    def test_one_object_is_one_dataset(self, extract: Callable[..., Any], run: Callable[..., None]) -> None:
        """Without a placeholder the provider's name is the object's; the schema file has no rows."""
        task = self.task(filename="out/orders.json", schema_filename="out/schema.json")

        run(task)
        found = extract(task)

        assert names(found.outputs) == [("gs://lake", "out/orders.json"), ("gs://lake", "out/schema.json")]
        assert [row_count(dataset) for dataset in found.outputs] == [3, None]
        assert columns(found.outputs[1]) == {}

    def test_partitions_are_part_of_the_name(self, extract: Callable[..., Any], run: Callable[..., None]) -> None:
        """The object that the provider names does not exist with partitions; those that do are told."""
        task = self.task(filename="out/orders.json", partition_columns=["customer"])

        run(task)
        found = extract(task)

        assert names(found.outputs) == [
            ("gs://lake", "out/customer=Ada/orders.json"),
            ("gs://lake", "out/customer=Bob/orders.json"),
        ]
        assert [row_count(dataset) for dataset in found.outputs] == [2, 1]

    def test_nothing_uploaded_is_no_output(
        self, extract: Callable[..., Any], run: Callable[..., None], bucket: Bucket
    ) -> None:
        """A query without rows writes no file, so that no dataset was written."""
        task = self.task(sql="SELECT customer FROM orders WHERE false")

        run(task)
        found = extract(task)

        assert bucket.stored == []
        assert names(found.inputs) == self.orders
        assert found.outputs == []

    def test_inputs_behind_a_cte_are_found(self, extract: Callable[..., Any], official: Callable[..., Any]) -> None:
        """The provider's parser loses them."""
        sql = "WITH c AS (SELECT customer FROM orders) SELECT customer FROM c"

        assert official(self.task(sql=sql)).inputs == []
        assert names(extract(self.task(sql=sql)).inputs) == self.orders

    def test_no_more_queries_than_the_provider(self, extract: Callable[..., Any], official: Callable[..., Any]) -> None:
        """The operator is not asked, so that its queries are not run; ours are fewer."""
        counts = []
        for find in (official, extract):
            before = self.statements()
            find(self.task(), "START")
            counts.append(self.statements() - before)

        assert counts[1] <= counts[0]

    def statements(self) -> int:
        """Return how many transactions the database has seen, which is one for each query of an extraction."""
        with closing(psycopg2.connect(self.database.url())) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])

    def test_a_method_of_the_users_is_asked(self, extract: Callable[..., Any]) -> None:
        """What a subclass says of itself is believed, and all that is told."""
        from airflow.providers.openlineage.extractors import OperatorLineage
        from openlineage.client.event_v2 import Dataset

        class Ours(PostgresToGCSOperator):
            def get_openlineage_facets_on_start(self) -> OperatorLineage:
                return OperatorLineage(outputs=[Dataset("gs://lake", "known/by/us")])

        task = Ours(
            task_id="t", postgres_conn_id="shop", bucket="lake", sql="SELECT id FROM public.orders", filename="x"
        )

        found = extract(task, "START")

        assert found.inputs == []
        assert names(found.outputs) == [("gs://lake", "known/by/us")]

    def test_what_it_returned_may_be_anything(
        self, extract: Callable[..., Any], run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without a usable XCom nothing is counted, and the objects are told all the same."""
        task = self.task()
        run(task)
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: "done")

        found = extract(task)

        assert [(dataset.name, row_count(dataset)) for dataset in found.outputs] == [
            ("out/orders_0.json", None),
            ("out", None),
        ]


@pytest.mark.parametrize(
    ("operator", "conn_id", "uri", "table"),
    [
        (MSSQLToGCSOperator, "mssql_conn_id", "mssql://me:secret@db:1433/shop", ("mssql://db:1433", "shop.s.orders")),
        (
            OracleToGCSOperator,
            "oracle_conn_id",
            "oracle://me:secret@db:1521/?service_name=shop",
            ("oracle://db:1521", "SHOP.S.ORDERS"),
        ),
        (
            TrinoToGCSOperator,
            "trino_conn_id",
            "trino://me@db:8080/s?catalog=shop",
            ("trino://db:8080", "shop.s.orders"),
        ),
        (
            PrestoToGCSOperator,
            "presto_conn_id",
            "presto://me@db:8080/s?catalog=shop",
            ("presto://db:8080", "shop.s.orders"),
        ),
    ],
)
def test_other_databases(  # noqa: PLR0913, PLR0917 - fixtures, and what the cases differ in
    extract: Callable[..., Any],
    run: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    operator: Any,
    conn_id: str,
    uri: str,
    table: tuple[str, str],
) -> None:
    """Each member of the family names its own table, its object, and its columns."""
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", uri)
    task = operator(
        task_id="t",
        sql="SELECT id FROM s.orders",
        bucket="lake",
        filename="orders.csv",
        export_format="csv",
        **{conn_id: "shop"},
    )
    database = ScriptedDatabase(["id"], [(1,), (2,)])
    for hook in (MsSqlHook, OracleHook, PrestoHook, TrinoHook):
        monkeypatch.setattr(hook, "get_conn", lambda _self: database)

    run(task)
    found = extract(task)

    assert [(dataset.namespace, dataset.name.lower()) for dataset in found.inputs] == [(table[0], table[1].lower())]
    assert names(found.outputs) == [("gs://lake", "orders.csv")]
    assert row_count(found.outputs[0]) == 2
    assert {name.lower() for name in columns(found.outputs[0])} == {"id"}
    assert "secret" not in repr(found)


def test_mysql(extract: Callable[..., Any], run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The module of this operator needs `MySQLdb`, whose constants alone it uses here."""
    kinds = (
        "BIT",
        "DATETIME",
        "DATE",
        "DECIMAL",
        "NEWDECIMAL",
        "DOUBLE",
        "FLOAT",
        "INT24",
        "LONG",
        "LONGLONG",
        "SHORT",
    )
    constants = ModuleType("MySQLdb.constants")
    constants.FIELD_TYPE = SimpleNamespace(  # type: ignore[attr-defined]
        **{kind: number for number, kind in enumerate((*kinds, "SHORT", "TIME", "TIMESTAMP", "TINY", "YEAR"))}
    )
    monkeypatch.setitem(sys.modules, "MySQLdb", ModuleType("MySQLdb"))
    monkeypatch.setitem(sys.modules, constants.__name__, constants)
    from airflow.providers.google.cloud.transfers.mysql_to_gcs import MySQLToGCSOperator

    monkeypatch.setenv("AIRFLOW_CONN_SHOP", "mysql://me:secret@db:3306/shop")
    monkeypatch.setattr(MySqlHook, "get_conn", lambda _self: ScriptedDatabase(["id"], [(1,)]))
    task = MySQLToGCSOperator(
        task_id="t", mysql_conn_id="shop", sql="SELECT id FROM orders", bucket="lake", filename="orders.json"
    )

    run(task)
    found = extract(task)

    assert names(found.inputs) == [("mysql://db:3306", "shop.orders")]
    assert names(found.outputs) == [("gs://lake", "orders.json")]
    assert columns(found.outputs[0]) == {"id": [("shop.orders", "id")]}
    assert row_count(found.outputs[0]) == 1
