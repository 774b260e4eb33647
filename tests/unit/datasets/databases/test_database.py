"""What completes the names of tables."""

from __future__ import annotations

import pytest

from lineage_kit.datasets.databases import Database
from lineage_kit.datasets.databases.database import YdbDatabase
from lineage_kit.datasets.naming import DatasetName


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ((None, None, "t"), "db.public.t"),
        ((None, "s", "t"), "db.s.t"),
        (("other", "s", "t"), "other.s.t"),
        (("other", None, "t"), "other.public.t"),
    ],
)
def test_completed(parts: tuple[str | None, str | None, str], name: str) -> None:
    """Parts that the statement leaves out come from the connection."""
    database = Database("postgres://host:5432", "postgres", database="db", schema="public")

    assert database.dataset_name(*parts) == DatasetName("postgres://host:5432", name)


@pytest.mark.parametrize(
    ("database", "name"),
    [
        (Database("mysql://host:3306", "mysql"), "s.t"),
        (Database("mysql://host:3306", "mysql", database="db"), "db.s.t"),
    ],
)
def test_without_defaults(database: Database, name: str) -> None:
    """What nobody says is left out."""
    assert database.dataset_name(None, "s", "t") == DatasetName("mysql://host:3306", name)


def test_schema_required() -> None:
    """Where the schema is needed and nobody says it, the table has no name."""
    database = Database("snowflake://org-account", "snowflake", database="db", schema_required=True)

    assert database.dataset_name(None, None, "t") is None
    assert database.dataset_name(None, "s", "t") == DatasetName("snowflake://org-account", "db.s.t")


def test_schema_required_and_known() -> None:
    """A default satisfies the need."""
    database = Database("postgres://host:5432", "postgres", schema="public", schema_required=True)

    assert database.dataset_name(None, None, "t") == DatasetName("postgres://host:5432", "public.t")


def test_database_required() -> None:
    """Where the database is needed and nobody says it, the table has no name."""
    database = Database("bigquery", "bigquery", schema_required=True, database_required=True)

    assert database.dataset_name(None, "s", "t") is None
    assert database.dataset_name("p", "s", "t") == DatasetName("bigquery", "p.s.t")


def test_uppercase() -> None:
    """Systems that store names in upper case have the whole name so, but for what is stored otherwise."""
    database = Database("snowflake://org-account", "snowflake", database="db", uppercase=True)

    assert database.dataset_name(None, "s", "t") == DatasetName("snowflake://org-account", "DB.S.T")
    assert database.dataset_name(None, "S", "t", as_stored=True) == DatasetName("snowflake://org-account", "DB.S.t")


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("orders", "/local/orders"),
        ("mart/orders", "/local/mart/orders"),
        ("/local/mart/orders", "/local/mart/orders"),
        ("/localized/orders", "/local/localized/orders"),
    ],
)
@pytest.mark.parametrize("root", ["/local", "local", "/local/"])
def test_path_of_ydb(root: str, table: str, name: str) -> None:
    """A table of YDB is a path, which may be given whole or below its database."""
    database = YdbDatabase("ydb://host:2135", "ydb", database=root)

    assert database.dataset_name(None, None, table) == DatasetName("ydb://host:2135", name)
