"""The result types of the SQL engine: what a statement or a script reads, writes and derives.

All of them are immutable, hashable and compare by value. This module imports nothing but the
standard library, so that callers can name the types without paying for a parser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TransformationType = Literal["DIRECT", "INDIRECT"]
TransformationSubtype = Literal[
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
    "JOIN",
    "FILTER",
    "GROUP_BY",
    "SORT",
    "WINDOW",
    "CONDITIONAL",
]


@dataclass(frozen=True, slots=True)
class TableName:
    """A table or view, in the parts that the SQL and the defaults give.

    Parts are spelled as written (without quotes); `database` and `schema` are None where neither the
    SQL nor the defaults passed to `analyze` tell them.
    """

    database: str | None
    schema: str | None
    name: str

    def __str__(self) -> str:
        """Return the known parts, joined by dots."""
        return ".".join(part for part in (self.database, self.schema, self.name) if part)


@dataclass(frozen=True, slots=True)
class Location:
    """A file, folder or stage outside the database.

    `uri` is spelled as written, without credentials: a URI, a local path (maybe relative), or a stage of Snowflake as
    in `@database.schema.stage/path` (quotes around names left out, nothing completed by the defaults).
    """

    uri: str

    def __str__(self) -> str:
        """Return the URI."""
        return self.uri


Dataset = TableName | Location

ChangeKind = Literal[
    "CREATE", "CREATE_IF_MISSING", "REPLACE", "DROP", "RENAME", "SWAP", "ALTER", "TRUNCATE", "OVERWRITE"
]


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """One column that feeds another, with OpenLineage's transformation type.

    `target` is None for a query whose result is not stored. `source` is None where neither the SQL nor
    the known columns tell which table a column belongs to; it is never guessed.

    A DIRECT entry (IDENTITY, TRANSFORMATION, AGGREGATION) says that values of the source reach the target
    column. An INDIRECT entry says that the source only influences it: WINDOW and CONDITIONAL entries name
    the column in whose expression they occur, and so does the SORT of an aggregate like array_agg(a ORDER BY b).
    The JOIN, FILTER, GROUP_BY and SORT of a query's clauses, subqueries inside expressions included, decide about
    rows: their `target_column` is None, which means the whole dataset.

    `masking` is True where the value only passes through a function that hides it, such as a hash.
    """

    source: Dataset | None
    source_column: str
    target: Dataset | None
    target_column: str | None
    type: TransformationType
    subtype: TransformationSubtype
    masking: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a statement does to a table as a whole, by the names that hold while it runs.

    `kind` is CREATE, CREATE_IF_MISSING (IF NOT EXISTS), REPLACE (CREATE OR REPLACE), DROP, RENAME (`table` is called
    `other` from then on), SWAP (each gets the name of the other), ALTER, TRUNCATE, or OVERWRITE for a statement that
    puts its rows in the place of those before, such as INSERT OVERWRITE.
    """

    kind: ChangeKind
    table: Dataset
    other: Dataset | None = None


@dataclass(frozen=True, slots=True)
class StatementLineage:
    """The lineage of one statement.

    `kind` is SELECT, INSERT, CREATE_TABLE_AS, CREATE_VIEW, CREATE_TABLE, UPDATE, MERGE, DELETE, DROP,
    TRUNCATE, ALTER or COPY, the statement's own keyword for one that touches no dataset (SET, COMMIT,
    GRANT, ...), and UNKNOWN for one that was not understood. `position` is the offset of the statement's first
    character in the text that was passed (in the list's own element for a list), `line` its line from 1.
    `exact` is False where the statement was not understood: its tables are then only those that its words name.
    `text` is the index of the text that it stands in, of those that were passed. `changes` are what it does to tables
    as a whole, other than temporary ones of the script; unlike `outputs`, they have the names of the moment.
    """

    kind: str
    inputs: tuple[Dataset, ...]
    outputs: tuple[Dataset, ...]
    columns: tuple[ColumnLineage, ...]
    position: int
    line: int
    exact: bool = True
    text: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood in the statement with the given index in `SqlLineage.statements`.

    `reason` names the construct, with a line at most. It never contains SQL text, which may hold credentials.
    """

    statement: int
    reason: str


@dataclass(frozen=True, slots=True)
class SqlLineage:
    """The lineage of everything that was passed to `analyze`.

    `inputs`, `outputs` and `columns` are those of the statements, in order and without duplicates. Tables
    that the script itself creates as temporary, or creates and drops again, do not occur: what fed them takes their
    place. (A temporary table that the script neither reads nor drops is told: the session may go on.) A table that
    the script creates and then renames or swaps has its last name from the beginning: the statements that fill it
    carry the output, and the one that renames it changes that same table.
    """

    inputs: tuple[Dataset, ...]
    outputs: tuple[Dataset, ...]
    columns: tuple[ColumnLineage, ...]
    statements: tuple[StatementLineage, ...]
    problems: tuple[Problem, ...]
