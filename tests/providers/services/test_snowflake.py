"""Snowflake: real operators and hooks up to the driver, which is scripted, and the SQL API, answered as it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import responses
import snowflake.connector
from airflow.exceptions import AirflowException
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.snowflake.decorators.snowpark import snowpark_task
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.providers.snowflake.operators.snowflake import SnowflakeCheckOperator, SnowflakeSqlApiOperator
from airflow.providers.snowflake.operators.snowpark import SnowparkOperator
from airflow.providers.snowflake.transfers.copy_into_snowflake import CopyFromExternalStageToSnowflakeOperator
from airflow.providers.snowflake.utils import openlineage
from openlineage.client.event_v2 import Dataset
from support.lineage_facts import columns, names
from support.releases import TaskDeferred, import_or_skip
from support.scripted_database import ScriptedDatabase
from support.xcoms import XComs, xcoms

from lineage_kit import compat, listener
from lineage_kit.testing import task_instance_of

try:
    from airflow.providers.snowflake.hooks.sql_api import SnowflakeSqlApiHook
except ImportError:  # releases before it was called so
    from airflow.providers.snowflake.hooks.snowflake_sql_api import SnowflakeSqlApiHook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["xcoms"]  # a fixture, found by its name

NAMESPACE = "snowflake://org-acc"
API = "https://org-acc.snowflakecomputing.com/api/v2/statements"
NOTEBOOK = "airflow.providers.snowflake.operators.snowflake.SnowflakeNotebookOperator"
CONTAINER_JOB = "airflow.providers.snowflake.operators.snowpark_containers.SnowparkContainerJobOperator"
TOKEN = "pat-not-for-events"  # noqa: S105 - it opens nothing


class Snowflake(ScriptedDatabase):
    """A connection whose cursor tells the id of its query, to a database whose catalogue is empty."""

    sfqid = "q-1"

    def execute(self, sql: str, *arguments: Any, **options: Any) -> Snowflake:
        """Answer with one row, and with none about tables."""
        self._answer = [] if "information_schema" in sql.lower() else [(1,)]
        super().execute(sql, *arguments, **options)
        return self

    def autocommit(self, _on: bool) -> None:
        """Keep nothing."""

    def is_closed(self) -> bool:
        """Tell that it is open."""
        return False


@pytest.fixture(autouse=True)
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Give what sessions were opened with, by Snowflake's own driver."""
    connection = {
        "conn_type": "snowflake",
        "login": "me",
        "password": TOKEN,
        "schema": "mart",
        "extra": {
            "account": "org-acc",
            "database": "lake",
            "authenticator": "programmatic_access_token",
            "session_parameters": {"TIMEZONE": "UTC"},
        },
    }
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(connection))
    opened: list[dict[str, Any]] = []

    def connect(**settings: Any) -> Snowflake:
        opened.append(settings["session_parameters"])
        return Snowflake(["n"])

    monkeypatch.setattr(snowflake.connector, "connect", connect)
    # Made by Snowflake's SQLAlchemy dialect, which is not there for every SQLAlchemy.
    monkeypatch.setattr(SnowflakeHook, "get_uri", lambda _self: "snowflake://me@org-acc/lake/mart")
    return opened


class TestQueryTag:
    """The tag is in the session that the operator's hook opens."""

    @pytest.fixture(autouse=True)
    def _switched_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__SNOWFLAKE_QUERY_TAG", "True")
        monkeypatch.setattr(compat, "extractor_manager", object)
        monkeypatch.setattr("lineage_kit.extractors.prepare.prepare", lambda *_: None)

    @pytest.mark.parametrize(
        "task",
        [
            SQLExecuteQueryOperator(task_id="t", sql="SELECT 1", conn_id="snowflake_default"),
            SQLExecuteQueryOperator(
                task_id="t", sql="SELECT 1", conn_id="snowflake_default", hook_params={"session_parameters": None}
            ),
            SnowflakeCheckOperator(task_id="t", sql="SELECT 1"),
            SnowflakeCheckOperator(task_id="t", sql="SELECT 1", warehouse="w"),
            CopyFromExternalStageToSnowflakeOperator(task_id="t", table="t", stage="s", file_format="csv"),
        ],
        ids=lambda task: type(task).__name__,
    )
    def test_operators(self, sessions: list[dict[str, Any]], task: Any) -> None:
        """It names the task; what the connection sets for sessions is kept."""
        task_instance = task_instance_of(task)

        listener.on_task_instance_running(task_instance=task_instance)
        task.execute({})

        assert sessions
        for parameters in sessions:
            assert json.loads(parameters["QUERY_TAG"]) == {
                "dag_id": "dag",
                "task_id": "t",
                "run_id": "run",
                "try_number": 1,
            }
            assert parameters["TIMEZONE"] == "UTC"

    @pytest.mark.parametrize(
        "task",
        [
            SnowflakeCheckOperator(task_id="t", sql="SELECT 1", session_parameters={"QUERY_TAG": "mine"}),
            CopyFromExternalStageToSnowflakeOperator(
                task_id="t", table="t", stage="s", file_format="csv", session_parameters={"query_tag": "mine"}
            ),
        ],
        ids=lambda task: type(task).__name__,
    )
    def test_a_tag_of_the_users(self, sessions: list[dict[str, Any]], task: Any) -> None:
        """It stays, however it is spelled."""
        listener.on_task_instance_running(task_instance=task_instance_of(task))
        task.execute({})

        assert [list(parameters.values()) for parameters in sessions] == [["mine"]]

    def test_snowpark(self) -> None:
        """The operator adds what it knows to a tag that is JSON."""
        task = SnowparkOperator(task_id="t", python_callable=print)

        listener.on_task_instance_running(task_instance=task_instance_of(task))

        assert json.loads(task.session_parameters["QUERY_TAG"])["task_id"] == "t"
        assert task.session_parameters["TIMEZONE"] == "UTC"

    def test_where_it_would_change_nothing(self) -> None:
        """The hook of the SQL API sends a tag of its own, an empty one."""
        task = SnowflakeSqlApiOperator(task_id="t", sql="SELECT 1")

        listener.on_task_instance_running(task_instance=task_instance_of(task))

        assert task.hook_params == {}


