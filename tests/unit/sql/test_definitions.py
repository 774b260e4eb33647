"""Statements that define tables and views, and those that only change their life cycle."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import analyze


def kinds(sql: str, dialect: str | None = None) -> list[str]:
    """Return the kinds of the statements."""
    return [statement.kind for statement in analyze(sql, dialect).statements]


class TestCreateFromQuery:
    """CREATE TABLE AS, CREATE VIEW, SELECT INTO."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("CREATE TABLE t AS SELECT a FROM s", "postgres", "CREATE_TABLE_AS"),
            ("CREATE OR REPLACE TABLE t AS SELECT a FROM s", "snowflake", "CREATE_TABLE_AS"),
            ("CREATE TABLE t USING delta AS SELECT a FROM s", "databricks", "CREATE_TABLE_AS"),
            ("CREATE TABLE t WITH (format = 'PARQUET') AS SELECT a FROM s", "athena", "CREATE_TABLE_AS"),
            ("CREATE TABLE t DISTKEY(a) AS SELECT a FROM s", "redshift", "CREATE_TABLE_AS"),
            ("SELECT a INTO t FROM s", "tsql", "CREATE_TABLE_AS"),
            ("CREATE VIEW t AS SELECT a FROM s", "postgres", "CREATE_VIEW"),
            ("CREATE OR REPLACE VIEW t AS WITH c AS (SELECT a FROM s) SELECT a FROM c", "postgres", "CREATE_VIEW"),
            ("CREATE MATERIALIZED VIEW t AS SELECT a FROM s", "postgres", "CREATE_VIEW"),
            ("CREATE TABLE t SELECT a FROM s", "mysql", "CREATE_TABLE_AS"),
            ("CREATE TABLE t USING parquet SELECT a FROM s", "spark", "CREATE_TABLE_AS"),
            ("CREATE TABLE t AS (SELECT a FROM s) WITH DATA PRIMARY INDEX (a)", "teradata", "CREATE_TABLE_AS"),
            ("CREATE TABLE t NOLOGGING PARALLEL 4 AS SELECT a FROM s", "oracle", "CREATE_TABLE_AS"),
            ("CREATE TABLE t (SHARD KEY (a)) AS SELECT a FROM s", "singlestore", "CREATE_TABLE_AS"),
            ("CREATE DYNAMIC TABLE t TARGET_LAG = '1 hour' WAREHOUSE = w AS SELECT a FROM s", "snowflake", None),
            ("CREATE OR REFRESH STREAMING TABLE t AS SELECT a FROM STREAM(s)", "databricks", None),
            ("CREATE SINK t AS SELECT a FROM s WITH (connector = 'kafka')", "risingwave", None),
            (
                "CREATE OR REPLACE SECURE VIEW t (a COMMENT 'x') COPY GRANTS AS SELECT a FROM s",
                "snowflake",
                "CREATE_VIEW",
            ),
            ("CREATE RECURSIVE VIEW t (a) AS SELECT a FROM s UNION SELECT a FROM t", "postgres", "CREATE_VIEW"),
            ("ALTER VIEW t AS SELECT a FROM s", "tsql", "CREATE_VIEW"),
            ("ALTER VIEW t (a) AS SELECT b.a FROM s b", "mysql", "CREATE_VIEW"),
            ("ALTER TABLE t MODIFY QUERY SELECT a FROM s", "clickhouse", "CREATE_VIEW"),
            (
                "CREATE TABLE t PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (1)) AS SELECT a FROM s",
                "oracle",
                "CREATE_TABLE_AS",
            ),
            (
                "CREATE TABLE t PARTITION BY LIST COLUMNS (a) (PARTITION p VALUES IN (1)) AS SELECT a FROM s",
                "mysql",
                "CREATE_TABLE_AS",
            ),
            ("WITH c AS (SELECT a FROM s) SELECT a INTO t FROM c", "tsql", "CREATE_TABLE_AS"),
        ],
    )
    def test_forms(self, sql: str, dialect: str | None, kind: str | None) -> None:
        """All of them write a table whose columns are those of the query."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]
        assert kinds(sql, dialect) == [kind or "CREATE_TABLE_AS"]

    def test_columns_of_definition_and_query(self) -> None:
        """MySQL goes by the names of the query, other databases by position."""
        sql = "CREATE TABLE t (id INT, x INT) AS SELECT a AS x FROM s"
        assert columns(sql, "mysql") == ["s.a -> t.x IDENTITY"]
        assert columns(sql, "postgres") == ["s.a -> t.id IDENTITY"]

    def test_columns_beside_options_that_the_grammar_lacks(self) -> None:
        """MySQL: the names of the query count there too."""
        sql = "CREATE TABLE t (id INT PRIMARY KEY) ENGINE=MyISAM DEFAULT CHARSET=utf8 REPLACE SELECT a AS x FROM s"
        assert columns(sql, "mysql") == ["s.a -> t.x IDENTITY"]

    def test_view_of_all_columns(self) -> None:
        """They are those of the table, as far as they are known."""
        assert columns("CREATE VIEW v (x, y) AS SELECT * FROM s", schema={"s": ["a", "b"]}) == [
            "s.a -> v.x IDENTITY",
            "s.b -> v.y IDENTITY",
        ]
        assert tables("CREATE VIEW v AS SELECT * FROM s") == "s -> v"

    def test_a_query_that_is_not_understood(self) -> None:
        """Whatever the view reads is not passed over in silence."""
        lineage = analyze("ALTER VIEW t AS SELECT FROM FROM", "postgres")
        assert [problem.statement for problem in lineage.problems] == [0]

    def test_column_list_of_a_view(self) -> None:
        """The list renames by position."""
        assert columns("CREATE VIEW v (x, y) AS SELECT a, b FROM s") == [
            "s.a -> v.x IDENTITY",
            "s.b -> v.y IDENTITY",
        ]

    def test_an_expression_without_a_name(self) -> None:
        """It is called by its position; a cast keeps the name of its column."""
        assert columns("CREATE TABLE t AS SELECT CAST(a AS INT), b + 1 FROM s") == [
            "s.a -> t.a TRANSFORMATION",
            "s.b -> t._col_1 TRANSFORMATION",
        ]

    def test_target_of_a_materialized_view(self) -> None:
        """In ClickHouse the view is a rule that fills another table."""
        assert tables("CREATE MATERIALIZED VIEW v TO t AS SELECT a FROM s", "clickhouse") == "s -> t"

    @pytest.mark.parametrize("security", ["DEFINER", "INVOKER"])
    @pytest.mark.parametrize("options", ["", "ALGORITHM = MERGE ", "DEFINER = `u`@`%` "])
    def test_rights_of_a_view(self, options: str, security: str) -> None:
        """MySQL: by whose rights it reads says nothing about what it reads."""
        sql = f"CREATE OR REPLACE {options}SQL SECURITY {security} VIEW t AS SELECT a FROM s"
        assert tables(sql, "mysql") == "s -> t"
        assert columns(sql, "mysql") == ["s.a -> t.a IDENTITY"]

    def test_materialized_view_that_is_filled_at_once(self) -> None:
        """POPULATE stands before the query, which may begin with expressions that have names."""
        sql = "CREATE MATERIALIZED VIEW v ENGINE = Log POPULATE AS WITH lower(a) AS x, (SELECT max(b) FROM r) AS y"
        sql += " SELECT x AS c, y AS d FROM s"
        assert tables(sql, "clickhouse") == "s, r -> v"
        assert columns(sql, "clickhouse") == ["s.a -> v.c TRANSFORMATION", "r.b -> v.d AGGREGATION"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TABLE t CLONE s", "snowflake"),
            ("CREATE OR REPLACE TABLE t SHALLOW CLONE s VERSION AS OF 3", "databricks"),
            ("CREATE TABLE IF NOT EXISTS t DEEP CLONE s", "databricks"),
            ("CREATE TABLE t COPY s", "bigquery"),
            ("CREATE SNAPSHOT TABLE t CLONE s OPTIONS (description = 'x')", "bigquery"),
            ("CREATE TABLE t AS s WITH DATA", "teradata"),
            ("CREATE TABLE t CLONE AS s", "clickhouse"),
            ("CREATE TABLE t AS TABLE s", "postgres"),
        ],
    )
    def test_copies(self, sql: str, dialect: str) -> None:
        """They have the rows of their origin."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect, schema={"s": ["a"]}) == ["s.a -> t.a IDENTITY"]
        assert kinds(sql, dialect) == ["CREATE_TABLE_AS"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TABLE t LIKE s", "mysql"),
            ("CREATE TABLE t (LIKE s INCLUDING ALL)", "postgres"),
            ("CREATE TABLE t AS s", "clickhouse"),
            ("CREATE TABLE t AS s WITH NO DATA", "teradata"),
        ],
    )
    def test_empty_likenesses(self, sql: str, dialect: str) -> None:
        """Only the definition is taken over, and no row."""
        assert tables(sql, dialect, schema={"s": ["a"]}) == "s -> t"
        assert columns(sql, dialect, schema={"s": ["a"]}) == []
        assert kinds(sql, dialect) == ["CREATE_TABLE"]


