"""What grammars accept in a wrong sense, and another spelling of it that they read right."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lineage_kit.sql.grammar.tree import ALIAS_QUALIFIER
from lineage_kit.sql.text.rewrites import (
    BIGQUERY,
    DUCKDB,
    EVERYWHERE,
    MYSQL,
    ORACLE,
    POSTGRES,
    REDSHIFT,
    SNOWFLAKE,
    SPARK,
    TSQL,
    Rewrite,
    RewriteTable,
    rewritten,
)

if TYPE_CHECKING:
    from lineage_kit.sql.dialects import Dialect

_CLICKHOUSE = frozenset({"clickhouse"})
_DB2 = frozenset({"db2"})
_DRILL = frozenset({"drill"})
_DRUID = frozenset({"druid"})
_EXASOL = frozenset({"exasol"})
_FLINK = frozenset({"flink"})
_HANA = frozenset({"hana"})
_IMPALA = frozenset({"impala"})
_MATERIALIZE = frozenset({"materialize"})
_SOQL = frozenset({"soql"})
_SQLITE = frozenset({"sqlite"})
_TERADATA = frozenset({"teradata"})
_TRINO = frozenset({"athena", "presto", "trino"})
_TABLE_BEHIND_IN = frozenset({"clickhouse", "sqlite"})


class Misreading(NamedTuple):
    """A rewrite of what a grammar accepts in a wrong sense. It is tried where the text has the `sign` of it."""

    sign: str
    rewrite: Rewrite


# What may follow a table that is the argument of a function.
_TABLE_OPTIONS = (
    "[ AS name ] [ PARTITION BY () ] [ PARTITION BY name ] [ PRUNE|KEEP WHEN EMPTY ] [ ORDER BY () ] [ ORDER BY name ]"
    " [ COPARTITION () ]"
)

# What an SQL/JSON function can return. A column of RETURNING in a subquery is not called so.
_SCALAR_TYPES = "BIGINT|BOOLEAN|DATE|DECIMAL|DOUBLE|FLOAT|INT|INTEGER|NUMBER|NUMERIC|REAL|STRING|TIMESTAMP"
_JSON_TYPES = "BLOB|BYTEA|CHAR|CLOB|JSON|JSONB|TEXT|VARBINARY|VARCHAR|VARCHAR2"

# Methods of XMLTYPE.
_XML_METHODS = "EXISTSNODE|EXTRACT|GETBLOBVAL|GETCLOBVAL|GETNUMBERVAL|GETSTRINGVAL|TRANSFORM"

# A table of the session in SAP HANA.
_HASHED = r"(?:from|into|join|table|update|,)\s+#"
# Values of the session in DB2, of which the first word looks like a column.
_DB2_REGISTER = r"\bcurrent\s+(?:date|degree|isolation|path|schema|server|sqlid|time|timestamp|timezone|user)\b"

# The types that a phrase of Teradata may convert to. DATE may be an argument, the day of today.
_NUMBERS_AND_TEXTS = (
    "BIGINT|BYTE|BYTEINT|CHAR|CHARACTER|DEC|DECIMAL|FLOAT|INT|INTEGER|NUMBER|NUMERIC|REAL|SMALLINT|VARBYTE|VARCHAR"
)
_CONVERTED = rf"[\w\")]\s*\(\s*(?:{_NUMBERS_AND_TEXTS.lower()}|date|format|time|timestamp|title)\b"

_MISREADINGS = (
    # A row limit, which is taken for the name of the target.
    Misreading(
        r"\b(?:delete|insert|update|merge)\s+top\b", Rewrite(TSQL, "DELETE|INSERT|MERGE|UPDATE < TOP () [ PERCENT ]")
    ),
    # Sequences are no columns.
    Misreading(
        r"\b(?:next|previous)\s+value\s+for\b", Rewrite(EVERYWHERE, "NEXT|PREVIOUS VALUE FOR name [ OVER () ]", "NULL")
    ),
    Misreading(r"\b(?:last|next|set)val\s*\(", Rewrite(MYSQL, "LASTVAL|NEXTVAL|SETVAL ( name rest )", "NULL")),
    # Impala: the order of joins, which is taken for a column.
    Misreading(r"\bstraight_join\b", Rewrite(_IMPALA, "SELECT [ ALL|DISTINCT ] < STRAIGHT_JOIN > expression")),
    Misreading(r"\bstraight_join\b", Rewrite(_IMPALA, "SELECT [ ALL|DISTINCT ] < STRAIGHT_JOIN > *|CASE|NOT")),
    # Rows of VALUES, which are taken for a single cell.
    Misreading(r"\bvalues\s+row\s*\(", Rewrite(MYSQL | _TRINO, "VALUES|, < ROW > (")),
    # MariaDB: earlier versions of rows, whose word is taken for the name of the target.
    Misreading(r"\Adelete\s+history\b", Rewrite(MYSQL, "beginning DELETE < HISTORY > FROM")),
    # Priorities of MySQL, which are taken for the name of the target.
    Misreading(
        r"\Adelete\s+(?:low_priority|quick|ignore)\b",
        Rewrite(MYSQL, "beginning DELETE < LOW_PRIORITY|QUICK|IGNORE [ QUICK|IGNORE ]*"),
    ),
    # REPLACE of MySQL and SQLite is an INSERT that first deletes; the grammars lack it.
    Misreading(r"\Areplace\b", Rewrite(EVERYWHERE, "beginning REPLACE [ LOW_PRIORITY|DELAYED ] INTO", "INSERT INTO")),
    Misreading(
        r"\Areplace\b",
        Rewrite(
            MYSQL,
            "beginning REPLACE [ LOW_PRIORITY|DELAYED ] > name [ () ] SELECT|VALUES|VALUE|SET|WITH|TABLE",
            "INSERT INTO",
        ),
    ),
    # A table as the argument of a function.
    Misreading(r"[(,>]\s*model\b", Rewrite(BIGQUERY | _FLINK, "(|, < MODEL name > ,|)", "NULL")),
    Misreading(r"[(,>]\s*table\b", Rewrite(EVERYWHERE, "(|,|=> < TABLE { name } > ,|)", "(SELECT * FROM {0})")),
    Misreading(
        r">\s*table\s*\(",
        Rewrite(EVERYWHERE, f"=> < TABLE ( {{ name }} ) {_TABLE_OPTIONS}", "(SELECT * FROM {0})"),
    ),
    Misreading(
        r"\(\s*table\s*\(",
        Rewrite(EVERYWHERE, f"name ( < TABLE ( {{ name }} ) {_TABLE_OPTIONS}", "(SELECT * FROM {0})"),
    ),
    Misreading(r"\(\s*table\s*\(", Rewrite(EVERYWHERE, f"name ( < TABLE {{ () }} {_TABLE_OPTIONS}", "{0}")),
    Misreading(r"\Ainsert\b.*\btable\s+[^\s(]+\s*\Z", Rewrite(EVERYWHERE, "TABLE > name end", "SELECT * FROM")),
    # The table without those that inherit from it, or with those of all containers.
    Misreading(
        r"\b(?:only|containers)\s*\(",
        Rewrite(ORACLE | POSTGRES, "FROM|JOIN|,|UPDATE|INTO < ONLY|CONTAINERS ( { name } )", "{0}"),
    ),
    # Tables named by a string, or behind a semantic view.
    Misreading(r"\btable\s*\(\s*'", Rewrite(SNOWFLAKE, "FROM|JOIN|, < TABLE ( { string } )", "IDENTIFIER({0})")),
    Misreading(r"\btable_changes\s*\(", Rewrite(SPARK, "TABLE_CHANGES ( { string } rest )", "IDENTIFIER({0})")),
    Misreading(r"\bsemantic_view\s*\(", Rewrite(EVERYWHERE, "SEMANTIC_VIEW ( { name } rest )", "{0}")),
    # What releases of the parser would read for ever unless it is as they expect.
    Misreading(r"\bsemantic_view\s*\(", Rewrite(EVERYWHERE, "SEMANTIC_VIEW > (", "SEMANTIC_VIEW_")),
    Misreading(
        r"\b(?:system_versioning|data_deletion)\b",
        Rewrite(EVERYWHERE, "SYSTEM_VERSIONING|DATA_DELETION = ON ()", "SYSTEM_VERSIONING_ = 1"),
    ),
    Misreading(
        r"\b(?:system_versioning|data_deletion)\b",
        Rewrite(EVERYWHERE, "SYSTEM_VERSIONING|DATA_DELETION", "SYSTEM_VERSIONING_"),
    ),
    # Methods of XML that a query gives: the parser takes its columns for fields then.
    Misreading(r"\)\s*\.\s*(?:value|query)\s*\(", Rewrite(TSQL, ") < . VALUE|QUERY ()", "+ ''")),
    # The same of Oracle, with XMLTYPE before it.
    Misreading(rf"\)\s*\.\s*(?:{_XML_METHODS.lower()})\s*\(", Rewrite(ORACLE, f") < [ . {_XML_METHODS} () ]*")),
    # How SQL/XML calls a value inside a path.
    Misreading(
        r"\bpassing\b",
        Rewrite(
            EVERYWHERE,
            "XMLTABLE ( string PASSING [ BY REF|VALUE ] { expression } AS name > COLUMNS",
            "XMLTABLE('' PASSING {0}",
        ),
    ),
    # Words that are no columns.
    Misreading(_DB2_REGISTER, Rewrite(_DB2, "CURRENT { DATE|TIME|TIMESTAMP }", "CURRENT_{0}")),
    Misreading(_DB2_REGISTER, Rewrite(_DB2, "CURRENT SCHEMA|SQLID|SERVER|USER|TIMEZONE|PATH|DEGREE|ISOLATION", "0")),
    Misreading(r"=\s*default\b", Rewrite(EVERYWHERE, "SET|, name = < DEFAULT", "NULL")),
    Misreading(r"[(,]\s*default\s*[,)]", Rewrite(EVERYWHERE, "(|, < DEFAULT > ,|)", "NULL")),
    Misreading(r"\bidentity\s*\(", Rewrite(TSQL, "SELECT|, < IDENTITY ( name , any , any )", "NULL")),
    Misreading(
        r"\breturning\s+\w+\s*[()]",
        Rewrite(EVERYWHERE, f"RETURNING {_JSON_TYPES} [ () ] [ FORMAT JSON ] [ ENCODING any ] > )"),
    ),
    Misreading(
        r"\breturning\s+\w+[\s\d(),]*(?:default|error|null)\b",
        Rewrite(EVERYWHERE, f"RETURNING {_JSON_TYPES}|{_SCALAR_TYPES} [ () ] > DEFAULT|ERROR|NULL"),
    ),
    Misreading(r"=\s*row\s*\(", Rewrite(POSTGRES, ") = < ROW > (")),
    # TABLE t is a query, and so is the one that trains a model.
    Misreading(r"\Atable\b|\bas\s+table\b", Rewrite(EVERYWHERE, "beginning TABLE > name", "SELECT * FROM")),
    Misreading(r"\bas\s+table\b", Rewrite(EVERYWHERE, "AS TABLE > name", "AS SELECT * FROM")),
    Misreading(
        r"\Acreate\b[^(]{1,30}\bmodel\b",
        Rewrite(
            BIGQUERY,
            "beginning CREATE [ OR REPLACE ] MODEL [ IF NOT EXISTS ] { name } [ TRANSFORM () ] [ OPTIONS () ] AS"
            " > SELECT|WITH|(|FROM",
            "CREATE TABLE {0} AS",
        ),
    ),
    # Databricks: a flow that runs a single time.
    Misreading(r"\binto\s+once\b", Rewrite(SPARK, "INSERT INTO < ONCE > name")),
    # BigQuery: a condition that is tested, with the queries in it.
    Misreading(r"\Aassert\b", Rewrite(BIGQUERY, "beginning ASSERT > (", "SELECT")),
    # Databricks: a table as a stream of its rows.
    Misreading(r"\bstream\b", Rewrite(SPARK, "FROM|JOIN|, < STREAM ( { name } )", "{0}")),
    Misreading(r"\bstream\b", Rewrite(SPARK, "FROM|JOIN < STREAM > name")),
    # Teradata: how a value is converted and shown, which is taken for the arguments of a function.
    *(
        Misreading(
            _CONVERTED, Rewrite(_TERADATA, f"{value} < ( {phrase} ) [ ( {_NUMBERS_AND_TEXTS}|FORMAT|TITLE rest ) ]*")
        )
        for phrase in (
            f"{_NUMBERS_AND_TEXTS} [ () ] [ , FORMAT|TITLE string ]*",
            "DATE|TIME|TIMESTAMP [ () ] , FORMAT string",
            "FORMAT|TITLE string",
        )
        for value in ("name", ")", "END")
    ),
    Misreading(_CONVERTED, Rewrite(_TERADATA, ". name < ( DATE|TIME|TIMESTAMP [ () ] )")),
    # Teradata: where a window begins anew.
    Misreading(r"\breset\s+when\b", Rewrite(_TERADATA, "RESET WHEN rest")),
    # DuckDB and Spark: queries under another name.
    *(
        Misreading(
            r"\b(?:un)?pivot\b", Rewrite(DUCKDB, f"{before} < {{ PIVOT|UNPIVOT {table} ON rest }}", "FROM ({0})")
        )
        for before in ("AS", "INTO name [ names ]")
        for table in ("name", "()")
    ),
    Misreading(r"\Asummarize\b", Rewrite(DUCKDB, "beginning SUMMARIZE > SELECT|FROM|WITH|(|VALUES")),
    Misreading(r"\Asummarize\b", Rewrite(DUCKDB, "beginning SUMMARIZE > name", "SELECT * FROM")),
    Misreading(
        r"\Acache\b",
        Rewrite(
            SPARK,
            "beginning CACHE [ LAZY ] TABLE { name } [ OPTIONS () ] [ AS ] > SELECT|WITH|FROM",
            "CREATE TEMPORARY VIEW {0} AS",
        ),
    ),
    # Redshift: arrays and objects unnested together with the place or key of each element.
    Misreading(
        r"\bat\s+\w", Rewrite(REDSHIFT, ", < UNPIVOT { name } AS { any } AT { any }", "UNNEST({0}) AS {1}_ ({1}, {2})")
    ),
    Misreading(r"\bat\s+\w", Rewrite(REDSHIFT, ", < { name } AS { any } AT { any }", "{0} {1} AT {2}")),
    # Materialize: what a table is fed from.
    Misreading(r"\bfrom\s+source\b", Rewrite(_MATERIALIZE, "FROM < SOURCE > name")),
    # A table in the place of the query that IN takes.
    Misreading(r"\bin\s+[\w`\"]", Rewrite(_TABLE_BEHIND_IN, "IN < { name } > end", "(SELECT * FROM {0})")),
    Misreading(
        r"\bin\s+[\w`\"]",
        Rewrite(
            _TABLE_BEHIND_IN,
            "IN < { name } > AND|OR|GROUP|ORDER|HAVING|LIMIT|SETTINGS|FORMAT|UNION|THEN",
            "(SELECT * FROM {0})",
        ),
    ),
    # ClickHouse: a table on all servers of a cluster.
    Misreading(r"\bcluster", Rewrite(_CLICKHOUSE, "CLUSTER|CLUSTERALLREPLICAS ( any , { name } rest )", "{0}")),
    # ClickHouse: a table of another server.
    Misreading(r"\bremote", Rewrite(_CLICKHOUSE, "REMOTE|REMOTESECURE ( string , { name } rest )", "{0}")),
    # Druid: the columns of a file, which are taken for its alias.
    Misreading(r"\bextend\s*\(", Rewrite(_DRUID, "EXTEND ()")),
    # Exasol: an alias of the select list.
    Misreading(r"\blocal\s*\.", Rewrite(_EXASOL, "LOCAL > .", ALIAS_QUALIFIER)),
    # Drill: a file with the options that say how to read it.
    Misreading(r"\btable\s*\(", Rewrite(_DRILL, "TABLE ( { name } () )", "{0}")),
    # SAP HANA: the parameters of a view, which is taken for a function, and its own name of DECODE.
    Misreading(r"\bplaceholder\b", Rewrite(_HANA, "FROM|JOIN|, name < ( string = rest )")),
    Misreading(r"\bplaceholder\b", Rewrite(_HANA, "FROM|JOIN|, name < ( PLACEHOLDER rest )")),
    Misreading(_HASHED, Rewrite(_HANA, "FROM|INTO|JOIN|TABLE|UPDATE|, < { hashed }", '"{0}"')),
    Misreading(r"\bmap\s*\(", Rewrite(_HANA, "MAP > (", "DECODE")),
    # Doris: a branch or an earlier state of a table.
    Misreading(r"@(?:branch|incr|tag)\s*\(", Rewrite(frozenset({"doris"}), "FROM|JOIN|, name < variable ()")),
    # SQLite: what a trigger does with the change.
    Misreading(r"\braise\s*\(", Rewrite(_SQLITE, "RAISE ( ABORT|FAIL|IGNORE|ROLLBACK rest )", "NULL")),
    # SOQL: the children of an object are no tables, and neither are aliases of its parents.
    Misreading(r"[,t]\s*\(\s*select\b", Rewrite(_SOQL, "SELECT|, < ( SELECT rest )", "NULL")),
    Misreading(r"\bfields\s*\(", Rewrite(_SOQL, "FIELDS ( ALL )", "*")),
    Misreading(r"\bfields\s*\(", Rewrite(_SOQL, "FIELDS ( CUSTOM|STANDARD )", "NULL")),
    Misreading(r"\bfrom\s[^()]*,", Rewrite(_SOQL, "FROM name name < , name [ name ] [ , name [ name ] ]*")),
    # StarRocks: what is known about the blocks of a table.
    Misreading(r"\[\s*_meta_", Rewrite(MYSQL, "bracketed")),
)


def corrected(text: str, dialect: Dialect) -> str:
    """Return a statement with what the dialect's grammar would misread in another spelling."""
    lowered = text.lower()
    if not any(any(word in lowered for word in words) and sign.search(text) for words, sign in _signs(dialect.name)):
        return text
    return rewritten(text, dialect, _table(dialect.name))


@lru_cache(maxsize=64)
def _table(dialect: str) -> RewriteTable:
    return RewriteTable((misreading.rewrite for misreading in _MISREADINGS), dialect)


@lru_cache(maxsize=64)
def _signs(dialect: str) -> list[tuple[list[str], re.Pattern[str]]]:
    """Return the signs of a dialect, each with words of which the text has one at least."""
    signs = dict.fromkeys(sign for sign, rewrite in _MISREADINGS if not rewrite.dialects or dialect in rewrite.dialects)
    return [(_words(sign), re.compile(sign, re.IGNORECASE | re.DOTALL)) for sign in signs]


def _words(sign: str) -> list[str]:
    """Return the last word of a pattern outside groups, or those inside; to look for it is faster than to match."""
    plain = re.sub(r"\\.|\[[^\]]*\]|\{[^}]*\}", " ", sign)
    outside = re.findall("[a-z_]+", re.sub(r"\([^()]*\)", " ", plain))
    return outside[-1:] or re.findall("[a-z_]+", plain)
