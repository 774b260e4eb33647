"""Blocks, and the bodies of procedures, functions and triggers: the statements inside them."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze

# One INSERT as the body of a routine, in the form that each database gives it.
ROUTINES = [
    ("CREATE FUNCTION f() RETURNS void AS $$ INSERT INTO t SELECT a FROM s $$ LANGUAGE sql", "postgres"),
    ("CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC INSERT INTO t SELECT a FROM s; END", "postgres"),
    (
        "CREATE FUNCTION f() RETURNS void AS 'INSERT INTO t SELECT a FROM s WHERE ''x'' > ''''' LANGUAGE sql",
        "postgres",
    ),
    (
        "CREATE OR REPLACE PROCEDURE p(x int) AS $b$ BEGIN INSERT INTO t SELECT a FROM s; END; $b$ LANGUAGE plpgsql",
        "redshift",
    ),
    ("CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $$ BEGIN INSERT INTO t SELECT a FROM s; END $$", "snowflake"),
    ("CREATE PROCEDURE p() RETURNS INT EXECUTE AS CALLER AS BEGIN INSERT INTO t SELECT a FROM s; END", "snowflake"),
    ("CREATE TASK k WAREHOUSE = w SCHEDULE = '1 minute' AS INSERT INTO t SELECT a FROM s", "snowflake"),
    ("CREATE TASK k AFTER l WHEN SYSTEM$STREAM_HAS_DATA('x') AS BEGIN INSERT INTO t SELECT a FROM s; END", "snowflake"),
    ("CREATE PROCEDURE d.p(x INT64) OPTIONS (strict_mode=false) BEGIN INSERT INTO t SELECT a FROM s; END", "bigquery"),
    ("CREATE PROC p @x INT = 1, @y AS DATE OUTPUT WITH RECOMPILE AS INSERT INTO t SELECT a FROM s", "tsql"),
    ("CREATE OR ALTER PROCEDURE p AS BEGIN SET NOCOUNT ON INSERT t SELECT a FROM s END", "tsql"),
    ("ALTER PROCEDURE p (@x INT) AS\nBEGIN TRY\n  INSERT t SELECT a FROM s;\nEND TRY\nBEGIN CATCH\nEND CATCH", "tsql"),
    ("CREATE TRIGGER g ON q AFTER INSERT, UPDATE AS IF UPDATE(a) INSERT t SELECT a FROM s", "tsql"),
    ("CREATE OR REPLACE PROCEDURE p (x IN DATE) IS v NUMBER; BEGIN INSERT INTO t SELECT a FROM s; END p", "oracle"),
    ("CREATE FUNCTION f RETURN NUMBER AS BEGIN INSERT INTO t SELECT a FROM s; RETURN 1; END;", "oracle"),
    ("CREATE PACKAGE BODY k IS PROCEDURE p IS BEGIN INSERT INTO t SELECT a FROM s; END p; END k", "oracle"),
    ("CREATE TYPE BODY k AS MEMBER PROCEDURE p IS BEGIN INSERT INTO t SELECT a FROM s; END; END", "oracle"),
    (
        """
        CREATE TRIGGER g FOR INSERT ON q COMPOUND TRIGGER
          BEFORE STATEMENT IS BEGIN INSERT INTO t SELECT a FROM s; END BEFORE STATEMENT;
        END g""",
        "oracle",
    ),
    ("CREATE TRIGGER g AFTER INSERT OR UPDATE OF a ON q BEGIN INSERT INTO t SELECT a FROM s; END;", "oracle"),
    ("CREATE DEFINER=`r`@`%` PROCEDURE p(IN x INT) BEGIN INSERT INTO t SELECT a FROM s; END", "mysql"),
    ("CREATE PROCEDURE p() MODIFIES SQL DATA INSERT INTO t SELECT a FROM s", "mysql"),
    ("CREATE TRIGGER g AFTER INSERT ON q FOR EACH ROW INSERT INTO t SELECT a FROM s", "mysql"),
    ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO INSERT INTO t SELECT a FROM s", "mysql"),
    ("CREATE PROCEDURE p () LANGUAGE SQL L1: BEGIN INSERT INTO t SELECT a FROM s; END L1", "db2"),
    (
        "CREATE TRIGGER g AFTER INSERT ON q REFERENCING NEW AS n FOR EACH ROW INSERT INTO t SELECT a FROM s",
        "db2",
    ),
    ("REPLACE PROCEDURE p () BEGIN INSERT INTO t SELECT a FROM s; END;", "teradata"),
    ("REPLACE MACRO m (x INT) AS (INSERT INTO t SELECT a FROM s;);", "teradata"),
    ("CREATE TRIGGER g AFTER INSERT ON q BEGIN INSERT INTO t SELECT a FROM s; END", "sqlite"),
]


class TestBodies:
    """Bodies whose text is there."""

    @pytest.mark.parametrize(("sql", "dialect"), ROUTINES)
    def test_are_read(self, sql: str, dialect: str) -> None:
        """The statements of the body stand beside the definition, which itself moves no data."""
        assert tables(f"{sql};\nSELECT b FROM r", dialect) == "s, r -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    def test_statements_have_their_own_positions(self) -> None:
        """Also inside a text with doubled quotes."""
        sql = "CREATE FUNCTION f() RETURNS int AS '\n  SELECT ''x'' AS a;\n  SELECT b FROM s' LANGUAGE sql"
        assert [
            (statement.kind, statement.line, sql[statement.position :][:8]) for statement in analyze(sql).statements
        ] == [
            ("CREATE_FUNCTION", 1, "CREATE F"),
            ("SELECT", 2, "SELECT '"),
            ("SELECT", 3, "SELECT b"),
        ]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            (
                "CREATE FUNCTION f() RETURNS int AS $$ return 'INSERT INTO t SELECT 1' $$ LANGUAGE plpython3u",
                "postgres",
            ),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE javascript AS 'select; insert into t'", "snowflake"),
            ('CREATE FUNCTION f(x INT64) RETURNS INT64 LANGUAGE js AS """return x; select 1 from t;"""', "bigquery"),
            ("CREATE FUNCTION f(x INT) RETURNS INT AS 'x * 2'", "snowflake"),
            ("CREATE FUNCTION f(x INT64) AS (x * 2)", "bigquery"),
            ("CREATE FUNCTION f AS 'org.example.F' USING JAR 'f.jar'", "hive"),
            ("CREATE FUNCTION f(int) RETURNS int AS 'lib', 'f' LANGUAGE C", "postgres"),
            ("CREATE TRIGGER g AFTER INSERT OR UPDATE ON q FOR EACH ROW EXECUTE FUNCTION f()", "postgres"),
            ("CREATE PROCEDURE p IS LANGUAGE JAVA NAME 'P.run()';", "oracle"),
        ],
    )
    def test_without_sql(self, sql: str, dialect: str) -> None:
        """Other languages, expressions and libraries are no problem, and no lineage."""
        assert tables(sql, dialect) == "->"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE FUNCTION f() RETURNS int RETURN (SELECT max(a) AS a FROM s)", "postgres"),
            ("CREATE FUNCTION f() RETURNS TABLE (a INT) AS $$ SELECT a FROM s $$", "snowflake"),
            ("CREATE FUNCTION f() RETURNS TABLE (a INT) RETURN SELECT a FROM s", "databricks"),
            ("CREATE TABLE FUNCTION f() AS SELECT a FROM s", "bigquery"),
            ("CREATE FUNCTION f() AS ((SELECT max(a) AS a FROM s))", "bigquery"),
            ("CREATE MACRO f(x) AS TABLE SELECT a FROM s", "duckdb"),
            ("CREATE FUNCTION f() RETURNS TABLE WITH SCHEMABINDING AS RETURN (SELECT a FROM s)", "tsql"),
            ("CREATE FUNCTION f() RETURNS TABLE AS RETURN SELECT a FROM s", "tsql"),
        ],
    )
    def test_of_functions_that_return_a_query(self, sql: str, dialect: str) -> None:
        """What they return is read."""
        assert tables(sql, dialect) == "s ->"

    def test_changed_rows_of_a_trigger(self) -> None:
        """In SQL Server `inserted` and `deleted` hold rows of the trigger's table."""
        sql = "CREATE TRIGGER g ON q AFTER INSERT AS INSERT INTO t (x) SELECT i.a FROM inserted i"
        assert tables(sql, "tsql") == "q -> t"
        assert columns(sql, "tsql") == ["q.a -> t.x IDENTITY"]

    def test_calls_inside_a_package(self) -> None:
        """The text of its own routines is there."""
        sql = """
            CREATE PACKAGE BODY p AS
              PROCEDURE note(m VARCHAR2);
              PROCEDURE load IS BEGIN INSERT INTO t SELECT a FROM s; note('done'); p.note('done'); END load;
              PROCEDURE note(m VARCHAR2) IS BEGIN INSERT INTO log VALUES (m); END note;
            END p;"""
        assert tables(sql, "oracle") == "s -> t, log"

    def test_tables_may_be_called_like_routines(self) -> None:
        """Their names are no keywords."""
        sql = "CREATE TABLE event AS SELECT a FROM task; CREATE TABLE package (a INT)"
        assert tables(sql, "postgres") == "task -> event, package"


