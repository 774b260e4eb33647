"""Spellings that the parser's grammars refuse or misread, and that mean the same as what they read right."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze
from lineage_kit.sql.dialects import dialect_of
from lineage_kit.sql.grammar.misreadings import corrected
from lineage_kit.sql.grammar.refusals import simplified
from lineage_kit.sql.text.lexer import tokenize
from lineage_kit.sql.text.token_patterns import Pattern


class TestTokenPatterns:
    """A pattern of tokens finds a stretch of a text."""

    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            ("OPTION ()", "option (a, (b))", "option (a, (b))"),
            ("A|B", "b c", "b"),
            ("A [ B ] C", "a c", "a c"),
            ("A [ , name ]*", "a, x.y, z from", "a, x.y, z"),
            ("A < B", "a b", "b"),
            ("A > B", "a b", "a"),
            ("name < SAMPLE ()", "from sample (1)", None),
            ("F ( rest )", "f (a, (b), c) d", "f (a, (b), c)"),
            ("beginning A", "b a", None),
            ("A end", "a)", "a"),
            ("A expression", "a 1 + f(x, y) * 2 from", "a 1 + f(x, y) * 2"),
            ("A expression", "a INTERVAL '1' HOUR b", "a INTERVAL '1' HOUR"),
            ("\\| \\> DROP", "|> drop", "|> drop"),
        ],
    )
    def test_what_a_pattern_finds(self, pattern: str, text: str, found: str | None) -> None:
        """Words in any case, classes of tokens, parts that may be missing or stay."""
        tokens = tokenize(text, dialect_of("oracle"))
        match = Pattern(pattern).match(tokens, 0)
        assert (match and text[tokens[match.start].start : tokens[match.end - 1].end]) == found

    def test_what_a_pattern_captures(self) -> None:
        """Braces capture, one after the other."""
        tokens = tokenize("f(a.b, 'x')", dialect_of("postgres"))
        match = Pattern("F ( { name } , { string } )").match(tokens, 0)
        assert match is not None
        assert [[token.text for token in tokens[start:end]] for start, end in match.captured] == [
            ["a", ".", "b"],
            ["'x'"],
        ]


class TestRewrites:
    """What is rewritten, and what never is."""

    @pytest.mark.parametrize("rewrite", [corrected, simplified])
    def test_strings_comments_and_quoted_names_stay(self, rewrite: type[str]) -> None:
        """Only tokens count."""
        sql = "SELECT 'OPTION (RECOMPILE)', [TOP (1)] /* DELETE TOP (1) */ FROM t -- NEXT VALUE FOR s"
        assert rewrite(sql, dialect_of("tsql")) == sql

    def test_lines_stay(self) -> None:
        """A problem behind a rewritten part still names its own line."""
        lineage = analyze("SELECT\nNEXT VALUE\nFOR ids,\n) FROM t", "tsql")
        assert [problem.reason for problem in lineage.problems] == ["unexpected syntax in line 4"]

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("oracle", "SELECT log.a AS a FROM t log"),
            ("postgres", "WITH data AS (SELECT a FROM t) SELECT a FROM data"),
            ("snowflake", "SELECT a FROM t sample WHERE sample.a > 1"),
            ("bigquery", "SELECT t.a FROM t WHERE f(t.model, t.table_name) > 1"),
            ("mysql", "SELECT t.a FROM t ORDER BY t.a DESC"),
            ("tsql", "SELECT t.a FROM t WHERE t.output = 1"),
        ],
    )
    def test_names_that_look_like_a_clause_are_names(self, dialect: str, sql: str) -> None:
        """The grammar reads them, so nothing is rewritten."""
        assert tables(sql, dialect) == "t ->"
        assert columns(sql, dialect) == ["t.a -> a IDENTITY"]


class TestQueries:
    """Clauses of queries that matter to rows, or to nothing, and not to columns."""

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("tsql", "SELECT TOP (10) PERCENT WITH TIES a FROM t WITH (NOLOCK) OPTION (RECOMPILE)"),
            ("tsql", "SELECT a FROM t WHERE b !< 3 AND b !> 9"),
            ("tsql", "SELECT a FROM t WHERE b = JSON_ARRAY('x', 'y' ABSENT ON NULL)"),
            ("hana", "SELECT TOP 5 a FROM t WITH HINT (NO_CS_JOIN, IGNORE_PLAN_CACHE)"),
            ("hana", "SELECT a FROM t('PLACEHOLDER' = ('$$P$$', '2020'))"),
            ("hana", "SELECT a FROM t (PLACEHOLDER.\"$$P$$\" => 'x')"),
            ("dremio", "SELECT a FROM t AT SNAPSHOT '1' WHERE b > 1"),
            ("doris", "SELECT a FROM t@branch(b1)"),
            ("clickhouse", "SELECT t.a FROM t GLOBAL ALL INNER JOIN (SELECT 1 AS k) q USING (k)"),
            ("db2", "SELECT a FROM t WHERE b > CURRENT TIMESTAMP - 1 HOUR"),
            ("teradata", "LOCKING t FOR ACCESS SELECT a FROM t SAMPLE WHEN b = 1 THEN 10 ELSE 20 END"),
            ("teradata", "USING (x INTEGER) SELECT a FROM t WHERE END(b) > :x"),
            ("tsql", "SELECT a FROM t FOR JSON PATH, ROOT('r')"),
            ("tsql", "SELECT a FROM t FOR SYSTEM_TIME BETWEEN @x AND @y"),
            ("oracle", "SELECT a FROM t VERSIONS BETWEEN SCN MINVALUE AND MAXVALUE WHERE b = 1"),
            ("oracle", "SELECT a FROM t VERSIONS BETWEEN TIMESTAMP SYSDATE - INTERVAL '1' HOUR AND SYSDATE"),
            ("oracle", "SELECT a FROM t PARTITION FOR (DATE '2020-01-01')"),
            ("oracle", "SELECT a FROM ONLY (t)"),
            ("oracle", "SELECT a FROM CONTAINERS(t)"),
            ("oracle", "SELECT a FROM t WHERE XMLEXISTS('/x' PASSING BY VALUE doc)"),
            ("snowflake", "SELECT x.a FROM t TABLESAMPLE BERNOULLI (20.3) x"),
            ("snowflake", "SELECT a FROM t WHERE b = &threshold"),
            ("redshift", "SELECT a FROM t MINUS SELECT 1"),
            ("postgres", "SELECT a FROM ONLY (t) ORDER BY b USING <"),
            ("postgres", "SELECT a FROM t WHERE b AT LOCAL > now() AND c IS NFC NORMALIZED"),
            ("postgres", "SELECT a FROM t WHERE substring(b SIMILAR 'x#\"y#\"' ESCAPE '#') = 'y'"),
            ("postgres", "SELECT a FROM t WHERE JSON_EXISTS(b, '$.x ? (@ > $y)' PASSING 1 AS y TRUE ON ERROR)"),
            ("bigquery", "SELECT WITH DIFFERENTIAL_PRIVACY OPTIONS (epsilon = 1) a FROM t"),
            ("spark", "SELECT a FROM t FOR SYSTEM_VERSION AS OF 3"),
            ("databricks", "SELECT a FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS"),
            ("databricks", "SELECT a FROM t GROUP BY window(ts, '10 minutes'), a"),
            ("hive", "SELECT a FROM t TABLESAMPLE (100M) s"),
            ("mysql", "SELECT SQL_NO_CACHE HIGH_PRIORITY DISTINCT a FROM t GROUP BY a DESC"),
            ("mysql", "SELECT a INTO @x FROM t"),
            ("mysql", "SELECT a FROM t LIMIT 5 ROWS EXAMINED 100"),
            ("mysql", "SELECT a FROM t LIMIT ROWS EXAMINED 100"),
            ("impala", "SELECT STRAIGHT_JOIN a FROM t"),
            ("impala", "SELECT DISTINCT straight_join t.a FROM t"),
            ("mysql", "SELECT a FROM { OJ t LEFT OUTER JOIN t u ON t.id = u.id }".replace("SELECT a", "SELECT t.a")),
        ],
    )
    def test_clauses_that_grammars_refuse(self, dialect: str, sql: str) -> None:
        """The column comes from the table all the same."""
        assert tables(sql, dialect) == "t ->"
        assert columns(sql, dialect) == ["t.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("tsql", "SELECT c.a FROM CHANGETABLE(CHANGES t, @version) AS c"),
            ("snowflake", "SELECT a FROM TABLE('t')"),
            ("snowflake", "SELECT a FROM SEMANTIC_VIEW(t DIMENSIONS x.a METRICS x.total)"),
            ("databricks", "SELECT a FROM table_changes('t', 0, 10)"),
        ],
    )
    def test_functions_that_are_the_table_inside(self, dialect: str, sql: str) -> None:
        """They give the rows of that table, under its columns."""
        assert tables(sql, dialect) == "t ->"
        assert columns(sql, dialect) == ["t.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("bigquery", "SELECT * FROM ML.PREDICT(MODEL d.m, TABLE t)"),
            ("bigquery", "SELECT * FROM ML.EVALUATE(MODEL `d.m`, (SELECT * FROM t), STRUCT(0.5 AS threshold))"),
            ("bigquery", "SELECT * FROM GAP_FILL(TABLE t, ts_column => 'x', bucket_width => INTERVAL 1 MINUTE)"),
            ("bigquery", "SELECT * FROM APPENDS(TABLE t, NULL, NULL)"),
            ("bigquery", "SELECT * FROM d.my_function(TABLE t)"),
            ("trino", "SELECT * FROM TABLE(f(input => TABLE(t) PARTITION BY a ORDER BY b, n => 1))"),
            ("trino", "SELECT * FROM TABLE(f(TABLE(SELECT a FROM t) AS x PRUNE WHEN EMPTY))"),
            ("databricks", "SELECT * FROM f(TABLE(t) PARTITION BY a)"),
            ("hive", "SELECT * FROM noop(ON t PARTITION BY a ORDER BY b)"),
        ],
    )
    def test_tables_as_arguments_of_functions(self, dialect: str, sql: str) -> None:
        """They are read; a model is no table."""
        assert tables(sql, dialect) == "t ->"

    @pytest.mark.parametrize(
        "item",
        [
            "s.a (DECIMAL(18,2))",
            "s.a (INTEGER, FORMAT '9')",
            "s.a (FORMAT 'YYYY-MM-DD') (CHAR(10))",
            "s.a (DATE)",
            "a (DATE, FORMAT 'YYYY')",
            "a (TITLE 'The a')",
            "(a + 1) (VARCHAR(10))",
            "CASE WHEN TRUE THEN a END (char(3))",
            "1 * s.a (decimal(18,2)) + 1",
        ],
    )
    def test_phrases_of_teradata_behind_a_value(self, item: str) -> None:
        """They convert it, or tell how it is shown."""
        (entry,) = columns(f"INSERT INTO t (x) SELECT {item} FROM s", "teradata")
        assert entry.startswith("s.a -> t.x ")

    def test_registers_of_db2(self) -> None:
        """Their first word is no column."""
        sql = "SELECT CURRENT DATE AS d, CURRENT USER, a, CURRENT TIMESTAMP - 2 HOURS AS x FROM s"
        assert columns(sql, "db2") == ["s.a -> a IDENTITY"]

    def test_windows_of_teradata_that_begin_anew(self) -> None:
        """Where they do is no matter of values."""
        over = "PARTITION BY c ORDER BY d RESET WHEN b > sum(b) OVER (ORDER BY e) ROWS UNBOUNDED PRECEDING"
        told = columns(f"SELECT sum(b) OVER ({over}) AS x FROM s", "teradata")
        assert told == ["s.b -> x AGGREGATION", "s.c -> x WINDOW", "s.d -> x WINDOW"]

    def test_aliases_of_exasol(self) -> None:
        """LOCAL stands before an alias of the select list, also where a column may be called so."""
        sql = "SELECT a AS x, LOCAL.x + 1 AS y FROM s WHERE LOCAL.x > 3"
        assert columns(sql, "exasol") == ["s.a -> x IDENTITY", "s.a -> y TRANSFORMATION"]

    def test_functions_of_exasol_with_several_columns(self) -> None:
        """EMITS names them and their types."""
        sql = "SELECT k, f(a) EMITS (x DECIMAL(18,0), y VARCHAR(9) UTF8, z DOUBLE PRECISION) FROM s"
        expected = ["s.k -> k IDENTITY", *(f"s.a -> {name} TRANSFORMATION" for name in "xyz")]
        assert columns(sql, "exasol") == expected

    def test_today_in_teradata(self) -> None:
        """DATE as an argument is the current day."""
        assert columns("SELECT year(DATE) AS x, add_months(DATE, n) AS y FROM s", "teradata") == [
            "s.n -> y TRANSFORMATION"
        ]

    def test_redshift_unnests_with_positions_and_keys(self) -> None:
        """AT names the position of an element, or the key of an attribute."""
        assert columns("SELECT o, i FROM t, t.orders AS o AT i", "redshift") == [
            "t.orders -> o TRANSFORMATION",
            "t.orders -> i TRANSFORMATION",
        ]
        assert columns("SELECT v, k FROM t, UNPIVOT t.doc AS v AT k", "redshift") == [
            "t.doc -> v TRANSFORMATION",
            "t.doc -> k TRANSFORMATION",
        ]

    def test_measures_of_oracles_model(self) -> None:
        """A measure is another name for its expression over the rows of FROM."""
        sql = """SELECT country, s FROM sales
                 MODEL RETURN UPDATED ROWS PARTITION BY (country) DIMENSION BY (year) MEASURES (amount s)
                 RULES UPSERT SEQUENTIAL ORDER (s[2002] = s[2001] * 2)
                 ORDER BY country"""
        assert columns(sql, "oracle") == [
            "sales.country -> country IDENTITY",
            "sales.amount -> s IDENTITY",
        ]

    @pytest.mark.parametrize("schema", [{}, {"sales": ["c", "d", "v", "k", "z"]}])
    def test_columns_of_oracles_model(self, schema: dict[str, list[str]]) -> None:
        """They are its partitions, dimensions and measures, which may bear the names of columns in FROM."""
        sql = """INSERT INTO t SELECT * FROM sales WHERE z > 1
                 MODEL PARTITION BY (c) DIMENSION BY (EXTRACT(YEAR FROM d) AS y) MEASURES (v, k * 2 AS z, 0 AS w)
                 RULES (v[2002] = v[2001] + z[2001])"""
        assert columns(sql, "oracle", schema=schema) == [
            "sales.c -> t.c IDENTITY",
            "sales.d -> t.y TRANSFORMATION",
            "sales.v -> t.v IDENTITY",
            "sales.k -> t.z TRANSFORMATION",
        ]
        assert rows(sql, "oracle", schema=schema) == ["sales.z -> t.* FILTER"]

    def test_reference_of_oracles_model(self) -> None:
        """What the rules look up is read; its columns are none of the result."""
        sql = """SELECT * FROM s MODEL REFERENCE r ON (SELECT k, rate FROM rates) DIMENSION BY (k) MEASURES (rate)
                 MAIN m DIMENSION BY (y) MEASURES (a) RULES (a[1] = rate[2])"""
        assert tables(sql, "oracle") == "s, rates ->"
        assert columns(sql, "oracle") == ["s.y -> y IDENTITY", "s.a -> a IDENTITY"]

    @pytest.mark.parametrize("dialect", ["tsql", "mysql", "snowflake", "postgres"])
    def test_sequences_are_no_columns(self, dialect: str) -> None:
        """NEXT VALUE FOR reads no table."""
        sql = "INSERT INTO t (id, a) SELECT NEXT VALUE FOR s.ids, a FROM u"
        assert tables(sql, dialect) == "u -> t"
        assert columns(sql, dialect) == ["u.a -> t.a IDENTITY"]

    def test_operators_of_pipe_syntax(self) -> None:
        """SET, DROP and RENAME change columns one by one."""
        assert columns(
            "FROM t |> SET a = b + 1 |> DROP b |> RENAME a AS c |> SELECT c", "bigquery", schema={"t": "ab"}
        ) == ["t.b -> c TRANSFORMATION"]

    @pytest.mark.parametrize("dialect", ["bigquery", "databricks"])
    def test_alias_in_pipe_syntax(self, dialect: str) -> None:
        """It names what the pipe gave so far, for the operators behind it."""
        sql = "FROM s |> AGGREGATE sum(a) AS x GROUP BY i |> AS p |> JOIN r ON r.i = p.i |> SELECT p.x, r.b"
        assert tables(sql, dialect) == "s, r ->"
        assert columns(sql, dialect) == ["s.a -> x AGGREGATION", "r.b -> b IDENTITY"]


class TestChanges:
    """INSERT, UPDATE, DELETE and MERGE with what says nothing about columns."""

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("tsql", "INSERT INTO t WITH (TABLOCK) (a) SELECT a FROM s"),
            ("tsql", "INSERT TOP (100) INTO t (a) SELECT a FROM s"),
            ("tsql", "UPDATE TOP (5) PERCENT t SET a = s.a FROM t, s WHERE s.id = t.id"),
            ("tsql", "MERGE TOP (5) t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a OPTION (LOOP JOIN);"),
            ("tsql", "WITH XMLNAMESPACES ('u' AS n) INSERT INTO t (a) SELECT a FROM s"),
            ("oracle", "INSERT INTO t (a) SELECT a FROM s LOG ERRORS ('x') REJECT LIMIT UNLIMITED"),
            ("oracle", "MERGE INTO t USING s ON (t.id = s.id) WHEN MATCHED THEN UPDATE SET a = s.a LOG ERRORS"),
            ("postgres", "INSERT INTO t (a) OVERRIDING SYSTEM VALUE SELECT a FROM s"),
            ("postgres", "UPDATE t SET (a, b) = ROW (s.a, DEFAULT) FROM s"),
            ("snowflake", "UPDATE t SET a = s.a, b = DEFAULT FROM s WHERE t.id = s.id"),
            ("databricks", "INSERT WITH SCHEMA EVOLUTION INTO t (a) SELECT a FROM s"),
            ("hive", "INSERT OVERWRITE TABLE t PARTITION (d = '1') IF NOT EXISTS SELECT a FROM s"),
            ("mysql", "INSERT LOW_PRIORITY IGNORE INTO t (a) SELECT a FROM s"),
            ("mysql", "REPLACE DELAYED t (a) SELECT a FROM s"),
            ("sqlite", "REPLACE INTO t (a) SELECT a FROM s"),
            ("mysql", "UPDATE LOW_PRIORITY IGNORE t JOIN s USING (id) SET t.a = s.a"),
            ("postgres", "UPDATE t FOR PORTION OF p FROM '2020-01-01' TO '2021-01-01' SET a = s.a FROM s"),
            ("mysql", "INSERT INTO t (id, a) SELECT NEXTVAL(ids), a FROM s"),
            ("mysql", "INSERT INTO t (id, a) SELECT LASTVAL(d.ids) + 1, a FROM s"),
        ],
    )
    def test_spellings_that_grammars_refuse(self, dialect: str, sql: str) -> None:
        """The column comes from the source all the same."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("tsql", "DELETE TOP (10) FROM t WHERE id IN (SELECT id FROM s)"),
            ("tsql", "DELETE t WHERE id IN (SELECT id FROM s)"),
            (
                "oracle",
                "DELETE FROM t PARTITION (p) x WHERE id IN (SELECT id FROM s) RETURNING id BULK COLLECT INTO ids",
            ),
            ("mysql", "DELETE t.* FROM t JOIN s ON s.id = t.id"),
            ("mysql", "DELETE LOW_PRIORITY QUICK FROM t WHERE id IN (SELECT id FROM s)"),
            ("mysql", "DELETE HISTORY FROM t WHERE id IN (SELECT id FROM s)"),
            ("mysql", "DELETE FROM t FOR PORTION OF p FROM '2020-01-01' TO '2021-01-01' WHERE a IN (SELECT a FROM s)"),
            ("redshift", "MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES"),
            ("databricks", "INSERT INTO t REPLACE ON t.id = x.id (SELECT * FROM s) x"),
            ("databricks", "INSERT INTO t TABLE s"),
        ],
    )
    def test_targets_and_sources(self, dialect: str, sql: str) -> None:
        """The target is written, the other table read."""
        assert tables(sql, dialect) == "s -> t"

    def test_compound_assignment(self) -> None:
        """What is added to a column feeds it, as does the column itself."""
        assert columns("UPDATE t SET t.a += s.v, t.b = 1 FROM t JOIN s ON s.id = t.id", "tsql") == [
            "t.a -> t.a TRANSFORMATION",
            "s.v -> t.a TRANSFORMATION",
        ]

    def test_rows_that_an_oracle_merge_deletes_after_it_updated_them(self) -> None:
        """DELETE WHERE behind UPDATE is a clause of its own."""
        sql = """MERGE INTO t USING s ON (t.id = s.id)
                 WHEN MATCHED THEN UPDATE SET t.a = s.a DELETE WHERE CASE WHEN s.gone = 1 THEN 1 END = 1
                 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)"""
        assert columns(sql, "oracle") == ["s.a -> t.a IDENTITY", "s.id -> t.id IDENTITY"]


