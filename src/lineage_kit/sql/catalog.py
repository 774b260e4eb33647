"""The tables of a script: names completed and compared, columns known from the caller or from the script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.ahead import Ahead
from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar.parse import spelled
from lineage_kit.sql.grammar.tree import arg, named_by_text
from lineage_kit.sql.locations import holds_credentials, table_path, without_secrets
from lineage_kit.sql.model import Location, TableName
from lineage_kit.sql.relations import Query, Shape, Table, Unlisted
from lineage_kit.sql.text.opaque import UNKNOWN, named
from lineage_kit.sql.text.templates import is_opaque
from lineage_kit.sql.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineage_kit.sql.deadline import Deadline
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.model import Dataset
    from lineage_kit.sql.text.records import Record

Key = tuple[str | None, str | None, str]

# A part of a dotted name, in double quotes or without.
_PART = re.compile(r'(?:\A|\.)(?:"((?:[^"]|"")+)"(?=\.|\Z)|([^.]*))')


class Catalog:
    """All tables that one call of `analyze` meets.

    Args:
        dialect: Gives the case rules by which two names are one table.
        database: Completes names without a database part; may change with USE.
        schema: Completes names without a schema part; may change with USE.
        known_columns: Column names by `table`, `schema.table` or `database.schema.table`; a part may stand
            in double quotes.
        deadline: When all statements must be read.

    `routines` are the names, in lower case, of those that the script defines, and of the statements that it prepares.
    `defaults` are database and schema as they were given.
    `variables` are the folded names that are values in the statement that is read: parameters of the routine around it,
    variables of a block. `records` are those that stand for rows of a query, and `record_queries` their queries
    as far as somebody asked for them.
    `refused` is the text that the dialect's grammar refused last, with the reason: it is not to be shown that again.
    """

    def __init__(
        self,
        dialect: Dialect,
        database: str | None,
        schema: str | None,
        known_columns: Mapping[str, Sequence[str]],
        deadline: Deadline,
    ) -> None:
        self.dialect = dialect
        self.deadline = deadline
        self.database = database and dialect.spelled(database)
        self.schema = schema and dialect.spelled(schema)
        self.defaults = (self.database, self.schema)
        self.ahead = Ahead(self)
        self.routines: set[str] = set()
        self.texts = Texts()
        self.variables: frozenset[str] = frozenset()
        self.records: dict[str, Record] = {}
        self.record_queries: dict[Record, Query] = {}
        self.refused: tuple[str, StatementRefusedError] | None = None
        self._tables: dict[Key, Table] = {}
        self._known: dict[str, list[tuple[list[str], Sequence[str]]]] = {}
        for dotted, columns in known_columns.items():
            parts = _parts(dotted)
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
        """Return the table, or the location outside the database, that a table expression of the parser names.

        Raises:
            StatementRefusedError: What stands in the place of a name or path is a connection string or the like, or a
                variable gives the name.
        """
        if named_by_text(node) == "" and named_by_text(node := self.plainly_named(node)) == "":
            msg = "a table is named by a variable"
            raise StatementRefusedError(msg)
        path = table_path(node, self.dialect)
        if path is not None:
            return self.location(path)
        if isinstance(node.this, exp.Parameter):
            return self._variable(node.name)
        key, name = self.place(node)
        table = self._tables.get(key)
        if table is None:
            if "=" in name.name and holds_credentials(name.name):
                msg = "something else stands in the place of a table"
                raise StatementRefusedError(msg)
            table = self._tables[key] = Table(name, self.known_columns(name))
            parts = [part.name for part in table_identifiers(node)]
            if all(map(is_opaque, parts)) or UNKNOWN in ".".join(parts):
                # A template names it: the table is not known, only what this script does with it.
                table.content = Query(Shape([Unlisted(None)]))
                table.used = True
        return table

    def place(self, node: Any) -> tuple[Key, TableName]:
        """Return the key and the full name of what a table expression names."""
        identifiers = table_identifiers(node)
        temporary = session_name(identifiers[-1])
        if temporary:
            return (None, None, self.dialect.tables.unquoted(temporary)), TableName(None, None, temporary)
        names = [part.name for part in identifiers]
        rule = self.dialect.tables
        folded = [
            rule.quoted(name) if part.args.get("quoted") else rule.unquoted(name)
            for part, name in zip(identifiers, names, strict=True)
        ]
        database, schema, name = _three(names, self.database, self.schema)
        fold = rule.unquoted
        key = _three(folded, self.database and fold(self.database), self.schema and fold(self.schema))
        return key, TableName(database, schema, name)

    def bind(self, node: Any, table: Table) -> None:
        """Let a name mean a table from now on."""
        self._tables[self.place(node)[0]] = table

    def release(self, node: Any) -> None:
        """Let a name mean nothing that is known: the next mention of it is a new table."""
        self._tables.pop(self.place(node)[0], None)

    def is_name(self, node: Any) -> bool:
        """Tell whether what stands in the place of a table names one (a function call, for one, does not)."""
        if isinstance(node, exp.Dot):
            return not isinstance(node.expression, exp.Func)
        if isinstance(node, exp.Parameter):
            return self.dialect.name in {"fabric", "hana", "tsql"}
        if isinstance(node, exp.Literal):
            return bool(node.is_string)
        return isinstance(node, exp.Identifier) or (isinstance(node, exp.Var) and node.name.startswith("@"))

    def plainly_named(self, node: Any) -> Any:
        """Return a table expression under the plain name that IDENTIFIER('...') gives; others as they are.

        Instead of the text it may have a variable that took one before.
        """
        if self.dialect.name == "hana" and isinstance(node.this, exp.Placeholder) and node.name:  # rows in a variable
            return exp.Table(this=exp.Parameter(this=exp.Var(this=node.name)), alias=node.args.get("alias"))
        text = named_by_text(node, self.texts)
        if not text or UNKNOWN in text:
            return node
        named = spelled(exp.to_table(text, dialect=self.dialect.grammar), self.dialect)
        named.set("alias", node.args.get("alias"))
        return named

    def location(self, uri: str) -> Table:
        """Return the file, folder or stage of that URI as a table whose columns nobody knows.

        User information and query, which may hold credentials, are not kept.
        """
        uri = without_secrets(named(uri))
        key = (None, "", uri)
        if key not in self._tables:
            self._tables[key] = Table(Location(uri))
            if UNKNOWN in uri:
                self._tables[key].content = Query(Shape([Unlisted(None)]))
                self._tables[key].used = True
        return self._tables[key]

    def _variable(self, name: str) -> Table:
        """Return a table variable of T-SQL or SAP HANA, which is temporary from the start."""
        key = (None, "@", self.dialect.columns.unquoted(name))
        if key not in self._tables:
            self._tables[key] = Table(TableName(None, None, f"@{name}"))
            self._tables[key].content = Query(Shape(()))
            self._tables[key].used = True
        return self._tables[key]

    def known_columns(self, table: Dataset) -> Sequence[str] | None:
        """Return the columns that the caller knows for a table, None for a location.

        A part that only one side gives does not count, but the answer must be the only one possible: one known by
        the same parts, or else one spelled alike.
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
            given = sum(part is not None for part in parts)
            matches = [match for match in matches if len(match[0]) == given] or matches
        if len(matches) > 1:
            matches = [match for match in matches if all(a in {None, b} for a, b in zip(parts, match[0], strict=False))]
        return matches[0][1] if len(matches) == 1 else None


def _parts(dotted: str) -> list[str]:
    """Return the parts of a name from outside any SQL, without their quotes."""
    return [
        bare if quoted is None else quoted.replace('""', '"')
        for quoted, bare in (match.groups() for match in _PART.finditer(dotted))
    ]


def session_name(identifier: Any) -> str | None:
    """Return the name of a table that lives with the session only, #t in SQL Server and Redshift; None for others."""
    name: str = identifier.name
    if identifier.args.get("temporary"):
        return f"#{name}"
    if arg(identifier, "global"):
        return f"##{name}"
    return name if name.startswith("#") else None


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
