"""The database behind a dbt project, as far as its name goes: nothing else of ``profiles.yml`` is rendered or kept."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.databases import Database, DuckdbFile, FileDatabase
from lineage_kit.datasets.databases.files import file_database, own_alias
from lineage_kit.datasets.databases.systems import SYSTEMS, authority_of
from lineage_kit.exceptions import DbtArtifactsError
from lineage_kit.extractors.dbt.shell import path_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage_kit.extractors.dbt.artifacts import Artifacts

#: What names need of a profile.
_PLACE = frozenset(
    {
        *("account", "account_id", "catalog", "database", "dbname", "host", "method", "path", "port", "project"),
        *("region", "region_name", "role_arn", "server", "software_host", "type"),
    }
)
#: Adapters whose namespace is the server's, and the system; the OpenLineage integration knows the others.
_SERVERS = {
    "alloydb": "postgres",
    "clickhouse": "clickhouse",
    "hive": "hive",
    "impala": "impala",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "presto": "presto",
    "sqlserver": "mssql",
    "teradata": "teradata",
    "trino": "trino",
    "vertica": "vertica",
}
_REDSHIFT_HOST = re.compile(r"([^.]+)\.[^.]+\.([^.]+)\.redshift[^.]*\.amazonaws\.com(\.cn)?", re.IGNORECASE)


def read_yaml(path: str) -> dict[str, Any] | None:
    """Return the content of a YAML file; None where it cannot be read, or is no mapping."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return content if isinstance(content, dict) else None


def render(value: Any, environment: Mapping[str, str]) -> Any:
    """Return a setting with its template rendered as dbt would, the function ``env_var`` included.

    Raises:
        DbtArtifactsError: it needs what is not known here.

    """
    if not isinstance(value, str) or "{" not in value:
        return value
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    templates = SandboxedEnvironment(undefined=StrictUndefined)
    templates.globals["env_var"] = lambda name, default=None: _variable(environment, name, default)
    templates.filters.update({name: lambda each: each for name in ("as_bool", "as_native", "as_number", "as_text")})
    try:
        return templates.from_string(value).render()
    except (TemplateError, LookupError) as error:
        msg = "A setting of the dbt project needs a variable that the task does not have."
        raise DbtArtifactsError(msg) from error


def _variable(environment: Mapping[str, str], name: str, default: str | None) -> str:
    value = environment.get(name, default)
    if value is None:
        raise LookupError(name)
    return value


def place_of(artifacts: Artifacts) -> dict[str, Any]:
    """Return where the tables of a call are: its profile, reduced to what names need.

    Raises:
        DbtArtifactsError: there is no such profile, or it cannot be understood.

    """
    profiles = _profiles(artifacts)
    call, arguments = artifacts.call, artifacts.arguments
    environment = call.environment
    project = read_yaml(os.path.join(call.project or artifacts.folder, "dbt_project.yml")) or {}
    name = call.option("PROFILE") or arguments.get("profile") or render(project.get("profile"), environment)
    candidates = [each for each in profiles if each != "config"]
    # What is copied out of a container has no project file beside it.
    profile = profiles.get(name or (candidates[0] if len(candidates) == 1 else ""))
    if not isinstance(profile, dict) or not isinstance(profile.get("outputs"), dict):
        msg = f"`profiles.yml` has no profile `{name}`." if name else "No file tells the profile of the dbt project."
        raise DbtArtifactsError(msg)
    target = call.option("TARGET") or arguments.get("target") or render(profile.get("target"), environment) or "default"
    output = profile["outputs"].get(target)
    if not isinstance(output, dict):
        msg = f"The profile of the dbt project has no target `{target}`."
        raise DbtArtifactsError(msg)
    place = {key: render(value, environment) for key, value in output.items() if key in _PLACE}
    place["type"] = place.get("type") or artifacts.manifest["metadata"].get("adapter_type")
    place["attach"] = [_attached(entry, environment) for entry in output.get("attach") or () if isinstance(entry, dict)]
    return place


