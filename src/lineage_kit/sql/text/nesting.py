"""How deep a text nests: what a parser cannot go down into is not shown to it. Some ways down it takes twice.

`shapes.flattening` takes away nesting that means nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.exceptions import StatementRefusedError
from lineage_kit.sql.text.lexer import comments, quoted_names, strings, timed

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect

# The compiled parser ends the process where the stack ends, after a few thousand.
_DEEPEST = 400
# A word that names a type, such as DATE in DATE(x), may open a type or a call. The parser reads what stands inside for
# either, so that every such level doubles the work; so much of it takes about half a second.
_MOST_EFFORT = 1 << 13
# The parser looks at all subscripts of a chain such as a[1][2] again for each further one.
_LONGEST_CHAIN = 1000
# With fewer brackets than this a text exceeds none of these.
_HARMLESS = 12
_WORD_BEFORE = re.compile(r"(\w+)\s?\Z")
_LONGEST_WORD = 32


def check_nesting(text: str, dialect: Dialect) -> None:
    """Go on if the parser can go as deep as a text nests.

    Raises:
        StatementRefusedError: It can not.
    """
    if text.count("(") + text.count("[") < _HARMLESS:
        return
    if text.count("][") > _LONGEST_CHAIN:
        msg = "too many subscripts"
        raise StatementRefusedError(msg)
    open_brackets: list[bool] = []
    doublings = effort = 0
    for match in timed(_brackets(dialect).finditer(text)):
        if match.lastgroup == "open":
            doubles = _doubles(text, match.start(), dialect)
            open_brackets.append(doubles)
            doublings += doubles
            effort += doubles << doublings
            if len(open_brackets) > _DEEPEST or effort > _MOST_EFFORT:
                msg = "nested too deeply"
                raise StatementRefusedError(msg)
        elif match.lastgroup == "close" and open_brackets:
            doublings -= open_brackets.pop()


def _doubles(text: str, position: int, dialect: Dialect) -> bool:
    """Tell whether a bracket doubles the work on what it encloses."""
    word = _WORD_BEFORE.search(text[max(0, position - _LONGEST_WORD) : position])
    if word is None:
        return False
    return text[position] == "[" or word[1].upper() in _types(dialect)


@lru_cache(maxsize=64)
def _brackets(dialect: Dialect) -> re.Pattern[str]:
    alternatives = [comments(dialect), strings(dialect), quoted_names(dialect), r"(?P<open>[(\[])", r"(?P<close>[)\]])"]
    return re.compile("|".join(alternatives), re.DOTALL | re.MULTILINE | re.IGNORECASE)


@lru_cache(maxsize=64)
def _types(dialect: Dialect) -> frozenset[str]:
    """Return the words that name types."""
    grammar = type(dialect.grammar)
    types = grammar.parser_class.TYPE_TOKENS
    return frozenset(word for word, token in grammar.tokenizer_class.KEYWORDS.items() if token in types)
