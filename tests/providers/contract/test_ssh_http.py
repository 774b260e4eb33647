"""Commands over SSH and requests over HTTP, against servers on loopback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.ssh.operators.ssh import SSHOperator
from support.documents import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.documents import TaskRun

    RunTask = Callable[..., TaskRun]

LINE = json.dumps({"lineage_kit": DOCUMENT})
BOTH = (["in.csv"], ["out.csv"])


class TestSsh:
    """SSHOperator, which returns all that the command printed, in base64."""

    def test_document(self, run_task: RunTask, ssh_server: str) -> None:
        """The last line is the document."""
        run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command=f"echo working; echo '{LINE}'"))

        assert run.names == BOTH
        assert run.asked == ["return_value"]

    def test_sign(self, run_task: RunTask, ssh_server: str) -> None:
        """A command that does not name the document costs no request, whatever it prints."""
        hidden = LINE.replace("lineage_kit", "lineage''_kit")
        run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command=f"echo '{hidden}'"))

        assert (run.error, run.asked, run.names) == (None, [], ([], []))

    @pytest.mark.usefixtures("document_operators")
    def test_anything_else(self, run_task: RunTask, ssh_server: str) -> None:
        """A command that prints something else is no mistake."""
        run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command="printf '\\377'"))

        assert (run.error, run.names, run.omissions) == (None, ([], []), [])

    def test_failure(self, run_task: RunTask, ssh_server: str) -> None:
        """A command that fails returns nothing, so that nobody asks."""
        run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command=f"echo '{LINE}'; exit 3"))

        assert run.error is not None
        assert (run.names, run.asked) == (([], []), [])
        (why,) = run.lineage.run_facets["lineageKit_noDatasets"].explanations
        assert why.reason == "notAvailable"
        assert (
            "`lineage_kit` in the last line that the command printed. A task that fails returns nothing" in why.message
        )
        assert "[lineage_kit] document_file" in why.message

    def test_how_to_tell(self, run_task: RunTask, ssh_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without datasets the event says what would have told them, and why it did not."""

        def reasons() -> list[str]:
            run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command="echo done"))
            return [each.message for each in run.lineage.run_facets["lineageKit_noDatasets"].explanations]

        (not_looked_for,) = reasons()
        assert "It was not looked for: name SSHOperator in [lineage_kit] document_operators" in not_looked_for

        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_OPERATORS", "SSHOperator")
        (not_there,) = reasons()
        assert "There was none." in not_there

    @pytest.mark.parametrize("own", [None, {"MINE": "1"}])
    def test_environment(self, run_task: RunTask, ssh_server: str, parent_id: str, own: dict[str, str] | None) -> None:
        """The server is sent the variables; whether it takes them is its own affair."""
        line = LINE.replace("out.csv", "$OPENLINEAGE_PARENT_ID$MINE").replace('"', '\\"')
        run = run_task(SSHOperator(task_id="t", ssh_conn_id=ssh_server, command=f'echo "{line}"', environment=own))

        assert run.names[1] == [parent_id + ("1" if own else "")]
        assert own in (None, {"MINE": "1"})


# The operator imports a name that Airflow 3 has moved.
@pytest.mark.filterwarnings("ignore:The `airflow.utils.operator_helpers")
class TestHttp:
    """HttpOperator, which returns the text of the response."""

    @pytest.fixture
    def serve(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
        """Give a function that sets what the server behind the connection `api` answers."""
        answers: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answers[-1].encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("AIRFLOW_CONN_API", f"http://127.0.0.1:{server.server_port}")
        yield answers.append
        server.shutdown()
        thread.join()
        server.server_close()

    @pytest.mark.usefixtures("document_operators")
    @pytest.mark.parametrize("indent", [None, 2])
    def test_document(self, run_task: RunTask, serve: Callable[[str], None], indent: int | None) -> None:
        """The whole response is an object with the document in it."""
        serve(json.dumps({"status": "done", "lineage_kit": DOCUMENT}, indent=indent))

        assert run_task(HttpOperator(task_id="t", http_conn_id="api", method="GET", endpoint="/run")).names == BOTH

    @pytest.mark.parametrize(
        ("request_", "asked"),
        [
            ({"method": "GET", "endpoint": "/run"}, []),
            ({"method": "GET", "endpoint": "/run?tell=lineage_kit"}, ["return_value"]),
            ({"method": "GET", "endpoint": "/run", "data": {"tell": "lineage_kit"}}, ["return_value"]),
        ],
    )
    def test_sign(
        self, run_task: RunTask, serve: Callable[[str], None], request_: dict[str, Any], asked: list[str]
    ) -> None:
        """A response is looked at where the request names the document."""
        serve(LINE)
        run = run_task(HttpOperator(task_id="t", http_conn_id="api", **request_))

        assert (run.error, run.asked, run.names) == (None, asked, BOTH if asked else ([], []))

    def test_filtered(self, run_task: RunTask, serve: Callable[[str], None]) -> None:
        """What a filter makes of the response is what the task returns."""
        serve(json.dumps({"lineage": DOCUMENT}))
        task = HttpOperator(
            task_id="t",
            http_conn_id="api",
            method="GET",
            endpoint="/run",
            response_filter=lambda response: {"lineage_kit": response.json()["lineage"]},
        )

        assert run_task(task).names == BOTH

    @pytest.mark.usefixtures("document_operators")
    @pytest.mark.parametrize("answer", ["", "<html>lineage_kit</html>", '{"status": "done"}', "[1, 2]"])
    def test_anything_else(self, run_task: RunTask, serve: Callable[[str], None], answer: str) -> None:
        """Other responses are no mistake."""
        serve(answer)
        run = run_task(HttpOperator(task_id="t", http_conn_id="api", method="GET", endpoint="/run"))

        assert (run.error, run.names, run.omissions) == (None, ([], []), [])
