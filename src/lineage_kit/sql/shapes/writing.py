"""CREATE and INSERT with options that no grammar knows: the head is read from tokens, the query by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlglot import exp

from lineage_kit.sql.shapes.queries import read_query, read_recursive_query
from lineage_kit.sql.statements.definitions import QUERY_GOES_BY_NAME, create, create_from

if TYPE_CHECKING:
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

# What CREATE makes that holds rows.
_ROWS = ("TABLE", "VIEW", "PROJECTION", "SINK", "SOURCE", "STREAM")
_VIEWS = frozenset({"PROJECTION", "VIEW"})
_TEMPORARY = frozenset({"TEMP", "TEMPORARY", "VOLATILE"})
# CREATE OR REPLACE GLOBAL TEMPORARY ... TABLE: no more words stand in between.
_MOST_MODIFIERS = 8
_NO_MODIFIERS = frozenset({"AS", "FUNCTION", "INDEX", "ON", "PROCEDURE", "TRIGGER"})
# What opens an entry of a table's definition that is no column.
_NO_COLUMNS = frozenset(
    {
        "CHECK",
        "CONSTRAINT",
        "DISTRIBUTE",
        "EXCLUDE",
        "FOREIGN",
        "FULLTEXT",
        "INDEX",
        "KEY",
        "LIKE",
        "PARTITION",
        "PERIOD",
        "PRIMARY",
        "PROJECTION",
        "SPATIAL",
        "UNIQUE",
        "WATERMARK",
    }
)
# Options whose values stand in parentheses.
_WITH_VALUES = frozenset(
    """
    BY COLUMNS DISTKEY EVERY HASH INDEX INTERVAL LIST OPTIONS PROPERTIES RANGE SORTKEY START TBLPROPERTIES WITH
    """.split()
)
_CONFLICTS = ("ABORT", "DELAYED", "FAIL", "HIGH_PRIORITY", "IGNORE", "LOW_PRIORITY", "OR", "REPLACE", "ROLLBACK")


class _Definition(NamedTuple):
    """What the rest of a CREATE says: its column list, and where rows or columns come from."""

    names: list[Any]
    origin: Any = None
    target: Any = None
    query: Tokens | None = None
    with_data: bool = False
    path: str | None = None


def read_create(tokens: Tokens, statement: Statement) -> bool:
    """Read CREATE ... TABLE or VIEW name [(columns)] [AS query], with options wherever they may stand."""
    tokens.take()
    modifiers: set[str] = set()
    while tokens.next.word not in _ROWS:
        word = tokens.take().word
        if not word or word in _NO_MODIFIERS or len(modifiers) > _MOST_MODIFIERS:
            return False
        modifiers.add(word)
    kind = tokens.take().word
    tokens.accept("IF", "NOT", "EXISTS")
    name = tokens.table()
    if name is None:
        return False
    definition = _definition(tokens, kind)
    target = definition.target or name
    by_name = kind == "TABLE" and definition.query and statement.catalog.dialect.name in QUERY_GOES_BY_NAME
    if definition.names and not by_name:
        target = exp.Schema(this=target, expressions=definition.names)
    temporary = bool(modifiers & _TEMPORARY)
    places = [statement.catalog.location(definition.path)] if definition.path else []
    if definition.query is None:
        statement.use(places)
        origin, with_data = definition.origin, definition.with_data
        create(target, statement, temporary=temporary, origin=origin, with_data=with_data)
    else:
        if "RECURSIVE" in modifiers:
            query = read_recursive_query(name, definition.names, definition.query, statement)
        else:
            query = read_query(definition.query, statement)
        create_from(query, target, statement, temporary=temporary, view=kind in _VIEWS)
        statement.outputs.update(dict.fromkeys(places))
    return True


def _definition(tokens: Tokens, kind: str) -> _Definition:
    """Read what follows the name in a CREATE; options are passed over."""
    names: list[Any] = []
    origin = target = path = None
    with_data = False
    while not tokens.done:
        query = _query(tokens)
        if query is not None:
            return _Definition(names, None, target, query, path=path)
        if tokens.sees("(") and not names and origin is None:
            names, like = defined_columns(tokens.parenthesised() or tokens)
            origin = like
        elif tokens.accept("STORED", "AS") or tokens.accept("STORE", "AS"):
            tokens.skip()
        elif tokens.accept("LOCATION"):
            path = tokens.string()
        elif tokens.next.word in _WITH_VALUES and tokens.peek(1).text == "(":
            tokens.take()
            tokens.skip()
        elif tokens.accept("CLONE"):
            with_data = True
            tokens.accept("AS")
            origin = tokens.table()
        elif _announces_origin(tokens, kind):
            origin = _file(tokens) or tokens.table()
            with_data = tokens.sees("WITH", "DATA")
        elif kind == "VIEW" and target is None and tokens.accept("TO"):
            target = tokens.table()
        else:
            tokens.skip()
    return _Definition(names, origin, target, with_data=with_data, path=path)


def _query(tokens: Tokens) -> Tokens | None:
    """Take the query of a definition, with AS before it or without; None if something else stands next."""
    ahead = tokens.again()
    ahead.accept("AS")
    if not _sees_query(ahead):
        return None
    inner = ahead.again().parenthesised()
    return ahead if inner is None else _queried(ahead, inner)


def _announces_origin(tokens: Tokens, kind: str) -> bool:
    """Take the words before the name of a table that another one is made from, and tell whether they stood there."""
    if kind == "SOURCE":
        return False
    if tokens.accept("AS") or tokens.accept("LIKE") or tokens.accept("SAMEAS") or tokens.accept("FROM", "SOURCE"):
        return True
    return kind == "SINK" and tokens.accept("FROM")


def _file(tokens: Tokens) -> Any:
    """Take the file that tells the columns of a table, as in LIKE PARQUET 'path'; None if none stands next."""
    if tokens.next.kind != "word" or tokens.peek(1).kind != "string":
        return None
    tokens.take()
    return exp.Table(this=exp.Literal.string(tokens.string()))


def _queried(tokens: Tokens, inner: Tokens) -> Tokens:
    """Return the query behind AS: what stands in the parentheses, or more where they are only its first part."""
    behind = tokens.again()
    behind.skip()
    if behind.accept_one("UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT"):
        return tokens
    return inner


def _sees_query(tokens: Tokens) -> bool:
    """Tell whether a query stands next. WITH may also open options, TABLE and FROM are left to the grammars."""
    if tokens.next.word in {"SELECT", "SEL", "VALUES"}:
        return True
    if not tokens.sees("WITH"):
        return tokens.sees("(") and _sees_query(_inside(tokens))
    ahead = tokens.again()
    ahead.take()
    ahead.accept("MUTUALLY")
    ahead.accept("RECURSIVE")
    if ahead.identifier() is None:
        return False
    if ahead.sees("("):
        ahead.skip()
    return ahead.sees("AS", "(") or ahead.sees("AS", "NOT") or ahead.sees("AS", "MATERIALIZED")


def _inside(tokens: Tokens) -> Tokens:
    ahead = tokens.again()
    while ahead.accept("("):
        pass
    return ahead


def defined_columns(tokens: Tokens) -> tuple[list[Any], Any]:
    """Return the column names of a table's definition or of a column list, and the table behind LIKE in it."""
    names = []
    like = None
    for entry in tokens.split():
        if entry.next.word in _NO_COLUMNS:
            if entry.accept("LIKE"):
                like = entry.table()
        else:
            name = entry.identifier()
            if name is not None:
                names.append(name)
    return names, like


