"""Which kind of statement a tree is, and what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.tree import QUERIES
from lineage_kit.sql.relations import Query, Shape
from lineage_kit.sql.statements import changes, definitions, inserts
from lineage_kit.sql.statements.statement import Statement, placed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.queries.query import Visible

    Reader = Callable[[Any, Statement, Visible | None], Query | None]

_READERS: dict[type, tuple[str, Reader]] = {
    exp.Insert: ("INSERT", inserts.read_insert),
    exp.Update: ("UPDATE", changes.read_update),
    exp.Delete: ("DELETE", changes.read_delete),
    exp.Merge: ("MERGE", changes.read_merge),
    exp.Create: ("CREATE", definitions.read_create),
    exp.Use: ("USE", definitions.read_use),
}
# Understood, and without any dataset.
_WITHOUT_DATASETS: dict[str, str] = {
    "Analyze": "ANALYZE",
    "Attach": "ATTACH",
    "Comment": "COMMENT",
    "Commit": "COMMIT",
    "Declare": "DECLARE",
    "Describe": "DESCRIBE",
    "EndStatement": "END",
    "Detach": "DETACH",
    "Grant": "GRANT",
    "Kill": "KILL",
    "Pragma": "PRAGMA",
    "Revoke": "REVOKE",
    "Rollback": "ROLLBACK",
    "Set": "SET",
    "Show": "SHOW",
    "Transaction": "BEGIN",
}


def new_statement(catalog: Catalog) -> Statement:
    """Return a statement that nothing was read into yet."""
    return Statement(catalog, read_tree)


def read_tree(node: Any, statement: Statement, visible: Visible | None = None) -> Query:
    """Read a tree of the parser into a statement, and return what its RETURNING gives.

    Raises:
        StatementRefusedError: Nothing is known about this kind of statement.
    """
    nothing = Query(Shape(()))
    if isinstance(node, QUERIES):
        _read_query(node, statement)
        return nothing
    kind, reader = _READERS.get(type(node), (None, None))
    if kind is not None and reader is not None:
        nested = statement.kind != "UNKNOWN"
        outer_kind = statement.kind
        statement.kind = kind
        result = reader(node, statement, visible)
        if nested:
            statement.kind = outer_kind
        return result or nothing
    name = type(node).__name__
    if name in _WITHOUT_DATASETS:
        statement.kind = _WITHOUT_DATASETS[name]
    else:
        raise _refused(node)
    return nothing


def _refused(node: Any) -> StatementRefusedError:
    if isinstance(node, exp.Command):  # what the grammar only knows by its first word
        return StatementRefusedError(f"{keyword(str(node.this))} is not analysed")
    if isinstance(node, (exp.Condition, exp.Alias)):
        return StatementRefusedError("an expression is no statement")
    return StatementRefusedError(f"{type(node).__name__} is not analysed")


def keyword(text: str) -> str:
    """Return the first word of a statement in capitals, safe to show; a general term if it is no plain word."""
    word = text.split(None, 1)[0].upper() if text.strip() else ""
    return word if word.isalpha() and len(word) <= len("TRANSACTION") else "this statement"


def _read_query(node: Any, statement: Statement) -> None:
    query = statement.reader.query(node, None)
    into = _into(node)
    if into is not None:
        definitions.create_from(query, into.this, statement, temporary=bool(into.args.get("temporary")))
        return
    statement.kind = "SELECT"
    statement.use(query.tables)
    statement.feed(None, placed(query.shape, None), query.rows)


def _into(node: Any) -> Any:
    """Return the INTO clause of a query; in a set operation it stands in the first SELECT."""
    while isinstance(node, (exp.SetOperation, exp.Subquery)):
        node = node.this
    return None if isinstance(node, exp.Pivot) else node.args.get("into")
