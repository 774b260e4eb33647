"""What connections to servers say about the names of tables: one row for each system."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from airflow.models.connection import Connection
from hypothesis import given
from hypothesis import strategies as st

from lineage_kit.datasets.databases import describe_database
from lineage_kit.datasets.databases.systems import SYSTEMS, authority_of
from lineage_kit.sql.dialects import known_dialects

#: Connection type, what it says beside the host, and the dataset of table `t`; None where it has no name.
CONNECTIONS = [
    ("clickhouse", {}, "clickhouse://h:8123 default.t"),
    ("clickhouse", {"schema": "mart"}, "clickhouse://h:8123 mart.t"),
    ("drill", {}, "drill://h:8047 dfs.t"),
    ("drill", {"extra": {"storage_plugin": "cp"}}, "drill://h:8047 cp.t"),
    ("druid", {"extra": {"schema": "https"}}, "druid://h:8082 druid.t"),
    ("elasticsearch", {"schema": "http"}, "elasticsearch://h:9200 t"),
    ("exasol", {}, None),
    ("exasol", {"schema": "mart"}, "exasol://h:8563 MART.t"),
    ("hiveserver2", {}, "hive://h:10000 default.t"),
    ("hiveserver2", {"schema": "Mart"}, "hive://h:10000 mart.t"),
    ("hive_cli", {"schema": "mart", "extra": {"use_beeline": True}}, "hive://h:10000 mart.t"),
    ("hive_cli", {"schema": "mart"}, None),
    ("hive_cli", {"extra": {"use_beeline": True, "high_availability": True}}, None),
    ("ibmdb2", {"schema": "sample"}, None),
    ("ibmdb2", {"schema": "sample", "login": "airflow"}, "db2://h:50000 sample.AIRFLOW.t"),
    (
        "ibmdb2",
        {"schema": "sample", "login": "airflow", "extra": {"CurrentSchema": "mart"}},
        "db2://h:50000 sample.MART.t",
    ),
    ("impala", {}, "impala://h:21050 default.t"),
    ("impala", {"schema": "mart"}, "impala://h:21050 mart.t"),
    ("oracle", {"login": "scott", "extra": {"sid": "ORCL"}}, "oracle://h:1521 ORCL.SCOTT.t"),
    ("oracle", {"login": "scott", "schema": "x", "extra": {"sid": "ORCL"}}, "oracle://h:1521 ORCL.SCOTT.t"),
    (
        "oracle",
        {"login": "scott", "schema": "mart", "extra": {"service_name": "dwh"}},
        "oracle://h:1521 dwh.MART.t",
    ),
    ("oracle", {"login": "scott"}, None),
    ("pinot", {"extra": {"schema": "https"}}, "pinot://h:8099 default.t"),
    ("presto", {}, None),
    ("presto", {"schema": "mart"}, "presto://h:8080 hive.mart.t"),
    ("presto", {"schema": "mart", "extra": {"catalog": "iceberg"}}, "presto://h:8080 iceberg.mart.t"),
    ("teradata", {}, None),
    ("teradata", {"schema": "mart"}, "teradata://h:1025 mart.t"),
    ("vertica", {}, None),
    ("vertica", {"schema": "dwh"}, "vertica://h:5433 dwh.public.t"),
    ("ydb", {}, None),
    ("ydb", {"extra": {"database": "/local"}}, "ydb://h:2135 /local/t"),
    ("athena", {}, None),
    (
        "athena",
        {"extra": {"region_name": "eu-west-1"}},
        "awsathena://athena.eu-west-1.amazonaws.com AwsDataCatalog.default.t",
    ),
    ("gcpbigquery", {"extra": {"project": "p"}}, None),
]


def connection(conn_type: str, host: str | None = "h", extra: dict[str, Any] | None = None, **parts: Any) -> Connection:
    """Return a connection."""
    return Connection(conn_id="c", conn_type=conn_type, host=host, extra=json.dumps(extra or {}), **parts)


def table(found: Any, *parts: str) -> str | None:
    """Return the dataset of a table as text."""
    database, schema, name = [None, None, *parts][-3:]
    dataset = found.dataset_name(database, schema, name) if found else None
    return str(dataset) if dataset else None


@pytest.mark.parametrize(("conn_type", "says", "dataset"), CONNECTIONS)
def test_table_alone(conn_type: str, says: dict[str, Any], dataset: str | None) -> None:
    """The connection completes the name; where it cannot, there is none."""
    assert table(describe_database(connection(conn_type, **says)), "t") == dataset


@pytest.mark.parametrize(("conn_type", "says"), [row[:2] for row in CONNECTIONS if row[2]])
def test_two_tables_of_one_name(conn_type: str, says: dict[str, Any]) -> None:
    """What a statement says before the table's name is kept, so that two tables of one name stay two."""
    found = describe_database(connection(conn_type, **says))

    assert table(found, "s1", "t") != table(found, "s2", "t")


