"""MATCH_RECOGNIZE behind an item of FROM: rows that match a pattern become one row, or are numbered."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from lineage_kit.sql.queries.expressions import collect
from lineage_kit.sql.queries.scope import Relation, Scope
from lineage_kit.sql.relations import Column, Item, Shape


def matched(relation: Relation, clause: Any, scope: Scope) -> Relation:
    """Return a relation after MATCH_RECOGNIZE: the columns of PARTITION BY (or all of them), then the measures.

    The partition and its order are the window of every measure; the definitions of the pattern's variables decide
    which rows match.
    """
    inner = Scope(scope.reader, scope.visible, scope.parent)
    inner.relations.append(relation)
    pattern = clause.args.get("pattern")
    for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", pattern.name if pattern else "")):
        variable = Relation((scope.catalog.key_of_name(name),), relation.shape, relation.table)
        variable.hidden = True
        inner.relations.append(variable)
    partition = clause.args.get("partition_by") or []
    order = clause.args.get("order")
    window = [source for term in [*partition, *([order] if order else [])] for source in collect(term, inner, "WINDOW")]
    measures: list[Item] = []
    for measure in clause.args.get("measures") or ():
        value = measure.this
        name = value.args.get("alias") if isinstance(value, exp.Alias) else None
        if name is not None:
            sources = (*collect(value, inner, "TRANSFORMATION"), *window)
            measures.append(Column(name.name, scope.catalog.key(name), tuple(dict.fromkeys(sources))))
    for definition in clause.args.get("define") or ():
        scope.rows.update(collect(definition, inner, "FILTER"))
    scope.tables.update(inner.tables)
    scope.rows.update(inner.rows)
    rows = clause.args.get("rows")
    kept = (
        relation.shape.items if rows is not None and rows.name.upper().startswith("ALL") else _columns(partition, inner)
    )
    alias = clause.args.get("alias")
    qualifiers = (scope.catalog.key(alias.this),) if alias and alias.this else ()
    return Relation(qualifiers, Shape([*kept, *measures]))


def _columns(partition: list[Any], scope: Scope) -> list[Item]:
    key = scope.catalog.key
    return [
        Column(column.name, key(column.this), scope.resolve(column))
        for column in partition
        if isinstance(column, exp.Column)
    ]
