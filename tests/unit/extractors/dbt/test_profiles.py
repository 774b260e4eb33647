"""The database behind a dbt project, and what of its profile is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lineage_kit.exceptions import DbtArtifactsError
from lineage_kit.extractors.dbt.artifacts import Artifacts
from lineage_kit.extractors.dbt.calls import find_calls
from lineage_kit.extractors.dbt.profiles import database_of, place_of

if TYPE_CHECKING:
    from pathlib import Path


def artifacts(
    project: Path, command: str = "dbt run", arguments: dict[str, Any] | None = None, **variables: str
) -> Any:
    """Return the artifacts of a call in a project, as far as profiles go."""
    (call,) = find_calls(command, str(project), variables)
    manifest = {"metadata": {"adapter_type": "postgres"}}
    return Artifacts(call, str(project / "target"), {"args": arguments or {}}, manifest, None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with a profile that has secrets and variables."""
    (tmp_path / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    (tmp_path / "profiles.yml").write_text("""
config: {}
shop:
  target: "{{ env_var('STAGE', 'dev') }}"
  outputs:
    dev: {type: postgres, host: localhost, port: 5432, dbname: dev, user: ann, password: hush-hush}
    prod:
      type: postgres
      host: "{{ env_var('DB_HOST') }}"
      port: "{{ env_var('DB_PORT', '6543') | as_number }}"
      dbname: shop
      password: "{{ env_var('DB_PASSWORD') }}"
    broken: {type: postgres, host: "{{ no_such_function() }}"}
other:
  outputs: {default: {type: trino, host: other, port: 8080, database: lake}}
""")
    return tmp_path


def name(artifacts: Any) -> str:
    """Return the dataset of a table of the project."""
    place = place_of(artifacts)
    return str(database_of(place, artifacts.call.folder).dataset_name(None, "s", "t", as_stored=True))


class TestProfile:
    def test_default_target(self, project: Path) -> None:
        """The profile names the target."""
        assert name(artifacts(project)) == "postgres://localhost:5432 dev.s.t"

    @pytest.mark.parametrize(
        ("command", "variables"),
        [
            ("dbt run --target prod", {}),
            ("dbt run -t prod", {}),
            ("dbt run", {"DBT_TARGET": "prod"}),
            ("dbt run", {"STAGE": "prod"}),
        ],
    )
    def test_target(self, project: Path, command: str, variables: dict[str, str]) -> None:
        """Command line, variable and template choose it; other variables of the task are seen too."""
        found = artifacts(project, command, DB_HOST="db.example", **variables)

        assert name(found) == "postgres://db.example:6543 shop.s.t"

    @pytest.mark.parametrize("command", ["dbt run --profile other", "DBT_PROFILE=other dbt run"])
    def test_profile(self, project: Path, command: str) -> None:
        """A profile without a target has one called `default`."""
        assert name(artifacts(project, command)) == "trino://other:8080 lake.s.t"

    def test_secrets_are_not_looked_at(self, project: Path) -> None:
        """What is no part of a name is neither rendered nor kept."""
        place = place_of(artifacts(project))

        assert place.keys() == {"type", "host", "port", "dbname", "attach"}
        assert "hush-hush" not in repr(place)

    def test_profiles_elsewhere(self, project: Path, tmp_path: Path) -> None:
        """The folder that dbt has recorded counts."""
        folder = tmp_path / "profiles"
        folder.mkdir()
        (project / "profiles.yml").rename(folder / "profiles.yml")

        assert name(artifacts(project, arguments={"profiles_dir": str(folder)})).endswith("dev.s.t")
        assert name(artifacts(project, f"dbt run --profiles-dir {folder}")).endswith("dev.s.t")
        assert name(artifacts(project, DBT_PROFILES_DIR=str(folder))).endswith("dev.s.t")

    @pytest.mark.parametrize(
        ("command", "message"),
        [
            ("dbt run --target nowhere", "no target `nowhere`"),
            ("dbt run --profile nobody", "no profile `nobody`"),
            ("dbt run --target prod", "a variable that the task does not have"),
            ("dbt run --target broken", "a variable that the task does not have"),
        ],
    )
    def test_not_to_be_understood(self, project: Path, command: str, message: str) -> None:
        """What the task cannot know is said, without the value of anything."""
        with pytest.raises(DbtArtifactsError, match=message):
            place_of(artifacts(project, command))

    def test_no_profiles(self, project: Path) -> None:
        """Without the file nobody tells where the tables are."""
        (project / "profiles.yml").write_text("[")

        with pytest.raises(DbtArtifactsError, match=r"`profiles\.yml`.*cannot be read"):
            place_of(artifacts(project))


_CLUSTER = "shop.abc123.eu-west-1.redshift.amazonaws.com"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"type": "postgres", "host": "H", "dbname": "d"}, "postgres://h:5432 d.s.t"),
        ({"type": "redshift", "host": _CLUSTER, "port": 5439, "dbname": "d"}, "redshift://shop.eu-west-1:5439 d.s.t"),
        ({"type": "redshift", "host": "10.0.0.1", "dbname": "d"}, "redshift://10.0.0.1:5439 d.s.t"),
        ({"type": "snowflake", "account": "org-acct", "database": "d"}, "snowflake://org-acct D.s.t"),
        ({"type": "bigquery", "project": "p"}, "bigquery p.s.t"),
        ({"type": "databricks", "host": "h", "catalog": "c"}, "databricks://h c.s.t"),
        ({"type": "trino", "host": "h", "port": 443, "database": "c"}, "trino://h:443 c.s.t"),
        ({"type": "sqlserver", "server": "h", "database": "d"}, "mssql://h:1433 d.s.t"),
        ({"type": "mysql", "host": "h", "schema": "x"}, "mysql://h:3306 s.t"),
        ({"type": "clickhouse", "host": "h"}, "clickhouse://h:8123 s.t"),
        ({"type": "athena", "region_name": "r", "database": "c"}, "awsathena://athena.r.amazonaws.com c.s.t"),
        ({"type": "duckdb", "path": "a/shop.duckdb", "attach": []}, "duckdb:///work/a/shop.duckdb shop.s.t"),
        ({"type": "duckdb", "path": "/a/shop.duckdb", "attach": []}, "duckdb:///a/shop.duckdb shop.s.t"),
    ],
)
def test_names(place: dict[str, Any], expected: str) -> None:
    """Tables are named as the hooks of Airflow name them."""
    assert str(database_of(place, "/work").dataset_name(None, "s", "t", as_stored=True)) == expected


def test_attached_file() -> None:
    """A table of an attached DuckDB file is that file's."""
    attach = [{"path": "crm.duckdb", "alias": None, "type": None}, {"path": "s3://b/x", "alias": "x", "type": None}]
    database = database_of({"type": "duckdb", "path": "shop.duckdb", "attach": attach}, "/work")

    assert str(database.dataset_name("crm", "main", "t")) == "duckdb:///work/crm.duckdb crm.main.t"
    assert database.dataset_name("x", "main", "t") is None


@pytest.mark.parametrize(
    "place",
    [
        {"type": "duckdb", "path": ":memory:", "attach": []},
        {"type": "duckdb", "path": "md:shop", "attach": []},
        {"type": "duckdb", "attach": []},
        {"type": "postgres"},
        {"type": "redshift"},
        {"type": "snowflake"},
        {"type": "an_adapter_of_somebody"},
    ],
)
def test_no_name(place: dict[str, Any]) -> None:
    """What has no name that others could know is refused."""
    with pytest.raises(DbtArtifactsError):
        database_of(place, "/work")
