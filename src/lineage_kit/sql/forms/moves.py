"""Statements that give a table another name, or its rows to another table: RENAME, SWAP, EXCHANGE, APPEND, ATTACH.

They are read from tokens: the grammars know few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.ahead import NameChange
from lineage_kit.sql.relations import Table
from lineage_kit.sql.statements.definitions import copy_of, touch
from lineage_kit.sql.statements.table_columns import rename_column
from lineage_kit.sql.text.split import Piece
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement

    Flow = tuple[Any, Any]

# RENAME of these parts of a table leaves its name.
_PARTS = ("COLUMN", "CONSTRAINT", "FIELD", "INDEX", "KEY", "PARTITION", "ROLLUP")
# What follows the name of another thing, such as a publication, to which a table is added.
_BEFORE_ANOTHER_THING = ("ADD", "DROP", "ON", "SET")
# Here a partition is a table of its own, which ATTACH makes a part of another.
_PARTITIONS_ARE_TABLES = frozenset({"", "materialize", "postgres", "risingwave"})
# Sources and sinks hold rows like tables here.
_WITH_SOURCES = frozenset({"materialize", "risingwave"})
# How Dremio calls tables and views.
_DATASETS = ("DATASET", "PDS", "VDS")
# Here EXCHANGE PARTITION moves rows one way; in other databases each table gets what the other had.
_EXCHANGE_MOVES = frozenset({"databricks", "hive", "spark", "spark2"})
_PARTITION_FUNCTIONS = {
    "COPY_PARTITIONS_TO_TABLE": False,
    "COPY_TABLE": False,
    "MOVE_PARTITIONS_TO_TABLE": False,
    "SWAP_PARTITIONS_BETWEEN_TABLES": True,
}


def read_rename(tokens: Tokens, statement: Statement) -> None:
    """Read the statements of their own that rename and swap tables, one pair or several.

    They are RENAME, EXCHANGE TABLES, ALTER SCHEMA ... TRANSFER and the procedure sp_rename.
    """
    statement.kind = "ALTER"
    arguments = _procedure(tokens.again())
    if _is_part(arguments):
        _rename_part(arguments, tokens, statement)
        return
    changes = name_changes(tokens)
    if not changes:
        raise tokens.refused()
    _rename(changes, statement)


def read_partition_function(tokens: Tokens, statement: Statement) -> None:
    """Read SELECT of a Vertica function that moves partitions: its first argument and its last are tables."""
    statement.kind = "ALTER"
    tokens.expect("SELECT")
    both_ways = _PARTITION_FUNCTIONS[tokens.take().word]
    arguments = tokens.parenthesised()
    # Between the tables stand the bounds of the partitions, and behind them a flag, which is no string.
    strings = [text for argument in (arguments.split() if arguments else ()) if (text := argument.string())]
    if not strings:
        raise tokens.refused()
    origin, target = _table_of(strings[0], tokens), _table_of(strings[-1], tokens)
    _give([(origin, target), (target, origin)] if both_ways else [(origin, target)], statement)


def move(tokens: Tokens, statement: Statement) -> bool:
    """Read the ALTER of a table whose name or rows move, and tell whether it is one."""
    changes = _altered_names(tokens.again())
    if changes:
        _rename(changes, statement)
        return True
    _, tables = altered(tokens)
    flows = _flows(tables[0], tokens, statement.catalog.dialect.name) if tables else []
    _give(flows, statement)
    return bool(flows)


def altered(tokens: Tokens) -> tuple[bool, list[Any]]:
    """Take the head of an ALTER; return whether it is that of a view, and its tables (none if it is another thing)."""
    tokens.expect("ALTER")
    kinds = {"TABLE", "VIEW", *(_DATASETS if tokens.dialect.name == "dremio" else ())}
    if tokens.skip_to("MATERIALIZED TABLE", *kinds, *_BEFORE_ANOTHER_THING) not in {"MATERIALIZED TABLE", *kinds}:
        return False, []
    is_view = tokens.take().word in {"MATERIALIZED", "VDS", "VIEW"}
    tokens.accept("TABLE")
    tables = tokens.tables()
    if tokens.accept("ON", "CLUSTER"):
        tokens.take()
    return is_view, tables


def _created(tokens: Tokens) -> list[NameChange]:
    """Take the head of a CREATE and return the table or view that it makes; nothing if it makes another thing."""
    kind = "CREATE"
    while (word := tokens.take().word) not in {"TABLE", "VIEW"}:
        if word in {"TEMP", "TEMPORARY", "VOLATILE"}:
            kind = "TEMPORARY"
        if tokens.done or word in {"AS", "FUNCTION", "PROCEDURE"}:
            return []
    tokens.accept("IF", "NOT", "EXISTS")
    return [NameChange(kind, table) for table in tokens.tables()[:1]]


def dropped(tokens: Tokens) -> list[Any]:
    """Take a DROP and return the tables and views that it names; none if it drops another thing."""
    kinds = ["TABLE", "VIEW", *(("SOURCE", "SINK") if tokens.dialect.name in _WITH_SOURCES else ())]
    if tokens.skip_to(*kinds, *_BEFORE_ANOTHER_THING[2:]) not in kinds:
        return []
    tokens.take()
    return [] if tokens.sees("FUNCTION") else tokens.tables()


def name_changes(tokens: Tokens) -> list[NameChange]:
    """Return what a statement does to the names of tables; nothing if it is none that does anything to them."""
    opening = tokens.next.word
    if opening == "IF":
        tokens.skip_to("DROP TABLE", "DROP VIEW")
    if tokens.sees("DROP"):
        return [NameChange("DROP", node) for node in dropped(tokens)]
    if opening == "CREATE":
        return _created(tokens)
    if tokens.accept("ALTER", "SCHEMA"):
        return _transferred(tokens)
    if opening == "ALTER":
        return _altered_names(tokens)
    if tokens.accept_one("RENAME", "EXCHANGE"):
        return _pairs("SWAP" if opening == "EXCHANGE" else "RENAME", tokens)
    return _renamed_by_procedure(tokens)


def _rename(changes: list[NameChange], statement: Statement) -> None:
    """Record new names of tables.

    A table that the script made has had the name which it will keep from the beginning. Any other gives its rows to a
    new table of its last name, unless the script drops it.
    """
    catalog = statement.catalog
    last: dict[Table, Any] = {}
    for change in changes:
        first, second = catalog.table(change.table), catalog.table(change.other)
        if first.content is None or second.content is None:
            statement.change("SWAP" if change.kind == "SWAP" else "RENAME", change.table, change.other)
        catalog.release(change.table)
        catalog.bind(change.other, first)
        last[first] = change.other
        if change.kind == "SWAP":
            catalog.bind(change.table, second)
            last[second] = change.table
    for table, node in last.items():
        end = catalog.ahead.end(node)
        if table.content is not None:
            continue
        if end is None or end == table.name:
            statement.outputs[table] = None
        else:
            renamed = Table(end, table.columns or catalog.known_columns(end))
            catalog.bind(node, renamed)
            statement.store(copy_of(table), renamed, renamed.columns)


def _give(flows: list[Flow], statement: Statement) -> None:
    """Record that rows of one table go into another; what a temporary table gets in exchange matters to nobody."""
    catalog = statement.catalog
    tables = [(catalog.table(origin), catalog.table(target)) for origin, target in flows]
    exchange = len(tables) > 1
    for origin, target in tables:
        if target.content is None or not exchange:
            statement.store(copy_of(origin), target, target.columns)


def _pairs(kind: str, tokens: Tokens) -> list[NameChange]:
    """Return the pairs of RENAME a TO b, c TO d and of EXCHANGE TABLES a AND b."""
    tokens.accept_one("TABLES", "TABLE", "VIEW", "DICTIONARIES", "DICTIONARY", "OBJECT")
    changes = []
    for pair in tokens.split():
        tables = pair.tables()
        to = pair.accept_one("TO", "AS", "AND")
        others = pair.tables()
        if not to or len(tables) != 1 or len(others) != 1:
            raise tokens.refused()
        changes.append(NameChange(kind, tables[0], _beside(tables[0], others[0])))
    return changes


def _altered_names(tokens: Tokens) -> list[NameChange]:
    """Return the new names that ALTER TABLE gives: RENAME among its actions, SWAP WITH, SET SCHEMA."""
    _, tables = altered(tokens)
    if not tables:
        return []
    # Vertica renames several tables by one action; elsewhere a comma parts the actions.
    for action in [tokens] if len(tables) > 1 else tokens.split():
        changes = _action(tables, action)
        if changes:
            return changes
    return []


def _action(tables: list[Any], tokens: Tokens) -> list[NameChange]:
    table = tables[0]
    if tokens.accept("SET", "SCHEMA"):
        return [NameChange("RENAME", table, _inside(schema, table)) for schema in tokens.tables()]
    if tokens.accept("SWAP", "WITH"):
        return [NameChange("SWAP", table, other) for other in tokens.tables()]
    if tokens.accept("REPLACE", "WITH", "TABLE"):  # Doris: swaps, unless its properties say otherwise
        others = tokens.tables()
        keeps = "'false'" not in tokens.text().text.replace('"', "'").lower()
        return [NameChange("SWAP", table, other) if keeps else NameChange("RENAME", other, table) for other in others]
    if not tokens.accept("RENAME") or any(tokens.sees(part) for part in _PARTS):
        return []
    to = tokens.accept_one("TO", "AS", "=")
    others = tokens.tables()
    if not to and not tokens.done:  # RENAME a TO b is that of a column
        return []
    return [NameChange("RENAME", old, _beside(old, new)) for old, new in zip(tables, others, strict=False)]


def _flows(table: Any, tokens: Tokens, dialect: str) -> list[Flow]:
    """Return which table's rows go where by an action of ALTER TABLE, as pairs of origin and target."""
    action = tokens.accept_one("APPEND", "EXCHANGE", "SWITCH", "REPLACE", "ATTACH", "DETACH", "MOVE")
    partition = tokens.accept_one("PARTITION", "SUBPARTITION")
    if dialect in _PARTITIONS_ARE_TABLES and partition and action in {"ATTACH", "DETACH"}:
        parts = tokens.tables()
        return [(part, table) if action == "ATTACH" else (table, part) for part in parts]
    if not action or not (partition or action in {"APPEND", "SWITCH"}):
        return []
    if not tokens.skip_to("FROM", "TO", "INTO", "WITH TABLE"):
        return []
    tokens.take()
    tokens.accept("TABLE")
    others = tokens.tables()
    if action in {"SWITCH", "MOVE", "DETACH"}:
        return [(table, other) for other in others]
    if action == "EXCHANGE" and dialect not in _EXCHANGE_MOVES:
        return [flow for other in others for flow in ((other, table), (table, other))]
    return [(other, table) for other in others]


