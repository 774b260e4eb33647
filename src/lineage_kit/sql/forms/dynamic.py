"""Statements that run others: the text of dynamic SQL where it is known, and calls of routines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.sql.forms.composed import composed, is_certain, key_of
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.reading import read
from lineage_kit.sql.statements.kinds import read_tree
from lineage_kit.sql.text.client import BATCH_DIALECTS
from lineage_kit.sql.text.parts import fills_table_variable
from lineage_kit.sql.text.records import Sight, changed_row_written
from lineage_kit.sql.text.split import Piece, split

if TYPE_CHECKING:
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.tokens import Tokens

_UNKNOWN_TEXT = "the text of dynamic SQL is only known when it runs"
_ELSEWHERE = "dynamic SQL runs on a linked server"
_UNKNOWN_ROUTINE = "the text of the called routine is not in the script"
# Routines of databases that touch no table of a pipeline.
_HARMLESS = re.compile(
    r"(?:sys\.)?(?:dbms_(?:application_info|lock|output|random|session|stats|utility)\b.*|raise_application_error"
    r"|pragma_\w+|sp_(?:add|drop|help|lock|set|unset|update|who)\w*|system\$\w+|(?:\w+\.)?system\.[\w.]+|utl_\w+\b.*|xp_\w+|\w+\.(?:delete|extend|trim))",
    re.IGNORECASE,
)
# Procedures of DB2 and Teradata that run the text they are given.
_RUNNING = (("ADMIN_CMD",), ("SYSPROC", ".", "ADMIN_CMD"), ("DBC", ".", "SYSEXECSQL"))
_ASSIGNS = (":=", "=", "DEFAULT")
_EXTENDS = ("+=", "-=")
_FUNCTIONS = frozenset({"CONCAT", "FORMAT"})
# What a statement begins with, and no variable that holds its text.
_PREPARED = frozenset("CREATE DELETE DROP INSERT MERGE SELECT SHOW TABLE UNLOAD UPDATE VALUES WITH".split())


def read_execute(tokens: Tokens, statement: Statement) -> None:
    """Read EXECUTE [IMMEDIATE] and EXEC: of a text, of a prepared statement, or of a routine."""
    statement.kind = "EXECUTE"
    calls = tokens.take().word == "EXEC" or tokens.dialect.name in BATCH_DIALECTS
    if tokens.sees("AS"):  # another user from here on
        return
    immediate = tokens.accept("IMMEDIATE")
    if tokens.next.text.startswith("@") and tokens.peek(1).text == "=":  # the result of a procedure
        tokens.take()
        tokens.take()
    if tokens.accept_one("SP_EXECUTESQL") or tokens.accept("SYS", ".", "SP_EXECUTESQL"):
        tokens.accept("@stmt", "=")
        _run(tokens, statement)
    elif immediate or tokens.sees("(") or tokens.next.kind == "string" or _is_text(tokens, statement):
        text = tokens.parenthesised() or tokens
        if tokens.accept("AT"):
            statement.note(_ELSEWHERE)
        else:
            _run(text, statement)
    elif tokens.accept("TASK") or calls:
        _call(tokens, statement, _UNKNOWN_ROUTINE)
    else:
        _call(tokens, statement, _UNKNOWN_TEXT)


def read_call(tokens: Tokens, statement: Statement) -> None:
    """Read CALL, and the call of a routine by its name alone."""
    statement.kind = "CALL"
    tokens.accept("CALL")
    if any(tokens.accept(*name) for name in _RUNNING):
        _run(tokens.parenthesised() or tokens, statement)
        return
    _call(tokens, statement, _UNKNOWN_ROUTINE)


def read_prepare(tokens: Tokens, statement: Statement) -> None:
    """Read PREPARE ... FROM text, and PREPARE ... AS or FROM statement: it is told here, not where it runs."""
    statement.kind = "PREPARE"
    tokens.expect("PREPARE")
    statement.catalog.routines.add(tokens.take().value.lower())
    tokens.parenthesised()
    if tokens.accept("AS") or (tokens.sees("FROM") and tokens.peek(1).word in _PREPARED):
        tokens.accept("FROM")  # Athena, Trino
        _include(tokens.text(), statement)
    elif tokens.accept("FROM"):
        _run(tokens, statement)


def read_open(tokens: Tokens, statement: Statement) -> None:
    """Read OPEN cursor FOR text."""
    statement.kind = tokens.take().word
    if tokens.skip_to("FOR"):
        tokens.take()
        _run(tokens, statement)


def read_assignment(tokens: Tokens, statement: Statement) -> None:
    """Read SET, LET, DECLARE and := : the text that a variable takes may be run later."""
    if changed_row_written(tokens.left, Sight(records=tokens.piece.records)):
        from lineage_kit.sql.forms.changed_row import read_changed_row

        read_changed_row(tokens, statement)
        return
    if fills_table_variable(tokens.left, tokens.dialect):
        from lineage_kit.sql.forms.table_variables import read_rows

        read_rows(tokens, statement)
        return
    statement.kind = tokens.accept_one("SET", "LET", "DECLARE") or "SET"
    tokens.accept("OR", "REPLACE")
    if tokens.peek(1).kind in {"name", "word"} and tokens.peek(1).word not in _ASSIGNS:
        tokens.accept_one("GLOBAL", "SESSION", "LOCAL", "VAR", "VARIABLE")
    for part in tokens.split():
        _assign(part, statement)


def read_select_assignment(tokens: Tokens, statement: Statement) -> None:
    """Read SELECT @variable = value of Transact-SQL, which may have a FROM as well."""
    select = tokens.text()
    tokens.take()
    for part in tokens.split():
        _assign(part, statement)
    read_tree(parse(select, tokens.dialect), statement)


def _assign(part: Tokens, statement: Statement) -> None:
    """Remember the text that a variable takes, as far as it is known."""
    texts = statement.catalog.texts
    name = key_of(part.take().value)
    if part.skip_to(*_EXTENDS):
        adds = part.take().text == "+="
        texts.extend(name, composed(part, texts) if adds else None)
    elif part.skip_to(*_ASSIGNS):
        part.take()
        texts.assign(name, composed(part, texts))


def _is_text(tokens: Tokens, statement: Statement) -> bool:
    name = key_of(tokens.next.value)
    function = tokens.next.word in _FUNCTIONS and tokens.peek(1).text == "("
    return function or (tokens.peek(1).kind == "end" and name in statement.catalog.texts)


def _run(tokens: Tokens, statement: Statement) -> None:
    """Read the text that is run, as far as it is known."""
    text = composed(tokens, statement.catalog.texts)
    if text is not None:
        _include(Piece(text, tokens.piece.position, tokens.piece.line), statement)
    if text is None or not is_certain(text, statement.catalog.dialect):
        statement.note(_UNKNOWN_TEXT)


def _include(piece: Piece, statement: Statement) -> None:
    """Read the statements of a text as a part of the one that runs it; of a single one the kind is told."""
    pieces = split(piece.text, statement.catalog.dialect)
    for inner in pieces:
        other = read(Piece(inner.text, piece.position, piece.line), statement.catalog)
        statement.include(other)
        if len(pieces) == 1:
            statement.kind = other.kind


def _call(tokens: Tokens, statement: Statement, reason: str) -> None:
    """Read the name of what is called, which the script may hold elsewhere."""
    table = tokens.table()
    if table is None:
        raise tokens.refused()
    name = ".".join(part.name for part in table.parts)
    if not _HARMLESS.fullmatch(name):
        statement.calls[table.name.lower()] = reason
