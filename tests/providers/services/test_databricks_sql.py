"""SQL of Databricks: real operators; a scripted connection, and answers with the shapes of the statements API."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import responses
from airflow.exceptions import AirflowException
from airflow.providers.databricks.hooks.databricks_sql import DatabricksSqlHook
from airflow.providers.databricks.operators.databricks import DatabricksSQLStatementsOperator
from airflow.providers.databricks.operators.databricks_sql import DatabricksCopyIntoOperator, DatabricksSqlOperator
from openlineage.client.event_v2 import Dataset
from support.lineage_facts import columns, names
from support.releases import TaskDeferred
from support.scripted_database import ScriptedDatabase
from support.xcoms import XComs, xcoms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["xcoms"]  # a fixture, found by its name

# The provider asks Airflow 3 for its own version in a way that is going away.
pytestmark = pytest.mark.filterwarnings("ignore:ProvidersManager.hooks is deprecated")

HOST = "dbc-1.cloud.databricks.com"
STATEMENTS = f"https://{HOST}/api/2.0/sql/statements"
NAMESPACE = f"databricks://{HOST}"
TOKEN = "dapi-not-for-events"  # noqa: S105 - it opens nothing


@pytest.fixture(autouse=True)
def _connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {
        "conn_type": "databricks",
        "host": f"https://{HOST}",
        "password": TOKEN,
        "extra": {"http_path": "/sql/1.0/warehouses/w"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))


#: Whether the release of the provider has operators that say something of their own.
SPEAK = hasattr(DatabricksSQLStatementsOperator, "get_openlineage_facets_on_complete")
COPY_SPEAKS = hasattr(DatabricksCopyIntoOperator, "get_openlineage_facets_on_complete")


class TestStatements:
    """Statements that run on a warehouse."""

    @pytest.fixture
    def service(self) -> Iterator[responses.RequestsMock]:
        """Give the API: it takes a statement, and has run it successfully when asked."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as service:
            service.post(STATEMENTS, json={"statement_id": "s-1", "status": {"state": "PENDING"}})
            self.end(service, "SUCCEEDED")
            yield service

    def end(self, service: responses.RequestsMock, state: str) -> None:
        """Let the statement be in a state."""
        status: dict[str, Any] = {"state": state}
        if state == "FAILED":
            status["error"] = {"error_code": "BAD_REQUEST", "message": "no"}
        service.upsert("GET", f"{STATEMENTS}/s-1", json={"statement_id": "s-1", "status": status})

    def task(self, statement: str, **arguments: Any) -> DatabricksSQLStatementsOperator:
        """Return a task that runs a statement."""
        return DatabricksSQLStatementsOperator(
            task_id="t", statement=statement, warehouse_id="w", **{"catalog": "main", **arguments}
        )

    @pytest.mark.usefixtures("service")
    def test_columns(self, extract: Extract, official: Extract, xcoms: XComs) -> None:
        """The names are those of the operator, to which come columns and what is behind a CTE."""
        task = self.task("INSERT INTO sales.daily WITH o AS (SELECT day, price FROM orders) SELECT day, price p FROM o")

        task.execute(xcoms.context)
        alone, found = official(task), extract(task)

        assert alone.inputs == []
        assert names(found.inputs) == [(NAMESPACE, "main.default.orders")]
        assert names(found.outputs) == [(NAMESPACE, "main.sales.daily")]
        assert columns(found.outputs[0]) == {
            "day": [("main.default.orders", "day")],
            "p": [("main.default.orders", "price")],
        }
        assert found.run_facets["externalQuery"].externalQueryId == "s-1"
        if SPEAK:
            assert names(alone.outputs) == names(found.outputs)
            assert alone.run_facets["externalQuery"] == found.run_facets["externalQuery"]
        assert TOKEN not in repr(found)

    @pytest.mark.parametrize(
        ("statement", "table"),
        [
            ("INSERT INTO IDENTIFIER(:table) SELECT :secret AS s, :tab AS t", "main.sales.daily"),
            ("INSERT INTO IDENTIFIER( :catalog || '.sales.' || :name ) SELECT :secret AS s", "lake.sales.daily"),
            ("INSERT INTO identifier('sales.daily') SELECT :secret AS s", "main.sales.daily"),
        ],
    )
    def test_parameters(self, extract: Extract, statement: str, table: str) -> None:
        """They may name tables; what else is in them, and what the others hold, stays here."""
        values = {"table": "sales.daily", "catalog": "lake", "name": "daily", "secret": "hunter2", "tab": None}
        task = self.task(statement, parameters=[{"name": name, "value": value} for name, value in values.items()])

        for event in ("START", "COMPLETE", "FAIL"):
            found = extract(task, event)

            assert names(found.outputs) == [(NAMESPACE, table)]
            assert found.job_facets["sql"].query == statement
            assert "hunter2" not in repr(found)

    def test_a_parameter_that_is_not_given(self, extract: Extract) -> None:
        """A table whose name nobody knows is not told, and the event says so."""
        found = extract(self.task("INSERT INTO IDENTIFIER(:table) SELECT id FROM orders"), "START")

        assert found.outputs == []
        assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["sqlNotUnderstood"]

    def test_a_statement_that_is_not_understood(self, extract: Extract, official: Extract) -> None:
        """The operator's tables stand; what it quotes of the statement, parameters filled in, does not."""
        task = self.task(
            "SELECT id FROM sales.orders WHERE name = :name AND (", parameters=[{"name": "name", "value": "hunter2"}]
        )

        alone, found = official(task), extract(task)

        assert ("hunter2" in repr(alone)) is SPEAK
        assert set(names(alone.inputs)) <= set(names(found.inputs))
        assert "hunter2" not in repr(found)

    def test_before_it_runs(self, extract: Extract, official: Extract) -> None:
        """The operator says nothing by then; its statement is known."""
        task = self.task("CREATE TABLE sales.copy AS SELECT id FROM sales.orders")

        assert official(task, "START").outputs == []
        found = extract(task, "START")
        assert names(found.inputs) == [(NAMESPACE, "main.sales.orders")]
        assert names(found.outputs) == [(NAMESPACE, "main.sales.copy")]
        assert "externalQuery" not in found.run_facets

    def test_what_became_of_it(self, extract: Extract, service: responses.RequestsMock, xcoms: XComs) -> None:
        """A statement that was waited for and succeeded has created its table; one that failed, maybe not."""
        task = self.task("CREATE TABLE sales.copy AS SELECT id FROM sales.orders", schema="mart")
        task.execute(xcoms.context)
        assert "lifecycleStateChange" in extract(task).outputs[0].facets

        self.end(service, "FAILED")
        with pytest.raises(AirflowException):
            task.execute(xcoms.context)
        assert "lifecycleStateChange" not in extract(task, "FAIL").outputs[0].facets

        task = self.task("CREATE TABLE sales.copy AS SELECT id FROM orders", schema="mart", wait_for_termination=False)
        task.execute(xcoms.context)
        found = extract(task)
        assert names(found.inputs) == [(NAMESPACE, "main.mart.orders")]
        assert "lifecycleStateChange" not in found.outputs[0].facets
        assert found.run_facets["externalQuery"].externalQueryId == "s-1"

    def test_deferral(self, extract: Extract, service: responses.RequestsMock, xcoms: XComs) -> None:
        """A process that is not told the statement's id has it from XCom."""
        self.end(service, "RUNNING")
        with pytest.raises(TaskDeferred):
            self.task("SELECT id FROM orders", deferrable=True).execute(xcoms.context)

        found = extract(self.task("SELECT id FROM orders", deferrable=True), "FAIL")

        assert found.run_facets["externalQuery"].externalQueryId == "s-1"

    def test_same_names_as_the_connector(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tables have one name, whichever operator reads them."""
        monkeypatch.setattr(DatabricksSqlHook, "get_conn", lambda _: ScriptedDatabase())
        sql = "SELECT id FROM orders"
        by_connector = DatabricksSqlOperator(task_id="t", sql=sql, catalog="main")

        assert names(extract(by_connector, "START").inputs) == names(extract(self.task(sql), "START").inputs)


class TestOutputFiles:
    """The rows of a query, written by the operator."""

    def written(self, monkeypatch: pytest.MonkeyPatch, path: str, sql: Any) -> DatabricksSqlOperator:
        """Return a task that writes one row to a file."""
        row = SimpleNamespace(_asdict=lambda: {"id": 1})
        monkeypatch.setattr(DatabricksSqlHook, "get_conn", lambda _: ScriptedDatabase())
        monkeypatch.setattr(DatabricksSqlHook, "run", lambda *_, **__: [row] if isinstance(sql, str) else [[row]])
        monkeypatch.setattr(DatabricksSqlOperator, "_upload_to_gcs", lambda *_: None, raising=False)
        task = DatabricksSqlOperator(task_id="t", sql=sql, catalog="main", output_path=path, split_statements=True)
        task.get_db_hook().descriptions = [[("id",)]]
        return task

    @pytest.mark.skipif(
        not hasattr(DatabricksSqlOperator, "_upload_to_gcs"), reason="this release of the operator writes files only"
    )
    @pytest.mark.parametrize("sql", ["SELECT id FROM orders", ["DELETE FROM old", "SELECT id FROM orders"]])
    def test_objects(self, extract: Extract, monkeypatch: pytest.MonkeyPatch, xcoms: XComs, sql: Any) -> None:
        """The object has the columns of the last query; before it is written it is not told."""
        task = self.written(monkeypatch, "gs://lake/out/orders.csv", sql)

        early = extract(task, "START")
        task.execute(xcoms.context)
        found, failed = extract(task), extract(task, "FAIL")

        assert columns(found.outputs[-1]) == {"id": [("main.default.orders", "id")]}
        assert names(found.outputs)[-1] == ("gs://lake", "out/orders.csv")
        assert (NAMESPACE, "main.default.orders") in names(found.inputs)
        assert names(early.outputs) == names(failed.outputs) == names(found.outputs)[:-1]

    def test_files(self, extract: Extract, monkeypatch: pytest.MonkeyPatch, xcoms: XComs, tmp_path: Path) -> None:
        """A file counts unless it is a temporary one."""
        task = self.written(monkeypatch, str(tmp_path / "orders.csv"), "SELECT id FROM orders")
        task.execute(xcoms.context)

        assert extract(task).outputs == []
        monkeypatch.setattr("lineage_kit.extractors.services.databricks.is_temporary_file", lambda _: False)
        assert names(extract(task).outputs) == [("file", str(tmp_path / "orders.csv"))]


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        (DatabricksSQLStatementsOperator, {"statement": "SELECT id FROM sales.orders", "warehouse_id": "w"}),
        (
            DatabricksCopyIntoOperator,
            {"table_name": "sales.orders", "file_location": "s3://lake/in", "file_format": "CSV"},
        ),
    ],
)
def test_subclasses_that_describe_themselves(extract: Extract, operator: type, arguments: dict[str, Any]) -> None:
    """They are believed, and what the kit would make of the SQL does not come beside it."""

    class Described(operator):
        def get_openlineage_facets_on_complete(self, _: Any) -> Any:
            from airflow.providers.openlineage.extractors import OperatorLineage

            return OperatorLineage(outputs=[Dataset(namespace=NAMESPACE, name="mine")])

    found = extract(Described(task_id="t", **arguments))

    assert (names(found.inputs), names(found.outputs)) == ([], [(NAMESPACE, "mine")])


class TestCopyInto:
    """Files that are loaded with COPY INTO."""

    @pytest.fixture(autouse=True)
    def _warehouse(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(DatabricksSqlHook, "run", lambda hook, *_, **__: hook.query_ids.append("q-1"))

    def task(self, **arguments: Any) -> DatabricksCopyIntoOperator:
        """Return a task that loads CSV files into a table."""
        settings = {"table_name": "sales.orders", "file_location": "s3://lake/in", "file_format": "CSV"}
        return DatabricksCopyIntoOperator(task_id="t", **{**settings, **arguments})

    def test_all_of_it(self, extract: Extract, official: Extract, xcoms: XComs) -> None:
        """The names are those of the operator; to them come columns, and on START what is certain by then."""
        task = self.task(catalog="main", expression_list="_c0 AS id, CAST(_c1 AS INT) AS amount")

        task.execute(xcoms.context)
        alone, found = official(task), extract(task)
        early = extract(self.task(catalog="main", expression_list="_c0 AS id, CAST(_c1 AS INT) AS amount"), "START")

        assert names(found.inputs) == names(early.inputs) == [("s3://lake", "in")]
        assert names(found.outputs) == names(early.outputs) == [(NAMESPACE, "main.sales.orders")]
        assert columns(found.outputs[0]) == {"id": [("in", "_c0")], "amount": [("in", "_c1")]}
        assert "COPY INTO sales.orders" in found.job_facets["sql"].query
        if COPY_SPEAKS:
            assert (names(alone.inputs), names(alone.outputs)) == (names(found.inputs), names(found.outputs))
            assert found.run_facets["externalQuery"].externalQueryId == "q-1"
        assert "externalQuery" not in early.run_facets

    @pytest.mark.parametrize(
        ("location", "name"),
        [
            ("s3a://lake/in/", ("s3://lake", "in")),
            ("abfss://raw@acc.dfs.core.windows.net/in", ("abfss://raw@acc.dfs.core.windows.net", "in")),
            ("/mnt/in", None),
        ],
    )
    def test_locations(self, extract: Extract, xcoms: XComs, location: str, name: tuple[str, str] | None) -> None:
        """Schemes have their usual spelling; the operator's own words stand where there is no name."""
        task = self.task(file_location=location)
        task.execute(xcoms.context)

        found = extract(task)

        assert names(found.inputs) == ([name] if name else [])
        assert names(found.outputs) == [(NAMESPACE, "sales.orders")]
        assert ("extractionError" in found.run_facets) is (name is None and COPY_SPEAKS)

    @pytest.mark.parametrize(("validate", "written"), [(True, False), (0, False), (10, False), (False, True)])
    def test_validation_writes_nothing(
        self, extract: Extract, xcoms: XComs, validate: bool | int, written: bool
    ) -> None:
        """Only the files are read then."""
        task = self.task(validate=validate)
        task.execute(xcoms.context)

        found = extract(task)

        assert names(found.inputs) == [("s3://lake", "in")]
        assert bool(found.outputs) is written

    def test_credentials(self, extract: Extract, xcoms: XComs) -> None:
        """They are part of the statement, and of no event."""
        task = self.task(
            credential={"AWS_ACCESS_KEY": "AKIAEXAMPLE", "AWS_SECRET_KEY": "hunter2", "AWS_SESSION_TOKEN": "session-1"},
            encryption={"TYPE": "AWS_SSE_C", "MASTER_KEY": "master-1"},
        )
        task.execute(xcoms.context)

        told = repr([extract(task, event) for event in ("START", "COMPLETE", "FAIL")])

        assert names(extract(task).inputs) == [("s3://lake", "in")]
        assert not [secret for secret in ("AKIAEXAMPLE", "hunter2", "session-1", "master-1", TOKEN) if secret in told]
