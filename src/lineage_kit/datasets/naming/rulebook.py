"""The naming rules of every system that has one."""

from __future__ import annotations

from functools import cache

from lineage_kit.datasets.naming.rules import Rule, Source, head_of

_TWO = "{database}.{table}"
_THREE = "{database}.{schema}.{table}"

#: Absolute paths; hosts and folders of them keep their case. OpenLineage says nothing of the slash before paths in
#: HDFS and on other machines: events of Spark have it, ``from_uri`` and Airflow's assets leave it out.
_ABSOLUTE = {"path": r"/(?:.*[^/\s])?"}
_ANY_PATH = {"path": r"/|/?[^/\s](?:.*[^/\s])?"}
#: Names that may have dots in them, because nothing follows.
_OPEN = r"[^\s/](?:.*\S)?"
_MICROSOFT = r".*\.core\.windows\.net"


def _server(  # noqa: PLR0913 - one row of the table
    system: str,
    title: str,
    name: str,
    port: int,
    *,
    source: Source = "spec",
    patterns: dict[str, str] | None = None,
    words: dict[str, str] | None = None,
    examples: dict[str, str] | None = None,
) -> Rule:
    """Return the rule of a system whose scheme is its name, and whose namespaces are servers."""
    return Rule(
        system,
        title,
        f"{system}://{{host}}:{{port}}",
        name,
        port,
        patterns or {},
        words or {},
        examples or {},
        source,
    )


