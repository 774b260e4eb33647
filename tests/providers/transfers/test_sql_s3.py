"""Objects in S3 to tables: real operators, a mocked S3, and SQLite or a scripted MySQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.transfers.s3_to_sql import S3ToSqlOperator
from airflow.providers.mysql.hooks.mysql import MySqlHook
from airflow.providers.mysql.transfers.s3_to_mysql import S3ToMySqlOperator
from moto import mock_aws
from support.lineage_facts import columns, counted, names, row_count
from support.scripted_database import ScriptedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="lake")
        client.put_object(Bucket="lake", Key="in/orders.csv", Body=b"1,Ada,10\n2,Bob,5\n")
        yield


def _parse(path: str) -> Iterator[list[str]]:
    with Path(path).open() as lines:
        yield from (line.strip().split(",") for line in lines)


def _s3_to_sql(**arguments: Any) -> S3ToSqlOperator:
    return S3ToSqlOperator(
        task_id="t",
        s3_bucket="lake",
        s3_key="in/orders.csv",
        sql_conn_id="warehouse",
        **{"table": "orders", "parser": _parse, **arguments},
    )


class TestS3ToSql:
    """The operator for any database whose hook inserts rows."""

    @pytest.mark.usefixtures("collect")
    def test_object_and_table_are_on_one_event(self, extract: Callable[..., Any], warehouse: Path) -> None:
        """The input is the object, not the temporary file that the parser is given; the rows are counted."""
        task = _s3_to_sql()

        task.execute({})
        found = extract(task)

        assert names(found.inputs) == [("s3://lake", "in/orders.csv")]
        assert names(found.outputs) == [(f"sqlite://{warehouse}", "orders")]
        assert row_count(found.outputs[0]) == counted(2)
        assert "unknownSourceAttribute" not in found.run_facets

    def test_what_it_will_do_is_known_before(self, extract: Callable[..., Any], warehouse: Path) -> None:
        """Both sides are attributes of the operator; what its parser makes of the columns is not."""
        found = extract(_s3_to_sql(column_list=["id", "customer", "amount"]), "START")

        assert names(found.inputs) == [("s3://lake", "in/orders.csv")]
        assert names(found.outputs) == [(f"sqlite://{warehouse}", "orders")]
        assert columns(found.outputs[0]) == {}
        assert row_count(found.outputs[0]) is None

    @pytest.mark.usefixtures("collect", "warehouse")
    def test_a_failed_load_has_no_row_count(self, extract: Callable[..., Any]) -> None:
        """Rows of an insert that broke off are not counted; what was meant to happen is told."""

        def broken(path: str) -> Iterator[list[str]]:
            yield from _parse(path)
            msg = "bad line"
            raise ValueError(msg)

        task = _s3_to_sql(parser=broken)
        with pytest.raises(ValueError, match="bad line"):
            task.execute({})

        found = extract(task, "FAIL")

        assert [dataset.name for dataset in (*found.inputs, *found.outputs)] == ["in/orders.csv", "orders"]
        assert row_count(found.outputs[0]) is None

    @pytest.mark.usefixtures("collect")
    def test_a_subclass_is_served_too(self, extract: Callable[..., Any], warehouse: Path) -> None:
        """What a user derives from the operator moves data the same way."""

        class Ours(S3ToSqlOperator):
            pass

        task = Ours(
            task_id="t",
            s3_bucket="lake",
            s3_key="in/orders.csv",
            table="orders",
            parser=_parse,
            sql_conn_id="warehouse",
        )

        assert names(extract(task, "START").outputs) == [(f"sqlite://{warehouse}", "orders")]


@pytest.mark.usefixtures("collect")
def test_s3_to_mysql(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that is loaded is a download with a random name; the object is what it is a copy of."""
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", "mysql://me:secret@db.example:3307/shop")
    monkeypatch.setattr(MySqlHook, "get_conn", lambda _self: ScriptedDatabase())
    task = S3ToMySqlOperator(
        task_id="t", s3_source_key="s3://lake/in/orders.csv", mysql_table="orders", mysql_conn_id="shop"
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [("s3://lake", "in/orders.csv")]
    assert names(found.outputs) == [("mysql://db.example:3307", "shop.orders")]
    assert "secret" not in repr(found)
