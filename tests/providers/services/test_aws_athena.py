"""Queries of Athena: the real operator on a mocked service, which describes tables only where a test says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from botocore.stub import Stubber
from support.aws import REGION, SECRET, aws, context, links
from support.lineage_facts import columns, lifecycle, names
from support.releases import TaskDeferred

from lineage_kit.extractors.aws import Place
from lineage_kit.extractors.services import athena
from lineage_kit.extractors.sql import lineage
from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

NAMESPACE = f"awsathena://athena.{REGION}.amazonaws.com"
QUERY = "WITH paid AS (SELECT id, amount FROM orders) SELECT id, sum(amount) AS total FROM paid GROUP BY id"
ORDERS = {
    "CatalogName": "AwsDataCatalog",
    "DatabaseName": "raw",
    "TableName": "orders",
}


def _operator(query: str = QUERY, **arguments: Any) -> AthenaOperator:
    given = {"database": "raw", "output_location": "s3://results/ath/", "aws_conn_id": None, "sleep_time": 0}
    return AthenaOperator(task_id="t", query=query, **{**given, **arguments})


def _described(**metadata: Any) -> dict[str, Any]:
    return {"TableMetadata": {"Name": "orders", **metadata}}


class TestWithoutMetadata:
    """Views, tables of federated catalogues, and roles that may not read the catalogue."""

    @pytest.mark.usefixtures("collect")
    def test_tables_are_told_all_the_same(self, extract: Extract, official: Extract) -> None:
        """The operator alone leaves them out, and names the output so that no reader meets it."""
        task = _operator()

        query_id = task.execute(context())
        alone = official(task)
        found = extract(task)

        assert (names(alone.inputs), names(alone.outputs)) == ([], [("s3://results", "/ath/")])
        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert names(found.outputs) == [("s3://results", "ath")]
        assert found.run_facets["externalQuery"].externalQueryId == query_id
        assert found.run_facets["externalQuery"].source == "awsathena"
        assert "schema" in {each.part for each in found.run_facets["lineageKit_incomplete"].omissions}
        assert SECRET not in repr(found)

    def test_results_have_column_lineage(self, extract: Extract) -> None:
        """The rows of the query are what stands in the output location."""
        assert columns(extract(_operator(), "START").outputs[0])["total"] == [("AwsDataCatalog.raw.orders", "amount")]

    def test_nothing_is_asked_before(self, extract: Extract) -> None:
        """A stubbed client fails at every request; the names need none."""
        task = _operator()

        with Stubber(task.hook.conn):
            found = extract(task, "START")

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert "lineageKit_incomplete" not in found.run_facets
        assert "externalQuery" not in found.run_facets

    def test_a_failed_query(self, extract: Extract) -> None:
        """It has its id, and nothing has become of the table that it was to make."""
        task = _operator("CREATE TABLE gold.daily AS SELECT id FROM orders")
        task.query_execution_id = "q1"

        found = extract(task, "FAIL")

        assert found.run_facets["externalQuery"].externalQueryId == "q1"
        assert names(found.outputs) == [(NAMESPACE, "AwsDataCatalog.gold.daily"), ("s3://results", "ath")]
        assert lifecycle(found.outputs[0]) is None


class TestWithMetadata:
    """What `get_table_metadata` answers, in its own shape."""

    def test_it_enriches_the_table(self, extract: Extract) -> None:
        """Columns with their comments, partition keys at the end, and the location, which is what others read."""
        task = _operator("SELECT * FROM Orders")
        told = _described(
            Columns=[{"Name": "id", "Type": "int", "Comment": "number of the order"}],
            PartitionKeys=[{"Name": "day", "Type": "date"}],
            Parameters={"location": "s3://lake/raw/orders/"},
        )
        with Stubber(task.hook.conn) as stub:
            stub.add_response("get_table_metadata", told, ORDERS)
            found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert links(found.inputs[0]) == [("LOCATION", "s3://lake", "raw/orders")]
        fields = found.inputs[0].facets["schema"].fields
        assert [(field.name, field.type, field.description) for field in fields] == [
            ("id", "int", "number of the order"),
            ("day", "date", None),
        ]
        assert columns(found.outputs[0]) == {
            "id": [("AwsDataCatalog.raw.orders", "id")],
            "day": [("AwsDataCatalog.raw.orders", "day")],
        }

    def test_a_table_without_a_location_stays(self, extract: Extract) -> None:
        """Athena describes views without any."""
        task = _operator()
        with Stubber(task.hook.conn) as stub:
            stub.add_response("get_table_metadata", _described(Columns=[{"Name": "id", "Type": "int"}]), ORDERS)
            found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert links(found.inputs[0]) == []

    def test_a_table_is_asked_for_once(self, extract: Extract) -> None:
        """Even where it is read and written; the operator alone asks twice."""
        task = _operator("INSERT INTO orders SELECT id FROM raw.orders")
        with Stubber(task.hook.conn) as stub:
            stub.add_response("get_table_metadata", _described(Columns=[{"Name": "id", "Type": "int"}]), ORDERS)
            found = extract(task)
            stub.assert_no_pending_responses()

        assert "lineageKit_incomplete" not in found.run_facets
        assert columns(found.outputs[0]) == {"id": [("AwsDataCatalog.raw.orders", "id")]}

    def test_no_schema_is_asked_for_where_nobody_wants_it(
        self, extract: Extract, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`disabled_parts` names it."""
        monkeypatch.setenv("AIRFLOW__LINEAGE_KIT__DISABLED_PARTS", "schema")
        task = _operator()
        with Stubber(task.hook.conn):
            found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert "lineageKit_incomplete" not in found.run_facets


