"""Lineage as text: a tree for people, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.model import ColumnLineage, SqlLineage, StatementLineage

    Node = tuple[str, "list[Node]"]
    """A line of the tree and what stands below it."""


def as_json(lineage: SqlLineage) -> str:
    """Return the fields of the result types as JSON: a table has `database`, `schema` and `name`, a location `uri`."""
    return json.dumps(asdict(lineage), indent=2, ensure_ascii=False)


def as_tree(lineage: SqlLineage) -> str:
    """Return every statement with what it reads and writes, and which columns feed each column; totals at the end."""
    nodes = [_statement(number, statement) for number, statement in enumerate(lineage.statements, 1)]
    nodes.append(_total(lineage))
    return "\n".join(line for node in nodes for line in _lines(node))


def _statement(number: int, statement: StatementLineage) -> Node:
    exactness = "" if statement.exact else ", not exact"
    below: list[Node] = [(f"reads {table}", []) for table in statement.inputs]
    for table in statement.outputs:
        fed = [column for column in statement.columns if column.target == table]
        below.append((f"writes {table}", _columns(fed)))
    returned = [column for column in statement.columns if column.target is None]
    if returned:
        below.append(("returns", _columns(returned)))
    return f"{number} {statement.kind} (line {statement.line}{exactness})", below


def _columns(columns: Sequence[ColumnLineage]) -> list[Node]:
    """Return a line for each entry, in columns of their own; what decides about rows has no target column."""
    cells = [
        (column.target_column or "(rows)", f"{column.source or '?'}.{column.source_column}", _how(column))
        for column in columns
    ]
    target_width = max((len(target) for target, _, _ in cells), default=0)
    source_width = max((len(source) for _, source, _ in cells), default=0)
    return [(f"{target:<{target_width}} <- {source:<{source_width}} {how}", []) for target, source, how in cells]


def _how(column: ColumnLineage) -> str:
    return f"{column.subtype}, masked" if column.masking else column.subtype


def _total(lineage: SqlLineage) -> Node:
    counts = (
        _count(len(lineage.statements), "statement"),
        _count(len(lineage.inputs), "input"),
        _count(len(lineage.outputs), "output"),
        _count(len(lineage.columns), "column pair"),
        _count(len(lineage.problems), "problem"),
    )
    below: list[Node] = [(f"reads {table}", []) for table in lineage.inputs]
    below += [(f"writes {table}", []) for table in lineage.outputs]
    return f"in all: {', '.join(counts)}", below


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lines(node: Node) -> Iterator[str]:
    text, below = node
    yield text
    for index, child in enumerate(below):
        last = index == len(below) - 1
        first, *others = _lines(child)
        yield ("└─ " if last else "├─ ") + first
        for line in others:
            yield ("   " if last else "│  ") + line
