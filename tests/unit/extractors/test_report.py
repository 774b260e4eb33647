"""The reason on tasks without datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset

from lineage_kit.facets import no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]


def sql_operator(sql: Any) -> SQLExecuteQueryOperator:
    """Return an operator on the connection `warehouse`."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=sql)


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: EmptyOperator(task_id="t"), "noExtractor"),
        (lambda: BashOperator(task_id="t", bash_command="true"), "noExtractor"),
        (lambda: sql_operator("SELECT 1"), "sqlWithoutTables"),
        (lambda: sql_operator("THIS IS NOT SQL AT ALL ((("), "sqlNotUnderstood"),
        (lambda: sql_operator(""), "sqlNotKnown"),
    ],
    ids=["nobody", "bash", "no tables", "not understood", "no text"],
)
@pytest.mark.parametrize("event", ["COMPLETE", "FAIL", "SKIPPED"])
def test_finished_task_without_datasets_says_why(
    extract: Extract, make: Callable[[], Any], reason: str, event: str
) -> None:
    """The facet names who was asked and the reason."""
    facet = extract(make(), event).run_facets[no_datasets.KEY]

    assert reason in [explanation.reason for explanation in facet.explanations]
    assert facet.extractor


def test_start_says_nothing(extract: Extract) -> None:
    """A task that has only begun may still find datasets."""
    assert no_datasets.KEY not in extract(EmptyOperator(task_id="t"), "START").run_facets


def test_task_with_datasets_says_nothing(extract: Extract) -> None:
    """The facet is only for events without any dataset."""
    found = extract(EmptyOperator(task_id="t", outlets=[Dataset("ns", "name")]))

    assert no_datasets.KEY not in found.run_facets


def test_switched_off(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """`disabled_parts = reason` leaves the facet out."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "reason")

    assert no_datasets.KEY not in extract(EmptyOperator(task_id="t")).run_facets


@pytest.mark.usefixtures("warehouse")
def test_disabled_part_is_the_reason(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SQL task without datasets because the user switched SQL off says that."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "sql")

    facet = extract(sql_operator("SELECT id FROM orders")).run_facets[no_datasets.KEY]

    assert [explanation.reason for explanation in facet.explanations] == ["disabled"]


@pytest.mark.usefixtures("warehouse")
def test_spent_budget_is_the_reason(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time at all the kit's parts are left out and the event says so."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "0")

    facet = extract(sql_operator("SELECT id FROM orders")).run_facets[no_datasets.KEY]

    assert [explanation.reason for explanation in facet.explanations] == ["timeBudget"]


def test_declared_datasets_do_not_depend_on_the_budget(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the author wrote costs no time and is always there."""
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__TIME_BUDGET", "0")

    assert extract(EmptyOperator(task_id="t", outlets=[Dataset("ns", "name")])).outputs
