"""The shape that statements of one kind have in every dialect, for those that the grammar refuses.

What stands between the parts that matter (options of a table, hints, partitions) is passed over. What is read so is
understood; only a part that no way leads to is a problem, and then the statement is not exact.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.shapes.assigned_rows import as_insert_of_values
from lineage_kit.sql.shapes.changed_rows import changes, with_targets
from lineage_kit.sql.shapes.objects import read_object
from lineage_kit.sql.shapes.queries import QUERIES, read_parts, read_query, read_with, trees
from lineage_kit.sql.shapes.writing import read_create, read_insert
from lineage_kit.sql.statements.kinds import new_statement, read_tree
from lineage_kit.sql.statements.statement import placed
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.queries.query import Visible
    from lineage_kit.sql.relations import Query
    from lineage_kit.sql.statements.statement import Statement

_DEFINING = frozenset({"CREATE", "DECLARE", "REPLACE"})
_INSERTING = frozenset({"INS", "INSERT", "REPLACE", "UPSERT"})
_QUERYING = frozenset({"FROM", "SEL", "SELECT", "TABLE", "VALUES"})
_ROW_TREES = (exp.Query, exp.Values, exp.Insert, exp.Update, exp.Delete, exp.Merge)
_SELECT = re.compile(r"\bsel(?:ect)?\b", re.IGNORECASE)
_RECURSIVE_VIEW = re.compile(r"(?:create|replace)\s+(?:or\s+replace\s+)?(?:\w+\s+)?recursive\b", re.IGNORECASE)
# What may open a statement and has no bearing on it.
_PREFIXES = (
    ("COMPILE",),
    ("EXECUTE",),
    ("PROFILE",),
    ("SUBMIT",),
    ("USING", "EXTERNAL"),
    ("WITH", "FUNCTION"),
    ("WITH", "SESSION"),
)
_STARTS = ("SELECT", "WITH", "INSERT", "CREATE", "MERGE", "UPDATE", "DELETE")


def read(tokens: Tokens, statement: Statement) -> bool:
    """Read a statement by its shape, and tell whether it has one that is known.

    Raises:
        StatementRefusedError: A part of it cannot be understood.
    """
    if _read_scheduled(tokens, statement) or read_object(tokens, statement):
        return True
    for prefix in _PREFIXES:
        if tokens.accept(*prefix):
            tokens.skip_to(*_STARTS)
    inner = list(changes(tokens))
    if inner:
        tokens = with_targets(tokens)
    attempt = _attempt(tokens, statement, None)
    understood = attempt is not None and _take(attempt, statement)
    if not understood and tokens.next.word in _DEFINING:
        understood = read_create(tokens.again(), statement)
    if not understood and tokens.sees("WITH"):
        understood = _read_rows(tokens, statement, read_with(tokens, statement))
    elif not understood:
        understood = _read_rows(tokens, statement, None, attempt)
    if understood:
        for change in inner:
            statement.include(_read_inside(change, statement))
    return understood


def _attempt(tokens: Tokens, statement: Statement, visible: Visible | None) -> Statement | None:
    """Return what the first tree says that some grammar makes of a statement, and that can be read without problems.

    Without one it is what the first tree of a query says, problems included; None without any.
    """
    imperfect = None
    for tree in trees(tokens.text(), statement):
        if isinstance(tree, _ROW_TREES) or _is_definition(tree, tokens):
            # What is read of a tree that turns out not to fit must not stay.
            attempt = new_statement(statement.catalog)
            try:
                read_tree(tree, attempt, visible)
            except (AttributeError, KeyError, TypeError):
                continue
            if not attempt.reasons:
                return attempt
            if isinstance(tree, QUERIES):
                imperfect = imperfect or attempt
    return imperfect


def _take(attempt: Statement, statement: Statement, *, imperfect: bool = False) -> bool:
    """Add what an attempt has read to the statement, if it has no problems or may have some."""
    taken = imperfect or not attempt.reasons
    if taken:
        statement.kind = attempt.kind
        statement.include(attempt)
    return taken


def _is_definition(tree: Any, tokens: Tokens) -> bool:
    """Tell whether a tree is a CREATE whose query, if there is one, the grammar did not overlook."""
    if not isinstance(tree, exp.Create):
        return False
    text = tokens.text().text
    return not _RECURSIVE_VIEW.match(text) and (isinstance(tree.expression, exp.Query) or not _SELECT.search(text))


def _read_rows(tokens: Tokens, statement: Statement, visible: Visible | None, attempt: Statement | None = None) -> bool:
    """Read what follows a WITH, or opens a statement: a query, or what changes rows.

    Without WITH it was shown to the grammars as a whole before; the attempt is what they made of a query.
    """
    if tokens.next.word in _INSERTING:
        assigned = as_insert_of_values(tokens.again())
        if assigned is not None:
            attempt = _attempt(Tokens(assigned, tokens.dialect), statement, visible)
            return attempt is not None and _take(attempt, statement)
        return read_insert(tokens.again(), statement, visible)
    if tokens.accept("SUBSCRIBE"):
        return _read_subscription(tokens, statement)
    if tokens.next.word in _QUERYING or tokens.sees("("):
        if attempt is not None:
            return _take(attempt, statement, imperfect=True)
        read_unread = read_parts if visible is None else read_query
        _take_query(read_unread(tokens.again(), statement, visible), statement)
        return True
    attempt = _attempt(tokens, statement, visible) if visible is not None else None
    return attempt is not None and _take(attempt, statement)


def _take_query(query: Query, statement: Statement) -> None:
    statement.kind = "SELECT"
    statement.use(query.tables)
    statement.feed(None, placed(query.shape, None), query.rows)


def _read_subscription(tokens: Tokens, statement: Statement) -> bool:
    """Read SUBSCRIBE [TO] name or (query), by which a client follows a table."""
    tokens.accept("TO")
    query = tokens.parenthesised()
    if query is not None:
        _take_query(read_query(query, statement), statement)
        return True
    table = tokens.table()
    if table is not None:
        statement.kind = "SELECT"
        statement.use([statement.catalog.table(table)])
    return table is not None


def _read_scheduled(tokens: Tokens, statement: Statement) -> bool:
    """Read CREATE TASK, PIPE, JOB, ... AS statement: the statement runs later, and is what counts."""
    ahead = tokens.again()
    if not ahead.accept("CREATE"):
        return False
    ahead.accept("OR", "REPLACE")
    ahead.accept("STREAMING")
    kind = ahead.accept_one("ALERT", "EVENT", "JOB", "PIPE", "PIPELINE", "SCHEDULED", "TASK")
    starts = (*_STARTS, "COPY", "LOAD")
    if not kind:
        return False
    if kind == "ALERT":
        _read_condition(ahead, statement)
    if not ahead.skip_to(*(f"{word} {start}" for word in ("AS", "DO", "THEN") for start in starts)):
        return False
    ahead.take()
    statement.kind = f"CREATE_{kind}"
    statement.include(_read_inside(ahead, statement))
    return True


def _read_condition(tokens: Tokens, statement: Statement) -> None:
    """Read IF (EXISTS (query)) of an alert, by which Snowflake decides whether the statement runs."""
    if tokens.skip_to("IF") and tokens.accept("IF"):
        condition = tokens.parenthesised()
        if condition is not None and condition.accept("EXISTS"):
            statement.use(_read_inside(condition.parenthesised() or condition, statement).inputs)


def _read_inside(tokens: Tokens, statement: Statement) -> Statement:
    """Return the lineage of a statement inside another one."""
    from lineage_kit.sql.reading import read as read_statement

    return read_statement(tokens.text(), statement.catalog)
