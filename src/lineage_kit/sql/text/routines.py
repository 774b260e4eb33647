"""Definitions of routines: procedures, functions, triggers, rules, packages, tasks and so on, which hold statements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.tokens import Tokens

_KINDS = {
    "EVENT": "EVENT",
    "FUNCTION": "FUNCTION",
    "MACRO": "MACRO",
    "PACKAGE": "PACKAGE",
    "PROC": "PROCEDURE",
    "PROCEDURE": "PROCEDURE",
    "RULE": "RULE",
    "TASK": "TASK",
    "TRIGGER": "TRIGGER",
}
# What may stand between CREATE and the kind, beside DEFINER = somebody.
_BETWEEN = frozenset(
    """
    AGGREGATE ALTER CONSTRAINT EDITIONABLE EXTERNAL NONEDITIONABLE OR PRIVATE PUBLIC REPLACE SECURE TEMP TEMPORARY
    """.split()
)
# Words that stand there only before a certain other one, and mean something else alone.
_PAIRS = frozenset({("EVENT", "NOTIFICATION"), ("EVENT", "SESSION"), ("EVENT", "TRIGGER"), ("TABLE", "FUNCTION")})
_LANGUAGES = frozenset({"NZPLSQL", "PLPGSQL", "PLSQL", "PLVSQL", "SPL", "SQL", "SQLSCRIPT"})
# How the text of a body begins; that of a function may be an expression or the name of a class instead.
_BODY_TEXT = re.compile(
    r"(?:\s+|--[^\n]*|/\*.*?\*/)*"
    r"(?:begin|call|case|copy|create|declare|delete|drop|execute|for|if|insert|let|loop|merge|perform|return|select|set"
    r"|truncate|update|values|while|with|<<|\()",
    re.IGNORECASE | re.DOTALL,
)
# Words with which a body begins that has no AS or IS before it.
_BODY_WORDS = frozenset("BEGIN CALL DECLARE DELETE INSERT MERGE REPLACE SELECT UPDATE".split())
# Behind these, INSERT and the like are what a trigger waits for.
_BEFORE_EVENTS = frozenset({",", "AFTER", "BEFORE", "FOR", "OF", "OR"})


def accept_definition(tokens: Tokens) -> str:
    """Take the opening of a routine's definition and return its kind; empty, and nothing taken, if it is none."""
    if tokens.next.word not in {"ALTER", "CREATE", "REPLACE"}:
        return ""
    at = 1
    while True:
        word = tokens.peek(at).word
        if word == "DEFINER":
            at += _length_of_definer(tokens, at)
        elif word in _BETWEEN or (word, tokens.peek(at + 1).word) in _PAIRS:
            at += 1
        elif word == "TYPE" and tokens.peek(at + 1).word == "BODY":
            kind = "TYPE"
            break
        else:
            kind = _KINDS.get(word, "")
            break
    if kind == "RULE" and (tokens.peek(at + 2).word, tokens.peek(at + 3).word) != ("AS", "ON"):
        return ""  # SQL Server has values that are called so
    if kind:
        for _ in range(at + 1):
            tokens.take()
        tokens.accept("BODY")
    return kind


def _length_of_definer(tokens: Tokens, at: int) -> int:
    """Return the number of tokens of DEFINER = somebody, of which every part may be quoted."""
    length = 3
    if tokens.peek(at + length).text == "@":
        return length + 2
    return length + (tokens.peek(at + length).text.startswith("@"))


def pass_header(tokens: Tokens, kind: str) -> Token | None:
    """Pass over the rest of a definition up to its body.

    Returns the body where it is a text. Else the next token is the first one of the body; none is left where the body
    is not there, or is written in another language than SQL.
    """
    if kind == "RULE":
        _pass_event(tokens)
        return None
    again = tokens.again()
    behind = ""
    returns = False
    while not tokens.done:
        token = tokens.next
        word = token.word
        if word in {"AS", "IS"} and not behind.startswith("@") and behind not in {"EXEC", "EXECUTE"}:
            tokens.take()
            tokens.accept("BEGIN_PROC")  # Netezza
            return _body(tokens, again)
        if tokens.accept("COMPOUND", "TRIGGER"):
            return None
        if word == "REFERENCING":
            tokens.skip_to("FOR", "BEGIN")
        elif _is_body(tokens, behind, returns=returns, kind=kind):
            return None
        returns = returns or word == "RETURNS"
        behind = word or token.text
        if tokens.next is token:
            tokens.skip()
    return None


def _pass_event(tokens: Tokens) -> None:
    """Pass over what a rule of PostgreSQL waits for, up to what it does."""
    tokens.until("DO")
    tokens.take()
    tokens.accept_one("ALSO", "INSTEAD")
    tokens.accept("NOTHING")


def _is_body(tokens: Tokens, behind: str, *, returns: bool, kind: str) -> bool:
    """Tell whether a body without AS begins with the next token; the DO of an event is taken."""
    word = tokens.next.word
    if kind == "EVENT" and word == "DO":
        tokens.take()
        return True
    if behind in {"ROW", "STATEMENT"} and (word == "SET" or tokens.sees("(")):
        return True
    if word == "RETURN":
        return returns  # Oracle says the type that way, and goes on with IS.
    return word in _BODY_WORDS and behind not in _BEFORE_EVENTS


def _body(tokens: Tokens, definition: Tokens) -> Token | None:
    """Return the text of a body that stands next; pass over all if it is in a language that cannot be read."""
    language = "SQL"
    if definition.skip_to("LANGUAGE"):
        definition.take()
        language = definition.take().value.upper()
    text = tokens.next
    if text.kind == "string" or language not in _LANGUAGES or tokens.next.word in {"EXTERNAL", "LANGUAGE"}:
        tokens.until()
    if text.kind == "string" and language in _LANGUAGES and _BODY_TEXT.match(text.inside):
        return text
    return None
