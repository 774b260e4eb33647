"""Tables of databases and services that are none of the common warehouses, with the words of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.declared.dataset import DeclaredDataset
from lineage_kit.datasets.declared.identity import Named
from lineage_kit.datasets.declared.words import in_its_words
from lineage_kit.datasets.naming import named

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from lineage_kit.datasets.declared.details import DetailArguments


class TablesByService(DeclaredDataset):
    """Constructors of :class:`~lineage_kit.Table`; each raises a ``DeclarationError`` that shows the right form."""

    @classmethod
    @in_its_words
    def cosmos(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a container of Azure Cosmos DB, by the host of the account."""
        return cls._of(Named(named("cosmos", host=host, database=database, table=name)), details)

    @classmethod
    @in_its_words
    def crate(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        port: int = 5432,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of CrateDB."""
        return cls._of(
            Named(named("crate", host=host, database=database, schema=schema, table=name, port=port)), details
        )

    @classmethod
    @in_its_words
    def dynamodb(
        cls,
        *,
        region: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Amazon DynamoDB."""
        return cls._of(Named(named("dynamodb", region=region, table=name)), details)

    @classmethod
    @in_its_words
    def fabric(
        cls,
        *,
        host: str,
        database: str,
        schema: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of a Microsoft Fabric warehouse, by the host of its SQL endpoint."""
        return cls._of(Named(named("fabric", host=host, database=database, schema=schema, table=name)), details)

    @classmethod
    @in_its_words
    def kusto(
        cls,
        *,
        cluster: str,
        database: str,
        name: str,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of Azure Data Explorer; the cluster is ``name.region``."""
        return cls._of(Named(named("kusto", cluster=cluster, database=database, table=name)), details)

    @classmethod
    @in_its_words
    def milvus(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 19530,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a collection of Milvus."""
        return cls._of(Named(named("milvus", host=host, database=database, collection=name, port=port)), details)

    @classmethod
    @in_its_words
    def mongodb(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 27017,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a collection of MongoDB."""
        return cls._of(Named(named("mongodb", host=host, database=database, collection=name, port=port)), details)

    @classmethod
    @in_its_words
    def oceanbase(
        cls,
        *,
        host: str,
        database: str,
        name: str,
        port: int = 2881,
        **details: Unpack[DetailArguments],
    ) -> Self:
        """Return a table of OceanBase."""
        return cls._of(Named(named("oceanbase", host=host, database=database, table=name, port=port)), details)