def _transferred(tokens: Tokens) -> list[NameChange]:
    """Return what ALTER SCHEMA ... TRANSFER of SQL Server does: a table moves into a schema."""
    schemas = tokens.tables()
    if not schemas or not tokens.accept("TRANSFER"):
        return []
    tokens.accept("OBJECT")
    tables = tokens.tables()
    for table in tables:  # OBJECT::name is one word to the lexer, as is a type behind a value
        first = table.parts[0]
        first.set("this", first.name.lstrip(":"))
    return [NameChange("RENAME", table, _inside(schemas[0], table)) for table in tables]


def _renamed_by_procedure(tokens: Tokens) -> list[NameChange]:
    arguments = _procedure(tokens)
    if len(arguments) < 2 or _is_part(arguments):  # noqa: PLR2004 - old and new name
        return []
    table = _table_of(arguments[0], tokens)
    return [NameChange("RENAME", table, _beside(table, exp.Table(this=_identifier(arguments[1], tokens))))]


def _rename_part(arguments: list[str], tokens: Tokens, statement: Statement) -> None:
    """Record that sp_rename gives a column or an index of a table another name."""
    owner, _, part = arguments[0].rpartition(".")
    node = _table_of(owner, tokens)
    touch(node, statement)
    old = Tokens(Piece(part, 0, tokens.piece.line), tokens.dialect).identifier()
    if old is not None and arguments[2].upper() == "COLUMN":
        rename_column(statement.catalog.table(node), old, _identifier(arguments[1], tokens), statement.catalog)


