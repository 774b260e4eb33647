"""Columns of DDL: ``CREATE TABLE``, or the list of columns alone.

The text is read token by token, because grammars refuse a whole statement for a single option of a database that they
do not know, and spell types in their own way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from lineage_kit.datasets.declared.columns import Column
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lineage_kit.sql.text.lexer import Token


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLOSING = {"(": ")", "[": "]", "<": ">"}
#: Statements that are no list of columns.
_STATEMENTS = _words("ALTER DELETE DROP INSERT MERGE SELECT SHOW TRUNCATE UPDATE WITH")
#: Between the name of a table and a parenthesis these say that it has no list of columns.
_WITHOUT_LIST = _words("AS CLONE LIKE OPTIONS PARTITION PARTITIONED SELECT USING WITH")
#: What opens a constraint of the table; the others do so only if names of columns follow in parentheses.
_CONSTRAINTS = _words("CHECK CONSTRAINT EXCLUDE FOREIGN LIKE PRIMARY UNIQUE")
_INDEXES = _words("FULLTEXT INDEX KEY PROJECTION SPATIAL")
#: What may follow the name of a column that has no type.
_OPTIONS = _words(
    "ALIAS AS CHECK COLLATE COMMENT CONSTRAINT DEFAULT GENERATED MASKING MATERIALIZED NOT NULL OPTIONS PRIMARY "
    "REFERENCES TAG UNIQUE WITH"
)
#: Further words of types that have several, such as TIMESTAMP WITH TIME ZONE and INTERVAL DAY TO SECOND.
_FURTHER = _words(
    "ARRAY CHAR DAY HOUR LARGE LOCAL MINUTE MONTH OBJECT PRECISION RAW SECOND SIGNED TIME TO UNSIGNED VARCHAR VARYING "
    "YEAR ZEROFILL ZONE"
)
#: Names and texts; to some databases what stands in double quotes is a text.
_QUOTED = frozenset({"name", "string"})


def of_ddl(text: str, dialect: str | None = None) -> list[Column]:
    """Return the columns of a table's definition, with comments; Jinja in it is left as it is.

    Args:
        text: a script with one ``CREATE TABLE`` or ``CREATE VIEW``, and perhaps ``COMMENT ON COLUMN``; or a list of
            columns, with or without parentheses.
        dialect: in sqlglot's or OpenLineage's words.

    Raises:
        DeclarationError: it has no list of columns, or several.

    """
    from lineage_kit.sql.dialects import dialect_of
    from lineage_kit.sql.text.lexer import tokenize
    from lineage_kit.sql.text.templates import fill

    rules = dialect_of(dialect)
    statements = list(_separated(tokenize(fill(text, rules), rules), ";"))
    creating = [each for each in statements if each[0].word in {"CREATE", "REPLACE"}]
    if not creating and len(statements) == 1 and statements[0][0].word not in _STATEMENTS:
        columns = [_column(part, text) for part in _parts(_unwrapped(statements[0]))]
    else:
        found = [each for each in map(_lists, creating) if each]
        if len(found) != 1:
            _refuse("no list of columns" if not found else "more than one table")
        columns = [_column(part, text) for tokens in found[0] for part in _parts(tokens)]
    if not columns:
        _refuse("no column")
    return _with_comments(columns, statements)


def _refuse(what: str) -> NoReturn:
    form = "columns='id INT, name TEXT' or columns='CREATE TABLE t (id INT, name TEXT)'"
    msg = f"There is {what} in the DDL; write {form}."
    raise DeclarationError(msg)


def _separated(tokens: Sequence[Token], separator: str) -> Iterator[list[Token]]:
    """Yield what stands between separators that are not in brackets."""
    start = 0
    open_: list[str] = []
    for at, token in enumerate(tokens):
        _follow(open_, token)
        if token.text == separator and not open_:
            if at > start:
                yield list(tokens[start:at])
            start = at + 1
    if open_:
        _refuse(f"no {open_[-1]!r} for a bracket")
    if start < len(tokens):
        yield list(tokens[start:])


def _follow(open_: list[str], token: Token) -> None:
    """Keep the list of what closes the open brackets up to date; in parentheses ``<`` compares."""
    sign = token.text if token.kind == "sign" else ""
    if open_ and sign == open_[-1]:
        open_.pop()
    elif sign in _CLOSING and (sign != "<" or ")" not in open_):
        open_.append(_CLOSING[sign])


def _end_of_group(tokens: Sequence[Token], at: int) -> int:
    """Return the index behind the bracket that closes the one at an index; behind anything else, the next one."""
    open_: list[str] = []
    for index in range(at, len(tokens)):
        _follow(open_, tokens[index])
        if not open_:
            return index + 1
    return len(tokens)


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """Return the list without the parentheses around all of it."""
    is_wrapped = tokens[0].text == "(" and _end_of_group(tokens, 0) == len(tokens)
    return tokens[1:-1] if is_wrapped else tokens


def _lists(tokens: list[Token]) -> list[list[Token]]:
    """Return the list of columns of a ``CREATE``, and that of Hive's partitions; nothing if it has none."""
    words = [token.word for token in tokens]
    kind = next((at for at, word in enumerate(words) if word in {"TABLE", "VIEW"}), None)
    opening = next((at for at, token in enumerate(tokens) if token.kind == "sign" and token.text == "("), None)
    if kind is None or opening is None or opening < kind or _WITHOUT_LIST & set(words[kind:opening]):
        return []
    end = _end_of_group(tokens, opening)
    lists = [tokens[opening + 1 : end - 1]]
    partitions = next((at for at, word in enumerate(words) if at >= end and word == "PARTITIONED"), None)
    if partitions is not None and words[partitions + 1 : partitions + 2] == ["BY"]:
        inside = tokens[partitions + 3 : _end_of_group(tokens, partitions + 2) - 1]
        # A partition that has no type is one of the columns, or is computed of one.
        lists += [part for part in _separated(inside, ",") if len(part) > 1 and part[1].kind == "word"]
    return lists


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the definitions of columns in a list, without constraints and indexes of the table."""
    return [part for part in _separated(tokens, ",") if not _is_constraint(part)]


def _is_constraint(part: Sequence[Token]) -> bool:
    first, second = part[0].word, part[1].word if len(part) > 1 else ""
    if first in _CONSTRAINTS or second == "FOR":  # PERIOD FOR SYSTEM_TIME (…), WATERMARK FOR ts AS …
        return True
    if first not in _INDEXES:
        return False
    opening = next((at for at, token in enumerate(part) if token.text == "("), len(part))
    inside = part[opening + 1 : opening + 2]
    has_columns = bool(inside) and inside[0].kind not in {"number", "string"} and inside[0].word != "MAX"
    return has_columns or any(token.word == "GRANULARITY" for token in part)


def _column(part: Sequence[Token], text: str) -> Column:
    first = 1
    name = part[0].value
    if part[0].text == "[":  # a name in SQL Server
        first = _end_of_group(part, 0)
        name = text[part[0].end : part[first - 1].start]
    elif part[0].kind not in {"word", *_QUOTED}:
        _refuse(f"something other than a name of a column, {part[0].value!r},")
    rest = part[first:]
    if rest and rest[0].kind not in {"word", *_QUOTED} and rest[0].text != "[":
        _refuse(f"no type behind the column {name!r}")
    end = _end_of_type(rest)
    type_ = re.sub(r"\s+", " ", text[rest[0].start : rest[end - 1].end]) if end else None
    return Column(name, type_, _comment(rest[end:]))


def _end_of_type(rest: Sequence[Token]) -> int:
    """Return how many of the tokens behind a column's name are its type."""
    if not rest or rest[0].word in _OPTIONS:
        return 0
    at = 0
    while at < len(rest) and (at == 0 or _goes_on(rest, at)):
        at = _end_of_group(rest, at)
    return at


