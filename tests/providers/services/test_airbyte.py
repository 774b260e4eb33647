"""Airbyte: the real operator against a server on loopback that answers as its public API does."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.airbyte.operators.airbyte import AirbyteTriggerSyncOperator
from support.releases import TaskDeferred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

CONNECTION = "0a1b2c3d-0000-4000-8000-000000000000"


class Server(ThreadingHTTPServer):
    """Airbyte, where every job has the number 12 and one status."""

    status = "succeeded"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    """Answers for jobs."""

    server: Server

    def do_POST(self) -> None:
        """Take a job."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        """Tell the job's state."""
        job = {
            "jobId": 12,
            "status": self.server.status,
            "jobType": "sync",
            "startTime": "2026-01-31T00:00:00Z",
            "connectionId": CONNECTION,
        }
        token = {"access_token": "t", "token_type": "Bearer"}  # what early releases ask for first
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({**token, **job}).encode())

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def airbyte(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Give the server behind the connection `airbyte_default`."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("AIRFLOW_CONN_AIRBYTE_DEFAULT", json.dumps({"conn_type": "airbyte", "host": address}))
        yield server
        server.shutdown()


def told(lineage: OperatorLineage) -> tuple[str | None, str | None, str | None]:
    """Return what is said of the connection, the job, and the job by the standard facet."""
    run = lineage.run_facets["lineageKit_externalRun"]
    query = lineage.run_facets.get("externalQuery")
    return run.job, run.run, query.externalQueryId if query else None


@pytest.mark.usefixtures("airbyte")
@pytest.mark.parametrize("arguments", [{}, {"asynchronous": True}])
def test_success(extract: Extract, arguments: dict[str, Any]) -> None:
    """The connection is known, and the job; no dataset is, and the event says why."""
    task = AirbyteTriggerSyncOperator(task_id="t", connection_id=CONNECTION, wait_seconds=0, **arguments)

    task.execute({})
    found = extract(task)

    assert told(found) == (CONNECTION, "12", "12")
    assert [each.reason for each in found.run_facets["lineageKit_noDatasets"].explanations] == ["notAvailable"]
    assert (found.inputs, found.outputs) == ([], [])


def test_failure(extract: Extract, airbyte: Server) -> None:
    """The job is known all the same."""
    airbyte.status = "failed"
    task = AirbyteTriggerSyncOperator(task_id="t", connection_id=CONNECTION, wait_seconds=0)

    with pytest.raises(AirflowException):
        task.execute({})

    assert told(extract(task, "FAIL")) == (CONNECTION, "12", "12")


def test_deferral(extract: Extract, airbyte: Server) -> None:
    """The operator does not tell the process that goes on which job it was."""
    airbyte.status = "running"
    task = AirbyteTriggerSyncOperator(task_id="t", connection_id=CONNECTION, deferrable=True)
    with pytest.raises(TaskDeferred):
        task.execute({})

    resumed = AirbyteTriggerSyncOperator(task_id="t", connection_id=CONNECTION, deferrable=True)
    resumed.execute_complete({}, {"status": "success", "message": "done", "job_id": 12})

    assert told(extract(resumed)) == (CONNECTION, None, None)


def test_before_it_runs(extract: Extract) -> None:
    """Only the connection is known."""
    task = AirbyteTriggerSyncOperator(task_id="t", connection_id=CONNECTION)

    assert told(extract(task, "START")) == (CONNECTION, None, None)
