"""Where a statement of Transact-SQL ends: those of a batch follow each other without any sign between them.

Nearly all words that begin one are reserved there, so that they are no names. Only the words around tell whether one
begins a statement or belongs to the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.text.tokens import Tokens

_STARTS = frozenset(
    """
    ALTER BACKUP BEGIN BREAK BULK CHECKPOINT CLOSE COMMIT CONTINUE COPY CREATE DBCC DEALLOCATE DECLARE DELETE DENY DROP
    ELSE END EXEC EXECUTE FETCH GOTO GRANT IF INSERT KILL MERGE OPEN PRINT RAISERROR RECONFIGURE RENAME RESTORE RETURN
    REVOKE ROLLBACK SAVE SELECT SET THROW TRUNCATE UPDATE USE WAITFOR WHILE WITH
    """.split()
)
_NOTHING: frozenset[str] = frozenset()
# What a statement that such a word began still needs, and which therefore does not begin another one.
_NEEDS = {
    "INSERT": frozenset({"EXEC", "EXECUTE", "SELECT", "WITH"}),
    "UPDATE": frozenset({"SET"}),
    "WITH": frozenset({"DELETE", "INSERT", "MERGE", "SELECT", "UPDATE"}),
}
# Words that do not begin a statement behind one of these.
_NOT_BEHIND = {
    "ALTER": {"OR"},
    "DELETE": {"FOR", "ON", "THEN"},
    "EXEC": {",", "WITH"},
    "EXECUTE": {",", "WITH"},
    "FETCH": {"ROW", "ROWS"},
    "GRANT": {"WITH"},
    "INSERT": {"BULK", "FOR", "THEN"},
    "SELECT": {"ALL", "AS", "EXCEPT", "FOR", "INTERSECT", "RETURN", "UNION"},
    "SET": {"DELETE", "UPDATE"},
    "UPDATE": {"FOR", "ON", "THEN"},
    "WITH": {"AS"},
}
_CHANGES_OF_ALTER = ("COLUMN", "CONSTRAINT", "FILE", "MEMBER", "PERIOD")


def pass_statement(tokens: Tokens) -> None:
    """Pass over one statement, or over IF or WHILE with its condition."""
    first = behind = tokens.next.word
    needed = _NEEDS.get(first, _NOTHING)
    tokens.skip()
    while not tokens.done:
        word = tokens.next.word
        if word == "CASE":
            pass_case(tokens)
            behind = "END"
            continue
        if word in needed or (word == "WITH" and behind == "AS"):
            needed = _NEEDS.get(word, _NOTHING)
        elif word in _STARTS and _begins(word, behind, first, tokens):
            return
        elif word in {"VALUES", "STATISTICS"}:
            needed = _NOTHING
        if word in {"ON", "TO"} and first in {"DENY", "GRANT", "REVOKE"}:
            first = word
        behind = word or tokens.next.text
        tokens.skip()


def pass_case(tokens: Tokens) -> None:
    """Pass over CASE ... END, those inside included."""
    depth = 0
    while not tokens.done:
        word = tokens.next.word
        tokens.skip()
        depth += (word == "CASE") - (word == "END")
        if depth <= 0:
            return


def _begins(word: str, behind: str, first: str, tokens: Tokens) -> bool:
    """Tell whether a word begins a statement.

    Args:
        word: One that may, the next of the tokens.
        behind: The word or sign before it.
        first: The word that the statement before it began with.
        tokens: The statements.
    """
    if behind == "." or behind in _NOT_BEHIND.get(word, _NOTHING) or first in {"DENY", "GRANT", "REVOKE"}:
        return False
    if first == "ALTER" and word in {"ALTER", "DROP", "SET"}:
        return word != "SET" and not any(tokens.sees(word, change) for change in _CHANGES_OF_ALTER)
    check = _CHECKS.get(word)
    return check is None or check(tokens, behind)


def _begins_with(tokens: Tokens, _: str) -> bool:
    """Tell WITH of common table expressions from options and hints."""
    name, behind = tokens.peek(1), tokens.peek(2)
    if name.kind not in {"word", "name"} or name.word == "XMLNAMESPACES":
        return False
    return behind.text == "(" or (behind.word == "AS" and tokens.peek(3).text == "(")


def _begins_if(tokens: Tokens, _: str) -> bool:
    """Tell IF from the IF EXISTS and IF NOT EXISTS of DROP, ALTER and CREATE."""
    exists = tokens.sees("IF", "EXISTS") or tokens.sees("IF", "NOT", "EXISTS")
    return not exists or tokens.sees("IF", "EXISTS", "(") or tokens.sees("IF", "NOT", "EXISTS", "(")


_CHECKS: dict[str, Callable[[Tokens, str], bool]] = {
    "COPY": lambda tokens, _: tokens.sees("COPY", "INTO"),
    "IF": _begins_if,
    "MERGE": lambda tokens, _: not (tokens.sees("MERGE", "JOIN") or tokens.sees("MERGE", "UNION")),
    "RENAME": lambda tokens, _: tokens.sees("RENAME", "OBJECT"),
    # UPDATE(column) is a function of triggers.
    "UPDATE": lambda tokens, behind: not (behind in {"AND", "IF", "NOT", "OR"} and tokens.sees("UPDATE", "(")),
    "WITH": _begins_with,
}