class TestNotUnderstood:
    """The operator's parser takes some statements that the engine refuses."""

    @pytest.fixture(autouse=True)
    def _refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the engine meet what it does not understand."""
        monkeypatch.setattr(lineage, "analyze", lambda sql, **known: analyze(f"{sql} FETCH FETCH (((", **known))

    def test_nothing_is_asked_twice(self, extract: Extract) -> None:
        """The operator asks once for what is read and once for what is written; nobody asks again."""
        task = _operator("INSERT INTO Daily SELECT id FROM Raw.Orders")
        told = {"Columns": [{"Name": "id", "Type": "int"}], "Parameters": {"location": "s3://lake/raw/orders/"}}
        with Stubber(task.hook.conn) as stub:
            stub.add_response("get_table_metadata", _described(**told))
            stub.add_client_error("get_table_metadata", "MetadataException")
            found = extract(task)
            stub.assert_no_pending_responses()

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert links(found.inputs[0]) == [("LOCATION", "s3://lake", "raw/orders")]
        assert [field.name for field in found.inputs[0].facets["schema"].fields] == ["id"]
        assert names(found.outputs) == [(NAMESPACE, "AwsDataCatalog.raw.daily"), ("s3://results", "ath")]
        assert {each.cause for each in found.run_facets["lineageKit_incomplete"].omissions} == {"sqlNotUnderstood"}

    def test_tables_have_their_names_in_glue(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Beside the place of their data, where the connection's role tells the account."""
        monkeypatch.setattr(athena, "place_of", lambda *_: Place(REGION, "123456789012"))
        task = _operator("SELECT id FROM orders")
        with Stubber(task.hook.conn) as stub:
            stub.add_response("get_table_metadata", _described(Columns=[], Parameters={"location": "s3://lake/raw/"}))
            found = extract(task)

        assert set(links(found.inputs[0])) == {
            ("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders"),
            ("LOCATION", "s3://lake", "raw"),
        }


