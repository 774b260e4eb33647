"""Access to the parser's tree where its releases differ, and small helpers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.texts import Texts

NODE: type = getattr(exp, "Expr", exp.Expression)
"""The class of every node: Expression, which newer releases derive from Expr."""
ALIAS_QUALIFIER = "LOCAL_"
"""What stands before an alias of the select list where Exasol writes LOCAL.alias, which some releases do not keep."""
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


def named_by_text(table: Any, texts: Texts | None = None) -> str | None:
    """Return the text of a table named by IDENTIFIER('...'), None for an ordinary name.

    It is empty where a variable gives it, unless that is one of the known texts.
    """
    name = table.this
    dynamic = type(name).__name__ == "DynamicIdentifier"  # Anonymous in older releases
    if not dynamic and not (isinstance(name, exp.Anonymous) and name.name.lower() == "identifier"):
        return None
    return _text_of(name.this if dynamic else name.expressions[0], texts)


def _text_of(node: Any, texts: Texts | None) -> str:
    """Return a text that is one literal or several put together; empty if not all of it is."""
    if isinstance(node, (exp.Concat, exp.DPipe)):
        parts = [_text_of(part, texts) for part in children(node)]
        return "".join(parts) if all(parts) else ""
    if texts is not None and isinstance(node, (exp.Column, exp.Identifier, exp.Parameter, exp.Placeholder)):
        return texts.use(node.name.lower()) or ""
    return str(node.name) if isinstance(node, exp.Literal) and node.is_string else ""


def as_list(value: Any) -> list[Any]:
    """Return an argument that is a node, a list of nodes or absent as a list."""
    if not value:
        return []
    return value if isinstance(value, list) else [value]


def identifier_of(node: Any) -> Any:
    """Return the identifier of an entry of a column list, which may be a column or carry a type."""
    return node.this if isinstance(node, (exp.Column, exp.ColumnDef)) else node
