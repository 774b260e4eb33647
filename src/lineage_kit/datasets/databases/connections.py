"""What the connections of Airflow's hooks say about their databases; each function follows its hook's ``get_conn``.

A hook's own arguments count where the hook lets them override its connection, and only there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from lineage_kit.datasets.databases.database import Database, YdbDatabase
from lineage_kit.datasets.databases.files import FileDatabase, SqliteFile, file_database
from lineage_kit.datasets.databases.jdbc import describe_jdbc
from lineage_kit.datasets.databases.odbc import describe_odbc
from lineage_kit.datasets.databases.systems import SYSTEMS, authority_of

#: A function of an Airflow connection and of the hook that uses it, None where there is none.
Describe = Callable[[Any, Any], "Database | None"]


def _at_server(system: str, connection: Any, hook: Any) -> Database | None:
    """Describe a connection that names a server, and in ``schema`` what the system calls database."""
    del hook
    return SYSTEMS[system].at(connection.host, connection.port, connection.schema)


def _without_schema(system: str, connection: Any, hook: Any) -> Database | None:
    """Describe a connection whose ``schema`` is nothing of the database's."""
    del hook
    return SYSTEMS[system].at(connection.host, connection.port)


def _clickhouse(connection: Any, hook: Any) -> Database | None:
    database = getattr(hook, "database", None) or connection.schema
    return SYSTEMS["clickhouse"].at(connection.host, connection.port, database)


def _exasol(connection: Any, hook: Any) -> Database | None:
    schema = getattr(hook, "schema", None) or connection.schema
    return SYSTEMS["exasol"].at(connection.host, connection.port, schema=schema)


def _hive_cli(connection: Any, hook: Any) -> Database | None:
    """Describe a connection for beeline; without it, or with ZooKeeper's servers instead, the host is another one."""
    extra = connection.extra_dejson
    if not extra.get("use_beeline") or extra.get("high_availability"):
        return None
    return _at_server("hive", connection, hook)


def _presto(connection: Any, hook: Any) -> Database | None:
    del hook
    catalog = connection.extra_dejson.get("catalog") or "hive"
    return SYSTEMS["presto"].at(connection.host, connection.port, catalog, connection.schema)


def _drill(connection: Any, hook: Any) -> Database | None:
    del hook
    plugin = connection.extra_dejson.get("storage_plugin") or "dfs"
    return SYSTEMS["drill"].at(connection.host, connection.port, plugin)


def _db2(connection: Any, hook: Any) -> Database | None:
    del hook
    extra = {key.upper(): value for key, value in connection.extra_dejson.items()}
    schema = extra.get("CURRENTSCHEMA")
    return SYSTEMS["db2"].at(connection.host, connection.port, connection.schema, schema, connection.login)


def _oracle(connection: Any, hook: Any) -> Database | None:
    """Describe an Oracle connection for releases of the hook that do not.

    With a service name the hook takes the connection's schema for the session's.
    """
    extra = connection.extra_dejson
    service = getattr(hook, "service_name", None) or extra.get("service_name")
    database = service or getattr(hook, "sid", None) or extra.get("sid")
    schema = connection.schema if service else None
    return SYSTEMS["oracle"].at(connection.host, connection.port, database, schema, connection.login)


def _athena(connection: Any, hook: Any) -> Database | None:
    """Describe an Athena connection for releases of the hook that do not, as later ones do."""
    extra = connection.extra_dejson
    region = getattr(hook, "region_name", None) or extra.get("region_name")
    if not region:
        return None
    return Database(
        namespace=f"awsathena://athena.{region}.{extra.get('aws_domain', 'amazonaws.com')}",
        dialect="athena",
        database=extra.get("catalog", "AwsDataCatalog"),
        schema=connection.schema or "default",
    )


def _bigquery(connection: Any, hook: Any) -> Database | None:
    """Describe a BigQuery connection for releases of the hook that do not; asking the hook may need a network."""
    return Database(
        namespace="bigquery",
        dialect="bigquery",
        database=_google_project(connection.extra_dejson, hook),
        schema_required=True,
        database_required=True,
    )


def _google_project(extra: dict[str, Any], hook: Any) -> str | None:
    """Return the project that a connection to Google names: itself, or with the key that it holds."""

    def given(name: str) -> Any:
        return extra.get(name) or extra.get(f"extra__google_cloud_platform__{name}")

    key = given("keyfile_dict")
    # The project is that of the impersonated account then.
    if given("project") or not key or getattr(hook, "impersonation_chain", None) or given("impersonation_chain"):
        return given("project")  # type: ignore[no-any-return] # extras have no type
    project: str | None = (json.loads(key) if isinstance(key, str) else key).get("project_id")
    return project


def _ydb(connection: Any, hook: Any) -> Database | None:
    del hook
    authority = authority_of(connection.host, connection.port or 2135)
    database = connection.extra_dejson.get("database")
    return YdbDatabase(f"ydb://{authority}", "ydb", database=database) if authority and database else None


def _sqlite(connection: Any, hook: Any) -> FileDatabase | None:
    """Describe a SQLite connection: everything behind the scheme is a path, options behind "?" are the driver's."""
    del hook
    path, _, options = unquote(connection.get_uri()).partition("://")[2].partition("?")
    if "mode=memory" in options.split("&"):
        return None
    # SQLite takes it as a URI, and decodes it once more.
    return file_database(unquote(path), SqliteFile.scheme)


def _duckdb(connection: Any | None, hook: Any) -> FileDatabase | None:
    """Describe a DuckDB connection, which the hook can do without; a MotherDuck token stays in what the hook says."""
    get_database = getattr(hook, "get_database", None)
    path = get_database() if callable(get_database) else _duckdb_path(connection)
    return file_database(path, "duckdb")


def _duckdb_path(connection: Any | None) -> str:
    if connection is None:
        return ":memory:"
    extra = connection.extra_dejson
    if extra.get("database"):
        return str(extra["database"])
    in_cloud = connection.password or extra.get("motherduck_token")
    return "md:" if in_cloud else connection.host or ":memory:"


DESCRIPTIONS: dict[str, Describe] = {
    "athena": _athena,
    "clickhouse": _clickhouse,
    "drill": _drill,
    "druid": partial(_without_schema, "druid"),
    "duckdb": _duckdb,
    "duckdb_aws": _duckdb,
    "elasticsearch": partial(_without_schema, "elasticsearch"),
    "exasol": _exasol,
    "gcpbigquery": _bigquery,
    "hive_cli": _hive_cli,
    "hiveserver2": partial(_at_server, "hive"),
    "ibmdb2": _db2,
    "impala": partial(_at_server, "impala"),
    "jdbc": describe_jdbc,
    "odbc": describe_odbc,
    "oracle": _oracle,
    "pinot": partial(_without_schema, "pinot"),
    "presto": _presto,
    "sqlite": _sqlite,
    "teradata": partial(_at_server, "teradata"),
    "vertica": partial(_at_server, "vertica"),
    "ydb": _ydb,
}