class TestDefinitions:
    """What stands around the query of a definition."""

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("tsql", "CREATE TABLE t WITH (DISTRIBUTION = HASH(a), HEAP) AS SELECT a FROM s OPTION (LABEL = 'x')"),
            ("tsql", "SELECT a INTO t ON [PRIMARY] FROM s"),
            ("tsql", "SELECT IDENTITY(int, 1, 1) AS id, a INTO t FROM s"),
            ("oracle", "CREATE VIEW t AS SELECT a FROM s WITH READ ONLY CONSTRAINT c"),
            ("postgres", "CREATE VIEW t AS SELECT a FROM s WITH CASCADED CHECK OPTION"),
            ("postgres", "CREATE TABLE t AS SELECT a FROM s WITH NO DATA"),
            ("redshift", "CREATE VIEW t AS SELECT a FROM s WITH NO SCHEMA BINDING"),
            ("bigquery", "CREATE OR REPLACE MODEL t OPTIONS (model_type = 'linear_reg') AS SELECT a FROM s"),
            ("hive", "CREATE MATERIALIZED VIEW t PARTITIONED ON (d) AS SELECT a FROM s"),
            ("hive", "CREATE MATERIALIZED VIEW t DISABLE REWRITE COMMENT 'x' CLUSTERED ON (d) AS SELECT a FROM s"),
            ("hive", "CREATE MATERIALIZED VIEW t DISTRIBUTED ON (d) SORTED ON (e) STORED AS ORC AS SELECT a FROM s"),
        ],
    )
    def test_clauses_around_the_query(self, dialect: str, sql: str) -> None:
        """They do not hide it."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    @pytest.mark.parametrize(
        ("dialect", "sql"),
        [
            ("postgres", "CREATE TABLE t AS TABLE s WITH NO DATA"),
            ("bigquery", "CREATE SNAPSHOT TABLE t CLONE s FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()"),
            ("bigquery", "CREATE MATERIALIZED VIEW t AS REPLICA OF s"),
            ("databricks", "CREATE TABLE t SHALLOW CLONE s VERSION AS OF 3"),
            ("fabric", "CREATE TABLE t AS CLONE OF s"),
            ("fabric", "CREATE TABLE t AS CLONE OF s AT '2024-05-01T10:00:00'"),
        ],
    )
    def test_copies_of_a_table(self, dialect: str, sql: str) -> None:
        """The other table is read."""
        assert tables(sql, dialect) == "s -> t"

    @pytest.mark.parametrize(
        "clone",
        [
            "CLONE s",
            "DEEP CLONE s",
            "SHALLOW CLONE s VERSION AS OF 3",
            "DEEP CLONE s TIMESTAMP AS OF '2024-01-01' TBLPROPERTIES ('a' = 'b')",
        ],
    )
    def test_where_a_copy_lies(self, clone: str) -> None:
        """Databricks: its files are an output beside the table."""
        assert tables(f"CREATE OR REPLACE TABLE t {clone} LOCATION '/t'", "databricks") == "s -> t, /t"


class TestOutput:
    """OUTPUT of T-SQL, which tells the changed rows."""

    def test_deleted_rows_come_from_the_changed_table(self) -> None:
        """They were there before."""
        sql = "DELETE FROM t OUTPUT deleted.id, deleted.a INTO archive (id, old) WHERE id < 3"
        assert tables(sql, "tsql") == "t -> t, archive"
        assert columns(sql, "tsql") == ["t.id -> archive.id IDENTITY", "t.a -> archive.old IDENTITY"]
        assert rows(sql, "tsql") == ["t.id -> archive.* FILTER"]

    def test_columns_of_other_tables(self) -> None:
        """Those of FROM are in sight too."""
        sql = "UPDATE t SET a = s.a OUTPUT deleted.a, s.b INTO log (old, b) FROM t JOIN s ON s.id = t.id"
        assert tables(sql, "tsql") == "s, t -> t, log"
        assert columns(sql, "tsql") == ["s.a -> t.a IDENTITY", "t.a -> log.old IDENTITY", "s.b -> log.b IDENTITY"]

    def test_into_a_table_variable(self) -> None:
        """By position: DECLARE tells its columns."""
        sql = """DECLARE @gone TABLE (act NVARCHAR(10), id INT PRIMARY KEY, old INT, UNIQUE (old))
                 MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a
                 OUTPUT $action, s.id, deleted.a INTO @gone;
                 INSERT INTO log (id, a) SELECT id, old FROM @gone"""
        assert tables(sql, "tsql") == "s, t -> t, log"
        assert columns(sql, "tsql") == ["s.a -> t.a IDENTITY", "s.id -> log.id IDENTITY", "t.a -> log.a IDENTITY"]

    def test_rows_of_a_temporary_table(self) -> None:
        """What fed it takes its place."""
        sql = """SELECT a, b INTO #q FROM s
                 DELETE FROM #q OUTPUT deleted.a INTO t (x) WHERE b > 1"""
        assert tables(sql, "tsql") == "s -> t"
        assert columns(sql, "tsql") == ["s.a -> t.x IDENTITY"]

    def test_inserted_rows_come_from_what_is_written(self) -> None:
        """A column that the statement does not write comes from the table itself."""
        sql = "INSERT INTO t (a) OUTPUT inserted.a, inserted.id INTO log (a, id) SELECT x FROM s"
        assert tables(sql, "tsql") == "s, t -> t, log"
        assert columns(sql, "tsql") == ["s.x -> t.a IDENTITY", "s.x -> log.a IDENTITY", "t.id -> log.id IDENTITY"]

    def test_merge_tells_its_actions(self) -> None:
        """$action is no column; those of the source are in sight."""
        sql = """MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.b
                 OUTPUT $action, inserted.a, s.b INTO log (act, a, b) OPTION (RECOMPILE);"""
        assert columns(sql, "tsql") == ["s.b -> t.a IDENTITY", "s.b -> log.a IDENTITY", "s.b -> log.b IDENTITY"]

    def test_rows_that_go_to_the_client(self) -> None:
        """Without INTO nothing else is written."""
        assert tables("UPDATE t SET a = 1 OUTPUT inserted.id, deleted.a WHERE b = 2", "tsql") == "-> t"

    def test_rows_in_a_table_variable(self) -> None:
        """Who reads the variable reads the changed table."""
        script = """DECLARE @ids TABLE (id int);
                    DELETE FROM t OUTPUT deleted.id INTO @ids WHERE a = 1;
                    INSERT INTO u (id) SELECT id FROM @ids"""
        assert tables(script, "tsql") == "t -> t, u"
        assert columns(script, "tsql") == ["t.id -> u.id IDENTITY"]


