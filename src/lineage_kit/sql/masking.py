"""Masking of SQL text: what must not leave with it. Linear in the length of the text, on any text."""

from __future__ import annotations

import re

#: What stands in the place of a credential, and of any other literal.
CREDENTIAL_MASK = "***"
LITERAL_MASK = "?"

# A backslash before a quote escapes it in some dialects and is an ordinary character in others, so that nobody can
# tell where the literal ends: it is taken to last until the end of the text.
_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<dollar> \$(?P<tag>[A-Za-z_]\w*)?\$ .*? (?:\$(?(tag)(?P=tag))\$|\Z) )
    | (?P<string> '(?:[^'\\]|''|\\[^'])*(?:'|\\'.*\Z|\\?\Z) )
    | (?P<name> "(?:[^"]|"")*(?:"|\Z) | `[^`]*(?:`|\Z) )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<number> \d\w*(?:\.\w*)?(?:(?<=[eE])[+-]\d+)? )
    """,
    re.VERBOSE | re.DOTALL,
)

#: A string in double quotes, as conditions and rules have them that are no SQL.
_DOUBLE_QUOTED = re.compile(r'"(?:[^"\\]|""|\\[^"])*(?:"|\\".*\Z|\\?\Z)', re.DOTALL)

#: A quoted value behind one of these words, with nothing but punctuation, AS, BY, WITH, VALUES or the prefix of a
#: string (``N'...'``) between, is a credential. They cover COPY and UNLOAD (Redshift), COPY INTO and CREATE STAGE
#: (Snowflake, Databricks), CREATE CREDENTIAL (T-SQL), CREATE USER, SERVER and USER MAPPING (Postgres, MySQL, Oracle),
#: as the databases' manuals say. What follows the word is bounded: unbounded, a text of nothing but such words would
#: take quadratic time.
_CREDENTIAL = re.compile(
    r"""
    ( (?: password | passwd | passphrase | secret | token | credentials?
        | identified (?: \s+ with \s+ \w+ )?
        | (?: api | access | master | private | account | encryption | symmetric )[_.]?key | aws_key_id
      ) [\w.]{0,128}(?![\w.]) ['"`]? (?: [\s=:(>,] | \b(?:as|by|with|values)\b | \b(?:[a-z]&?|_\w{1,16})(?=') )*
    )
    (['"] | \$\w*\$) (?: (?!\2)[^\\] | \\. | \2\2 )* (?: \2 | \\?\Z )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

#: Oracle takes a password as a bare word.
_BARE_PASSWORD = re.compile(
    r"(\bidentified\s+(?:with\s+\w+\s+)?by\s+)(?!values\b|password\b|random\b)[^\s'\";,]+", re.IGNORECASE
)

#: Signatures and user information in a URL give access by themselves.
_URL_CREDENTIAL = re.compile(
    r"""
      (?<=://) [^/@\s:'"]* : [^/@\s'"]+ (?=@)
    | (?: (?<=[?&]sig=) | (?<=[?&-]signature=) | (?<=-credential=) | (?<=-security-token=) ) [^&'"\s]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


#: Connection strings (libpq, ODBC, JDBC) stand inside literals and quote nothing.
_CONNECTION_STRING = re.compile(r"(\b(?:password|passwd|pwd)\s*=\s*)[^\s;&'\"]+", re.IGNORECASE)


def mask_sql(sql: str, *, literals: bool = False, double_quoted: bool = False) -> str:
    """Return ``sql`` without comments and credentials; with ``literals``, without any string or number.

    Where the text is broken, more is masked rather than less.

    Args:
        sql: any text.
        literals: whether literals are masked.
        double_quoted: whether double quotes hold strings, too, as in languages other than SQL.

    """
    if literals and double_quoted:
        sql = _DOUBLE_QUOTED.sub(LITERAL_MASK, sql)
    text = _TOKEN.sub(_without_literal if literals else _without_comment, sql)
    text = _CREDENTIAL.sub(rf"\1\2{CREDENTIAL_MASK}\2", text)
    text = _BARE_PASSWORD.sub(rf"\1{CREDENTIAL_MASK}", text)
    return _URL_CREDENTIAL.sub(CREDENTIAL_MASK, text).strip()


def _without_comment(token: re.Match[str]) -> str:
    if token.lastgroup == "comment":
        return " "  # separates words, as the comment did
    if token.lastgroup in {"dollar", "string", "name"}:
        return _CONNECTION_STRING.sub(rf"\1{CREDENTIAL_MASK}", token.group())
    return token.group()


def _without_literal(token: re.Match[str]) -> str:
    return LITERAL_MASK if token.lastgroup in {"dollar", "string", "number"} else _without_comment(token)