RULES = (
    # Warehouses and databases.
    Rule(
        "athena",
        "Amazon Athena",
        "awsathena://athena.{region}.amazonaws.com[.{country}]",
        "{catalog}.{database}.{table}",
        patterns={"country": "cn"},
        examples={"catalog": "AwsDataCatalog"},
    ),
    Rule(
        "glue",
        "AWS Glue Data Catalog",
        "arn:aws:glue:{region}:{account}",
        "table/{database}/{table}",
        patterns={"account": r"\d+", "database": r"[^\s/]+", "table": r"[^\s/]+"},
        examples={"account": "123456789012"},
    ),
    Rule(
        "redshift",
        "Amazon Redshift, provisioned or serverless",
        "redshift://{cluster}.{region}:{port}",
        _THREE,
        5439,
        patterns={"cluster": r"[a-z0-9-]+"},
        words={"workgroup": "cluster", "cluster_identifier": "cluster"},
    ),
    Rule(
        "redshift_host",
        "Amazon Redshift behind a host of another name",
        "redshift://{host}:{port}",
        _THREE,
        5439,
        patterns={"host": r"(?!.*\.amazonaws\.com)(?:(?![A-Z])[\w-])+(?:\.(?:(?![A-Z])[\w-])+){2,}"},
        examples={"host": "dwh.corp.example"},
        source="airflow",
    ),
    Rule("snowflake", "Snowflake", "snowflake://{account}", _THREE, examples={"database": "SHOP", "schema": "PUBLIC"}),
    Rule(
        "bigquery",
        "Google BigQuery",
        "bigquery",
        "{project}.{dataset}.{table}",
        # Old projects belong to a domain: example.com:project.
        patterns={"project": r"(?:[\w-]+(?:\.[\w-]+)+:)?[^.\s:/]+"},
        words={"project_id": "project"},
        examples={"dataset": "shop"},
    ),
    _server("postgres", "PostgreSQL", _THREE, 5432),
    _server("trino", "Trino", "{catalog}.{schema}.{table}", 8080, words={"database": "catalog"}),
    _server("crate", "CrateDB", _THREE, 5432),
    _server("db2", "IBM Db2", _THREE, 50000),
    _server("mysql", "MySQL", _TWO, 3306, words={"schema": "database"}),
    _server("hive", "Apache Hive", _TWO, 10000, words={"schema": "database"}),
    _server("teradata", "Teradata", _TWO, 1025, words={"schema": "database"}),
    _server("oceanbase", "OceanBase", _TWO, 2881, words={"schema": "database"}),
    _server(
        "oracle",
        "Oracle",
        "{service}.{schema}.{table}",
        1521,
        # A service name may have a domain.
        patterns={"service": r"[^\s/.](?:[^\s/]*[^\s/.])?"},
        words={"sid": "service", "service_name": "service", "database": "service"},
        examples={"service": "ORCL", "schema": "SHOP", "table": "ORDERS"},
    ),
    _server("mssql", "Microsoft SQL Server", _THREE, 1433, examples={"schema": "dbo"}),
    Rule(
        "synapse",
        "Azure Synapse",
        "sqlserver://{host}:{port}",
        "{schema}.{table}",
        1433,
        examples={"host": "acme.sql.azuresynapse.net", "schema": "dbo"},
    ),
    Rule(
        "unitycatalog",
        "Unity Catalog",
        "unitycatalog://{host}[:{port}]",
        "{catalog}.{schema}.{table}",
        examples={"host": "adb-1.azuredatabricks.net", "catalog": "main"},
    ),
    Rule(
        "databricks",
        "Databricks SQL",
        "databricks://{host}[:{port}]",
        "{catalog}.{schema}.{table}",
        words={"workspace": "host"},
        examples={"host": "adb-1.azuredatabricks.net", "catalog": "main"},
        source="airflow",
    ),
    _server("cassandra", "Apache Cassandra", "{keyspace}.{table}", 9042),
    Rule("spanner", "Google Spanner", "spanner://{project}:{instance}", _THREE, patterns={"project": r"[\w.-]+"}),
    _server("milvus", "Milvus", "{database}.{collection}", 19530),
    Rule(
        "fabric",
        "Microsoft Fabric warehouse",
        "fabric-warehouse://{endpoint}",
        _THREE,
        patterns={"endpoint": r"[^\s/@A-Z]+"},
        words={"host": "endpoint"},
        examples={"endpoint": "abc.datawarehouse.fabric.microsoft.com", "schema": "dbo"},
    ),
    Rule(
        "cosmos",
        "Azure Cosmos DB",
        "azurecosmos://{host}/dbs/{database}",
        "colls/{table}",
        patterns={"host": r"(?![A-Z])[^\s/@A-Z]+", "database": r"[^\s/]+", "table": r"[^\s/]+"},
        words={"collection": "table"},
        examples={"host": "acme.documents.azure.com"},
    ),
    Rule(
        "kusto",
        "Azure Data Explorer",
        "azurekusto://{host}.kusto.windows.net",
        "{database}/{table}",
        patterns={"database": r"[^\s/]+", "table": r"[^\s/]+"},
        words={"cluster": "host"},
        examples={"host": "acme.westeurope"},
    ),
    _server("clickhouse", "ClickHouse", _TWO, 8123, source="kit", words={"schema": "database"}),
    _server("presto", "Presto", "{catalog}.{schema}.{table}", 8080, source="airflow", words={"database": "catalog"}),
    _server("vertica", "Vertica", _THREE, 5433, source="airflow"),
    _server("exasol", "Exasol", "{schema}.{table}", 8563, source="kit"),
    _server("impala", "Apache Impala", _TWO, 21050, source="kit", words={"schema": "database"}),
    _server("druid", "Apache Druid", "{schema}.{table}", 8082, source="kit", examples={"schema": "druid"}),
    _server("pinot", "Apache Pinot", _TWO, 8099, source="kit", words={"schema": "database"}),
    _server(
        "drill",
        "Apache Drill",
        "{schema}.{table}",
        8047,
        source="kit",
        patterns={"table": r"\S(?:.*\S)?"},
        words={"storage_plugin": "schema"},
        examples={"schema": "dfs", "table": "/data/orders.csv"},
    ),
    _server(
        "elasticsearch",
        "Elasticsearch",
        "{index}",
        9200,
        source="kit",
        patterns={"index": _OPEN},
        words={"table": "index"},
        examples={"index": "orders"},
    ),
    _server("mongodb", "MongoDB", "{database}.{collection}", 27017, source="airflow", patterns={"collection": _OPEN}),
    _server(
        "ydb",
        "YDB",
        "{path}",
        2135,
        source="kit",
        patterns=_ABSOLUTE,
        words={"table": "path"},
        examples={"path": "/local/shop/orders"},
    ),
    Rule(
        "sqlite",
        "SQLite",
        "sqlite://{path}",
        "{table}",
        # `main` goes without saying.
        patterns={**_ABSOLUTE, "table": r"(?!main\.)\S(?:.*\S)?"},
        words={"file": "path"},
        examples={"path": "/data/shop.db"},
        source="kit",
    ),
    Rule(
        "duckdb",
        "DuckDB",
        "duckdb://{path}",
        "{database}.{schema}.{table}",
        patterns=_ABSOLUTE,
        words={"file": "path"},
        examples={"path": "/data/shop.duckdb", "database": "shop", "schema": "main"},
        source="kit",
    ),
    Rule("dynamodb", "Amazon DynamoDB", "dynamodb://{region}", "{table}", patterns={"table": r"[\w.-]+"}, source="kit"),
    # Files, objects and streams.
    Rule("s3", "Amazon S3", "s3://{bucket}", "{key}"),
    Rule("gcs", "Google Cloud Storage", "gs://{bucket}", "{key}"),
    Rule("abfss", "Azure Data Lake Gen2", "abfss://{container}@{service}.dfs.core.windows.net", "{path}"),
    Rule(
        "abfss_host",
        "OneLake, and Azure Data Lake Gen2 of national clouds",
        "abfss://{container}@{host}",
        "{path}",
        patterns={"host": rf"(?!{_MICROSOFT}$)(?:(?![A-Z])[\w-])+(?:\.(?:(?![A-Z])[\w-])+)+"},
        examples={"host": "onelake.dfs.fabric.microsoft.com"},
        source="kit",
    ),
    Rule(
        "wasbs",
        "Azure Blob Storage",
        "wasbs://{container}@{service}.dfs.core.windows.net",
        "{path}",
        words={"key": "path"},
    ),
    Rule("dbfs", "Databricks file system", "dbfs://{workspace}", "{path}", patterns=_ANY_PATH),
    _server("hdfs", "HDFS", "{path}", 8020, patterns=_ANY_PATH, examples={"host": "namenode"}),
    _server("kafka", "Apache Kafka", "{topic}", 9092, examples={"host": "broker"}),
    Rule(
        "pubsub",
        "Google Pub/Sub",
        "pubsub",
        "{kind}:{project}:{resource}",
        patterns={"kind": "topic|subscription", "project": r"[^\s:/]+(?::[^\s:/]+)?", "resource": r"[^\s:/]+"},
        examples={"kind": "topic", "resource": "orders"},
    ),
    Rule("local", "file of the worker", "file", "{path}", patterns=_ABSOLUTE, examples={"path": "/data/orders.csv"}),
    Rule(
        "remote",
        "file of another machine (FTP and SFTP with their port)",
        "file://{host}[:{port}]",
        "{path}",
        patterns=_ANY_PATH,
        examples={"host": "files.example"},
    ),
    Rule(
        "http",
        "web server",
        "http://{host}[:{port}]",
        "{path}",
        patterns={"path": r"/|[^/\s?#](?:[^?#]*[^/\s?#])?"},
        examples={"host": "www.example"},
        source="kit",
    ),
    Rule(
        "https",
        "web server with TLS",
        "https://{host}[:{port}]",
        "{path}",
        patterns={"path": r"/|[^/\s?#](?:[^?#]*[^/\s?#])?"},
        examples={"host": "www.example"},
        source="kit",
    ),
)

