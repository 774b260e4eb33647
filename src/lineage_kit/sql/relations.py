"""What a query can read from: columns, where each comes from, and how a name finds its column.

Everything in FROM, be it a table, a subquery or a function, has a `Shape`: the columns that are known, in
order, and what stands in the places of columns that are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage_kit.sql.model import Dataset, TransformationSubtype

DIRECT: dict[TransformationSubtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}
"""The subtypes of DIRECT, weakest first: of two that follow each other the stronger one stays."""


class Table:
    """One table (or location) of a script. Every mention of it is the same object.

    `columns` are its known column names in order, or None. `content` is what a temporary table of the script
    holds: readers get that instead of the table. `used` tells whether the script reads or drops a temporary table.
    """

    __slots__ = ("columns", "content", "name", "used")

    def __init__(self, name: Dataset, columns: Sequence[str] | None = None) -> None:
        self.name = name
        self.columns = columns
        self.content: Query | None = None
        self.used = False


class Source(NamedTuple):
    """A column that feeds another, and how. `table` is None where nothing tells it."""

    table: Table | None
    column: str
    subtype: TransformationSubtype = "IDENTITY"
    masking: bool = False


Sources = tuple[Source, ...]


def passed_on(sources: Iterable[Source], subtype: TransformationSubtype, *, masking: bool = False) -> Sources:
    """Return sources as seen through a further step of the given subtype.

    An INDIRECT step makes everything indirect; a DIRECT one leaves indirect sources as they are.
    """
    if subtype == "IDENTITY" and not masking:
        return tuple(sources)
    rank = DIRECT.get(subtype)
    result: dict[Source, None] = {}
    for source in sources:
        kind = source.subtype
        if rank is None or DIRECT.get(kind, rank) < rank:
            kind = subtype
        result[Source(source.table, source.column, kind, source.masking or masking)] = None
    return tuple(result)


@dataclass(slots=True)
class Column:
    """An output column of a relation: its name as written, the name folded for comparison, its sources.

    `fields` are those of a value that the query itself puts together from them.
    """

    name: str
    key: str
    sources: Sources
    fields: tuple[Item, ...] = ()


class Gathered(Column):
    """A column of a temporary table into which one statement after the other puts something.

    Each of these is a stage of the column: what later ones add stands in the same place, so that a statement costs no
    more than what it adds.
    """

    __slots__ = ("_count", "_found")

    def __init__(self, name: str, key: str, found: dict[Source, None]) -> None:
        self.name = name
        self.key = key
        self.fields = ()
        self._found = found
        self._count = len(found)

    @property
    def sources(self) -> Sources:  # type: ignore[override] # nobody sets the sources of a column
        """The sources at this stage."""
        return tuple(islice(self._found, self._count))

    def more(self, sources: Sources) -> Gathered:
        """Return the next stage."""
        found = self._found if len(self._found) == self._count else dict.fromkeys(self.sources)
        found.update(dict.fromkeys(sources))
        return Gathered(self.name, self.key, found)


@dataclass(slots=True)
class Unlisted:
    """The columns of something whose columns nobody lists; it stands where they would stand.

    For a table every name means a column of it. For a function (`table` is None) every name derives from `sources`,
    which are its arguments. Folded names in `without` are not among the columns, those in `names` are; a `closed` one
    has no others that an unqualified reference can mean.
    """

    table: Table | None
    sources: Sources = ()
    without: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    closed: bool = False

    def has(self, key: str) -> bool:
        """Tell whether the folded name is a column."""
        return key in self.names and key not in self.without

    def may_have(self, key: str) -> bool:
        """Tell whether the folded name may be a column."""
        return key not in self.without and (not self.closed or key in self.names)

    def less(self, keys: Iterable[str]) -> Unlisted:
        """Return the same without the columns of the folded names."""
        return replace(self, without=self.without.union(keys))

    def resolve(self, name: str) -> Sources:
        """Return the sources of the column of that name."""
        return self.sources if self.table is None else (Source(self.table, name),)


Item = Column | Unlisted


class Shape:
    """The columns of a relation, in order, with a look-up by folded name; `nested` if one of them has known fields."""

    __slots__ = ("_by_key", "items", "nested", "unlisted")

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = list(items)
        self.unlisted = [item for item in self.items if isinstance(item, Unlisted)]
        self._by_key: dict[str, Column] = {}
        self.nested = False
        for item in self.items:
            if isinstance(item, Column):
                self._by_key.setdefault(item.key, item)
                self.nested = self.nested or bool(item.fields)

    def has(self, key: str) -> bool:
        """Tell whether a column of that folded name is listed."""
        return key in self._by_key or any(unlisted.has(key) for unlisted in self.unlisted)

    def column(self, key: str) -> Column | None:
        """Return the column of that folded name, if it is listed."""
        return self._by_key.get(key)

    def may_have(self, key: str) -> bool:
        """Tell whether a column of that folded name may be among those that nobody lists."""
        return any(unlisted.may_have(key) for unlisted in self.unlisted)

    def sources(self, key: str, name: str) -> Sources | None:
        """Return the sources of a column, or None if there is no such column."""
        column = self._by_key.get(key)
        if column is not None:
            return column.sources
        possible = [unlisted for unlisted in self.unlisted if unlisted.has(key)]
        possible = possible or [unlisted for unlisted in self.unlisted if unlisted.may_have(key)]
        if not possible:
            return None
        return possible[0].resolve(name) if len(possible) == 1 else unknown(name)

    def columns(self) -> list[Column] | None:
        """Return the columns, or None if not all of them are listed."""
        return None if self.unlisted else [item for item in self.items if isinstance(item, Column)]

    def renamed(self, names: Sequence[tuple[str, str]]) -> Shape:
        """Return the shape under the names (as written, folded) of a column list, position by position."""
        items: list[Item] = []
        for index, (name, key) in enumerate(names):
            item = self.items[index] if index < len(self.items) else None
            if isinstance(item, Unlisted):
                # From here on nobody knows which column stands at which position.
                items += [Column(name, key, unknown(name)) for name, key in names[index:]]
                break
            items.append(Column(name, key, item.sources, item.fields) if item else Column(name, key, ()))
        else:
            items += self.items[len(names) :]
        return Shape(items)


def unknown(name: str) -> Sources:
    """Return the source of a column that neither the SQL nor the known columns settle."""
    return (Source(None, name),)


@dataclass(slots=True)
class Query:
    """The result of a query: its columns, what decides about its rows, and the tables it reads.

    `rows` are the INDIRECT sources that concern every column (JOIN, FILTER, GROUP_BY, SORT). They and the tables
    are ordered sets, kept as dictionaries.
    """

    shape: Shape
    rows: dict[Source, None] = field(default_factory=dict)
    tables: dict[Table, None] = field(default_factory=dict)
