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
    ("CREATE PROCEDURE p (IN d DATE) LANGUAGE SQLSCRIPT AS BEGIN INSERT INTO t SELECT a FROM s; END", "hana"),
    ("DO (IN d INT => 1) BEGIN INSERT INTO t SELECT a FROM s; END", "hana"),
    ("CREATE PROCEDURE p () LANGUAGE SQL BEGIN VALUES CURRENT DATE INTO v; INSERT INTO t SELECT a FROM s; END", "db2"),
    (
        "CREATE PROCEDURE p() LANGUAGE NZPLSQL AS BEGIN_PROC BEGIN INSERT INTO t SELECT a FROM s; END; END_PROC",
        "netezza",
    ),
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

    def test_statements_behind_perform(self) -> None:
        """Vertica: PERFORM stands before a whole statement, and a variable may take the result of one."""
        sql = """
            CREATE PROCEDURE p() LANGUAGE PLvSQL AS $$
            DECLARE n INT;
            BEGIN
              PERFORM INSERT INTO t SELECT a FROM s;
              PERFORM SELECT refresh(b) FROM r;
              n := SELECT count(c) FROM q;
              PERFORM DELETE FROM u WHERE d > n;
            END; $$"""
        assert tables(sql, "vertica") == "s, r, q -> t, u"

    def test_functions_behind_perform(self) -> None:
        """Elsewhere it stands in the place of SELECT, before functions that may be called like a statement."""
        sql = "DO $$ BEGIN PERFORM refresh(a) FROM s; PERFORM lock(1); END $$"
        assert tables(sql, "postgres") == "s ->"

    def test_calls_inside_a_package(self) -> None:
        """The text of its own routines is there."""
        sql = """
            CREATE PACKAGE BODY p AS
              PROCEDURE note(m VARCHAR2);
              PROCEDURE load IS BEGIN INSERT INTO t SELECT a FROM s; note('done'); p.note('done'); END load;
              PROCEDURE note(m VARCHAR2) IS BEGIN INSERT INTO log VALUES (m); END note;
            END p;"""
        assert tables(sql, "oracle") == "s -> t, log"

    def test_calls_of_what_follows(self) -> None:
        """A routine may be defined behind its call; one that is nowhere is a problem."""
        definition = "CREATE PROCEDURE p() AS BEGIN INSERT INTO t SELECT a FROM s; END"
        assert tables(f"CALL p(); {definition}", "snowflake") == "s -> t"
        lineage = analyze(f"CALL p(); CALL other(); {definition}", "snowflake")
        assert [(problem.statement, problem.reason) for problem in lineage.problems] == [
            (1, "the text of the called routine is not in the script")
        ]

    def test_tables_may_be_called_like_routines(self) -> None:
        """Their names are no keywords."""
        sql = "CREATE TABLE event AS SELECT a FROM task; CREATE TABLE package (a INT)"
        assert tables(sql, "postgres") == "task -> event, package"


