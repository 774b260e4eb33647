"""What grammars refuse, and what means the same for tables and columns without it.

These rewrites only remove or replace what says nothing about lineage (hints, error logging, sampling, priorities), or
put one spelling in the place of another. They are tried only on what a grammar refused: elsewhere a name could look
like one of them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lineage_kit.sql.grammar.minor_dialects import REFUSED as REFUSED_ELSEWHERE
from lineage_kit.sql.grammar.oracle_tsql import REFUSED as REFUSED_BY_ORACLE_AND_TSQL
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

_MOST_PASSES = 3
_PIPES = BIGQUERY | SPARK
# What follows PIVOT ... ON, up to what orders and limits its rows.
_PIVOTED = (
    "expression [ IN () ] [ , expression [ IN () ] ]* [ USING expression [ AS name ] [ , expression [ AS name ] ]* ]"
    " [ GROUP BY expression [ , expression ]* ]"
)
_PRIORITY = "LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE"

# BigQuery: names in the legacy dialect, [project:dataset.table].
_LEGACY_NAME = re.compile(r"(\b(?:from|join)\s+|,\s*)\[([\w-]+(?::[\w-]+)?\.[\w$]+)\]", re.IGNORECASE)
# The column list of INSERT with the target, or its alias, before each name.
_QUALIFIED_LIST = re.compile(
    r"\A\s*(?:insert|replace)\b(?:[^(/]|/\*(?:[^*]|\*(?!/))*\*/)*?(?P<target>[\w$]+)[\"`\]]?\s*\((?P<list>[^()']*[.\[][^()']*)\)",
    re.IGNORECASE,
)
# There also a field or an element of a column, for the column.
_NAME = r"(?:\"[^\"]+\"|[\w$]+)"
_PART_OF_COLUMN = re.compile(rf"({_NAME})((?:\s*\.\s*{_NAME}|\s*\[[^\]]*\])*)")
_PARTS_OF_COLUMNS = re.compile(rf"\s*{_PART_OF_COLUMN.pattern}(?:\s*,\s*{_PART_OF_COLUMN.pattern})*\s*")

_REFUSED = (
    # Clauses at the end of a definition, behind its query.
    Rewrite(EVERYWHERE, "WITH [ LOCAL|CASCADED ] CHECK OPTION [ CONSTRAINT name ]"),
    Rewrite(EVERYWHERE, "WITH READ ONLY [ CONSTRAINT name ]"),
    Rewrite(EVERYWHERE, "WITH NO SCHEMA BINDING > end"),
    Rewrite(EVERYWHERE, "AS REPLICA OF { name }", "AS SELECT * FROM {0}"),
    Rewrite(TSQL, "AS CLONE OF { name } [ AT string ]", "AS SELECT * FROM {0}"),
    Rewrite(BIGQUERY, "CREATE < SNAPSHOT > TABLE"),
    *(
        Rewrite(
            SPARK,
            f"{opening} {{ name }} [ VERSION|TIMESTAMP AS OF expression ] [ TBLPROPERTIES () ] LOCATION {{ string }}",
            "LOCATION {1} AS SELECT * FROM {0}",
        )
        for opening in ("DEEP|SHALLOW CLONE", "CLONE")
    ),
    Rewrite(SPARK, "DEEP > CLONE"),
    Rewrite(BIGQUERY | SPARK, "CLONE|COPY name < rest"),
    Rewrite(TSQL, "CREATE TABLE name < WITH () > AS"),
    Rewrite(SNOWFLAKE, "USING TEMPLATE () < rest"),
    # A model that is trained on a query or table.
    Rewrite(REDSHIFT, "beginning CREATE MODEL { name } FROM { () } rest", "CREATE TABLE {0} AS {1}"),
    Rewrite(REDSHIFT, "beginning CREATE MODEL { name } FROM { name } rest", "CREATE TABLE {0} AS SELECT * FROM {1}"),
    # Changes of rows: a target that FROM repeats, and what happens to rows that match no clause.
    Rewrite(TSQL, "beginning DELETE < FROM > name FROM"),
    Rewrite(EVERYWHERE, "ELSE IGNORE > end"),
    Rewrite(EVERYWHERE, "THEN UPDATE < ALL BY NAME", "SET *"),
    Rewrite(EVERYWHERE, "THEN INSERT < ALL BY NAME", "*"),
    # A query as the target, whose alias would be SET.
    Rewrite(EVERYWHERE, "UPDATE < { () } > SET", "{0} target_"),
    # Sampling, of which the grammars know some spellings in some places.
    Rewrite(EVERYWHERE, "TABLESAMPLE [ BERNOULLI|SYSTEM|BLOCK|ROW|RESERVOIR ] () [ REPEATABLE|SEED () ]"),
    Rewrite(SNOWFLAKE | ORACLE, "name < SAMPLE [ BERNOULLI|SYSTEM|BLOCK|ROW ] () [ REPEATABLE|SEED () ]"),
    Rewrite(EVERYWHERE, "FOR [ NO ] [ KEY ] UPDATE|SHARE [ OF name [ , name ]* ] [ NOWAIT ] [ SKIP LOCKED ]"),
    Rewrite(EVERYWHERE, ", > end"),
    Rewrite(EVERYWHERE, ", > FROM|WHERE|GROUP|ORDER|LIMIT"),
    # Frames and sets of groups, whose columns count alone.
    Rewrite(EVERYWHERE, "GROUPS > BETWEEN|UNBOUNDED|CURRENT", "ROWS"),
    Rewrite(EVERYWHERE, "EXCLUDE TIES|GROUP"),
    Rewrite(EVERYWHERE, "EXCLUDE CURRENT|NO ROW|OTHERS"),
    Rewrite(EVERYWHERE, "CUBE|ROLLUP > ("),
    Rewrite(EVERYWHERE, ") < FROM FIRST|LAST > RESPECT|IGNORE|OVER"),
    # Time travel changes which rows there are, not where they are.
    Rewrite(SPARK, "FOR SYSTEM_VERSION|VERSION|SYSTEM_TIME AS OF expression"),
    Rewrite(MYSQL | TSQL, "FOR SYSTEM_TIME AS OF [ TIMESTAMP ] expression"),
    Rewrite(MYSQL | TSQL, "FOR SYSTEM_TIME ALL"),
    Rewrite(DUCKDB, "name < AT ()"),
    Rewrite(DUCKDB, "USING names > WHEN", "ON 1 = 1"),
    Rewrite(ORACLE, "AS OF SCN|TIMESTAMP expression"),
    Rewrite(ORACLE, "VERSIONS [ PERIOD FOR name ] BETWEEN [ TIMESTAMP|SCN ] expression AND expression"),
    Rewrite(ORACLE, "AS OF PERIOD FOR name expression"),
    # A set operation under its older name.
    Rewrite(EVERYWHERE, "MINUS > [ ALL|DISTINCT ] SELECT|(|WITH|TABLE|VALUES", "EXCEPT"),
    # How SQL/JSON and SQL/XML functions treat what is missing or wrong.
    Rewrite(EVERYWHERE, "TRUE|FALSE|UNKNOWN|ERROR|NULL|EMPTY [ ARRAY|OBJECT ] ON EMPTY|ERROR|MISMATCH"),
    Rewrite(EVERYWHERE, "DEFAULT expression ON EMPTY|ERROR"),
    Rewrite(EVERYWHERE, "WITH|WITHOUT [ CONDITIONAL|UNCONDITIONAL ] [ ARRAY ] WRAPPER"),
    Rewrite(EVERYWHERE, "KEEP|OMIT QUOTES [ ON SCALAR STRING ]"),
    Rewrite(EVERYWHERE, "EXISTS > PATH"),
    Rewrite(EVERYWHERE, "PASSING < BY REF|VALUE"),
    Rewrite(
        EVERYWHERE,
        "JSON_TABLE ( expression , string"
        " < [ AS name ] [ PASSING expression AS name [ , expression AS name ]* ] > COLUMNS",
    ),
    Rewrite(EVERYWHERE, "string < AS name > COLUMNS"),
    Rewrite(
        EVERYWHERE,
        "JSON_EXISTS|JSON_QUERY|JSON_VALUE|XMLEXISTS|XMLQUERY ( [ expression , ] [ expression ]"
        " < PASSING [ BY REF|VALUE ]",
        ",",
    ),
    Rewrite(EVERYWHERE, "RETURNING CONTENT"),
    Rewrite(POSTGRES | ORACLE, "XMLPARSE|XMLSERIALIZE ( < DOCUMENT|CONTENT"),
    Rewrite(EVERYWHERE, "SUBSET name = () [ , name = () ]*"),
    # ODBC: what joins there are.
    Rewrite(EVERYWHERE, "\\{ OJ"),
    Rewrite(EVERYWHERE, "\\}"),
    # BigQuery: how little may be told about single rows.
    Rewrite(BIGQUERY, "SELECT < WITH ANONYMIZATION|DIFFERENTIAL_PRIVACY [ OPTIONS () ]"),
    # DuckDB.
    *(
        Rewrite(DUCKDB, f"beginning {{ PIVOT {table} ON {_PIVOTED} }} > LIMIT|ORDER", "FROM ({0})")
        for table in ("name", "()")
    ),
    Rewrite(DUCKDB, "BY POSITION > SELECT|FROM|WITH|VALUES|("),
    Rewrite(DUCKDB, "WHEN [ NOT ] MATCHED [ BY SOURCE|TARGET ] THEN ERROR"),
    Rewrite(DUCKDB, "THEN INSERT < BY NAME"),
    # PostgreSQL.
    Rewrite(POSTGRES, "USING names < AS name"),
    Rewrite(POSTGRES, "USING \\<|>|<=|>="),
    Rewrite(POSTGRES, "AT LOCAL"),
    Rewrite(POSTGRES, "SIMILAR > string", ","),
    Rewrite(POSTGRES, "ESCAPE string"),
    Rewrite(POSTGRES, "IS [ NOT ] [ NFC|NFD|NFKC|NFKD ] NORMALIZED", "IS NULL"),
    Rewrite(EVERYWHERE, "OVERRIDING SYSTEM|USER VALUE"),
    # Snowflake: variables of the client.
    Rewrite(SNOWFLAKE, "& name", "?"),
    Rewrite(REDSHIFT, "APPROXIMATE"),
    # Redshift: rows of the source take the place of their likes in the target.
    Rewrite(REDSHIFT, "REMOVE DUPLICATES > end", "WHEN NOT MATCHED THEN INSERT *"),
    # BigQuery.
    Rewrite(BIGQUERY, "SELECT < WITH DIFFERENTIAL_PRIVACY|AGGREGATION_THRESHOLD [ OPTIONS () ]"),
    # Operators of pipe syntax.
    Rewrite(_PIPES, "\\| \\> < DROP { stage }", "SELECT * EXCEPT ({0})"),
    Rewrite(_PIPES, "\\| \\> < RENAME { stage }", "SELECT * RENAME ({0})"),
    Rewrite(
        _PIPES,
        "\\| \\> < SET { any } = { expression } , { any } = { stage }",
        "SELECT * REPLACE ({1} AS {0}, {3} AS {2})",
    ),
    Rewrite(_PIPES, "\\| \\> < SET { any } = { stage }", "SELECT * REPLACE ({1} AS {0})"),
    Rewrite(_PIPES, "\\| \\> < WINDOW", "EXTEND"),
    Rewrite(_PIPES, "\\| \\> CALL name () [ AS name ]"),
    # Spark and Hive.
    Rewrite(SPARK, "REPLACE ON predicate { () } [ AS ] [ name ] > end", "{0}"),
    Rewrite(SPARK, "REPLACE ON predicate > SELECT|FROM|WITH|VALUES|TABLE"),
    Rewrite(SPARK, "INSERT|MERGE < WITH SCHEMA EVOLUTION"),
    Rewrite(SPARK, "PARTITION () < IF NOT EXISTS"),
    Rewrite(SPARK, "WITH WATERMARK [ ON ] name DELAY OF INTERVAL any any"),
    Rewrite(SPARK, "WATERMARK [ ON ] name DELAY OF INTERVAL any any"),
    Rewrite(SPARK, "WINDOW > (", "`window`"),
    Rewrite(SPARK, "TABLE|VIEW [ IF NOT EXISTS ] name [ () ] USING < any . name", "`class`"),
    Rewrite(SPARK, "DISABLE|ENABLE REWRITE"),
    *(
        Rewrite(
            SPARK,
            f"MAP|REDUCE {{ expression [ , expression ]* }} USING {{ string }} {names}",
            "SELECT TRANSFORM({0}) USING {1}" + replacement,
        )
        for names, replacement in (("AS { name [ , name ]* }", " AS ({2})"), ("", ""))
    ),
    Rewrite(SPARK, "PARTITIONED|CLUSTERED|DISTRIBUTED|SORTED ON ()"),
    Rewrite(SPARK, "name ( ON { name } rest )", "(SELECT * FROM {0})"),
    # MySQL: priorities and the ways to run a statement.
    Rewrite(
        MYSQL,
        f"INSERT|REPLACE|UPDATE|DELETE < {_PRIORITY} [ {_PRIORITY} ]*",
    ),
    Rewrite(
        MYSQL,
        "HIGH_PRIORITY|SQL_SMALL_RESULT|SQL_BIG_RESULT|SQL_BUFFER_RESULT|SQL_CACHE|SQL_NO_CACHE|SQL_CALC_FOUND_ROWS",
    ),
    Rewrite(MYSQL, "SQL SECURITY DEFINER|INVOKER > VIEW"),
    Rewrite(MYSQL, "DELETE < { name } . * > FROM|USING", "{0}"),
    Rewrite(MYSQL, "DELETE < { name } [ . * ] , { name } [ . * ] > FROM|USING", "{0}, {1}"),
    Rewrite(MYSQL, "INTO variable [ , variable ]*"),
    Rewrite(MYSQL, "PROCEDURE ANALYSE ()"),
    Rewrite(MYSQL, "BEFORE SYSTEM_TIME [ TIMESTAMP|TRANSACTION ] expression"),
    Rewrite(MYSQL, "LIMIT ROWS EXAMINED any"),
    Rewrite(MYSQL, "ROWS EXAMINED any"),
    Rewrite(MYSQL, "ASC|DESC"),
    Rewrite(MYSQL, "SOUNDS > LIKE"),
    # The last of several tables that an UPDATE names: SET is taken for its alias.
    Rewrite(MYSQL, ",|JOIN < { any } > SET", "{0} AS {0}"),
    Rewrite(MYSQL, "BINARY > name"),
    # DuckDB: columns by name, and further names of PIVOT and UNPIVOT.
    Rewrite(DUCKDB, "THEN UPDATE < BY NAME", "SET *"),
    Rewrite(DUCKDB, "PIVOT_WIDER", "PIVOT"),
    Rewrite(DUCKDB, "PIVOT_LONGER", "UNPIVOT"),
    # Spellings of which some grammar has another one.
    Rewrite(EVERYWHERE, "NEXT|NEXTVAL|PREVVAL|PREVIOUS [ VALUE ] FOR name", "0"),
    Rewrite(EVERYWHERE, "^ =", "<>"),
    Rewrite(EVERYWHERE, "XMLELEMENT ( < NAME any [ , ]"),
    Rewrite(EVERYWHERE, "XMLSERIALIZE|XMLCAST ( [ CONTENT|DOCUMENT ] { expression } rest )", "XMLCAST({0})"),
    # Tables and queries as arguments of functions.
    Rewrite(
        EVERYWHERE,
        "(|,|=> < TABLE { name } [ PARTITION|DISTRIBUTE BY expression ] [ ORDER BY expression ] > ,|)",
        "(SELECT * FROM {0})",
    ),
    Rewrite(
        EVERYWHERE,
        "(|,|=> < TABLE ( SELECT { rest } ) [ PARTITION BY expression ] [ ORDER BY expression ]",
        "(SELECT {0})",
    ),
    # Cursors, locks and isolation.
    Rewrite(EVERYWHERE, "WITH UR|CS|RS|RR [ USE AND KEEP any LOCKS ]"),
    Rewrite(EVERYWHERE, "FOR FETCH|READ ONLY"),
    Rewrite(EVERYWHERE, "FOR BROWSE > end"),
    Rewrite(EVERYWHERE, "SKIP LOCKED DATA"),
    Rewrite(EVERYWHERE, "WHERE CURRENT OF name"),
    # Hints to the optimizer.
    Rewrite(EVERYWHERE, "OPTIMIZE FOR any ROW|ROWS"),
    Rewrite(EVERYWHERE, "QUERYNO any"),
    Rewrite(EVERYWHERE, "OPTION () > end"),
    Rewrite(EVERYWHERE, "OPTIONS ( AGGREGATE|DISTINCT|LIMIT rest )"),
    Rewrite(EVERYWHERE, "bracketed"),
    # What a table or view does with the result of its query.
    Rewrite(EVERYWHERE, "WITH [ NO ] DATA [ AND [ NO ] STATS|STAT|STATISTICS ]"),
    Rewrite(EVERYWHERE, "DEFINITION ONLY"),
    Rewrite(EVERYWHERE, "DATA INITIALLY DEFERRED|IMMEDIATE"),
    Rewrite(EVERYWHERE, "REFRESH DEFERRED|IMMEDIATE"),
    Rewrite(EVERYWHERE, "ON COMMIT PRESERVE|DELETE|DROP [ ROWS ]"),
    Rewrite(EVERYWHERE, "NOT LOGGED [ ON ROLLBACK PRESERVE|DELETE ROWS ]"),
    Rewrite(EVERYWHERE, "LOGGING [ ALL ] ERRORS [ WITH LIMIT OF any ] [ WITH NO LIMIT ]"),
    Rewrite(EVERYWHERE, "CORRESPONDING [ BY names ]"),
    # How the rows of a table reach a function.
    Rewrite(EVERYWHERE, "SCATTER BY expression [ , expression ]*"),
    Rewrite(EVERYWHERE, "COPARTITION ()"),
    # Where rows are kept.
    Rewrite(EVERYWHERE, "DISTRIBUTED RANDOMLY|REPLICATED"),
    Rewrite(EVERYWHERE, "DISTRIBUTED|DISTRIBUTE BY|ON [ HASH|RANDOM ] [ () ]"),
    Rewrite(EVERYWHERE, "ORGANIZE ON|BY NONE|()"),
    Rewrite(EVERYWHERE, "ORGANIZE ON|BY ()"),
    Rewrite(EVERYWHERE, "NO PRIMARY INDEX"),
    Rewrite(EVERYWHERE, "[ UNIQUE ] PRIMARY [ AMP ] INDEX [ name ] ()"),
    # Rows of an earlier time, and rows as they come.
    Rewrite(EVERYWHERE, "FOR SYSTEM_TIME|SYSTEM_VERSION|BUSINESS_TIME AS OF expression"),
    Rewrite(EVERYWHERE, "FOR SYSTEM_TIME|SYSTEM_VERSION|BUSINESS_TIME BETWEEN expression AND expression"),
    Rewrite(EVERYWHERE, "FOR SYSTEM_TIME|SYSTEM_VERSION|BUSINESS_TIME FROM expression TO expression"),
    Rewrite(EVERYWHERE, "FOR PORTION OF name FROM expression TO expression"),
    Rewrite(EVERYWHERE, "EMIT CHANGES"),
    Rewrite(EVERYWHERE, "MUTUALLY RECURSIVE [ ( RETURN|ERROR rest ) ]"),
)


def simplified(text: str, dialect: Dialect) -> str:
    """Return a statement that the grammar refused without what the grammar lacks, as far as that is known."""
    if dialect.name == "bigquery":
        text = _LEGACY_NAME.sub(lambda match: f"{match[1]}`{match[2].replace(':', '.')}`", text)
    table = _table(dialect.name)
    before = ""
    # What takes the place of a match may hold further ones.
    for _ in range(_MOST_PASSES):
        before, text = text, rewritten(text, dialect, table)
        if text == before:
            break
    return _with_plain_column_list(text, dialect)


def _with_plain_column_list(text: str, dialect: Dialect) -> str:
    """Return INSERT INTO t (t.a, t.b) as INSERT INTO t (a, b), and so, in Postgres, INSERT INTO t (a.field, b[1])."""
    found = _QUALIFIED_LIST.match(text)
    if found is None:
        return text
    qualifier = rf"(?<![\w$.\"`])[\"`\[\]]?{re.escape(found['target'])}[\"`\[\]]?\s*\.\s*"
    start, end = found.span("list")
    names = re.sub(qualifier, "", found["list"], flags=re.IGNORECASE)
    if dialect.name in POSTGRES and _PARTS_OF_COLUMNS.fullmatch(names):
        names = _PART_OF_COLUMN.sub(r"\1", names)
    return text[:start] + names + text[end:]


@lru_cache(maxsize=64)
def _table(dialect: str) -> RewriteTable:
    return RewriteTable((*REFUSED_ELSEWHERE, *REFUSED_BY_ORACLE_AND_TSQL, *_REFUSED), dialect)
