"""SQL text to tables and columns: what a statement or a script reads, writes and derives.

    >>> lineage = analyze("INSERT INTO daily SELECT day, sum(price) AS total FROM sales GROUP BY day")
    >>> [str(table) for table in lineage.inputs], [str(table) for table in lineage.outputs]
    (['sales'], ['daily'])

The engine knows nothing of Airflow or OpenLineage. Importing this package does not import the SQL parser;
the first call of `analyze` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.model import (
    Change,
    ColumnLineage,
    Location,
    Problem,
    SqlLineage,
    StatementLineage,
    TableName,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Change",
    "ColumnLineage",
    "Location",
    "Problem",
    "SqlLineage",
    "StatementLineage",
    "TableName",
    "analyze",
]


def analyze(  # noqa: PLR0913 - each says one thing about the SQL, and all but the first can be left out
    sql: str | Sequence[str],
    dialect: str | None = None,
    default_database: str | None = None,
    default_schema: str | None = None,
    schema: Mapping[str, Sequence[str]] | None = None,
    *,
    max_seconds: float = 10.0,
    stored_names: bool = False,
) -> SqlLineage:
    """Return the tables that SQL reads and writes, and which column feeds which.

    Args:
        sql: One statement, a script, or a list of either.
        dialect: A name that sqlglot or an OpenLineage hook uses (`postgres`, `postgresql`, `mssql`, ...).
            None and names that nobody knows mean generic SQL.
        default_database: Completes table names that have no database part, where given.
        default_schema: Completes table names that have no schema part, where given.
        schema: Known columns in order, by `table`, `schema.table` or `database.schema.table`. They expand `*`
            and settle which table an unqualified column belongs to. A part that has dots in it stands in double quotes.
        max_seconds: After this time the remaining statements are problems: only the tables that their words name
            are told, and none from text too long to read even so.
        stored_names: Tell names as the database stores them, instead of as written: those without quotes in capitals
            in Snowflake or Oracle, for example, and in small letters in Postgres. The defaults count as names without
            quotes. Names of known columns are told as they are given.

    What the SQL says never raises: a statement that is not understood is named in `problems` and costs nothing
    but itself. Whether two names mean the same follows the dialect's case rules, however they are told.
    An unused CTE is not read. The target of an UPDATE, MERGE or DELETE is an output only, and so is the table of a
    DROP, TRUNCATE, ALTER or bare CREATE TABLE (the statement's `kind` tells that no data flows). A `*` whose columns
    are not known gives no column lineage. The statements of a block, in all its branches, and those in the body of a
    procedure, function or trigger follow each other as if each of them ran.
    """
    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.deadline import Deadline
    from lineage_kit.sql.dialects import dialect_of
    from lineage_kit.sql.script import read_script

    rules = dialect_of(dialect)
    if stored_names:
        rules = rules.as_stored()
    deadline = Deadline(max_seconds)
    catalog = Catalog(rules, default_database, default_schema, schema or {}, deadline)
    with deadline.running():
        return read_script([sql] if isinstance(sql, str) else sql, catalog)
