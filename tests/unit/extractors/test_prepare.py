"""Putting the kit's extractor in front, just before it is asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.openlineage.extractors.bash import BashExtractor
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from support.fresh_python import in_fresh_python

from lineage_kit import compat
from lineage_kit.extractors import registry
from lineage_kit.extractors.enriching import EnrichingExtractor
from lineage_kit.extractors.prepare import preload, prepare
from lineage_kit.extractors.sql.family import SqlFamily

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors.manager import ExtractorManager


class LoadOperator(BashOperator):
    """A subclass of an operator, which the OpenLineage provider alone does not know."""


class TaskInstance:
    """What preparing needs of a task instance."""

    def __init__(self, task: Any) -> None:
        self.task = task


def bash(cls: type[BashOperator] = BashOperator) -> BashOperator:
    """Return a Bash task."""
    return cls(task_id="t", bash_command="true")


def sql() -> SQLExecuteQueryOperator:
    """Return a SQL task."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="c", sql="SELECT 1")


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note when a family is asked to load what it needs."""
    calls: list[str] = []
    monkeypatch.setattr(SqlFamily, "load", lambda self: calls.append(self.part))
    monkeypatch.setattr(SqlFamily, "preload", lambda self: calls.append(f"{self.part} for all"))
    return calls


def test_registers_the_class_of_the_task(manager: ExtractorManager) -> None:
    """The kit's extractor answers for the exact class, subclasses of known operators included, and for no other."""
    before = dict(manager.extractors)
    prepare(TaskInstance(bash(LoadOperator)), manager)

    assert manager.extractors == {**before, "LoadOperator": EnrichingExtractor}


def test_remembers(manager: ExtractorManager) -> None:
    """What stood there and which task instance runs is known afterwards."""
    task_instance = TaskInstance(bash())
    prepare(task_instance, manager)

    assert registry.ORIGINALS.find("BashOperator") is BashExtractor
    assert registry.task_instance_of(task_instance.task) is task_instance


def test_is_asked(manager: ExtractorManager) -> None:
    """The OpenLineage provider finds the kit's extractor for the task."""
    task = bash(LoadOperator)
    prepare(TaskInstance(task), manager)

    assert type(manager._get_extractor(task)) is EnrichingExtractor


@pytest.mark.parametrize("name", ["LoadOperator", f"{__name__}.LoadOperator"])
def test_disabled_operator(manager: ExtractorManager, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An operator that the user disabled is left to the OpenLineage provider alone."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_OPERATORS", name)
    before = dict(manager.extractors)
    prepare(TaskInstance(bash(LoadOperator)), manager)

    assert manager.extractors == before


@pytest.mark.parametrize("task_instance", [TaskInstance(None), SimpleNamespace()], ids=["no task", "no attribute"])
def test_without_a_task(manager: ExtractorManager, task_instance: Any) -> None:
    """A task instance without its task, as a scheduler has it, is nothing to prepare for."""
    before = dict(manager.extractors)
    prepare(task_instance, manager)

    assert manager.extractors == before


def test_next_task_of_the_process(manager: ExtractorManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hook lineage of one task never reaches the next; the hooks of one task share theirs."""
    resets: list[bool] = []
    monkeypatch.setattr(compat, "reset_hook_lineage_collector", lambda: resets.append(True))
    first, second = TaskInstance(bash()), TaskInstance(bash())

    for task_instance in (first, first):
        prepare(task_instance, manager)
    assert resets == []
    for task_instance in (second, second):
        prepare(task_instance, manager)
    assert resets == [True]


class TestWarming:
    def test_family(self, manager: ExtractorManager, warmed: list[str]) -> None:
        """The family of the task loads what it needs before the OpenLineage provider forks."""
        prepare(TaskInstance(sql()), manager)

        assert warmed == ["sql"]

    def test_no_family(self, manager: ExtractorManager, warmed: list[str]) -> None:
        """Other tasks do not pay for it."""
        prepare(TaskInstance(EmptyOperator(task_id="t")), manager)

        assert warmed == []

    def test_disabled_part(self, manager: ExtractorManager, warmed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """A family that the user disabled loads nothing."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "sql")
        prepare(TaskInstance(sql()), manager)

        assert warmed == []


class TestPreloading:
    def test_every_family(self, warmed: list[str]) -> None:
        """A process that others are forked from loads what all families need."""
        preload()

        assert warmed == ["sql for all"]

    def test_disabled_part(self, warmed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """A family that the user disabled is not loaded."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "sql")
        preload()

        assert warmed == []


def test_shell_commands_load_what_reads_dbt_only_where_they_call_it() -> None:
    """In a fresh process a Bash task loads the module of its family alone, until a command has the word."""
    script = """
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.standard.operators.bash import BashOperator
from lineage_kit.testing import lineage_of
found = []
for command in ("echo done", "dbt build"):
    lineage_of(BashOperator(task_id=f"t{len(found)}", bash_command=command), manager=ExtractorManager())
    found.append(loaded("lineage_kit.extractors.dbt", "lineage_kit.datasets.databases"))
answer([found[0], "lineage_kit.extractors.dbt.calls" in found[1]])
"""
    family = ["lineage_kit.extractors.dbt", "lineage_kit.extractors.dbt.family"]
    assert in_fresh_python(script) == [family, True]


def test_parser_is_loaded_for_sql_only() -> None:
    """In a fresh process a task without SQL never loads a SQL parser, a task with SQL does before it is asked."""
    script = """
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from airflow.providers.standard.operators.empty import EmptyOperator
from lineage_kit.extractors.prepare import prepare
class TaskInstance:
    def __init__(self, task):
        self.task = task
manager = ExtractorManager()
empty = TaskInstance(EmptyOperator(task_id="t"))
prepare(empty, manager)
before = "sqlglot" in sys.modules, "lineage_kit.sql.grammar.parse" in sys.modules
sql = TaskInstance(SQLExecuteQueryOperator(task_id="t", conn_id="c", sql="SELECT 1"))
prepare(sql, manager)
answer([before, "sqlglot" in sys.modules])
"""
    assert in_fresh_python(script) == [[False, False], True]
