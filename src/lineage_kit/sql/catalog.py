"""The tables of a script: names completed and compared, columns known from the caller or from the script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.model import Location, TableName
from lineage_kit.sql.relations import Query, Shape, Table
from lineage_kit.sql.tree import named_by_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.model import Dataset

_URI_SECRETS = re.compile(r"(?<=://)[^/@]*@|\?.*", re.DOTALL)

Key = tuple[str | None, str | None, str]


class Catalog:
    """All tables that one call of `analyze` meets.

    Args:
        dialect: Gives the case rules by which two names are one table.
        database: Completes names without a database part; may change with USE.
        schema: Completes names without a schema part; may change with USE.
        known_columns: Column names by `table`, `schema.table` or `database.schema.table`.
    """

    def __init__(
        self,
        dialect: Dialect,
        database: str | None,
        schema: str | None,
        known_columns: Mapping[str, Sequence[str]],
    ) -> None:
        self.dialect = dialect
        self.database = database
        self.schema = schema
        self._tables: dict[Key, Table] = {}
        self._known: dict[str, list[tuple[list[str], Sequence[str]]]] = {}
        for dotted, columns in known_columns.items():
            parts = dotted.split(".")
            self._known.setdefault(parts[-1].lower(), []).append((parts[::-1], columns))

    def key(self, identifier: Any) -> str:
        """Return the folded form of a column, alias or CTE identifier of the parser."""
        rule = self.dialect.columns
        name: str = identifier.name
        return rule.quoted(name) if identifier.args.get("quoted") else rule.unquoted(name)

    def key_of_name(self, name: str) -> str:
        """Return the folded form of a column name that stands outside any SQL, in the caller's schema."""
        return self.dialect.columns.unquoted(name)

    def table(self, node: Any) -> Table:
        """Return the table, or the location outside the database, that a table expression of the parser names."""
        if isinstance(node.this, exp.Var) or "://" in node.name:
            # A stage (@name/path), or a file in the place of a table.
            return self.location(node.name)
        if isinstance(node.this, exp.Parameter):
            return self._variable(node.name)
        identifiers = table_identifiers(node)
        names = [part.name for part in identifiers]
        rule = self.dialect.tables
        folded = [
            rule.quoted(name) if part.args.get("quoted") else rule.unquoted(name)
            for part, name in zip(identifiers, names, strict=True)
        ]
        database, schema, name = _three(names, self.database, self.schema)
        fold = rule.unquoted
        key = _three(folded, self.database and fold(self.database), self.schema and fold(self.schema))
        table = self._tables.get(key)
        if table is None:
            full_name = TableName(database, schema, name)
            table = self._tables[key] = Table(full_name, self.known_columns(full_name))
        return table

    def is_name(self, node: Any) -> bool:
        """Tell whether what stands in the place of a table names one (a function call, for one, does not)."""
        if isinstance(node, exp.Dot):
            return not isinstance(node.expression, exp.Func)
        if isinstance(node, exp.Parameter):
            return self.dialect.name in {"tsql", "fabric"}
        return isinstance(node, exp.Identifier) or (isinstance(node, exp.Var) and node.name.startswith("@"))

    def plainly_named(self, node: Any) -> Any:
        """Return a table expression under the plain name that IDENTIFIER('...') gives; others as they are."""
        text = named_by_text(node)
        if not text:
            return node
        named = exp.to_table(text, dialect=self.dialect.grammar)
        named.set("alias", node.args.get("alias"))
        return named

    def location(self, uri: str) -> Table:
        """Return the file, folder or stage of that URI as a table whose columns nobody knows.

        User information and query, which may hold credentials, are not kept.
        """
        uri = _URI_SECRETS.sub("", uri)
        key = (None, "", uri)
        if key not in self._tables:
            self._tables[key] = Table(Location(uri))
        return self._tables[key]

    def _variable(self, name: str) -> Table:
        """Return a table variable of T-SQL, which is temporary from the start."""
        key = (None, "@", self.dialect.columns.unquoted(name))
        if key not in self._tables:
            self._tables[key] = Table(TableName(None, None, f"@{name}"))
            self._tables[key].content = Query(Shape(()))
        return self._tables[key]

    def known_columns(self, table: Dataset) -> Sequence[str] | None:
        """Return the columns that the caller knows for a table, None for a location.

        A part that only one side gives does not count, but the answer must be the only one possible.
        """
        if isinstance(table, Location):
            return None
        parts = (table.name, table.schema, table.database)
        matches = [
            (known, columns)
            for known, columns in self._known.get(table.name.lower(), ())
            if all(not mine or mine.lower() == theirs.lower() for mine, theirs in zip(parts, known, strict=False))
        ]
        if len(matches) > 1:
            matches = [match for match in matches if all(a in {None, b} for a, b in zip(parts, match[0], strict=False))]
        return matches[0][1] if len(matches) == 1 else None


def table_identifiers(node: Any) -> list[Any]:
    """Return the identifiers of a table expression's name, outermost first.

    A schema that is left out, as in `db..t`, is an empty identifier.
    """
    outer = [node.args.get("catalog"), node.args.get("db")]
    while outer and outer[0] is None:
        del outer[0]
    this = node.this
    names = list(this.flatten()) if isinstance(this, exp.Dot) else [this]
    return [part or exp.Identifier(this="") for part in outer] + names


def _three(parts: Sequence[str], database: str | None, schema: str | None) -> Key:
    """Return database, schema and name of a dotted name, completed by the defaults.

    Names of four and more parts (linked servers, BigQuery's INFORMATION_SCHEMA) keep the excess in the database.
    """
    *outer, name = parts
    if not outer:
        return database, schema, name
    *outermost, inner = outer
    return ".".join(outermost) or database, inner or schema, name
