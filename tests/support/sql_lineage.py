"""Lineage in a form that can be read beside the SQL: `sales.price -> daily.total AGGREGATION`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from lineage_kit.sql import ColumnLineage, SqlLineage


def tables(sql: str | list[str], dialect: str | None = None, **options: Any) -> str:
    """Return inputs and outputs, as in `orders, items -> totals`."""
    lineage = _understood(sql, dialect, options)
    return f"{', '.join(map(str, lineage.inputs))} -> {', '.join(map(str, lineage.outputs))}".strip()


def columns(sql: str | list[str], dialect: str | None = None, **options: Any) -> list[str]:
    """Return what feeds each target column; `?` is a source that nothing tells."""
    lineage = _understood(sql, dialect, options)
    return [_line(entry) for entry in lineage.columns if entry.target_column is not None]


def rows(sql: str | list[str], dialect: str | None = None, **options: Any) -> list[str]:
    """Return what decides about the rows of the target as a whole."""
    lineage = _understood(sql, dialect, options)
    return [_line(entry) for entry in lineage.columns if entry.target_column is None]


def _understood(sql: str | list[str], dialect: str | None, options: dict[str, Any]) -> SqlLineage:
    lineage = analyze(sql, dialect, **options)
    assert lineage.problems == ()
    return lineage


def _line(entry: ColumnLineage) -> str:
    """Write an entry; the target of a bare query has no name, and `*` means the whole target."""
    source = f"{entry.source or '?'}.{entry.source_column}"
    column = entry.target_column or "*"
    target = f"{entry.target}.{column}" if entry.target else column
    return f"{source} -> {target} {entry.subtype}{' masked' if entry.masking else ''}"
