"""The tokens of a text with their parentheses paired, and the queries that stand inside some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.dialects import Dialect

_QUERY = frozenset({"SEL", "SELECT", "WITH"})
# What may follow a query in parentheses that is the first part of a longer one.
_MORE_OF_A_QUERY = frozenset({"EXCEPT", "INTERSECT", "LIMIT", "MINUS", "ORDER", "UNION"})


class Brackets:
    """The tokens of a text.

    `closing` gives the place of what closes a parenthesis; `balanced` tells whether each has its counterpart.
    """

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.tokens = tokenize(text, dialect)
        self.closing: dict[int, int] = {}
        self.balanced = True
        opened: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.text == "(":
                opened.append(at)
            elif token.text == ")" and opened:
                self.closing[opened.pop()] = at
            elif token.text == ")":
                self.balanced = False
        self.balanced = self.balanced and not opened

    def word(self, at: int) -> str:
        """Return the word at a place in capitals, or the sign; empty for literals and quoted names."""
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        return token.word or (token.text if token.kind == "sign" else "")

    def behind(self, at: int) -> int:
        """Return the place behind a token, or behind the parentheses that it opens."""
        return self.closing.get(at, at) + 1

    def source(self, start: int, end: int) -> str:
        """Return the text of the tokens from one place to before another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""

    def is_query(self, at: int) -> bool:
        """Tell whether the parentheses that open at a place enclose a query."""
        if at not in self.closing:
            return False
        inner = at + 1
        while self.word(inner) == "(" and self._ends_or_goes_on(inner):
            inner += 1
        return inner > at and self.word(inner) in _QUERY

    def _ends_or_goes_on(self, at: int) -> bool:
        behind = self.behind(at)
        return self.word(behind) == ")" or self.word(behind) in _MORE_OF_A_QUERY

    def queries(self, start: int, end: int) -> Iterator[int]:
        """Yield where queries in parentheses open between two places, the outermost ones."""
        at = start
        while at < end:
            if self.word(at) == "(" and self.is_query(at):
                yield at
                at = self.behind(at)
            else:
                at += 1

    def depth(self, start: int, end: int) -> int:
        """Return how deep brackets and CASE nest between two places, queries not counted."""
        depth = deepest = 0
        at = start
        while at < end:
            word = self.word(at)
            depth += word in {"(", "[", "CASE"}
            depth -= word in {")", "]", "END"}
            deepest = max(deepest, depth)
            at = self.behind(at) if word == "(" and self.is_query(at) else at + 1
        return deepest

    def end_of_case(self, at: int, end: int) -> int:
        """Return the place behind the CASE that opens at a place."""
        depth = 0
        while at < end:
            word = self.word(at)
            depth += (word == "CASE") - (word == "END")
            at = self.behind(at)
            if depth == 0:
                return at
        return end

    def split(self, start: int, end: int, separator: str = ",") -> list[tuple[int, int]]:
        """Return the parts between a separator that stands outside parentheses."""
        parts = []
        at = start
        while at < end:
            if self.word(at) == separator:
                parts.append((start, at))
                start = at + 1
            at = self.behind(at)
        return [*parts, (start, end)]
