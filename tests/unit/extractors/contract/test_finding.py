"""Where documents are looked for: tasks that run in the shell and in Python, and what looking costs."""

from __future__ import annotations

import functools
import json
import logging
import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import ExternalPythonOperator, PythonOperator
from support.documents import DOCUMENT

from lineage_kit.extractors.contract import finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.documents import TaskRun

    RunTask = Callable[..., TaskRun]

LINE = json.dumps({"lineage_kit": DOCUMENT})
BOTH = (["in.csv"], ["out.csv"])


def says() -> dict[str, Any]:
    """Return a document beside something else."""
    return {
        "rows": 5,
        "lineage_kit": {
            "version": 1,
            "inputs": [{"uri": "s3://lake/in.csv"}],
            "outputs": [{"uri": "s3://lake/out.csv"}],
        },
    }


def helps() -> dict[str, Any]:
    """Return what another function says: the name of the document is not in the code of this one."""
    return says()


def pushes(ti: Any) -> None:
    """Push the document itself."""
    ti.xcom_push(key="lineage_kit", value=says()["lineage_kit"])


def pushes_and_fails(ti: Any) -> None:
    """Say what was done, and fail then."""
    pushes(ti)
    msg = "lineage_kit has been told"
    raise ValueError(msg)


def test_bash(run_task: RunTask) -> None:
    """The last line that a command prints is what it returns."""
    run = run_task(BashOperator(task_id="t", bash_command=f"echo working; echo '{LINE}'"))

    assert run.names == BOTH
    assert run.asked == ["return_value"]
    assert "unknownSourceAttribute" not in run.lineage.run_facets
    assert "lineageKit_noDatasets" not in run.lineage.run_facets
    assert run.lineage.job_facets["sourceCode"].language == "bash"


def test_bash_with_an_output_processor(run_task: RunTask) -> None:
    """What the processor makes of the line counts, since that is what is returned."""
    run = run_task(BashOperator(task_id="t", bash_command=f"echo '{LINE}'", output_processor=json.loads))

    assert run.names == BOTH


@pytest.mark.parametrize(
    "task",
    [
        PythonOperator(task_id="t", python_callable=says),
        PythonOperator(task_id="t", python_callable=functools.partial(says)),
        PythonOperator(task_id="t", python_callable=lambda: {"lineage_kit": DOCUMENT}),
    ],
)
def test_python(run_task: RunTask, task: Any) -> None:
    """What a function returns is looked at where its code has the document's name in it."""
    run = run_task(task)

    assert run.names == BOTH
    assert run.asked == ["return_value"]


def test_python_in_another_interpreter(run_task: RunTask, python_without_airflow: str) -> None:
    """What comes back from another interpreter is a return value, too."""

    def says_there() -> dict[str, Any]:
        return {"lineage_kit": {"version": 1, "outputs": [{"uri": "s3://lake/out.csv"}]}}

    task = ExternalPythonOperator(
        task_id="t", python=python_without_airflow, python_callable=says_there, expect_airflow=False
    )

    assert run_task(task).names == ([], ["out.csv"])


@pytest.mark.parametrize("push", [True, False])
def test_xcom_of_its_own(run_task: RunTask, push: bool) -> None:
    """A function may push the document beside what it returns, whether that is kept or not."""
    run = run_task(PythonOperator(task_id="t", python_callable=pushes, do_xcom_push=push))

    assert run.names == BOTH


def test_failure(run_task: RunTask) -> None:
    """What was pushed before the task failed is told on FAIL; it has returned nothing then."""
    run = run_task(PythonOperator(task_id="t", python_callable=pushes_and_fails))

    assert isinstance(run.error, ValueError)
    assert run.names == BOTH
    assert run.asked == ["lineage_kit"]


@pytest.mark.parametrize(
    "task",
    [
        BashOperator(task_id="t", bash_command="echo done"),
        PythonOperator(task_id="t", python_callable=dict),
        PythonOperator(task_id="t", python_callable=helps),
        EmptyOperator(task_id="t"),
        BashOperator(task_id="t", bash_command=f"echo '{LINE}'", do_xcom_push=False),
    ],
)
def test_nothing_is_asked_without_a_sign(run_task: RunTask, task: Any) -> None:
    """XCom costs a request: a task that shows no document, or pushes nothing, does not make one."""
    run = run_task(task)

    assert run.asked == []
    assert run.names == ([], [])


