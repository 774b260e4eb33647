"""SQL over Redshift's Data API: the real operator on a mocked service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from botocore.stub import Stubber
from support.aws import REGION, SECRET, aws, context, links
from support.lineage_facts import columns, lifecycle, names, row_count
from support.releases import TaskDeferred

from lineage_kit.testing import TaskInstanceStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

NAMESPACE = f"redshift://tickets.{REGION}:5439"
INSERT = "INSERT INTO gold.daily (id, total) SELECT id, amount FROM sales.orders WHERE day = :day"


@pytest.fixture(autouse=True)
def _finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the mocked statements be done; moto leaves them running."""
    status = property(lambda _: "FINISHED", lambda *_: None)
    monkeypatch.setattr("moto.redshiftdata.models.Statement.status", status, raising=False)


def _operator(sql: Any = INSERT, **arguments: Any) -> RedshiftDataOperator:
    given = {"database": "dev", "cluster_identifier": "tickets", "aws_conn_id": None, "poll_interval": 1}
    return RedshiftDataOperator(task_id="t", sql=sql, **{**given, **arguments})


class TestOneStatement:
    """A string of SQL."""

    def test_tables_and_columns_are_known_before(self, extract: Extract) -> None:
        """Of parameters the SQL has names only; nobody is asked, and nothing has become of the tables yet."""
        found = extract(_operator(), "START")

        assert names(found.inputs) == [(NAMESPACE, "dev.sales.orders")]
        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]
        assert columns(found.outputs[0])["total"] == [("dev.sales.orders", "amount")]
        assert "externalQuery" not in found.run_facets
        assert found.job_facets["sql"].query == INSERT

    @pytest.mark.usefixtures("collect")
    def test_the_statement_has_its_id(self, extract: Extract, official: Extract) -> None:
        """The operator alone names no dataset; the SQL that its hook reports is not analysed a second time."""
        task = _operator()

        ids = task.execute(context())
        alone = official(task)
        found = extract(task)

        assert not alone.inputs
        assert names(found.inputs) == [(NAMESPACE, "dev.sales.orders")]
        assert found.run_facets["externalQuery"].externalQueryId == ids[0]
        assert found.run_facets["externalQuery"].source == NAMESPACE
        assert row_count(found.outputs[0]) is None
        assert "unknownSourceAttribute" not in found.run_facets
        assert SECRET not in repr(found)

    def test_nothing_is_asked_of_redshift(self, extract: Extract) -> None:
        """A stubbed client fails at every request that is not expected."""
        task = _operator()
        task.execute(context())

        with Stubber(task.hook.conn):
            found = extract(task)

        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]
        assert "lineageKit_incomplete" not in found.run_facets

    def test_a_failed_statement_has_its_id_too(self, extract: Extract) -> None:
        """The operator keeps the id before it waits."""
        task = _operator()
        task.statement_id = "5f0a"

        found = extract(task, "FAIL")

        assert found.run_facets["externalQuery"].externalQueryId == "5f0a"
        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]

    @pytest.mark.parametrize(("wait", "change"), [(True, "CREATE"), (False, None)])
    def test_what_became_of_a_table_is_known_if_the_task_has_waited(
        self, extract: Extract, wait: bool, change: str | None
    ) -> None:
        """Without waiting, Redshift has taken the statement, and may fail with it."""
        task = _operator("CREATE TABLE gold.new AS SELECT id FROM sales.orders", wait_for_completion=wait)

        task.execute(context())

        assert lifecycle(extract(task).outputs[0]) == change

    @pytest.mark.parametrize(
        ("sql", "name"),
        [
            ("SELECT * FROM orders", "dev.public.orders"),
            ("SET search_path TO sales; SELECT * FROM orders", "dev.sales.orders"),
            (["SET search_path TO sales", "SELECT * FROM orders"], "dev.sales.orders"),
        ],
    )
    def test_a_table_without_a_schema(self, extract: Extract, sql: Any, name: str) -> None:
        """It is where the SQL says, or else in Redshift's default; only the server knows better, and is not asked."""
        assert names(extract(_operator(sql), "START").inputs) == [(NAMESPACE, name)]

    def test_a_schema_that_is_computed(self, extract: Extract) -> None:
        """Nobody knows it, so that the table has no name; others keep theirs."""
        sql = [
            "SELECT set_config('search_path', 'sa' || 'les', false)",
            "SELECT * FROM orders JOIN gold.daily USING (id)",
        ]

        assert names(extract(_operator(sql), "START").inputs) == [(NAMESPACE, "dev.gold.daily")]

    def test_a_workgroup_is_named_like_a_cluster(self, extract: Extract) -> None:
        """So are connections to it by its host name."""
        task = _operator(cluster_identifier=None, workgroup_name="adhoc", region_name="us-east-2")

        assert names(extract(task, "START").inputs) == [("redshift://adhoc.us-east-2:5439", "dev.sales.orders")]

    def test_a_session_alone_names_no_table(self, extract: Extract) -> None:
        """Cluster and database are those of the task that opened it."""
        task = _operator(
            cluster_identifier=None,
            database=None,
            session_id="7bd4a0a5-4e09-4d4f-9b0f-6f5c2f0f6f1e",
            sql="SELECT 1 FROM a",
        )
        task.statement_id = "5f0a"

        found = extract(task)

        assert not found.inputs
        assert found.run_facets["lineageKit_noDatasets"].explanations[0].reason == "unsupportedHook"
        assert found.run_facets["externalQuery"].externalQueryId == "5f0a"


