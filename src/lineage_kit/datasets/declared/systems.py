"""Tables by the system that keeps them, one constructor each, with the words of that system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.databases.files import own_alias
from lineage_kit.datasets.declared.identity import Named
from lineage_kit.datasets.declared.services import TablesByService
from lineage_kit.datasets.declared.words import in_its_words
from lineage_kit.datasets.naming import named

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from lineage_kit.datasets.declared.details import DetailArguments


class TablesBySystem(TablesByService):
    """Constructors of :class:`~lineage_kit.Table`; each raises a ``DeclarationError`` that shows the right form."""

    @classmethod
    @in_its_words
    def athena(
        cls,
        *,
        region: str,
        database: str,
        name: str,
        catalog: str = "AwsDataCatalog",
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Athena: ``{catalog}.{database}.{name}`` in a region."""
        return cls._of(Named(named("athena", region=region, database=database, table=name, catalog=catalog)), details)

    @classmethod
    @in_its_words
    def bigquery(
        cls,
        *,
        project: str,
        dataset: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of BigQuery."""
        return cls._of(Named(named("bigquery", project=project, dataset=dataset, table=name)), details)

    @classmethod
    @in_its_words
    def cassandra(
        cls,
        *,
        host: str,
        keyspace: str,
        name: str,
        port: int = 9042,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Cassandra."""
        return cls._of(Named(named("cassandra", host=host, keyspace=keyspace, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def clickhouse(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 8123,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of ClickHouse."""
        return cls._of(Named(named("clickhouse", host=host, database=database, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def databricks(
        cls,
        *,
        host: str,
        catalog: str,
        schema: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table that Databricks SQL reads and writes, by the host of the workspace."""
        return cls._of(Named(named("databricks", host=host, catalog=catalog, schema=schema, table=name)), details)

    @classmethod
    @in_its_words
    def db2(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        port: int = 50000,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Db2."""
        return cls._of(Named(named("db2", host=host, database=database, schema=schema, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def duckdb(
        cls,
        *,
        path: str,
        name: str,
        schema: str = "main",
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of a DuckDB file; the database is called after the file, as DuckDB does it."""
        identity = Named(named("duckdb", path=path, database=own_alias(path), schema=schema, table=name))
        return cls._of(identity, details)

    @classmethod
    @in_its_words
    def glue(
        cls,
        *,
        region: str,
        account: str,
        database: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of the AWS Glue Data Catalog."""
        return cls._of(Named(named("glue", region=region, account=account, database=database, table=name)), details)

    @classmethod
    @in_its_words
    def hive(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 10000,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Hive."""
        return cls._of(Named(named("hive", host=host, database=database, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def mssql(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        port: int = 1433,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of SQL Server."""
        return cls._of(
            Named(named("mssql", host=host, database=database, schema=schema, table=name, port=port)), details
        )

    @classmethod
    @in_its_words
    def mysql(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 3306,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of MySQL or MariaDB."""
        return cls._of(Named(named("mysql", host=host, database=database, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def oracle(
        cls,
        *,
        host: str,
        service: str,
        schema: str,
        name: str,
        port: int = 1521,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Oracle, by service name or SID."""
        return cls._of(
            Named(named("oracle", host=host, service=service, schema=schema, table=name, port=port)), details
        )

    @classmethod
    @in_its_words
    def postgres(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        port: int = 5432,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of PostgreSQL."""
        return cls._of(
            Named(named("postgres", host=host, database=database, schema=schema, table=name, port=port)), details
        )

    @classmethod
    @in_its_words
    def redshift(  # noqa: PLR0913 - as many words as the name has
        cls,
        *,
        cluster: str,
        region: str,
        database: str,
        schema: str,
        name: str,
        port: int = 5439,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Redshift, of a provisioned cluster or a serverless workgroup."""
        return cls._of(
            Named(
                named(
                    "redshift", cluster=cluster, region=region, database=database, schema=schema, table=name, port=port
                )
            ),
            details,
        )

    @classmethod
    @in_its_words
    def snowflake(
        cls,
        *,
        account: str,
        database: str,
        schema: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Snowflake; the account is ``organization-account``, or a locator with region and cloud."""
        return cls._of(
            Named(named("snowflake", account=account, database=database, schema=schema, table=name)), details
        )

    @classmethod
    @in_its_words
    def spanner(
        cls,
        *,
        project: str,
        instance: str,
        database: str,
        schema: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Spanner."""
        return cls._of(
            Named(named("spanner", project=project, instance=instance, database=database, schema=schema, table=name)),
            details,
        )

    @classmethod
    @in_its_words
    def sqlite(
        cls,
        *,
        path: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of a SQLite file."""
        return cls._of(Named(named("sqlite", path=path, table=name)), details)

    @classmethod
    @in_its_words
    def synapse(
        cls,
        *,
        host: str,
        schema: str,
        name: str,
        port: int = 1433,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Azure Synapse."""
        return cls._of(Named(named("synapse", host=host, schema=schema, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def teradata(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 1025,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Teradata."""
        return cls._of(Named(named("teradata", host=host, database=database, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def trino(
        cls,
        *,
        host: str,
        catalog: str,
        schema: str,
        name: str,
        port: int = 8080,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Trino."""
        return cls._of(Named(named("trino", host=host, catalog=catalog, schema=schema, table=name, port=port)), details)

    @classmethod
    @in_its_words
    def unity_catalog(
        cls,
        *,
        host: str,
        catalog: str,
        schema: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Unity Catalog as Spark names it, by the host of the workspace."""
        return cls._of(Named(named("unitycatalog", host=host, catalog=catalog, schema=schema, table=name)), details)

    @classmethod
    @in_its_words
    def vertica(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        port: int = 5433,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Vertica."""
        return cls._of(
            Named(named("vertica", host=host, database=database, schema=schema, table=name, port=port)), details
        )
