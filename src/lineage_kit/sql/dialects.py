"""Names of SQL dialects, and the few rules in which dialects differ for lineage."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect as Grammar

if TYPE_CHECKING:
    from collections.abc import Callable

    Fold = Callable[[str], str]

# What hooks and users call a dialect, where sqlglot calls it otherwise. The empty name is generic SQL.
_SYNONYMS = {
    "ansi": "",
    "awsathena": "athena",
    "generic": "",
    "google_bigquery": "bigquery",
    "googlesql": "bigquery",
    "mariadb": "mysql",
    "mssql": "tsql",
    "postgresql": "postgres",
    "redshift+psycopg2": "redshift",
    "snowflakedb": "snowflake",
    "sparksql": "spark",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "transact": "tsql",
}

# A SELECT item may use the alias of an earlier item of the same list.
_LATERAL_ALIASES = frozenset({"clickhouse", "databricks", "duckdb", "redshift", "snowflake", "spark", "teradata"})
# WITH needs no RECURSIVE for a common table expression that reads itself.
_IMPLICIT_RECURSION = frozenset({"fabric", "oracle", "snowflake", "sqlite", "tsql"})


def _keep(name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class CaseRule:
    """How names are compared: two names are the same when their folded forms are equal."""

    unquoted: Fold
    quoted: Fold


_INSENSITIVE = CaseRule(str.lower, str.lower)
_SENSITIVE = CaseRule(_keep, _keep)
_BY_STRATEGY = {
    "LOWERCASE": CaseRule(str.lower, _keep),
    "UPPERCASE": CaseRule(str.upper, _keep),
    "CASE_INSENSITIVE": _INSENSITIVE,
    "CASE_INSENSITIVE_UPPERCASE": _INSENSITIVE,
    "CASE_SENSITIVE": _INSENSITIVE,
}
# Tables are files or folders there, so that their names keep the case; columns do not.
_SENSITIVE_TABLES = frozenset({"bigquery", "doris", "mysql", "singlestore", "starrocks"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """One SQL dialect: sqlglot's grammar and the rules that the grammar does not hold.

    `columns` is the case rule of columns, aliases and common table expressions, `tables` that of tables.
    """

    name: str
    grammar: Grammar
    columns: CaseRule
    tables: CaseRule
    lateral_aliases: bool
    implicit_recursion: bool


@lru_cache(maxsize=64)
def dialect_of(name: str | None) -> Dialect:
    """Return the dialect of that name (any case); generic SQL for None and for a name that nobody knows."""
    wanted = (name or "").strip().lower()
    wanted = _SYNONYMS.get(wanted, wanted)
    grammar = Grammar.get(wanted) if wanted.isidentifier() else None
    if grammar is None:
        return _generic()
    columns = _BY_STRATEGY.get(grammar.NORMALIZATION_STRATEGY.name, _INSENSITIVE)
    tables = columns
    if wanted in _SENSITIVE_TABLES:
        tables = _SENSITIVE
    elif wanted == "clickhouse":
        columns = tables = _SENSITIVE
    return Dialect(
        name=wanted,
        grammar=grammar(),
        columns=columns,
        tables=tables,
        lateral_aliases=wanted in _LATERAL_ALIASES,
        implicit_recursion=wanted in _IMPLICIT_RECURSION,
    )


def _generic() -> Dialect:
    return Dialect(
        name="",
        grammar=Grammar(),
        columns=_INSENSITIVE,
        tables=_INSENSITIVE,
        lateral_aliases=False,
        implicit_recursion=False,
    )