class TestBlocks:
    """Procedural statements, which frame others."""

    @pytest.mark.parametrize(
        ("block", "dialect"),
        [
            ("DO $$ BEGIN {} END $$", "postgres"),
            ("DO LANGUAGE plpgsql $x$ <<outer>> DECLARE n int := 0; BEGIN {} END outer $x$", "postgres"),
            ("DECLARE n NUMBER; BEGIN {} EXCEPTION WHEN OTHERS THEN NULL; END;\n/", "oracle"),
            ("EXECUTE IMMEDIATE $$ BEGIN {} END $$", "snowflake"),
            ("DECLARE n INT DEFAULT 0; BEGIN LET m := 1; {} RETURN m; END", "snowflake"),
            ("BEGIN {} EXCEPTION WHEN ERROR THEN RAISE; END", "bigquery"),
            ("BEGIN NOT ATOMIC {} END", "mariadb"),
            ("BEGIN ATOMIC DECLARE n INT; {} END", "db2"),
            ("BEGIN DECLARE n INT DEFAULT 1; {} END", "databricks"),
            ("BEGIN {} END", "tsql"),
        ],
    )
    def test_anonymous(self, block: str, dialect: str) -> None:
        """Nothing is told but what the statements inside do."""
        sql = block.format("INSERT INTO t SELECT a FROM s; DELETE FROM u;")
        assert tables(sql, dialect) == "s -> t, u"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("IF n > 0 THEN {0}; ELSIF n < 0 THEN {1}; ELSE NULL; END IF", "oracle"),
            ("IF (n > 0) THEN {0}; ELSEIF (CASE WHEN n = 1 THEN 2 END = 2) THEN {1}; END IF", "snowflake"),
            ("IF EXISTS (SELECT 1 FROM checked) THEN {0}; ELSE {1}; END IF", "bigquery"),
            ("CASE n WHEN 1 THEN {0}; ELSE {1}; END CASE", "mysql"),
            ("CASE WHEN n = 1 THEN {0}; WHEN n = 2 THEN {1}; END CASE", "db2"),
            ("WHILE n > 0 DO {0}; {1}; END WHILE", "mysql"),
            ("WHILE n > 0 LOOP {0}; EXIT WHEN n = 5; {1}; END LOOP", "postgres"),
            ("again: LOOP {0}; {1}; LEAVE again; END LOOP again", "mysql"),
            ("REPEAT {0}; {1}; UNTIL n > 5 END REPEAT", "mysql"),
            ("FOR i IN 1..10 LOOP {0}; {1}; END LOOP", "postgres"),
            ("FOR r IN cur DO {0}; {1}; END FOR", "snowflake"),
            ("FORALL i IN 1..list.COUNT SAVE EXCEPTIONS {0}; {1}", "oracle"),
            ("DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN {0}; END; {1}", "mysql"),
            ("DECLARE CONTINUE HANDLER FOR NOT FOUND {0}; {1}", "teradata"),
            ("BEGIN {0}; EXCEPTION WHEN unique_violation OR others THEN {1}; END", "postgres"),
        ],
    )
    def test_all_branches_count(self, sql: str, dialect: str) -> None:
        """Which of them runs, and how often, is not known. Conditions give no lineage."""
        statements = sql.format("INSERT INTO t SELECT a FROM s", "UPDATE u SET a = 1")
        text = f"BEGIN {statements}; END;"
        assert tables(f"DO $$ {text} $$" if dialect == "postgres" else text, dialect) == "s -> t, u"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("FOR r IN SELECT a FROM s LOOP NULL; END LOOP;", "postgres"),
            ("FOR r IN (SELECT a FROM s) LOOP NULL; END LOOP;", "oracle"),
            ("FOR r IN (SELECT a FROM s) DO SELECT 1; END FOR;", "bigquery"),
            ("FOR r AS c CURSOR FOR SELECT a FROM s DO SET x = 1; END FOR;", "teradata"),
            ("DECLARE c CURSOR FOR SELECT a FROM s;", "mysql"),
            ("DECLARE c CURSOR WITH RETURN FOR SELECT a FROM s;", "db2"),
            ("DECLARE CURSOR c (p NUMBER) IS SELECT a FROM s; BEGIN NULL; END;", "oracle"),
            ("OPEN c FOR SELECT a FROM s;", "oracle"),
            ("LET c CURSOR FOR SELECT a FROM s;", "snowflake"),
            ("LET r RESULTSET := (SELECT a FROM s);", "snowflake"),
            ("x := (SELECT max(a) FROM s);", "snowflake"),
            ("SET x = (SELECT max(a) FROM s);", "mysql"),
            ("SET (x, y) = (SELECT a, b FROM s);", "db2"),
            ("DECLARE x INT64 DEFAULT (SELECT max(a) FROM s);", "bigquery"),
            ("RETURN QUERY SELECT a FROM s;", "postgres"),
            ("RETURN (SELECT max(a) FROM s);", "postgres"),
            ("PERFORM f(a) FROM s;", "postgres"),
            ("SELECT a, b INTO v, w.x FROM s;", "postgres"),
            ("SELECT a INTO STRICT v FROM s;", "postgres"),
            ("SELECT a BULK COLLECT INTO v FROM s;", "oracle"),
            ("SELECT a, b INTO v(i), w FROM s;", "oracle"),
            ("SELECT a INTO :v FROM s;", "snowflake"),
            ("SELECT a INTO @v FROM s;", "mysql"),
            ("SELECT a FROM s INTO v;", "mysql"),
        ],
    )
    def test_queries_whose_result_stays_in_the_block(self, sql: str, dialect: str) -> None:
        """Loops, cursors, variables and results read tables, and create none."""
        text = f"DO $$ BEGIN {sql} END $$" if dialect == "postgres" else f"BEGIN {sql} END;"
        assert tables(text, dialect) == "s ->"

    def test_into_outside_a_block_creates_a_table(self) -> None:
        """In PostgreSQL a block makes the difference."""
        sql = "DO $$ BEGIN SELECT a INTO v FROM s; END $$; SELECT a INTO t FROM r"
        assert tables(sql, "postgres") == "s, r -> t"

    def test_returning_into_a_variable(self) -> None:
        """It is no table either."""
        sql = "BEGIN UPDATE t SET a = 1 RETURNING b BULK COLLECT INTO v; END;"
        assert tables(sql, "oracle") == "-> t"

    def test_parameters_may_be_called_like_blocks(self) -> None:
        """A label stands before a block, and SELECT is none."""
        assert tables("SELECT :loop AS a, b FROM s WHERE c > :begin", "oracle") == "s ->"

    def test_transactions_are_no_blocks(self) -> None:
        """BEGIN alone, or with words of its own, begins one."""
        sql = "BEGIN; INSERT INTO t SELECT a FROM s; END; BEGIN TRANSACTION; DELETE FROM u; COMMIT"
        lineage = analyze(sql, "postgres")
        assert [statement.kind for statement in lineage.statements] == [
            "BEGIN", "INSERT", "END", "BEGIN", "DELETE", "COMMIT",
        ]  # fmt: skip
        assert lineage.problems == ()