class TestRoutinesOfOneStatement:
    """A routine that WITH defines for the statement behind it."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            (
                "WITH FUNCTION f(x NUMBER) RETURN NUMBER IS n NUMBER; BEGIN RETURN x; END; SELECT f(a) AS b FROM s",
                "oracle",
            ),
            (
                "WITH FUNCTION f(x int) RETURNS int BEGIN DECLARE r int; SET r = x; RETURN r; END SELECT f(a) b FROM s",
                "trino",
            ),
            ("WITH FUNCTION f(x bigint) RETURNS bigint RETURN x + 1 SELECT f(a) AS b FROM s", "trino"),
        ],
    )
    def test_functions(self, sql: str, dialect: str) -> None:
        """They are called by the query, like others."""
        assert tables(sql, dialect) == "s ->"
        assert columns(sql, dialect) == ["s.a -> b TRANSFORMATION"]

    @pytest.mark.parametrize("head", ["function AS", "function (a) AS", "procedure AS"])
    def test_common_tables_that_are_called_so(self, head: str) -> None:
        """What follows the name tells."""
        name = head.split(maxsplit=1)[0]
        assert tables(f"SELECT 1; WITH {head} (SELECT a FROM s) SELECT a FROM {name}", "oracle") == "s ->"

    def test_procedure(self) -> None:
        """Snowflake: its body is what CALL runs."""
        sql = (
            "WITH p AS PROCEDURE () RETURNS INT LANGUAGE SQL AS $$ BEGIN INSERT INTO t SELECT a FROM s; END $$ CALL p()"
        )
        assert tables(sql, "snowflake") == "s -> t"

    def test_procedure_in_another_language(self) -> None:
        """Nothing can be told of it."""
        sql = "WITH p AS PROCEDURE () RETURNS INT LANGUAGE PYTHON HANDLER = 'f' AS $$ def f(): pass $$ CALL p()"
        assert tables(sql, "snowflake") == "->"


class TestBlocks:
    """Procedural statements, which frame others."""

    def test_statements_that_run_at_the_same_time(self) -> None:
        """Snowflake: ASYNC goes on without waiting for what it runs."""
        sql = "BEGIN ASYNC (INSERT INTO t SELECT a FROM s); ASYNC (DELETE FROM u); AWAIT ALL; END"
        assert tables(sql, "snowflake") == "s -> t, u"

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

    @pytest.mark.parametrize("bounds", ["1 .. ids.COUNT", "INDICES OF ids", "VALUES OF ids"])
    def test_index_of_collections(self, bounds: str) -> None:
        """Oracle: FORALL counts through them for the statement behind it."""
        sql = f"BEGIN FORALL i IN {bounds} {{}}; END;"
        assert columns(sql.format("UPDATE t SET a = names(i), b = b + 1 WHERE id = ids(i)"), "oracle") == [
            "t.b -> t.b TRANSFORMATION"
        ]
        assert columns(sql.format("INSERT INTO t (a, b) VALUES (ids(i), found(i).b)"), "oracle") == []

    def test_in_values(self) -> None:
        """A row of values comes from no table."""
        sql = "CREATE PROCEDURE p (x IN NUMBER) IS BEGIN FOR r IN (SELECT a FROM s) LOOP {}; END LOOP; END;"
        assert columns(sql.replace("{}", "INSERT INTO t (b, c) VALUES (x, y.a)"), "oracle") == [
            "s.a -> a IDENTITY",
            "?.a -> t.c IDENTITY",
        ]

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
            ("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN {}; RETURN new; END $$ LANGUAGE plpgsql", "postgres"),
            ("CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN {}; RETURN NULL; END $$", "postgres"),
        ],
    )
    def test_changed_rows_of_an_unknown_trigger(self, sql: str, dialect: str) -> None:
        """The function behind it does not tell its table: NEW and OLD are no columns of the tables that it reads."""
        text = sql.replace("{}", "INSERT INTO t (b, c) SELECT NEW.a, s.b FROM s WHERE s.d = old.d")
        assert columns(text, dialect) == ["s.b -> t.c IDENTITY"]
        assert rows(text, dialect) == ["s.d -> t.* FILTER"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("BEGIN FOR r IN c DO {} END FOR; END;", "snowflake"),
            ("DO $$ BEGIN FOR r IN EXECUTE 'SELECT 1 AS a' LOOP {} END LOOP; END $$", "postgres"),
            ("DO $$ DECLARE r q%ROWTYPE; BEGIN r.a := 1; {} END $$", "postgres"),
        ],
    )
    def test_records_of_unknown_queries(self, sql: str, dialect: str) -> None:
        """Their fields are no columns of the tables that a statement reads."""
        text = sql.replace("{}", "INSERT INTO t (b, c) SELECT r.a, s.b FROM s;")
        assert tables(text, dialect) == "s -> t"
        assert columns(text, dialect) == ["s.b -> t.c IDENTITY"]

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


class TestChangedRows:
    """What a trigger or rule is given are rows of its table."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE TRIGGER g AFTER UPDATE ON q FOR EACH ROW BEGIN {}; END", "mysql"),
            ("CREATE TRIGGER g AFTER UPDATE ON q FOR EACH ROW {}", "mysql"),
            ("CREATE TRIGGER g AFTER UPDATE OF a, d ON q BEGIN {}; END", "sqlite"),
            ("CREATE RULE g AS ON UPDATE TO q WHERE new.a > 1 DO ALSO {}", "postgres"),
            ("CREATE OR REPLACE RULE g AS ON UPDATE TO q DO INSTEAD ({})", "postgres"),
        ],
    )
    def test_are_those_of_its_table(self, sql: str, dialect: str) -> None:
        """The table counts as read."""
        text = sql.replace("{}", "INSERT INTO t (b, c) SELECT NEW.a, s.b FROM s WHERE s.d = old.d")
        assert tables(text, dialect) == "s, q -> t"
        assert columns(text, dialect) == ["q.a -> t.b IDENTITY", "s.b -> t.c IDENTITY"]
        assert rows(text, dialect) == ["s.d -> t.* FILTER", "q.d -> t.* FILTER"]

    def test_words_that_are_no_columns(self) -> None:
        """SQLite: what RAISE does with the change."""
        sql = "CREATE TRIGGER g BEFORE INSERT ON q BEGIN SELECT RAISE(ABORT, 'x') FROM s WHERE s.a = new.a; END"
        assert tables(sql, "sqlite") == "s, q ->"
        assert columns(sql, "sqlite") == []

    def test_with_colons(self) -> None:
        """Oracle writes them so, under the names of REFERENCING as well."""
        sql = """
            CREATE TRIGGER g AFTER UPDATE ON d.q REFERENCING NEW AS n FOR EACH ROW BEGIN
              INSERT INTO t (b, c) VALUES (:n.a + 1, :old.b);
              DELETE FROM u WHERE id = :n.id;
            END;"""
        assert tables(sql, "oracle") == "d.q -> t, u"
        assert columns(sql, "oracle") == ["d.q.a -> t.b TRANSFORMATION", "d.q.b -> t.c IDENTITY"]
        assert rows(sql, "oracle") == ["d.q.id -> u.* FILTER"]

    def test_under_other_names(self) -> None:
        """REFERENCING gives them, to the table of all changed rows too."""
        head = "CREATE TRIGGER g AFTER UPDATE ON q REFERENCING NEW AS n OLD ROW AS o FOR EACH ROW BEGIN ATOMIC"
        sql = f"{head} INSERT INTO t (b, c) SELECT n.a, s.b FROM s WHERE s.d = o.d; END"
        assert columns(sql, "db2") == ["q.a -> t.b IDENTITY", "s.b -> t.c IDENTITY"]
        assert rows(sql, "db2") == ["s.d -> t.* FILTER", "q.d -> t.* FILTER"]
        sql = f"{head.replace('NEW AS', 'NEW TABLE AS')} INSERT INTO t (b) SELECT x.a FROM n x; END"
        assert tables(sql, "db2") == "q -> t"
        assert columns(sql, "db2") == ["q.a -> t.b IDENTITY"]

    @pytest.mark.parametrize("head", ["ON q AFTER INSERT", "ON q WITH EXECUTE AS OWNER AFTER UPDATE"])
    def test_of_sql_server(self, head: str) -> None:
        """There they are the tables `inserted` and `deleted`."""
        sql = f"CREATE TRIGGER g {head} AS INSERT INTO t (x) SELECT i.a FROM inserted i"
        assert tables(sql, "tsql") == "q -> t"
        assert columns(sql, "tsql") == ["q.a -> t.x IDENTITY"]

    @pytest.mark.parametrize(
        ("assignment", "dialect"),
        [
            ("SET NEW.b = (SELECT max(x) FROM s), new.c = old.d + NEW.a", "mysql"),
            ("SET n.b = (SELECT max(x) FROM s), n.c = o.d + n.a", "db2"),
        ],
    )
    def test_are_written_by_assignments(self, assignment: str, dialect: str) -> None:
        """An UPDATE of the row itself, which does not count as read."""
        names = "REFERENCING NEW AS n OLD AS o" if dialect == "db2" else ""
        sql = f"CREATE TRIGGER g BEFORE INSERT ON q {names} FOR EACH ROW BEGIN {assignment}; END"
        assert tables(sql, dialect) == "s -> q"
        assert columns(sql, dialect) == [
            "s.x -> q.b AGGREGATION", "q.d -> q.c TRANSFORMATION", "q.a -> q.c TRANSFORMATION",
        ]  # fmt: skip

    def test_are_written_with_colons(self) -> None:
        """The assignment of PL/SQL; its value may be none of a column."""
        head = "CREATE TRIGGER g BEFORE INSERT ON q FOR EACH ROW BEGIN"
        assert columns(f"{head} :new.c := UPPER(:old.d); END;", "oracle") == ["q.d -> q.c TRANSFORMATION"]
        assert tables(f"{head} :NEW.day := SYSDATE; END;", "oracle") == "-> q"
        assert columns(f"{head} :NEW.day := SYSDATE; END;", "oracle") == []

    def test_end_with_the_trigger(self) -> None:
        """Elsewhere the names mean what FROM says."""
        sql = "CREATE TRIGGER g AFTER INSERT ON q BEGIN DELETE FROM u; END; INSERT INTO t SELECT new.a FROM z AS new"
        assert tables(sql, "sqlite") == "z -> u, t"
        assert columns(sql, "sqlite") == ["z.a -> t.a IDENTITY"]


