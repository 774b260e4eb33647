"""What a script is taken apart into: its statements, and the queries inside those that are procedural."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import blanked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token

_MAIN_WORDS = frozenset({"DELETE", "INSERT", "MERGE", "SEL", "SELECT", "UPDATE"})
_QUERIES = _MAIN_WORDS | {"EXECUTE", "WITH"}
_BEFORE_QUERIES = frozenset({"(", ":=", "=", "AS", "DEFAULT", "FOR", "IN", "IS", "QUERY", "RETURN", "TABLE"})
# INTO behind these names a table, and so it does before those.
_CHANGES = frozenset({"COPY", "IGNORE", "INSERT", "LOAD", "MERGE", "OVERWRITE", "REPLACE", "UPSERT"})
_STORES = frozenset({"DUMPFILE", "OUTFILE", "TABLE", "TEMP", "TEMPORARY", "UNLOGGED"})


@dataclass(frozen=True, slots=True)
class Part:
    """A statement, as offsets in the text.

    `blanks` are stretches of it that no grammar accepts and lineage does not need; `opening`, where not empty, stands
    for its first characters. `body`, where not empty, is a text that holds statements itself, of the same length.
    """

    start: int
    end: int
    blanks: tuple[tuple[int, int], ...] = ()
    opening: str = ""
    body: str = ""

    def edited(self, text: str) -> str:
        """Return the text of this part of a whole, with what stands for pieces of it."""
        pieces = [self.opening]
        start = self.start + len(self.opening)
        for blank_start, blank_end in self.blanks:
            pieces += [text[start:blank_start], blanked(text[blank_start:blank_end])]
            start = blank_end
        return "".join([*pieces, text[start : self.end]]).rstrip()


def statement(tokens: Sequence[Token], *, variables: bool) -> Part:
    """Return a statement of some tokens; with `variables` the INTO of its query or RETURNING names no table."""
    blanks = []
    depth = 0
    returns = tokens[0].word in {"SEL", "SELECT", "VALUES", "WITH"}
    for at, token in enumerate(tokens):
        if token.kind == "sign":
            depth += (token.text == "(") - (token.text == ")")
            continue
        word = token.word
        if word in {"RETURN", "RETURNING"}:
            returns = True
        elif word in _MAIN_WORDS and _behind_trailing_comma(tokens, at):
            blanks.append((tokens[at - 1].start, token.start))
        elif word == "INTO" and variables and returns and depth == 0 and _names_variables(tokens, at):
            first = at - 2 * (tokens[at - 1].word == "COLLECT")
            blanks.append((tokens[first].start, tokens[_behind_variables(tokens, at + 1)].end))
    return Part(tokens[0].start, tokens[-1].end, tuple(blanks))


def _behind_trailing_comma(tokens: Sequence[Token], main: int) -> bool:
    """Tell whether the list of a WITH ends with a comma before the statement; INSERT( is a function of MySQL."""
    if tokens[0].word != "WITH" or tokens[main - 1].text != ",":
        return False
    return tokens[main - 2].text == ")" and main + 1 < len(tokens) and tokens[main + 1].text != "("


def _names_variables(tokens: Sequence[Token], into: int) -> bool:
    behind = tokens[into + 1].word if into + 1 < len(tokens) else ""
    is_file = tokens[into + 2 : into + 3] and tokens[into + 2].kind == "string"
    return tokens[into - 1].word not in _CHANGES and behind not in _STORES and not is_file


def fills_table_variable(tokens: Sequence[Token], dialect: Dialect) -> bool:
    """Tell whether a statement of SAP HANA gives the rows of a query to a variable: rows = SELECT ..."""
    signs = [token.word or token.text for token in tokens[1:3]]
    return dialect.name == "hana" and signs in (["=", "SELECT"], ["=", "WITH"])


def filled_variable(tokens: Sequence[Token]) -> str:
    """Return the name of the variable that INTO fills, if it is one alone; empty if there is none, or several."""
    into = (at for at, token in enumerate(tokens) if token.word == "INTO" and _names_variables(tokens, at))
    at = next(into, len(tokens)) + 1
    at += [token.word for token in tokens[at : at + 1]] == ["STRICT"]
    named = at < len(tokens) and tokens[at].kind in {"name", "word"} and _behind_variables(tokens, at) == at
    return tokens[at].value if named else ""


def _behind_variables(tokens: Sequence[Token], at: int) -> int:
    """Return the index of the last token of a list of variables, which may be elements of records and of arrays."""
    last = at - 1
    if at < len(tokens) and tokens[at].word == "STRICT":
        last, at = at, at + 1
    while at < len(tokens) and tokens[at].kind in {"name", "word"}:
        last = at
        at += 1
        if at < len(tokens) and tokens[at].text in {"(", "["}:
            last = closing(tokens, at + 1)
            at = last + 1
        if at >= len(tokens) or tokens[at].text not in {",", "."}:
            break
        at += 1
    return min(last, len(tokens) - 1)


def queries(tokens: Sequence[Token], *, variables: bool) -> Iterator[Part]:
    """Yield the queries, and the statements in the place of queries, inside a statement that is procedural itself."""
    at = 1
    while at < len(tokens):
        before = tokens[at - 1]
        is_query = tokens[at].word in _QUERIES and (before.word or before.text) in _BEFORE_QUERIES
        if is_query and not (tokens[at].word == "INSERT" and tokens[at + 1 : at + 2] and tokens[at + 1].text == "("):
            end = closing(tokens, at) if before.text == "(" else len(tokens)
            yield statement(tokens[at:end], variables=variables)
            at = end
        at += 1


def closing(tokens: Sequence[Token], at: int) -> int:
    """Return the index of what closes the parenthesis or bracket that opens before an index, or behind the last."""
    depth = 1
    while at < len(tokens):
        if tokens[at].kind == "sign":
            depth += (tokens[at].text in {"(", "["}) - (tokens[at].text in {")", "]"})
            if depth == 0:
                return at
        at += 1
    return at
