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
    "ColumnLineage",
    "Location",
    "Problem",
    "SqlLineage",
    "StatementLineage",
    "TableName",
    "analyze",
]


def analyze(
    sql: str | Sequence[str],
    dialect: str | None = None,
    default_database: str | None = None,
    default_schema: str | None = None,
    schema: Mapping[str, Sequence[str]] | None = None,
) -> SqlLineage:
    """Return the tables that SQL reads and writes, and which column feeds which.

    Args:
        sql: One statement, a script, or a list of either.
        dialect: A name that sqlglot or an OpenLineage hook uses (`postgres`, `postgresql`, `mssql`, ...).
            None and names that nobody knows mean generic SQL.
        default_database: Completes table names that have no database part, where given.
        default_schema: Completes table names that have no schema part, where given.
        schema: Known columns in order, by `table`, `schema.table` or `database.schema.table`. They expand `*`
            and settle which table an unqualified column belongs to.

    What the SQL says never raises: a statement that is not understood is named in `problems` and costs nothing
    but itself. Names are kept as written; whether two of them mean the same follows the dialect's case rules.
    An unused CTE is not read. The target of an UPDATE, MERGE or DELETE is an output only, and so is the table of a
    DROP, TRUNCATE, ALTER or bare CREATE TABLE (the statement's `kind` tells that no data flows). A `*` whose columns
    are not known gives no column lineage.
    """
    from lineage_kit.sql.script import analyze_script

    return analyze_script(
        sql,
        dialect=dialect,
        default_database=default_database,
        default_schema=default_schema,
        known_columns=schema or {},
    )
