"""The parser: one statement's text to a tree, or a reason that is safe to show."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sqlglot.errors import ParseError, TokenError

from lineage_kit.sql.exceptions import StatementRefusedError

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.split import Piece

_REPLACE = re.compile(r"\Areplace(?=\s+into\b)", re.IGNORECASE)
_parsing: ContextVar[bool] = ContextVar("lineage_kit_sql_parsing", default=False)


def parse(piece: Piece, dialect: Dialect) -> Any:
    """Return the tree of a statement.

    Raises:
        StatementRefusedError: The grammar has no such statement. The message tells where, and nothing of the text.
    """
    token = _parsing.set(True)
    try:
        grammar = dialect.grammar
        # REPLACE of MySQL and SQLite is an INSERT that first deletes; the grammars lack it.
        text = _REPLACE.sub("INSERT ", piece.text)
        trees = grammar.parser().parse(grammar.tokenize(text), text)
    except (ParseError, TokenError) as error:
        raise StatementRefusedError(_reason(error, piece)) from None
    finally:
        _parsing.reset(token)
    trees = [tree for tree in trees if tree is not None]
    if len(trees) != 1:
        msg = "not a single statement"
        raise StatementRefusedError(msg)
    return trees[0]


def _reason(error: ParseError | TokenError, piece: Piece) -> str:
    details = getattr(error, "errors", None) or [{}]
    line = details[0].get("line")
    if line is None:
        return "the text cannot be read: a quote or comment is not closed"
    return f"unexpected syntax in line {piece.line + line - 1}"


class _NotWhileParsing(logging.Filter):
    """Keeps the parser's own warnings out of the log: they quote SQL, which may hold credentials."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the base class gives the signature
        return not _parsing.get()


logging.getLogger("sqlglot").addFilter(_NotWhileParsing())
