"""The table of naming rules: names are made, and read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_kit.datasets.databases.files import FileDatabase, file_database
from lineage_kit.datasets.databases.systems import SYSTEMS
from lineage_kit.datasets.naming import DatasetName, Parsed, checked, from_uri, named, parsed, suggested
from lineage_kit.datasets.naming.rulebook import ELSEWHERE, RULES, rules_by_system
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from lineage_kit.datasets.naming.rules import Rule

SERVER = {"host": "h", "port": "1"}
THREE = {"database": "d", "schema": "s", "table": "t"}
TWO = {"database": "d", "table": "t"}

#: System, parts, namespace, name.
NAMES: list[tuple[str, dict[str, str], str, str]] = [
    (
        "athena",
        {"region": "eu-west-1", "catalog": "AwsDataCatalog", **TWO},
        "awsathena://athena.eu-west-1.amazonaws.com",
        "AwsDataCatalog.d.t",
    ),
    (
        "athena",
        {"region": "cn-north-1", "country": "cn", "catalog": "c", **TWO},
        "awsathena://athena.cn-north-1.amazonaws.com.cn",
        "c.d.t",
    ),
    ("glue", {"region": "eu-west-1", "account": "12", **TWO}, "arn:aws:glue:eu-west-1:12", "table/d/t"),
    ("redshift", {"cluster": "c", "region": "eu-west-1", "port": "1", **THREE}, "redshift://c.eu-west-1:1", "d.s.t"),
    ("redshift_host", {"host": "dwh.acme.example", "port": "1", **THREE}, "redshift://dwh.acme.example:1", "d.s.t"),
    ("snowflake", {"account": "org-account", **THREE}, "snowflake://org-account", "d.s.t"),
    ("snowflake", {"account": "xy12345.us-east-2.aws", **THREE}, "snowflake://xy12345.us-east-2.aws", "d.s.t"),
    ("snowflake", {"account": "xy1.fhplus.us-gov.aws", **THREE}, "snowflake://xy1.fhplus.us-gov.aws", "d.s.t"),
    ("bigquery", {"project": "p", "dataset": "d", "table": "t"}, "bigquery", "p.d.t"),
    ("bigquery", {"project": "a.b:p", "dataset": "d", "table": "t$1"}, "bigquery", "a.b:p.d.t$1"),
    ("postgres", {**SERVER, **THREE}, "postgres://h:1", "d.s.t"),
    ("postgres", {"host": "[2001:db8::1]", "port": "1", **THREE}, "postgres://[2001:db8::1]:1", "d.s.t"),
    ("trino", {**SERVER, "catalog": "c", "schema": "s", "table": "t"}, "trino://h:1", "c.s.t"),
    ("crate", {**SERVER, **THREE}, "crate://h:1", "d.s.t"),
    ("db2", {**SERVER, **THREE}, "db2://h:1", "d.s.t"),
    ("mysql", {**SERVER, **TWO}, "mysql://h:1", "d.t"),
    ("hive", {**SERVER, **TWO}, "hive://h:1", "d.t"),
    ("teradata", {**SERVER, **TWO}, "teradata://h:1", "d.t"),
    ("oceanbase", {**SERVER, **TWO}, "oceanbase://h:1", "d.t"),
    ("oracle", {**SERVER, "service": "x.acme", "schema": "s", "table": "t"}, "oracle://h:1", "x.acme.s.t"),
    ("mssql", {**SERVER, **THREE}, "mssql://h:1", "d.s.t"),
    ("synapse", {**SERVER, "schema": "s", "table": "t"}, "sqlserver://h:1", "s.t"),
    ("unitycatalog", {"host": "h", "catalog": "c", "schema": "s", "table": "t"}, "unitycatalog://h", "c.s.t"),
    ("unitycatalog", {**SERVER, "catalog": "c", "schema": "s", "table": "t"}, "unitycatalog://h:1", "c.s.t"),
    ("databricks", {"host": "h", "catalog": "c", "schema": "s", "table": "t"}, "databricks://h", "c.s.t"),
    ("cassandra", {**SERVER, "keyspace": "k", "table": "t"}, "cassandra://h:1", "k.t"),
    ("spanner", {"project": "p", "instance": "i", **THREE}, "spanner://p:i", "d.s.t"),
    ("milvus", {**SERVER, "database": "d", "collection": "c"}, "milvus://h:1", "d.c"),
    ("fabric", {"endpoint": "e.example", **THREE}, "fabric-warehouse://e.example", "d.s.t"),
    ("cosmos", {"host": "h.example", **TWO}, "azurecosmos://h.example/dbs/d", "colls/t"),
    ("kusto", {"host": "c.westeurope", **TWO}, "azurekusto://c.westeurope.kusto.windows.net", "d/t"),
    ("clickhouse", {**SERVER, **TWO}, "clickhouse://h:1", "d.t"),
    ("presto", {**SERVER, "catalog": "c", "schema": "s", "table": "t"}, "presto://h:1", "c.s.t"),
    ("vertica", {**SERVER, **THREE}, "vertica://h:1", "d.s.t"),
    ("exasol", {**SERVER, "schema": "S", "table": "T"}, "exasol://h:1", "S.T"),
    ("impala", {**SERVER, **TWO}, "impala://h:1", "d.t"),
    ("druid", {**SERVER, "schema": "druid", "table": "t"}, "druid://h:1", "druid.t"),
    ("pinot", {**SERVER, **TWO}, "pinot://h:1", "d.t"),
    ("drill", {**SERVER, "schema": "dfs", "table": "tmp./data/x.csv"}, "drill://h:1", "dfs.tmp./data/x.csv"),
    ("elasticsearch", {**SERVER, "index": "logs-2025.01"}, "elasticsearch://h:1", "logs-2025.01"),
    ("mongodb", {**SERVER, "database": "d", "collection": "fs.files"}, "mongodb://h:1", "d.fs.files"),
    ("ydb", {**SERVER, "path": "/local/shop/t"}, "ydb://h:1", "/local/shop/t"),
    ("sqlite", {"path": "/data/x.db", "table": "t"}, "sqlite:///data/x.db", "t"),
    ("sqlite", {"path": "/data/x.db", "table": "temp.t"}, "sqlite:///data/x.db", "temp.t"),
    ("duckdb", {"path": "/X.db", "database": "X", "schema": "main", "table": "t"}, "duckdb:///X.db", "X.main.t"),
    ("dynamodb", {"region": "eu-west-1", "table": "t"}, "dynamodb://eu-west-1", "t"),
    ("s3", {"bucket": "b", "key": "a/b.csv"}, "s3://b", "a/b.csv"),
    ("gcs", {"bucket": "b", "key": "a/b.csv"}, "gs://b", "a/b.csv"),
    ("abfss", {"container": "c", "service": "s", "path": "a/b"}, "abfss://c@s.dfs.core.windows.net", "a/b"),
    ("abfss_host", {"container": "c", "host": "onelake.example", "path": "a/b"}, "abfss://c@onelake.example", "a/b"),
    ("wasbs", {"container": "c", "service": "s", "path": "a/b"}, "wasbs://c@s.dfs.core.windows.net", "a/b"),
    ("dbfs", {"workspace": "w", "path": "mnt/t"}, "dbfs://w", "mnt/t"),
    ("hdfs", {**SERVER, "path": "warehouse/t"}, "hdfs://h:1", "warehouse/t"),
    ("hdfs", {**SERVER, "path": "/warehouse/t"}, "hdfs://h:1", "/warehouse/t"),
    ("kafka", {**SERVER, "topic": "orders.v1"}, "kafka://h:1", "orders.v1"),
    ("pubsub", {"kind": "topic", "project": "p", "resource": "r"}, "pubsub", "topic:p:r"),
    ("pubsub", {"kind": "subscription", "project": "a.b:p", "resource": "r"}, "pubsub", "subscription:a.b:p:r"),
    ("local", {"path": "/data/x.csv"}, "file", "/data/x.csv"),
    ("remote", {"host": "h", "path": "data/x.csv"}, "file://h", "data/x.csv"),
    ("remote", {"host": "h", "port": "22", "path": "data/x.csv"}, "file://h:22", "data/x.csv"),
    ("http", {"host": "h", "port": "8080", "path": "x.csv"}, "http://h:8080", "x.csv"),
    ("https", {"host": "h", "path": "x.csv"}, "https://h", "x.csv"),
]  # fmt: skip

# A deadline would measure the machine, not the code.
no_deadline = settings(deadline=None, max_examples=30)


def ids(value: Any) -> str | None:
    """Name a case by its system."""
    return value if isinstance(value, str) else None


class TestTable:
    @pytest.mark.parametrize(("system", "parts", "namespace", "name"), NAMES, ids=ids)
    def test_made_and_read(self, system: str, parts: dict[str, str], namespace: str, name: str) -> None:
        """A name is made of its parts, keeps the rule, and tells the parts again."""
        made = named(system, **parts)

        assert made == DatasetName(namespace, name)
        assert checked(namespace, name) == made
        assert suggested(namespace, name) is None
        assert parsed(made) == Parsed(system, parts)

    def test_every_system_is_here(self) -> None:
        """Each rule has a name that was thought through."""
        assert {system for system, *_ in NAMES} == set(rules_by_system())

    def test_documented(self) -> None:
        """The page about names has every rule, as it is."""
        page = (Path(__file__).parents[4] / "docs" / "naming.md").read_text()
        owner = {"spec": "OpenLineage", "airflow": "Airflow", "kit": "lineage-kit"}
        rows = [
            f"| `{rule.system}` | {rule.title} | `{rule.namespace}` | `{rule.name}` | {owner[rule.source]} |"
            for rule in RULES
        ]

        assert "\n".join(rows) in page

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.system)
    def test_example(self, rule: Rule) -> None:
        """The example of a rule keeps it."""
        parts = rule.parse(rule.example)

        assert parts is not None
        assert parsed(rule.example) == Parsed(rule.system, parts)
        assert set(rule.words.values()) <= set(rule.parts)
        assert not set(rule.words) & set(rule.parts)

    @pytest.mark.parametrize("system", rules_by_system())
    @no_deadline
    @given(data=st.data())
    def test_any_parts(self, system: str, data: st.DataObject) -> None:
        """Whatever the parts are, the name tells them again, or is refused."""
        rule = rules_by_system()[system]
        chosen = [part for part in rule.parts if part not in rule.optional or data.draw(st.booleans())]
        usual = rule.parse(rule.example) or {}
        parts = {
            part: data.draw(
                st.from_regex(rule._pattern(part), fullmatch=True)
                if part not in usual
                else st.just(usual[part]) | st.from_regex(rule._pattern(part), fullmatch=True)
            )
            for part in chosen
        }
        try:
            made = named(system, **parts)
        except DeclarationError:
            assert rule.parse(rule.format(parts)) != parts
            return

        assert parsed(made) == Parsed(system, parts)


class TestNamed:
    @pytest.mark.parametrize(
        ("system", "parts", "name"),
        [
            ("redshift", {"workgroup": "w", "region": "r", "port": 5439, **THREE}, "redshift://w.r:5439 d.s.t"),
            ("oracle", {**SERVER, "sid": "X", "schema": "s", "table": "t"}, "oracle://h:1 X.s.t"),
            ("mysql", {**SERVER, "schema": "d", "table": "t"}, "mysql://h:1 d.t"),
            ("trino", {**SERVER, **THREE}, "trino://h:1 d.s.t"),
            ("databricks", {"workspace": "w", "catalog": "c", "schema": "s", "table": "t"}, "databricks://w c.s.t"),
            ("postgres", {**SERVER, **THREE, "table": "t_{{ ds_nodash }}"}, "postgres://h:1 d.s.t_{{ ds_nodash }}"),
            ("postgres", {"host": "{{ h }}", "port": "{{ p }}", **THREE}, "postgres://{{ h }}:{{ p }} d.s.t"),
            ("s3", {"bucket": "b", "key": "{{ a.b['c/d'] }}"}, "s3://b {{ a.b['c/d'] }}"),
            ("local", {"path": "{{ base }}/x.csv"}, "file {{ base }}/x.csv"),
            ("pubsub", {"kind": "{{ kind }}", "project": "p", "resource": "r"}, "pubsub {{ kind }}:p:r"),
        ],
    )  # fmt: skip
    def test_other_words_and_jinja(self, system: str, parts: dict[str, Any], name: str) -> None:
        """Words of the systems themselves and of the client are understood, numbers of ports, and Jinja."""
        assert str(named(system, **parts)) == name

    @pytest.mark.parametrize(
        ("system", "parts", "reason"),
        [
            ("postgres", {"host": "h", "port": "1", "table": "t"}, "Missing: `database`, `schema`."),
            ("postgres", {**SERVER, **THREE, "catalog": "c"}, "It has no part `catalog`."),
            ("postgres", {**SERVER, **THREE, "table": " "}, "`table` is empty."),
            ("postgres", {**SERVER, **THREE, "table": None}, "`table` is not text."),
            ("postgres", {**SERVER, **THREE, "port": True}, "`port` is not text."),
            ("postgres", {**SERVER, **THREE, "table": "s.t"}, "`table` cannot be 's.t'."),
            ("postgres", {**SERVER, **THREE, "host": "DB"}, "`host` cannot be 'DB'."),
            ("postgres", {**SERVER, **THREE, "database": "/d"}, "postgres://h:1 /d.s.t could be read in another way."),
            ("mysql", {**SERVER, **TWO, "schema": "s"}, "`database` is given twice, once by another word."),
            ("s3", {"bucket": "b", "key": "/a"}, "`key` cannot be '/a'."),
            ("local", {"path": "x.csv"}, "`path` cannot be 'x.csv'."),
        ],
    )
    def test_refused(self, system: str, parts: dict[str, Any], reason: str) -> None:
        """The message says what is wrong, and shows the form and an example."""
        with pytest.raises(DeclarationError) as raised:
            named(system, **parts)

        rule = rules_by_system()[system]
        assert reason in str(raised.value)
        assert f"{rule.form}, for example {rule.example}." in str(raised.value)

    def test_password_is_not_quoted(self) -> None:
        """A host with a user is refused, and the password stays out of the message."""
        with pytest.raises(DeclarationError, match="`host` cannot be that") as raised:
            named("postgres", **{**SERVER, **THREE, "host": "me:secret@h"})

        assert "secret" not in str(raised.value)

    @pytest.mark.parametrize("system", ["dbt", "delta", "iceberg"])
    def test_named_elsewhere(self, system: str) -> None:
        """What has no names of its own says whose count."""
        with pytest.raises(DeclarationError, match="is named") as raised:
            named(system, table="t")

        assert str(raised.value) == ELSEWHERE[system]

    @pytest.mark.parametrize(
        ("system", "hint"),
        [("postgresql", "`postgres`"), ("Snowflake", "`snowflake`"), ("excel", "Known: athena, glue")],
    )
    def test_unknown_system(self, system: str, hint: str) -> None:
        """An unknown system is refused with those that are close, or with all."""
        with pytest.raises(DeclarationError, match=hint):
            named(system, table="t")


class TestAgreement:
    @pytest.mark.parametrize("scheme", SYSTEMS)
    def test_servers(self, scheme: str) -> None:
        """Tables of connections keep the rule of their system, and it knows the same port."""
        system = SYSTEMS[scheme]
        rule = rules_by_system()[scheme]
        database = system.at("Db.Example", None, "shop", "mart")

        assert database is not None
        name = database.dataset_name(
            "shop" if system.levels == 3 else None, "mart" if system.levels > 1 else None, "orders"
        )
        assert name is not None
        assert rule.port == system.port
        assert rule.name.count("{") == system.levels
        assert checked(name.namespace, name.name) == name
        found = parsed(name)
        assert found is not None
        assert found.system == scheme
        assert {found.parts["host"], found.parts["port"]} == {"db.example", str(system.port)}

    @pytest.mark.parametrize(("system", "name"), [("sqlite", "orders"), ("duckdb", "shop.main.orders")])
    def test_files(self, system: str, name: str) -> None:
        """Tables of database files keep the rule of their system."""
        database = file_database("/data/shop.db", system)

        assert isinstance(database, FileDatabase)
        found = database.dataset_name(None, None, "orders")
        assert found == DatasetName(f"{system}:///data/shop.db", name)
        assert parsed(found) is not None

    def test_missing_schema_of_a_file(self) -> None:
        """An alias that nobody knows stays in the name of a SQLite table, and an alias is never `main`."""
        database = file_database("/data/shop.db", "sqlite")

        assert database is not None
        assert parsed(database.dataset_name(None, "temp", "t")) is not None  # type: ignore[arg-type]
        assert suggested("sqlite:///data/shop.db", "main.t") == database.dataset_name(None, "main", "t")

    @pytest.mark.parametrize(
        "uri",
        [
            "s3://bucket/folder/",
            "s3a://bucket",
            "gs://bucket/key with spaces",
            "abfss://box@account.dfs.core.windows.net/a",
            "abfss://workspace@onelake.dfs.fabric.microsoft.com/a",
            "hdfs://namenode:8020/warehouse/t",
            "dbfs://workspace/mnt/t",
            "sftp://user:secret@host/out/x.csv",
            "file:///data/x.csv",
            "file://host/data/x.csv",
            "/data/x.csv",
            "https://host/a/b.csv?token=secret",
            "http://host:8080",
        ],
    )
    def test_uris(self, uri: str) -> None:
        """Names of files and objects by their URIs keep the rules."""
        name = from_uri(uri)

        assert name is not None
        assert checked(name.namespace, name.name) == name


#: Class of the client, what it is made with, our system.
CLIENT = {
    "ABFSS": "abfss",
    "AWSGlue": "glue",
    "Athena": "athena",
    "AzureCosmosDB": "cosmos",
    "AzureDataExplorer": "kusto",
    "AzureSynapse": "synapse",
    "BigQuery": "bigquery",
    "Cassandra": "cassandra",
    "CrateDB": "crate",
    "DB2": "db2",
    "DBFS": "dbfs",
    "GCS": "gcs",
    "HDFS": "hdfs",
    "Hive": "hive",
    "Kafka": "kafka",
    "LocalFileSystem": "local",
    "MySQL": "mysql",
    "OceanBase": "oceanbase",
    "Oracle": "oracle",
    "Postgres": "postgres",
    "PubSubNaming": "pubsub",
    "Redshift": "redshift",
    "RemoteFileSystem": "remote",
    "S3": "s3",
    "Snowflake": "snowflake",
    "Teradata": "teradata",
    "Trino": "trino",
    "WASBS": "wasbs",
}
#: What the client calls parts of ours.
FIELDS = {
    "account_id": "account",
    "bootstrap_server_host": "host",
    "bucket_name": "bucket",
    "cluster_identifier": "cluster",
    "database_name": "database",
    "dataset_name": "dataset",
    "namenode_host": "host",
    "namenode_port": "port",
    "object_key": "key",
    "project_id": "project",
    "region_name": "region",
    "resource_id": "resource",
    "resource_type": "kind",
    "service_name": "service",
    "table_name": "table",
}


class TestClient:
    """The rules of the OpenLineage client, where the installed one has them (1.36 and later)."""

    @pytest.mark.parametrize("name", CLIENT)
    def test_same_names(self, name: str) -> None:
        """The same parts make the same name."""
        dataset = pytest.importorskip("openlineage.client.naming.dataset")
        if (kind := getattr(dataset, name, None)) is None:
            pytest.skip("the installed client has no such rule")
        rule = rules_by_system()[CLIENT[name]]
        ours = rule.parse(rule.example) or {}
        organization, _, account = ours.get("account", "").partition("-")
        theirs = {**ours, "organization_name": organization, "account_name": account}
        # In one rule our path is the client's key of an object.
        theirs["key"] = ours.get("key") or ours.get("path", "")
        fields = [each.name for each in kind.__attrs_attrs__]
        values = {field: theirs.get(FIELDS.get(field, field)) or theirs[field] for field in fields}
        if name == "PubSubNaming":
            values["resource_type"] = dataset.PubSubResourceType(values["resource_type"])
        made = kind(**values)

        assert DatasetName(made.get_namespace(), made.get_name()) == rule.example

    def test_all_are_compared(self) -> None:
        """A rule that a later client brings is looked at, too."""
        dataset = pytest.importorskip("openlineage.client.naming.dataset")
        kinds = {name for name, kind in vars(dataset).items() if hasattr(kind, "__attrs_attrs__")}

        assert kinds <= set(CLIENT)
