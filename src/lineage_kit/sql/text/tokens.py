"""A reader of tokens, for the statements that no grammar has.

It goes through the text from left to right: `accept` takes what stands next, `skip_to` passes over what does not
matter for lineage. Parentheses count: what is looked for is never found inside them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.text.lexer import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.split import Piece

_NOTHING = Token("end", "", 0, 0)
# How a variable opens, be it of the session, a parameter or a template.
_VARIABLES = tuple("$:?@{")


class Tokens:
    """The tokens of a statement, or of a part of it, and a place among them.

    Args:
        piece: The statement.
        dialect: Its lexical rules.
        tokens: A part of its tokens; all of them if left out.
    """

    def __init__(self, piece: Piece, dialect: Dialect, tokens: Sequence[Token] | None = None) -> None:
        self.piece = piece
        self.dialect = dialect
        self._tokens = tokenize(piece.text, dialect) if tokens is None else tokens
        self._at = 0

    @property
    def next(self) -> Token:
        """The token that stands next; one of kind `end` behind the last."""
        return self._tokens[self._at] if self._at < len(self._tokens) else _NOTHING

    def again(self) -> Tokens:
        """Return a reader of its own for what is left."""
        other = Tokens(self.piece, self.dialect, self._tokens)
        other._at = self._at
        return other

    @property
    def left(self) -> Sequence[Token]:
        """The tokens that are left."""
        return self._tokens[self._at :]

    def up_to(self, other: Tokens) -> Sequence[Token]:
        """Return the tokens between the place of this reader and that of another one of the same tokens."""
        return self._tokens[self._at : other._at]

    def go_to(self, other: Tokens) -> None:
        """Go on where another reader of the same tokens stands."""
        self._at = other._at

    def peek(self, ahead: int) -> Token:
        """Return the token that many places behind the next one."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _NOTHING

    @property
    def end(self) -> int:
        """The offset in the text behind the token taken last; 0 if none was."""
        return self._tokens[min(self._at, len(self._tokens)) - 1].end if self._at else 0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._tokens)

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.next
        self._at += 1
        return token

    def sees(self, *words: str) -> bool:
        """Tell whether these words or signs stand next, one after the other (words in capitals)."""
        upcoming = self._tokens[self._at : self._at + len(words)]
        return len(upcoming) == len(words) and all(
            token.word == word or (token.kind == "sign" and token.text == word)
            for token, word in zip(upcoming, words, strict=True)
        )

    def accept(self, *words: str) -> bool:
        """Take these words if they stand next, and tell whether they did."""
        found = self.sees(*words)
        if found:
            self._at += len(words)
        return found

    def accept_one(self, *words: str) -> str:
        """Take one of these words if it stands next, and return it; empty if none does."""
        return next((word for word in words if self.accept(word)), "")

    def expect(self, *words: str) -> None:
        """Take these words.

        Raises:
            StatementRefusedError: They do not stand next.
        """
        if not self.accept(*words):
            raise self.refused()

    def refused(self) -> StatementRefusedError:
        """Return the error that names the line of the next token."""
        line = self.piece.line + self.piece.text.count("\n", 0, self.next.start if not self.done else None)
        return StatementRefusedError(f"unexpected syntax in line {line}")

    def skip(self) -> None:
        """Pass over the next token, and over all that stands in parentheses if it opens them."""
        depth = 0
        while not self.done:
            text = self.take()
            if text.kind == "sign":
                depth += (text.text == "(") - (text.text == ")")
            if depth <= 0:
                return

    def skip_to(self, *alternatives: str) -> str:
        """Pass over everything before the first of the words (or phrases, words set off by blanks) outside parentheses.

        Returns the one that stands next then; empty if none does, with the place unchanged.
        """
        start = self._at
        phrases = [(phrase, phrase.split()) for phrase in alternatives]
        first_words = {words[0] for _, words in phrases}
        while not self.done:
            if (self.next.word or self.next.text) in first_words:
                for phrase, words in phrases:
                    if self.sees(*words):
                        return phrase
            self.skip()
        self._at = start
        return ""

    def parenthesised(self) -> Tokens | None:
        """Take what stands in parentheses next, and return it without them; None if none open here."""
        if not self.sees("("):
            return None
        start = self._at + 1
        self.skip()
        closed = self._tokens[self._at - 1].text == ")"
        return Tokens(self.piece, self.dialect, self._tokens[start : self._at - closed])

    def string(self) -> str | None:
        """Take a string literal and return its text; None if none stands next."""
        return self.take().value if self.next.kind == "string" else None

    def joined_strings(self) -> str:
        """Take string literals with || between them and return their text; empty if none stands next."""
        text = self.string() or ""
        while self.peek(1).kind == "string" and self.accept("||"):
            text += self.string() or ""
        return text

    def name(self) -> str:
        """Take a name and return it as the result spells it."""
        token = self.take()
        return self.dialect.spelled(token.value, quoted=token.kind == "name")

    def identifier(self) -> Any:
        """Take a name and return it as an identifier of the parser; None if none stands next."""
        if self.next.kind not in {"name", "word"}:
            return None
        quoted = self.next.kind == "name"
        name = self.name()
        if self.dialect.name == "bigquery":
            # The name of a project needs no quotes for its dashes.
            while self.next.text == "-" and self.piece.text[self.next.start - 1].strip():
                name += self.take().text + self.take().text
        return exp.Identifier(this=name, quoted=quoted)

    def table(self) -> Any:
        """Take a dotted name and return it as a table expression of the parser; None if none stands next.

        IDENTIFIER('...') of Snowflake and Databricks is the name in its string.
        """
        if self._sees_dynamic_name():
            return self._dynamic_name()
        parts: list[Any] = []
        while (part := self.identifier()) is not None:
            parts.append(part)
            while self.accept("."):
                if self.sees("."):  # a schema left out, as in db..t
                    parts.append(exp.Identifier(this="", quoted=False))
                if self.next.kind in {"name", "word"}:
                    break
            else:
                break
        if not parts:
            return None
        # The parser keeps what is longer than catalog.db.name as a path in the place of the name.
        outer, inner = parts[:-1][:2], parts[:-1][2:] + parts[-1:]
        name = inner[0] if len(inner) == 1 else exp.Dot.build(inner)
        return exp.Table(this=name, **dict(zip(("db", "catalog"), outer[::-1], strict=False)))

    def _sees_dynamic_name(self) -> bool:
        """Tell whether a name in a string, a variable or a call stands next; IDENTIFIER (a, b) is a table otherwise."""
        inner = self.peek(2)
        named = inner.kind == "string" or inner.text.startswith(_VARIABLES) or self.peek(3).text == "("
        return named and self.sees("IDENTIFIER", "(")

    def _dynamic_name(self) -> Any:
        self.accept("IDENTIFIER")
        inner = self.parenthesised()
        text = inner and inner.joined_strings()
        if inner is None or not text or not inner.done:
            variable = inner.left[0].text.lstrip("$:") if inner is not None and len(inner.left) == 1 else ""
            return exp.Table(this=exp.Anonymous(this="IDENTIFIER", expressions=[exp.Placeholder(this=variable)]))
        return Tokens(replace(self.piece, text=text), self.dialect).table()

    def tables(self) -> list[Any]:
        """Take a list of dotted names, as behind DROP TABLE, and return them as table expressions."""
        tables = []
        self.accept("IF", "EXISTS")
        while True:
            self.accept("ONLY")
            table = self.table()
            if table is not None:
                tables.append(table)
            self.accept("*")
            if table is None or not self.accept(","):
                return tables

    def names(self) -> list[str] | None:
        """Take a list of column names in parentheses; None, and nothing taken, if something else stands in them."""
        start = self._at
        inner = self.parenthesised()
        if inner is None:
            return None
        names = []
        while inner.next.kind in {"name", "word"}:
            names.append(inner.name())
            if not inner.accept(","):
                break
        if not names or not inner.done:
            self._at = start
            return None
        return names

    def split(self, separator: str = ",") -> list[Tokens]:
        """Return what is left, cut at a separator outside parentheses."""
        parts = []
        start = self._at
        while not self.done:
            if self.sees(separator):
                parts.append(Tokens(self.piece, self.dialect, self._tokens[start : self._at]))
                start = self._at + 1
            self.skip()
        if start < len(self._tokens):
            parts.append(Tokens(self.piece, self.dialect, self._tokens[start:]))
        return parts

    def until(self, *alternatives: str) -> Tokens:
        """Take everything before the first of the words or phrases outside parentheses, or all that is left."""
        start = self._at
        if not self.skip_to(*alternatives):
            self._at = len(self._tokens)
        return Tokens(self.piece, self.dialect, self._tokens[start : self._at])

    def text(self) -> Piece:
        """Return the text of what is left as a piece of its own."""
        if self.done:
            return self.piece.part(len(self.piece.text), len(self.piece.text))
        return self.piece.part(self.next.start, self._tokens[-1].end)
