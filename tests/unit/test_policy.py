"""The entry point `airflow.policy`, which runs inside `import airflow`."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import pluggy
import pytest
from support.fresh_python import in_fresh_python

IMPORT_AIRFLOW = """
import threading
threads = []
start = threading.Thread.start
threading.Thread.start = lambda self: (threads.append(self.name), start(self))[1]
import airflow
answer({"modules": loaded("lineage_kit", "openlineage", "sqlglot", "sqlparse"), "threads": threads})
"""


@pytest.fixture(scope="module")
def imported() -> Any:
    """Give what a process looks like after `import airflow`, with a transport configured."""
    return in_fresh_python(IMPORT_AIRFLOW, AIRFLOW__OPENLINEAGE__TRANSPORT='{"type": "console"}')


def test_is_an_entry_point() -> None:
    """Airflow finds the module once, under the name that all the package's entry points have."""
    distribution = importlib.metadata.distribution("airflow-provider-lineage-kit")
    entries = [entry for entry in distribution.entry_points if entry.group == "airflow.policy"]

    assert [(entry.name, entry.value) for entry in entries] == [("lineage_kit", "lineage_kit.policy")]


def test_is_loaded_by_import_airflow(imported: dict[str, list[str]]) -> None:
    """`import airflow` loads the module."""
    assert "lineage_kit.policy" in imported["modules"]


def test_brings_nothing_heavy(imported: dict[str, list[str]]) -> None:
    """`import airflow` loads neither the OpenLineage client nor a SQL parser, nor what of the kit needs them."""
    allowed = {"lineage_kit", "lineage_kit.entries", "lineage_kit.policy", "lineage_kit.provider_info"}

    assert set(imported["modules"]) <= allowed


def test_starts_no_thread(imported: dict[str, list[str]]) -> None:
    """`import airflow` starts no thread."""
    assert imported["threads"] == []


def test_hooks_are_those_of_airflow() -> None:
    """The module implements the policy of tasks, which Airflow knows, and no other."""
    from airflow import policies

    from lineage_kit import policy

    manager = pluggy.PluginManager("airflow.policy")
    manager.add_hookspecs(policies)
    manager.register(policy)

    assert [caller.name for caller in manager.get_hookcallers(policy) or []] == ["task_policy"]


def test_a_set_has_one_order() -> None:
    """What Airflow stores of a DAG is the same in each process, also where its author used a set."""
    from lineage_kit.entries import listed

    words = {f"s3://lake/{number}" for number in range(9)}

    assert listed([words, ("b", ["a"]), None]) == [*sorted(words), "b", "a"]
