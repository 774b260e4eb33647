"""The parser: one statement's text to a tree, or a reason that is safe to show."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from lineage_kit.sql.dialects import AS_WRITTEN, dialect_of
from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.grammar import remote
from lineage_kit.sql.grammar.misreadings import corrected
from lineage_kit.sql.grammar.own_functions import with_own_function
from lineage_kit.sql.grammar.refusals import simplified
from lineage_kit.sql.locations import with_plain_rowsets
from lineage_kit.sql.text.nesting import check_nesting
from lineage_kit.sql.text.opaque import named

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.split import Piece

_ROWSET = re.compile(r"\bopenrowset\s*\(\s*bulk\b|\blocation\s*[=(]", re.IGNORECASE)
_STRINGS_AS_TABLES = re.compile(r"\bfrom\s*\(\s*'[^']*'\s*,", re.IGNORECASE)
# So many functions of one statement may have other arguments than the grammar knows.
_MAX_OWN_FUNCTIONS = 20
_parsing: ContextVar[bool] = ContextVar("lineage_kit_sql_parsing", default=False)


def parse(piece: Piece, dialect: Dialect, *, is_simplified: bool = False) -> Any:
    """Return the tree of a statement.

    Args:
        piece: The statement.
        dialect: Its grammar and the spelling of its names.
        is_simplified: There is nothing in the text any more that `refusals` would leave out or replace.

    Raises:
        StatementRefusedError: The grammar has no such statement. The message tells where, and nothing of the text.
    """
    text = _prepared(piece, dialect)
    token = _parsing.set(True)
    try:
        tree = _tree(text, dialect)
    except (ParseError, TokenError) as error:
        tree = _tree_of_simplified(text, dialect, error, is_simplified=is_simplified)
        if tree is None:
            raise StatementRefusedError(_reason(error, piece), _reached(error)) from None
    else:
        if isinstance(tree, exp.Command):
            # The grammar knows no more than the first word.
            tree = _tree_of_simplified(text, dialect, is_simplified=is_simplified) or tree
    finally:
        _parsing.reset(token)
    if remote.mentions_server(text, dialect):
        tree = remote.with_subqueries(tree, lambda query, name: _query_of_server(query, name, piece, dialect))
    if not text.isascii():
        for name in tree.find_all(exp.Identifier):
            name.set("this", named(name.this))
    return spelled(tree, dialect)


def _prepared(piece: Piece, dialect: Dialect) -> str:
    """Return the text of a statement as the grammar can read it.

    Raises:
        StatementRefusedError: The grammar must not be shown it.
    """
    text = corrected(piece.text, dialect)
    if _ROWSET.search(text):
        text = with_plain_rowsets(text, dialect)
    check_nesting(text, dialect)
    if _STRINGS_AS_TABLES.search(text):
        # The arguments of a function without its name, which the parser takes for tables: they may be credentials.
        msg = f"a table is missing in line {piece.line}"
        raise StatementRefusedError(msg)
    return text


def _query_of_server(text: str, name: str | None, piece: Piece, dialect: Dialect) -> Any:
    """Return the tree of a query for another server, by the grammar of a name or that of the statement."""
    return parse(replace(piece, text=text), dialect if name is None else dialect_of(name))


def _tree(text: str, dialect: Dialect) -> Any:
    """Return what the grammar makes of a text that is a single statement.

    Raises:
        ParseError: It refuses the text, or stumbles over it as some releases do over what they should refuse.
        TokenError: A quote or comment is not closed.
        StatementRefusedError: There are several statements.
    """
    grammar = dialect.grammar
    try:
        trees = [tree for tree in grammar.parser().parse(grammar.tokenize(text), text) if tree is not None]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ParseError(type(error).__name__) from None
    if len(trees) != 1:
        msg = "not a single statement"
        raise StatementRefusedError(msg)
    return trees[0]


def _tree_of_simplified(
    text: str, dialect: Dialect, error: Exception | None = None, *, is_simplified: bool = False
) -> Any:
    """Return what the grammar makes of a text that it refused, without what it lacks; None if it refuses that too."""
    simpler: str | None = text if is_simplified else simplified(text, dialect)
    if simpler == text:
        simpler = with_own_function(text, error, dialect) if error is not None else None
    for _ in range(_MAX_OWN_FUNCTIONS):
        if simpler is None:
            break
        try:
            return _tree(simpler, dialect)
        except (ParseError, TokenError) as further_error:
            simpler = with_own_function(simpler, further_error, dialect)
        except StatementRefusedError:
            break
    return None


def spelled(tree: Any, dialect: Dialect) -> Any:
    """Return a tree with its names as the result spells them. All names of parsed text pass here."""
    if dialect.told is not AS_WRITTEN:
        for name in tree.find_all(exp.Identifier):
            name.set("this", dialect.spelled(name.this, quoted=bool(name.args.get("quoted"))))
    return tree


def _reached(error: ParseError | TokenError) -> tuple[int, int]:
    details = (getattr(error, "errors", None) or [{}])[0]
    return details.get("line") or 0, details.get("col") or 0


def _reason(error: ParseError | TokenError, piece: Piece) -> str:
    if isinstance(error, TokenError):
        return "the text cannot be read: a quote or comment is not closed"
    line, _ = _reached(error)
    return f"unexpected syntax in line {piece.line + max(line - 1, 0)}"


class _NotWhileParsing(logging.Filter):
    """Keeps the parser's own warnings out of the log: they quote SQL, which may hold credentials."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the base class gives the signature
        return not _parsing.get()


logging.getLogger("sqlglot").addFilter(_NotWhileParsing())
