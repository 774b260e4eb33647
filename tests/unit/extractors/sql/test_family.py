"""SQL operators: names as the database keeps them, columns, schemas, and what may be asked of the database."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator, SQLTableCheckOperator
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.empty import EmptyOperator
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import external_query_run
from openlineage.client.serde import Serde

from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Extract = Callable[..., OperatorLineage]


def sql_operator(sql: Any, conn_id: str = "warehouse", **options: Any) -> SQLExecuteQueryOperator:
    """Return an operator on a connection."""
    return SQLExecuteQueryOperator(task_id="t", conn_id=conn_id, sql=sql, **options)


def names(datasets: list[Any]) -> list[str]:
    """Return the names of datasets."""
    return [dataset.name for dataset in datasets]


def columns(dataset: Any) -> dict[str, list[str]]:
    """Return the column lineage of a dataset as column -> `dataset.column` list."""
    return {
        column: [f"{source.name}.{source.field}" for source in field.inputFields]
        for column, field in dataset.facets["columnLineage"].fields.items()
    }


def test_official_provider_alone_finds_nothing_on_sqlite(official: Extract, warehouse: Path) -> None:
    """SQLite's hook does not describe its database, so that the provider has no dataset to name."""
    assert warehouse.exists()
    found = official(sql_operator("CREATE TABLE copy AS SELECT id FROM orders"))

    assert (found.inputs, found.outputs) == ([], [])


def test_sqlite_tables_columns_and_schemas(extract: Extract, warehouse: Path) -> None:
    """The file is the namespace; schemas come from it, and a star is expanded by it."""
    found = extract(sql_operator("CREATE TABLE copy AS SELECT * FROM Orders"))

    namespace = f"sqlite://{warehouse}"
    assert [(each.namespace, each.name) for each in found.inputs] == [(namespace, "orders")]
    assert [(each.namespace, each.name) for each in found.outputs] == [(namespace, "copy")]
    assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id", "customer", "amount"]
    assert columns(found.outputs[0]) == {
        "id": ["orders.id"],
        "customer": ["orders.customer"],
        "amount": ["orders.amount"],
    }
    assert "CREATE TABLE copy" in found.job_facets["sql"].query


def test_columns_of_a_table_with_a_dot_in_its_name(extract: Extract, warehouse: Path) -> None:
    """The dot parts nothing, and a star is expanded all the same."""
    with sqlite3.connect(warehouse) as connection:
        connection.execute('CREATE TABLE "orders.2024" (id INTEGER)')
    connection.close()

    found = extract(sql_operator('CREATE TABLE c AS SELECT * FROM "orders.2024"'))

    assert columns(found.outputs[0]) == {"id": ["orders.2024.id"]}


def test_attached_file_is_a_namespace_of_its_own(extract: Extract, warehouse: Path) -> None:
    """A table of an attached database file is found under that file, whatever its alias."""
    lake = warehouse.with_name("lake.db")
    with sqlite3.connect(lake) as connection:
        connection.execute("CREATE TABLE category (catid INTEGER)")
    connection.close()

    found = extract(sql_operator(f"ATTACH DATABASE '{lake}' AS lake; CREATE TABLE c AS SELECT * FROM lake.category"))

    assert [(each.namespace, each.name) for each in found.inputs] == [(f"sqlite://{lake}", "category")]
    assert columns(found.outputs[0]) == {"catid": ["category.catid"]}


def test_conditions_stand_once_for_the_whole_dataset(extract: Extract, warehouse: Path) -> None:
    """A filter decides about rows, hence about every column: it is in the facet's `dataset`, not on each column."""
    assert warehouse.exists()
    found = extract(sql_operator("CREATE TABLE c AS SELECT id, customer FROM orders WHERE amount > 5"))

    facet = found.outputs[0].facets["columnLineage"]
    assert [(each.field, each.transformations[0].subtype) for each in facet.dataset] == [("amount", "FILTER")]
    assert columns(found.outputs[0]) == {"id": ["orders.id"], "customer": ["orders.customer"]}


