"""Names that break a rule: why, and what they should be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fresh_python import in_fresh_python

from lineage_kit.datasets.naming import DatasetName, checked, problem_of, suggested
from lineage_kit.exceptions import DeclarationError

#: Namespace, name, a part of the reason, what it should be; None where that is not certain.
WRONG: list[tuple[Any, Any, str, str | None]] = [
    # Schemes.
    ("s3a://lake", "x.csv", "The scheme `s3a` is written `s3`.", "s3://lake x.csv"),
    ("gcs://lake", "x.csv", "The scheme `gcs` is written `gs`.", "gs://lake x.csv"),
    ("S3://lake", "x.csv", "The scheme `S3` is written `s3`.", "s3://lake x.csv"),
    ("postgresql://db:5432", "shop.public.t", "`postgresql` is written `postgres`", "postgres://db:5432 shop.public.t"),
    ("mysql+pymysql://db:3306", "shop.t", "`mysql+pymysql` is written `mysql`", "mysql://db:3306 shop.t"),
    ("jdbc:postgresql://db:5432/shop", "public.t", "is written `postgres`", "postgres://db:5432 shop.public.t"),
    ("abfs://c@a.dfs.core.windows.net", "x", "`abfs` is written `abfss`", "abfss://c@a.dfs.core.windows.net x"),
    ("s3", "lake/x.csv", "The scheme is alone", "s3://lake x.csv"),
    ("postgres", "shop.public.t", "The scheme is alone", None),
    ("bigquery://", "p.d.t", "The namespace is `bigquery` and nothing else.", "bigquery p.d.t"),
    ("analytics", "shop.t", "A namespace is a scheme and what is behind it", None),
    ("foo://bar/", "t", "without a slash at its end", None),
    ("dbt://shop", "orders", "What dbt makes is named as tables of its warehouse", None),
    ("delta://lake", "orders", "A Delta table is named by the folder", None),
    ("iceberg://lake", "orders", "An Iceberg table is named by the folder", None),
    # Servers.
    ("postgres://db", "shop.public.t", "The port is missing.", "postgres://db:5432 shop.public.t"),
    ("postgres://DB.Example:5432", "shop.public.t", "in lower case", "postgres://db.example:5432 shop.public.t"),
    ("postgres://db:5432/", "shop.public.t", "A slash does not belong", "postgres://db:5432 shop.public.t"),
    ("postgres://db:5432/shop", "public.t", "The namespace has no path", "postgres://db:5432 shop.public.t"),
    ("postgres://db:5432/shop", "shop.public.t", "The namespace has no path", "postgres://db:5432 shop.public.t"),
    ("postgres://db:5432/shop", "t", "The namespace has no path", None),
    ("postgres://me:secret@db:5432", "shop.public.t", "A user or a password", "postgres://db:5432 shop.public.t"),
    ("postgres://me:se/cret@db:5432", "shop.public.t", "A user or a password", "postgres://db:5432 shop.public.t"),
    ("jdbc:oracle:thin:me/secret@db", "O.S.T", "A user or a password", None),
    ("jdbc:sqlserver://db;password=secret", "shop.dbo.t", "is written `sqlserver`", None),
    ("snowflake://acme-x.snowflakecomputing.com", "D.S.T", "without .snowflake", "snowflake://acme-x D.S.T"),
    ("snowflake://ACME-X", "D.S.T", "in lower case", "snowflake://acme-x D.S.T"),
    (
        "redshift://wg.123456789012.eu-west-1.redshift-serverless.amazonaws.com:5439",
        "d.s.t",
        "not of the right form",
        "redshift://wg.eu-west-1:5439 d.s.t",
    ),
    ("redshift://c.eu-west-1", "d.s.t", "The port is missing.", "redshift://c.eu-west-1:5439 d.s.t"),
    ("redshift://c:5439", "d.s.t", "not of the right form", None),
    ("kafka://a:9092,b:9092", "orders", "not of the right form", None),
    # Names of tables.
    ("postgres://db:5432", "public.t", "The name has 2 parts, where PostgreSQL has 3.", None),
    ("postgres://db:5432", "t", "The name has 1 part, where PostgreSQL has 3.", None),
    ("mysql://db:3306", "a.b.c", "The name has 3 parts, where MySQL has 2.", None),
    ("postgres://db:5432", "shop..t", "A part of the name is empty.", None),
    ("postgres://db:5432", "/shop/public/t", "A slash does not belong before", "postgres://db:5432 shop.public.t"),
    ("mysql://db:3306", "shop/t", "The name has 1 part", "mysql://db:3306 shop.t"),
    ("sqlserver://db:1433", "shop.dbo.t", "where Azure Synapse has 2", "mssql://db:1433 shop.dbo.t"),
    ("sqlserver://a.sql.azuresynapse.net:1433", "shop.dbo.t", "where Azure Synapse has 2", None),
    ("bigquery", "p:d.t", "The name has 2 parts", "bigquery p.d.t"),
    ("sqlite:///x.db", "main.t", "The name has 2 parts", "sqlite:///x.db t"),
    ("duckdb:///x.db", "main.t", "The name has 2 parts", None),
    ("arn:aws:glue:eu-west-1:12", "d.t", "not of the right form", "arn:aws:glue:eu-west-1:12 table/d/t"),
    ("azurecosmos://h/dbs/d", "t", "not of the right form", "azurecosmos://h/dbs/d colls/t"),
    # Files and objects.
    ("s3://lake", "/x.csv", "A slash does not belong before the name.", "s3://lake x.csv"),
    ("s3://lake", "daily/", "A slash does not belong behind the name.", "s3://lake daily"),
    ("s3://lake/", "x.csv", "A slash does not belong at the end of the namespace.", "s3://lake x.csv"),
    ("s3://lake/daily", "x.csv", "The namespace has no path", "s3://lake daily/x.csv"),
    ("s3://lake", "s3://lake/x.csv", "The name is a whole URI.", "s3://lake x.csv"),
    ("s3://lake", "s3://other/x.csv", "The name is a whole URI.", None),
    ("", "s3://lake/x.csv", "The namespace is empty.", "s3://lake x.csv"),
    ("wasbs://c@a.blob.core.windows.net", "x", "not of the right form", "wasbs://c@a.dfs.core.windows.net x"),
    ("hdfs://namenode", "/a/b", "The port is missing.", "hdfs://namenode:8020 /a/b"),
    ("https://www.example", "x.csv?sig=secret", "A query does not belong", "https://www.example x.csv"),
    ("file", "data/x.csv", "The path is relative", None),
    ("file:///data", "x.csv", "", None),
    # What the OpenLineage provider makes of the URLs of files.
    ("", "/data/x.csv", "The namespace is empty.", "file /data/x.csv"),
    ("file://", "data/x.csv", "A slash does not belong", "file /data/x.csv"),
    ("abfss", "c@a.dfs.core.windows.net/x", "The scheme is alone", "abfss://c@a.dfs.core.windows.net x"),
    ("https", "www.example/x.csv", "The scheme is alone", "https://www.example x.csv"),
    # No names at all.
    ("s3://lake", " ", "The name is empty.", None),
    ("s3://lake", None, "The name is not text.", None),
    (5, "x", "The namespace is not text.", None),
    (" s3://lake", "x", "The namespace has blanks around it.", "s3://lake x"),
]  # fmt: skip


@pytest.mark.parametrize(("namespace", "name", "reason", "meant"), WRONG)
def test_wrong(namespace: Any, name: Any, reason: str, meant: str | None) -> None:
    """The message says why and shows the form; what it should be is said where that is certain, and keeps the rules."""
    with pytest.raises(DeclarationError) as raised:
        checked(namespace, name)

    message = str(raised.value)
    assert reason in message
    assert "The form is: " in message
    assert "secret" not in message
    found = suggested(namespace, name)
    assert (str(found) if found else None) == meant
    assert (f"It should be: {meant}." in message) == (meant is not None)
    assert found is None or checked(found.namespace, found.name) == found


@pytest.mark.parametrize(
    ("namespace", "name"),
    [
        ("cockroach://host:1", "a.b.c.d"),
        ("arn:aws-cn:glue:cn-north-1:12", "table/d/t"),
        ("urn:acme:catalogue", "orders"),
        ("salesforce://acme.example", "Account"),
        ("abfss://workspace@onelake.dfs.fabric.microsoft.com", "lakehouse/Tables/orders"),
        ("redshift://dwh.acme.example:5439", "d.s.t"),
        ("s3://lake", "/"),
        ("s3://lake", "folder//what?#{x}@y.csv"),
        ("oracle://db:1521", "orcl.acme.example.SHOP.ORDERS"),
        ("postgres://db:5432", "shop.public.two words"),
        ("postgres://[2001:db8::1]:5432", "shop.public.t"),
    ],
)
def test_allowed(namespace: str, name: str) -> None:
    """Systems without a rule and everything that a rule does not exclude."""
    assert checked(namespace, name) == DatasetName(namespace, name)
    assert problem_of(namespace, name) is None


def test_hint() -> None:
    """A scheme that nobody knows is allowed; one that is close to it may be meant."""
    problem = problem_of("postgress://db:5432", "shop.public.t")

    assert problem is not None
    assert not problem.wrong
    assert problem.reason == "The scheme `postgress` is not known; maybe `postgres` is meant."
    assert checked("postgress://db:5432", "shop.public.t")
    assert suggested("postgress://db:5432", "shop.public.t") is None


class TestJinja:
    @pytest.mark.parametrize(
        ("namespace", "name"),
        [
            ("postgres://db:5432", "shop.public.t_{{ ds_nodash }}"),
            ("postgres://{{ var.value.host }}:{{ var.value.port }}", "{{ params.db }}.public.t"),
            ("postgres://db:5432", "{{ params.table }}"),
            ("{{ var.value.namespace }}", "shop.public.t"),
            ("redshift://{{ params.cluster }}:5439", "d.s.t"),
            ("s3://lake-{{ params.stage }}", "daily/{{ macros.ds_format(ds, '%Y-%m-%d', '%Y/%m/%d') }}/x.csv"),
            ("file", "{{ params.folder }}/x.csv"),
            ("sqlite://{{ params.file }}", "t"),
            ("pubsub", "topic:{{ params.project }}:orders"),
        ],
    )
    def test_allowed(self, namespace: str, name: str) -> None:
        """A piece of Jinja counts as a word, a path or a host; alone it may become anything."""
        assert checked(namespace, name) == DatasetName(namespace, name)

    @pytest.mark.parametrize(
        ("namespace", "name", "meant"),
        [
            ("s3a://{{ b }}", "/{{ ds }}/x.csv", "s3://{{ b }} {{ ds }}/x.csv"),
            ("postgres://{{ h }}:{{ p }}/", "{{ a.b }}.s.t", "postgres://{{ h }}:{{ p }} {{ a.b }}.s.t"),
            ("postgres://db:5432", "{{ a.b }}.t", None),
        ],
    )
    def test_wrong(self, namespace: str, name: str, meant: str | None) -> None:
        """What stands around the Jinja is checked, and it stays as it is."""
        with pytest.raises(DeclarationError):
            checked(namespace, name)

        found = suggested(namespace, name)
        assert (str(found) if found else None) == meant


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"(s3|postgres|file|bigquery|x)://[a-z:/@?1 ]*")), st.text())
def test_any_text(namespace: str, name: str) -> None:
    """Any text is allowed or refused; what is suggested keeps the rules, and nothing is where nothing is wrong."""
    found = suggested(namespace, name)
    problem = problem_of(namespace, name)

    assert found is None or (problem is not None and problem.wrong)
    assert found is None or problem_of(found.namespace, found.name) is None


def test_import_is_light() -> None:
    """Names need neither Airflow nor OpenLineage."""
    script = 'import lineage_kit.datasets.naming\nanswer(loaded("airflow", "openlineage", "sqlglot", "difflib"))'

    assert in_fresh_python(script) == []
