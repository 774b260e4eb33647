"""Queries that the dialect's grammar refuses: with less text, with other grammars, or part by part."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql import words
from lineage_kit.sql.dialects import fallbacks
from lineage_kit.sql.exceptions import OutOfTimeError, StatementRefusedError
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.grammar.refusals import simplified
from lineage_kit.sql.shapes.clauses import read_clauses
from lineage_kit.sql.shapes.flattening import flattened
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.relations import Query
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

QUERIES = (exp.Query, exp.Values, exp.Pivot)
"""The trees of queries that can be read so."""
# Longer texts would take too much time to be read by many grammars.
_LONGEST_RETRIED = 20_000
# So many grammars in a row that come no further than others show that no grammar will.
_MOST_ALIKE = 3
_READ_BY_CLAUSES = re.compile(
    r"\(*\s*(?:create|delete|from|insert|merge|replace|sel|select|update|with)\b", re.IGNORECASE
)
# Stands for a common table expression that was not understood: its columns come from nowhere that is known.
_UNKNOWN_RELATION = Piece("SELECT * FROM unknown_relation()", 0, 1)


def trees(piece: Piece, statement: Statement) -> Iterator[Any]:
    """Yield the trees that grammars make of a refused text: the dialect's own first, then others, then by clauses.

    Where clauses that were not read may name tables, the statement is no longer exact.

    Raises:
        OutOfTimeError: There is no time for a further one.
    """
    catalog = statement.catalog
    # What makes a text plainer takes time of its own, for nothing if no grammar can read it any more.
    catalog.deadline.check_length(piece.text)
    grammars = _Grammars(catalog)
    plain = _plain(piece, catalog.dialect)
    yield from grammars.trees(piece, catalog.dialect)
    if plain.text != piece.text:
        yield from grammars.trees(plain, catalog.dialect, is_simplified=True)
    if len(plain.text) <= _LONGEST_RETRIED:
        for other in fallbacks(catalog.dialect, plain.text):
            if grammars.alike >= _MOST_ALIKE:
                break
            yield from grammars.trees(plain, other, is_simplified=True)
    if _READ_BY_CLAUSES.match(plain.text):
        reading = read_clauses(plain, catalog)
        if reading is not None:
            if not reading.certain:
                lose(piece, grammars.refusal, statement)
            yield reading.tree


def _plain(piece: Piece, dialect: Dialect) -> Piece:
    """Return a text without what grammars refuse and lineage does not need."""
    flat = flattened(piece, dialect)
    return replace(flat, text=simplified(flat.text, dialect))


class _Grammars:
    """The grammars that are tried on one text.

    `refusal` is the first one's error. `alike` counts those in a row that came no further than one before them: what
    they stumble over is no matter of the dialect.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.refusal = StatementRefusedError("nested too deeply")
        self.alike = 0
        self._catalog = catalog
        self._furthest = (0, 0)

    def trees(self, piece: Piece, dialect: Dialect, *, is_simplified: bool = False) -> Iterator[Any]:
        """Yield the tree that a grammar makes of a text, if it makes one."""
        catalog = self._catalog
        catalog.deadline.check_length(piece.text)
        try:
            if dialect is catalog.dialect and catalog.refused and catalog.refused[0] == piece.text:
                raise catalog.refused[1]
            tree = parse(piece, dialect, is_simplified=is_simplified)
        except StatementRefusedError as error:
            if not any(self._furthest):
                self.refusal = error
            self.alike = 0 if error.reached > self._furthest else self.alike + 1
            self._furthest = max(self._furthest, error.reached)
        except RecursionError:
            self.alike += 1
        else:
            yield tree


def read_query(tokens: Tokens, statement: Statement, visible: Visible | None = None) -> Query:
    """Return what a query gives, however it can be understood; its tables are not recorded as read yet.

    Raises:
        StatementRefusedError: It can not.
    """
    for tree in trees(tokens.text(), statement):
        if isinstance(tree, QUERIES):
            return statement.reader.query(tree, visible)
    return read_parts(tokens, statement, visible)


