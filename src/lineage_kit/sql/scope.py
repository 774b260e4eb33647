"""Name resolution: which relation of a SELECT a column reference means."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.relations import Shape, Source, Sources, Table, passed_on, unknown

if TYPE_CHECKING:
    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.query import QueryReader, Visible

# Values of the session or the row that look like columns.
_PSEUDO_COLUMNS = frozenset({"rownum", "sysdate", "systimestamp"})


class Aliases(Enum):
    """How far the aliases of the select list count as columns in a clause."""

    NO = "no"
    AFTER_COLUMNS = "after columns"
    BEFORE_COLUMNS = "before columns"


class Relation:
    """One item of FROM.

    `qualifiers` are the folded names that may stand before a column of it, innermost first: the alias alone
    (`is_alias`), or table, schema and database as far as written. `table` is set for a table that is read directly.
    The right side of a SEMI or ANTI join is `hidden`: only the join condition sees it.
    """

    __slots__ = ("hidden", "is_alias", "qualifiers", "shape", "table")

    def __init__(
        self,
        qualifiers: tuple[str, ...],
        shape: Shape,
        table: Table | None = None,
        *,
        is_alias: bool = True,
    ) -> None:
        self.qualifiers = qualifiers
        self.shape = shape
        self.table = table
        self.is_alias = is_alias
        self.hidden = False

    def answers_to(self, parts: tuple[str, ...]) -> bool:
        """Tell whether the qualifier `parts` (innermost first) means this relation."""
        own = self.qualifiers
        if self.is_alias:
            return own == parts
        return own[: len(parts)] == parts[: len(own)]

    def column(self, key: str, name: str) -> Sources:
        """Return the sources of a column that is said to be of this relation."""
        sources = self.shape.sources(key, name)
        if sources is not None:
            return sources
        for unlisted in self.shape.unlisted:
            if unlisted.table is None:
                return unlisted.sources
        # A system column, or one younger than the known columns.
        return (Source(self.table, name),)


class Scope:
    """The names that one SELECT (or UPDATE, MERGE, ...) sees.

    `parent` is the scope around a correlated subquery. `visible` are the common table expressions in sight. `rows` and
    `tables` gather what the clauses of this scope use, for the `Query` that it becomes. `merged` holds the columns
    that a join with USING made one, `aliases` the select list's own names.
    """

    def __init__(self, reader: QueryReader, visible: Visible | None, parent: Scope | None = None) -> None:
        self.reader = reader
        self.visible = visible
        self.parent = parent
        self.relations: list[Relation] = []
        self.merged: dict[str, tuple[str, Sources]] = {}
        self.aliases: dict[str, Sources] = {}
        self.windows: dict[str, Any] = {}
        self.rows: dict[Source, None] = {}
        self.tables: dict[Table, None] = {}

    @property
    def catalog(self) -> Catalog:
        """The tables of the script."""
        return self.reader.catalog

    def shown(self) -> list[Relation]:
        """Return the relations that `*` and unqualified names mean."""
        return [relation for relation in self.relations if not relation.hidden]

    def relation(self, parts: tuple[str, ...]) -> Relation | None:
        """Return the relation that a qualifier (folded, innermost part first) means, here or further out."""
        scope: Scope | None = self
        while scope is not None:
            for relation in scope.relations:
                if relation.answers_to(parts):
                    return relation
            scope = scope.parent
        return None

    def resolve(self, column: Any, aliases: Aliases = Aliases.NO) -> Sources:
        """Return the sources of a column reference; unknown where nothing settles it."""
        identifier = column.this
        if isinstance(identifier, exp.Star):
            return ()
        key = self.catalog.key(identifier)
        name: str = identifier.name
        qualifier = column.args.get("table")
        if not qualifier:
            return self.unqualified(key, name, aliases)
        identifiers = [column.args.get(part) for part in ("table", "db", "catalog")]
        named = [part for part in identifiers if part]
        relation = self.relation(tuple(map(self.catalog.key, named)))
        if relation is not None:
            return relation.column(key, name)
        # Not a relation, so it must be a path into a nested column: take its outermost part.
        return self._path(named[::-1], name)

    def _path(self, parts: list[Any], name: str) -> Sources:
        for depth in range(len(parts) - 1, 0, -1):
            relation = self.relation(tuple(map(self.catalog.key, parts[:depth][::-1])))
            if relation is not None:
                column = parts[depth]
                sources = relation.column(self.catalog.key(column), column.name)
                return passed_on(sources, "TRANSFORMATION")
        sources = self.unqualified(self.catalog.key(parts[0]), parts[0].name)
        if any(source.table is None for source in sources):
            return unknown(name)
        return passed_on(sources, "TRANSFORMATION")

    def unqualified(self, key: str, name: str, aliases: Aliases = Aliases.NO) -> Sources:
        """Return the sources of a column name without qualifier.

        A relation that lists the column wins; else the only relation that may have it; else the scope around.
        """
        if aliases is Aliases.BEFORE_COLUMNS and key in self.aliases:
            return self.aliases[key]
        listed = self._listed(key, name)
        if listed is not None:
            return listed
        if aliases is Aliases.AFTER_COLUMNS and self._means_alias(key, name):
            return self.aliases[key]
        if name.lower() in _PSEUDO_COLUMNS:
            return ()
        return self._unlisted(key, name)

    def _listed(self, key: str, name: str) -> Sources | None:
        if key in self.merged:
            return self.merged[key][1]
        listing = [relation for relation in self.shown() if relation.shape.has(key)]
        if len(listing) > 1:
            return unknown(name)
        return listing[0].shape.sources(key, name) if listing else None

    def _means_alias(self, key: str, name: str) -> bool:
        """Tell whether a name that no relation lists means the alias of a select item.

        It does not where the item itself reads a column of that name: then a relation has such a column.
        """
        sources = self.aliases.get(key)
        return sources is not None and all(source.column.lower() != name.lower() for source in sources)

    def _unlisted(self, key: str, name: str) -> Sources:
        possible = [relation for relation in self.shown() if relation.shape.may_have(key)]
        if len(possible) == 1 and not (self.parent and self.parent.lists(key)):
            return possible[0].column(key, name)
        if possible:
            return unknown(name)
        if self.parent is not None:
            return self.parent.unqualified(key, name)
        if len(self.relations) == 1:
            return self.relations[0].column(key, name)
        return unknown(name)

    def lists(self, key: str) -> bool:
        """Tell whether a relation of this scope, or of one around it, lists the column."""
        if any(relation.shape.has(key) for relation in self.shown()):
            return True
        return self.parent is not None and self.parent.lists(key)
