"""What templating leaves in a text: bind parameters, variables of clients, and Jinja that was not rendered.

Each is replaced by something of the same length that every grammar accepts, so that positions stay those of the text:
a value by a question mark, a name or a part of one by a word (see `opaque`), and what only adds to a statement by
blanks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import FLAGS, blanked, timed, token_of, token_pattern
from lineage_kit.sql.text.opaque import opaque

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect
    from lineage_kit.sql.text.lexer import Token

# A braced variable of a shell, of Hive, of str.format; $(x) is one of SQL Server's client, &x of Oracle's.
_VARIABLE = r"\$\{[^{}\n]*\}|\{\w+\}|\$\(\w+\)|&&?[^\W\d]\w*"
# Python's DB-API parameters (PEP 249, format and pyformat).
_PARAMETER = r"%s(?=\b|_)|%\(\w+\)s"
_EXPRESSION = r"\{\{(?:[^{}]|\{[^{}]*\})*\}\}"
_NEEDED = re.compile(r"\{[{%#\w}]|\$[{(]|&\w|%[%s(]|[:$]\d")
_WHOLE = re.compile(rf"{_EXPRESSION}|{_VARIABLE}|{_PARAMETER}")
# What a path in a stage begins with; it has no quotes that would keep its placeholders.
_STAGE = re.compile(r"@(?:[^\s=(),{}]|\{\{[^{}]*\}\})*\Z")

# Behind these words a table is named, behind those something else; what follows the third group is a value.
_BEFORE_TABLES = frozenset("DELETE EXISTS FROM INTO JOIN MERGE ONLY OVERWRITE TABLE TRUNCATE UPDATE USING VIEW".split())
_BEFORE_NAMES = frozenset("AS COLUMN DATABASE INDEX PARTITION ROLE SCHEMA USE WAREHOUSE".split())
_BEFORE_VALUES = frozenset(
    """
    ALL AND ANY BETWEEN BY CASE DATE DEFAULT DISTINCT ELSE ESCAPE FETCH FIRST HAVING ILIKE IN INTERVAL IS LIKE LIMIT
    NEXT NOT OFFSET ON OR QUALIFY REGEXP RETURN RLIKE SELECT SET SOME THEN TIME TIMESTAMP TO TOP VALUES WHEN WHERE
    """.split()
)
# Tags of Jinja whose content is not a part of the text around.
_HIDDEN = re.compile(r"\{%-?\s*(?:macro\b|set\s+\w+\s*-?%\})")


def fill(text: str, dialect: Dialect) -> str:
    """Return a text of the same length in which every placeholder outside strings is something that can be parsed."""
    if not _NEEDED.search(text):
        return text
    return _Filler(text, dialect).filled()


def is_opaque(name: str) -> bool:
    """Tell whether a name is nothing but a placeholder."""
    return _WHOLE.fullmatch(name) is not None


class _Filler:
    """Goes through the text once; `previous` is the last token that is no placeholder."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect
        self._parts: list[str] = []
        self._copied = 0
        self._previous: Token | None = None
        self._after_placeholder = -1
        # For each open {% if %}, {% for %}, ...: whether what stands there is left out.
        self._branches: list[bool] = []

    def filled(self) -> str:
        for match in timed(_scanner(self._dialect).finditer(self._text)):
            kind = match.lastgroup
            if kind == "jinja":
                self._tag(match[0])
            if kind in {"jinja", "comment"} or any(self._branches):
                self._replace(match, blanked(match[0]))
            elif kind in {"expression", "value"}:
                self._placeholder(match, kind)
            elif kind == "percent":
                self._replace(match, "% ")
            else:
                self._previous = token_of(match) or self._previous
        return "".join([*self._parts, self._text[self._copied :]])

    def _replace(self, match: re.Match[str], text: str) -> None:
        self._parts += [self._text[self._copied : match.start()], text]
        self._copied = match.end()

    def _tag(self, tag: str) -> None:
        """Of the branches of an {% if %} the first one stays: both at once would be no statement."""
        word = tag[2:-2].strip("-+ \t\n").split(None, 1)[0:1]
        name = word[0] if word else ""
        if name.startswith("end"):
            del self._branches[-1:]
        elif name in {"else", "elif"} and self._branches:
            self._branches[-1] = True
        elif name in {"if", "for", "raw", "block", "filter", "call"}:
            self._branches.append(False)
        elif _HIDDEN.match(tag):
            self._branches.append(True)

    def _placeholder(self, match: re.Match[str], kind: str) -> None:
        text = match[0]
        follows = self._follows_operand()
        if follows and self._is_operator(match):
            return
        if self._is_name(match):
            self._replace(match, opaque(text))
        elif follows or (kind == "expression" and self._opens()):
            # No value can stand here: a clause was to be rendered, or nothing at all.
            self._replace(match, blanked(text))
            return
        else:
            self._replace(match, _padded("?", text))
        self._after_placeholder = match.end()

    def _is_operator(self, match: re.Match[str]) -> bool:
        """Tell whether what stands behind an operand is bitwise AND, a path into the value, or modulo."""
        text = match[0]
        if text[0] == "&":
            return self._dialect.name != "oracle"  # which has no such operator
        before, after = self._text[match.start() - 1 : match.start()], self._text[match.end() : match.end() + 1]
        return text[0] == ":" or (text == "%s" and after == "_" and not _joins_names(before))

    def _is_name(self, match: re.Match[str]) -> bool:
        """Tell whether a placeholder stands for a name or a part of one."""
        before, after = self._text[match.start() - 1 : match.start()], self._text[match.end() : match.end() + 1]
        if _joins_names(before) or _joins_names(after) or after == "(":
            return True
        if self._dialect.name in {"", "snowflake"} and _STAGE.search(
            self._text, max(0, match.start() - 200), match.start()
        ):
            return True
        if match.start() == self._after_placeholder or _WHOLE.match(self._text, match.end()):
            return True
        word = self._previous.word if self._previous else ""
        return word in _BEFORE_TABLES or word in _BEFORE_NAMES

    def _follows_operand(self) -> bool:
        previous = self._previous
        if previous is None:
            return False
        if previous.kind == "word":
            return previous.word not in _BEFORE_VALUES | _BEFORE_TABLES | _BEFORE_NAMES
        return previous.kind != "sign" or previous.text in {")", "]"}

    def _opens(self) -> bool:
        """Tell whether a statement is to begin here."""
        return self._previous is None or self._previous.text == ";"