class TestVariables:
    """Parameters and variables are values: what they are called is no column."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE FUNCTION f(x date, y int) RETURNS void AS $$ BEGIN {}; END $$ LANGUAGE plpgsql", "postgres"),
            (
                "CREATE FUNCTION f(IN x date, VARIADIC y int) RETURNS int AS $$ {} RETURNING 1 $$ LANGUAGE sql",
                "postgres",
            ),
            ("CREATE PROCEDURE p(x date) AS $$ DECLARE y int := 1; BEGIN {}; END $$ LANGUAGE plpgsql", "redshift"),
            ("DO $$ DECLARE y int; x constant date := now(); BEGIN {}; END $$", "postgres"),
            ("DO $$ BEGIN FOR x, y IN SELECT 1, 2 LOOP {}; END LOOP; END $$", "postgres"),
            ("CREATE PROCEDURE p (x IN DATE, y IN OUT NOCOPY NUMBER) IS BEGIN {}; END;", "oracle"),
            ("CREATE PROCEDURE p (x DATE DEFAULT SYSDATE) IS y q.a%TYPE; BEGIN {}; END;", "oracle"),
            ("CREATE PACKAGE BODY k IS y INT; PROCEDURE p (x DATE) IS BEGIN {}; END; END k;", "oracle"),
            ("DECLARE x DATE; y INT := 1; BEGIN {}; END;", "oracle"),
            ("CREATE PROCEDURE p(IN x DATE) BEGIN DECLARE z, y INT DEFAULT 0; SET y = 1; {}; END", "mysql"),
            ("CREATE PROCEDURE p(IN x DATE, INOUT y INT) {}", "mysql"),
            ("CREATE PROCEDURE p(IN x DATE) BEGIN DECLARE y INT; IF x > 1 THEN SET y = 1; END IF; {}; END", "mysql"),
            ("CREATE PROCEDURE p (IN x DATE) LANGUAGE SQL BEGIN DECLARE y INTEGER; {}; END", "db2"),
            ("CREATE PROCEDURE d.p(x DATE, OUT y INT64) BEGIN {}; END", "bigquery"),
            ("DECLARE x DATE; DECLARE y INT64 DEFAULT 1; BEGIN {}; END; ", "bigquery"),
            ("DECLARE x DATE; DECLARE y INT64; BEGIN SELECT 1; END; {}", "bigquery"),
        ],
    )
    def test_declared_names(self, sql: str, dialect: str) -> None:
        """In every clause, as far as no table is known to have such a column."""
        text = sql.replace("{}", "INSERT INTO t (b, c) SELECT a + y, x FROM s WHERE d = x")
        assert columns(text, dialect) == ["s.a -> t.b TRANSFORMATION"]
        assert rows(text, dialect) == ["s.d -> t.* FILTER"]
        known = columns(text, dialect, schema={"s": ["a", "d", "x"]})
        assert known == ["s.a -> t.b TRANSFORMATION", "s.x -> t.c IDENTITY"]

    def test_in_values(self) -> None:
        """A row of values comes from no table."""
        sql = "CREATE PROCEDURE p (x IN NUMBER) IS BEGIN FOR r IN (SELECT a FROM s) LOOP {}; END LOOP; END;"
        assert columns(sql.replace("{}", "INSERT INTO t (b, c) VALUES (x, r.a)"), "oracle") == ["s.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE PROCEDURE p (x IN NUMBER) IS BEGIN NULL; END;\n/\n{}", "oracle"),
            ("DECLARE x NUMBER; BEGIN NULL; END;\n/\n{}", "oracle"),
            ("CREATE PROCEDURE p(IN x INT) INSERT INTO t VALUES (x); {}", "mysql"),
            ("DO $$ DECLARE x int; BEGIN NULL; END $$; {}", "postgres"),
            (
                (
                    "CREATE PACKAGE BODY k IS PROCEDURE p (x INT); PROCEDURE q (x INT) IS BEGIN NULL; END;"
                    " PROCEDURE r IS BEGIN {}; END; END k;"
                ),
                "oracle",
            ),
        ],
    )
    def test_only_in_their_routine(self, sql: str, dialect: str) -> None:
        """Elsewhere the name is that of a column."""
        assert columns(sql.replace("{}", "INSERT INTO t (b) SELECT x FROM s"), dialect) == ["s.x -> t.b IDENTITY"]

    def test_colons_mark_them_in_snowflake(self) -> None:
        """A name without one is a column there; in the body of a function it may be a parameter."""
        block = "DECLARE x INT; BEGIN INSERT INTO t (b) SELECT x + :x FROM s; END;"
        assert columns(block, "snowflake") == ["s.x -> t.b TRANSFORMATION"]
        function = "CREATE FUNCTION f(x INT) RETURNS TABLE (b INT) AS $$ SELECT a + x AS b FROM s $$"
        assert columns(function, "snowflake") == ["s.a -> b TRANSFORMATION"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TRIGGER g AFTER UPDATE ON q FOR EACH ROW BEGIN {}; END", "mysql"),
            ("CREATE TRIGGER g AFTER UPDATE ON q FOR EACH ROW {}", "mysql"),
            ("CREATE TRIGGER g AFTER UPDATE ON q BEGIN {}; END", "sqlite"),
            ("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN {}; RETURN new; END $$ LANGUAGE plpgsql", "postgres"),
            ("CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN {}; RETURN NULL; END $$", "postgres"),
        ],
    )
    def test_changed_rows_of_a_trigger(self, sql: str, dialect: str) -> None:
        """NEW and OLD are no columns of the tables that its statements read."""
        text = sql.replace("{}", "INSERT INTO t (b, c) SELECT NEW.a, s.b FROM s WHERE s.d = old.d")
        assert columns(text, dialect) == ["s.b -> t.c IDENTITY"]
        assert rows(text, dialect) == ["s.d -> t.* FILTER"]

    def test_changed_rows_under_other_names(self) -> None:
        """REFERENCING gives them."""
        sql = (
            "CREATE TRIGGER g AFTER UPDATE ON q REFERENCING NEW AS n OLD ROW AS o FOR EACH ROW"
            " BEGIN ATOMIC INSERT INTO t (b, c) SELECT n.a, s.b FROM s WHERE s.d = o.d; END"
        )
        assert columns(sql, "db2") == ["s.b -> t.c IDENTITY"]
        assert rows(sql, "db2") == ["s.d -> t.* FILTER"]

    @pytest.mark.parametrize("cursor", ["c", "(SELECT a FROM q)"])
    def test_record_of_a_loop(self, cursor: str) -> None:
        """In Snowflake it stands without a colon."""
        sql = f"BEGIN FOR r IN {cursor} DO INSERT INTO t (b, c) SELECT r.a, s.b FROM s; END FOR; END;"
        assert [line for line in columns(sql, "snowflake") if "t." in line] == ["s.b -> t.c IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TABLE FUNCTION d.f(x INT64) AS SELECT a FROM s WHERE b = x", "bigquery"),
            ("CREATE MACRO f(x) AS TABLE SELECT a FROM s WHERE b = x", "duckdb"),
            ("CREATE MACRO f(x := 1) AS TABLE (SELECT a FROM s WHERE b = x)", "duckdb"),
        ],
    )
    def test_functions_that_are_queries(self, sql: str, dialect: str) -> None:
        """They have parameters as well."""
        assert columns(sql, dialect) == ["s.a -> a IDENTITY"]
        assert rows(sql, dialect) == ["s.b -> * FILTER"]
