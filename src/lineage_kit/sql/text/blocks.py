"""Procedural SQL taken apart: which statements stand in blocks, loops, cursors and the bodies of routines.

What frames statements (BEGIN, IF ... THEN, LOOP, labels, END, ...) is passed over. No structure is built: the
statements of all branches follow each other, as if each of them ran.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.sql.text.batches import pass_statement
from lineage_kit.sql.text.client import BATCH_DIALECTS
from lineage_kit.sql.text.frames import STATEMENTS, pass_condition, pass_label, unclosed
from lineage_kit.sql.text.parts import Part, fills_table_variable, queries, statement
from lineage_kit.sql.text.records import Sight, changed_row_written, changed_rows
from lineage_kit.sql.text.routines import accept_definition, pass_header
from lineage_kit.sql.text.variables import Variables, given, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.tokens import Tokens

# BEGIN of a transaction.
_TRANSACTION = frozenset(
    """
    CONCURRENT CONVERSATION DEFERRED DIALOG DISTRIBUTED EXCLUSIVE IMMEDIATE ISOLATION READ TRAN TRANSACTION WORK
    """.split()
)
# Statements of which the queries in them are told, if there are any.
_CARRIERS = frozenset({"CURSOR", "DECLARE", "LET", "OPEN", "RETURN", "SET"})
# Statements of a block that hold nothing.
_CONTROL = frozenset(
    """
    AWAIT BREAK CONTINUE EXIT GOTO ITERATE LEAVE NULL PIPE PRAGMA PRINT RAISERROR RESIGNAL SIGNAL SUBTYPE THROW TYPE
    """.split()
)
_HANDLED = ("BEGIN", "CALL", "DELETE", "INSERT", "MERGE", "RESIGNAL", "ROLLBACK", "SELECT", "SET", "SIGNAL", "UPDATE")
_CHANGES = frozenset({"DELETE", "INSERT", "MERGE", "UPDATE"})
# Dialects in which the INTO of a query always names variables; elsewhere it does so in a block.
_INTO_VARIABLES = frozenset(
    {"bigquery", "databricks", "db2", "hana", "mysql", "oracle", "singlestore", "snowflake", "teradata"}
)
_NOTHING = Sight()


class Blocks:
    """Finds the statements of a script, from one separator to the next.

    Args:
        dialect: Tells what a word means where dialects differ.
        inside: Whether the text is the body of a block itself.
        names: What is in sight around the text.
    """

    def __init__(self, dialect: Dialect, *, inside: bool = False, names: Sight = _NOTHING) -> None:
        self.names = Variables(dialect, names)
        self._batch = dialect.name in BATCH_DIALECTS
        self._variables = dialect.name in _INTO_VARIABLES
        self._depth = int(inside)
        self._declares = False
        self._frames: dict[str, Callable[[Tokens], Iterable[Part]]] = {
            "(": self._parenthesis,
            ")": self._parenthesis,
            "AFTER": self._subprogram,
            "ALTER": self._definition,
            "ASYNC": self._opening_parenthesis,
            "BEFORE": self._subprogram,
            "BEGIN": self._begin,
            "CASE": self._case,
            "CREATE": self._definition,
            "DECLARE": self._declare,
            "DO": self._text,
            "ELSE": self._opening,
            "ELSEIF": self._condition,
            "ELSIF": self._condition,
            "END": self._end,
            "EXCEPTION": self._opening,
            "EXECUTE": self._text,
            "FOR": self._for,
            "FORALL": self._for,
            "FOREACH": self._for,
            "FUNCTION": self._subprogram,
            "IF": self._condition,
            "LOOP": self._opening,
            "MEMBER": self._subprogram,
            "PERFORM": self._perform,
            "PROCEDURE": self._subprogram,
            "REPEAT": self._opening,
            "REPLACE": self._definition,
            "STATIC": self._subprogram,
            "UNTIL": self._until,
            "WHEN": self._condition,
            "WHILE": self._condition,
            "WITH": self._with_routine,
        }

    @property
    def open(self) -> bool:
        """Whether the next statement stands in a block."""
        return self._depth > 0 or self._declares

    def close(self) -> None:
        """Take all blocks as closed: the client ends them."""
        self._depth = 0
        self._declares = False
        self.names.leave(0)

    def statements(self, tokens: Tokens) -> Iterator[Part]:
        """Yield the statements between two separators; `names.in_sight` are the variables of each."""
        if not self.open:
            self.names.leave(0)
        while not tokens.done:
            pass_label(tokens)
            first = tokens.next
            frame = self._frames.get(first.word.lstrip(":") or first.text)
            if frame is not None:
                yield from frame(tokens)
            if tokens.next is first and not tokens.done:
                yield from self._statement(tokens)

    def _statement(self, tokens: Tokens) -> Iterable[Part]:
        """Return the statement that stands next, or the queries in one that is procedural itself."""
        rest = tokens.again()
        if self._batch:
            pass_statement(tokens)
        else:
            tokens.until()
        words = rest.up_to(tokens)
        if self.open and words[-1].text == ")" and unclosed(words) < 0:
            # The last statement of a body in parentheses.
            words = words[:-1]
            self._depth = max(0, self._depth - 1)
        variables = self._variables or (self.open and not self._batch)
        word = words[0].word
        self._declares = self._declares and word not in STATEMENTS
        if self._declares:
            self.names.declare(words)
        if self.open and not self._batch:
            if changed_row_written(words, self.names.in_sight) or fills_table_variable(words, tokens.dialect):
                return [statement(words, variables=False)]
            self.names.note_records(words, tokens.piece.text)
        if word not in STATEMENTS and ((word in _CARRIERS and words[1:2] and words[1].word != "GLOBAL") or self.open):
            inner = list(queries(words, variables=variables))
            declared = self._declares and not any(
                token.text in {":=", "="} or token.word == "DEFAULT" for token in words
            )
            if self._batch and inner and word == "DECLARE" and words[1].text.startswith("@"):
                # Others of its variables may take a text that is run later.
                return [*inner, statement(words, variables=False)]
            if inner or declared or word in _CONTROL:
                return inner
        return [statement(words, variables=variables)]

    def _begin(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over BEGIN, unless it begins a transaction."""
        behind = tokens.peek(1)
        if behind.word in _TRANSACTION or (behind.kind == "end" and not self.open and not self._batch):
            return ()
        tokens.take()
        tokens.accept("NOT")
        if tokens.accept("ATOMIC"):
            tokens.accept("WITH")
            tokens.parenthesised()
        elif self._batch:
            tokens.accept_one("TRY", "CATCH")
        self._depth += 1
        self._declares = False
        return ()

    def _end(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over END of a block, with what is said to end."""
        if not self.open and not self._batch:
            return ()
        tokens.take()
        if self._batch:
            tokens.accept_one("TRY", "CATCH")
        else:
            tokens.accept_one("CASE", "FOR", "IF", "LOOP", "REPEAT", "WHILE")
            if tokens.peek(1).kind == "end":
                tokens.take()
            while not tokens.done and tokens.next.word not in STATEMENTS and tokens.next.word not in self._frames:
                tokens.take()
        self._depth = max(0, self._depth - 1)
        self.names.leave(self._depth)
        return ()

    def _until(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over UNTIL ... END REPEAT."""
        tokens.until()
        self._depth = max(0, self._depth - 1)
        return ()

    def _condition(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over IF, WHILE or WHEN with its condition."""
        word = tokens.next.word.lstrip(":")
        if self._batch:
            pass_statement(tokens)
        elif pass_condition(tokens, ("DO", "LOOP") if word == "WHILE" else ("THEN",)):
            self._depth += word in {"IF", "WHILE"}
        return ()

    def _case(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over CASE with its first condition."""
        if tokens.skip_to("THEN"):
            tokens.take()
            self._depth += 1
        return ()

    def _opening(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over a word before the statements of a block."""
        if tokens.peek(1).text not in {"(", "="}:
            self._depth += tokens.take().word.lstrip(":") in {"LOOP", "REPEAT"}
        return ()

    def _parenthesis(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over what opens or closes a body in parentheses."""
        opens = tokens.next.text == "("
        if self.open and (not opens or tokens.peek(1).word in _CHANGES or unclosed(tokens.left) > 0):
            tokens.take()
            self._depth = max(0, self._depth + (1 if opens else -1))
        return ()

    def _opening_parenthesis(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over the word before a statement in parentheses: ASYNC (INSERT ...) of Snowflake."""
        if self.open and tokens.peek(1).text == "(":
            tokens.take()
        return ()

    def _with_routine(self, tokens: Tokens) -> Iterable[Part]:
        """Return the body of a routine that lives for one statement; all others that begin with WITH are left."""
        named = tokens.peek(2).kind in {"name", "word"} and tokens.peek(2).word != "AS"
        if tokens.peek(1).word in {"FUNCTION", "PROCEDURE"} and named:
            found = tokens.again().skip_to("IS", "AS", "BEGIN", "SELECT")
            if found in {"IS", "AS"}:  # Oracle
                tokens.take()
                self._declares = True
                return self._subprogram(tokens)
            if found == "BEGIN":  # Trino
                tokens.skip_to("BEGIN")
        elif tokens.peek(2).word == "AS" and tokens.peek(3).word == "PROCEDURE":  # Snowflake
            tokens.skip_to("PROCEDURE")
            tokens.take()
            body = pass_header(tokens, "PROCEDURE")
            return () if body is None else (Part(body.start, body.end, body=body.inside),)
        return ()

    def _for(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over a loop's head, and return its query. FORALL stands before one statement."""
        rest = tokens.again()
        if rest.accept("FORALL"):
            self.names.enter(self._depth, [rest.next.value])
            tokens.skip_to("INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE")
            return ()
        if not tokens.skip_to("LOOP", "DO"):
            return ()
        head = rest.up_to(tokens)
        tokens.take()
        self.names.enter_loop(self._depth, head[1:], tokens.piece.text)
        self._depth += 1
        return queries(head, variables=False)

    def _declare(self, tokens: Tokens) -> Iterable[Part]:
        """Pass over the word that opens a section of declarations, or over a handler of conditions."""
        if self._batch or tokens.sees("DECLARE", "GLOBAL"):
            return ()
        if tokens.peek(2).word == "HANDLER":
            tokens.skip_to(*_HANDLED)
            return ()
        self._declares = True
        self.names.open_section()
        if tokens.peek(1).word in {*self._frames, "CURSOR"}:
            tokens.take()
        return ()

    def _subprogram(self, tokens: Tokens) -> Iterable[Part]:
        """Return the head of a routine inside another one, or its announcement; that of a section is passed over."""
        if not self.open:
            return ()
        start = tokens.again()
        tokens.until("IS", "AS")
        head = start.up_to(tokens)
        is_routine = start.take().word in {"FUNCTION", "PROCEDURE"}
        if tokens.accept_one("IS", "AS"):
            self.names.enter(self._depth, parameters(start))
        self._declares = True
        return (statement(head, variables=False),) if is_routine else ()

    def _definition(self, tokens: Tokens) -> Iterable[Part]:
        """Return the definition of a routine without its body, and the body if it is a text."""
        rest = tokens.again()
        kind = accept_definition(tokens)
        if not kind:
            return ()
        if kind == "FUNCTION" or tokens.dialect.name != "snowflake":
            self.names.enter(self._depth, given(tokens, kind), changed_rows(tokens, kind))
        body = pass_header(tokens, kind)
        if body is not None:
            return (Part(rest.next.start, body.start), Part(body.start, body.end, body=body.inside))
        head = rest.up_to(tokens)
        self._depth += kind in {"PACKAGE", "TYPE"} or head[-2].word == "COMPOUND"
        self._declares = not tokens.done and not self._batch
        return (statement(head, variables=False),)

    def _text(self, tokens: Tokens) -> Iterable[Part]:
        """Return the text of an anonymous block: DO $$ ... $$, EXECUTE IMMEDIATE $$ ... $$."""
        rest = tokens.again()
        if not rest.accept("EXECUTE", "IMMEDIATE"):
            rest.accept("DO")
        if rest.accept("LANGUAGE"):
            rest.take()
        rest.parenthesised()  # parameters of SAP HANA
        if rest.sees("BEGIN"):
            tokens.go_to(rest)
            return ()
        text = rest.next
        if not text.text.startswith("$") or text.kind != "string":
            return ()
        tokens.until()
        return (Part(text.start, text.end, body=text.inside),)

    def _perform(self, tokens: Tokens) -> Iterable[Part]:
        """Return PERFORM of PL/pgSQL as the query that it is; in that of PL/vSQL stands a whole statement."""
        word = tokens.next
        verb = tokens.peek(1).word
        if verb in STATEMENTS and (verb == "SELECT" or tokens.peek(2).text != "("):
            tokens.take()
            return ()
        tokens.until()
        return (Part(word.start, tokens.end, opening="SELECT "),)
