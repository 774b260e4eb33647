"""Questions to Airflow's metadata database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from lineage_kit.demo.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = """
    CREATE TABLE serialized_dag (dag_id TEXT);
    CREATE TABLE import_error (filename TEXT, stacktrace TEXT);
    CREATE TABLE dag_run (dag_id TEXT, run_id TEXT, state TEXT);
    CREATE TABLE task_instance (dag_id TEXT, run_id TEXT, task_id TEXT, map_index INTEGER, state TEXT);
    INSERT INTO serialized_dag VALUES ('known');
    INSERT INTO import_error VALUES ('/dags/broken.py', 'SyntaxError');
    INSERT INTO dag_run VALUES ('known', 'one', 'running'), ('known', 'two', 'success');
    INSERT INTO task_instance VALUES
        ('known', 'one', 'load', -1, 'success'), ('known', 'one', 'check', 1, NULL),
        ('known', 'one', 'check', 0, 'running'), ('known', 'two', 'load', -1, 'failed');
"""


@pytest.fixture
def metadata(tmp_path: Path) -> Iterator[Metadata]:
    """Give a database that knows one DAG, two runs of it, and one broken file."""
    with closing(sqlite3.connect(tmp_path / "airflow.db")) as connection:
        connection.executescript(TABLES)
    metadata = Metadata(f"sqlite:///{tmp_path / 'airflow.db'}")
    yield metadata
    metadata.close()


def test_dag_is_parsed(metadata: Metadata) -> None:
    """A DAG is parsed when it is stored."""
    assert metadata.dag_is_parsed("known")
    assert not metadata.dag_is_parsed("unknown")


def test_import_errors(metadata: Metadata) -> None:
    """Broken files come with their traceback."""
    assert metadata.import_errors() == {"/dags/broken.py": "SyntaxError"}


def test_run_state(metadata: Metadata) -> None:
    """A run has its own state; an unknown run has none."""
    assert metadata.run_state("known", "one") == "running"
    assert metadata.run_state("known", "two") == "success"
    assert metadata.run_state("known", "three") is None


def test_task_states(metadata: Metadata) -> None:
    """The task instances of one run come with map index and state, None where there is no state yet."""
    assert metadata.task_states("known", "one") == {
        ("check", 0): "running",
        ("check", 1): None,
        ("load", -1): "success",
    }


def test_usable_after_close(metadata: Metadata) -> None:
    """A closed database can be asked again."""
    metadata.run_state("known", "one")
    metadata.close()
    assert metadata.run_state("known", "one") == "running"
