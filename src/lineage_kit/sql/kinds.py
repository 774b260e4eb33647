"""Which kind of statement a tree is, and what reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql import changes, definitions
from lineage_kit.sql.relations import Query, Shape
from lineage_kit.sql.statement import Statement, placed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.query import Visible

    Reader = Callable[[Any, Statement, Visible | None], Query | None]

_READERS: dict[type, tuple[str, Reader]] = {
    exp.Insert: ("INSERT", changes.read_insert),
    exp.Update: ("UPDATE", changes.read_update),
    exp.Delete: ("DELETE", changes.read_delete),
    exp.Merge: ("MERGE", changes.read_merge),
    exp.Create: ("CREATE", definitions.read_create),
    exp.Drop: ("DROP", definitions.read_drop),
    exp.TruncateTable: ("TRUNCATE", definitions.read_truncate),
    exp.Alter: ("ALTER", definitions.read_alter),
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


def read_statement(node: Any, catalog: Catalog) -> Statement:
    """Return the lineage of a statement's tree."""
    statement = Statement(catalog, _read)
    _read(node, statement, None)
    return statement


def _read(node: Any, statement: Statement, visible: Visible | None) -> Query:
    """Read a tree into a statement, and return what its RETURNING gives."""
    nothing = Query(Shape(()))
    if isinstance(node, (exp.Query, exp.Values)):
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
    if name in {"IfBlock", "Block"}:  # T-SQL, in newer releases of the parser
        _read_block(node, statement)
    elif name in _WITHOUT_DATASETS:
        statement.kind = _WITHOUT_DATASETS[name]
    elif isinstance(node, exp.Command):
        statement.note(f"{keyword(str(node.this))} is not analysed")
    else:
        statement.note(f"{name} is not analysed")
    return nothing


def _read_block(node: Any, statement: Statement) -> None:
    """Read the statements of IF ... ELSE, whichever of them runs; the first one names the kind."""
    kind = None
    for child in (node.args.get("true"), node.args.get("false"), *node.expressions):
        if child:
            statement.kind = "UNKNOWN"
            _read(child, statement, None)
            kind = kind or statement.kind
    statement.kind = kind or "BLOCK"


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
    return node.args.get("into")
