"""How databases name their tables, and the registry for hooks that do not say."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from airflow.models.connection import Connection
from airflow.providers.sqlite.hooks.sqlite import SqliteHook

from lineage_kit.datasets import databases
from lineage_kit.datasets.databases import (
    Database,
    describe_database,
    register_database,
    sqlite_namespace,
    sqlite_path,
)
from lineage_kit.datasets.naming import DatasetName

if TYPE_CHECKING:
    from pathlib import Path


def sqlite(host: str | None, **parts: Any) -> Connection:
    """Return an SQLite connection with a path in the place of the host."""
    return Connection(conn_id="warehouse", conn_type="sqlite", host=host, **parts)


class TestSqliteConnection:
    @pytest.mark.parametrize(
        "write",
        [
            lambda path: sqlite(str(path)),
            lambda path: sqlite(str(path.parent), schema=path.name),
            lambda path: sqlite(str(path), extra='{"mode": "rwc"}'),
            lambda path: sqlite(str(path), extra='{"mode": "rwc", "cache": "private"}'),
            lambda path: Connection(conn_id="warehouse", uri=f"sqlite://{path}"),
            lambda path: Connection(conn_id="warehouse", uri=f"sqlite://{path}?mode=rwc"),
        ],
        ids=["host", "host and schema", "host and option", "host and options", "URI", "URI with option"],
    )
    @pytest.mark.parametrize("name", ["w.db", "my data.db", "w%41.db"])
    def test_is_the_file_of_the_hook(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any, name: str
    ) -> None:
        """The namespace is the file that the hook opens, however the connection is written."""
        connection = write(tmp_path / name)
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", connection.get_uri())
        with closing(SqliteHook(sqlite_conn_id="warehouse").get_conn()) as opened:
            opened.execute("CREATE TABLE t (a)")
            (file,) = (row[2] for row in opened.execute("PRAGMA database_list") if row[1] == "main")

        database = describe_database(connection)

        assert database is not None
        assert sqlite_path(database.namespace) == file
        assert database.dialect == "sqlite"

    @pytest.mark.parametrize(
        "connection",
        [
            sqlite(":memory:"),
            sqlite(None),
            sqlite(""),
            sqlite("shared", extra='{"mode": "memory", "cache": "shared"}'),
            Connection(conn_id="warehouse", uri="sqlite:///:memory:"),
        ],
        ids=[":memory:", "nothing", "empty", "shared", "URI"],
    )
    def test_in_memory(self, connection: Connection) -> None:
        """A database in memory has no name that others could know."""
        assert describe_database(connection) is None

    def test_relative(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A relative path counts from where the process stands, as for the hook."""
        monkeypatch.chdir(tmp_path)

        database = describe_database(sqlite("data/w.db"))

        assert database is not None
        assert database.namespace == f"sqlite://{tmp_path}/data/w.db"


class TestSqliteNamespace:
    @pytest.mark.parametrize("path", ["/data/w.db", "//data/w.db", "/data/./w.db", "/data/x/../w.db", "/data//w.db"])
    def test_one_file_has_one(self, path: str) -> None:
        """The same file has the same namespace, however its path is written."""
        assert sqlite_namespace(path) == "sqlite:///data/w.db"

    def test_back(self) -> None:
        """The file of a namespace is its path."""
        assert sqlite_path(sqlite_namespace("/data/w.db")) == "/data/w.db"


class TestSqliteTables:
    database = Database(namespace="sqlite:///w.db", dialect="sqlite", attached={"lake": "sqlite:///lake.db"})

    @pytest.mark.parametrize("schema", [None, "main", "MAIN"])
    def test_main(self, schema: str | None) -> None:
        """The file itself goes without saying."""
        assert self.database.dataset_name(None, schema, "t") == DatasetName("sqlite:///w.db", "t")

    @pytest.mark.parametrize("schema", ["lake", "Lake"])
    def test_attached(self, schema: str) -> None:
        """A table of an attached file is that file's."""
        assert self.database.dataset_name(None, schema, "t") == DatasetName("sqlite:///lake.db", "t")

    def test_unknown_alias(self) -> None:
        """A file that nobody knows keeps its alias in the table's name."""
        assert self.database.dataset_name(None, "temp", "t") == DatasetName("sqlite:///w.db", "temp.t")


class TestDatasetName:
    @pytest.mark.parametrize(
        ("parts", "name"),
        [
            ((None, None, "t"), "db.public.t"),
            ((None, "s", "t"), "db.s.t"),
            (("other", "s", "t"), "other.s.t"),
            (("other", None, "t"), "other.public.t"),
        ],
    )
    def test_completed(self, parts: tuple[str | None, str | None, str], name: str) -> None:
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
    def test_without_defaults(self, database: Database, name: str) -> None:
        """What nobody says is left out."""
        found = database.dataset_name(None, "s", "t")

        assert found is not None
        assert found.name == name

    def test_schema_required(self) -> None:
        """Where the schema is needed and nobody says it, the table has no name."""
        database = Database("snowflake://org-account", "snowflake", database="db", schema_required=True)

        assert database.dataset_name(None, None, "t") is None
        assert database.dataset_name(None, "s", "t") == DatasetName("snowflake://org-account", "db.s.t")

    def test_schema_required_and_known(self) -> None:
        """A default satisfies the need."""
        database = Database("postgres://host:5432", "postgres", schema="public", schema_required=True)

        assert database.dataset_name(None, None, "t") == DatasetName("postgres://host:5432", "public.t")

    def test_uppercase(self) -> None:
        """Systems that store names in upper case have the whole name so, but for what is stored otherwise."""
        database = Database("snowflake://org-account", "snowflake", database="db", uppercase=True)

        assert database.dataset_name(None, "s", "t") == DatasetName("snowflake://org-account", "DB.S.T")
        assert database.dataset_name(None, "S", "t", as_stored=True) == DatasetName("snowflake://org-account", "DB.S.t")


class TestRegistry:
    @pytest.fixture(autouse=True)
    def _own_registry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(databases, "_REGISTRY", dict(databases._REGISTRY))

    def test_unknown(self) -> None:
        """Of other connections nothing is known."""
        assert describe_database(Connection(conn_id="c", conn_type="ours", host="h")) is None

    def test_users_may_teach(self) -> None:
        """A user can say how connections of a type name their tables."""
        register_database("ours", lambda connection: Database(f"ours://{connection.host}", "postgres"))

        assert describe_database(Connection(conn_id="c", conn_type="ours", host="h")) == Database(
            "ours://h", "postgres"
        )

    def test_last_counts(self) -> None:
        """A later registration replaces an earlier one, the kit's own included."""
        register_database("sqlite", lambda _: None)

        assert describe_database(sqlite("/w.db")) is None
