"""Databases that are files: connections, names, and the files that statements attach."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from airflow.models.connection import Connection
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from hypothesis import given
from hypothesis import strategies as st

from lineage_kit.datasets.databases import DuckdbFile, FileDatabase, SqliteFile, describe_database
from lineage_kit.datasets.naming import DatasetName

if TYPE_CHECKING:
    from pathlib import Path


def sqlite(host: str | None, **parts: Any) -> Connection:
    """Return an SQLite connection with a path in the place of the host."""
    return Connection(conn_id="warehouse", conn_type="sqlite", host=host, **parts)


def duckdb(host: str | None = None, **parts: Any) -> Connection:
    """Return a DuckDB connection with a path in the place of the host."""
    return Connection(conn_id="warehouse", conn_type="duckdb", host=host, **parts)


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

        assert describe_database(connection) == SqliteFile(f"sqlite://{file}", "sqlite")

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


class TestDuckdbConnection:
    @pytest.mark.parametrize(
        "connection",
        [
            duckdb("/data/w.duckdb"),
            duckdb(None, extra='{"database": "/data/w.duckdb"}'),
            duckdb("/other", extra='{"database": "/data/w.duckdb"}'),
            Connection(conn_id="warehouse", conn_type="duckdb_aws", host="/data/w.duckdb"),
        ],
        ids=["host", "extra", "both", "with AWS"],
    )
    def test_file(self, connection: Connection) -> None:
        """The file is the namespace."""
        assert describe_database(connection) == DuckdbFile("duckdb:///data/w.duckdb", "duckdb")

    @pytest.mark.parametrize(
        "connection",
        [
            duckdb(),
            duckdb(""),
            duckdb(":memory:"),
            duckdb(":memory:shared"),
            duckdb("md:sales"),
            duckdb("s3://lake/w.duckdb"),
            Connection(conn_id="warehouse", uri="duckdb://:hush-hush@/sales"),
            duckdb("/w.duckdb", extra='{"motherduck_token": "hush-hush"}'),
        ],
        ids=["nothing", "empty", "memory", "named memory", "MotherDuck", "object", "password", "token"],
    )
    def test_no_file(self, connection: Connection) -> None:
        """What is in memory, in MotherDuck or behind a URL is no file of this machine."""
        assert describe_database(connection) is None


class TestPath:
    @pytest.mark.parametrize("kind", [SqliteFile, DuckdbFile])
    @pytest.mark.parametrize("path", ["/data/w.db", "//data/w.db", "/data/./w.db", "/data/x/../w.db", "/data//w.db"])
    def test_one_file_has_one_namespace(self, kind: type[FileDatabase], path: str) -> None:
        """The same file has the same namespace, however its path is written."""
        assert kind.at(path).namespace == f"{kind.scheme}:///data/w.db"

    @given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
    def test_back(self, name: str) -> None:
        """The path of a file is that of its namespace."""
        database = SqliteFile.at(f"/data/{name}")

        assert SqliteFile.at(database.path) == database


class TestSqliteTables:
    database = SqliteFile.at("/w.db").with_attached("ATTACH DATABASE '/lake.db' AS lake; ATTACH ':memory:' AS scratch")

    @pytest.mark.parametrize("schema", [None, "main", "MAIN"])
    def test_main(self, schema: str | None) -> None:
        """The file itself goes without saying."""
        assert self.database.dataset_name(None, schema, "t") == DatasetName("sqlite:///w.db", "t")

    @pytest.mark.parametrize("schema", ["lake", "Lake"])
    def test_attached(self, schema: str) -> None:
        """A table of an attached file is that file's."""
        assert self.database.dataset_name(None, schema, "t") == DatasetName("sqlite:///lake.db", "t")

    def test_attached_memory(self) -> None:
        """A table in memory has no name that others could know."""
        assert self.database.dataset_name(None, "scratch", "t") is None

    def test_unknown_alias(self) -> None:
        """A file that nobody knows keeps its alias in the table's name."""
        assert self.database.dataset_name(None, "temp", "t") == DatasetName("sqlite:///w.db", "temp.t")


class TestDuckdbTables:
    database = DuckdbFile.at("/data/w.duckdb").with_attached(
        "ATTACH '/data/lake.duckdb'; attach if not exists 'it''s.db' as Old (TYPE sqlite, READ_ONLY);"
        "ATTACH 'sqlite:/data/older.db' AS older; ATTACH 'host=h' AS pg (TYPE postgres);"
        "ATTACH 's3://bucket/x.db' AS remote;"
        "ATTACH OR REPLACE DATABASE 'duckdb:/data/more.db' AS more"
    )

    @pytest.mark.parametrize(
        ("parts", "name"),
        [
            ((None, None, "t"), "w.main.t"),
            ((None, "main", "t"), "w.main.t"),
            ((None, "mart", "t"), "w.mart.t"),
            ((None, "w", "t"), "w.main.t"),
            (("w", "main", "t"), "w.main.t"),
            (("W", "mart", "t"), "w.mart.t"),
        ],
    )
    def test_own(self, parts: tuple[str | None, str | None, str], name: str) -> None:
        """Alias and schema are in the name, whichever of them the statement names."""
        assert self.database.dataset_name(*parts) == DatasetName("duckdb:///data/w.duckdb", name)

    @pytest.mark.parametrize(
        ("parts", "namespace", "name"),
        [
            ((None, "lake", "t"), "duckdb:///data/lake.duckdb", "lake.main.t"),
            (("lake", "mart", "t"), "duckdb:///data/lake.duckdb", "lake.mart.t"),
            (("LAKE", "mart", "t"), "duckdb:///data/lake.duckdb", "lake.mart.t"),
            ((None, "older", "t"), "sqlite:///data/older.db", "t"),
            (("older", "main", "t"), "sqlite:///data/older.db", "t"),
            ((None, "more", "t"), "duckdb:///data/more.db", "more.main.t"),
        ],
    )
    def test_attached(self, parts: tuple[str | None, str | None, str], namespace: str, name: str) -> None:
        """A table of an attached file is that file's, and named as its system does."""
        assert self.database.dataset_name(*parts) == DatasetName(namespace, name)

    def test_attached_with_a_quote(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A quote in a path is doubled in SQL; a relative path counts from where the process stands."""
        monkeypatch.chdir(tmp_path)
        database = DuckdbFile.at("w.duckdb").with_attached("ATTACH 'it''s.db' AS old (TYPE sqlite)")

        assert database.dataset_name(None, "old", "t") == DatasetName(f"sqlite://{tmp_path}/it's.db", "t")

    @pytest.mark.parametrize("alias", ["pg", "remote", "temp_db"])
    def test_without_a_name(self, alias: str) -> None:
        """Tables of what is attached and is no file, or is attached nobody knows where, have no name."""
        assert self.database.dataset_name(alias, "public", "t") is None

    @pytest.mark.parametrize(
        "file", ["w.duckdb", "my.data.duckdb", ".hidden.db", "main.db", "Temp.duckdb", "system", "a b.db", "Shop.db"]
    )
    def test_own_alias(self, tmp_path: Path, file: str) -> None:
        """A file is called as DuckDB itself calls it."""
        duckdb = pytest.importorskip("duckdb")
        with closing(duckdb.connect(str(tmp_path / file))) as connection:
            ((alias,),) = connection.execute("SELECT current_database()").fetchall()

        name = DuckdbFile.at(str(tmp_path / file)).dataset_name(alias, None, "t")

        assert name == DatasetName(f"duckdb://{tmp_path / file}", f"{alias}.main.t")