@pytest.mark.parametrize(
    ("conn_type", "parts", "dataset"),
    [
        ("drill", ("cp", "employee.json"), "drill://h:8047 cp.employee.json"),
        ("drill", ("dfs", "tmp", "t"), "drill://h:8047 dfs.tmp.t"),
        ("druid", ("sys", "segments"), "druid://h:8082 sys.segments"),
        ("presto", ("s", "t"), "presto://h:8080 hive.s.t"),
        ("presto", ("c", "s", "t"), "presto://h:8080 c.s.t"),
        ("teradata", ("db", "t"), "teradata://h:1025 db.t"),
        ("gcpbigquery", ("p", "s", "t"), "bigquery p.s.t"),
        ("gcpbigquery", ("s", "t"), None),
    ],
)
def test_table_with_more(conn_type: str, parts: tuple[str, ...], dataset: str | None) -> None:
    """Names with more parts need less of the connection."""
    assert table(describe_database(connection(conn_type)), *parts) == dataset


@pytest.mark.parametrize("prefix", ["", "extra__google_cloud_platform__"])
@pytest.mark.parametrize(
    ("extra", "hook", "dataset"),
    [
        ({"project": "p"}, None, "bigquery p.s.t"),
        ({"keyfile_dict": {"project_id": "q"}}, None, "bigquery q.s.t"),
        ({"keyfile_dict": '{"project_id": "q"}'}, None, "bigquery q.s.t"),
        ({"keyfile_dict": {"project_id": "q"}, "project": "p"}, None, "bigquery p.s.t"),
        ({"keyfile_dict": {"project_id": "q"}, "impersonation_chain": "a@p.example"}, None, None),
        ({"keyfile_dict": {"project_id": "q"}}, SimpleNamespace(impersonation_chain=["a@p.example"]), None),
    ],
)
def test_project_of_bigquery(extra: dict[str, Any], hook: Any, dataset: str | None, prefix: str) -> None:
    """It is in the connection, or in the key of the account there; an impersonated account has one of its own."""
    named = {f"{prefix}{name}": value for name, value in extra.items()}

    assert table(describe_database(connection("gcpbigquery", extra=named), hook), "s", "t") == dataset


SERVERS = sorted({row[0] for row in CONNECTIONS} - {"athena", "gcpbigquery"})
#: What these connections need, beside the host, to tell the name of any table.
NEEDED = {"extra": {"use_beeline": True, "database": "/local", "sid": "x"}, "schema": "s", "login": "u"}


@pytest.mark.parametrize("conn_type", SERVERS)
@pytest.mark.parametrize("host", [None, "", " ", "a b", "@"])
def test_without_a_host(conn_type: str, host: str | None) -> None:
    """Without a host there is no name that others could know."""
    assert describe_database(connection(conn_type, host, **NEEDED)) is None


@pytest.mark.parametrize("conn_type", SERVERS)
@pytest.mark.parametrize(
    ("host", "port", "authority"),
    [
        ("DB.Example.com", 4711, "db.example.com:4711"),
        ("10.0.0.7", 4711, "10.0.0.7:4711"),
        ("::1", 4711, "[::1]:4711"),
        ("[2001:DB8::1]", 4711, "[2001:db8::1]:4711"),
        ("user:hush-hush@db", 4711, "db:4711"),
        ("https://db/path?x=1", 4711, "db:4711"),
        ("db:4711", None, "db:4711"),
    ],
)
def test_host_and_port(conn_type: str, host: str, port: int | None, authority: str) -> None:
    """Hosts are in lower case, IPv6 addresses in brackets; users and passwords stay out."""
    found = describe_database(connection(conn_type, host, port=port, **NEEDED))

    assert found is not None
    assert found.namespace.partition("://")[2] == authority


@pytest.mark.parametrize("conn_type", SERVERS)
def test_dialect_is_known(conn_type: str) -> None:
    """The engine has a grammar for the SQL of every system; that of Elasticsearch is plain."""
    found = describe_database(connection(conn_type, **NEEDED))

    assert found is not None
    assert found.dialect in {*known_dialects(), "generic"}


@given(
    conn_type=st.sampled_from(SERVERS),
    host=st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
    port=st.integers(1, 65535),
    password=st.text(st.characters(exclude_categories=["Cs"]), min_size=8).map(lambda text: f"hush{text}"),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_names(conn_type: str, host: str, port: int, password: str, name: str) -> None:
    """Whatever the password and the table: the namespace is the server, the name ends with the table's."""
    found = describe_database(connection(conn_type, host, port=port, password=password, **NEEDED))
    dataset = found.dataset_name(None, "s", name) if found else None

    assert dataset is not None
    assert dataset.namespace.partition("://")[2] == f"{host}:{port}"
    assert dataset.name.endswith(name)


@given(st.text(max_size=30), st.none() | st.integers(1, 65535))
def test_any_host(host: str, port: int | None) -> None:
    """Any text is a host or none; what comes out has no space and no user."""
    authority = authority_of(host, port)

    assert authority is None or (authority and not set(authority) & set(" @/?#;"))


@given(st.text(max_size=20), st.text(max_size=20))
def test_credentials_in_a_host(user: str, password: str) -> None:
    """What stands before the host in a URL is not part of it."""
    assert authority_of(f"https://{quote(user, safe='')}:{quote(password, safe='')}@db/x", 443) == "db:443"


@pytest.mark.parametrize("system", SYSTEMS)
def test_scheme_is_that_of_the_system(system: str) -> None:
    """Systems are found by the scheme of their namespaces."""
    assert SYSTEMS[system].scheme == system
