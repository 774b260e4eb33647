"""Rewrites of SQL before a grammar sees it: patterns of tokens, and what takes their place.

They work on tokens, hence never inside a string or a comment, and keep the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lineage_kit.sql.text.lexer import tokenize
from lineage_kit.sql.text.token_patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.token_patterns import Match

EVERYWHERE: frozenset[str] = frozenset()
TSQL = frozenset({"tsql", "fabric"})
ORACLE = frozenset({"oracle"})
MYSQL = frozenset({"mysql", "singlestore", "doris", "starrocks"})
POSTGRES = frozenset({"postgres", "redshift", "materialize", "risingwave"})
SPARK = frozenset({"databricks", "spark", "spark2", "hive"})
SNOWFLAKE = frozenset({"snowflake"})
REDSHIFT = frozenset({"redshift"})
BIGQUERY = frozenset({"bigquery"})
DUCKDB = frozenset({"duckdb"})


class Rewrite(NamedTuple):
    """A pattern of tokens (see `token_patterns`) and the text that takes its place; {0} is what was captured first.

    `dialects` is empty for those that hold everywhere.
    """

    dialects: frozenset[str]
    pattern: str
    replacement: str = ""


class RewriteTable:
    """Rewrites, found by the word or the kind of token that a match begins with.

    Args:
        rewrites: Of two that fit, the first is taken.
        dialect: Where given, only those of that dialect count.
    """

    def __init__(self, rewrites: Iterable[Rewrite], dialect: str | None = None) -> None:
        self._by_word: dict[str, list[tuple[Pattern, str]]] = {}
        self._by_kind: dict[str, list[tuple[Pattern, str]]] = {}
        for rewrite in rewrites:
            if dialect is not None and rewrite.dialects and dialect not in rewrite.dialects:
                continue
            pattern = Pattern(rewrite.pattern)
            for word in pattern.first:
                self._by_word.setdefault(word, []).append((pattern, rewrite.replacement))
            for kind in () if pattern.first else pattern.first_kinds:
                self._by_kind.setdefault(kind, []).append((pattern, rewrite.replacement))

    def find(self, tokens: Sequence[Token], at: int) -> tuple[Match, str] | None:
        """Return the first rewrite that fits at a token: what it found, and its replacement."""
        token = tokens[at]
        for rewrites in (self._by_word.get(token.word or token.text), self._by_kind.get(token.kind)):
            for pattern, replacement in rewrites or ():
                match = pattern.match(tokens, at)
                if match is not None:
                    return match, replacement
        return None


def rewritten(text: str, dialect: Dialect, table: RewriteTable) -> str:
    """Return a text with everything that a table of rewrites finds in its place; the same lines stay."""
    tokens = tokenize(text, dialect)
    parts: list[str] = []
    done = at = 0
    while at < len(tokens):
        found = table.find(tokens, at)
        if found is None:
            at += 1
            continue
        match, replacement = found
        start = tokens[match.start].start
        end = tokens[match.end - 1].end
        captured = [text[tokens[first].start : tokens[last - 1].end] for first, last in match.captured]
        parts += [text[done:start], _in_place(replacement.format(*captured), text[start:end])]
        done = end
        at = max(match.end, at + 1)
    return "".join([*parts, text[done:]])


def _in_place(replacement: str, text: str) -> str:
    """Return a replacement that ends in the line in which the text ends that it replaces."""
    return f" {replacement} " + "\n" * (text.count("\n") - replacement.count("\n"))