def read_insert(tokens: Tokens, statement: Statement, visible: Visible | None = None) -> bool:
    """Read INSERT [INTO] name [(columns)] with a query or rows, with options wherever they may stand."""
    statement.kind = "INSERT"
    tokens.take()
    while tokens.accept_one(*_CONFLICTS):
        pass
    tokens.accept_one("INTO", "OVERWRITE")
    tokens.accept("INTO")
    tokens.accept("TABLE")
    name = None if _fills_no_single_table(tokens) else tokens.table()
    if name is None:
        return False
    target = statement.catalog.table(name)
    names = None
    by_name = False
    while not tokens.done:
        by_name = by_name or tokens.accept("BY", "NAME")
        if tokens.sees("VALUES") and not _has_query(tokens):
            break
        if _sees_query(tokens) or tokens.sees("TABLE"):
            query = read_query(tokens, statement, visible)
            statement.store(query, target, None if by_name else names or target.columns)
            return True
        skipped = tokens.accept("PARTITION") or tokens.accept("LABEL") or names is not None
        if skipped or (names := _column_list(tokens)) is None:
            tokens.skip()
    statement.write(target, ())
    return True


def _fills_no_single_table(tokens: Tokens) -> bool:
    """Tell whether something else than one table's name stands next in an INSERT."""
    word = tokens.next.word
    return word in {"DIRECTORY", "FUNCTION", "LOCAL"} or (
        word in {"ALL", "FIRST"} and tokens.peek(1).word in {"INTO", "WHEN"}
    )


def _column_list(tokens: Tokens) -> list[str] | None:
    """Take a list of columns, each maybe behind the target's name; None, and nothing taken, if it is none."""
    ahead = tokens.again()
    listed = ahead.parenthesised()
    parts = [] if listed is None else listed.split()
    names = [part.table() for part in parts]
    if not names or None in names or not all(part.done for part in parts):
        return None
    tokens.go_to(ahead)
    return [name.name for name in names]


def _has_query(tokens: Tokens) -> bool:
    ahead = tokens.again()
    while not ahead.done:
        if ahead.take().word in {"SELECT", "SEL"}:
            return True
    return False
