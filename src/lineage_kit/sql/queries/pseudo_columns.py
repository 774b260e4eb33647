"""Names that look like columns, and are values that the session or the query computes.

What a row of a table carries, be it hidden (`ROWID`, `_PARTITIONTIME`, `METADATA$FILENAME`), is a column of that table.
"""

from __future__ import annotations

from functools import lru_cache

_EVERYWHERE = frozenset(
    {
        "current_date",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "session_user",
        "sysdate",
        "systimestamp",
    }
)
_HIERARCHY = frozenset({"connect_by_iscycle", "connect_by_isleaf", "level"})
_POSTGRES = frozenset({"current_catalog", "current_role", "current_schema", "user"})
_ORACLE = _HIERARCHY | {"dbtimezone", "rownum", "sessiontimezone", "uid", "user"}
_MYSQL = frozenset({"utc_date", "utc_time", "utc_timestamp"})
_TRINO = frozenset({"current_catalog", "current_path", "current_schema"})
_HIVE = frozenset({"grouping__id"})
_TSQL = frozenset({"system_user", "user"})
# Reserved words of the dialect; elsewhere a column may be called so. The empty name is generic SQL.
_RESERVED = {
    "": frozenset({"rownum"}),
    "athena": _TRINO,
    "databricks": _HIVE,
    "db2": frozenset({"rownum", "user"}),
    "doris": _MYSQL,
    "duckdb": _POSTGRES,
    "exasol": _ORACLE,
    "fabric": _TSQL,
    "hive": _HIVE,
    "materialize": _POSTGRES,
    "mysql": _MYSQL,
    "oracle": _ORACLE,
    "postgres": _POSTGRES,
    "presto": _TRINO,
    "redshift": _POSTGRES,
    "risingwave": _POSTGRES,
    "singlestore": _MYSQL,
    "spark": _HIVE,
    "spark2": _HIVE,
    "starrocks": _MYSQL,
    "teradata": frozenset({"account", "database", "date", "profile", "role", "session", "time", "user"}),
    "trino": _TRINO,
    "tsql": _TSQL,
}
_SEQUENCE_VALUES = frozenset({"currval", "nextval"})
_WITH_SEQUENCE_VALUES = frozenset({"", "db2", "exasol", "oracle", "snowflake"})


@lru_cache(maxsize=64)
def pseudo_columns(dialect: str, *, hierarchical: bool) -> frozenset[str]:
    """Return the unquoted names (lower case) that are no columns, in a query that may have CONNECT BY."""
    names = _EVERYWHERE | _RESERVED.get(dialect, frozenset())
    return names | _HIERARCHY if hierarchical else names


def is_parameter(name: str, dialect: str) -> bool:
    """Tell whether an unquoted name is that of a parameter, as `$day` in SQLite."""
    return dialect == "sqlite" and name.startswith("$")


def is_sequence_value(name: str, dialect: str) -> bool:
    """Tell whether the last part of a dotted name takes a number from a sequence, as in `ids.NEXTVAL`."""
    return name.lower() in _SEQUENCE_VALUES and dialect in _WITH_SEQUENCE_VALUES