class TestRules:
    """CREATE RULE of PostgreSQL: what it does beside or instead of a change."""

    def test_several_statements(self) -> None:
        """They stand in parentheses, a query first or not."""
        body = "INSERT INTO t (a) SELECT b FROM s; DELETE FROM u WHERE u.id IN (SELECT id FROM r)"
        for statements in (body, f"SELECT f(1); {body}", f"{body};"):
            sql = f"CREATE RULE g AS ON DELETE TO q DO INSTEAD ({statements}); INSERT INTO z SELECT b FROM y"
            assert tables(sql, "postgres") == "s, r, y -> t, u, z"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE RULE g AS ON INSERT TO q DO INSTEAD NOTHING", "postgres"),
            ("CREATE RULE g AS ON INSERT TO q DO NOTIFY q", "postgres"),
            ("CREATE RULE positive AS @x > 0", "tsql"),
        ],
    )
    def test_without_data(self, sql: str, dialect: str) -> None:
        """Some do nothing; those of SQL Server are conditions for values."""
        assert tables(f"{sql};\nINSERT INTO t SELECT a FROM s", dialect) == "s -> t"

    def test_that_makes_a_view(self) -> None:
        """What the rule for SELECT gives is read."""
        assert tables('CREATE RULE "_RETURN" AS ON SELECT TO v DO INSTEAD SELECT a FROM s', "postgres") == "s ->"


