"""Snowflake's query tag, as far as it needs no Snowflake; the operators are in tests/providers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit import compat, listener
from lineage_kit.exceptions import LineageKitError
from lineage_kit.snowflake import query_tag

if TYPE_CHECKING:
    from collections.abc import Callable

TAG = {"dag_id": "sales", "task_id": "load", "run_id": "manual__2026-01-31", "try_number": 2}


def instance(task: Any = None, **other: Any) -> SimpleNamespace:
    """Return a task instance."""
    return SimpleNamespace(task=task, **{**TAG, "map_index": -1, **other})


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Give a function that shows a task that starts to the listener, with the option set; it returns the task."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__SNOWFLAKE_QUERY_TAG", "True")
    monkeypatch.setenv("AIRFLOW_CONN_SNOW", '{"conn_type": "snowflake"}')
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", '{"conn_type": "postgres"}')
    monkeypatch.setattr(compat, "extractor_manager", object)
    monkeypatch.setattr("lineage_kit.extractors.prepare.prepare", lambda *_: None)

    def run(task: Any) -> Any:
        listener.on_task_instance_running(task_instance=instance(task))
        return task

    return run


def tag_of(hook_params: Any) -> Any:
    """Return what the parameters of a hook have as tag, None where they have none."""
    tag = ((hook_params or {}).get("session_parameters") or {}).get("QUERY_TAG")
    return json.loads(tag) if tag else None


class TestQueryTag:
    """What Python code of a task asks for."""

    @pytest.mark.parametrize(
        ("map_index", "tag"), [(-1, TAG), (0, {**TAG, "map_index": 0}), (3, {**TAG, "map_index": 3}), (None, TAG)]
    )
    def test_tells_the_task(self, monkeypatch: pytest.MonkeyPatch, map_index: int | None, tag: dict[str, Any]) -> None:
        """Session parameters with JSON that names DAG, task, run, try, and the one among mapped tasks."""
        monkeypatch.setattr(compat, "current_context", lambda: {"ti": instance(map_index=map_index)})

        parameters = query_tag()

        assert list(parameters) == ["QUERY_TAG"]
        assert json.loads(parameters["QUERY_TAG"]) == tag

    def test_outside_of_a_task(self) -> None:
        """The message says where to call it."""
        with pytest.raises(LineageKitError, match="inside the function of a task"):
            query_tag()

    @pytest.mark.parametrize(
        ("names", "left"),
        [
            ({"dag_id": "d" * 250, "task_id": "t" * 250, "run_id": "r" * 250}, ["dag_id", "task_id", "run_id"]),
            ({"dag_id": "ä" * 250, "task_id": "t" * 250, "run_id": "ö" * 250}, ["dag_id", "task_id", "run_id"]),
            ({"run_id": "\x01" * 400}, ["dag_id", "task_id"]),
            ({"run_id": "\x01" * 400, "task_id": "\x01" * 400}, ["dag_id"]),
            ({"dag_id": "\x01" * 400, "run_id": "\x01" * 400, "task_id": "\x01" * 400}, []),
        ],
    )
    def test_is_not_too_long(self, monkeypatch: pytest.MonkeyPatch, names: dict[str, str], left: list[str]) -> None:
        """Snowflake takes 2,000 characters, and refuses the session otherwise; it stays JSON."""
        monkeypatch.setattr(compat, "current_context", lambda: {"ti": instance(**names)})

        tag = query_tag()["QUERY_TAG"]

        assert len(tag) <= 2000
        assert list(json.loads(tag)) == [*left, "try_number"]


class TestOperators:
    """What the listener does before a task runs."""

    def test_each_side_of_a_transfer(self, start: Callable[..., Any]) -> None:
        """Only connections to Snowflake are given the parameter."""
        task = start(
            GenericTransfer(
                task_id="load",
                sql="SELECT 1",
                destination_table="t",
                source_conn_id="other",
                destination_conn_id="snow",
            )
        )

        assert tag_of(task.source_hook_params) is None
        assert tag_of(task.destination_hook_params) == TAG

    def test_what_is_there_stays(self, start: Callable[..., Any]) -> None:
        """Other parameters are kept, and the author's own dictionary is left as it is."""
        given = {"warehouse": "w", "session_parameters": {"TIMEZONE": "UTC"}}

        task = start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="snow", hook_params=given))

        assert tag_of(task.hook_params) == TAG
        assert task.hook_params["warehouse"] == "w"
        assert task.hook_params["session_parameters"]["TIMEZONE"] == "UTC"
        assert given == {"warehouse": "w", "session_parameters": {"TIMEZONE": "UTC"}}

    @pytest.mark.parametrize("parameters", [{"QUERY_TAG": "mine"}, {"query_tag": ""}, "QUERY_TAG=mine"])
    def test_a_tag_of_the_users(self, start: Callable[..., Any], parameters: Any) -> None:
        """It is left alone, and so is what is no dictionary."""
        hook_params = {"session_parameters": parameters}

        task = start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="snow", hook_params=hook_params))

        assert task.hook_params == {"session_parameters": parameters}

    @pytest.mark.parametrize(
        "extra", [{"session_parameters": {"Query_Tag": "mine", "TIMEZONE": "UTC"}}, {"session_parameters": "text"}]
    )
    def test_a_tag_of_the_connections(
        self, start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]
    ) -> None:
        """Parameters of an operator would take the place of all those of the connection."""
        monkeypatch.setenv("AIRFLOW_CONN_SNOW", json.dumps({"conn_type": "snowflake", "extra": extra}))

        assert start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="snow")).hook_params == {}

    def test_parameters_of_the_connection(self, start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        """They are carried over, since the hook looks at one place only."""
        extra = {"session_parameters": {"TIMEZONE": "UTC"}}
        monkeypatch.setenv("AIRFLOW_CONN_SNOW", json.dumps({"conn_type": "snowflake", "extra": extra}))

        task = start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="snow"))

        assert tag_of(task.hook_params) == TAG
        assert task.hook_params["session_parameters"]["TIMEZONE"] == "UTC"

    @pytest.mark.parametrize("conn_id", ["other", None])
    def test_other_tasks(self, start: Callable[..., Any], conn_id: str | None) -> None:
        """A task on another database, or on none, is as it was."""
        if conn_id is None:
            before = vars(task := EmptyOperator(task_id="load")).copy()
        else:
            before = vars(task := SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id=conn_id)).copy()

        assert vars(start(task)) == before

    @pytest.mark.parametrize(
        ("option", "text"),
        [("SNOWFLAKE_QUERY_TAG", "False"), ("DISABLED_OPERATORS", "SQLExecuteQueryOperator")],
    )
    def test_switches(self, start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, option: str, text: str) -> None:
        """Nothing is set for those who did not ask for it, or not for this operator."""
        monkeypatch.setenv(f"AIRFLOW__LINEAGE_KIT__{option}", text)

        assert start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="snow")).hook_params == {}

    def test_a_connection_that_is_not_there(self, start: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
        """It is one WARNING here; the task itself will say it better."""
        start(SQLExecuteQueryOperator(task_id="load", sql="SELECT 1", conn_id="nowhere"))

        (warning,) = [each for each in caplog.records if each.name == listener.__name__]
        assert "the query tag of task `load`" in warning.getMessage()
