"""What a name should be that breaks a rule, where that is certain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming.checks import has_credentials, problem_of
from lineage_kit.datasets.naming.name import DatasetName
from lineage_kit.datasets.naming.rulebook import heads, rule_of, rules_by_system
from lineage_kit.datasets.naming.schemes import CONTAINER_SCHEMES, canonical_scheme
from lineage_kit.datasets.naming.templates import SetAside
from lineage_kit.datasets.naming.uris import from_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lineage_kit.datasets.naming.rules import Rule

_REDSHIFT = re.compile(r"([^.]+)\.[^.]+\.([^.]+)\.redshift(?:-serverless)?\.amazonaws\.com(?:\.cn)?")
#: Namespaces that are whole without anything behind a scheme.
_ALONE = frozenset({"bigquery", "file", "pubsub"})


def suggested(namespace: Any, name: Any) -> DatasetName | None:
    """Return what a name that breaks a rule should be; None where it breaks none, or that is not certain."""
    problem = problem_of(namespace, name)
    if problem is None or not problem.wrong or not isinstance(namespace, str) or not isinstance(name, str):
        return None
    if not name.strip():
        return None
    jinja = SetAside.of(namespace, name)
    for mended in _candidates(DatasetName(jinja.aside(namespace), jinja.aside(name))):
        meant = DatasetName(jinja.back(mended.namespace), jinja.back(mended.name))
        if problem_of(meant.namespace, meant.name) is None:
            return meant
    return None


def _candidates(wrong: DatasetName) -> Iterator[DatasetName]:
    """Yield what may be meant, the likeliest first."""
    namespace, name = wrong.namespace.strip(), wrong.name.strip()
    scheme, separator, rest = namespace.partition("://")
    scheme = canonical_scheme(scheme)
    if "://" in name:
        yield from _whole_uri(scheme, namespace, name)
        return
    if scheme in {"", "file"} and not rest.strip("/"):
        # The OpenLineage provider takes the slash off paths whose URL had the scheme `file`.
        found = from_uri(name if not separator else f"/{name}")
        if found is not None:
            yield found
        return
    if not separator and scheme in heads() and scheme not in _ALONE:
        # The same for other URLs: it leaves the bucket or the host in the name.
        authority, _, name = name.lstrip("/").partition("/")
        namespace = f"{scheme}://{authority}"
    yield from _mended(namespace, name)


def _whole_uri(scheme: str, namespace: str, name: str) -> Iterator[DatasetName]:
    """Yield the name of a URI that stands where a name belongs, if the namespace does not contradict."""
    found = None if has_credentials(name) else from_uri(name)
    if found is None:
        return
    found = next(_mended(found.namespace, found.name), found)
    agrees = {namespace.rstrip("/"), "" if "://" in namespace else scheme}
    if namespace == "" or agrees & {found.namespace, found.namespace.partition("://")[0]}:
        yield found


def _mended(namespace: str, name: str) -> Iterator[DatasetName]:
    """Yield the name by the rule of its scheme."""
    scheme, separator, rest = namespace.partition("://")
    scheme = canonical_scheme(scheme)
    rule = rule_of(f"{scheme}://{rest}" if separator and scheme not in _ALONE else scheme)
    if rule is None:
        return
    if scheme not in CONTAINER_SCHEMES:
        rest = rest.rpartition("@")[2]
    path: tuple[str, ...] = ()
    # Database files and Cosmos have more than an authority in the namespace.
    if not re.search(r"\{path\}|/dbs/", rule.namespace):
        authority, _, tail = rest.partition("/")
        path = tuple(part for part in tail.split("/") if part)
        rest = _mended_authority(rule, authority)
    for mended in _with_path(rule, path, name):
        yield DatasetName(f"{scheme}://{rest}" if rest else scheme, _mended_name(rule, mended))
    if rule.system == "synapse":
        yield from _sql_server(f"//{rest}", name)


def _mended_authority(rule: Rule, authority: str) -> str:
    """Return host and port in the form of the rule."""
    if rule.is_table or rule.port is not None:
        authority = authority.lower()
    host, colon, port = authority.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = authority, ""
    if rule.system == "snowflake":
        return host.removesuffix(".snowflakecomputing.com")
    if rule.head == "redshift" and (address := _REDSHIFT.fullmatch(host)):
        host = f"{address[1]}.{address[2]}"
    if rule.system == "wasbs":
        host = host.replace(".blob.core.windows.net", ".dfs.core.windows.net")
    port = port or str(rule.port or "")
    return f"{host}:{port}" if port and host else host


def _with_path(rule: Rule, path: tuple[str, ...], name: str) -> Iterator[str]:
    """Yield the name with the path that stood in the namespace."""
    if not path:
        yield name
    elif not rule.is_table:
        yield "/".join((*path, name.lstrip("/")))
    else:
        parts = tuple(name.split("."))
        # The path is the database, and maybe the schema, which the name may have or not.
        if len(parts) == rule.levels and parts[: len(path)] == path:
            yield name
        elif len(path) + len(parts) == rule.levels:
            yield ".".join((*path, *parts))


def _mended_name(rule: Rule, name: str) -> str:
    """Return the name in the form of the rule."""
    if not rule.is_table:
        if rule.system in {"local", "ydb"}:
            return name.rstrip("/") or "/"
        path = name.partition("?")[0] if rule.head in {"http", "https"} else name
        return (path.rstrip("/") if rule.system in {"hdfs", "dbfs", "remote"} else path.strip("/")) or "/"
    name = name.strip("/")
    if rule.levels > 1 and "." not in name and name.count("/") == rule.levels - 1:
        name = name.replace("/", ".")
    mend = _OWN.get(rule.system)
    return mend(name) if mend else name


def _glue(name: str) -> str:
    parts = re.split(r"[./]", name)
    return f"table/{parts[0]}/{parts[1]}" if len(parts) == len(("database", "table")) else name


#: What else people write, by the system.
_OWN: dict[str, Callable[[str], str]] = {
    # The form of BigQuery's legacy SQL.
    "bigquery": lambda name: re.sub(r"^([\w-]+):([^.:]+\.[^.:]+)$", r"\1.\2", name),
    "cosmos": lambda name: name if "/" in name else f"colls/{name}",
    "glue": _glue,
    "sqlite": lambda name: name.removeprefix("main."),
}


def _sql_server(server: str, name: str) -> Iterator[DatasetName]:
    """Yield the name of a table in SQL Server that is written with the scheme of Synapse, as in its JDBC URL."""
    levels = name.count(".") + 1
    if levels == rules_by_system()["mssql"].levels and not server.partition(":")[0].endswith(".azuresynapse.net"):
        yield DatasetName(f"mssql:{server}", name)
