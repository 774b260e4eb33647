"""Where data comes from and goes to: files, stages, tables and queries, as statements name them.

Standard streams, programs and tables of other systems are no datasets of this database, and are passed over.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.tree import named_by_text
from lineage_kit.sql.locations import stage
from lineage_kit.sql.reading import read
from lineage_kit.sql.relations import Query, Shape, Unlisted
from lineage_kit.sql.shapes.queries import read_query
from lineage_kit.sql.text.templates import fill
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.relations import Table
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece

# A path of Redshift, or a template that may stand for one.
_REDSHIFT_PATH = re.compile(r"[/{%$:]")
_QUERY_WORDS = frozenset("DELETE FROM INSERT MERGE PIVOT SEL SELECT SUMMARIZE TABLE UNPIVOT UPDATE VALUES WITH".split())


def take_path(tokens: Tokens) -> str | None:
    """Take the path of a file or stage and return it; None if none stands next.

    Raises:
        StatementRefusedError: Its quotes are not closed, so that nobody can tell the credentials in it; or something
            else stands in its place.
    """
    if tokens.next.word == "N" and tokens.piece.text[tokens.next.end : tokens.next.end + 1] == "'":
        tokens.take()  # the prefix of a national string
    text = tokens.next.text
    if tokens.next.kind == "string" and not _may_be_path(text, tokens.dialect):
        raise tokens.refused()
    if tokens.next.kind == "string" or (tokens.next.kind == "name" and "/" in text):
        return stage(tokens.take().value)
    if text.startswith("@") and tokens.dialect.name not in {"tsql", "fabric"}:
        return stage(_unquoted_path(tokens))
    return None


def _may_be_path(text: str, dialect: Dialect) -> bool:
    """Tell whether a string literal is closed and may name a file; Redshift knows none without a scheme."""
    closed = len(text) > 1 and text.endswith(("'", '"', "$"))
    return closed and (dialect.name != "redshift" or _REDSHIFT_PATH.search(text) is not None)


def take_paths(tokens: Tokens) -> list[str]:
    """Take a list of paths, in parentheses or brackets or without, and return them."""
    tokens.accept_one("(", "[")
    paths: list[str] = []
    while True:
        if tokens.next.word and tokens.accept(tokens.next.word, ":"):
            pass  # Oracle may name the directory object before the file
        path = take_path(tokens)
        if path is None:
            return paths
        paths.append(path)
        if not tokens.accept(","):
            return paths


def option_paths(options: Tokens | None, *names: str) -> list[str]:
    """Take all options and return the paths that those of these names give, as in (uris = ['...'], format = 'CSV')."""
    paths: list[str] = []
    while options is not None and not options.done:
        if options.take().value.upper() in names:
            options.accept_one("=", "=>")
            paths += take_paths(options)
    return paths


def take_file_name(tokens: Tokens) -> str:
    """Take a path that may stand without quotes, and return it.

    Raises:
        StatementRefusedError: None stands next.
    """
    path = take_path(tokens) or _unquoted_path(tokens)
    if not path:
        raise tokens.refused()
    return path


def _unquoted_path(tokens: Tokens) -> str:
    """Take what stands next up to a blank, a comma or a parenthesis."""
    start = end = tokens.next.start
    while not tokens.done and tokens.next.start == end and tokens.next.text not in {"(", ")", ","}:
        end = tokens.take().end
    return tokens.piece.text[start:end]


def take_table(tokens: Tokens, statement: Statement) -> Table | None:
    """Take the name of a table and return the table; None, and a note, if something else stands next."""
    node = _table_node(tokens, statement)
    return None if node is None else statement.catalog.table(node)


def _table_node(tokens: Tokens, statement: Statement) -> Any:
    """Take the name of a table and return it as a table expression; None, and a note, if something else stands next."""
    node = None
    if not _is_variable(tokens):
        node = tokens.table()
    if node is None or named_by_text(node, statement.catalog.texts) == "":
        statement.note("a table is named by a variable")
        return None
    return node


def take_target(tokens: Tokens, statement: Statement) -> Table | None:
    """Take a file, stage or table to write to and return it; None for a stream or program, or with a note."""
    if _accept_stream(tokens):
        return None
    path = take_path(tokens)
    if path is not None:
        return statement.catalog.location(path)
    return take_table(tokens, statement)


def take_sources(tokens: Tokens, statement: Statement) -> list[Query]:
    """Take what data is read from, files separated by commas or a table or query, and return what each gives."""
    sources = []
    while True:
        tokens.accept_one("LOCAL", "VERTICA")
        path = take_path(tokens)
        if path is not None:
            sources.append(_rows_of_file(path, statement))
        elif not _accept_stream(tokens):
            rows = take_rows(tokens, statement)
            sources += [] if rows is None else [rows]
        if tokens.accept("ON"):  # Vertica says for each file which nodes read it, and how it is compressed
            tokens.accept_one("ANY", "EACH")
            tokens.skip()
        tokens.accept_one("BZIP", "GZIP", "LZO", "UNCOMPRESSED", "ZSTD")
        if not tokens.accept(","):
            return sources


def take_rows(tokens: Tokens, statement: Statement) -> Query | None:
    """Take a query in parentheses (itself or in a string), or a table with or without columns, and return its rows.

    None where it is not understood; then the tables that its words name are in the statement.
    """
    inner = tokens.parenthesised()
    if inner is None:
        node = _table_node(tokens, statement)
        if node is None:
            return None
        columns = [exp.column(name) for name in tokens.names() or ()]
        return statement.reader.query(exp.select(*columns or [exp.Star()]).from_(node), None)
    if inner.next.kind == "string":
        token = inner.take()
        place = tokens.piece.part(token.start, token.end)
        text = fill(token.value.replace("\\'", "'"), tokens.dialect)
        if not text.strip():
            statement.note("a query is named by a template")
            return None
        return rows_of_text(replace(place, text=text), statement)
    if inner.accept("SUBSCRIBE"):  # Materialize
        inner.accept("TO")
    if inner.next.kind in {"name", "word"} and inner.next.word not in _QUERY_WORDS:
        return take_rows(inner, statement)
    return rows_of_text(inner.text(), statement)


def rows_of_text(text: Piece, statement: Statement) -> Query | None:
    """Return what a query gives; None where it is not understood, with what its words name in the statement."""
    try:
        return read_query(Tokens(text, statement.catalog.dialect), statement)
    except StatementRefusedError:
        statement.include(read(text, statement.catalog))
        return None


def store(rows: Query | None, target: Table | None, statement: Statement, names: Sequence[str] | None = None) -> None:
    """Record that rows go to a target, by position where names are given; either may be unknown."""
    if target is None:
        statement.use(rows.tables if rows else ())
    elif rows is None:
        statement.write(target, ())
    else:
        statement.store(rows, target, names)


def load(paths: Iterable[str], target: Table | None, statement: Statement) -> None:
    """Record that files are read into a table."""
    store(None, target, statement)
    for path in paths:
        store(_rows_of_file(path, statement), target, statement)


def _rows_of_file(path: str, statement: Statement) -> Query:
    file = statement.catalog.location(path)
    return file.content or Query(Shape([Unlisted(file)]), tables={file: None})


def _accept_stream(tokens: Tokens) -> bool:
    """Take what is no dataset: a standard stream, or the output or input of a program."""
    if tokens.accept("PROGRAM"):
        tokens.string()
        return True
    return bool(tokens.accept_one("STDIN", "STDOUT"))


def _is_variable(tokens: Tokens) -> bool:
    """Tell whether a bind parameter or a variable stands next."""
    return tokens.done or tokens.next.text[0] in "?:$%&{"
