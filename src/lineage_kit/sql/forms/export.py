"""Writing the rows of a table or query to files: UNLOAD, EXPORT, INSERT OVERWRITE DIRECTORY, INTO OUTFILE."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from lineage_kit.sql.forms.load import remote_files
from lineage_kit.sql.forms.places import (
    option_paths,
    rows_of_text,
    store,
    take_file_name,
    take_path,
    take_paths,
    take_rows,
    take_table,
    take_target,
)
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.locations import function_paths
from lineage_kit.sql.queries.row_functions import named_table
from lineage_kit.sql.statements.kinds import read_tree

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Query
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

_OUTFILES = tuple(f"INTO {store}" for store in ("OUTFILE", "DUMPFILE", "AZURE", "FS", "GCS", "HDFS", "KAFKA", "S3"))
_QUERY = ("SELECT", "WITH", "VALUES")


def read_unload(tokens: Tokens, statement: Statement) -> None:
    """Read UNLOAD of Redshift (the query in a string) and of Athena (the query itself)."""
    statement.kind = "COPY"
    tokens.expect("UNLOAD")
    rows = take_rows(tokens, statement)
    tokens.expect("TO")
    store(rows, take_target(tokens, statement), statement)


def read_export(tokens: Tokens, statement: Statement) -> None:
    """Read EXPORT, which has an order of its own in every database."""
    statement.kind = "COPY"
    tokens.expect("EXPORT")
    if tokens.sees("DATA") or tokens.sees("MODEL"):
        _to_options(tokens, statement)
    elif tokens.accept("TABLE"):
        rows = take_rows(tokens, statement)
        tokens.skip_to("TO")
        tokens.expect("TO")
        store(rows, take_target(tokens, statement), statement)
    elif tokens.accept("TO"):
        _to_file(tokens, statement)
    elif tokens.accept("INTO"):
        _into_files(tokens, statement)
    elif tokens.accept("DATABASE"):  # DuckDB: all tables, none of them named; maybe `name TO 'folder'`
        tokens.skip_to("TO")
        tokens.accept("TO")
        store(None, take_target(tokens, statement), statement)
    else:
        rows = take_rows(tokens, statement)
        if not tokens.skip_to("INTO"):
            raise tokens.refused()
        tokens.accept("INTO")
        path = take_path(tokens)  # SAP HANA; Exasol has words before it
        _store_all(rows, remote_files(tokens) if path is None else [path], statement)


def _to_options(tokens: Tokens, statement: Statement) -> None:
    """Read EXPORT DATA OPTIONS(uri = '...') AS query of BigQuery."""
    if not tokens.skip_to("OPTIONS"):
        raise tokens.refused()
    tokens.accept("OPTIONS")
    paths = option_paths(tokens.parenthesised(), "URI")
    if not paths:
        statement.note("a location is named by an expression")
    rows = rows_of_text(tokens.text(), statement) if tokens.accept("AS") else None
    _store_all(rows, paths, statement)


def _to_file(tokens: Tokens, statement: Statement) -> None:
    """Read EXPORT TO of DB2 (file OF type ... query) and Vertica (PARQUET(directory = '...') AS query)."""
    if tokens.accept("VERTICA"):  # a table of another database of Vertica
        target = take_table(tokens, statement)
        names = tokens.names()
        if tokens.accept("FROM"):
            rows = take_rows(tokens, statement)
        else:
            tokens.accept("AS")
            rows = rows_of_text(tokens.text(), statement)
        store(rows, target, statement, names)
        return
    if tokens.accept_one("PARQUET", "CSV", "ORC", "JSON", "DELIMITED"):
        paths = option_paths(tokens.parenthesised(), "DIRECTORY", "FILENAME")
    else:
        paths = [take_file_name(tokens)]
    if not tokens.skip_to(*_QUERY):
        raise tokens.refused()
    _store_all(rows_of_text(tokens.text(), statement), paths, statement)


def _into_files(tokens: Tokens, statement: Statement) -> None:
    """Read EXPORT INTO CSV 'uri' FROM query or table, of CockroachDB and SAP HANA."""
    paths = remote_files(tokens.until("WITH", "FROM"))
    if not tokens.skip_to("FROM"):
        raise tokens.refused()
    tokens.accept("FROM")
    if any(tokens.sees(word) for word in _QUERY):
        rows = rows_of_text(tokens.text(), statement)
    else:
        tokens.accept("TABLE")
        rows = take_rows(tokens, statement)
    _store_all(rows, paths, statement)


def read_insert_directory(tokens: Tokens, statement: Statement) -> None:
    """Read INSERT OVERWRITE DIRECTORY of Hive and Spark; the folder may be among the options of its format."""
    statement.kind = "INSERT"
    tokens.skip_to("DIRECTORY")
    tokens.expect("DIRECTORY")
    path = take_path(tokens)
    paths = [path] if path is not None else []
    tokens.skip_to("OPTIONS")
    if tokens.accept("OPTIONS"):
        paths = paths or option_paths(tokens.parenthesised(), "PATH")
    if tokens.skip_to("WITH SERDEPROPERTIES"):
        tokens.accept("WITH", "SERDEPROPERTIES")
    if not tokens.skip_to(*_QUERY):
        raise tokens.refused()
    _store_all(rows_of_text(tokens.text(), statement), paths, statement)


def read_insert_function(tokens: Tokens, statement: Statement) -> None:
    """Read INSERT INTO FUNCTION s3(...) of ClickHouse, FILES(...) of StarRocks and EXTERN(...) of Druid."""
    statement.kind = "INSERT"
    tokens.take()
    tokens.take()
    tokens.accept("TABLE")
    tokens.accept("FUNCTION")
    start = tokens.next.start
    tokens.take()
    tokens.parenthesised()
    call = parse(tokens.piece.part(start, tokens.end), tokens.dialect)
    names = tokens.names()
    paths = function_paths(call)
    if paths == []:
        statement.note("a location is named by an expression")
    found = tokens.skip_to(*_QUERY)
    rows = rows_of_text(tokens.text(), statement) if found else None
    if isinstance(call, exp.Column):  # what is left of a function that stands for a table of another server
        store(rows, statement.catalog.table(named_table(call)), statement, names)
    else:
        _store_all(rows, paths or [], statement)


def read_insert_infile(tokens: Tokens, statement: Statement) -> None:
    """Read INSERT INTO table FROM INFILE 'file' of ClickHouse's client."""
    statement.kind = "INSERT"
    tokens.expect("INSERT", "INTO")
    tokens.accept("TABLE")
    target = take_table(tokens, statement)
    tokens.skip_to("INFILE")
    tokens.expect("INFILE")
    store(None, target, statement)
    statement.use(map(statement.catalog.location, take_paths(tokens)))


def read_into_outfile(tokens: Tokens, statement: Statement) -> None:
    """Read SELECT ... INTO OUTFILE 'file', which may stand before FROM or at the end; in SingleStore INTO S3 'path'."""
    tokens.until(*_OUTFILES)
    if tokens.done:  # the words stood in a string or a subquery
        read_tree(parse(tokens.piece, tokens.dialect), statement)
        return
    statement.kind = "COPY"
    cut = tokens.next.start
    tokens.accept("INTO")
    is_queue = tokens.take().word == "KAFKA"
    tokens.accept("S3")
    path = None if is_queue else take_path(tokens)
    tokens.skip_to("FROM")
    rest = tokens.text().text if tokens.sees("FROM") else ""
    rows = rows_of_text(replace(tokens.piece, text=tokens.piece.text[:cut] + rest), statement)
    _store_all(rows, [] if path is None else [path], statement)


def _store_all(rows: Query | None, paths: list[str], statement: Statement) -> None:
    """Record that rows go to files; where none is named (they go to another system) they are only read."""
    statement.use(rows.tables if rows else ())
    for path in paths:
        store(rows, statement.catalog.location(path), statement)
