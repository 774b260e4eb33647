"""Statements that read or write files and stages: they give a location, and never a credential."""

from __future__ import annotations

import itertools

import pytest
from sqlglot import exp
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import Location, analyze
from lineage_kit.sql.dialects import dialect_of
from lineage_kit.sql.text.lexer import tokenize


class TestCopyFromFiles:
    """COPY of files into a table."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("COPY t FROM 's3://b/k' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT AS PARQUET", "redshift", "s3://b/k -> t"),
            ("copy x.t (a, b) from 's3://b/m' credentials 'k' manifest json 's3://b/p'", "redshift", "s3://b/m -> x.t"),
            ("COPY t FROM 'dynamodb://Orders' IAM_ROLE default READRATIO 50", "redshift", "dynamodb://Orders -> t"),
            ("COPY t FROM 'emr://j-1/part-*' IAM_ROLE default", "redshift", "emr://j-1/part-* -> t"),
            ("COPY t FROM 's3://b/hosts' IAM_ROLE default SSH", "redshift", "s3://b/hosts -> t"),
            ("COPY t (a) FROM '/data/f.csv' WITH (FORMAT csv) WHERE a > 1", "postgres", "/data/f.csv -> t"),
            ("COPY BINARY t FROM '/data/f'", "postgres", "/data/f -> t"),
            ("COPY t(a, b) FROM 'f.csv' (HEADER)", "duckdb", "f.csv -> t"),
            ("COPY INTO t FROM 's3://b/k' FILEFORMAT = PARQUET", "databricks", "s3://b/k -> t"),
            ("COPY INTO delta.`/mnt/t` FROM '/mnt/f' FILEFORMAT = CSV", "databricks", "/mnt/f -> /mnt/t"),
            (
                "COPY INTO dbo.t (a DEFAULT 1 3, b) FROM 'https://h/a', 'https://h/b' WITH (FILE_TYPE = 'CSV')",
                "tsql",
                "https://h/a, https://h/b -> dbo.t",
            ),
            ("BULK INSERT x.dbo.t FROM N'C:\\in\\f.csv' WITH (FORMAT = 'CSV')", "tsql", "C:\\in\\f.csv -> x.dbo.t"),
            ("COPY t (a FILLER int, b AS a + 1) FROM LOCAL '/a' GZIP, '/b' ON ANY NODE BZIP", "", "/a, /b -> t"),
            ("COPY t SOURCE Hdfs(url = 'webhdfs://h/f', username = 'u') DELIMITER ','", "", "webhdfs://h/f -> t"),
            ("COPY t FROM VERTICA other.s", "", "other.s -> t"),
        ],
    )
    def test_forms(self, sql: str, dialect: str, expected: str) -> None:
        """The file is an input, the table an output; configuration (JSON paths, formats) is neither."""
        assert tables(sql, dialect) == expected

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("COPY t FROM STDIN WITH (FORMAT csv)", "-> t"),
            ("COPY t FROM PROGRAM 'curl http://h/f'", "-> t"),
            ("COPY t TO STDOUT", "t ->"),
        ],
    )
    def test_streams_are_no_datasets(self, sql: str, expected: str) -> None:
        """Nobody else could name them."""
        assert tables(sql, "postgres") == expected

    def test_odd_spelling(self) -> None:
        """Comments, line ends and quoted names do not matter."""
        sql = '/* load */ copy -- all\n "S"."T" /* both */ ("A", b)\nfrom\n\'s3://b/k\' -- here\n iam_role default'
        assert tables(sql, "redshift") == "s3://b/k -> S.T"

    def test_temporary_table(self) -> None:
        """What is read from it comes from the file."""
        sql = ["CREATE TEMP TABLE s (a int)", "COPY s FROM 's3://b/k'", "INSERT INTO t SELECT a FROM s"]
        assert tables(sql, "redshift") == "s3://b/k -> t"

    def test_path_that_only_the_run_knows(self) -> None:
        """It is a problem; the table is known nevertheless."""
        lineage = analyze("COPY t FROM :path", "redshift")
        assert [str(table) for table in lineage.outputs] == ["t"]
        assert lineage.problems


class TestStages:
    """Stages of Snowflake, written as the SQL writes them, without quotes around names."""

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("COPY INTO t FROM @st/path/f.csv FILE_FORMAT = (TYPE = CSV) PATTERN = '.*'", "@st/path/f.csv -> t"),
            ("COPY INTO t FROM @~/f", "@~/f -> t"),
            ("COPY INTO t FROM @%t FILES = ('a', 'b')", "@%t -> t"),
            ('COPY INTO t FROM @"db"."Sch"."St"/x-1/d=3/ ON_ERROR = SKIP_FILE', "@db.Sch.St/x-1/d=3/ -> t"),
            ("COPY INTO t FROM '@st/my path'", "@st/my path -> t"),
            ("COPY INTO IDENTIFIER('x.t') FROM @st", "@st -> x.t"),
            ("COPY INTO @st/out/ FROM s PARTITION BY (a)", "s -> @st/out/"),
            ("COPY INTO 's3://b/out/' FROM x.s STORAGE_INTEGRATION = si", "x.s -> s3://b/out/"),
            ("COPY FILES INTO @a/x FROM @b/y", "@b/y -> @a/x"),
            ("PUT file:///tmp/f.csv @st/in AUTO_COMPRESS = TRUE", "file:///tmp/f.csv -> @st/in"),
            ("GET @%t/x 'file:///tmp/my dir/'", "@%t/x -> file:///tmp/my dir/"),
            ("REMOVE @st/x PATTERN = '.*'", "-> @st/x"),
            ("LIST @st/x", "->"),
            ("SELECT a FROM DIRECTORY(@st)", "@st ->"),
            ("SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@st/x', FILE_FORMAT => 'f'))", "@st/x ->"),
            ("CREATE STAGE st URL = 's3://b/k'", "->"),
            ("CREATE FILE FORMAT f TYPE = CSV", "->"),
            ("CREATE PIPE p AUTO_INGEST = TRUE AS COPY INTO t FROM @st", "@st -> t"),
            ("CREATE STREAM x.v ON TABLE t APPEND_ONLY = TRUE", "t -> x.v"),
            ("CREATE STREAM v ON STAGE st", "@st -> v"),
        ],
    )
    def test_forms(self, sql: str, expected: str) -> None:
        """A stage is an input where it is read and an output where it is filled."""
        assert tables(sql, "snowflake") == expected

    def test_a_path_without_quotes_does_not_open_a_comment(self) -> None:
        """The slashes of file:// are no comment, which would hide the end of the statement."""
        sql = "PUT file:///tmp/f @st;\nCOPY INTO t FROM @st"
        assert [statement.kind for statement in analyze(sql, "snowflake").statements] == ["COPY", "COPY"]

    def test_columns_by_position(self) -> None:
        """Columns of a file are called by their positions and fill the columns of the list."""
        sql = "COPY INTO t (a, b) FROM (SELECT $1, f.$2::int FROM @st/x (FILE_FORMAT => 'ff') f)"
        assert columns(sql, "snowflake") == [
            "@st/x.$1 -> t.a IDENTITY",
            "@st/x.$2 -> t.b TRANSFORMATION",
        ]

    def test_columns_of_a_table_that_is_known(self) -> None:
        """Without a list they fill the columns of the table in their order."""
        sql = "COPY INTO t FROM (SELECT $2, $1 FROM @st)"
        assert columns(sql, "snowflake", schema={"t": ["a", "b"]}) == [
            "@st.$2 -> t.a IDENTITY",
            "@st.$1 -> t.b IDENTITY",
        ]

    def test_columns_of_a_table_that_is_not_known(self) -> None:
        """A position of the file is no name of a column of the table."""
        assert columns("COPY INTO t FROM (SELECT $1, METADATA$FILENAME FROM @st)", "snowflake") == []

    def test_query_into_a_stage(self) -> None:
        """The file has the columns of the query."""
        sql = "COPY INTO @st FROM (SELECT a, sum(b) AS s FROM t GROUP BY a)"
        assert columns(sql, "snowflake") == ["t.a -> @st.a IDENTITY", "t.b -> @st.s AGGREGATION"]

    def test_stage_in_a_query(self) -> None:
        """A stage may stand wherever a table may."""
        sql = (
            "MERGE INTO t USING (SELECT $1 AS i, $2 AS v FROM @st) s ON t.i = s.i WHEN MATCHED THEN UPDATE SET v = s.v"
        )
        assert columns(sql, "snowflake") == ["@st.$2 -> t.v IDENTITY"]


