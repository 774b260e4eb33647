"""Schemes that people write for one that the naming rules have."""

from __future__ import annotations

#: Schemes whose authority is ``container@account``; elsewhere a user stands before the ``@``, maybe with a password.
CONTAINER_SCHEMES = frozenset({"abfs", "abfss", "wasb", "wasbs"})

_MEANT = {
    "abfs": "abfss",
    "adls": "abfss",
    "athena": "awsathena",
    "cosmos": "azurecosmos",
    "cratedb": "crate",
    "fabric": "fabric-warehouse",
    "gcs": "gs",
    "hive2": "hive",
    "kusto": "azurekusto",
    "mariadb": "mysql",
    "mongo": "mongodb",
    "pg": "postgres",
    "postgresql": "postgres",
    "s3a": "s3",
    "s3n": "s3",
    "sqlite3": "sqlite",
    "wasb": "wasbs",
}


def canonical_scheme(scheme: str) -> str:
    """Return the scheme of the naming rules that is meant; the driver after a ``+`` is left out, as is upper case."""
    plain = scheme.lower().removeprefix("jdbc:").partition("+")[0]
    return _MEANT.get(plain, plain)
