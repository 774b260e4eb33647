"""Hooks of AWS in the code of a task: what they report to Airflow is on the event of the task, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.hooks import athena, redshift_data
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.standard.operators.python import PythonOperator
from support.aws import REGION, SECRET, aws
from support.lineage_facts import columns, lifecycle, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]
    Run = Callable[[Callable[[], Any]], OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

GLUE = f"awsathena://athena.{REGION}.amazonaws.com"
TICKETS = f"redshift://tickets.{REGION}:5439"


@pytest.fixture
def run(extract: Extract, collect: Callable[..., None]) -> Run:
    """Give a function that runs code in a task and returns the lineage of its end."""
    del collect

    def run_in_task(code: Callable[[], Any]) -> OperatorLineage:
        task = PythonOperator(task_id="t", python_callable=code)
        code()
        return extract(task)

    return run_in_task


def needs_reports(module: Any) -> None:
    """Skip the test where the hook of the installed release does not report its SQL."""
    if not hasattr(module, "send_sql_hook_lineage"):
        pytest.skip(f"the installed release of {module.__name__} reports no SQL")


class TestS3:
    """Objects that `S3Hook` reads and writes."""

    @pytest.fixture(autouse=True)
    def _bucket(self, aws: None) -> None:
        """Have an object `in.csv` in the bucket `lake`."""
        del aws
        boto3.client("s3").create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION})
        boto3.client("s3").put_object(Bucket="lake", Key="in.csv", Body=b"id\n1\n")

    def test_what_is_downloaded_and_written(self, run: Run) -> None:
        """The temporary file in between is nobody's."""

        def copy() -> None:
            hook = S3Hook(aws_conn_id=None)
            hook.download_file("in.csv", "lake")
            hook.load_string("id\n1\n", "out.csv", "lake", replace=True)

        found = run(copy)

        assert names(found.inputs) == [("s3://lake", "in.csv")]
        assert names(found.outputs) == [("s3://lake", "out.csv")]

    @pytest.mark.parametrize(
        "read",
        [
            lambda hook: hook.read_key("in.csv", "lake"),
            lambda hook: hook.get_key("in.csv", "lake"),
            lambda hook: hook.list_keys("lake"),
            lambda hook: hook.delete_objects("lake", "in.csv"),
        ],
        ids=["read_key", "get_key", "list_keys", "delete_objects"],
    )
    def test_what_is_not_reported(self, run: Run, read: Callable[[S3Hook], Any]) -> None:
        """Of these the hook tells nothing, which the documentation says; a release that does makes this test fail."""
        found = run(lambda: read(S3Hook(aws_conn_id=None)))

        assert (found.inputs, found.outputs) == ([], [])


class TestAthena:
    """SQL that `AthenaHook` runs."""

    def query(self, sql: str, **context: str) -> Callable[[], Any]:
        """Return code that starts a query, and does not wait for it."""
        needs_reports(athena)
        return lambda: athena.AthenaHook(aws_conn_id=None).run_query(sql, context, {"OutputLocation": "s3://results/"})

    def test_tables(self, run: Run) -> None:
        """They have the names that `AthenaOperator` gives them; whether the query has ended nobody reports."""
        found = run(self.query("CREATE TABLE gold.daily AS SELECT id, amount AS total FROM raw.orders"))

        assert names(found.inputs) == [(GLUE, "AwsDataCatalog.raw.orders")]
        assert names(found.outputs) == [(GLUE, "AwsDataCatalog.gold.daily")]
        assert columns(found.outputs[0])["total"] == [("AwsDataCatalog.raw.orders", "amount")]
        assert lifecycle(found.outputs[0]) is None
        assert SECRET not in repr(found)

    def test_a_table_without_a_database(self, run: Run) -> None:
        """The hook does not report the context, in which alone its database is."""
        found = run(self.query("SELECT id FROM orders JOIN crm.customers USING (id)", Database="raw"))

        assert names(found.inputs) == [(GLUE, "AwsDataCatalog.crm.customers")]


class TestRedshiftData:
    """SQL that `RedshiftDataHook` runs."""

    def statement(self, sql: Any, **arguments: Any) -> Callable[[], Any]:
        """Return code that starts a statement, and does not wait for it."""
        needs_reports(redshift_data)
        given = {"database": "dev", "cluster_identifier": "tickets", "wait_for_completion": False, **arguments}
        return lambda: redshift_data.RedshiftDataHook(aws_conn_id=None).execute_query(sql=sql, **given)

    def test_tables(self, run: Run) -> None:
        """They have the names that `RedshiftDataOperator` gives them; whether it has ended nobody reports."""
        found = run(self.statement("CREATE TABLE gold.daily AS SELECT id FROM orders"))

        assert names(found.inputs) == [(TICKETS, "dev.public.orders")]
        assert names(found.outputs) == [(TICKETS, "dev.gold.daily")]
        assert lifecycle(found.outputs[0]) is None
        assert SECRET not in repr(found)

    def test_two_servers(self, run: Run) -> None:
        """Statements on different servers are no script, and no table is taken for that of the other."""

        def both() -> None:
            self.statement("SELECT id FROM sales.orders")()
            self.statement("SELECT id FROM sales.orders", cluster_identifier=None, workgroup_name="adhoc")()

        found = run(both)

        tables = [(TICKETS, "dev.sales.orders"), (f"redshift://adhoc.{REGION}:5439", "dev.sales.orders")]
        assert names(found.inputs) == tables
