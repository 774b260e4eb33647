"""External tables, which show the files of a location, and definitions of what moves or leads to files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.forms.places import (
    load,
    option_paths,
    rows_of_text,
    store,
    take_paths,
    take_sources,
    take_table,
    take_target,
)
from lineage_kit.sql.shapes.queries import read_query
from lineage_kit.sql.statements.definitions import create_from

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Query, Table
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

_LOCATION_WORDS = ("FILENAME", "LOCATION", "PATH", "URI", "URIS")
_FILE_OBJECTS = (
    "STAGE",
    "FILE FORMAT",
    "STORAGE INTEGRATION",
    "EXTERNAL DATA SOURCE",
    "EXTERNAL FILE FORMAT",
    "EXTERNAL LOCATION",
    "EXTERNAL VOLUME",
    "CREDENTIAL",
)
# What begins an entry of a column list that is no column.
_CONSTRAINTS = frozenset({"CHECK", "CONSTRAINT", "FOREIGN", "INDEX", "KEY", "LIKE", "PRIMARY", "UNIQUE"})


def read_external_table(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE EXTERNAL (or FOREIGN) TABLE: its location is an input.

    With a query, and for the writable ones of Greenplum, the location is an output beside the table.
    """
    statement.kind = "CREATE_TABLE"
    written = bool(tokens.until("TABLE").skip_to("WRITABLE"))
    tokens.expect("TABLE")
    tokens.accept("IF", "NOT", "EXISTS")
    if tokens.next.kind == "string":  # Netezza: a table that is nothing but its file
        paths, table = take_paths(tokens), None
    else:
        paths, table = [], tokens.table()
        if table is None:
            raise tokens.refused()
    names = _column_names(tokens.parenthesised())
    if tokens.accept("LIKE"):
        _like(tokens, statement)
    options = tokens.until("AS SELECT", "AS WITH", "AS (", "AS TABLE", "AS VALUES", "AS COPY")
    names += _partition_columns(options.again(), names)
    paths += option_paths(options, *_LOCATION_WORDS)
    places = [statement.catalog.location(path) for path in paths]
    if tokens.accept("AS", "COPY"):
        tokens.skip_to("FROM")
        tokens.expect("FROM")
        for source in take_sources(tokens, statement):
            statement.use(source.tables)
    elif tokens.accept("AS"):
        _fill(rows_of_text(tokens.text(), statement), table, places, statement)
        return
    elif not written:
        statement.use(places)
        places = []
    if table is not None:
        target = statement.catalog.table(table)
        # In Snowflake the whole row of the file is a further column of the table.
        target.columns = target.columns if tokens.dialect.name == "snowflake" else names or target.columns
        statement.outputs[target] = None
    statement.outputs.update(dict.fromkeys(places))


def _fill(rows: Query | None, table: Any, places: list[Table], statement: Statement) -> None:
    """Record that a query fills a new external table; without a table, its files."""
    if table is None:
        for place in places:
            store(rows, place, statement)
    elif rows is None:
        statement.outputs[statement.catalog.table(table)] = None
    else:
        create_from(rows, table, statement)
    statement.outputs.update(dict.fromkeys(places))


def _column_names(definitions: Tokens | None) -> list[str]:
    """Return the names of the columns in a list of definitions."""
    names: list[str] = []
    if definitions is None:
        return names
    while not definitions.done:
        if definitions.next.word not in _CONSTRAINTS:
            names.append(definitions.name())
        depth = 0  # of angle brackets, as in MAP<STRING, INT>
        while not definitions.done:
            if depth == 0 and definitions.accept(","):
                break
            depth += definitions.sees("<") - definitions.sees(">")
            definitions.skip()
    return names


def _partition_columns(options: Tokens, names: list[str]) -> list[str]:
    """Return the columns that PARTITIONED BY adds behind those of the column list, as in Hive and Redshift."""
    if not names or not options.skip_to("PARTITIONED BY"):
        return []
    options.accept("PARTITIONED", "BY")
    return [name for name in _column_names(options.parenthesised()) if name not in names]


def _like(tokens: Tokens, statement: Statement) -> None:
    """Take the table after LIKE, whose columns the new one gets, or Impala's LIKE PARQUET 'file'."""
    if tokens.accept_one("PARQUET", "ORC") and tokens.string() is not None:
        return
    origin = take_table(tokens, statement)
    statement.use([origin] if origin else ())


def read_convert(tokens: Tokens, statement: Statement) -> None:
    """Read CONVERT TO DELTA: a table or folder of Parquet files becomes one of another format, in its place."""
    statement.kind = "ALTER"
    tokens.expect("CONVERT", "TO", "DELTA")
    store(None, take_target(tokens, statement), statement)


def read_stream(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE STREAM of Snowflake: it shows the changes of a table, view or stage, under the same columns."""
    tokens.until("STREAM")
    tokens.expect("STREAM")
    tokens.accept("IF", "NOT", "EXISTS")
    target = tokens.table()
    if target is None or not tokens.skip_to("ON"):
        raise tokens.refused()
    tokens.accept("ON")
    if tokens.accept("STAGE"):
        name = tokens.table()
        load([f"@{name.sql()}"] if name else [], statement.catalog.table(target), statement)
    else:
        tokens.accept_one("DYNAMIC", "EVENT", "EXTERNAL")
        tokens.accept_one("TABLE", "VIEW")
        source = tokens.table()
        if source is None:
            raise tokens.refused()
        query = exp.select(exp.Star()).from_(source)
        create_from(statement.reader.query(query, None), target, statement, view=True)
    statement.kind = "CREATE_STREAM"


def read_semantic_view(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE SEMANTIC VIEW of Snowflake: it describes the tables of a list, each maybe behind its alias."""
    statement.kind = "CREATE_VIEW"
    tokens.until("VIEW")
    tokens.expect("VIEW")
    tokens.accept("IF", "NOT", "EXISTS")
    target = tokens.table()
    listed = tokens.parenthesised() if tokens.skip_to("TABLES") and tokens.accept("TABLES") else None
    if target is None or listed is None:
        raise tokens.refused()
    for entry in listed.split():
        if entry.peek(1).word == "AS":
            entry.take()
            entry.take()
        table = entry.table()
        statement.use([statement.catalog.table(table)] if table is not None else ())
    statement.outputs[statement.catalog.table(target)] = None


def read_join_index(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE JOIN INDEX of Teradata: it keeps the result of a query, like a materialized view."""
    tokens.skip_to("INDEX")
    tokens.take()
    target = tokens.table()
    if target is None or not tokens.skip_to("SELECT", "SEL", "WITH", "("):
        raise tokens.refused()
    create_from(read_query(tokens, statement), target, statement, view=True)


def read_file_object(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE of a stage, a file format, a credential and the like: they lead to data and hold none."""
    kind = tokens.skip_to(*_FILE_OBJECTS)
    statement.kind = f"CREATE_{kind.replace(' ', '_')}"