class TestDatabricksCopy:
    """COPY INTO with a query over files."""

    def test_columns_by_name(self) -> None:
        """Without a list the columns keep their names, even where the table is known."""
        sql = "COPY INTO t FROM (SELECT _c0::bigint AS k, _c1 AS v FROM 's3://b/k') FILEFORMAT = CSV"
        assert columns(sql, "databricks", schema={"t": ["v", "k"]}) == [
            "s3://b/k._c0 -> t.k TRANSFORMATION",
            "s3://b/k._c1 -> t.v IDENTITY",
        ]

    def test_columns_by_list(self) -> None:
        """A list takes them by position."""
        sql = "COPY INTO t (a, b) FROM (SELECT x, y FROM '/mnt/f') FILEFORMAT = JSON"
        assert columns(sql, "databricks") == ["/mnt/f.x -> t.a IDENTITY", "/mnt/f.y -> t.b IDENTITY"]


class TestUnloadAndExport:
    """Tables and queries into files."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("UNLOAD ('SELECT a FROM s WHERE b = ''x''') TO 's3://b/k' IAM_ROLE default", "redshift", "s3://b/k"),
            ("unload ($$select a from s where b = 'x'$$) to 's3://b/k' parallel off", "redshift", "s3://b/k"),
            (r"UNLOAD ('SELECT a FROM s WHERE b = \'x\'') TO 's3://b/k'", "redshift", "s3://b/k"),
            ("UNLOAD (SELECT a FROM s WHERE b = 1) TO 's3://b/k' WITH (format = 'PARQUET')", "athena", "s3://b/k"),
            ("COPY (SELECT a FROM s WHERE b) TO '/d/f.csv' WITH CSV", "postgres", "/d/f.csv"),
            ("COPY (FROM s SELECT a WHERE b) TO 'f.parquet' (FORMAT parquet)", "duckdb", "f.parquet"),
            (
                "EXPORT DATA OPTIONS (format = 'CSV', uri = 'gs://b/*') AS SELECT a FROM s WHERE b",
                "bigquery",
                "gs://b/*",
            ),
            (
                "EXPORT DATA WITH CONNECTION `p.c` OPTIONS (uri = 's3://b/*') AS (SELECT a FROM s WHERE b)",
                "bigquery",
                "s3://b/*",
            ),
            ("EXPORT TO f.del OF DEL MESSAGES m SELECT a FROM s WHERE b = 1", "", "f.del"),
            (
                "EXPORT TO PARQUET (directory = 's3://b/k') OVER (PARTITION BY d) AS SELECT a FROM s WHERE b",
                "",
                "s3://b/k",
            ),
            ("EXPORT INTO CSV 's3://b/k' WITH delimiter = '|' FROM SELECT a FROM s WHERE b", "postgres", "s3://b/k"),
            ("EXPORT (SELECT a FROM s WHERE b) INTO LOCAL CSV FILE '/d/f'", "exasol", "/d/f"),
            ("INSERT OVERWRITE DIRECTORY '/d' USING parquet OPTIONS (x 'y') SELECT a FROM s WHERE b", "spark", "/d"),
            (
                "INSERT OVERWRITE DIRECTORY USING csv OPTIONS ('path' = '/d') SELECT a FROM s WHERE b",
                "spark",
                "/d",
            ),
            (
                (
                    "INSERT OVERWRITE DIRECTORY '/d' ROW FORMAT SERDE 'x' WITH SERDEPROPERTIES ('a' = 'b') "
                    "SELECT a FROM s WHERE b"
                ),
                "hive",
                "/d",
            ),
            ("SELECT a INTO OUTFILE '/d/f' FIELDS TERMINATED BY ',' FROM s WHERE b = 1", "mysql", "/d/f"),
            ("SELECT a FROM s WHERE b = 1 INTO OUTFILE '/d/f' LINES TERMINATED BY ';'", "mysql", "/d/f"),
            (
                "SELECT a FROM s WHERE b INTO OUTFILE 's3://b/k' FORMAT AS CSV PROPERTIES ('x' = 'y')",
                "doris",
                "s3://b/k",
            ),
            ("SELECT a FROM s WHERE b INTO OUTFILE 'f.csv' TRUNCATE FORMAT CSV", "clickhouse", "f.csv"),
            (
                "INSERT INTO FUNCTION s3('https://h/k', 'id', 'key', 'CSV') SELECT a FROM s WHERE b",
                "clickhouse",
                "https://h/k",
            ),
            ("INSERT INTO TABLE FUNCTION file('f', 'CSV') PARTITION BY a SELECT a FROM s WHERE b", "clickhouse", "f"),
            (
                "INSERT INTO FILES('path' = 's3://b/k', 'format' = 'csv') SELECT a FROM s WHERE b",
                "starrocks",
                "s3://b/k",
            ),
            ("CREATE EXTERNAL TABLE '/d/f' USING (DELIM ',') AS SELECT a FROM s WHERE b", "", "/d/f"),
            (
                "INSERT INTO EXTERN(S3(bucket => 'b', prefix => 'k')) AS CSV SELECT a FROM s WHERE b",
                "druid",
                "s3://b/k",
            ),
            ("INSERT INTO EXTERN(local(exportPath => '/d')) AS CSV SELECT a FROM s WHERE b", "druid", "/d"),
        ],
    )
    def test_query(self, sql: str, dialect: str, expected: str) -> None:
        """The file has the columns of the query, and depends on its conditions."""
        assert tables(sql, dialect) == f"s -> {expected}"
        assert columns(sql, dialect) == [f"s.a -> {expected}.a IDENTITY"]
        assert rows(sql, dialect) == [f"s.b -> {expected}.* FILTER"]

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("UNLOAD (x.s) TO 's3://b/k'", "redshift", "x.s -> s3://b/k"),
            ("COPY s TO 'd' (FORMAT parquet, PARTITION_BY (a))", "duckdb", "s -> d"),
            ("COPY (PIVOT s ON a USING sum(b) GROUP BY c) TO 'd' (FORMAT json)", "duckdb", "s -> d"),
            ("COPY (SUMMARIZE s) TO 'd'", "duckdb", "s -> d"),
            ("EXPORT TABLE x.s PARTITION (d = '1') TO '/d' FOR replication('r')", "hive", "x.s -> /d"),
            ("EXPORT TABLE s WHERE k > 1 TO 'hdfs://h/d' PROPERTIES ('a' = 'b')", "doris", "s -> hdfs://h/d"),
            ("EXPORT INTO PARQUET 'gs://b/k' FROM TABLE x.s", "postgres", "x.s -> gs://b/k"),
            ("EXPORT s INTO CSV AT 'ftp://h/' USER 'u' IDENTIFIED BY 'p' FILE 'f'", "exasol", "s -> ftp://h/f"),
            ("EXPORT DATABASE 'd' (FORMAT parquet)", "duckdb", "-> d"),
            ('EXPORT "x"."s" AS PARQUET INTO \'/d\' WITH REPLACE', "hana", "x.s -> /d"),
        ],
    )
    def test_table(self, sql: str, dialect: str, expected: str) -> None:
        """A whole table goes into the files."""
        assert tables(sql, dialect) == expected

    def test_columns_of_a_table(self) -> None:
        """They are those of the list, or those that are known."""
        expected = ["s.a -> /d/f.a IDENTITY"]
        assert columns("COPY s (a) TO '/d/f'", "postgres") == expected
        assert columns("COPY s TO '/d/f'", "postgres", schema={"s": ["a"]}) == expected

    def test_columns_of_a_file(self) -> None:
        """The list of a COPY names columns of the table; what the file calls them is not told."""
        assert columns("COPY t (a, b) FROM '/d/f'", "postgres") == []

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("EXPORT s INTO JDBC AT 'jdbc:x://h' TABLE t", "exasol"),
            ("EXPORT s INTO EXA AT c TABLE t", "exasol"),
            ("INSERT INTO BLACKHOLE() SELECT a FROM s", "starrocks"),
        ],
    )
    def test_into_another_system(self, sql: str, dialect: str) -> None:
        """Its tables are not those of this database; a black hole keeps nothing."""
        assert tables(sql, dialect) == "s ->"

    def test_words_inside_a_string(self) -> None:
        """They say nothing."""
        assert tables("SELECT a FROM t WHERE b = 'x into outfile y'", "mysql") == "t ->"

    def test_query_that_is_not_understood(self) -> None:
        """The file is known nevertheless."""
        lineage = analyze("UNLOAD ('SELECT a ((( FROM s') TO 's3://b/k'", "redshift")
        assert lineage.outputs == (Location("s3://b/k"),)
        assert lineage.problems


class TestLoad:
    """LOAD and IMPORT of files into a table."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            (
                "LOAD DATA LOCAL INFILE '/f' REPLACE INTO TABLE x.t FIELDS TERMINATED BY ',' (a, @b)",
                "mysql",
                "/f -> x.t",
            ),
            ("LOAD XML INFILE '/f.xml' INTO TABLE t", "mysql", "/f.xml -> t"),
            ("LOAD DATA FROM S3 PREFIX 's3-eu://b/k' INTO TABLE t", "mysql", "s3-eu://b/k -> t"),
            ("LOAD DATA S3 's3://b/k' CONFIG '{}' CREDENTIALS '{}' INTO TABLE t", "singlestore", "s3://b/k -> t"),
            ("CREATE PIPELINE p AS LOAD DATA S3 's3://b/k' INTO TABLE t", "singlestore", "s3://b/k -> t"),
            ("LOAD DATA LOCAL INPATH '/d' OVERWRITE INTO TABLE x.t PARTITION (d = '1')", "hive", "/d -> x.t"),
            ('LOAD DATA INPATH "s3://b/k" INTO TABLE t', "spark", "s3://b/k -> t"),
            ("IMPORT EXTERNAL TABLE t PARTITION (d = '1') FROM '/d' LOCATION '/e'", "hive", "/d -> t"),
            ("IMPORT FROM 'hdfs://h/d'", "hive", "hdfs://h/d ->"),
            (
                "LOAD DATA INTO ds.t FROM FILES (format = 'CSV', uris = ['gs://b/1', 'gs://b/2'])",
                "bigquery",
                "gs://b/1, gs://b/2 -> ds.t",
            ),
            (
                "LOAD DATA OVERWRITE my-p.ds.t (a INT64) FROM FILES (uris = ['gs://b/1'])",
                "bigquery",
                "gs://b/1 -> my-p.ds.t",
            ),
            (
                (
                    "LOAD LABEL x.l (DATA INFILE('hdfs://h/1', 'hdfs://h/2') INTO TABLE t SET (a = b), "
                    "DATA INFILE('s3://b/k') INTO TABLE u) WITH BROKER b ('password' = 'p')"
                ),
                "doris",
                "hdfs://h/1, hdfs://h/2, s3://b/k -> x.t, x.u",
            ),
            ("LOAD FROM /d/f.del, g.del OF DEL MODIFIED BY COLDEL| INSERT INTO x.t (a)", "", "/d/f.del, g.del -> x.t"),
            ("IMPORT FROM f.ixf OF IXF INSERT INTO t", "", "f.ixf -> t"),
            ("LOAD FROM c OF CURSOR REPLACE INTO t", "", "-> t"),
            (
                "IMPORT INTO t (a) CSV DATA ('s3://b/1', 's3://b/2') WITH skip = '1'",
                "postgres",
                "s3://b/1, s3://b/2 -> t",
            ),
            ("IMPORT INTO t FROM LOCAL CSV FILE '/f' (1..3) SKIP = 1", "exasol", "/f -> t"),
            (
                "IMPORT INTO t FROM CSV AT 'https://h' USER 'u' IDENTIFIED BY 'p' FILE 'f' FILE 'g'",
                "exasol",
                "https://h/f, https://h/g -> t",
            ),
            ("IMPORT INTO t FROM JDBC AT c USER 'u' IDENTIFIED BY 'p' STATEMENT 'select 1'", "exasol", "-> t"),
            ("IMPORT DATABASE 'd'", "duckdb", "d ->"),
            ('IMPORT "x"."t" AS BINARY FROM \'/d\' WITH REPLACE', "hana", "/d -> x.t"),
            ("LOAD CLIENT FROM '/f' OF DEL METHOD P (1, 2) REPLACE INTO x.t (a, b) COPY NO", "db2", "/f -> x.t"),
            ("CALL SYSPROC.ADMIN_CMD('LOAD FROM /f OF DEL INSERT INTO x.t NONRECOVERABLE')", "db2", "/f -> x.t"),
            ("INGEST FROM FILE f, g FORMAT DELIMITED ($a INT) INSERT INTO t (a) VALUES ($a)", "db2", "f, g -> t"),
            ("LOAD DATA LINK k 'b/f' INTO TABLE t", "singlestore", "b/f -> t"),
            ("CREATE PIPELINE p AS LOAD DATA KAFKA 'h/topic' INTO TABLE t FORMAT JSON (a <- b)", "singlestore", "-> t"),
            ("CREATE PIPELINE p AS LOAD DATA S3 'b/f' INTO PROCEDURE q", "singlestore", "b/f ->"),
            ("LOAD LABEL x.l (MERGE DATA INFILE('s3://b/k') INTO TABLE t DELETE ON a > 1)", "doris", "s3://b/k -> x.t"),
            (
                "CREATE STREAMING JOB j ON STREAMING DO INSERT INTO t SELECT * FROM S3('uri' = 's3://b/k')",
                "doris",
                "s3://b/k -> t",
            ),
            ("INSERT INTO t (a) FROM INFILE 'f.csv' COMPRESSION 'gzip' FORMAT CSV", "clickhouse", "f.csv -> t"),
        ],
    )
    def test_forms(self, sql: str, dialect: str, expected: str) -> None:
        """The files are inputs, the table is the output."""
        assert tables(sql, dialect) == expected

    def test_temporary_table(self) -> None:
        """BigQuery loads files into one, too."""
        sql = "LOAD DATA INTO TEMP TABLE s FROM FILES (uris = ['gs://b/1']); INSERT INTO ds.t SELECT a FROM s"
        assert tables(sql, "bigquery") == "gs://b/1 -> ds.t"

    def test_query_of_a_load(self) -> None:
        """DB2 loads the result of a query, column by column."""
        sql = "LOAD FROM (SELECT x, y FROM s) OF CURSOR INSERT INTO t (a, b)"
        assert columns(sql) == ["s.x -> t.a IDENTITY", "s.y -> t.b IDENTITY"]


