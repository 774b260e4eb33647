"""The names that routines, blocks and loops declare: parameters and variables, which are values and no columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.text.records import Record, Sight, names_of_changed_rows, record_of_loop, sight_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token
    from lineage_kit.sql.text.tokens import Tokens

_MODES = ("IN", "OUT", "INOUT", "VARIADIC")
# Declarations of something else than a variable.
_NO_VARIABLES = frozenset("CONDITION CURSOR EXCEPTION HANDLER OPEN PRAGMA RETURN SET SUBTYPE TYPE".split())
_WITH_PARAMETERS = frozenset({"FUNCTION", "MACRO", "PROCEDURE"})
# Where DECLARE outside a block holds for the rest of the script.
_FOR_THE_SCRIPT = frozenset({"bigquery", "databricks", "spark"})


class Variables:
    """The names in sight while the blocks of a script are taken apart; each routine and each loop has its own.

    Args:
        dialect: In Snowflake's statements a colon marks variables: names without one are columns.
        outer: What is in sight around the text.
    """

    def __init__(self, dialect: Dialect, outer: Sight) -> None:
        self._dialect = dialect.name
        self._around: list[tuple[int, Sight]] = []
        self.in_sight = outer

    def enter(self, depth: int, names: Iterable[str] = (), records: Iterable[Record] = ()) -> None:
        """Begin a routine or loop with its names: they are in sight until blocks are as deep as before again."""
        self._around.append((depth, self.in_sight))
        self._add(names)
        for record in records:
            self.in_sight = self.in_sight.with_record(record)

    def leave(self, depth: int) -> None:
        """End the routines and loops that began at that depth or deeper."""
        while self._around and self._around[-1][0] >= depth:
            self.in_sight = self._around.pop()[1]

    def open_section(self) -> None:
        """Begin the declarations of a block outside all routines."""
        if not self._around and self._dialect not in _FOR_THE_SCRIPT:
            self.enter(0)

    def enter_loop(self, depth: int, head: Sequence[Token], text: str) -> None:
        """Begin a loop with what its head declares, behind FOR, in a text.

        A record, unlike the counter of a range, stands without a colon in Snowflake.
        """
        record = record_of_loop(head, text, self.in_sight)
        self.enter(depth, (), [record] if record else ())
        if self._dialect != "snowflake":
            self.declare(head)
        elif not any(token.word == "TO" for token in head):
            self._add(_leading_names(head))

    def declare(self, words: Sequence[Token]) -> None:
        """Add the names of a declaration: DECLARE a, b INT, or a INT in a section of declarations."""
        if self._dialect == "snowflake" or any(token.word in _NO_VARIABLES for token in words[:3]):
            return
        self._add(_leading_names(words[1:] if words[0].word == "DECLARE" else words))

    def note_records(self, words: Sequence[Token], text: str) -> None:
        """Remember what a statement of a block, which stands in a text, makes of the names of cursors and records."""
        self.in_sight = sight_after(words, text, self.in_sight)

    def _add(self, names: Iterable[str]) -> None:
        self.in_sight = self.in_sight._replace(variables=self.in_sight.variables.union(names))


def given(tokens: Tokens, kind: str) -> Iterator[str]:
    """Yield the names of what a routine of a kind is given, whose own name stands next.

    These are its parameters, and the changed rows for a trigger or the function behind one (Postgres).
    """
    if kind in _WITH_PARAMETERS:
        yield from parameters(tokens)
    yield from names_of_changed_rows(tokens, kind)


def parameters(tokens: Tokens) -> Iterator[str]:
    """Yield the parameters of a routine whose name stands next."""
    tokens = tokens.again()
    tokens.accept("IF", "NOT", "EXISTS")
    tokens.table()
    listed = tokens.parenthesised()
    for part in [] if listed is None else listed.split():
        while part.accept_one(*_MODES):
            pass
        if part.next.kind in {"name", "word"}:
            yield part.next.value


def _leading_names(words: Sequence[Token]) -> Iterator[str]:
    """Yield the names that a list begins with, commas between them."""
    for at in range(0, len(words) - 1, 2):
        if words[at].kind in {"name", "word"}:
            yield words[at].value
        if words[at + 1].text != ",":
            return
