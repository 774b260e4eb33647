"""What turns the tables of a statement into dataset names."""

from __future__ import annotations

from dataclasses import dataclass

from lineage_kit.datasets.naming import DatasetName


@dataclass(frozen=True)
class Database:
    """A database: the namespace of its tables, and what completes the names that statements give them.

    Subclasses name tables in another way; ``dataset_name`` is all that others need of them.

    Args:
        namespace: OpenLineage namespace of the server, for example ``postgres://host:5432``.
        dialect: SQL dialect, one of those that :func:`lineage_kit.sql.analyze` knows.
        database: completes names of less than three parts; None where the namespace already says it.
        schema: completes names of one part; None where it is not known or the system has none.
        schema_required: whether a table without a schema has no name that others could know.
        uppercase: whether the system stores unquoted names in upper case and its hook wants them so.
        database_required: whether a table without a database has no name that others could know.

    """

    namespace: str
    dialect: str
    database: str | None = None
    schema: str | None = None
    schema_required: bool = False
    uppercase: bool = False
    database_required: bool = False

    def dataset_name(
        self, database: str | None, schema: str | None, name: str, *, as_stored: bool = False
    ) -> DatasetName | None:
        """Return the dataset of a table, given the parts that the statement or the catalogue names.

        None where a part is needed and neither the statement nor the defaults tell it. Parts that are spelled
        ``as_stored`` keep their case in every system: in one with upper case, others have been quoted.
        """
        if self.schema_required and not (schema or self.schema):
            return None
        if self.database_required and not (database or self.database):
            return None
        given = [database, schema, name]
        defaults = [self.database, self.schema, None]
        if self.uppercase:
            defaults = [part and part.upper() for part in defaults]
            given = given if as_stored else [part and part.upper() for part in given]
        parts = [part or default for part, default in zip(given, defaults, strict=True)]
        return DatasetName(self.namespace, ".".join(part for part in parts if part))


@dataclass(frozen=True)
class YdbDatabase(Database):
    """A database of YDB, where a table is a path that begins with that of its database."""

    def dataset_name(
        self, database: str | None, schema: str | None, name: str, *, as_stored: bool = False
    ) -> DatasetName | None:
        """Return the dataset of a table: its path, whether the statement gives it whole or below the database's."""
        del as_stored  # YDB has one spelling only
        path = "/".join(part for part in (database, schema, name) if part)
        root = f"/{(self.database or '').strip('/')}"
        return DatasetName(self.namespace, path if path.startswith(f"{root}/") else f"{root}/{path.lstrip('/')}")
