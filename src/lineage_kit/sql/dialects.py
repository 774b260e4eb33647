"""Names of SQL dialects, and the few rules in which dialects differ for lineage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect as Grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fold = Callable[[str], str]

# What hooks and users call a dialect, where sqlglot calls it otherwise. The empty name is generic SQL.
_SYNONYMS = {
    "alloydb": "postgres",
    "ansi": "",
    "awsathena": "athena",
    "cockroach": "postgres",
    "cockroachdb": "postgres",
    "generic": "",
    "google_bigquery": "bigquery",
    "googlesql": "bigquery",
    "greenplum": "postgres",
    "ibm_db": "db2",
    "mariadb": "mysql",
    "mssql": "tsql",
    "postgresql": "postgres",
    "pyspark": "spark",
    "redshift+psycopg2": "redshift",
    "sap_hana": "hana",
    "saphana": "hana",
    "singlestoredb": "singlestore",
    "snowflakedb": "snowflake",
    "spark3": "spark",
    "sparksql": "spark",
    "sqlserver": "tsql",
    "sybase": "tsql",
    "synapse": "tsql",
    "timescale": "postgres",
    "timescaledb": "postgres",
    "transact": "tsql",
    "ydb": "yql",
    "yugabyte": "postgres",
    "yugabytedb": "postgres",
}
# Dialects that sqlglot does not have, or not in all its releases: the nearest grammars, the first of them that it has.
_RELATIVES: dict[str, tuple[str, ...]] = {
    "db2": ("oracle",),
    "derby": ("oracle",),
    "dremio": ("dremio", "trino"),
    "drill": ("drill", "mysql"),
    "druid": ("druid", "presto"),
    "exasol": ("exasol", "oracle"),
    "fabric": ("fabric", "tsql"),
    "firebolt": ("postgres",),
    "flink": ("spark",),
    "hana": ("oracle",),
    "impala": ("hive",),
    "informix": ("postgres",),
    "netezza": ("redshift",),
    "phoenix": ("postgres",),
    "pinot": ("presto",),
    "singlestore": ("singlestore", "mysql"),
    "soql": ("snowflake",),
    "vertica": ("postgres",),
    "yql": ("sqlite",),
}

# The grammars to try where a dialect's own refuses, and the signs that not all of them read alike.
_FALLBACKS = ("", "postgres", "snowflake", "oracle", "databricks", "mysql", "teradata", "trino", "duckdb", "clickhouse")
_AMBIGUOUS_SIGNS = ('"', "`", "[", "\\", "#", "//")

# A SELECT item may use the alias of an earlier item of the same list.
_LATERAL_ALIASES = frozenset({"clickhouse", "databricks", "duckdb", "redshift", "snowflake", "spark", "teradata"})
# WITH needs no RECURSIVE for a common table expression that reads itself.
_IMPLICIT_RECURSION = frozenset({"db2", "fabric", "hana", "oracle", "snowflake", "sqlite", "tsql"})


def _keep(name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class CaseRule:
    """How names are compared: two names are the same when their folded forms are equal."""

    unquoted: Fold
    quoted: Fold


AS_WRITTEN = CaseRule(_keep, _keep)
_INSENSITIVE = CaseRule(str.lower, str.lower)
_SENSITIVE = CaseRule(_keep, _keep)
_BY_STRATEGY = {
    "LOWERCASE": CaseRule(str.lower, _keep),
    "UPPERCASE": CaseRule(str.upper, _keep),
    "CASE_INSENSITIVE": _INSENSITIVE,
    "CASE_INSENSITIVE_UPPERCASE": _INSENSITIVE,
    "CASE_SENSITIVE": _INSENSITIVE,
}
# The case rules of what sqlglot does not have, or knows less exactly than the manuals.
_BY_NAME = {
    **dict.fromkeys(("db2", "derby", "exasol", "hana", "netezza", "phoenix"), CaseRule(str.upper, _keep)),
    **dict.fromkeys(("dremio", "drill", "impala", "soql", "teradata", "vertica"), _INSENSITIVE),
    **dict.fromkeys(("clickhouse", "flink", "yql"), _SENSITIVE),
}
# Tables are files or folders there, so that their names keep the case; columns do not.
_SENSITIVE_TABLES = frozenset({"bigquery", "doris", "mysql", "singlestore", "starrocks"})
# How databases store names, as their manuals say; those that are not here store them as written.
_STORED = {
    **dict.fromkeys(("materialize", "postgres", "risingwave"), CaseRule(str.lower, _keep)),
    **dict.fromkeys(
        ("athena", "databricks", "hive", "impala", "presto", "redshift", "spark", "spark2", "trino"),
        CaseRule(str.lower, str.lower),
    ),
    **dict.fromkeys(
        ("db2", "derby", "exasol", "hana", "netezza", "oracle", "phoenix", "snowflake"), CaseRule(str.upper, _keep)
    ),
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One SQL dialect: sqlglot's grammar and the rules that the grammar does not hold.

    `columns` is the case rule of columns, aliases and common table expressions, `tables` that of tables. `told`
    says how the result spells names.
    """

    name: str
    grammar: Grammar
    columns: CaseRule
    tables: CaseRule
    lateral_aliases: bool
    implicit_recursion: bool
    told: CaseRule = AS_WRITTEN

    def spelled(self, name: str, *, quoted: bool = False) -> str:
        """Return a name as the result spells it."""
        return self.told.quoted(name) if quoted else self.told.unquoted(name)

    def as_stored(self) -> Dialect:
        """Return the same dialect, with names told as the database stores them."""
        return replace(self, told=_STORED.get(self.name, AS_WRITTEN))