class TestSqlApi:
    """Statements over the SQL API."""

    @pytest.fixture(autouse=True)
    def events(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """Give the ids of queries for which the provider was asked to send events of their own."""
        sent: list[list[str]] = []
        # Early releases log in with a key, later ones with the token as well.
        monkeypatch.setattr(SnowflakeSqlApiHook, "get_headers", lambda _: {"Authorization": f"Bearer {TOKEN}"})
        monkeypatch.setattr(
            openlineage,
            "emit_openlineage_events_for_snowflake_queries",
            lambda **about: sent.append(about["query_ids"]),
        )
        return sent

    @pytest.fixture
    def service(self) -> Iterator[responses.RequestsMock]:
        """Give the API; statements that it takes are still running."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as service:
            yield service

    def takes(self, service: responses.RequestsMock, *ids: str, status: int = 202) -> None:
        """Let the API take a text of as many statements, each of which is in a state by its HTTP status."""
        handles = {"statementHandles": ids} if len(ids) > 1 else {"statementHandle": ids[0]}
        service.post(API, json=handles)
        for each in ids:
            answer = {"code": "0", "message": "done", "statementHandle": each}
            service.get(f"{API}/{each}", json=answer, status=status)

    SQL = "INSERT INTO daily SELECT day FROM orders"

    def test_one_statement(
        self, extract: Extract, service: responses.RequestsMock, xcoms: XComs, events: list[list[str]]
    ) -> None:
        """Tables, columns, and the query's id."""
        self.takes(service, "q-7", status=200)
        task = SnowflakeSqlApiOperator(task_id="t", sql=self.SQL)

        task.execute(xcoms.context)
        found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "LAKE.MART.ORDERS")]
        assert names(found.outputs) == [(NAMESPACE, "LAKE.MART.DAILY")]
        assert columns(found.outputs[0]) == {"DAY": [("LAKE.MART.ORDERS", "DAY")]}
        assert found.run_facets["externalQuery"].externalQueryId == "q-7"
        assert events in ([], [["q-7"]])  # later releases send events also for a single query
        assert TOKEN not in repr(found)

    def test_several_statements(
        self, extract: Extract, service: responses.RequestsMock, xcoms: XComs, events: list[list[str]]
    ) -> None:
        """All of them are on the one event of the task; the provider sends events for their queries."""
        self.takes(service, "q-7", "q-8", status=200)
        task = SnowflakeSqlApiOperator(
            task_id="t", sql=f"{self.SQL}; CREATE TABLE sum AS SELECT count(*) AS n FROM daily"
        )

        task.execute(xcoms.context)
        found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "LAKE.MART.ORDERS"), (NAMESPACE, "LAKE.MART.DAILY")]
        assert names(found.outputs) == [(NAMESPACE, "LAKE.MART.DAILY"), (NAMESPACE, "LAKE.MART.SUM")]
        assert "externalQuery" not in found.run_facets
        assert events == [["q-7", "q-8"]]

    @pytest.mark.parametrize(("ids", "told"), [(("q-7",), "q-7"), (("q-7", "q-8"), None)])
    def test_failure_after_a_deferral(  # noqa: PLR0913, PLR0917 - fixtures
        self,
        extract: Extract,
        service: responses.RequestsMock,
        xcoms: XComs,
        events: list[list[str]],
        ids: tuple[str, ...],
        told: str | None,
    ) -> None:
        """The operator that goes on forgets the ids; XCom has them, and Snowflake is not asked anything more."""
        self.takes(service, *ids)
        with pytest.raises(TaskDeferred):
            SnowflakeSqlApiOperator(task_id="t", sql=self.SQL, deferrable=True).execute(xcoms.context)
        task = SnowflakeSqlApiOperator(task_id="t", sql=self.SQL, deferrable=True)
        with pytest.raises((RuntimeError, AirflowException)):
            task.execute_complete(xcoms.context, {"status": "error", "message": "no such table"})
        asked = len(service.calls)

        found = extract(task, "FAIL")

        query = found.run_facets.get("externalQuery")
        assert (query.externalQueryId if query else None) == told
        assert query is None or query.source == NAMESPACE
        assert names(found.outputs) == [(NAMESPACE, "LAKE.MART.DAILY")]
        assert (len(service.calls), events) == (asked, [])

    def test_success_after_a_deferral(
        self, extract: Extract, service: responses.RequestsMock, xcoms: XComs, events: list[list[str]]
    ) -> None:
        """The operator is told the ids again; early releases do not keep them, but XCom does."""
        self.takes(service, "q-7", status=200)
        xcoms.values["query_ids"] = ["q-7"]
        task = SnowflakeSqlApiOperator(task_id="t", sql=self.SQL, deferrable=True)

        task.execute_complete(xcoms.context, {"status": "success", "statement_query_ids": ["q-7"]})

        assert extract(task).run_facets["externalQuery"].externalQueryId == "q-7"
        assert events in ([], [["q-7"]])

    def test_before_it_runs(self, extract: Extract, xcoms: XComs) -> None:
        """The statement is known; an id left over from a try before is not looked at."""
        xcoms.values["query_ids"] = ["q-6"]

        found = extract(SnowflakeSqlApiOperator(task_id="t", sql=self.SQL), "START")

        assert names(found.outputs) == [(NAMESPACE, "LAKE.MART.DAILY")]
        assert "externalQuery" not in found.run_facets

    @pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
    def test_notebooks(self, extract: Extract, xcoms: XComs, event: str) -> None:
        """No dataset is made up, nor is any argument sent; the query is that which runs the notebook."""
        xcoms.values["query_ids"] = ["q-9"]
        task = import_or_skip(NOTEBOOK)(task_id="t", notebook="lake.mart.load", notebook_parameters=["hunter2", "it's"])

        found = extract(task, event)

        assert (found.inputs, found.outputs) == ([], [])
        assert found.job_facets["sql"].query == "EXECUTE NOTEBOOK lake.mart.load(?, ?)"
        assert "hunter2" not in repr(found)
        if event == "START":
            assert found.run_facets == {}
        else:
            assert [each.reason for each in found.run_facets["lineageKit_noDatasets"].explanations] == ["sqlNotKnown"]
            assert found.run_facets["externalQuery"].externalQueryId == "q-9"

    def test_a_notebook_that_its_subclass_describes(self, extract: Extract) -> None:
        """Who knows what the cells read and write, and says so, is believed."""

        class Described(import_or_skip(NOTEBOOK)):
            def get_openlineage_facets_on_complete(self, _: Any) -> Any:
                from airflow.providers.openlineage.extractors import OperatorLineage

                return OperatorLineage(outputs=[Dataset(namespace=NAMESPACE, name="LAKE.MART.LOADED")])

        found = extract(Described(task_id="t", notebook="lake.mart.load"))

        assert names(found.outputs) == [(NAMESPACE, "LAKE.MART.LOADED")]
        assert "lineageKit_noDatasets" not in found.run_facets

    def test_a_notebook_whose_hook_fails(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """It costs the id."""
        task = import_or_skip(NOTEBOOK)(task_id="t", notebook="lake.mart.load")
        monkeypatch.setattr(SnowflakeSqlApiHook, "get_openlineage_database_specific_lineage", lambda *_: 1 / 0)

        found = extract(task)

        assert found.job_facets["sql"].query == "EXECUTE NOTEBOOK lake.mart.load()"
        assert "externalQuery" not in found.run_facets


def _decorated() -> Any:
    @snowpark_task
    def t() -> None:
        """Do nothing."""

    return t().operator


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: SnowparkOperator(task_id="t", python_callable=print), "sqlNotKnown"),
        (_decorated, "sqlNotKnown"),
        (
            lambda: import_or_skip(CONTAINER_JOB)(task_id="t", compute_pool="p", container_name="c", spec_text="spec:"),
            "notAvailable",
        ),
    ],
)
def test_code_of_its_own(extract: Extract, make: Callable[[], Any], reason: str) -> None:
    """What code does inside Snowflake nobody here knows, and the event says so."""
    found = extract(make())

    assert (found.inputs, found.outputs) == ([], [])
    # Where common-sql cannot see the SQL of hooks, that comes to it.
    assert found.run_facets["lineageKit_noDatasets"].explanations[0].reason == reason