def read_parts(tokens: Tokens, statement: Statement, visible: Visible | None = None) -> Query:
    """Return what a query gives that was shown to all grammars: its common table expressions are read by themselves.

    Raises:
        StatementRefusedError: It cannot be understood.
    """
    start = tokens.again()
    if tokens.sees("WITH"):
        visible = read_with(tokens, statement, visible)
        return read_query(tokens, statement, visible)
    inner = tokens.parenthesised()
    if inner is not None and tokens.done:
        return read_query(inner, statement, visible)
    raise start.refused()


def read_with(tokens: Tokens, statement: Statement, visible: Visible | None = None) -> Visible | None:
    """Take WITH and its common table expressions, and return what is in sight behind them.

    They are parsed one by one, so that one which is not understood costs only itself.
    """
    tokens.expect("WITH")
    recursive = tokens.accept("RECURSIVE")
    if tokens.accept("MUTUALLY", "RECURSIVE"):
        recursive = True
        if tokens.sees("("):
            tokens.skip()
    definitions = []
    while True:
        definitions.append(_common_table(tokens, statement))
        if not tokens.accept(","):
            break
    return _in_sight(definitions, statement, visible, recursive=recursive)


def read_recursive_query(view: Any, columns: list[Any], tokens: Tokens, statement: Statement) -> Query:
    """Return what the query of a recursive view gives, which reads the view itself by its name, in full or not."""
    name, catalog = view.this, statement.catalog
    alias = exp.TableAlias(this=name.copy(), columns=[column.copy() for column in columns])
    body = _body(tokens, statement)
    for table in body.find_all(exp.Table):
        if table.args.get("db") and catalog.is_name(table.this) and catalog.place(table)[0] == catalog.place(view)[0]:
            table.set("db", None)
            table.set("catalog", None)
    definition = exp.CTE(this=body, alias=alias)
    visible = _in_sight([definition], statement, None, recursive=True)
    query = visible.find(catalog.key(name)) if visible is not None else None
    if query is None:
        raise tokens.refused()
    return query


def _in_sight(
    definitions: list[Any], statement: Statement, visible: Visible | None, *, recursive: bool
) -> Visible | None:
    holder = exp.Select()
    clause = exp.With(expressions=definitions, recursive=recursive)
    holder.set("with_" if "with_" in exp.Select.arg_types else "with", clause)
    return statement.reader.with_clause(holder, visible)


def _common_table(tokens: Tokens, statement: Statement) -> Any:
    """Take `name [(columns)] AS [[NOT] MATERIALIZED] (query) [options]` and return it as the parser would."""
    name = tokens.identifier()
    if name is None:
        raise tokens.refused()
    alias = exp.TableAlias(this=name)
    columns = tokens.parenthesised() if tokens.sees("(") else None
    if columns is not None:
        # Each may have a type.
        alias.set("columns", [node for column in columns.split() if (node := column.identifier()) is not None])
    tokens.expect("AS")
    tokens.accept("NOT")
    tokens.accept("MATERIALIZED")
    body = tokens.parenthesised()
    if body is None:
        raise tokens.refused()
    # SEARCH and CYCLE choose the order of rows and name columns of their own.
    if tokens.sees("SEARCH") or tokens.sees("CYCLE"):
        tokens.until(",", "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "(")
    return exp.CTE(this=_body(body, statement), alias=alias)


def _body(tokens: Tokens, statement: Statement) -> Any:
    """Return the tree of a common table expression; a stand-in, and the tables that its words name, without one."""
    piece = tokens.text()
    for tree in trees(piece, statement):
        if isinstance(tree, (*QUERIES, exp.Insert, exp.Update, exp.Delete, exp.Merge)):
            return tree
    lose(piece, tokens.refused(), statement)
    return parse(_UNKNOWN_RELATION, statement.catalog.dialect)


def lose(piece: Piece, error: StatementRefusedError, statement: Statement) -> None:
    """Record that a part was not understood, with the tables that its words name."""
    if isinstance(error, OutOfTimeError):
        raise error
    statement.note(str(error))
    statement.exact = False
    words.add_named_tables(piece, statement)