@pytest.mark.parametrize(
    "name", ["PythonOperator", "airflow.providers.standard.operators.python.PythonOperator", "A;PythonOperator"]
)
def test_operators_by_option(run_task: RunTask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An option names operators that are looked at in any case, with their subclasses."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_OPERATORS", name)

    class Special(PythonOperator):
        """A subclass of the DAG's author."""

    assert run_task(Special(task_id="t", python_callable=helps)).names == BOTH


def test_part_can_be_switched_off(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off, nobody looks."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "contract")
    run = run_task(PythonOperator(task_id="t", python_callable=says))

    assert run.asked == []
    assert run.names == ([], [])


def test_start_says_nothing(extract: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it has run a task has said nothing, whatever a file of another try says."""
    path = tmp_path / "t.json"
    path.write_text(LINE)
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", str(path))
    task = BashOperator(task_id="t", bash_command=f"echo '{LINE}'")

    assert extract(task, "START").outputs == []
    assert len(extract(task, "COMPLETE").outputs) == 1


@pytest.mark.parametrize("code", [0, 1])
def test_file(run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A shell command finds the path of the file in its environment; the file counts on FAIL, too."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", f"{tmp_path}/{{dag_id}}/{{run_id}}/{{task_id}}.json")
    command = f"echo '{LINE}' > $LINEAGE_KIT_DOCUMENT; exit {code}"
    run = run_task(BashOperator(task_id="t", bash_command=command, do_xcom_push=False), run_id="a/b")

    assert run.names == BOTH
    assert bool(run.error) is bool(code)
    assert (tmp_path / "dag" / "a_b" / "t.json").exists()


def test_file_that_nobody_wrote(run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tasks write none, and that is no mistake."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", f"{tmp_path}/{{task_id}}.json")
    run = run_task(BashOperator(task_id="t", bash_command="true"))

    assert run.names == ([], [])
    assert run.omissions == []


def test_file_of_an_earlier_try(run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is older than this try of the task is not its own."""
    path = tmp_path / "t.json"
    path.write_text(LINE)
    now = datetime.now(tz=timezone.utc)
    os.utime(path, (now.timestamp(), (now - timedelta(hours=1)).timestamp()))
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", str(path))
    run = run_task(EmptyOperator(task_id="t"), start_date=now - timedelta(minutes=1))

    assert run.names == ([], [])
    (why,) = run.lineage.run_facets["lineageKit_noDatasets"].explanations
    assert (why.reason, "older than this try" in why.message) == ("notAvailable", True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{}", "one JSON object"), ('{"lineage_kit": ', "is not JSON"), ("x" * 300_000, "300000 bytes")],
)
def test_file_without_a_document(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, sentence: str
) -> None:
    """A file at that place is meant to be a document; one that is not is a mistake."""
    path = tmp_path / "t.json"
    path.write_text(content)
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", str(path))
    run = run_task(EmptyOperator(task_id="t"))

    assert run.names == ([], [])
    (omission,) = run.omissions
    assert sentence in omission


def test_a_document_that_breaks_the_schema(run_task: RunTask, caplog: pytest.LogCaptureFixture) -> None:
    """It costs itself: one WARNING names task, place and field, the event says so, and has all else in it."""
    broken = json.dumps({"lineage_kit": {"version": 1, "outputs": [{"uri": "s3://b/k", "rows": "hunter2"}]}})
    with caplog.at_level(logging.WARNING, logger="lineage_kit"):
        run = run_task(BashOperator(task_id="t", bash_command=f"echo '{broken}'"))

    assert run.names == ([], [])
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("lineage_kit")]
    assert "`dag.t`" in warning
    assert "in what the task returned is not used. outputs[0] has `rows`, which the schema does not know." in warning
    assert run.omissions == [warning.partition("incomplete: ")[2]]
    assert "sourceCode" in run.lineage.job_facets
    del run.lineage.job_facets["sourceCode"]
    assert "hunter2" not in warning + repr(run.lineage)


def test_two_documents(run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said in two places is said of one task."""
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"lineage_kit": {"version": 1, "inputs": [{"uri": "/data/more.csv"}]}}))
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DOCUMENT_FILE", str(path))

    run = run_task(PythonOperator(task_id="t", python_callable=says))

    assert run.names == (["/data/more.csv", "in.csv"], ["out.csv"])


def test_no_time_left(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request begins once the budget is spent, and the event says so."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "0")
    run = run_task(PythonOperator(task_id="t", python_callable=says))

    assert run.asked == []
    assert any("`contract`" in omission for omission in run.omissions)


def test_operators_are_named_by_their_classes() -> None:
    """Every operator that returns what others said tells where its document is."""
    assert all(path.rpartition(".")[2] in told for path, told in finding.RETURNING.items())
    assert finding.about(BashOperator) == ""