def _goes_on(rest: Sequence[Token], at: int) -> bool:
    """Tell whether a token is part of the type that stands before it."""
    token, following = rest[at], rest[at + 1].word if at + 1 < len(rest) else ""
    if token.kind == "sign":
        return token.text in _CLOSING or token.text == "."
    if token.word in {"WITH", "WITHOUT"}:
        return following in {"LOCAL", "TIME"}
    if token.word == "CHARACTER":
        return following != "SET"
    return token.word in _FURTHER or rest[at - 1].text == "."


def _comment(options: Sequence[Token]) -> str | None:
    """Return what ``COMMENT '…'`` says, or BigQuery's ``OPTIONS (description = '…')``."""
    for at, token in enumerate(options[:-1]):
        equals = options[at + 1].text == "="
        value = options[at + 1 + equals : at + 2 + equals]
        named = token.word == "COMMENT" or (token.word == "DESCRIPTION" and equals)
        if named and value and value[0].kind in _QUOTED:
            return value[0].value.strip() or None
    return None


def _with_comments(columns: list[Column], statements: Sequence[Sequence[Token]]) -> list[Column]:
    """Return the columns with what ``COMMENT ON COLUMN table.column IS '…'`` says of them."""
    said = {
        statement[-3].value.lower(): statement[-1].value
        for statement in statements
        if [token.word for token in statement[:3]] == ["COMMENT", "ON", "COLUMN"] and statement[-1].kind == "string"
    }
    return [
        Column(column.name, column.type, said.get(column.name.lower(), column.description) or None)
        for column in columns
    ]
