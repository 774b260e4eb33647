"""Statements that the dialect's grammar refuses, read by the shape of their kind."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze, reading
from lineage_kit.sql.grammar.parse import parse
from lineage_kit.sql.shapes import queries


class TestOptions:
    """Options of tables and views are passed over, wherever a database puts them."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TABLE t AS (SELECT a FROM s) DEFINITION ONLY", "db2"),
            ("CREATE TABLE t (a) AS (SELECT a FROM s) DATA INITIALLY DEFERRED REFRESH DEFERRED", "db2"),
            (
                "CREATE TABLE t, NO FALLBACK, CHECKSUM = DEFAULT AS (SEL a FROM s) WITH DATA PRIMARY INDEX (a)",
                "teradata",
            ),
            ("CREATE MULTISET TABLE t AS s WITH NO DATA AND STATS", "teradata"),
            ("CREATE TABLE t AS SELECT a FROM s SEGMENTED BY hash(a) ALL NODES KSAFE 1", "vertica"),
            ("CREATE TABLE t WITH (appendonly=true) AS SELECT a FROM s DISTRIBUTED BY (a)", "greenplum"),
            ("CREATE TABLE t AS SELECT a FROM s DISTRIBUTE ON RANDOM ORGANIZE ON (a)", "netezza"),
            ("CREATE TABLE t (a, DISTRIBUTE BY a) AS SELECT a FROM s", "exasol"),
            (
                "CREATE TABLE t PRIMARY KEY (a) PARTITION BY HASH (a) PARTITIONS 8 STORED AS KUDU AS SELECT a FROM s",
                "impala",
            ),
            (
                "CREATE TABLE t DISTRIBUTED BY HASH(a) INTO 4 BUCKETS WITH ('connector' = 'x') AS SELECT a FROM s",
                "flink",
            ),
            ("CREATE TABLE t CLONE AS s", "clickhouse"),
            ("create /* why */ transactional\ntable t -- as x\nstored as orc as select a from s", "hive"),
        ],
    )
    def test_of_tables(self, sql: str, dialect: str) -> None:
        """The query, or the table behind AS, is all that matters."""
        assert tables(sql, dialect) == "s -> t"

    def test_location(self) -> None:
        """What stands there is shown by the table, or written by its query."""
        sql = "CREATE TABLE t LIKE PARQUET '/f' STORED AS PARQUET LOCATION '/x'"
        assert tables(sql, "impala") == "/x, /f -> t"
        sql = "CREATE TABLE t SORT BY (a) STORED AS PARQUET LOCATION '/x' AS SELECT a FROM s"
        assert tables(sql, "impala") == "s -> t, /x"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE VIEW v AS SELECT a FROM s WITH CASCADED CHECK OPTION", "ansi"),
            ("CREATE OR REPLACE FORCE VIEW v (x COMMENT IS 'c') AS SELECT a FROM s COMMENT IS 'd'", "exasol"),
            ("REPLACE VIEW v AS LOCKING ROW FOR ACCESS SELECT a FROM s", "teradata"),
            ("CREATE PROTECTED MULTI DIALECT VIEW v SECURITY DEFINER AS SELECT a FROM s", "athena"),
            ("CREATE MATERIALIZED VIEW v IN CLUSTER c WITH (REFRESH EVERY '1 day') AS SELECT a FROM s", "materialize"),
            ("CREATE MATERIALIZED VIEW v GRACE PERIOD INTERVAL '1' HOUR AS SELECT a FROM s", "trino"),
            ("CREATE PROJECTION v (a ENCODING RLE) AS SELECT a FROM s KSAFE 1", "vertica"),
            ("CREATE LIVE VIEW v AS SELECT a FROM s", "clickhouse"),
        ],
    )
    def test_of_views(self, sql: str, dialect: str) -> None:
        """So it is with views of all kinds."""
        assert tables(sql, dialect) == "s -> v"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE SELECT a FROM s", "ansi"),
            ("INSERT INTO t (a) SELECT a FROM s WITH UR", "db2"),
            ("INSERT INTO t (a) [SHUFFLE] SELECT a FROM s", "impala"),
            ("UPSERT INTO t (a) SELECT a FROM s", "impala"),
            ("INSERT INTO t PARTITION(p1) WITH LABEL l (a) SELECT a FROM s", "doris"),
            ("INSERT INTO t TEMPORARY PARTITION(p1) (a) SELECT a FROM s", "starrocks"),
            ("INS t (a) SEL a FROM s", "teradata"),
            ("LOCKING TABLE s FOR ACCESS INSERT INTO t (a) SELECT a FROM s", "teradata"),
        ],
    )
    def test_of_inserts(self, sql: str, dialect: str) -> None:
        """The column list is found among partitions, labels and hints."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    def test_column_list_of_a_view(self) -> None:
        """Columns of the query go by position under the names of the list."""
        sql = "CREATE FORCE VIEW v (x, y) AS SELECT a, upper(b) FROM s"
        assert columns(sql, "exasol") == ["s.a -> v.x IDENTITY", "s.b -> v.y TRANSFORMATION"]

    def test_definition_without_a_query(self) -> None:
        """The table is an output without any flow; types and constraints of all kinds are passed over."""
        sql = "CREATE TABLE t (a INT, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'kafka')"
        assert tables(sql, "flink") == "-> t"
        assert analyze(sql, "flink").statements[0].kind == "CREATE_TABLE"

    def test_temporary_tables_stay_temporary(self) -> None:
        """What fed them takes their place, although the grammar refuses their definition."""
        sql = """CREATE LOCAL TEMP TABLE x ON COMMIT PRESERVE ROWS AS SELECT a FROM s UNSEGMENTED ALL NODES;
        INSERT INTO t SELECT a FROM x"""
        assert tables(sql, "vertica") == "s -> t"

    def test_recursive_view(self) -> None:
        """The view does not read itself from outside."""
        sql = "REPLACE RECURSIVE VIEW v (n) AS (SELECT a FROM s UNION ALL SELECT n + 1 FROM v WHERE n < 5)"
        assert tables(sql, "teradata") == "s -> v"

    def test_recursive_view_that_names_itself_in_full(self) -> None:
        """With its database, or with the one that completes it."""
        sql = "CREATE RECURSIVE VIEW d.v (n) AS (SELECT a FROM d.s UNION ALL SELECT v.n + s.b FROM d.v, d.s)"
        assert tables(sql, "teradata") == "d.s -> d.v"
        assert tables(sql.replace("VIEW d.v", "VIEW v"), "teradata", default_schema="d") == "d.s -> d.v"


class TestClauses:
    """Clauses that only their database knows do not hide the rest of a statement."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT a FROM s WHERE d > CURRENT DATE - 30 DAYS WITH UR", "db2"),
            ("SELECT a FROM s OPTIMIZE FOR 10 ROWS FOR FETCH ONLY", "db2"),
            ("SELECT a CONCAT 'x' AS a FROM s QUERYNO 5", "db2"),
            ("SELECT a FROM s PREFERRING LOW price PLUS HIGH power", "exasol"),
            ("AT EPOCH LATEST SELECT a FROM s", "vertica"),
            ("SELECT a FROM s TIMESERIES ts AS '3 seconds' OVER (PARTITION BY a ORDER BY t)", "vertica"),
            ("SELECT DISTINCT STRAIGHT_JOIN a FROM s", "impala"),
            ("SELECT a (FORMAT 'YYYY') (CHAR(10)) FROM s SAMPLE .25, .5", "teradata"),
            ("LOCK TABLE s FOR ACCESS SEL a FROM s", "teradata"),
            ("SELECT a FROM s LIMIT 1 BY b LIMIT 10 SETTINGS max_threads = 1 FORMAT JSON", "clickhouse"),
            ("SELECT a FROM s OPTIONS (AGGREGATE INPUT GROUP SIZE = 10)", "materialize"),
            ("SELECT a FROM s AS OF AT LEAST 10", "materialize"),
            ("SUBSCRIBE (SELECT a FROM s) WITH (SNAPSHOT = false)", "materialize"),
            ("SELECT a FROM s WITH SECURITY_ENFORCED ALL ROWS", "soql"),
            ("SELECT a FROM s WHERE x INCLUDES ('a;b') AND d > 2020-01-01T00:00:00Z", "soql"),
            ("USING EXTERNAL FUNCTION f(x VARCHAR) RETURNS VARCHAR LAMBDA 'l' SELECT f(a) AS a FROM s", "athena"),
        ],
    )
    def test_of_queries(self, sql: str, dialect: str) -> None:
        """One table is read."""
        assert tables(sql, dialect) == "s ->"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("UPDATE t FROM s SET a = s.a WHERE t.id = s.id", "teradata"),
            ("UPDATE t SET a = (SELECT max(a) FROM s) WITH RR", "db2"),
            ("DELETE FROM t WHERE id IN (SELECT id FROM s) SKIP LOCKED DATA", "db2"),
            ("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a ELSE IGNORE", "db2"),
            (
                "MERGE INTO t USING s ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET a = s.a DELETE WHERE s.b = 0",
                "exasol",
            ),
        ],
    )
    def test_of_changes(self, sql: str, dialect: str) -> None:
        """The target is written, the other table is read."""
        assert tables(sql, dialect) == "s -> t"

    def test_rows_that_a_change_gives_back(self) -> None:
        """FINAL TABLE: the statement inside runs, and its rows are those of its target."""
        sql = "INSERT INTO log SELECT id FROM FINAL TABLE (INSERT INTO t (id) SELECT a FROM s)"
        assert columns(sql, "db2") == ["t.id -> log.id IDENTITY", "s.a -> t.id IDENTITY"]

    def test_windows_of_a_stream(self) -> None:
        """A windowing function passes the columns of its table on; its own have no source."""
        sql = (
            "INSERT INTO t SELECT price, window_start FROM "
            "TABLE(TUMBLE(TABLE bids, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES))"
        )
        assert tables(sql, "flink") == "bids -> t"

    def test_strings_and_comments_are_left_alone(self) -> None:
        """They may say anything."""
        sql = "INSERT INTO t SELECT a || ' WITH UR' AS x FROM s /* FROM r */ WHERE b = 'FROM q' WITH UR -- FROM p"
        assert tables(sql, "db2") == "s -> t"


