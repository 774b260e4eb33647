"""Masking of SQL text: what must not leave with it. Linear in the length of the text, on any text."""

from __future__ import annotations

import re

#: What stands in the place of a credential, and of any other literal.
CREDENTIAL_MASK = "***"
LITERAL_MASK = "?"

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<dollar> \$(?P<tag>[A-Za-z_]\w*)?\$ .*? (?:\$(?P=tag)\$|\$\$|\Z) )
    | (?P<string> '(?:[^'\\]|''|\\.)*(?:'|\Z) )
    | (?P<name> "(?:[^"]|"")*(?:"|\Z) | `[^`]*(?:`|\Z) )
    | (?P<word> [A-Za-z_][\w$]* )
    | (?P<number> \d+(?:\.\d+)?(?:[eE][+-]?\d+)? )
    """,
    re.VERBOSE | re.DOTALL,
)

#: A quoted value behind one of these words, with nothing but punctuation or AS, BY, WITH between, is a credential. They
#: cover COPY and UNLOAD (Redshift), COPY INTO and CREATE STAGE (Snowflake, Databricks), CREATE CREDENTIAL and
#: OPENROWSET (T-SQL), CREATE USER, SERVER and USER MAPPING (Postgres, MySQL, Oracle), as the databases' manuals say.
_CREDENTIAL = re.compile(
    r"""
    ( (?: password | passwd | passphrase | secret | token | credentials? | identified
        | (?: api | access | master | private | account | encryption | symmetric )[_.]?key | aws_key_id
      ) [\w.]* ['"`]? (?: [\s=:(>,] | \b(?:as|by|with)\b )*
    )
    (['"]) (?: (?!\2)[^\\] | \\. )* (?: \2 | \Z )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

#: Signatures and user information in a URL give access by themselves.
_URL_CREDENTIAL = re.compile(
    r"""
      (?<=://) [^/@\s:'"]+ : [^/@\s'"]+ (?=@)
    | (?: (?<=[?&]sig=) | (?<=-Signature=) | (?<=-Credential=) ) [^&'"\s]+
    """,
    re.VERBOSE | re.IGNORECASE,
)


def mask_sql(sql: str, *, literals: bool = False) -> str:
    """Return ``sql`` without comments and credentials; with ``literals``, without any string or number.

    Where the text is broken, more is masked rather than less.
    """
    text = _TOKEN.sub(_without_literal if literals else _without_comment, sql)
    text = _CREDENTIAL.sub(rf"\1\2{CREDENTIAL_MASK}\2", text)
    return _URL_CREDENTIAL.sub(CREDENTIAL_MASK, text).strip()


def _without_comment(token: re.Match[str]) -> str:
    return "" if token.lastgroup == "comment" else token.group()


def _without_literal(token: re.Match[str]) -> str:
    if token.lastgroup == "comment":
        return ""
    return LITERAL_MASK if token.lastgroup in {"dollar", "string", "number"} else token.group()