class TestExternalTables:
    """Tables whose data is in files that the definition names."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            (
                (
                    "CREATE EXTERNAL TABLE IF NOT EXISTS x.t (a INT COMMENT 'location') PARTITIONED BY (path STRING) "
                    "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '/d' TBLPROPERTIES ('a' = 'b')"
                ),
                "hive",
                "/d -> x.t",
            ),
            ("CREATE EXTERNAL TABLE t LIKE PARQUET '/d/f' STORED AS PARQUET LOCATION '/d'", "hive", "/d -> t"),
            ("CREATE EXTERNAL TABLE t (a int) USING csv OPTIONS (header 'true', path '/d')", "spark", "/d -> t"),
            ("CREATE TABLE t (a int) USING parquet LOCATION 's3://b/k'", "spark", "s3://b/k -> t"),
            (
                "CREATE EXTERNAL TABLE `t` (`a` int) ROW FORMAT SERDE 'x' LOCATION 's3://b/k/'",
                "athena",
                "s3://b/k/ -> t",
            ),
            (
                "CREATE TABLE x.t (a int) WITH (external_location = 's3://b/k', format = 'ORC')",
                "trino",
                "s3://b/k -> x.t",
            ),
            (
                "CREATE EXTERNAL TABLE x.t (a int) STORED AS PARQUET LOCATION 's3://b/k' TABLE PROPERTIES ('a' = 'b')",
                "redshift",
                "s3://b/k -> x.t",
            ),
            (
                "CREATE OR REPLACE EXTERNAL TABLE t (a int AS (value:a::int)) LOCATION = @st/x FILE_FORMAT = (TYPE=X)",
                "snowflake",
                "@st/x -> t",
            ),
            (
                "CREATE EXTERNAL TABLE ds.t WITH PARTITION COLUMNS (d DATE) OPTIONS (uris = ['gs://b/1', 'gs://b/2'])",
                "bigquery",
                "gs://b/1, gs://b/2 -> ds.t",
            ),
            (
                "CREATE EXTERNAL TABLE x.t (a int) WITH (LOCATION = '/d/', DATA_SOURCE = ds, FILE_FORMAT = ff)",
                "tsql",
                "/d/ -> x.t",
            ),
            (
                "CREATE EXTERNAL TABLE t (a int) LOCATION ('gpfdist://h/1', 'gpfdist://h/2') FORMAT 'CSV'",
                "",
                "gpfdist://h/1, gpfdist://h/2 -> t",
            ),
            ("CREATE EXTERNAL TABLE t (a int) AS COPY FROM 's3://b/*.orc' ORC", "", "s3://b/*.orc -> t"),
            (
                "CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (filename '/d/f', format 'csv')",
                "postgres",
                "/d/f -> t",
            ),
            ("CREATE FOREIGN TABLE t USING (LOCATION ('/s3/b/k'))", "teradata", "/s3/b/k -> t"),
            (
                "CREATE TABLE t (a NUMBER) ORGANIZATION EXTERNAL (DEFAULT DIRECTORY d LOCATION (d:'f', 'g'))",
                "oracle",
                "f, g -> t",
            ),
            ("CREATE TABLE t (a Int) ENGINE = S3('https://h/k', 'id', 'key', 'CSV')", "clickhouse", "https://h/k -> t"),
        ],
    )
    def test_location_is_an_input(self, sql: str, dialect: str, expected: str) -> None:
        """What the table shows comes from there."""
        assert tables(sql, dialect) == expected

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TABLE t WITH (external_location = 's3://b/k', format = 'ORC') AS SELECT a FROM s", "athena"),
            ("CREATE TABLE t WITH (location = 's3://b/k') AS SELECT a FROM s", "trino"),
            ("CREATE TABLE t USING delta LOCATION 's3://b/k' AS SELECT a FROM s", "databricks"),
            ("CREATE TABLE t USING org.apache.spark.sql.parquet LOCATION 's3://b/k' AS SELECT a FROM s", "spark"),
            ("CREATE TABLE t STORED AS ORC LOCATION 's3://b/k' AS SELECT a FROM s", "hive"),
            ("CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION 's3://b/k' AS SELECT a FROM s", "redshift"),
            ("CREATE EXTERNAL TABLE t WITH (LOCATION = 's3://b/k', DATA_SOURCE = d) AS SELECT a FROM s", "tsql"),
        ],
    )
    def test_location_of_a_query(self, sql: str, dialect: str) -> None:
        """The query fills the files: they are an output beside the table, which has the columns."""
        assert tables(sql, dialect) == "s -> t, s3://b/k"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    def test_writable(self) -> None:
        """Greenplum writes to the files of such a table, and never reads them."""
        sql = "CREATE WRITABLE EXTERNAL TABLE t (a int) LOCATION ('gpfdist://h/d') FORMAT 'TEXT'"
        assert tables(sql) == "-> t, gpfdist://h/d"

    def test_new_iceberg_table(self) -> None:
        """It is empty, wherever its files will be."""
        sql = "CREATE TABLE t (a int) LOCATION 's3://b/k' TBLPROPERTIES ('table_type' = 'ICEBERG')"
        assert tables(sql, "athena") == "-> t"

    def test_columns_are_known_afterwards(self) -> None:
        """A star over the table means the columns of its definition."""
        sql = [
            "CREATE EXTERNAL TABLE s (a int, m MAP<STRING, INT>) PARTITIONED BY (d date) LOCATION '/d'",
            "INSERT INTO t SELECT * FROM s",
        ]
        assert columns(sql, "hive") == ["s.a -> t.a IDENTITY", "s.m -> t.m IDENTITY", "s.d -> t.d IDENTITY"]

    @pytest.mark.skipif(not hasattr(exp, "OptionsProperty"), reason="the oldest parsers do not know these options")
    def test_temporary_view_over_files(self) -> None:
        """Whoever reads it reads the files."""
        sql = "CREATE TEMPORARY VIEW v USING csv OPTIONS (path 's3://b/k'); INSERT INTO t SELECT a FROM v"
        assert tables(sql, "databricks") == "s3://b/k -> t"
        assert columns(sql, "databricks") == ["s3://b/k.a -> t.a IDENTITY"]

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE EXTERNAL DATA SOURCE d WITH (LOCATION = 'wasbs://c@a.blob.core.windows.net', CREDENTIAL = c)",
            "CREATE EXTERNAL FILE FORMAT f WITH (FORMAT_TYPE = PARQUET)",
            "CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'i', SECRET = 's'",
        ],
    )
    def test_what_holds_no_data(self, sql: str) -> None:
        """It only leads to data."""
        assert tables(sql, "tsql") == "->"

    def test_conversion_in_place(self) -> None:
        """The files become a table where they are."""
        assert tables("CONVERT TO DELTA parquet.`s3://b/k` PARTITIONED BY (d DATE)", "databricks") == "-> s3://b/k"


class TestFilesInQueries:
    """Files in the place of a table."""

    @pytest.mark.parametrize(
        ("source", "dialect", "expected"),
        [
            ("'d/f.parquet'", "duckdb", "d/f.parquet"),
            ('"f.csv"', "duckdb", "f.csv"),
            ("read_parquet('d/*.parquet', union_by_name = true)", "duckdb", "d/*.parquet"),
            ("read_csv('f.csv', columns = {'a': 'INT'})", "duckdb", "f.csv"),
            ("read_json_auto('f.json')", "duckdb", "f.json"),
            ("parquet_scan('f')", "duckdb", "f"),
            ("delta_scan('s3://b/k')", "duckdb", "s3://b/k"),
            ("delta.`/mnt/x`", "databricks", "/mnt/x"),
            ("json.`dbfs:/x`", "spark", "dbfs:/x"),
            ("'s3://b/k'", "databricks", "s3://b/k"),
            ("read_files('/mnt/x', format => 'csv')", "databricks", "/mnt/x"),
            ("STREAM read_files('/mnt/x')", "databricks", "/mnt/x"),
            ("STREAM(cloud_files('/mnt/x', 'json'))", "databricks", "/mnt/x"),
            ("s3('https://h/k', 'id', 'key', 'CSV')", "clickhouse", "https://h/k"),
            ("s3(named, url = 'https://h/k', secret_access_key = 'key')", "clickhouse", "https://h/k"),
            ("s3Cluster('cluster', 'https://h/k')", "clickhouse", "https://h/k"),
            ("url('https://h/k', CSV, 'a Int')", "clickhouse", "https://h/k"),
            ("file('f.csv')", "clickhouse", "f.csv"),
            ("FILES('path' = 's3://b/k', 'format' = 'csv')", "starrocks", "s3://b/k"),
            ("S3('uri' = 's3://b/k', 's3.secret_key' = 'key')", "doris", "s3://b/k"),
            ("OPENROWSET(BULK 'https://h/*.parquet', FORMAT = 'PARQUET') AS r", "tsql", "https://h/*.parquet"),
            (
                "OPENROWSET(\n BULK N'/d/', FORMAT = 'CSV') WITH (a int 1, b varchar(9) COLLATE X '$.b') AS r",
                "tsql",
                "/d/",
            ),
            ("dfs.`/d/x.json`", "drill", "/d/x.json"),
            ("table(dfs.`/d/x.csv`(type => 'text', fieldDelimiter => ','))", "drill", "/d/x.csv"),
            ("TABLE(EXTERN('{\"uris\":[\"https://u:p@h/f\"]}', '{}')) EXTEND (a INT)", "druid", "https://h/f"),
            ('TABLE(EXTERN(inputSource => \'{"type":"local","baseDir":"/d"}\'))', "druid", "/d"),
            ("TABLE(S3(uris => ARRAY['s3://b/k'], format => 'csv')) EXTEND (a INT)", "druid", "s3://b/k"),
        ],
    )
    def test_forms(self, source: str, dialect: str, expected: str) -> None:
        """The file is the input, and its columns are the sources."""
        sql = f"INSERT INTO t SELECT a FROM {source}"
        assert tables(sql, dialect) == f"{expected} -> t"
        assert columns(sql, dialect) == [f"{expected}.a -> t.a IDENTITY"]

    @pytest.mark.parametrize(
        ("source", "dialect"),
        [
            ("postgres_scan('host=h', 'public', 's')", "duckdb"),
            ("mysql('h:3306', 'd', 's', 'u', 'p')", "clickhouse"),
            ("glob('*')", "duckdb"),
            ('TABLE(EXTERN(\'{"type":"inline","data":"a,b"}\', \'{}\'))', "druid"),
        ],
    )
    def test_tables_of_other_systems(self, source: str, dialect: str) -> None:
        """They are neither files nor tables of this database."""
        assert tables(f"SELECT a FROM {source}", dialect) == "->"

    def test_several_files(self) -> None:
        """All of them are read; from which of them a column comes is not told."""
        sql = "INSERT INTO t SELECT a FROM read_parquet(['f', 'g'])"
        assert tables(sql, "duckdb") == "f, g -> t"
        assert columns(sql, "duckdb") == ["?.a -> t.a IDENTITY"]

    def test_path_that_only_the_run_knows(self) -> None:
        """It is a problem, not a missing file."""
        assert analyze("SELECT a FROM read_parquet(?)", "duckdb").problems

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO delta.`/mnt/x` SELECT a FROM s", "databricks"),
            ("CREATE TABLE delta.`/mnt/x` AS SELECT a FROM s", "databricks"),
        ],
    )
    def test_folder_as_target(self, sql: str, dialect: str) -> None:
        """A Delta table may be named by its folder."""
        assert columns(sql, dialect) == ["s.a -> /mnt/x.a IDENTITY"]

    @pytest.mark.parametrize("name", ["file", "url", "files", "path"])
    def test_a_table_called_so(self, name: str) -> None:
        """Only a function reads a file."""
        assert tables(f"SELECT a FROM {name}", "clickhouse") == f"{name} ->"


# Statements that hold credentials ({}), and their dialects.
WITH_CREDENTIALS = [
    ("COPY t FROM 's3://b/k' ACCESS_KEY_ID '{}' SECRET_ACCESS_KEY '{}' SESSION_TOKEN '{}'", "redshift"),
    ("COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id={};aws_secret_access_key={}'", "redshift"),
    ("COPY t FROM 's3://b/k' WITH CREDENTIALS AS '{}' IAM_ROLE '{}'", "redshift"),
    ("COPY t FROM 'https://u:{}@h/k?sig={}'", "redshift"),
    ("COPY t FROM 'https://{}@h/k#{}'", "redshift"),
    ("COPY t FROM 'ftp://u:a/{}@h/k'", "redshift"),
    ("COPY t FROM 'ftp://u:a@{}@h/k'", "redshift"),
    ("UNLOAD ('SELECT a FROM s') TO 's3://b/k?X-Amz-Signature={}' CREDENTIALS '{}'", "redshift"),
    ("COPY INTO t FROM 's3://b/k' CREDENTIALS = (AWS_KEY_ID = '{}' AWS_SECRET_KEY = '{}')", "snowflake"),
    ("COPY INTO 'azure://a.net/c' FROM t CREDENTIALS = (AZURE_SAS_TOKEN = '?sv={}')", "snowflake"),
    ("COPY INTO t FROM @st ENCRYPTION = (TYPE = 'X' MASTER_KEY = '{}')", "snowflake"),
    ("CREATE STAGE st URL = 's3://b' CREDENTIALS = (AWS_SECRET_KEY = '{}')", "snowflake"),
    ("COPY INTO t FROM 's3://b' WITH (CREDENTIAL (AWS_SECRET_KEY = '{}'))", "databricks"),
    ("COPY INTO t FROM 'abfss://c:{}@a.net/p?sig={}'", "databricks"),
    ("COPY INTO t FROM 'https://a/c?sv=1&sig={}' WITH (CREDENTIAL = (SECRET = '{}'))", "tsql"),
    ("BULK INSERT t FROM 'd/f.csv?sig={}='", "tsql"),
    ("SELECT a FROM OPENROWSET(BULK 'https://a/c?sig={}', FORMAT = 'CSV') AS r", "tsql"),
    ("SELECT a FROM OPENROWSET('SQLNCLI', 'Server=h;PWD={}', 'SELECT 1 AS a') AS r", "tsql"),
    ("CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = '{}', SECRET = '{}'", "tsql"),
    ("CREATE EXTERNAL TABLE t (a int) LOCATION ('s3://h/b config={}', 'gpfdist://u:{}@h/d')", ""),
    ("CREATE EXTERNAL TABLE t (a int) LOCATION '/d' OPTIONS (password '{}')", "spark"),
    (
        """LOAD DATA S3 's3://b/k' CONFIG '{"token": "{}"}' CREDENTIALS '{"aws_session_token": "{}"}' INTO TABLE t""",
        "singlestore",
    ),
    ("LOAD LABEL l (DATA INFILE('s3://b/k') INTO TABLE t) WITH BROKER b ('password' = '{}')", "doris"),
    ("EXPORT TABLE s TO 's3://b/k' PROPERTIES ('s3.secret_key' = '{}')", "doris"),
    ("IMPORT INTO t CSV DATA ('s3://b/k?AWS_SECRET_ACCESS_KEY={}')", "postgres"),
    ("COPY t FROM PROGRAM 'curl -u u:{} http://h'", "postgres"),
    ("IMPORT INTO t FROM CSV AT 'ftp://u:{}@h' USER 'u' IDENTIFIED BY '{}' FILE 'f'", "exasol"),
    (
        "IMPORT INTO t FROM JDBC AT 'jdbc:x://h?password={}' USER 'u' IDENTIFIED BY '{}' STATEMENT '{}'",
        "exasol",
    ),
    ("EXPORT s INTO JDBC DRIVER = 'd' AT 'jdbc:x:u/{}@h' USER 'u' IDENTIFIED BY '{}' TABLE t", "exasol"),
    ("INSERT INTO FUNCTION s3('https://h/k', '{}', '{}') SELECT a FROM s", "clickhouse"),
    ("SELECT a FROM s3('https://h/k', '{}', '{}', 'CSV')", "clickhouse"),
    ('SELECT a FROM s3("https://h/k", "{}", "{}")', "clickhouse"),
    ("SELECT a FROM azureBlobStorage('AccountName=a;AccountKey={}', 'c', 'f')", "clickhouse"),
    ("SELECT a FROM mysql('h:3306', 'd', 's', 'u', '{}')", "clickhouse"),
    ("CREATE TABLE t (a Int) ENGINE = S3('https://h/k', '{}', '{}')", "clickhouse"),
    ("SELECT a FROM 's3://b/k?s3_secret_access_key={}'", "duckdb"),
    ("SELECT a FROM read_csv('https://u:{}@h/f?token={}')", "duckdb"),
    ("SELECT a FROM postgres_scan('host=h password={}', 'public', 's')", "duckdb"),
    ("INSERT INTO t SELECT a FROM FILES('path' = 's3://b/k', 'aws.s3.secret_key' = '{}')", "starrocks"),
    ("SELECT a FROM EXTERNAL_QUERY('c', 'SELECT 1 AS {}')", "bigquery"),
]


class TestCredentials:
    """What gives access never leaves, whatever the statement and however broken."""

    SECRET = "Zq7canaryZq7"  # noqa: S105 - stands for one

    @pytest.mark.parametrize(("sql", "dialect"), WITH_CREDENTIALS)
    def test_none_leaves(self, sql: str, dialect: str) -> None:
        """Neither in a name, nor in a column, nor in a problem; a statement cut anywhere tells no more."""
        text = sql.replace("{}", self.SECRET)
        for end in (len(text), *range(1, len(text), 7)):
            assert self.SECRET not in repr(analyze(text[:end], dialect))

    @pytest.mark.parametrize(("sql", "dialect"), [case for case in WITH_CREDENTIALS if 's3("' not in case[0]])
    def test_none_leaves_when_words_are_missing(self, sql: str, dialect: str) -> None:
        """What then stands in the place of a path or a table is none; a name in quotes is a name."""
        text = sql.replace("{}", self.SECRET)
        tokens = tokenize(text, dialect_of(dialect))
        for first, last in [*zip(tokens, tokens, strict=True), *itertools.pairwise(tokens)]:
            assert self.SECRET not in repr(analyze(text[: first.start] + text[last.end :], dialect))

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("s3://user:key@b/k", "s3://b/k"),
            ("https://h:8080/a@b/f.csv", "https://h:8080/a@b/f.csv"),
            ("https://h/f.csv?token", "https://h/f.csv"),
            ("abfss://container@account.dfs.core.windows.net/d", "abfss://container@account.dfs.core.windows.net/d"),
            ("wasbs://container:key@account.net/d", "wasbs://account.net/d"),
            ("s3://b/part-?.csv", "s3://b/part-?.csv"),
            ("s3://b/part-?.csv?key=x", "s3://b/part-?.csv"),
            ("/d/part-?.csv", "/d/part-?.csv"),
            ("/d/a b=c/f", "/d/a b=c/f"),
            ("s3://b/d=1/f", "s3://b/d=1/f"),
        ],
    )
    def test_what_stays(self, written: str, told: str) -> None:
        """A container is no user, and a wildcard no query."""
        assert analyze(f"COPY t FROM '{written}'", "postgres").inputs == (Location(told),)


class TestFilesInFrom:
    """Files among the tables that a query reads, with options around their names."""

    @pytest.mark.parametrize(
        ("source", "dialect", "file"),
        [
            ("(LOCATION='/s3/b.s3.amazonaws.com/k/') AS d", "teradata", "/s3/b.s3.amazonaws.com/k/"),
            ("READ_NOS (USING LOCATION('/s3/b/k/') ACCESS_ID('x')) AS d", "teradata", "/s3/b/k/"),
            ("READ_NOS (ON (SELECT 1 AS x) USING LOCATION ('/s3/b/k/')) AS d", "teradata", "/s3/b/k/"),
            (
                (
                    "EXTERNAL ((a NUMBER, b DATE) TYPE oracle_loader DEFAULT DIRECTORY d"
                    " ACCESS PARAMETERS (FIELDS TERMINATED BY ',') LOCATION ('f.csv') REJECT LIMIT 1) d"
                ),
                "oracle",
                "f.csv",
            ),
            ("azureBlobStorage('https://x.net/', 'c', 'd/f.csv', 'n', 'k')", "clickhouse", "https://x.net/c/d/f.csv"),
            (
                "azureBlobStorage('AccountName=n;AccountKey=k;EndpointSuffix=x.net', 'c', 'f.csv')",
                "clickhouse",
                "https://n.blob.x.net/c/f.csv",
            ),
            ("icebergAzure('BlobEndpoint=https://h:1/n;AccountKey=k', 'c', 't/')", "clickhouse", "https://h:1/n/c/t/"),
            ("icebergS3('https://b.s3.amazonaws.com/t/', 'k', 's')", "clickhouse", "https://b.s3.amazonaws.com/t/"),
        ],
    )
    def test_location(self, source: str, dialect: str, file: str) -> None:
        """What is read is the file."""
        assert columns(f"SELECT a FROM {source}", dialect) == [f"{file}.a -> a IDENTITY"]

    def test_a_column_called_location(self) -> None:
        """In a subquery it is compared with a text, which is no file."""
        assert tables("SELECT a FROM (SELECT a FROM s WHERE location = 'x') AS d", "teradata") == "s ->"

    @pytest.mark.parametrize(
        ("store", "file"),
        [("S3 'b/k'", "b/k"), ("GCS 'b/k'", "b/k"), ("AZURE 'c/k'", "c/k"), ("FS '/d/k'", "/d/k"), ("KAFKA 'h/q'", "")],
    )
    def test_stores_of_singlestore(self, store: str, file: str) -> None:
        """SELECT ... INTO a store writes files; a queue is no location."""
        sql = f'SELECT a FROM s INTO {store} CREDENTIALS \'{{"aws_access_key_id": "x"}}\''
        assert tables(sql, "singlestore") == f"s -> {file}".strip()