class TestPipelines:
    """Flows of Databricks."""

    @pytest.mark.parametrize(
        "sql",
        [
            "APPLY CHANGES INTO t FROM STREAM(s) KEYS (id) APPLY AS DELETE WHEN op = 'D' SEQUENCE BY seq",
            "AUTO CDC INTO t FROM STREAM s KEYS (id) SEQUENCE BY seq STORED AS SCD TYPE 2",
            "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s KEYS (id) SEQUENCE BY seq",
            "CREATE FLOW f COMMENT 'x' AS INSERT INTO t BY NAME SELECT * FROM STREAM(s)",
        ],
    )
    def test_flows(self, sql: str) -> None:
        """The source is read, the target written."""
        assert tables(sql, "databricks") == "s -> t"

    def test_columns_keep_their_names(self) -> None:
        """Changes are applied column by column."""
        sql = "APPLY CHANGES INTO t FROM STREAM(s) KEYS (id) SEQUENCE BY seq"
        assert columns(sql, "databricks", schema={"s": ["id", "a"]}) == ["s.id -> t.id IDENTITY", "s.a -> t.a IDENTITY"]


class TestNeverEnding:
    """Texts that a release of the parser would read for ever."""

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT TOP (10) PERCENT WITH TIES a FROM t",
            "SELECT a FROM t WITH (NOLOCK)",
            "SELECT a FROM t WITH DATA",
            "CREATE VIEW v AS SELECT a FROM t WITH LOCAL CHECK OPTION",
            "CREATE TABLE n AS (SELECT a FROM t) WITH NO DATA",
        ],
    )
    def test_with_behind_a_query_of_oracle(self, sql: str) -> None:
        """Other dialects' clauses in Oracle's end."""
        assert "t" in {str(table) for table in analyze(sql, "oracle").inputs}
