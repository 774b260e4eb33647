"""The tables that the words of a text name, for what no other way understands.

Built on the lexer, which takes any text apart in linear time and knows what is a string or a comment in the dialect.
Better no table than a wrong one: only names behind the words that announce a table count.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lineage_kit.sql.deadline import WITH_GRACE
from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.statements.kinds import new_statement
from lineage_kit.sql.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.sql.catalog import Catalog
    from lineage_kit.sql.statements.statement import Statement
    from lineage_kit.sql.text.split import Piece

# A longer text that nobody understood is not worth the time.
_LONGEST = 500_000
# What may stand between the word that announces a table and its name.
_FILLERS = ("TABLE", "VIEW", "ONLY", "INTO", "IF", "NOT", "EXISTS", "IGNORE", "LOW_PRIORITY", "DELAYED")
# Words that are no table there: something else stands in its place.
_NO_NAMES = frozenset(
    {
        "ALL",
        "AS",
        "CASE",
        "CROSS",
        "DEFAULT",
        "DIRECTORY",
        "DISTINCT",
        "DUMPFILE",
        "EXTERNAL",
        "FINAL",
        "FROM",
        "FULL",
        "FUNCTION",
        "GROUP",
        "HAVING",
        "INNER",
        "JOIN",
        "LATERAL",
        "LEFT",
        "LIMIT",
        "LOCAL",
        "NATURAL",
        "NEW",
        "NULL",
        "OLD",
        "ON",
        "ORDER",
        "OUTER",
        "OUTFILE",
        "RIGHT",
        "SELECT",
        "SET",
        "STDIN",
        "STDOUT",
        "TABLE",
        "UNION",
        "UNNEST",
        "USING",
        "VALUES",
        "VARIABLE",
        "WHEN",
        "WHERE",
        "WITH",
    }
)
_NO_ALIASES = _NO_NAMES | {
    "ANTI",
    "ASOF",
    "EXCEPT",
    "FETCH",
    "FOR",
    "INTERSECT",
    "MINUS",
    "OFFSET",
    "PIVOT",
    "QUALIFY",
    "SEMI",
}
# FROM that announces no table: EXTRACT(DAY FROM x), TRIM(BOTH FROM x), ...
_FUNCTIONS_WITH_FROM = frozenset({"EXTRACT", "OVERLAY", "POSITION", "SUBSTR", "SUBSTRING", "TRIM"})
# UPDATE that begins no statement: FOR UPDATE, ON UPDATE, DO UPDATE, ON DUPLICATE KEY UPDATE, THEN UPDATE.
_CLAUSES_OF_UPDATE = frozenset({"AFTER", "BEFORE", "DO", "FOR", "GRANT", "KEY", "OF", "ON", "OR", "REVOKE", "THEN"})
_VARIABLES = frozenset("@:$")
_INSERTING = frozenset({"INSERT", "REPLACE", "UPSERT"})


def read(piece: Piece, catalog: Catalog, reason: str) -> Statement:
    """Return a statement that was not understood for `reason`, with the tables that its words name."""
    statement = new_statement(catalog)
    statement.note(reason)
    statement.exact = False
    # This is the last resort, so that nothing may be raised here.
    with suppress(Exception), catalog.deadline.moved_to(WITH_GRACE):
        add_named_tables(piece, statement)
    return statement


def add_named_tables(piece: Piece, statement: Statement) -> None:
    """Add the tables that the words of a text name to a statement.

    Raises:
        OutOfTimeError: There is no time left for it.
    """
    statement.catalog.deadline.check()
    if len(piece.text) > _LONGEST:
        return
    words = _Words(Tokens(piece, statement.catalog.dialect), statement.catalog)
    words.read()
    for node in words.changed():
        with suppress(StatementRefusedError):  # a path that is none
            statement.outputs[statement.catalog.table(node)] = None
    for node in filter(words.is_table, words.named):
        with suppress(StatementRefusedError):
            table = statement.catalog.table(node)
            statement.use([] if table in statement.outputs else [table])


class _Words:
    """One pass over the words of a statement.

    `named` are the table expressions that are read, `written` those that are changed, `aliases` what the names given
    in FROM mean.
    """

    def __init__(self, tokens: Tokens, catalog: Catalog) -> None:
        self.named: list[Any] = []
        self.written: list[Any] = []
        self.aliases: dict[str, Any] = {}
        self._catalog = catalog
        self._tokens = tokens
        self._common: set[str] = set()
        # The words before each parenthesis that is open, the word before the current one, and the statement's verb.
        self._calls: list[str] = []
        # Whether each of them belongs to an item of FROM, and whether the next one does.
        self._items: list[bool] = []
        self._opens_item = False
        self._before = ""
        self._verb = ""

    def is_table(self, node: Any) -> bool:
        """Tell whether a table expression is no common table expression."""
        return bool(node.args.get("db")) or node.name.lower() not in self._common

    def changed(self) -> list[Any]:
        """Return the tables that are written; a target may be named by the alias that FROM gives to it."""
        targets = [node if node.args.get("db") else self.aliases.get(node.name.lower(), node) for node in self.written]
        return [node for node in targets if self.is_table(node)]

    def read(self) -> None:
        """Go through the words once."""
        tokens = self._tokens
        while not tokens.done:
            token = tokens.next
            reader = _READERS.get(token.word)
            self._note_common_table()
            tokens.take()
            if token.text == "(":
                self._calls.append(self._before)
                self._items.append(self._opens_item)
                self._opens_item = False
            elif token.text == ")" and self._calls:
                self._calls.pop()
                if self._items.pop():
                    self._read_behind_item()
            if reader is not None:
                reader(self, token.word)
            self._before = token.word or token.text

    def _note_common_table(self) -> None:
        """Remember the name of `name AS (` and `name (columns) AS (`."""
        token = self._tokens.next
        if self._before not in {"WITH", "RECURSIVE", ","} or token.kind not in {"word", "name"}:
            return
        ahead = self._tokens.again()
        ahead.take()
        if ahead.accept("("):
            while ahead.next.kind in {"word", "name"} or ahead.sees(","):
                ahead.take()
            ahead.accept(")")
        if ahead.accept("AS"):
            ahead.accept("NOT")
            ahead.accept("MATERIALIZED")
            if ahead.sees("("):
                self._common.add(token.value.lower())

    def read_from(self, _: str) -> None:
        """Take the tables behind FROM, commas between them; the one behind DELETE FROM is written.

        Between them may be other things: subqueries and functions, whose words are read in their turn, or variables.
        """
        if self._calls and self._calls[-1] in _FUNCTIONS_WITH_FROM:
            return
        if self._before == "DISTINCT":
            return
        if self._before == "DELETE":
            self._write()
        else:
            self._read_items()

    def _read_items(self) -> None:
        """Take items of FROM as long as no parenthesis opens: what stands in it comes first."""
        more = True
        while more:
            self._tokens.accept("LATERAL")
            node = self._table(call=False)
            if node is not None:
                self.named.append(node)
            elif not self._tokens.sees("(") and not self._accept_variable():
                return
            more = self._ends_item(node)

    def _read_behind_item(self) -> None:
        """Read on behind the parenthesis that closes an item of FROM."""
        if self._ends_item(None):
            self._read_items()

    def _ends_item(self, node: Any) -> bool:
        """Take what follows the name of an item of FROM, and tell whether another item follows."""
        tokens = self._tokens
        if not tokens.sees("("):
            self._alias(node)
        if tokens.sees("WITH", "("):  # hints
            tokens.take()
        self._opens_item = tokens.sees("(")
        return not self._opens_item and tokens.accept(",")

    def _accept_variable(self) -> bool:
        """Take a variable in the place of a table, if one stands next."""
        found = self._tokens.next.text[:1] in _VARIABLES
        if found:
            self._tokens.take()
        return found

    def read_join(self, _: str) -> None:
        """Take the table behind JOIN."""
        node = self._table(call=False)
        if node is not None:
            self.named.append(node)
            self._alias(node)

    def read_using(self, word: str) -> None:
        """Take the table behind the USING of DELETE and MERGE; that of a join lists columns."""
        if self._verb in {"DELETE", "MERGE"}:
            self.read_from(word)

    def read_into(self, _: str) -> None:
        """Take the target behind INTO, unless the values go into variables."""
        if self._verb in {*_INSERTING, "MERGE"} and self._before not in {"FETCH", "RETURNING"}:
            self._write()

    def read_insert(self, word: str) -> None:
        """Remember that what follows INTO is written."""
        if self._before not in {"OR", "THEN"}:
            self._verb = word

    def read_update(self, word: str) -> None:
        """Take the target of UPDATE, unless the word is part of a clause."""
        if self._before in _CLAUSES_OF_UPDATE or self._tokens.sees("SET"):
            return
        self._verb = word
        self._write()

    def read_merge(self, word: str) -> None:
        """Take the target of MERGE without INTO."""
        self._verb = word
        if not self._tokens.sees("INTO"):
            self._write()

    def read_delete(self, word: str) -> None:
        """Take the target of DELETE without FROM."""
        self._verb = word
        if self._before not in {"ON", "THEN", "OR"} and not self._tokens.sees("FROM"):
            self._write()

    def read_verb(self, word: str) -> None:
        """Remember what the statement does to a table."""
        if not self._verb:
            self._verb = word

    def read_defined(self, _: str) -> None:
        """Take what CREATE, ALTER, DROP or TRUNCATE defines or changes."""
        if self._verb in {"ALTER", "CREATE", "DROP", "TRUNCATE"} and not self.written:
            self._write()

    def read_overwrite(self, _: str) -> None:
        """Take the target of INSERT OVERWRITE."""
        if self._verb == "INSERT":
            self._write()

    def _write(self) -> None:
        node = self._table(call=True)
        if node is not None:
            self.written.append(node)
            self._alias(node)

    def _table(self, *, call: bool) -> Any:
        """Take the name of a table; None if something else stands there. Before `call` a list of columns may follow."""
        tokens = self._tokens
        while tokens.accept_one(*_FILLERS):
            pass
        token = tokens.next
        unnamed = token.kind == "word" and (token.word in _NO_NAMES or token.text[0] in _VARIABLES)
        if unnamed or token.kind not in {"word", "name"}:
            return None
        node = tokens.table()
        if node is None or (tokens.sees("(") and not call):
            return None
        return node if node.name or not isinstance(node.this, exp.Identifier) else None

    def _alias(self, node: Any) -> None:
        self._tokens.accept("AS")
        token = self._tokens.next
        if token.kind == "name" or (token.word and token.word not in _NO_ALIASES | _READERS.keys()):
            if node is not None:
                self.aliases.setdefault(token.value.lower(), node)
            self._tokens.take()


# What reads on behind a word.
_READERS: dict[str, Callable[[_Words, str], None]] = {
    "FROM": _Words.read_from,
    "JOIN": _Words.read_join,
    "USING": _Words.read_using,
    "INTO": _Words.read_into,
    "OVERWRITE": _Words.read_overwrite,
    "UPDATE": _Words.read_update,
    "MERGE": _Words.read_merge,
    "DELETE": _Words.read_delete,
    "TABLE": _Words.read_defined,
    "VIEW": _Words.read_defined,
    **dict.fromkeys(_INSERTING, _Words.read_insert),
    **dict.fromkeys(("ALTER", "CREATE", "DROP", "TRUNCATE"), _Words.read_verb),
}