class TestOtherGrammars:
    """What the dialect's own grammar refuses, another one may know."""

    def test_only_where_quotes_mean_the_same(self) -> None:
        """In BigQuery double quotes enclose strings; no grammar is asked that takes them for names."""
        sql = 'SELECT "a" FROM s FOO BAR BAZ'
        assert analyze(sql, "bigquery").problems

    def test_functions_with_other_arguments(self) -> None:
        """How many arguments a function takes differs between databases."""
        assert columns("INSERT INTO t SELECT split(a) AS x FROM s", "spark") == ["s.a -> t.x TRANSFORMATION"]

    @pytest.mark.parametrize("sql", ["SELECT a FROM s WHERE WHERE", "SELECT a b c FROM", "(SELECT a FROM s))"])
    def test_each_sees_a_text_once(self, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a grammar refused it refuses again."""
        shown: list[object] = []
        monkeypatch.setattr(reading, "parse", lambda *of: shown.append(of[:2]) or parse(*of))
        monkeypatch.setattr(queries, "parse", lambda *of, **how: shown.append(of[:2]) or parse(*of, **how))
        assert len(analyze(sql, "postgres").problems) == 1
        assert len(shown) == len(set(shown)) > 1


class TestCommonTables:
    """WITH is read definition by definition where it cannot be read as a whole."""

    def test_columns_with_types(self) -> None:
        """Materialize declares them."""
        sql = """WITH MUTUALLY RECURSIVE r (n int) AS (SELECT a FROM s UNION SELECT n + 1 FROM r WHERE n < 10)
        SELECT n FROM r"""
        assert tables(sql, "materialize") == "s ->"

    def test_what_is_not_understood_costs_itself(self) -> None:
        """The other definitions and the statement keep their lineage, and the problem is told."""
        sql = """WITH bad AS (SELECT a FROM lost MODEL DIMENSION (!)), good AS (SELECT b FROM s)
        INSERT INTO t SELECT b FROM good"""
        lineage = analyze(sql, "postgres")
        assert [str(column.source) for column in lineage.columns] == ["s"]
        assert {str(table) for table in lineage.inputs} == {"s", "lost"}
        assert [str(table) for table in lineage.outputs] == ["t"]
        assert len(lineage.problems) == 1
        assert not lineage.statements[0].exact


class TestNesting:
    """Depth that means nothing is taken away before a parser goes down into it."""

    @pytest.mark.parametrize("depth", [60, 300])
    def test_redundant_parentheses(self, depth: int) -> None:
        """They change nothing."""
        sql = f"INSERT INTO t SELECT {'(' * depth}a{')' * depth} AS x FROM s"
        assert columns(sql) == ["s.a -> t.x IDENTITY"]

    def test_grouping_parentheses(self) -> None:
        """Without them the order of operations is another one, but not the columns that take part."""
        sql = f"INSERT INTO t SELECT {'(' * 150}a{' + b)' * 150} AS x FROM s"
        assert columns(sql) == ["s.a -> t.x TRANSFORMATION", "s.b -> t.x TRANSFORMATION"]

    def test_chained_cases(self) -> None:
        """ELSE CASE WHEN is a further WHEN."""
        sql = f"INSERT INTO t SELECT {'CASE WHEN a > 1 THEN b ELSE ' * 120}c{' END' * 120} AS x FROM s"
        assert columns(sql) == [
            "s.a -> t.x CONDITIONAL",
            "s.b -> t.x TRANSFORMATION",
            "s.c -> t.x TRANSFORMATION",
        ]

    def test_conditions(self) -> None:
        """A generated tree of conditions."""
        sql = f"SELECT x FROM s WHERE {'(a = 1 AND ' * 200}b = 2{')' * 200}"
        assert rows(sql) == ["s.a -> * FILTER", "s.b -> * FILTER"]

    @pytest.mark.parametrize("depth", [60, 500])
    def test_calls(self, depth: int) -> None:
        """What they do to the column is too deep to be seen; that it takes part is certain."""
        sql = f"INSERT INTO t (x, y) SELECT {'f(' * depth}a{')' * depth}, b FROM s"
        assert columns(sql) == ["s.a -> t.x TRANSFORMATION", "s.b -> t.y IDENTITY"]

    def test_cases_inside_cases(self) -> None:
        """Conditions stay conditions, however deep."""
        sql = f"INSERT INTO t (x) SELECT {'CASE WHEN a > 1 THEN ' * 120}b{' END' * 120} FROM s"
        assert columns(sql) == ["s.a -> t.x CONDITIONAL", "s.b -> t.x TRANSFORMATION"]


class TestManyRows:
    """INSERT of rows that are written out."""

    ROWS = ", ".join(f"({number}, 'select x from y', NULL)" for number in range(2_000))

    @pytest.mark.parametrize("dialect", ["postgres", "mysql", "snowflake", "tsql"])
    def test_only_the_head_counts(self, dialect: str) -> None:
        """Nothing flows from literals, whatever the strings say."""
        assert tables(f"INSERT INTO sch.t (a, b, c) VALUES {self.ROWS}", dialect) == "-> sch.t"

    def test_a_query_among_the_rows(self) -> None:
        """It is read."""
        assert tables(f"INSERT INTO t VALUES {self.ROWS}, ((SELECT max(a) FROM s), 'x', NULL)") == "s -> t"


class TestObjectsWithoutRows:
    """What defines no table and holds no rows is understood, and says nothing."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("CREATE DEFAULT INDEX IN CLUSTER c ON v", "materialize", "CREATE_INDEX"),
            ("CREATE CONNECTION k TO KAFKA (BROKER 'b:9092')", "materialize", "CREATE_CONNECTION"),
            ("CREATE NICKNAME n FOR srv.sch.t", "db2", "CREATE_NICKNAME"),
            ("CREATE WAREHOUSE w WITH WAREHOUSE_SIZE = 'X'", "snowflake", "CREATE_WAREHOUSE"),
            ("ALTER USER u SET x = 'y'", "snowflake", "ALTER"),
            ("COLLECT STATISTICS ON t COLUMN (a)", "teradata", "COLLECT"),
            ("GROOM TABLE t RECORDS ALL", "netezza", "GROOM"),
            ("COMPUTE INCREMENTAL STATS t", "impala", "COMPUTE"),
            ("CREATE VOLUME IF NOT EXISTS c.s.v COMMENT 'x'", "databricks", "CREATE_VOLUME"),
            ("CREATE RECIPIENT r USING ID 'aws:x'", "databricks", "CREATE_RECIPIENT"),
            ("FSCK REPAIR TABLE t", "databricks", "FSCK"),
            ("ABORT TRANSACTIONS 1", "hive", "ABORT"),
            ("CHECK TABLE t QUICK", "mysql", "CHECK"),
            ("CHECKSUM TABLE t", "mysql", "CHECKSUM"),
            ("HANDLER t OPEN", "mysql", "HANDLER"),
            ("XA START 'x'", "mysql", "XA"),
            ("CREATE MATERIALIZED VIEW LOG ON t WITH ROWID", "oracle", "CREATE_MATERIALIZED_VIEW_LOG"),
            ("CREATE DATASHARE d", "redshift", "CREATE_DATASHARE"),
            ("TRANSFER OWNERSHIP OF TABLE t TO USER u PRESERVE PRIVILEGES", "db2", "TRANSFER"),
        ],
    )
    def test_is_no_problem(self, sql: str, dialect: str, kind: str) -> None:
        """The kind is all there is to tell."""
        assert tables(sql, dialect) == "->"
        assert [statement.kind for statement in analyze(sql, dialect).statements] == [kind]

    def test_changes_of_tables_that_the_grammar_lacks(self) -> None:
        """The table is an output without data."""
        assert tables("ALTER TABLE t ACTIVATE NOT LOGGED INITIALLY WITH EMPTY TABLE", "db2") == "-> t"
        assert tables("TRUNCATE TABLE t DROP STORAGE IMMEDIATE", "db2") == "-> t"

    def test_what_a_scheduled_statement_does(self) -> None:
        """A job or task is what it runs."""
        sql = "CREATE JOB j ON SCHEDULE EVERY 1 HOUR DO INSERT INTO t SELECT a FROM s"
        assert tables(sql, "doris") == "s -> t"

    @pytest.mark.parametrize(
        ("action", "expected"),
        [("INSERT INTO t SELECT a FROM s", "m, s -> t"), ("CALL system$send_email('x')", "m ->")],
    )
    def test_condition_of_an_alert(self, action: str, expected: str) -> None:
        """Snowflake reads it, whatever comes of it."""
        sql = f"CREATE ALERT x SCHEDULE = '1 minute' IF (EXISTS (SELECT a FROM m WHERE a > 1)) THEN {action}"
        assert tables(sql, "snowflake") == expected


