"""What grammars refuse of databases that the parser knows little or not at all: rewrites, as in `refusals`."""

from __future__ import annotations

from lineage_kit.sql.text.rewrites import Rewrite

_CLICKHOUSE = frozenset({"clickhouse"})
_DB2 = frozenset({"db2"})
_DREMIO = frozenset({"dremio"})
_EXASOL = frozenset({"exasol"})
_FLINK = frozenset({"flink"})
_HANA = frozenset({"hana"})
_IMPALA = frozenset({"impala"})
_MATERIALIZE = frozenset({"materialize"})
_RISINGWAVE = frozenset({"risingwave"})
_NETEZZA = frozenset({"netezza"})
_SOQL = frozenset({"soql"})
_SQLITE = frozenset({"sqlite"})
_TERADATA = frozenset({"teradata"})
_VERTICA = frozenset({"vertica"})
_PARTITIONED = frozenset({"doris", "starrocks"})
_UNIT = "|".join(
    f"{unit}|{unit}S" for unit in ("YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND")
)
_CAST = (
    "BYTEINT|SMALLINT|INTEGER|INT|BIGINT|FLOAT|DECIMAL|DEC|NUMERIC|CHAR|VARCHAR|CLOB|BYTE|VARBYTE|DATE|TIME|TIMESTAMP"
    "|CASESPECIFIC|CS|UPPERCASE"
)

_CONDITION = "expression [ =|<|>|<=|>=|<>|!= expression ]"
_FILTER = f"{_CONDITION} [ BETWEEN expression AND expression ]"
# Slices of time: what they are called, and the column that they are made of.
_TIMESERIES = (
    "TIMESERIES { any } AS string OVER ( [ PARTITION BY expression [ , expression ]* ] ORDER BY { expression } )"
)
# How many columns with their types a function of Exasol may be said to give; of more, only the arguments are told.
_MOST_EMITTED = 12
_EMITTED = "{ any } any [ PRECISION ] [ () ] [ WITH LOCAL TIME ZONE ] [ CHARACTER SET any ] [ UTF8|ASCII ]"


