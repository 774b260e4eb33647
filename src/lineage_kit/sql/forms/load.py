"""Loading files into tables: LOAD, IMPORT, BULK INSERT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineage_kit.sql.forms.places import (
    load,
    option_paths,
    rows_of_text,
    store,
    take_file_name,
    take_path,
    take_paths,
    take_table,
)
from lineage_kit.sql.reading import read
from lineage_kit.sql.relations import Query, Shape

if TYPE_CHECKING:
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# What may stand between LOAD DATA and its file: MySQL, Aurora, SingleStore, Oracle's loader, Hive and Spark.
_BEFORE_FILE = frozenset(
    {"AZURE", "CONCURRENT", "FILE", "FROM", "FS", "GCS", "HDFS", "INFILE", "INPATH", "LOCAL"}
    | {"LOW_PRIORITY", "MANIFEST", "PREFIX", "S3"}
)
# What SingleStore loads from that holds no files.
_OTHER_SYSTEMS = ("KAFKA", "MONGODB", "MYSQL")


def read_load_data(tokens: Tokens, statement: Statement) -> None:
    """Read LOAD DATA of MySQL and its relatives, of Hive and Spark, and of BigQuery (FROM FILES)."""
    statement.kind = "COPY"
    tokens.expect("LOAD")
    tokens.take()
    source = tokens.until("INTO", "OVERWRITE")
    tokens.accept("OVERWRITE")
    tokens.accept("INTO")
    temporary = tokens.accept_one("TEMP", "TEMPORARY")
    tokens.accept("TABLE")
    # A procedure of SingleStore may take the rows.
    target = None if tokens.sees("PROCEDURE") else take_table(tokens, statement)
    if target is not None and temporary:
        target.content = Query(Shape(()))
    if tokens.skip_to("FROM FILES"):
        tokens.accept("FROM", "FILES")
        paths = option_paths(tokens.parenthesised(), "URIS", "URI")
    elif source.accept_one(*_OTHER_SYSTEMS):
        store(None, target, statement)
        return
    else:
        if source.accept("LINK"):
            source.table()
        while source.next.word in _BEFORE_FILE:
            source.take()
        paths = take_paths(source)
    if not paths and not source.sees("*"):  # * of Oracle's loader: the data stands in the command file
        statement.note("a location is named by an expression")
    load(paths, target, statement)


def read_load_label(tokens: Tokens, statement: Statement) -> None:
    """Read the broker load of Doris and StarRocks: LOAD LABEL database.label (DATA INFILE (...) INTO TABLE t, ...)."""
    statement.kind = "COPY"
    tokens.expect("LOAD", "LABEL")
    label = tokens.table()
    parts = tokens.parenthesised()
    if label is None or parts is None:
        raise tokens.refused()
    for part in parts.split():
        part.accept_one("APPEND", "DELETE", "MERGE")
        part.expect("DATA")
        source = part.until("INTO TABLE")
        part.expect("INTO", "TABLE")
        node = part.table()
        if node is None:
            raise part.refused()
        target = _table_of_job(node, label, statement)
        if source.accept("FROM", "TABLE"):
            origin = take_table(source, statement)
            statement.use([origin] if origin else ())
        source.accept("INFILE")
        load(take_paths(source), target, statement)


def read_routine_load(tokens: Tokens, statement: Statement) -> None:
    """Read CREATE ROUTINE LOAD database.job ON table of Doris and StarRocks, which loads from a message queue."""
    statement.kind = "CREATE_ROUTINE_LOAD"
    tokens.expect("CREATE", "ROUTINE", "LOAD")
    job = tokens.table()
    if not tokens.accept("ON"):
        return
    node = tokens.table()
    if job is None or node is None:
        raise tokens.refused()
    statement.write(_table_of_job(node, job, statement), ())


def _table_of_job(node: Any, job: Any, statement: Statement) -> Table:
    """Return a table that a job loads: it is in the database of the job."""
    node.set("db", node.args.get("db") or job.args.get("db"))
    return statement.catalog.table(node)


def read_load_from(tokens: Tokens, statement: Statement) -> None:
    """Read LOAD and IMPORT of DB2: FROM file OF type ... INSERT INTO table; or from a query or a cursor."""
    statement.kind = "COPY"
    tokens.take()
    tokens.accept("CLIENT")
    tokens.expect("FROM")
    tokens.accept("CLIENT")
    paths, rows = [], None
    inner = tokens.parenthesised()
    if inner is not None:
        if inner.accept("DATABASE"):
            inner.take()
        rows = rows_of_text(inner.text(), statement)
    else:
        name = take_file_name(tokens)
        paths = [] if tokens.sees("OF", "CURSOR") else [name]
        while tokens.accept(","):
            paths.append(take_file_name(tokens))
    if not tokens.skip_to("INTO"):
        raise tokens.refused()
    tokens.accept("INTO")
    target = take_table(tokens, statement)
    names = tokens.names()
    load(paths, target, statement)
    store(rows, target, statement, names)


def read_ingest(tokens: Tokens, statement: Statement) -> None:
    """Read INGEST FROM FILE of DB2, and the statement in it that takes the fields of lines, as in VALUES ($a)."""
    if not tokens.skip_to("FROM FILE", "FROM PIPE"):
        raise tokens.refused()
    tokens.take()
    paths = []
    fields = frozenset(token.value for token in tokens.left if token.text.startswith("$"))
    if tokens.take().word == "FILE":
        paths.append(take_file_name(tokens))
        while tokens.accept(","):
            paths.append(take_file_name(tokens))
    if not tokens.skip_to("INSERT INTO", "REPLACE INTO", "MERGE INTO", "UPDATE", "DELETE FROM"):
        raise tokens.refused()
    statement.include(read(replace(tokens.text(), variables=fields), statement.catalog))
    statement.kind = "COPY"
    statement.use(map(statement.catalog.location, paths))


def read_bulk_insert(tokens: Tokens, statement: Statement) -> None:
    """Read BULK INSERT of SQL Server."""
    statement.kind = "COPY"
    tokens.expect("BULK", "INSERT")
    target = take_table(tokens, statement)
    tokens.expect("FROM")
    load(take_paths(tokens), target, statement)


def read_import(tokens: Tokens, statement: Statement) -> None:
    """Read IMPORT: of Exasol and CockroachDB (INTO table), of Hive and DuckDB ([TABLE t] FROM folder), of SAP HANA."""
    statement.kind = "COPY"
    tokens.expect("IMPORT")
    tokens.accept("EXTERNAL")
    if tokens.accept("DATABASE"):
        statement.use(map(statement.catalog.location, take_paths(tokens)))
        return
    target = None
    if tokens.accept_one("INTO", "TABLE") or (tokens.dialect.name == "hana" and not tokens.sees("FROM")):
        target = take_table(tokens, statement)
    paths = remote_files(tokens)
    if target is None and tokens.skip_to("INTO"):
        tokens.accept("INTO")
        target = take_table(tokens, statement)
    load(paths, target, statement)


def remote_files(tokens: Tokens) -> list[str]:
    """Take the files that FROM, FILE or DATA name in what is left, and return them.

    Exasol names the server and the files on it apart: AT 'ftp://host/folder' FILE 'name'. Connections, users,
    passwords and statements for other databases stand behind other words.
    """
    server = ""
    paths: list[str] = []
    while not tokens.done and not tokens.sees("INTO"):
        word = tokens.next.word
        if word in {"CSV", "DATA", "FILE", "FROM", "PARQUET", "PGDUMP"}:
            tokens.take()
            paths += [f"{server}/{path}" if server else path for path in take_paths(tokens)]
        elif word == "AT":
            tokens.take()
            server = (take_path(tokens) or "").rstrip("/")
            server = server if "://" in server and not server.startswith("jdbc:") else ""
        else:
            tokens.skip()
    return paths