class TestOfOneDatabase:
    """What a single database has, in statements that other grammars read in another sense."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("SELECT o.id FROM customers c, c.orders o, o.items i", "impala", "customers ->"),
            ("CREATE TABLE t LIKE PARQUET '/d/f.parquet' STORED AS PARQUET", "impala", "/d/f.parquet -> t"),
            ("ALTER TABLE t ADD PARTITION (d = '1') LOCATION '/d/1'", "hive", "/d/1 -> t"),
            ("ALTER TABLE t SET LOCATION 's3://b/k'", "athena", "s3://b/k -> t"),
            ("CREATE WINDOW VIEW v TO t AS SELECT count(a) AS n FROM s GROUP BY tumble(b)", "clickhouse", "s -> t"),
            ("BEGIN STATEMENT SET; INSERT INTO t SELECT a FROM s; END", "flink", "s -> t"),
            ("DROP SOURCE t", "materialize", "-> t"),
            ("COPY (SUBSCRIBE t) TO STDOUT", "materialize", "t ->"),
            ("COPY (SUBSCRIBE TO (SELECT a FROM t)) TO STDOUT WITH (FORMAT binary)", "materialize", "t ->"),
            ("CREATE VIEW v (x) AS SELECT a FROM t WITH NO ROW MOVEMENT", "db2", "t -> v"),
            (
                "MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN SIGNAL SQLSTATE '7'",
                "db2",
                "s -> t",
            ),
            ("SEQUENCED VALIDTIME DELETE FROM t WHERE k IN (SELECT k FROM s)", "teradata", "s -> t"),
            ("SELECT a FROM t WITH SUM(a) BY b ORDER BY a", "teradata", "t ->"),
            ("PIVOT t ON a IN ('x', 'y'), b USING sum(c) AS d GROUP BY e ORDER BY e LIMIT 5", "duckdb", "t ->"),
            ("PIVOT (SELECT * FROM t) ON b USING sum(c), max(d) LIMIT 5", "duckdb", "t ->"),
            ("INSERT INTO t (a) BY POSITION SELECT b FROM s ON CONFLICT DO NOTHING", "duckdb", "s -> t"),
            (
                "MERGE INTO t USING s USING (k) WHEN NOT MATCHED THEN INSERT BY NAME WHEN MATCHED THEN ERROR",
                "duckdb",
                "s -> t",
            ),
            ("SELECT WITH ANONYMIZATION OPTIONS (epsilon = 1) ANON_COUNT(*) FROM d.t", "bigquery", "d.t ->"),
            ("ASSERT (SELECT COUNT(*) FROM d.t) > 0 AS 'rows'", "bigquery", "d.t ->"),
            ("CREATE FLOW f AS INSERT INTO ONCE t BY NAME SELECT a FROM s", "databricks", "s -> t"),
            ("SELECT a FROM t FETCH APPROX FIRST 5 ROWS ONLY", "oracle", "t ->"),
            ("SELECT a FROM t WHERE (b, c) OVERLAPS (d, e) AND f LIKEC 'x'", "oracle", "t ->"),
        ],
    )
    def test_tables(self, sql: str, dialect: str, expected: str) -> None:
        """Arrays of an item of FROM are no tables; files that feed a table are inputs."""
        assert tables(sql, dialect) == expected

    def test_names_of_values_in_a_path(self) -> None:
        """PASSING calls a value by a name for the path alone."""
        sql = "SELECT x.a FROM t, XMLTABLE('$d/a' PASSING t.doc AS \"d\" COLUMNS a INT PATH 'a') AS x"
        assert columns(sql, "db2") == ["t.doc -> a TRANSFORMATION"]