class TestFiles:
    """COPY, UNLOAD and external tables."""

    def test_copy(self, extract: Extract) -> None:
        """The objects are an input; the keys are in the text of the statement, and nowhere else."""
        keys = "aws_access_key_id=AKIAX;aws_secret_access_key=V3ryS3cret"

        found = extract(_operator(f"COPY sales.orders FROM 's3://lake/in/orders/' CREDENTIALS '{keys}'"))

        assert names(found.inputs) == [("s3://lake", "in/orders")]
        assert names(found.outputs) == [(NAMESPACE, "dev.sales.orders")]
        assert "V3ryS3cret" not in repr(found)

    def test_unload(self, extract: Extract) -> None:
        """The query inside the string is read, too."""
        found = extract(
            _operator("UNLOAD ('SELECT id, amount FROM sales.orders') TO 's3://lake/out/orders_' IAM_ROLE default")
        )

        assert names(found.inputs) == [(NAMESPACE, "dev.sales.orders")]
        assert names(found.outputs) == [("s3://lake", "out/orders_")]
        assert columns(found.outputs[0])["amount"] == [("dev.sales.orders", "amount")]

    def test_an_external_table_says_where_its_data_is(self, extract: Extract) -> None:
        """So that it meets those who read or write the files."""
        sql = "CREATE EXTERNAL TABLE spectrum.orders (id int) STORED AS PARQUET LOCATION 's3://lake/in/orders/'"

        found = extract(_operator(sql), "START")

        assert names(found.outputs) == [(NAMESPACE, "dev.spectrum.orders")]
        assert links(found.outputs[0]) == [("LOCATION", "s3://lake", "in/orders")]


class TestCatalogue:
    """Tables outside Redshift that a query only reads."""

    def test_of_the_glue_data_catalog(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Redshift shows it as a database; Athena and Glue have other names for its tables."""
        role = "arn:aws:iam::123456789012:role/airflow"
        monkeypatch.setenv("AIRFLOW_CONN_LAKE", f'{{"conn_type": "aws", "extra": {{"role_arn": "{role}"}}}}')
        task = _operator("INSERT INTO gold.daily SELECT id FROM awsdatacatalog.raw.orders", aws_conn_id="lake")

        found = extract(task, "START")

        assert names(found.inputs) == [(NAMESPACE, "awsdatacatalog.raw.orders")]
        assert links(found.inputs[0]) == [
            ("TABLE", f"awsathena://athena.{REGION}.amazonaws.com", "AwsDataCatalog.raw.orders"),
            ("TABLE", f"arn:aws:glue:{REGION}:123456789012", "table/raw/orders"),
        ]
        assert links(found.outputs[0]) == []

    def test_without_an_account(self, extract: Extract) -> None:
        """Only AWS could tell it."""
        found = extract(_operator("SELECT id FROM awsdatacatalog.raw.orders"), "START")

        assert links(found.inputs[0]) == [
            ("TABLE", f"awsathena://athena.{REGION}.amazonaws.com", "AwsDataCatalog.raw.orders")
        ]

    def test_of_spectrum(self, extract: Extract) -> None:
        """Where its data is, is known if the same SQL has laid it over the files."""
        made = "CREATE EXTERNAL TABLE spectrum.orders (id int) STORED AS PARQUET LOCATION 's3://lake/in/orders/'"

        found = extract(_operator([made, "INSERT INTO gold.daily SELECT id FROM spectrum.orders"]), "START")

        read = {each.name: links(each) for each in found.inputs}
        assert read["dev.spectrum.orders"] == [("LOCATION", "s3://lake", "in/orders")]


class TestBatch:
    """A list of statements, which Redshift runs one after the other in one session."""

    SQL = ("CREATE TEMP TABLE today AS SELECT id FROM sales.orders", "INSERT INTO gold.daily SELECT id FROM today")

    def test_it_is_one_script(self, extract: Extract) -> None:
        """The temporary table stands for what it was made of; the id is that of the batch."""
        task = _operator(list(self.SQL))
        with Stubber(task.hook.conn) as stub:
            stub.add_response("batch_execute_statement", {"Id": "5f0a"})
            finished = {"Id": "5f0a", "Status": "FINISHED", "SubStatements": [{"Id": "5f0a:1"}, {"Id": "5f0a:2"}]}
            stub.add_response("describe_statement", finished)
            stub.add_response("describe_statement", finished)
            assert task.execute(context()) == ["5f0a:1", "5f0a:2"]
            found = extract(task)

        assert names(found.inputs) == [(NAMESPACE, "dev.sales.orders")]
        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]
        assert found.run_facets["externalQuery"].externalQueryId == "5f0a"
        assert found.job_facets["sql"].query == ";\n".join(self.SQL)


class TestDeferred:
    """The operator that ends the task is not the one that began it."""

    def test_the_id_is_in_what_it_returned(self, extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
        """Statements of a batch are numbered behind the batch's id."""
        monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: ["5f0a:1", "5f0a:2"], raising=False)

        found = extract(_operator(list(TestBatch.SQL), deferrable=True))

        assert found.run_facets["externalQuery"].externalQueryId == "5f0a"
        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]

    def test_results_have_no_id(self, extract: Extract) -> None:
        """They may be large, and are not looked at."""
        found = extract(_operator(deferrable=True, return_sql_result=True))

        assert "externalQuery" not in found.run_facets
        assert names(found.outputs) == [(NAMESPACE, "dev.gold.daily")]

    def test_what_it_will_read_is_told_before_it_defers(self, extract: Extract) -> None:
        """START is the event of the operator's first process."""
        task = _operator(deferrable=True)
        with Stubber(task.hook.conn) as stub:
            stub.add_response("execute_statement", {"Id": "5f0a"})
            stub.add_response("describe_statement", {"Id": "5f0a", "Status": "STARTED"})
            with pytest.raises(TaskDeferred):
                task.execute(context())

        assert names(extract(task, "START").inputs) == [(NAMESPACE, "dev.sales.orders")]
