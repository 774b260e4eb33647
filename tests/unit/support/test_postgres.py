"""The PostgreSQL server of the tests."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest
from support import postgres as module
from support.postgres import SERVER_VARIABLE, PostgresDatabase, PostgresUnavailableError, postgres_server


class TestPostgresDatabase:
    def test_url_round_trip(self) -> None:
        """A database read from its own URL is the same database, also with characters that URLs reserve."""
        database = PostgresDatabase("db.example", 5433, "an:user", "p@ss/word", "a name")

        assert PostgresDatabase.from_url(database.url()) == database

    def test_url_defaults(self) -> None:
        """A URL may leave out what every server has."""
        assert PostgresDatabase.from_url("postgresql://db.example") == PostgresDatabase(
            "db.example", 5432, "postgres", "", "postgres"
        )

    def test_scheme_names_the_driver(self) -> None:
        """SQLAlchemy's driver is chosen by the scheme."""
        database = PostgresDatabase("h", 1, "u", "p", "d")

        assert database.url("postgresql+psycopg2") == "postgresql+psycopg2://u:p@h:1/d"


class TestServer:
    def test_fresh_databases_are_separate(self, postgres: PostgresDatabase) -> None:
        """Two consumers who ask for the same purpose do not see each other's tables."""
        first, second = postgres.create_database("Same purpose"), postgres.create_database("Same purpose")

        first.execute("create table t (a int); insert into t values (1)")

        assert first.execute("select a from t") == [(1,)]
        assert second.execute("select count(*) from pg_tables where tablename = 't'") == [(0,)]
        assert first.name.startswith("same_purpose_")

    def test_named_server_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A server named in the environment is taken as it is, and nothing is started."""
        monkeypatch.setenv(SERVER_VARIABLE, "postgresql://u:p@db.example/x")
        monkeypatch.setattr(module, "find_binaries", lambda: pytest.fail("looked for binaries"))

        with postgres_server() as database:
            assert database == PostgresDatabase("db.example", 5432, "u", "p", "x")

    def test_nothing_installed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Without a server and without programs the reason says what was looked for."""
        monkeypatch.delenv(SERVER_VARIABLE, raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(module, "_BINARY_FOLDERS", ())

        with pytest.raises(PostgresUnavailableError, match=SERVER_VARIABLE), postgres_server():
            pass

    def test_private_server_ends_with_its_context(self, postgres_binaries: Path) -> None:
        """The private server is stopped, and its files are removed, also when its user fails."""
        servers = []

        def fail() -> None:
            with module._private_server(postgres_binaries) as database:
                servers.append((database, Path(database.execute("show data_directory")[0][0])))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

        [(database, folder)] = servers
        with pytest.raises(psycopg2.OperationalError):
            database.execute("select 1")
        assert not folder.exists()

    def test_newest_version_is_taken(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Of several installed versions the newest serves, by number and not by name."""
        for version in ("9.6", "15", "17"):
            folder = tmp_path / version / "bin"
            folder.mkdir(parents=True)
            for program in ("initdb", "pg_ctl", "postgres"):
                (folder / program).touch()
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(module, "_BINARY_FOLDERS", (f"{tmp_path}/*/bin",))

        assert module.find_binaries() == tmp_path / "17" / "bin"


@pytest.fixture
def postgres_binaries() -> Path:
    """Give the folder of PostgreSQL's programs."""
    try:
        return module.find_binaries()
    except PostgresUnavailableError as error:
        pytest.skip(str(error))