def _procedure(tokens: Tokens) -> list[str]:
    """Return the arguments of sp_rename, which SQL Server calls by position or by name."""
    if not tokens.skip_to("SP_RENAME"):
        return []
    tokens.take()
    arguments = []
    for argument in tokens.split():
        if argument.skip_to("="):
            argument.take()
        argument.accept("N")
        arguments.append(argument.string() or "")
    return arguments


def _is_part(arguments: list[str]) -> bool:
    return len(arguments) > 2 and arguments[2].upper() in {"COLUMN", "INDEX"}  # noqa: PLR2004 - the third says of what


def _table_of(name: str, tokens: Tokens) -> Any:
    """Return the table that a string names.

    Raises:
        StatementRefusedError: It holds no name.
    """
    node = Tokens(Piece(name, 0, tokens.piece.line), tokens.dialect).table()
    if node is None:
        raise tokens.refused()
    return node


def _identifier(name: str, tokens: Tokens) -> Any:
    return exp.Identifier(this=tokens.dialect.spelled(name), quoted=False)


def _beside(table: Any, other: Any) -> Any:
    """Return a new name: where it does not say a schema, it is in that of the old one."""
    if other.args.get("db"):
        return other
    return exp.Table(this=other.this, db=table.args.get("db"), catalog=table.args.get("catalog"))


def _inside(schema: Any, table: Any) -> Any:
    return exp.Table(this=table.this, db=schema.this, catalog=table.args.get("catalog"))