@lru_cache(maxsize=64)
def dialect_of(name: str | None) -> Dialect:
    """Return the dialect of that name (any case); generic SQL for None and for a name that nobody knows."""
    wanted = (name or "").strip().lower()
    wanted = _SYNONYMS.get(wanted, wanted)
    grammar = _grammar(wanted)
    if grammar is None:
        return _generic()
    columns = _BY_NAME.get(wanted) or _BY_STRATEGY.get(grammar.NORMALIZATION_STRATEGY.name, _INSENSITIVE)
    return Dialect(
        name=wanted,
        grammar=grammar(),
        columns=columns,
        tables=_SENSITIVE if wanted in _SENSITIVE_TABLES else columns,
        lateral_aliases=wanted in _LATERAL_ALIASES,
        implicit_recursion=wanted in _IMPLICIT_RECURSION,
    )


def fallbacks(dialect: Dialect, text: str) -> Iterator[Dialect]:
    """Yield the dialect with other grammars, which may know what its own refused; the likeliest come first.

    Only grammars that take the text apart in the same way: quotes, brackets, backslashes and comment signs that
    occur in it must mean the same. Names keep the case rules of the dialect.
    """
    signs = [sign for sign in _AMBIGUOUS_SIGNS if sign in text]
    meaning = [_meaning(sign, dialect.grammar) for sign in signs]
    for name in _FALLBACKS:
        grammar = _grammar_object(name)
        if type(grammar) is not type(dialect.grammar) and meaning == [_meaning(sign, grammar) for sign in signs]:
            yield replace(dialect, grammar=grammar)


def _meaning(sign: str, grammar: Grammar) -> list[bool]:
    tokenizer = grammar.tokenizer_class
    names = [name[0] for name in tokenizer.IDENTIFIERS]
    return [sign in signs for signs in (names, tokenizer.QUOTES, tokenizer.STRING_ESCAPES, tokenizer.COMMENTS)]


@lru_cache(maxsize=64)
def _grammar_object(name: str) -> Grammar:
    return (_grammar(name) or Grammar)()


def _grammar(name: str) -> type[Grammar] | None:
    """Return the grammar of a dialect, or the nearest one; None for an unknown name."""
    for candidate in _RELATIVES.get(name, (name,)):
        grammar: type[Grammar] | None = Grammar.get(candidate) if candidate.isidentifier() else None
        if grammar is not None:
            return grammar
    return None


def known_dialects() -> list[str]:
    """Return the names that `dialect_of` knows, in the order of the alphabet."""
    return sorted({*_SYNONYMS, *_RELATIVES, *Grammar.classes} - {""})


def _generic() -> Dialect:
    return Dialect(
        name="",
        grammar=Grammar(),
        columns=_INSENSITIVE,
        tables=_INSENSITIVE,
        lateral_aliases=False,
        implicit_recursion=False,
    )
