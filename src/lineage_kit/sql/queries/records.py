"""Records: names in the place of a table that stand for rows of a query elsewhere.

Such are the record of a loop over a query, the cursor that it is fetched from, and the changed row of a trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.queries.scope import Relation
from lineage_kit.sql.relations import Query, Shape, Unlisted
from lineage_kit.sql.text.lexer import without_comments
from lineage_kit.sql.text.split import Piece

if TYPE_CHECKING:
    from lineage_kit.sql.queries.scope import Scope

_VALUES = Query(Shape([Unlisted(None)]))


def record(key: str, scope: Scope) -> Relation | None:
    """Return the relation of a record by its folded name, with what its query reads added to a scope; None if none."""
    query = _query(key, scope)
    if query is None:
        return None
    scope.rows.update(query.rows)
    scope.tables.update(query.tables)
    return Relation((key,), query.shape)


def _query(key: str, scope: Scope) -> Query | None:
    """Return the query of a record; it is read once for the whole script."""
    catalog = scope.catalog
    record = catalog.records.get(key)
    if record is None:
        return None
    query = catalog.record_queries.get(record)
    if query is None:
        del catalog.records[key]  # inside its own query the name means something else
        try:
            query = _read(record.query, scope)
        finally:
            catalog.records[key] = record
        catalog.record_queries[record] = query
    return query


def _read(text: str, scope: Scope) -> Query:
    """Return what a text gives; values that come from nowhere if it is no query that can be read."""
    dialect = scope.catalog.dialect
    try:
        tree = parse(Piece(without_comments(text, dialect), 0, 1), dialect)
        return scope.reader.query(tree, None) if isinstance(tree, exp.Query) else _VALUES
    except StatementRefusedError:
        return _VALUES