class TestTableVariables:
    """Variables of SAP HANA that hold the rows of a query."""

    def test_what_fed_them_takes_their_place(self) -> None:
        """A variable may be filled anew from itself, and a result that nobody reads is no table."""
        sql = """CREATE PROCEDURE p (OUT result TABLE (a INT)) AS BEGIN
          rows = SELECT a, sum(b) AS b FROM s GROUP BY a;
          rows = SELECT v.a, v.b, r.c FROM :rows AS v JOIN r ON r.a = v.a;
          INSERT INTO t (x, y, z) SELECT a, b, c FROM :rows;
          result = SELECT a FROM :rows;
        END"""
        assert tables(sql, "hana") == "s, r -> t"
        assert columns(sql, "hana") == ["s.a -> t.x IDENTITY", "s.b -> t.y AGGREGATION", "r.c -> t.z IDENTITY"]

    def test_given_ones(self) -> None:
        """What the caller puts into them is not known."""
        sql = "CREATE PROCEDURE p (IN given TT) AS BEGIN INSERT INTO t (x) SELECT a FROM :given WHERE b = :c; END"
        assert tables(sql, "hana") == "-> t"


class TestRecords:
    """Names for rows of a query: what is taken from them comes from its tables."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("BEGIN FOR r IN ({q}) LOOP {} END LOOP; END;", "oracle"),
            ("DECLARE CURSOR c IS {q}; BEGIN FOR r IN c LOOP {} END LOOP; END;", "oracle"),
            ("DECLARE CURSOR c IS {q}; r c%ROWTYPE; BEGIN OPEN c; LOOP FETCH c INTO r; {} END LOOP; END;", "oracle"),
            ("DO $$ DECLARE r record; BEGIN FOR r IN {q} LOOP {} END LOOP; END $$", "postgres"),
            ("DO $$ DECLARE c NO SCROLL CURSOR FOR {q}; BEGIN FOR r IN c LOOP {} END LOOP; END $$", "postgres"),
            ("DO $$ DECLARE r record; c refcursor; BEGIN OPEN c FOR {q}; FETCH c INTO r; {} END $$", "postgres"),
            ("DECLARE c CURSOR FOR {q}; BEGIN FOR r IN c DO {} END FOR; END;", "snowflake"),
            ("BEGIN LET l RESULTSET := ({q}); LET c CURSOR FOR l; FOR r IN c DO {} END FOR; END;", "snowflake"),
            ("FOR r IN ({q}) DO {} END FOR;", "bigquery"),
            ("BEGIN FOR r AS {q} DO {} END FOR; END", "databricks"),
            ("BEGIN ATOMIC FOR r AS c CURSOR FOR {q} DO {} END FOR; END", "db2"),
            ("CREATE PROCEDURE p() BEGIN FOR r IN ({q}) DO {} END FOR; END", "mariadb"),
        ],
    )
    def test_of_loops_and_cursors(self, sql: str, dialect: str) -> None:
        """What decides about their rows counts as well."""
        statement = "INSERT INTO t (x, y) SELECT r.a, u.b FROM u WHERE u.k = r.m;"
        text = sql.replace("{q}", "SELECT a, n AS m FROM s WHERE z > 1").replace("{}", statement)
        insert = next(statement for statement in analyze(text, dialect).statements if statement.kind == "INSERT")
        assert sorted(map(str, insert.inputs)) == ["s", "u"]
        assert sorted((str(entry.source), entry.source_column, entry.target_column) for entry in insert.columns) == [
            ("s", "a", "x"), ("s", "n", None), ("s", "z", None), ("u", "b", "y"), ("u", "k", None),
        ]  # fmt: skip

    def test_of_nested_loops(self) -> None:
        """The inner query sees the outer record."""
        sql = """
            BEGIN
              FOR d IN (SELECT id FROM dep) LOOP
                FOR e IN (SELECT a FROM emp WHERE dep = d.id) LOOP
                  INSERT INTO t (x, y) VALUES (d.id, e.a);
                END LOOP;
              END LOOP;
            END;"""
        assert [line for line in columns(sql, "oracle") if " t." in line or "t.x" in line or "t.y" in line] == [
            "dep.id -> t.x IDENTITY",
            "emp.a -> t.y IDENTITY",
        ]

    def test_filled_by_a_query(self) -> None:
        """SELECT INTO a record, until something else is assigned to a field of it."""
        sql = "DECLARE r s%ROWTYPE; BEGIN SELECT a, b INTO r FROM s; {} INSERT INTO t (x) VALUES (r.a); END;"
        assert columns(sql.replace("{}", ""), "oracle")[-1] == "s.a -> t.x IDENTITY"
        assert "t.x" not in " ".join(columns(sql.replace("{}", "r.a := 1;"), "oracle"))

    def test_parameters_of_cursors(self) -> None:
        """They are values."""
        sql = "DECLARE CURSOR c (p NUMBER, q NUMBER) IS SELECT a FROM s WHERE b = p AND d > q; BEGIN NULL; END;"
        assert rows(sql, "oracle") == ["s.b -> * FILTER", "s.d -> * FILTER"]

    def test_may_be_called_like_tables(self) -> None:
        """What FROM names comes first, and so does a target."""
        sql = "BEGIN FOR s IN (SELECT s.a FROM s) LOOP UPDATE s SET b = 1 WHERE s.a = 2; END LOOP; END;"
        assert tables(sql, "oracle") == "s -> s"
        assert rows(sql, "oracle") == []

    def test_end_with_their_loop(self) -> None:
        """Then the name is that of a table or column again."""
        sql = "BEGIN FOR r IN (SELECT a FROM s) LOOP NULL; END LOOP; INSERT INTO t (x) SELECT r.a FROM u; END;"
        assert columns(sql, "oracle")[-1] == "?.a -> t.x IDENTITY"