def _attached(entry: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    return {key: render(entry.get(key), environment) for key in ("path", "alias", "type")}


def _profiles(artifacts: Artifacts) -> dict[str, Any]:
    """Return the profiles, from where dbt looked for them, or from beside its artifacts."""
    call = artifacts.call
    home = call.environment.get("HOME")
    folders = (
        None if call.elsewhere else artifacts.arguments.get("profiles_dir"),
        call.path_option("PROFILES_DIR"),
        None if call.elsewhere else call.folder,
        call.project,
        os.path.join(home, ".dbt") if home and not call.elsewhere else None,
        artifacts.folder,
    )
    for folder in folders:
        if folder and (profiles := read_yaml(os.path.join(folder, "profiles.yml"))):
            return profiles
    msg = "`profiles.yml`, which tells where the tables are, cannot be read from here."
    raise DbtArtifactsError(msg)


def database_of(place: Mapping[str, Any], folder: str | None) -> Database:
    """Return how the tables behind a profile are named: as hooks of the same database name them.

    Args:
        place: the profile, as :func:`place_of` returns it.
        folder: where dbt ran, from which it sees relative paths.

    Raises:
        DbtArtifactsError: the tables have no name that others could know.

    """
    kind = place["type"]
    found: Database | None
    if kind == "duckdb":
        found = _duckdb(place, folder)
    elif kind in _SERVERS:
        host = place.get("host") or place.get("server")
        found = SYSTEMS[_SERVERS[kind]].at(host, place.get("port"), _database(place))
        # Where dbt puts what no schema is said of is nowhere written down.
        found = found and replace(found, schema=None)
    else:
        found = Database(
            namespace=_namespace(place),
            dialect=kind,
            database=_database(place),
            schema_required=True,
            uppercase=kind == "snowflake",
        )
    if found is None:
        msg = f"The tables of the dbt project, adapter `{kind}`, have no name that others could know."
        raise DbtArtifactsError(msg)
    return found


def _database(place: Mapping[str, Any]) -> str | None:
    for key in ("dbname", "database", "catalog", "project"):
        if place.get(key):
            return str(place[key])
    return None


def _duckdb(place: Mapping[str, Any], folder: str | None) -> Database | None:
    path = _file(place.get("path"), folder)
    found = file_database(path, "duckdb") if path else None
    if not isinstance(found, DuckdbFile):
        return None
    attached: dict[str, FileDatabase | None] = {}
    for entry in place["attach"]:
        file = _file(entry["path"], folder)
        alias = entry["alias"] or own_alias(file or "")
        attached[str(alias).lower()] = file_database(file, str(entry["type"] or "duckdb")) if file else None
    return replace(found, attached=attached)


def _file(path: Any, folder: str | None) -> str | None:
    """Return the absolute path of a database file; None for one in memory or behind a URL."""
    if not isinstance(path, str) or ":" in path:
        return None
    return path_from(folder, path)


def _namespace(place: Mapping[str, Any]) -> str:
    """Return what the OpenLineage integration of dbt says, and for Redshift what Airflow's hook does."""
    if place["type"] == "redshift":
        host = str(place.get("host") or "")
        cluster = _REDSHIFT_HOST.fullmatch(host)
        authority = authority_of(f"{cluster[1]}.{cluster[2]}" if cluster else host, place.get("port") or 5439)
        if authority:
            return f"redshift://{authority}"
    from openlineage.common.provider.dbt.processor import DbtArtifactProcessor

    processor = DbtArtifactProcessor(producer="", job_namespace="")
    try:
        processor.extract_adapter_type(place)
        namespace: str = processor.extract_namespace(place)
    except (KeyError, IndexError, NotImplementedError) as error:
        msg = f"The profile of the dbt project, adapter `{place['type']}`, does not tell where the tables are."
        raise DbtArtifactsError(msg) from error
    return namespace
