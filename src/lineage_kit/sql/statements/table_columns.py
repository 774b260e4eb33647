"""What ALTER does to the columns of a table: later statements of the script meet them under their new names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.relations import Column, Shape, Unlisted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.relations import Item, Table


def add_columns(table: Table, columns: Sequence[Any], catalog: Catalog) -> None:
    """Give a table further columns (identifiers of the parser), which hold nothing yet."""
    if table.columns is not None:
        known = set(map(catalog.key_of_name, table.columns))
        new = [column.name for column in columns if catalog.key_of_name(column.name) not in known]
        table.columns = [*table.columns, *new]
    if table.content is not None:
        items = table.content.shape.items
        held = {item.key for item in items if isinstance(item, Column)}
        added = [Column(column.name, catalog.key(column), ()) for column in columns]
        table.content.shape = Shape([*items, *(column for column in added if column.key not in held)])


def rename_column(table: Table, old: Any, new: Any, catalog: Catalog) -> None:
    """Give a column of a table (identifiers of the parser) another name."""
    if table.columns is not None:
        before = catalog.key_of_name(old.name)
        table.columns = [new.name if catalog.key_of_name(name) == before else name for name in table.columns]
    if table.content is not None:
        table.content.shape = _renamed(table.content.shape, catalog.key(old), old.name, catalog.key(new), new.name)


def move_column(table: Table, column: Any, after: Any, catalog: Catalog) -> None:
    """Put a column of a table behind another one (identifiers of the parser), or before all others without one."""
    if table.columns is not None:
        keys = [catalog.key_of_name(name) for name in table.columns]
        moved = _moved(keys, catalog.key_of_name(column.name), after and catalog.key_of_name(after.name))
        table.columns = [table.columns[place] for place in moved]
    if table.content is not None:
        items = table.content.shape.items
        keys = [item.key if isinstance(item, Column) else "" for item in items]
        moved = _moved(keys, catalog.key(column), after and catalog.key(after))
        table.content.shape = Shape(items[place] for place in moved)


def _moved(keys: Sequence[str], key: str, after: str | None) -> list[int]:
    """Return the places in the order in which they are when one column has moved, if both are known."""
    places = list(range(len(keys)))
    if key not in keys or key == after or (after is not None and after not in keys):
        return places
    place = places.pop(keys.index(key))
    places.insert(0 if after is None else places.index(keys.index(after)) + 1, place)
    return places


def drop_columns(table: Table, columns: Sequence[Any], catalog: Catalog) -> None:
    """Take columns (identifiers of the parser) from a table."""
    if table.columns is not None:
        names = {catalog.key_of_name(column.name) for column in columns}
        table.columns = [name for name in table.columns if catalog.key_of_name(name) not in names]
    if table.content is not None:
        table.content.shape = Shape(_less(table.content.shape.items, set(map(catalog.key, columns))))


def _renamed(shape: Shape, old_key: str, old: str, key: str, name: str) -> Shape:
    sources = shape.sources(old_key, old)
    if sources is None:
        return shape
    renamed = Column(name, key, sources)
    items: list[Item] = [renamed if isinstance(item, Column) and item.key == old_key else item for item in shape.items]
    if renamed in items:
        return Shape(items)
    # It is one of the columns that nobody lists.
    return Shape([*_less(items, {old_key}), renamed])


def _less(items: Sequence[Item], keys: set[str]) -> list[Item]:
    return [
        item.less(keys) if isinstance(item, Unlisted) else item
        for item in items
        if isinstance(item, Unlisted) or item.key not in keys
    ]
