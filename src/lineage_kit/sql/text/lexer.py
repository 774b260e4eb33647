"""The lexical rules of a dialect: where strings, quoted names and comments begin and end.

All patterns are linear: what is never closed ends with the text, because a search for its end must not start again
at every later quote.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lineage_kit.sql.deadline import check_time
from lineage_kit.sql.text.opaque import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage_kit.sql.dialects import Dialect

# Behind a backslash no quote closes: to try again from each of them would take quadratic time.
_BACKSLASH_STRING = r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*(?:'|\Z)"
_PLAIN_STRING = r"'[^']*(?:''[^']*)*'"
_DOLLAR_STRING = r"\$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z)"
_ORACLE_STRINGS = [rf"[qQ]'\{opening}.*?(?:\{closing}'|\Z)" for opening, closing in ("[]", "{}", "()", "<>")]
_WITHOUT_DOLLAR_STRINGS = frozenset({"mysql", "bigquery", "tsql", "oracle", "sqlite"})

_OPENING_QUOTE = re.compile(r"""\$\w*\$|[qQ]'.|[eE]?'(?:''(?=.*'''\Z))?|"(?:""(?=.*"{3}\Z))?""", re.DOTALL)
_MAY_OPEN_COMMENT = re.compile(r"--|/\*|//|\#")
# Where a comment may hold others; three in each other are the deepest that is read.
_WITH_NESTED_COMMENTS = frozenset(
    {
        "clickhouse",
        "databricks",
        "db2",
        "duckdb",
        "fabric",
        "materialize",
        "postgres",
        "redshift",
        "risingwave",
        "spark",
        "tsql",
    }
)
_NESTED_COMMENT = r"/\*(?:(?!/\*|\*/).)*\*/"
for _ in range(2):
    _NESTED_COMMENT = rf"/\*(?:(?!/\*|\*/).|{_NESTED_COMMENT})*\*/"
_INNER_QUOTE = re.compile(r"''|\\.|\"\"", re.DOTALL)

FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
"""With these the patterns of this module are to be compiled."""
# A clock that is asked after each token would be much of the work.
_TOKENS_PER_CHECK = 10_000


@lru_cache(maxsize=64)
def comments(dialect: Dialect) -> str:
    """Return the pattern of a comment."""
    tokenizer = dialect.grammar.tokenizer_class
    alternatives = [_NESTED_COMMENT] if dialect.name in _WITH_NESTED_COMMENTS else []
    alternatives += [r"/\*.*?(?:\*/|\Z)", r"--[^\n]*"]
    if "#" in tokenizer.COMMENTS:
        alternatives.append(r"#[^\n]*")
    if dialect.name == "snowflake":
        alternatives.append(r"(?<![:/])//[^\n]*")  # but not in file://path, which PUT takes without quotes
    return "|".join(alternatives)


@lru_cache(maxsize=64)
def strings(dialect: Dialect) -> str:
    """Return the pattern of a string literal."""
    alternatives = []
    if dialect.name == "bigquery":
        alternatives += [r"\'\'\'.*?(?:\'\'\'|\Z)", r'""".*?(?:"""|\Z)']
    if dialect.name == "oracle":
        alternatives += [*_ORACLE_STRINGS, r"[qQ]'(?P<quote>[^\s]).*?(?:(?P=quote)'|\Z)"]
    if dialect.name not in _WITHOUT_DOLLAR_STRINGS:
        alternatives.append(_DOLLAR_STRING)
    alternatives += [r"\b[eE]" + _BACKSLASH_STRING, _quoted("'", dialect)]
    if _double_quotes_strings(dialect):
        alternatives.append(_quoted('"', dialect))
    return "|".join(alternatives)


@lru_cache(maxsize=64)
def quoted_names(dialect: Dialect) -> str:
    """Return the pattern of a quoted name."""
    alternatives = [r"`[^`]*`"]
    if not _double_quotes_strings(dialect):
        alternatives.append(r'"(?:[^"]|"")*"')
    if ("[", "]") in dialect.grammar.tokenizer_class.IDENTIFIERS:
        alternatives.append(r"\[[^\]\n]*\]?")
    return "|".join(alternatives)


def _double_quotes_strings(dialect: Dialect) -> bool:
    """Tell whether what stands in double quotes is a string and no name."""
    tokenizer = dialect.grammar.tokenizer_class
    return '"' in tokenizer.QUOTES and '"' not in tokenizer.IDENTIFIERS


def _quoted(quote: str, dialect: Dialect) -> str:
    backslash = "\\" in dialect.grammar.tokenizer_class.STRING_ESCAPES
    return (_BACKSLASH_STRING if backslash else _PLAIN_STRING).replace("'", quote)


class Token(NamedTuple):
    """A piece of SQL text. `kind` is word, name (quoted), string, number or sign; `end` is one behind the last."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """Return the word in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def value(self) -> str:
        """Return the text of a string literal or the name without its quotes; other tokens as written."""
        text = self.text
        if self.kind == "name":
            return text[1:-1].replace(text[-1] * 2, text[-1])
        if self.kind != "string":
            return named(text)
        if text.startswith("$"):
            tag = text[: text.index("$", 1) + 1]
            return text[len(tag) :].removesuffix(tag)
        if text[:2].lower() == "q'":
            return text[3:-2]
        text = text.lstrip("eE")
        for quote in ("'''", '"""'):
            if text.startswith(quote):
                return text[3:].removesuffix(quote)
        return text[1:-1].replace(text[0] * 2, text[0])

    @property
    def inside(self) -> str:
        """The text of a string literal in place: blanks stand for its quotes, and for what escapes those inside."""
        text = self.text
        opening = _OPENING_QUOTE.match(text)
        if opening is None:
            return text
        quote = opening[0]
        closing = len(quote) if quote.startswith("$") else len(quote.lstrip("eEqQ"))
        content = text[len(quote) : -closing]
        if quote[-1] in "'\"" and closing == 1:
            sides = itertools.cycle(((" ", ""), ("", " ")))
            content = _INNER_QUOTE.sub(lambda match: match[0][-1].join(next(sides)), content)
        return " " * len(quote) + content + " " * closing


# Groups of the pattern that are no kinds of their own.
_KINDS = {"mark": "sign", "variable": "word"}


@lru_cache(maxsize=64)
def token_pattern(dialect: Dialect) -> str:
    """Return the pattern of one token or stretch of blanks, in groups named after the kinds; it matches any text.

    A blank stops at the beginning of a line, so that what only counts there can be looked for first.
    """
    return (
        # What occurs most comes first. A letter before a quote belongs to the string.
        r"(?P<word>(?![eq]')[^\W\d][\w$\#]*)"
        rf"|(?P<blank>\s*\n|[^\S\n]+|{comments(dialect)})"
        r"|(?P<mark>[,.()])"
        rf"|(?P<string>{strings(dialect)})"
        rf"|(?P<name>{quoted_names(dialect)})"
        r"|(?P<number>\d[\w.]*)"
        r"|(?P<variable>[@\#:$]+[\w$\#]+)"
        r"|(?P<sign>::|\|\||<>|[<>!:=+-]=|=>|->>?|.)"
    )


@lru_cache(maxsize=64)
def _tokens(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(token_pattern(dialect), FLAGS)


def tokenize(text: str, dialect: Dialect) -> list[Token]:
    """Return the tokens of any text; blanks and comments are left out.

    Raises:
        OutOfTimeError: The time was over amid a long text.
    """
    matches = _tokens(dialect).finditer(text)
    tokens: list[Token] = []
    while some := list(islice(matches, _TOKENS_PER_CHECK)):
        if tokens:
            check_time()
        tokens += [token for match in some if (token := token_of(match))]
    return tokens


def timed(matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Yield matches as long as there is time.

    Raises:
        OutOfTimeError: The time was over amid a long text.
    """
    while some := list(islice(matches, _TOKENS_PER_CHECK)):
        yield from some
        if len(some) == _TOKENS_PER_CHECK:
            check_time()


def token_of(match: re.Match[str]) -> Token | None:
    """Return the token that a match of `token_pattern` found; None for blanks and comments."""
    kind = match.lastgroup or ""
    return None if kind == "blank" else Token(_KINDS.get(kind, kind), match[0], match.start(), match.end())


def without_comments(text: str, dialect: Dialect) -> str:
    """Return a text with blanks in the place of its comments; grammars refuse them inside GROUP BY and the like."""
    if not _MAY_OPEN_COMMENT.search(text):
        return text
    parts: list[str] = []
    copied = 0
    for match in timed(_tokens(dialect).finditer(text)):
        if match.lastgroup == "blank" and not match[0].isspace():
            parts += [text[copied : match.start()], blanked(match[0])]
            copied = match.end()
    return "".join([*parts, text[copied:]])


def blanked(text: str) -> str:
    """Return blanks of the same length, on the same lines."""
    return "\n".join(" " * len(line) for line in text.split("\n"))