def _joins_names(character: str) -> bool:
    return bool(character) and (character.isalnum() or character in '_."`')


def _padded(stand_in: str, text: str) -> str:
    return stand_in + blanked(text)[len(stand_in) :]


def _number(dialect: Dialect) -> str:
    """Return the signs before the number of a parameter; $1 of Snowflake is a column of a stage instead."""
    return ":" if dialect.name == "snowflake" else "[:$]"


@lru_cache(maxsize=64)
def _scanner(dialect: Dialect) -> re.Pattern[str]:
    """Return the pattern that finds placeholders outside strings, quoted names and comments, and all other tokens."""
    alternatives = [
        r"(?P<stem>[^\W\d]\w*(?=\$[{(]))",  # of a name that goes on with a variable; a word may hold that sign
        rf"(?P<expression>{_EXPRESSION})",
        r"(?P<jinja>\{%(?:[^{}%]|\{[^{}]*\}|%(?!\}))*%\})",
        r"(?P<comment>\{\#[^{}]*\#\})",
        rf"(?P<value>{_VARIABLE}|{_PARAMETER}|{_number(dialect)}\d[\d.]*\b)",
        r"(?P<percent>%%)",
    ]
    return re.compile("|".join([*alternatives, token_pattern(dialect)]), FLAGS)
