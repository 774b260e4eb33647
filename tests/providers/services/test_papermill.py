"""Papermill: the real operator, which really executes notebooks where they are local files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import papermill
import pytest
from airflow.providers.papermill.operators.papermill import NoteBook, PapermillOperator
from papermill.exceptions import PapermillExecutionError
from support.lineage_facts import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

#: Not for events, although it is a parameter of the notebook.
SECRET = "hunter2"  # noqa: S105 - it opens nothing

# Jupyter's own packages are on their way from one API to the next.
kernel = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a notebook that divides by its parameter, in a folder that does not count as the temporary one."""
    monkeypatch.setattr("lineage_kit.extractors.services.papermill.is_temporary_file", lambda _: False)
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    content = {
        "cells": [
            {**cell, "id": "a", "metadata": {"tags": ["parameters"]}, "source": "by = 1"},
            {**cell, "id": "b", "source": "print(1 / by)"},
        ],
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "in.ipynb"
    path.write_text(json.dumps(content))
    return path


@kernel
def test_success(extract: Extract, official: Extract, notebook: Path) -> None:
    """The notebook that was executed, and the one that has the results; its parameters are not sent."""
    result = notebook.parent / "out.ipynb"
    task = PapermillOperator(
        task_id="t", input_nb=str(notebook), output_nb=str(result), parameters={"by": 2, "password": SECRET}
    )

    task.execute({})
    alone, found = official(task), extract(task)

    assert result.exists()
    assert ("file", str(result)) not in names(alone.outputs)
    assert names(found.inputs) == [("file", str(notebook))]
    assert names(found.outputs) == [("file", str(result))]
    assert SECRET not in repr(found)


@kernel
def test_failure(extract: Extract, notebook: Path) -> None:
    """What a notebook that failed has left behind is no result, unless the operator declares it, as on Airflow 2."""
    result = str(notebook.parent / "out.ipynb")
    task = PapermillOperator(task_id="t", input_nb=str(notebook), output_nb=result, parameters={"by": 0})

    with pytest.raises(PapermillExecutionError):
        task.execute({})
    found = extract(task, "FAIL")

    assert names(found.inputs) == [("file", str(notebook))]
    assert names(found.outputs) == ([("file", result)] if task.outlets else [])


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("s3://lake/nb/load.ipynb", ("s3://lake", "nb/load.ipynb")),
        ("gs://lake/nb/load.ipynb", ("gs://lake", "nb/load.ipynb")),
        ("abfss://nb@acc.dfs.core.windows.net/load.ipynb", ("abfss://nb@acc.dfs.core.windows.net", "load.ipynb")),
        (f"https://me:{SECRET}@git.example/nb/load.ipynb?token={SECRET}", ("https://git.example", "nb/load.ipynb")),
        ("/shared/nb/../load.ipynb", ("file", "/shared/load.ipynb")),
    ],
)
def test_places(extract: Extract, monkeypatch: pytest.MonkeyPatch, location: str, name: tuple[str, str]) -> None:
    """Notebooks are wherever Papermill can read and write; before it ran only the one to execute is certain."""
    monkeypatch.setattr(papermill, "execute_notebook", lambda *_, **__: None)
    task = PapermillOperator(task_id="t", input_nb=location, output_nb=NoteBook(url=location))

    early = extract(task, "START")
    task.execute({})
    found = extract(task)

    assert names(early.inputs) == names(found.inputs) == names(found.outputs) == [name]
    assert early.outputs == []
    assert SECRET not in repr([early, found])


def test_relative_paths(extract: Extract, monkeypatch: pytest.MonkeyPatch, notebook: Path) -> None:
    """They are looked for where the task runs."""
    monkeypatch.chdir(notebook.parent)

    task = PapermillOperator(task_id="t", input_nb="in.ipynb", output_nb="out.ipynb")

    assert names(extract(task, "START").inputs) == [("file", str(notebook))]


@pytest.mark.parametrize("location", [None, "", "-"])
def test_no_file(extract: Extract, location: str | None) -> None:
    """A notebook that is not given, or comes through a pipe, is no file."""
    task = PapermillOperator(task_id="t", input_nb="-", output_nb="-")
    task.input_nb = task.output_nb = location  # what a template may become

    assert extract(task).inputs == []


def test_temporary_files(extract: Extract, tmp_path: Path) -> None:
    """They mean nothing once the task is over."""
    task: Any = PapermillOperator(task_id="t", input_nb="s3://lake/in.ipynb", output_nb=str(tmp_path / "out.ipynb"))

    assert extract(task).outputs == []
