"""The tables of a script: names completed and compared, columns known from the caller or from the script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineage_kit.sql.model import Location, TableName
from lineage_kit.sql.relations import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage_kit.sql.dialects import Dialect

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
        """Return the table that a table expression of the parser names."""
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
            table = self._tables[key] = Table(full_name, self._columns(full_name))
        return table

    def location(self, uri: str) -> Table:
        """Return the file, folder or stage of that URI as a table whose columns nobody knows."""
        key = (None, "", uri)
        if key not in self._tables:
            self._tables[key] = Table(Location(uri))
        return self._tables[key]

    def _columns(self, table: TableName) -> Sequence[str] | None:
        """Return the columns that the caller knows for a table.

        A part that only one side gives does not count, but the answer must be the only one possible.
        """
        parts = (table.name, table.schema, table.database)
        matches = [
            (known, columns)
            for known, columns in self._known.get(table.name.lower(), ())
            if all(not mine or mine.lower() == theirs.lower() for mine, theirs in zip(parts, known, strict=False))
        ]
        if len(matches) > 1:
            matches = [match for match in matches if all(map(str.__eq__, filter(None, parts), match[0]))]
        return matches[0][1] if len(matches) == 1 else None


def table_identifiers(node: Any) -> list[Any]:
    """Return the identifiers of a table expression's name, outermost first.

    One may be empty: `db..t` leaves the schema to the default.
    """
    this = node.this
    parts = [node.args.get("catalog"), node.args.get("db")]
    parts += [this] if this.key != "dot" else this.flatten()
    return [part for part in parts if part]


def _three(parts: Sequence[str], database: str | None, schema: str | None) -> Key:
    """Return database, schema and name of a dotted name, completed by the defaults.

    Names of four and more parts (linked servers, BigQuery's INFORMATION_SCHEMA) keep the excess in the database.
    """
    *outer, name = parts
    if not outer:
        return database, schema, name
    *outermost, inner = outer
    return ".".join(outermost) or database, inner or schema, name