def test_subclass_and_check_operators_speak(extract: Extract, warehouse: Path) -> None:
    """Operators that share the base class are known, however they are named."""
    assert warehouse.exists()

    class LoadOperator(SQLExecuteQueryOperator):
        """A team's own operator."""

    check = SQLTableCheckOperator(
        task_id="t", conn_id="warehouse", table="orders", checks={"rows": {"check_statement": "COUNT(*) > 0"}}
    )
    assert names(extract(LoadOperator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders")).inputs) == [
        "orders"
    ]
    assert names(extract(check).inputs) == ["orders"]


def test_statement_that_is_not_understood_costs_itself_only(extract: Extract, warehouse: Path) -> None:
    """The other statements of the script are told, and the event says that one is missing."""
    assert warehouse.exists()
    found = extract(sql_operator(["CREATE TABLE c AS SELECT id FROM orders", "FROBNICATE ((( orders"]))

    assert names(found.outputs) == ["c"]
    causes = {omission.cause for omission in found.run_facets[incomplete.KEY].omissions}
    assert causes == {"sqlNotUnderstood"}


@pytest.mark.parametrize(
    ("part", "facet"), [("schema", "schema"), ("column_lineage", "columnLineage")], ids=["schema", "column_lineage"]
)
def test_parts_can_be_switched_off(
    extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch, part: str, facet: str
) -> None:
    """A part that the user does not want leaves its facet out and nothing else."""
    assert warehouse.exists()
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", part)

    found = extract(sql_operator("CREATE TABLE c AS SELECT id FROM orders"))

    assert names(found.outputs) == ["c"]
    assert all(facet not in each.facets for each in (*found.inputs, *found.outputs))


def test_sql_part_switched_off_leaves_the_provider_alone(
    extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the part `sql` an SQLite task is what it is without the kit."""
    assert warehouse.exists()
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "sql;reason")

    found = extract(sql_operator("SELECT id FROM orders"))

    assert (found.inputs, found.outputs, found.job_facets, found.run_facets) == ([], [], {}, {})


def test_credentials_in_sql_text_are_masked(extract: Extract, warehouse: Path) -> None:
    """The text of a COPY reaches the event without its keys."""
    assert warehouse.exists()
    sql = "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIAEXAMPLE' SECRET_ACCESS_KEY 'hush-hush'"

    query = extract(sql_operator(sql)).job_facets["sql"].query

    assert "hush-hush" not in query
    assert "AKIAEXAMPLE" not in query
    assert "s3://b/k" in query


def test_literals_are_masked_on_demand(extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mask_sql_literals` leaves no value in the text."""
    assert warehouse.exists()
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MASK_SQL_LITERALS", "True")

    query = (
        extract(sql_operator("SELECT id FROM orders WHERE customer = 'Jane' AND amount > 4711")).job_facets["sql"].query
    )

    assert query == "SELECT id FROM orders WHERE customer = ? AND amount > ?"


def test_event_over_the_limit_loses_column_lineage_first(
    extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small limit drops column lineage, and the event names what it lost."""
    assert warehouse.exists()
    operator = sql_operator("CREATE TABLE c AS SELECT id, customer, amount, id + 1 AS n FROM orders WHERE id > 1")
    whole = extract(operator)
    size = sum(len(Serde.to_json(each)) for each in (*whole.inputs, *whole.outputs, *whole.job_facets.values()))
    monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__MAX_EVENT_BYTES", str(size - 1))

    found = extract(operator)

    assert "columnLineage" in whole.outputs[0].facets
    assert "columnLineage" not in found.outputs[0].facets
    assert "schema" in found.inputs[0].facets
    assert [each.part for each in found.run_facets[incomplete.KEY].omissions] == ["column_lineage"]


def test_operator_of_another_kind_is_left_alone(extract: Extract) -> None:
    """The family is not asked for tasks without SQL."""
    assert extract(EmptyOperator(task_id="t")).job_facets == {}


def test_broken_parser_costs_the_part_only(extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a dependency of the kit's that cannot be imported, declared datasets and the event itself still come."""
    assert warehouse.exists()
    monkeypatch.setitem(sys.modules, "lineage_kit.sql.script", None)

    found = extract(sql_operator("SELECT id FROM orders", outlets=[Dataset("declared", "out")]))

    assert names(found.outputs) == ["out"]
    assert {omission.cause for omission in found.run_facets[incomplete.KEY].omissions} == {"failed"}


class QueryIdHook(SqliteHook):
    """A hook that knows more once its query is done, as that of Snowflake does."""

    def get_openlineage_database_specific_lineage(self, task_instance: Any) -> OperatorLineage:
        """Name the query that ran."""
        del task_instance
        query = external_query_run.ExternalQueryRunFacet(externalQueryId="4711", source="sqlite")
        return OperatorLineage(run_facets={"externalQuery": query})


def test_facets_of_the_hook_are_kept(extract: Extract, warehouse: Path) -> None:
    """Query ids, which only the hook knows, come when the task is done and not before."""
    assert warehouse.exists()

    class Operator(SQLExecuteQueryOperator):
        """An operator with a hook of its own."""

        def get_db_hook(self) -> QueryIdHook:
            """Return the hook."""
            return QueryIdHook("warehouse")

    operator = Operator(task_id="t", conn_id="warehouse", sql="SELECT id FROM orders")

    assert "externalQuery" not in extract(operator, "START").run_facets
    assert extract(operator, "COMPLETE").run_facets["externalQuery"].externalQueryId == "4711"
    assert names(extract(operator, "COMPLETE").inputs) == ["orders"]


def test_hook_is_asked_once_where_the_operator_is_asked_too(extract: Extract, warehouse: Path) -> None:
    """What a hook sends by the way, such as events of its own, is not sent twice for SQL that is not understood."""
    assert warehouse.exists()
    asked: list[str] = []

    class CountingHook(SqliteHook):
        """A hook that the provider knows, and that counts."""

        def get_openlineage_database_info(self, connection: Any) -> Any:
            """Describe the database as hooks of larger systems do."""
            from airflow.providers.openlineage.sqlparser import DatabaseInfo

            del connection
            return DatabaseInfo(scheme="counting", authority="host:1")

        def get_openlineage_database_specific_lineage(self, task_instance: Any) -> None:
            """Count."""
            del task_instance
            asked.append("hook")

    class Operator(SQLExecuteQueryOperator):
        """An operator with that hook."""

        def get_db_hook(self) -> CountingHook:
            """Return the hook."""
            return CountingHook("warehouse")

    for sql in ("SELECT id FROM main.orders", "FROBNICATE ((( orders"):
        asked.clear()
        extract(Operator(task_id="t", conn_id="warehouse", sql=sql))
        assert asked == ["hook"]


class SnowflakeHook(SqliteHook):
    """A hook that describes its database as that of Snowflake does; its catalogue cannot be read."""

    def get_openlineage_database_info(self, connection: Any) -> Any:
        """Describe the database."""
        from airflow.providers.openlineage.sqlparser import DatabaseInfo

        del connection
        return DatabaseInfo(scheme="snowflake", authority="org-account", database="dwh", is_uppercase_names=True)

    def get_openlineage_database_dialect(self, connection: Any) -> str:
        """Name the dialect."""
        del connection
        return "snowflake"


class SnowflakeOperator(SQLExecuteQueryOperator):
    """An operator with that hook."""

    def get_db_hook(self) -> SnowflakeHook:
        """Return the hook."""
        return SnowflakeHook("warehouse")


def test_names_without_the_catalogue(extract: Extract, warehouse: Path) -> None:
    """They are folded as the database does it; what is quoted is stored as written."""
    assert warehouse.exists()
    sql = 'INSERT INTO Mart.Daily (Day, "Total") SELECT Day, "Price" FROM Raw."Orders"'

    found = extract(SnowflakeOperator(task_id="t", conn_id="warehouse", sql=sql))

    assert names(found.inputs) == ["DWH.RAW.Orders"]
    assert names(found.outputs) == ["DWH.MART.DAILY"]
    assert columns(found.outputs[0]) == {"DAY": ["DWH.RAW.Orders.DAY"], "Total": ["DWH.RAW.Orders.Price"]}


def test_tables_named_by_what_is_not_understood(extract: Extract, warehouse: Path) -> None:
    """They are told, the event says that the statement was not understood, and the operator is asked all the same."""
    assert warehouse.exists()
    asked: list[str] = []

    class Operator(SnowflakeOperator):
        """An operator that notes whether it is asked."""

        def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
            """Ask the generic method."""
            asked.append("operator")
            return super().get_openlineage_facets_on_complete(task_instance)

    # It counts as one that has the generic method alone.
    Operator.get_openlineage_facets_on_complete.__module__ = SQLExecuteQueryOperator.__module__

    found = extract(Operator(task_id="t", conn_id="warehouse", sql="INSERT INTO mart.t SELECT ((( FROM raw.s"))

    assert names(found.inputs) == ["DWH.RAW.S"]
    assert names(found.outputs) == ["DWH.MART.T"]
    assert "sqlNotUnderstood" in {omission.cause for omission in found.run_facets[incomplete.KEY].omissions}
    assert asked == ["operator"]


def test_spent_budget_is_told(extract: Extract, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine stops when the time of the whole extraction is over."""
    from lineage_kit.extractors.sql import lineage

    assert warehouse.exists()
    given: list[float] = []
    analyze = lineage.analyze

    def measured(*arguments: Any, max_seconds: float, **options: Any) -> Any:
        given.append(max_seconds)
        return analyze(*arguments, max_seconds=0, **options)

    monkeypatch.setattr(lineage, "analyze", measured)
    found = extract(sql_operator("SELECT id FROM orders"))

    assert 0 < given[0] <= 5
    assert [omission.message for omission in found.run_facets[incomplete.KEY].omissions] == [
        "Statement 1 was not understood: the time is over"
    ]


def test_preparing_does_not_make_the_operators_hook(in_dag: Callable[[Any], Any], manager: Any) -> None:
    """An operator that chooses its connection while it runs must not find a hook made before."""
    from lineage_kit.extractors.prepare import prepare

    operator = in_dag(sql_operator("SELECT 1"))
    prepare(_Running(operator), manager)

    assert "_hook" not in vars(operator)


class _Running:
    """What preparing needs of a task instance."""

    def __init__(self, task: Any) -> None:
        self.task = task


def test_comment_does_not_swallow_the_next_statement(extract: Extract, warehouse: Path) -> None:
    """Statements of a list stay apart in the text that is sent."""
    assert warehouse.exists()
    query = extract(sql_operator(["SELECT id FROM orders -- first", "DELETE FROM orders"])).job_facets["sql"].query

    assert query == "SELECT id FROM orders;\nDELETE FROM orders"


def test_hook_without_a_description_is_the_reason(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database in memory has no name; the event says that the hook does not tell one."""
    monkeypatch.setenv("AIRFLOW_CONN_MEMORY", '{"conn_type": "sqlite", "host": ":memory:"}')

    facet = extract(sql_operator("SELECT id FROM orders", conn_id="memory")).run_facets[no_datasets.KEY]

    assert [explanation.reason for explanation in facet.explanations] == ["unsupportedHook"]
