"""What belongs to the client that runs a script and not to SQL: separators of its own, and lines of commands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.text.lexer import FLAGS, blanked, timed, token_pattern

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect

BATCH_DIALECTS = frozenset({"tsql", "fabric"})
"""The dialects whose statements may follow each other without a semicolon, in batches that GO ends."""

# psql, BTEQ and sqlite3, snowsql, sqlcmd: a sign that no statement begins with.
_COMMANDS = [r"\\(?!copy\b)[^\n]*", r"\.[a-z][^\n]*", r"![a-z][^\n]*", r":[a-z][^\n]*"]
# SQL*Plus: words, each up to the end of its line.
_SQLPLUS = (
    r"(?:acc(?:ept)?|bre(?:ak)?|btitle|cl(?:ear)?|col(?:umn)?|comp(?:ute)?|conn(?:ect)?|def(?:ine)?|disc(?:onnect)?|exit"
    r"|ho(?:st)?|pau(?:se)?|pro(?:mpt)?|quit|rem(?:ark)?|sho(?:w)?\s+err(?:ors)?|spo(?:ol)?|sta(?:rt)?\s+\S+\.sql"
    r"|timi(?:ng)?|tti(?:tle)?|undef(?:ine)?|var(?:iable)?|whenever)\b(?!\s*\()[^\n]*"
    r"|set\s+(?:autop\w*|autot\w*|auto(?:commit)?|colsep|def(?:ine)?|echo|esc(?:ape)?|feed(?:back)?|head(?:ing)?"
    r"|lin(?:esize)?|long|newp\w*|null|numw?\w*|pages(?:ize)?|scan|serverout(?:put)?|sqlbl\w*|sqlp\w*|tab|term(?:out)?"
    r"|timi(?:ng)?|trim(?:s|spool|out)?|und(?:erline)?|ver(?:ify)?|wra(?:p)?)\b(?!\s*=)[^\n]*"
    r"|@@?[^\s;]+[^\n]*"
)
_SQLPLUS_DIALECTS = frozenset({"", "db2", "oracle"})
_DELIMITER = re.compile(r"(?:delimiter|--\#set[ \t]+terminator)[ \t]+(\S+)[^\n]*", re.IGNORECASE)


_VERSIONED_DIALECTS = frozenset({"doris", "mysql", "singlestore", "starrocks"})
_VERSIONED = re.compile(r"/\*M?!\d*")


def with_versioned_comments(text: str, dialect: Dialect) -> str:
    """Return a text in which the comments that MySQL runs, /*!50001 ... */, are SQL; positions stay the same."""
    if dialect.name not in _VERSIONED_DIALECTS or not _VERSIONED.search(text):
        return text
    parts, done, is_open = [], 0, False
    marks = rf"(?P<opening>{_VERSIONED.pattern})|(?P<closing>\*/)"
    for match in timed(re.finditer(f"{marks}|{token_pattern(dialect)}", text, FLAGS)):
        kind = match.lastgroup
        if kind == "opening" or (kind == "closing" and is_open):
            is_open = kind == "opening"
            parts += [text[done : match.start()], " " * len(match[0])]
            done = match.end()
    return "".join([*parts, text[done:]])


# The end of COPY ... FROM STDIN, behind which psql sends rows up to a line of two signs.
_BEFORE_ROWS = re.compile(r"\bfrom\s+stdin\b(?:[^;']|'[^']*'){0,999};[^\n]*\n", re.IGNORECASE)
_END_OF_ROWS = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)


def without_rows(text: str) -> str:
    """Return a text without the rows that COPY reads from it, as in a dump of Postgres; positions stay the same."""
    if "\n\\." not in text:
        return text
    parts, done = [], 0
    while (copy := _BEFORE_ROWS.search(text, done)) and (end := _END_OF_ROWS.search(text, copy.end())):
        parts += [text[done : copy.end()], blanked(text[copy.end() : end.end()])]
        done = end.end()
    return "".join([*parts, text[done:]])


@lru_cache(maxsize=64)
def separators(dialect: Dialect) -> str:
    """Return the pattern of what ends a statement beside the semicolon, to be looked for before any token."""
    alternatives = [";"]
    if dialect.name in BATCH_DIALECTS:
        alternatives.append(r"^[ \t]*go(?:[ \t]+\d+)?[ \t]*;?[ \t\r]*$")
    if dialect.name in _SQLPLUS_DIALECTS:
        alternatives += [r"^[ \t]*/[ \t\r]*$", r"@[ \t\r]*$"]
    # psql and mysql: \g, \gset, \G send what stands before them. What \copy is followed by is COPY.
    alternatives.append(r"\\g\w*[^\n;]*|\\(?=copy\b)")
    return "|".join(alternatives)


@lru_cache(maxsize=64)
def command(dialect: Dialect) -> re.Pattern[str]:
    """Return the pattern of a command for the client, which stands at the beginning of a line and takes all of it."""
    alternatives = list(_COMMANDS)
    if dialect.name in _SQLPLUS_DIALECTS:
        alternatives.append(_SQLPLUS)
    return re.compile(rf"^[ \t]*(?:{'|'.join(alternatives)})", FLAGS)


def delimiter(text: str, position: int) -> tuple[str, int] | None:
    """Return the separator that a command of mysql or db2 sets at a position, and where the command ends."""
    match = _DELIMITER.match(text, position)
    return (match[1], match.end()) if match else None