class TestOtherThingsThatHoldRows:
    """Sources, sinks, models: what is made of a query or table like a table."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("CREATE SOURCE t (a int) WITH (connector = 'kafka') FORMAT PLAIN ENCODE JSON", "risingwave", "-> t"),
            ("CREATE SINK t FROM s WITH (connector = 'kafka')", "risingwave", "s -> t"),
            ("CREATE SINK IF NOT EXISTS k INTO t AS SELECT a FROM s", "risingwave", "s -> t"),
            ("CREATE SINK k INTO t FROM s WITH (type = 'append-only')", "risingwave", "s -> t"),
            ("CREATE TABLE t (a int, PRIMARY KEY (a)) FROM s TABLE 'public.r'", "risingwave", "s -> t"),
            ("CREATE TABLE t (*) WITH (snapshot = 'true') FROM s TABLE 'public.r'", "risingwave", "s -> t"),
            ("CREATE MODEL t FROM (SELECT a, b FROM s) TARGET b FUNCTION f IAM_ROLE default", "redshift", "s -> t"),
            ("CREATE MODEL t FROM s TARGET b FUNCTION f IAM_ROLE default", "redshift", "s -> t"),
            ("CREATE MODEL t FROM 'job' FUNCTION f (int) RETURNS int IAM_ROLE default", "redshift", "->"),
        ],
    )
    def test_forms(self, sql: str, dialect: str, expected: str) -> None:
        """A sink into a table fills that."""
        assert tables(sql, dialect) == expected

    def test_semantic_view(self) -> None:
        """Snowflake: it describes tables, which may have an alias there."""
        sql = (
            "CREATE SEMANTIC VIEW v TABLES (o AS raw.orders PRIMARY KEY (id), clients)"
            " DIMENSIONS (clients.label AS name) METRICS (o.total AS SUM(amount))"
        )
        assert tables(sql, "snowflake") == "raw.orders, clients -> v"

    @pytest.mark.parametrize("options", ["", " ENABLE_SCHEMA_EVOLUTION = TRUE"])
    def test_columns_after_a_template(self, options: str) -> None:
        """Snowflake: a query finds out the columns that files have; no rows of it come into the table."""
        sql = (
            "CREATE TABLE t USING TEMPLATE (SELECT array_agg(object_construct(*)) WITHIN GROUP (ORDER BY order_id)"
            " FROM TABLE(infer_schema(location => '@st')))" + options
        )
        assert tables(sql, "snowflake") == "@st -> t"
        assert columns(sql, "snowflake") == []


class TestDictionaries:
    """Look-up tables that the database fills from a table, a query or a file."""

    @pytest.mark.parametrize(
        "source",
        [
            "CLICKHOUSE(HOST 'h' PORT tcpPort() USER 'u' PASSWORD 'p' DB 'd' TABLE 's' WHERE 'a = 1')",
            "CLICKHOUSE(table 'd.s')",
            "CLICKHOUSE(QUERY 'SELECT a, b FROM d.s WHERE c > 1')",
        ],
    )
    def test_of_clickhouse(self, source: str) -> None:
        """Columns keep their names; what feeds one with an expression is not told."""
        definition = "(a UInt64, b String DEFAULT '', c String EXPRESSION upper(b)) PRIMARY KEY a"
        sql = f"CREATE DICTIONARY x.t ON CLUSTER k {definition} SOURCE({source}) LAYOUT(FLAT()) LIFETIME(300)"
        assert tables(sql, "clickhouse") == "d.s -> x.t"
        assert columns(sql, "clickhouse") == ["d.s.a -> x.t.a IDENTITY", "d.s.b -> x.t.b IDENTITY"]

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("FILE(path '/d/f.csv' format 'CSV')", "/d/f.csv -> t"),
            ("HTTP(url 'https://h/f' format 'TSV' headers(header(name 'K' value 'v')))", "https://h/f -> t"),
            ("POSTGRESQL(host 'h' user 'u' password 'p' db 'd' table 's')", "-> t"),
        ],
    )
    def test_from_elsewhere(self, source: str, expected: str) -> None:
        """Tables of other systems are not those of this database."""
        sql = f"CREATE OR REPLACE DICTIONARY t (a UInt64) PRIMARY KEY a SOURCE({source}) LAYOUT(FLAT())"
        assert tables(sql, "clickhouse") == expected

    def test_of_starrocks(self) -> None:
        """USING names the table."""
        sql = "CREATE DICTIONARY t USING d.s (a KEY, b VALUE) PROPERTIES ('dictionary_warm_up' = 'TRUE')"
        assert columns(sql, "starrocks") == ["d.s.a -> t.a IDENTITY", "d.s.b -> t.b IDENTITY"]


class TestKeptResults:
    """What keeps the result of a query under another word than VIEW or TABLE, or among rare options."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE JOIN INDEX d.t, NO FALLBACK AS SELECT a FROM d.s PRIMARY INDEX (a)", "teradata"),
            ("CREATE SET GLOBAL TEMPORARY TABLE d.t AS (SEL a FROM d.s) WITH DATA ON COMMIT PRESERVE ROWS", "teradata"),
            ("CREATE OR REPLACE VDS d.t AS SELECT a FROM d.s AT BRANCH main", "dremio"),
            ("CREATE TABLE d.t HASH PARTITION BY (a) STORE AS (type => 'parquet') AS SELECT a FROM d.s", "dremio"),
            ("ALTER MATERIALIZED TABLE d.t AS SELECT a FROM d.s", "flink"),
            ("COMPILE AND EXECUTE PLAN '/p' FOR INSERT INTO d.t SELECT a FROM d.s", "flink"),
        ],
    )
    def test_forms(self, sql: str, dialect: str) -> None:
        """The query fills it, whatever options stand around."""
        assert tables(sql, dialect) == "d.s -> d.t"
        assert columns(sql, dialect) == ["d.s.a -> d.t.a IDENTITY"]