#: What has no names of its own, and whose names count.
ELSEWHERE = {
    "dbt": "What dbt makes is named as tables of its warehouse are: postgres://db.example:5432 shop.public.orders.",
    "delta": "A Delta table is named by the folder that it is in (s3://lake tables/orders), or as a table of the "
    "catalogue that has it; the other name is a symbolic link.",
    "iceberg": "An Iceberg table is named by the folder that it is in (s3://lake tables/orders), or as a table of the "
    "catalogue that has it; the other name is a symbolic link.",
}


@cache
def rules_by_system() -> dict[str, Rule]:
    """Return the rules by the names of their systems."""
    return {rule.system: rule for rule in RULES}


@cache
def rules_of(head: str) -> tuple[Rule, ...]:
    """Return the rules of namespaces that begin with ``head``, see :func:`head_of`."""
    return tuple(rule for rule in RULES if rule.head == head)


def rule_of(namespace: str) -> Rule | None:
    """Return the rule that a namespace should keep: the one that it keeps, or the first of its scheme."""
    rules = rules_of(head_of(namespace))
    if namespace == "file":
        return rules_by_system()["local"]
    kept = next((rule for rule in rules if rule.match_namespace(namespace) is not None), None)
    return kept or next((rule for rule in rules if rule.system != "local"), None)


def heads() -> tuple[str, ...]:
    """Return what namespaces begin with that have a rule."""
    return tuple(dict.fromkeys(rule.head for rule in RULES))
