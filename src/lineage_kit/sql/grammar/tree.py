"""Access to the parser's tree where its releases differ, and small helpers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE: type = getattr(exp, "Expr", exp.Expression)
"""The class of every node: Expression, which newer releases derive from Expr."""
QUERIES: tuple[type, ...] = (exp.Query, exp.Values, exp.Pivot)
"""The classes of what gives rows; DuckDB's PIVOT is a statement of its own."""


def arg(node: Any, name: str) -> Any:
    """Return an argument whose name is a Python keyword: `from`, `with`, `except` (newer: `from_`, ...)."""
    args = node.args
    return args.get(f"{name}_") or args.get(name)


def children(node: Any) -> Iterator[Any]:
    """Yield the direct child nodes, in the order in which the parser keeps them."""
    for value in node.args.values():
        if isinstance(value, NODE):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, NODE):
                    yield item


def named_by_text(table: Any) -> str | None:
    """Return the text of a table named by IDENTIFIER('...'); empty for a variable, None for an ordinary name."""
    name = table.this
    dynamic = type(name).__name__ == "DynamicIdentifier"  # Anonymous in older releases
    if not dynamic and not (isinstance(name, exp.Anonymous) and name.name.lower() == "identifier"):
        return None
    text = name.this if dynamic else name.expressions[0]
    return str(text.name) if isinstance(text, exp.Literal) and text.is_string else ""


def as_list(value: Any) -> list[Any]:
    """Return an argument that is a node, a list of nodes or absent as a list."""
    if not value:
        return []
    return value if isinstance(value, list) else [value]


def identifier_of(node: Any) -> Any:
    """Return the identifier of an entry of a column list, which may be a column or carry a type."""
    return node.this if isinstance(node, (exp.Column, exp.ColumnDef)) else node