class TestWithoutData:
    """Statements in whose table no data flows: the table is an output, the kind tells what happens to it."""

    @pytest.mark.parametrize(
        ("sql", "kind"),
        [
            ("CREATE TABLE t (a INT, b TEXT)", "CREATE_TABLE"),
            ("DROP TABLE IF EXISTS t", "DROP"),
            ("DROP VIEW t", "DROP"),
            ("TRUNCATE TABLE t", "TRUNCATE"),
            ("ALTER TABLE t ADD COLUMN c INT", "ALTER"),
            ("DELETE FROM t", "DELETE"),
        ],
    )
    def test_life_cycle(self, sql: str, kind: str) -> None:
        """Nothing is read and no column is fed."""
        assert tables(sql, "postgres") == "-> t"
        assert columns(sql, "postgres") == []
        assert kinds(sql, "postgres") == [kind]

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("DROP MATERIALIZED VIEW IF EXISTS t", "postgres", "DROP"),
            ("DROP DYNAMIC TABLE t", "snowflake", "DROP"),
            ("DROP EXTERNAL TABLE t", "bigquery", "DROP"),
            ("DROP TABLE t PURGE", "oracle", "DROP"),
            ("DROP TABLE IF EXISTS t ON CLUSTER c SYNC", "clickhouse", "DROP"),
            ("TRUNCATE ONLY t RESTART IDENTITY CASCADE", "postgres", "TRUNCATE"),
            ("TRUNCATE TABLE t PARTITION (d = 'x')", "hive", "TRUNCATE"),
            ("TRUNCATE TABLE t DROP STORAGE", "oracle", "TRUNCATE"),
            ("TRUNCATE TABLE t IMMEDIATE", "db2", "TRUNCATE"),
            ("TRUNCATE IF EXISTS t", "snowflake", "TRUNCATE"),
            ("ALTER TABLE t CLUSTER BY (a)", "snowflake", "ALTER"),
            ("ALTER DYNAMIC TABLE t REFRESH", "snowflake", "ALTER"),
            ("ALTER TABLE t EXECUTE optimize", "trino", "ALTER"),
            ("ALTER TABLE t ALTER COLUMN a TYPE int USING a::int", "postgres", "ALTER"),
            ("UNDROP TABLE t", "snowflake", "UNDROP"),
            ("FLASHBACK TABLE t TO BEFORE DROP", "oracle", "FLASHBACK"),
            ("RESTORE TABLE t TO VERSION AS OF 3", "databricks", "RESTORE"),
            ("MSCK REPAIR TABLE t", "hive", "MSCK"),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY t WITH NO DATA", "postgres", "REFRESH"),
            ("BEGIN DBMS_MVIEW.REFRESH('t', method => 'C'); END;", "oracle", "REFRESH"),
            ("CALL sys.dbms_mview.refresh(list => 't')", "oracle", "REFRESH"),
            ("ALTER TABLE t DISABLE TRIGGER ALL", "tsql", "ALTER"),
        ],
    )
    def test_life_cycle_by_dialect(self, sql: str, dialect: str, kind: str) -> None:
        """Options and kinds of tables do not matter."""
        assert tables(sql, dialect) == "-> t"
        assert kinds(sql, dialect) == [kind]

    @pytest.mark.parametrize("verb", ["DROP TABLE IF EXISTS", "TRUNCATE TABLE"])
    def test_several_tables(self, verb: str) -> None:
        """Each of them is an output."""
        assert tables(f"{verb} a, x.b CASCADE", "postgres") == "-> a, x.b"

    @pytest.mark.parametrize(
        ("add", "dialect"),
        [
            ("ADD COLUMN IF NOT EXISTS b INT, ADD CONSTRAINT u UNIQUE (b), ADD c TEXT", "postgres"),
            ("ADD b INT, c INT", "tsql"),
            ("ADD (b INT, c INT)", "oracle"),
            ("ADD COLUMNS (b INT, c INT)", "hive"),
            ("ADD b INT, ADD c INT, ALTER COLUMN a SET NOT NULL, OWNER TO someone", "postgres"),
        ],
    )
    def test_added_columns(self, add: str, dialect: str) -> None:
        """The table has them from then on."""
        sql = f"CREATE TABLE t (a INT); ALTER TABLE t {add}; INSERT INTO t SELECT x, y, z FROM s"
        assert columns(sql, dialect) == ["s.x -> t.a IDENTITY", "s.y -> t.b IDENTITY", "s.z -> t.c IDENTITY"]

    @pytest.mark.parametrize(
        ("action", "dialect", "expected"),
        [
            ("ADD COLUMN n INT FIRST", "mysql", "nabc"),
            ("ADD n INT NOT NULL DEFAULT 0 COMMENT 'x' AFTER a, ADD COLUMN m INT FIRST", "mysql", "manbc"),
            ("ADD COLUMNS (n INT AFTER b, m INT FIRST)", "databricks", "mabnc"),
            ("MODIFY COLUMN c INT AFTER a", "mysql", "acb"),
            ("CHANGE c n INT FIRST", "hive", "nab"),
            ("ALTER COLUMN a AFTER c", "databricks", "bca"),
            ("ADD COLUMN first INT", "mysql", "abcfirst"),
            ("ADD COLUMN n INT AFTER unknown", "mysql", "abcn"),
            ("DROP COLUMN a, b", "tsql", "c"),
            ("DROP CONSTRAINT k, a", "tsql", "abc"),
            ("DROP CONSTRAINT k, COLUMN a", "tsql", "bc"),
            ("DROP PRIMARY KEY, DROP a", "mysql", "bc"),
        ],
    )
    @pytest.mark.parametrize("temporary", ["", "TEMPORARY "])
    def test_order_of_columns(self, action: str, dialect: str, expected: str, temporary: str) -> None:
        """A star gives them in their new order."""
        create = f"CREATE {temporary}TABLE t (a INT, b INT, c INT)"
        filled = "CREATE TABLE u AS SELECT * FROM t; INSERT INTO u SELECT x1, x2, x3, x4, x5 FROM s"
        sql = f"{create}; ALTER TABLE t {action}; {filled}"
        found = [entry for entry in columns(sql, dialect) if entry.startswith("s.")]
        assert "".join(entry.split("u.")[1].split()[0] for entry in found) == expected

    @pytest.mark.parametrize(
        ("alter", "dialect"),
        [
            ("ALTER TABLE t RENAME COLUMN b TO n", "postgres"),
            ("ALTER TABLE t RENAME b TO n", "postgres"),
            ("alter table only t /* old */ rename b\nto n", "postgres"),
            ("ALTER TABLE t RENAME b AS n", "teradata"),
            ("ALTER TABLE t RENAME COLUMN IF EXISTS b TO n", "clickhouse"),
            ("ALTER TABLE t CHANGE b n INT", "mysql"),
            ("ALTER TABLE t MODIFY a TEXT, CHANGE COLUMN `b` `n` TEXT NOT NULL", "mysql"),
            ("ALTER TABLE t CHANGE COLUMN b n INT COMMENT 'new'", "hive"),
            ("EXEC sp_rename 't.b', 'n', 'COLUMN'", "tsql"),
            ("EXEC sp_rename N't.[b]', N'n', N'COLUMN'", "tsql"),
        ],
    )
    def test_renamed_columns(self, alter: str, dialect: str) -> None:
        """What is filled by position goes into the new name."""
        sql = f"CREATE TABLE t (a INT, b INT); {alter}; INSERT INTO t SELECT x, y FROM s"
        assert columns(sql, dialect) == ["s.x -> t.a IDENTITY", "s.y -> t.n IDENTITY"]

    @pytest.mark.parametrize(
        ("drop", "dialect"),
        [
            ("DROP COLUMN b, DROP c", "mysql"),
            ("DROP COLUMN IF EXISTS b CASCADE, DROP COLUMN c RESTRICT", "postgres"),
            ("DROP (b, c) CASCADE CONSTRAINTS", "oracle"),
            ("DROP COLUMN b, c", "tsql"),
            ("DROP CONSTRAINT k, COLUMN b, COLUMN c", "tsql"),
            ("DROP COLUMN IF EXISTS b, c", "snowflake"),
            ("DROP COLUMNS (b, c)", "databricks"),
        ],
    )
    def test_dropped_columns(self, drop: str, dialect: str) -> None:
        """The table has them no longer."""
        sql = f"CREATE TABLE t (a INT, b INT, c INT, d INT); ALTER TABLE t {drop}; INSERT INTO t SELECT x, y FROM s"
        assert columns(sql, dialect) == ["s.x -> t.a IDENTITY", "s.y -> t.d IDENTITY"]

    @pytest.mark.parametrize(
        ("alter", "dialect"),
        [
            ("ALTER TABLE t RENAME CONSTRAINT a TO n", "postgres"),
            ("ALTER TABLE t ALTER COLUMN a DROP DEFAULT, ALTER COLUMN b DROP NOT NULL", "postgres"),
            ("ALTER TABLE t DROP PRIMARY KEY, DROP INDEX a, DROP FOREIGN KEY b", "mysql"),
            ("ALTER TABLE t DROP PARTITION a", "clickhouse"),
            ("EXEC sp_rename 't.a', 'n', 'INDEX'", "tsql"),
        ],
    )
    def test_changes_of_other_parts(self, alter: str, dialect: str) -> None:
        """A constraint or an index may be called like a column, which stays."""
        sql = f"CREATE TABLE t (a INT, b INT); {alter}; INSERT INTO t SELECT x, y FROM s"
        assert columns(sql, dialect) == ["s.x -> t.a IDENTITY", "s.y -> t.b IDENTITY"]

    @pytest.mark.parametrize("listed", ["a, b, c", "*"])
    def test_renamed_and_dropped_columns_of_a_temporary_table(self, listed: str) -> None:
        """What they hold stays the same."""
        sql = f"""
            CREATE TEMP TABLE w AS SELECT {listed} FROM s; ALTER TABLE w RENAME COLUMN a TO n;
            ALTER TABLE w DROP COLUMN b; INSERT INTO t SELECT n, c FROM w"""
        assert columns(sql, "postgres") == ["s.a -> t.n IDENTITY", "s.c -> t.c IDENTITY"]

    def test_added_columns_of_a_temporary_copy(self) -> None:
        """The table that was copied has none of their names."""
        sql = """
            SELECT * INTO #tmp FROM s; ALTER TABLE #tmp ADD z INT, y INT;
            UPDATE #tmp SET z = r.b FROM r WHERE r.id = #tmp.id; INSERT INTO t (k, z, y) SELECT k, z, y FROM #tmp"""
        assert columns(sql, "tsql") == ["s.k -> t.k IDENTITY", "r.b -> t.z IDENTITY"]

    def test_like_reads_the_structure(self) -> None:
        """The origin is an input without columns."""
        assert tables("CREATE TABLE t (LIKE s)", "postgres") == "s -> t"

    def test_synonym(self) -> None:
        """It is a name and holds no data: its readers read the table."""
        sql = "CREATE OR REPLACE SYNONYM y FOR x.s; INSERT INTO t SELECT a FROM y"
        assert tables(sql, "oracle") == "x.s -> t"

    def test_schema_of_the_session(self) -> None:
        """Oracle sets it by ALTER SESSION."""
        assert tables("ALTER SESSION SET CURRENT_SCHEMA = hr; SELECT a FROM s", "oracle") == "hr.s ->"

    @pytest.mark.parametrize(
        ("sql", "dialect", "kind"),
        [
            ("BEGIN", "postgres", "BEGIN"),
            ("START TRANSACTION", "mysql", "START"),
            ("COMMIT", "postgres", "COMMIT"),
            ("ROLLBACK", None, "ROLLBACK"),
            ("SET statement_timeout = 0", "postgres", "SET"),
            ("PRAGMA foreign_keys = ON", "sqlite", "PRAGMA"),
            ("ATTACH DATABASE '/x/lake.db' AS lake", "sqlite", "ATTACH"),
            ("DETACH DATABASE lake", "sqlite", "DETACH"),
            ("USE staging", "mysql", "USE"),
            ("GRANT SELECT ON t TO someone", "redshift", "GRANT"),
            ("REVOKE SELECT ON t FROM someone", "redshift", "REVOKE"),
            ("ANALYZE t", "postgres", "ANALYZE"),
            ("VACUUM FULL t", "redshift", "VACUUM"),
            ("COMMENT ON TABLE t IS 'x'", "postgres", "COMMENT"),
            ("CREATE SCHEMA x", "postgres", "CREATE_SCHEMA"),
            ("CREATE INDEX i ON t (a)", "postgres", "CREATE_INDEX"),
            ("DROP SCHEMA x", "postgres", "DROP"),
            ("DROP INDEX i ON t", "mysql", "DROP"),
            ("DROP TABLE FUNCTION d.f", "bigquery", "DROP"),
            ("ALTER WAREHOUSE w RESUME", "snowflake", "ALTER"),
            ("ALTER PUBLICATION p ADD TABLE t", "postgres", "ALTER"),
            ("EXPLAIN SELECT a FROM s", "postgres", "EXPLAIN"),
            ("EXPLAIN (ANALYZE, BUFFERS) SELECT a FROM s", "postgres", "EXPLAIN"),
            ("VACUUM (FULL, VERBOSE) s", "postgres", "VACUUM"),
            ("ANALYZE(VERBOSE) s", "postgres", "ANALYZE"),
            ("LOAD httpfs", "duckdb", "LOAD"),
            ("RUNSTATS ON TABLE x.t WITH DISTRIBUTION", "db2", "RUNSTATS"),
        ],
    )
    def test_statements_without_datasets(self, sql: str, dialect: str | None, kind: str) -> None:
        """They are understood, and are no problem."""
        assert tables(sql, dialect) == "->"
        assert kinds(sql, dialect) == [kind]