REFUSED = (
    Rewrite(_CLICKHOUSE, "LIMIT any [ , any ] [ OFFSET any ] BY expression [ , expression ]*"),
    Rewrite(_CLICKHOUSE, "WITH TIES"),
    Rewrite(_CLICKHOUSE, "POPULATE > [ AS ] SELECT|WITH|("),
    Rewrite(_CLICKHOUSE, "GLOBAL > ALL|ANTI|ANY|ASOF|CROSS|FULL|INNER|JOIN|LEFT|RIGHT|SEMI"),
    Rewrite(_CLICKHOUSE, "ALL > FULL|INNER|JOIN|LEFT|RIGHT"),
    Rewrite(_CLICKHOUSE, "FORMAT any > end"),
    Rewrite(_CLICKHOUSE, "SETTINGS name = any [ , name = any ]*"),
    Rewrite(_DB2, "UPDATE ( SELECT any FROM { name } rest )", "UPDATE {0}"),
    Rewrite(_DB2, "CONCAT > any", "||"),
    Rewrite(_DB2, "FROM|JOIN|INTO|UPDATE < { name } / { name }", "{0}.{1}"),
    Rewrite(_DB2, f"+|- () < {_UNIT}"),
    Rewrite(_DB2, f"+|- name < {_UNIT}"),
    Rewrite(_DB2, f"+|- any < {_UNIT}"),
    Rewrite(_DB2, "ELSE IGNORE"),
    Rewrite(_DB2, "WHEN [ NOT ] MATCHED THEN SIGNAL SQLSTATE any [ SET MESSAGE_TEXT = any ]"),
    Rewrite(_DB2, "WITH [ NO ] ROW MOVEMENT"),
    Rewrite(_DB2, "beginning VALUES > ( SELECT|WITH rest ) end"),
    Rewrite(_DB2, "INTO variable [ , variable ]*"),
    Rewrite(_DB2, "[ NOT ] ATOMIC [ CONTINUE ON SQLEXCEPTION ]"),
    Rewrite(_EXASOL, "( IMPORT rest )", "(SELECT * FROM imported())"),
    Rewrite(_EXASOL, "VALUES BETWEEN any AND any [ WITH STEP any ]", "(SELECT 1)"),
    *(
        Rewrite(
            _EXASOL,
            f"EMITS ( {' , '.join([_EMITTED] * count)} )",
            f"AS ({', '.join(f'{{{at}}}' for at in range(count))})",
        )
        for count in range(1, _MOST_EMITTED + 1)
    ),
    Rewrite(_EXASOL, "EMITS ()"),
    Rewrite(_EXASOL, "DELETE < * > FROM"),
    Rewrite(_EXASOL, "PREFERRING rest"),
    Rewrite(_EXASOL, "COMMENT IS string"),
    Rewrite(_DREMIO, "CREATE [ OR REPLACE ] < VDS", "VIEW"),
    Rewrite(_DREMIO, "STORE AS ()"),
    Rewrite(_DREMIO, "name < AT BRANCH|COMMIT|REFERENCE|SNAPSHOT|TAG any"),
    Rewrite(_DREMIO, "name < AT TIMESTAMP [ TIMESTAMP ] expression"),
    Rewrite(_FLINK, "LATERAL TABLE ( { rest } )", "LATERAL {0}"),
    Rewrite(_FLINK, "AS < ROW", "STRUCT"),
    Rewrite(_FLINK, "SESSION > (", "SESSION_WINDOW"),
    Rewrite(_FLINK, "WITHIN INTERVAL any any"),
    Rewrite(_HANA, "WITH HINT ()"),
    Rewrite(_HANA, "WITH PRIMARY KEY > end"),
    Rewrite(_HANA, "WITH RANGE_RESTRICTION|PARAMETERS ()"),
    Rewrite(_HANA, "AS OF COMMIT ID|UTCTIMESTAMP expression"),
    Rewrite(_IMPALA, "IREGEXP", "REGEXP"),
    Rewrite(_IMPALA, "SELECT [ ALL|DISTINCT ] < STRAIGHT_JOIN"),
    Rewrite(_MATERIALIZE, "MUTUALLY RECURSIVE [ ( RETURN|ERROR rest ) ]", "RECURSIVE"),
    Rewrite(_MATERIALIZE, "AS OF [ AT LEAST ] expression > end"),
    Rewrite(_MATERIALIZE, "IN CLUSTER name"),
    Rewrite(_RISINGWAVE, ") [ WITH () ] [ INCLUDE any [ AS name ] ]* FROM { name } TABLE string", ") LIKE {0}"),
    Rewrite(_RISINGWAVE, "EMIT ON WINDOW CLOSE"),
    # A sink that fills a table: what is written is the table.
    Rewrite(_RISINGWAVE, "CREATE SINK < [ IF NOT EXISTS ] name INTO"),
    Rewrite(_NETEZZA, "TABLE WITH FINAL ( { rest } )", "{0}"),
    Rewrite(_NETEZZA, "EXTERNAL { string } [ () ] [ USING () ]", "READ_CSV({0})"),
    Rewrite(_NETEZZA, "WITH FINAL"),
    Rewrite(_SOQL, "number - number - number [ : number : number ]", "0"),
    Rewrite(_SOQL, "TYPEOF { name } [ WHEN name THEN name [ , name ]* ]* [ ELSE name [ , name ]* ] END", "{0}"),
    Rewrite(_SOQL, "INCLUDES > (", "IN"),
    Rewrite(_SOQL, "EXCLUDES > (", "NOT IN"),
    Rewrite(_SOQL, "USING SCOPE any"),
    Rewrite(_SOQL, "WITH SECURITY_ENFORCED|USER_MODE|SYSTEM_MODE"),
    Rewrite(_SOQL, "WITH DATA CATEGORY name any any [ AND name any any ]*"),
    Rewrite(_SOQL, "FOR VIEW|REFERENCE"),
    Rewrite(_SOQL, "UPDATE TRACKING|VIEWSTAT [ , TRACKING|VIEWSTAT ]"),
    Rewrite(_SOQL, "ALL ROWS"),
    Rewrite(_SQLITE, "UNSIGNED BIG INT", "BIGINT"),
    Rewrite(_SQLITE, "GLOB|MATCH > any", "LIKE"),
    Rewrite(_SQLITE, "INDEXED BY name"),
    Rewrite(_SQLITE, "NOT INDEXED"),
    Rewrite(_SQLITE, "UPDATE < OR any"),
    Rewrite(_SQLITE, "LIMIT any < OFFSET any > end"),
    Rewrite(_SQLITE, "? < number"),
    Rewrite(_TERADATA, "( NAMED { any } )", "AS {0}"),
    # The grammar takes SET for an alias.
    Rewrite(_TERADATA, "FROM|, < { any } > SET", "{0} AS {0}"),
    Rewrite(_TERADATA, "FROM|, < { any . any } > SET", "{0} AS source_"),
    Rewrite(_TERADATA, "beginning DELETE|DEL { name } ALL end", "DELETE FROM {0}"),
    Rewrite(_TERADATA, "name [ variable ] ( ON { name } rest )", "f((SELECT * FROM {0}))"),
    Rewrite(_TERADATA, "beginning CURRENT|NONSEQUENCED|SEQUENCED TRANSACTIONTIME|VALIDTIME"),
    Rewrite(_TERADATA, "INS > any", "INSERT"),
    Rewrite(_TERADATA, "UPD > any", "UPDATE"),
    Rewrite(_TERADATA, "DEL > any", "DELETE"),
    Rewrite(_TERADATA, "LOCK|LOCKING TABLE|VIEW|DATABASE name FOR|IN any [ MODE ] [ NOWAIT ]"),
    Rewrite(_TERADATA, "LOCK|LOCKING name FOR|IN any [ MODE ] [ NOWAIT ]"),
    Rewrite(_TERADATA, "LOCK|LOCKING ROW [ FOR|IN ] any [ MODE ] [ NOWAIT ]"),
    Rewrite(_TERADATA, "( FORMAT|TITLE string [ , FORMAT|TITLE string ]* )"),
    Rewrite(_TERADATA, f"name < ( [ NOT ] {_CAST} [ () ] [ , FORMAT string ] )"),
    Rewrite(_TERADATA, f") < ( [ NOT ] {_CAST} [ () ] [ , FORMAT string ] )"),
    Rewrite(_TERADATA, "ELSE INSERT|INS rest"),
    Rewrite(_TERADATA, "FORMAT string > )"),
    Rewrite(_TERADATA, "CHARACTER|CHAR SET any"),
    Rewrite(_TERADATA, "beginning USING ()"),
    Rewrite(_TERADATA, "SAMPLE WHEN rest"),
    Rewrite(_TERADATA, "SAMPLE [ WITH REPLACEMENT ] [ RANDOMIZED ALLOCATION ] [ . ] any [ , [ . ] any ]*"),
    Rewrite(_TERADATA, "SELECT|SEL|,|(|=|AND|OR|WHERE|BETWEEN < BEGIN|END > ( name )", "period_bound"),
    Rewrite(_TERADATA, "NORMALIZE [ ON MEETS|OVERLAPS [ OR MEETS|OVERLAPS ] ]"),
    Rewrite(_TERADATA, "EXPAND ON name [ AS name ] [ BY ANCHOR [ PERIOD ] any ] [ BY INTERVAL any any ] [ FOR name ]"),
    Rewrite(_TERADATA, "WITH name () [ , name () ]* BY name [ , name ]* > end"),
    Rewrite(_TERADATA, "WITH name () [ , name () ]* BY name [ , name ]* > ORDER|WITH"),
    Rewrite(_TERADATA, "( [ name , ]* name < ASC|DESC > )"),
    Rewrite(_TERADATA, "RETURNS ()"),
    Rewrite(_TERADATA, "any < ALL > end"),
    Rewrite(_VERTICA, "INTERPOLATE PREVIOUS|NEXT VALUE", "="),
    Rewrite(_VERTICA, ":: !", "::"),
    Rewrite(_VERTICA, "AT EPOCH any"),
    Rewrite(_VERTICA, "AT TIME string > SELECT|WITH"),
    Rewrite(_VERTICA, f"FROM {{ name [ AS name ] }} {_TIMESERIES}", "FROM {0}, LATERAL (SELECT {2} AS {1}) AS slices_"),
    Rewrite(
        _VERTICA,
        f"FROM {{ name [ AS name ] }} WHERE {{ {_FILTER} [ AND|OR {_FILTER} ]* }} {_TIMESERIES}",
        "FROM {0}, LATERAL (SELECT {3} AS {2}) AS slices_ WHERE {1}",
    ),
    Rewrite(_VERTICA, "TIMESERIES any AS string OVER ()"),
    Rewrite(_VERTICA, "MATCH ( PARTITION rest )"),
    Rewrite(_VERTICA, "USING PARAMETERS rest"),
    Rewrite(_VERTICA, "LIMIT any < OVER ()"),
    Rewrite(_VERTICA, "UNSEGMENTED ALL NODES"),
    Rewrite(_VERTICA, "ENCODED BY name [ ENCODING any ] [ , name [ ENCODING any ] ]*"),
    Rewrite(_VERTICA, "SEGMENTED BY expression [ ALL NODES [ OFFSET any ] ]"),
    Rewrite(_VERTICA, "KSAFE any"),
    Rewrite(_VERTICA, "KSAFE"),
    Rewrite(_PARTITIONED, "TABLET ()"),
    Rewrite(_PARTITIONED, "FROM|INTO|UPDATE name < [ TEMPORARY ] PARTITION|PARTITIONS names"),
    Rewrite(_PARTITIONED, "FROM|INTO|UPDATE name < [ TEMPORARY ] PARTITION|PARTITIONS name"),
)
"""In the order in which they are tried."""
