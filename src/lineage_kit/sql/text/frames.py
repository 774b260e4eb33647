"""What stands around the statements of procedural SQL and is passed over: labels, conditions, parentheses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.text.batches import pass_case
from lineage_kit.sql.text.client import BATCH_DIALECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.tokens import Tokens

STATEMENTS = frozenset(
    """
    ALTER ANALYZE ASSERT CALL CLOSE COMMENT COMMIT COPY CREATE DELETE DENY DROP EXEC EXECUTE EXPORT FETCH FROM GET GRANT
    INSERT LOAD LOCK LOCKING MERGE PREPARE PUT RAISE REFRESH RENAME REPLACE REVOKE ROLLBACK SAVEPOINT SEL SELECT SHOW
    TRUNCATE UNLOAD UPDATE UPSERT USE VACUUM VALUES WITH
    """.split()
)
"""How statements begin that are told as they stand, in a block too."""

_LABELLED = frozenset({"BEGIN", "DECLARE", "FOR", "LOOP", "REPEAT", "WHILE"})


def unclosed(tokens: Sequence[Token]) -> int:
    """Return how many more parentheses open than close."""
    return sum((token.text == "(") - (token.text == ")") for token in tokens)


def pass_label(tokens: Tokens) -> None:
    """Pass over <<label>>, and over label: before a block."""
    if tokens.accept("<", "<"):
        tokens.take()
        tokens.accept(">")
        tokens.accept(">")
    elif tokens.next.kind in {"name", "word"} and tokens.next.word not in STATEMENTS:
        if tokens.peek(1).text == ":" and (tokens.peek(2).word in _LABELLED or tokens.dialect.name in BATCH_DIALECTS):
            tokens.take()
            tokens.take()
        elif tokens.peek(1).text.startswith(":") and tokens.peek(1).word[1:] in _LABELLED:
            tokens.take()


def pass_condition(tokens: Tokens, ends: tuple[str, ...]) -> bool:
    """Pass over a condition and the word behind it, and tell whether there is one; CASE in it has its own THEN."""
    rest = tokens.again()
    while (found := rest.skip_to("CASE", *ends)) == "CASE":
        pass_case(rest)
    if found:
        tokens.go_to(rest)
        tokens.take()
    return bool(found)