class TestStatements:
    """What Athena writes beside its results."""

    def test_create_table_as(self, extract: Extract) -> None:
        """The new table and its location are outputs, and the same thing."""
        query = (
            "CREATE TABLE gold.daily WITH (format = 'PARQUET', external_location = 's3://lake/gold/daily/') "
            "AS SELECT id, amount FROM raw.orders"
        )
        task = _operator(query)

        task.execute(context())
        found = extract(task)

        table, location, results = found.outputs
        assert names(found.outputs) == [
            (NAMESPACE, "AwsDataCatalog.gold.daily"),
            ("s3://lake", "gold/daily"),
            ("s3://results", "ath"),
        ]
        assert columns(table)["amount"] == [("AwsDataCatalog.raw.orders", "amount")]
        assert links(table) == [("LOCATION", "s3://lake", "gold/daily")]
        assert lifecycle(table) == "CREATE"
        assert columns(results) == columns(location) == {}

    def test_unload(self, extract: Extract) -> None:
        """Its location is an output with column lineage."""
        query = "UNLOAD (SELECT id FROM raw.orders) TO 's3://lake/out/' WITH (format = 'PARQUET')"

        found = extract(_operator(query, output_location=None), "START")

        assert names(found.outputs) == [("s3://lake", "out")]
        assert columns(found.outputs[0]) == {"id": [("AwsDataCatalog.raw.orders", "id")]}

    def test_an_external_table_on_files(self, extract: Extract) -> None:
        """What it is laid over is its location, and is read."""
        query = "CREATE EXTERNAL TABLE IF NOT EXISTS raw.orders (id int) LOCATION 's3://lake/raw/orders/'"

        found = extract(_operator(query, output_location=None), "START")

        assert names(found.inputs) == [("s3://lake", "raw/orders")]
        assert names(found.outputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert links(found.outputs[0]) == [("LOCATION", "s3://lake", "raw/orders")]

    def test_one_that_is_not_understood(self, extract: Extract) -> None:
        """The operator's parser is asked, too; whatever it finds, the output has the joinable name only."""
        task = _operator("EXECUTE daily USING 1")

        found = extract(task)

        assert names(found.outputs) == [("s3://results", "ath")]
        assert "sqlNotUnderstood" in {each.cause for each in found.run_facets["lineageKit_incomplete"].omissions}


class TestNames:
    """The same table has one name, however it is spelled."""

    @pytest.mark.parametrize("table", ["orders", "raw.Orders", '"awsdatacatalog"."raw"."orders"'])
    def test_of_the_glue_catalogue(self, extract: Extract, table: str) -> None:
        """Athena compares without regard to case."""
        found = extract(_operator(f"SELECT id FROM {table}"), "START")

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]

    def test_of_another_catalogue(self, extract: Extract) -> None:
        """It has a name of its own, and none in Glue."""
        task = _operator("SELECT id FROM orders", catalog="lakehouse", region_name="us-east-2")

        assert names(extract(task, "START").inputs) == [
            ("awsathena://athena.us-east-2.amazonaws.com", "lakehouse.raw.orders")
        ]

    def test_in_glue(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """The role that the connection assumes tells the account."""
        role = "arn:aws:iam::123456789012:role/airflow"
        monkeypatch.setenv("AIRFLOW_CONN_LAKE", f'{{"conn_type": "aws", "extra": {{"role_arn": "{role}"}}}}')

        found = extract(_operator(aws_conn_id="lake"), "START")

        assert links(found.inputs[0]) == [("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders")]

    def test_without_a_database(self, extract: Extract) -> None:
        """Athena refuses such a query, and nobody else knows the table either."""
        found = extract(_operator(database=None, output_location=None), "START")

        assert not found.inputs

    def test_the_context_may_name_database_and_location(self, extract: Extract) -> None:
        """As the API has them."""
        task = _operator(
            database=None,
            output_location=None,
            query_execution_context={"Database": "raw"},
            result_configuration={"OutputLocation": "s3://results"},
        )

        found = extract(task, "START")

        assert names(found.inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]
        assert names(found.outputs) == [("s3://results", "/")]

    def test_without_a_region_there_is_none(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would be nobody's; the operator alone knows no better."""
        monkeypatch.delenv("AWS_DEFAULT_REGION")

        assert not extract(_operator()).inputs


def test_before_it_defers(extract: Extract) -> None:
    """START says what it reads; afterwards the operator's own `execute_complete` keeps the id."""
    task = _operator(deferrable=True)
    with pytest.raises(TaskDeferred):
        task.execute(context())
    assert names(extract(task, "START").inputs) == [(NAMESPACE, "AwsDataCatalog.raw.orders")]

    resumed = _operator(deferrable=True)
    resumed.execute_complete({}, {"status": "success", "value": "q1"})

    assert extract(resumed).run_facets["externalQuery"].externalQueryId == "q1"


def test_a_subclass_with_its_own_methods_speaks_for_itself(extract: Extract) -> None:
    """Corrections are of the provider's methods only."""

    class Silent(AthenaOperator):
        def get_openlineage_facets_on_complete(self, _: Any) -> Any:
            """Say nothing."""

    task = Silent(task_id="t", query=QUERY, database="raw", aws_conn_id=None)

    assert not extract(task).inputs
