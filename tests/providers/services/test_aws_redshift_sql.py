"""COPY, UNLOAD and external tables by SQL operators on Redshift connections: the real operator over a scripted one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.hooks.redshift_sql import RedshiftSQLHook
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from support.aws import links
from support.lineage_facts import columns, names
from support.scripted_database import ScriptedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

NAMESPACE = "redshift://tickets.eu-west-1:5439"


class Redshift(ScriptedDatabase):
    """A Redshift whose catalogue is empty, and whose default schema is `public`."""

    def execute(self, sql: str, *arguments: Any, **options: Any) -> Redshift:
        """Answer the questions of extractions."""
        self._answer = [("public",)] if "CURRENT_SCHEMA" in sql.upper() else []
        super().execute(sql, *arguments, **options)
        return self


@pytest.fixture(autouse=True)
def _redshift(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Redshift()
    monkeypatch.setenv("AIRFLOW_CONN_RS", "redshift://me:secret@tickets.abc.eu-west-1.redshift.amazonaws.com:5439/dev")
    monkeypatch.setattr(RedshiftSQLHook, "get_conn", lambda _: database)
    monkeypatch.setattr("lineage_kit.extractors.sql.session.Session.probe", lambda _: None)


def _operator(sql: str) -> SQLExecuteQueryOperator:
    return SQLExecuteQueryOperator(task_id="t", conn_id="rs", sql=sql)


@pytest.mark.parametrize("event", ["START", "COMPLETE"])
def test_copy(extract: Extract, event: str) -> None:
    """The objects are an input beside the table; the provider's parser takes neither."""
    found = extract(_operator("COPY orders FROM 's3://lake/in/orders/' IAM_ROLE default FORMAT AS PARQUET"), event)

    assert names(found.inputs) == [("s3://lake", "in/orders")]
    assert names(found.outputs) == [(NAMESPACE, "dev.public.orders")]


def test_copy_hides_its_credentials(extract: Extract) -> None:
    """They are in the text of the statement."""
    keys = "aws_access_key_id=AKIAX;aws_secret_access_key=V3ryS3cret"

    assert "V3ryS3cret" not in repr(extract(_operator(f"COPY sales.orders FROM 's3://lake/in' CREDENTIALS '{keys}'")))


def test_unload(extract: Extract) -> None:
    """The query in the string is read, and each column leads to the objects."""
    sql = "UNLOAD ('SELECT id, amount FROM sales.orders') TO 's3://lake/out/orders_' IAM_ROLE default PARQUET"

    found = extract(_operator(sql))

    assert names(found.inputs) == [(NAMESPACE, "dev.sales.orders")]
    assert names(found.outputs) == [("s3://lake", "out/orders_")]
    assert columns(found.outputs[0]) == {
        "id": [("dev.sales.orders", "id")],
        "amount": [("dev.sales.orders", "amount")],
    }


def test_an_external_table_says_where_its_data_is(extract: Extract) -> None:
    """A table of Spectrum is the files that it is laid over."""
    sql = "CREATE EXTERNAL TABLE spectrum.orders (id int) STORED AS PARQUET LOCATION 's3://lake/in/orders/'"

    found = extract(_operator(sql))

    assert names(found.outputs) == [(NAMESPACE, "dev.spectrum.orders")]
    assert links(found.outputs[0]) == [("LOCATION", "s3://lake", "in/orders")]
