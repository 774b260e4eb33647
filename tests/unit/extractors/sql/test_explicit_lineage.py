"""Tasks with several outputs: each says what feeds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.python import PythonOperator
from openlineage.client.event_v2 import Dataset
from openlineage.client.serde import Serde

from lineage_kit import compat
from lineage_kit.extractors import explicit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

pytestmark = pytest.mark.usefixtures("warehouse")

needs_facet = pytest.mark.skipif(not explicit.job_facets({}), reason="this OpenLineage client has no facet for it")

_TWO = [
    "CREATE TABLE totals AS SELECT customer, sum(amount) AS total FROM orders WHERE amount > 0 GROUP BY customer",
    "CREATE TABLE best AS SELECT customer FROM totals",
    "INSERT INTO log VALUES ('done')",
]


def operator(sql: Any, **options: Any) -> SQLExecuteQueryOperator:
    """Return an operator on SQLite."""
    return SQLExecuteQueryOperator(task_id="t", conn_id="warehouse", sql=sql, **options)


def flows(lineage: OperatorLineage) -> dict[str, list[str]] | None:
    """Return the datasets that feed each output, None without the facet."""
    facet = lineage.job_facets.get(explicit.KEY)
    if facet is None:
        return None
    return {entry.name: [each.name for each in entry.inputs if each.field is None] for entry in facet.entries}


@needs_facet
@pytest.mark.parametrize("event", ["START", "COMPLETE", "FAIL"])
def test_each_output_has_its_own_inputs(extract: Extract, event: str) -> None:
    """What one statement reads does not feed the table of another; a table without source says so."""
    assert flows(extract(operator(_TWO), event)) == {"totals": ["orders"], "best": ["totals"], "log": []}


@needs_facet
def test_columns(extract: Extract) -> None:
    """The facet takes the place of column lineage where backends know it, so that it tells the same."""
    entry = extract(operator(_TWO)).job_facets[explicit.KEY].entries[0]

    assert {name: [each.field for each in field.inputs] for name, field in entry.fields.items()} == {
        "customer": ["customer"],
        "total": ["amount"],
    }
    assert [each.transformations[0].subtype for each in entry.fields["total"].inputs] == ["AGGREGATION"]
    assert {(each.field, each.transformations[0].subtype) for each in entry.inputs if each.field} == {
        ("amount", "FILTER"),
        ("customer", "GROUP_BY"),
    }


def test_column_lineage_is_that_of_each_output(extract: Extract) -> None:
    """No output has the columns of another."""
    columns = {each.name: each.facets.get("columnLineage") for each in extract(operator(_TWO)).outputs}

    assert {name: facet and sorted(facet.fields) for name, facet in columns.items()} == {
        "totals": ["customer", "total"],
        "best": ["customer"],
        "log": None,
    }


@needs_facet
@pytest.mark.parametrize(
    "task",
    [
        operator("CREATE TABLE copy AS SELECT id FROM orders"),
        operator([*_TWO, "FROBNICATE ((( orders"]),
        operator(_TWO, inlets=[Dataset("declared", "in")]),
        operator(_TWO, outlets=[Dataset("declared", "out")]),
    ],
    ids=["one output", "not understood", "declared input", "declared output"],
)
def test_facet_is_sent_only_as_the_complete_picture(extract: Extract, task: Any) -> None:
    """One output needs none; where the flow of some dataset is not known, backends shall not take it for missing."""
    assert flows(extract(task)) is None


@needs_facet
def test_declared_datasets_that_the_sql_has_too(extract: Extract, warehouse: Path) -> None:
    """They bring nothing that is not known."""
    task = operator(_TWO, outlets=[Dataset(f"sqlite://{warehouse}", "best")])

    assert flows(extract(task)) == {"totals": ["orders"], "best": ["totals"], "log": []}


@needs_facet
@pytest.mark.skipif(compat.sql_hook_lineage_key() is None, reason="this common-sql does not report the SQL of hooks")
def test_several_databases(run: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows in each database come together."""
    lake = warehouse.with_name("lake.db")
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", f'{{"conn_type": "sqlite", "host": "{lake}"}}')

    def work() -> None:
        SqliteHook("warehouse").run("CREATE TABLE copy AS SELECT id FROM orders")
        SqliteHook("lake").run(["CREATE TABLE raw (id int)", "CREATE TABLE clean AS SELECT id FROM raw"])

    assert flows(run(PythonOperator(task_id="t", python_callable=work))) == {
        "copy": ["orders"],
        "raw": [],
        "clean": ["raw"],
    }


@needs_facet
def test_facet_goes_with_column_lineage_where_the_event_is_too_large(
    extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It repeats the columns, so that it is dropped with them."""
    whole = extract(operator(_TWO))
    parts = (*whole.inputs, *whole.outputs, *whole.job_facets.values())
    monkeypatch.setenv(
        "AIRFLOW__LINEAGE_KIT__MAX_EVENT_BYTES", str(sum(len(Serde.to_json(each)) for each in parts) - 1)
    )

    found = extract(operator(_TWO))

    assert flows(found) is None
    assert all("columnLineage" not in each.facets for each in found.outputs)
