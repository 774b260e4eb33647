"""Name resolution: which relation of a SELECT a column reference means."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.grammar.tree import ALIAS_QUALIFIER, arg, as_list, identifier_of
from lineage_kit.sql.queries.column_choice import every
from lineage_kit.sql.queries.pseudo_columns import is_parameter, is_sequence_value, pseudo_columns
from lineage_kit.sql.relations import Column, Shape, Source, Sources, Table, passed_on, unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.queries.column_choice import Test
    from lineage_kit.sql.queries.query import QueryReader, Visible
    from lineage_kit.sql.relations import Item

# Where the name of an item of FROM, in the place of a column, means its whole row.
_WITH_WHOLE_ROWS = frozenset({"bigquery", "duckdb", "materialize", "postgres", "risingwave"})
# Where no dot leads from a column without a qualifier to a field in it: such a name can only be that of a relation.
_WITHOUT_DOTTED_FIELDS = frozenset(
    """
    db2 exasol fabric hana materialize mysql oracle postgres risingwave singlestore snowflake sqlite teradata tsql
    """.split()
)
# Functions that are given rows rather than columns, should a table have a column of its own name.
_OF_ROWS = re.compile(r"json|hstore|record", re.IGNORECASE)


class Aliases(Enum):
    """How far the aliases of the select list count as columns in a clause."""

    NO = "no"
    AFTER_COLUMNS = "after columns"
    BEFORE_COLUMNS = "before columns"


class Relation:
    """One item of FROM.

    `qualifiers` are the folded names that may stand before a column of it, innermost first: the alias alone
    (`is_alias`), or table, schema and database as far as written. `table` is set for a table that is read directly.
    The right side of a SEMI or ANTI join is `hidden`: only the join condition sees it. `fields` is set for the elements
    of an array whose fields can be called by their bare names.
    """

    __slots__ = ("fields", "hidden", "is_alias", "qualifiers", "shape", "table")

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
        self.fields: Sources | None = None

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
        if self.fields is not None:
            return self.fields
        if self.table is not None and self.table.content is not None:
            return unknown(name)
        # A system column, or one younger than the known columns.
        return (Source(self.table, name),)

    def row(self) -> Sources:
        """Return the sources of the whole row, as far as its columns are listed."""
        items = [item for item in self.shape.items if isinstance(item, Column)]
        sources = [*(source for item in items for source in item.sources), *(self.fields or ())]
        sources += [source for unlisted in self.shape.unlisted for source in unlisted.sources]
        return passed_on(sources, "TRANSFORMATION")


class Scope:
    """The names that one SELECT (or UPDATE, MERGE, ...) sees.

    `parent` is the scope around a correlated subquery. `visible` are the common table expressions in sight. `rows` and
    `tables` gather what the clauses of this scope use, for the `Query` that it becomes; `reads` are the tables that
    each item of FROM reads. `merged` holds the columns that a join with USING made one, `elements` those that ARRAY
    JOIN made the elements of an array, `aliases` the select list's own names. `hierarchical` is True beside CONNECT BY.
    `chosen` is the column for which an expression over several columns is calculated.
    """

    def __init__(self, reader: QueryReader, visible: Visible | None, parent: Scope | None = None) -> None:
        self.reader = reader
        self.visible = visible
        self.parent = parent
        self.relations: list[Relation] = []
        self.merged: dict[str, tuple[str, Sources]] = {}
        self.elements: dict[str, tuple[str, Sources]] = {}
        self.aliases: dict[str, Sources] = {}
        self.hierarchical = False
        self.chosen: Column | None = None
        self.windows: dict[str, Any] = {}
        self.rows: dict[Source, None] = {}
        self.tables: dict[Table, None] = {}
        self.reads: list[Collection[Table]] = []

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

    def rows_of(self, parts: tuple[str, ...]) -> Relation | None:
        """Return the relation that a qualifier means, or else the record of a loop or trigger that is called so."""
        relation = self.relation(parts)
        if relation is None and self.catalog.records and len(parts) == 1:
            from lineage_kit.sql.queries.records import record

            return record(parts[0], self)
        return relation

    def resolve(self, column: Any, aliases: Aliases = Aliases.NO) -> Sources:
        """Return the sources of a column reference; unknown where nothing settles it."""
        identifier = column.this
        key = self.catalog.key(identifier)
        name = self._name(identifier)
        qualifier = column.args.get("table")
        if qualifier and qualifier.name == ALIAS_QUALIFIER:
            qualifier, aliases = None, Aliases.BEFORE_COLUMNS
        if not qualifier:
            if aliases is not Aliases.BEFORE_COLUMNS and self._is_pseudo(identifier, key):
                return ()
            row = self._whole_row(column, key)
            return self.unqualified(key, name, aliases) if row is None else row
        identifiers = [column.args.get(part) for part in ("table", "db", "catalog")]
        named = [part for part in identifiers if part]
        relation = self.rows_of(tuple(map(self.catalog.key, named)))
        if relation is not None:
            if isinstance(identifier, exp.Parameter):
                return _at(relation, int(identifier.name) if identifier.name.isdigit() else 0, name)
            return relation.column(key, name)
        if is_sequence_value(name, self.catalog.dialect.name):
            return ()
        # Not a relation, so it may be a path into a nested column: take its outermost part.
        return self._path(named[::-1], name, key)

    def _name(self, identifier: Any) -> str:
        name: str = identifier.name
        return f"${name}" if isinstance(identifier, exp.Parameter) else name

    def _is_pseudo(self, identifier: Any, key: str) -> bool:
        """Tell whether an unquoted name that no relation lists is a value of the session or the query."""
        if identifier.args.get("quoted"):
            return False
        if is_parameter(identifier.name, self.catalog.dialect.name):
            return True
        names = pseudo_columns(self.catalog.dialect.name, hierarchical=self.hierarchical)
        return identifier.name.lower() in names and self._listed(key, identifier.name) is None

    def _whole_row(self, column: Any, key: str) -> Sources | None:
        """Return the sources of a name that means a whole row; None if it means a column.

        A column of that name comes first: a table of unknown columns may have one of its own name.
        """
        relation = self._row(key, column.name)
        if relation is None:
            return None
        of_rows = isinstance(column.parent, exp.Func) and _OF_ROWS.search(_function_name(column.parent))
        return relation.row() if relation.is_alias or not relation.shape.unlisted or of_rows else None

    def row_named(self, column: Any) -> Relation | None:
        """Return the relation by whose alias a name means a whole row; None if it means a column."""
        relation = self._row(self.catalog.key(column.this), column.name)
        if relation is None or not (relation.is_alias or not relation.shape.unlisted):
            return None
        return relation

    def _row(self, key: str, name: str) -> Relation | None:
        if self.catalog.dialect.name not in _WITH_WHOLE_ROWS:
            return None
        relation = next((one for one in self.relations if one.qualifiers[:1] == (key,)), None)
        return None if relation is None or self._listed(key, name) is not None else relation

    def row_column(self, row: Any, identifier: Any) -> Sources | None:
        """Return the sources of (row).column; None if the row is none, but a value with fields."""
        key = self.catalog.key(row.this)
        if row.args.get("table") or self._listed(key, row.name) is not None:
            return None
        relation = self.rows_of((key,))
        return None if relation is None else relation.column(self.catalog.key(identifier), identifier.name)

    def all_columns(self, column: Any, star: Any, chosen: Test = every) -> Sources:
        """Return the sources of a star inside a function, `t.*` with a column; nothing of what nobody lists.

        Only columns of `chosen` names count.
        """
        relations = self.shown()
        if column is not None:
            parts = [part for name in ("table", "db", "catalog") if (part := column.args.get(name))]
            relation = self.rows_of(tuple(map(self.catalog.key, parts)))
            relations = [] if relation is None else [relation]
        without = {self.catalog.key(identifier_of(name)) for name in as_list(arg(star, "except"))}
        items = [item for relation in relations for item in relation.shape.items if isinstance(item, Column)]
        kept = [item for item in items if item.key not in without and chosen(item.name)]
        sources = [source for item in kept for source in item.sources]
        return passed_on(sources, "TRANSFORMATION")

    def positional(self, number: int) -> Sources:
        """Return the sources of the column at a position, from 1, of what FROM gives."""
        relations = self.shown()
        return _at(relations[0], number, f"${number}") if len(relations) == 1 else unknown(f"${number}")

    def fields(self, path: list[Any]) -> tuple[Item, ...]:
        """Return the fields of the value that a path leads to, outermost name first; none where nobody lists them."""
        keys = list(map(self.catalog.key, path))
        relation = self.relation((keys[0],)) if len(keys) > 1 else None
        relations, (first, *others) = (self.shown(), keys) if relation is None else ([relation], keys[1:])
        found = [column for each in relations if (column := each.shape.column(first)) is not None]
        fields = found[0].fields if len(found) == 1 else ()
        for key in others:
            field = Shape(fields).column(key)
            fields = () if field is None else field.fields
        return fields

    def _path(self, parts: list[Any], name: str, key_of_field: str) -> Sources:
        field = Shape(self.fields(parts)).sources(key_of_field, name)
        if field is not None:
            return field
        for depth in range(len(parts) - 1, 0, -1):
            relation = self.rows_of(tuple(map(self.catalog.key, parts[:depth][::-1])))
            if relation is not None:
                column = parts[depth]
                sources = relation.column(self.catalog.key(column), column.name)
                return passed_on(sources, "TRANSFORMATION")
        key = self.catalog.key(parts[0])
        if self.catalog.dialect.name in _WITHOUT_DOTTED_FIELDS:
            return () if key in self.catalog.variables else unknown(name)
        sources = self.unqualified(key, parts[0].name)
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
        if key in self.catalog.variables and not (self.parent and self.parent.lists(key)):
            return ()
        if self.visible is not None and self.visible.has_expressions:
            named = self.reader.named_expression(key, self)
            if named is not None:
                return named
        return self._unlisted(key, name)

    def _listed(self, key: str, name: str) -> Sources | None:
        special = self.elements.get(key) or self.merged.get(key)
        if special is not None:
            return special[1]
        listing = [relation for relation in self.shown() if relation.shape.has(key)]
        if len(listing) > 1 and self.catalog.dialect.name != "clickhouse":  # which takes the leftmost
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
        possible = possible or [relation for relation in self.shown() if relation.fields is not None]
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


def _at(relation: Relation, number: int, name: str) -> Sources:
    """Return the sources of the column at a position, from 1, called `name` where the columns are not listed."""
    before = relation.shape.items[:number]
    if 0 < number == len(before) and all(isinstance(item, Column) for item in before):
        last = before[-1]
        return last.sources
    return relation.column(name, name)


def _function_name(function: Any) -> str:
    return function.name if isinstance(function, exp.Anonymous) else type(function).__name__
