"""Scripts: several statements, and what an earlier one means for a later one."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import Problem, TableName, analyze

CATEGORY = {"s3_datalake.category": ["catid", "catgroup", "catname", "catdesc"]}


class TestStatements:
    """The lineage of each statement."""

    def test_each_statement_has_its_own_lineage(self) -> None:
        """Inputs, outputs and columns of one do not appear in another."""
        lineage = analyze("INSERT INTO t1 SELECT a FROM s1;\nINSERT INTO t2 SELECT b FROM s2;")
        first, second = lineage.statements
        assert [str(entry.source) for entry in first.columns] == ["s1"]
        assert (first.outputs, second.inputs) == ((TableName(None, None, "t1"),), (TableName(None, None, "s2"),))
        assert lineage.columns == first.columns + second.columns

    def test_positions(self) -> None:
        """Offset and line of the first character; blanks and comments before it do not count."""
        sql = "-- first\nSELECT 1 AS a;\n\n/* second; really */ SELECT 2 AS b"
        statements = analyze(sql).statements
        assert [(sql[statement.position :][:8], statement.line) for statement in statements] == [
            ("SELECT 1", 2),
            ("SELECT 2", 4),
        ]

    def test_list_of_texts(self) -> None:
        """A list is one script; positions are those in each text."""
        lineage = analyze(["SELECT a FROM s", " SELECT b FROM r; SELECT c FROM q"])
        assert [statement.position for statement in lineage.statements] == [0, 1, 18]
        assert [str(table) for table in lineage.inputs] == ["s", "r", "q"]

    @pytest.mark.parametrize("sql", ["", "   \n", ";", ";;\n;", "-- only a comment", "/* nothing */;", []])
    def test_nothing_to_analyse(self, sql: str) -> None:
        """Empty statements and comments are no statements and no problems."""
        assert analyze(sql) == analyze("")
        assert analyze(sql).statements == ()

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT ';' AS a FROM s", "postgres"),
            ('SELECT a AS ";" FROM s', "postgres"),
            ("SELECT a /* ; */ FROM s -- ;", "postgres"),
            ("SELECT $$;$$ AS a FROM s", "postgres"),
            ("SELECT $x$ ; $$ ; $x$ AS a FROM s", "postgres"),
            ("SELECT 'it''s;' AS a FROM s", "postgres"),
            (r"SELECT 'it\'s;' AS a FROM s", "bigquery"),
            (r"SELECT E'it\'s;' AS a FROM s", "postgres"),
            ("SELECT a # ;\n FROM s", "mysql"),
            ("SELECT `;` AS a FROM s", "mysql"),
            ("SELECT [;] AS a FROM s", "tsql"),
        ],
    )
    def test_semicolons_that_end_nothing(self, sql: str, dialect: str | None) -> None:
        """In strings, quoted names and comments they are text."""
        lineage = analyze(f"{sql}\n; SELECT b FROM r", dialect)
        assert [statement.position for statement in lineage.statements] == [0, len(sql) + 3]
        assert lineage.statements[1].inputs == (TableName(None, None, "r"),)

    @pytest.mark.parametrize(
        ("dialect", "comment"),
        [
            ("postgres", "/* one /* two; */ FROM r; */"),
            ("tsql", "/* one /* two /* three */ */ FROM r; */"),
            ("snowflake", "/* one /* two; */"),
        ],
    )
    def test_comments_inside_comments(self, dialect: str, comment: str) -> None:
        """Where the database has them, each is closed on its own; elsewhere the first end counts."""
        assert tables(f"SELECT a {comment}\nFROM s", dialect) == "s ->"

    def test_comments_between_any_two_words(self) -> None:
        """Inside of keywords, names and openings too; those that look like strings as well."""
        sql = """
            INSERT /* it's */ INTO -- FROM x
            t (b) SELECT s /* . */ . a FROM s GROUP /* ; */ BY s.a ORDER -- don't
            BY s.a; CREATE /* y */ OR -- z
            REPLACE PROCEDURE p() AS $$ BEGIN /* BEGIN */ UPDATE u SET a = 1; END $$ LANGUAGE plpgsql"""
        assert tables(sql, "postgres") == "s -> t, u"

    def test_go_ends_a_batch(self) -> None:
        """SQL Server's client: GO on a line of its own, in any case, perhaps with a count."""
        sql = "SET NOCOUNT ON\nGO\nINSERT INTO t SELECT a FROM s\n  go 5\nINSERT INTO u SELECT go FROM r\n"
        assert tables(sql, "tsql") == "s, r -> t, u"

    def test_lines_of_sql_server_need_no_semicolon(self) -> None:
        """What touches no dataset ends where the next statement begins a line."""
        sql = "SET NOCOUNT ON\nDECLARE @day INT = 1\nBEGIN TRAN\nINSERT INTO t\nSELECT a FROM s"
        assert tables(sql, "tsql") == "s -> t"

    @pytest.mark.parametrize(("separator", "dialect"), [("GO", "tsql"), ("/", "oracle"), ("@", "db2")])
    def test_lines_may_end_as_in_windows(self, separator: str, dialect: str) -> None:
        """With carriage returns."""
        sql = f"INSERT INTO t\r\nSELECT a FROM s\r\n{separator}\r\nINSERT INTO u\r\nSELECT a FROM r\r\n{separator}\r\n"
        assert tables(sql, dialect) == "s, r -> t, u"

    def test_statements_of_a_block(self) -> None:
        """BEGIN, END and the like only frame them."""
        sql = "BEGIN\n  INSERT INTO t SELECT a FROM s;\n  DELETE FROM u;\nEND;"
        lineage = analyze(sql, "snowflake")
        assert [statement.kind for statement in lineage.statements] == ["INSERT", "DELETE"]
        assert tables(sql, "snowflake") == "s -> t, u"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SET ECHO ON\nSPOOL it's.log\nPROMPT it's me\n{}\n/\n@more.sql\nEXIT", "oracle"),
            ("\\set day 1\n\\c warehouse\n{}\n\\gset", "postgres"),
            (".LOGON host/user\n{};\n.IF ERRORCODE <> 0 THEN .EXIT 1\n.QUIT", "teradata"),
            ("!set exit_on_error=true\n{};\n!quit", "snowflake"),
            (":setvar db x\n{}\nGO", "tsql"),
            ("DELIMITER //\n{} //\nDELIMITER ;", "mysql"),
            ("--#SET TERMINATOR @\n{}@", "db2"),
            ("ADD JAR s3://b/f.jar; SET hive.exec.dynamic.partition = true; {}", "hive"),
        ],
    )
    def test_commands_for_the_client(self, sql: str, dialect: str) -> None:
        """Lines that the database never sees, and separators of the client's own, may hold any text."""
        assert tables(sql.format("INSERT INTO t SELECT a FROM s"), dialect) == "s -> t"

    def test_copy_of_psql(self) -> None:
        """It ends with its line, and is COPY from a file of the client."""
        sql = "\\copy t FROM 'f.csv' CSV\nINSERT INTO u SELECT a FROM t"
        assert tables(sql, "postgres") == "f.csv, t -> t, u"


class TestStatementsWithoutSeparator:
    """Statements of SQL Server follow each other without a semicolon, on one line or several."""

    @pytest.mark.parametrize(
        ("sql", "kinds"),
        [
            ("DECLARE @x INT = 1 INSERT INTO t (a) SELECT a FROM s UPDATE t SET a = 1", "DECLARE INSERT UPDATE"),
            ("SELECT a FROM s UNION ALL SELECT b FROM r SELECT c FROM q", "SELECT SELECT"),
            ("INSERT INTO t VALUES (1) SELECT a FROM s", "INSERT SELECT"),
            ("INSERT INTO t (a) OUTPUT inserted.a INTO @o SELECT a FROM s DELETE FROM u", "INSERT DELETE"),
            ("UPDATE t SET a = CASE WHEN b = 1 THEN 2 ELSE 3 END SET @x = 1", "UPDATE SET"),
            ("MERGE t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b DROP TABLE s", "MERGE DROP"),
            ("MERGE t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a) USE x", "MERGE USE"),
            ("MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE SELECT a FROM s", "MERGE SELECT"),
            ("WITH c AS (SELECT a FROM s) INSERT INTO t SELECT a FROM c DROP TABLE u", "INSERT DROP"),
            ("SELECT a FROM s WITH (NOLOCK) WITH c AS (SELECT 1 AS b) SELECT b FROM c", "SELECT SELECT"),
            ("SELECT a FROM s ORDER BY a OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY FETCH NEXT FROM c", "SELECT FETCH"),
            ("GRANT SELECT, INSERT, EXECUTE ON t TO u SELECT a FROM s", "GRANT SELECT"),
            (
                "CREATE TABLE t (a INT REFERENCES r (a) ON DELETE CASCADE ON UPDATE SET NULL) SELECT a FROM s",
                "CREATE_TABLE SELECT",
            ),
            ("ALTER TABLE t ALTER COLUMN a INT ALTER TABLE t DROP COLUMN b DROP TABLE t", "ALTER ALTER DROP"),
            ("DROP TABLE IF EXISTS t IF EXISTS (SELECT 1 FROM q) DROP TABLE u", "DROP DROP"),
            ("DECLARE c CURSOR FOR SELECT a FROM s OPEN c CLOSE c DEALLOCATE c", "SELECT OPEN CLOSE DEALLOCATE"),
            ("BEGIN TRAN x TRUNCATE TABLE t COMMIT TRAN x", "BEGIN TRUNCATE COMMIT"),
            ("SELECT [select], s.[update] FROM s SELECT 'insert into t select' AS b", "SELECT SELECT"),
        ],
    )
    def test_begin_with_their_keyword(self, sql: str, kinds: str) -> None:
        """A keyword begins a statement where it cannot belong to the one before."""
        lineage = analyze(sql, "tsql")
        assert " ".join(statement.kind for statement in lineage.statements) == kinds
        assert lineage.problems == ()

    def test_conditions_and_blocks(self) -> None:
        """IF and WHILE end where the statement begins that they decide about."""
        sql = """
            IF EXISTS (SELECT 1 FROM checked) DELETE FROM t ELSE INSERT t2 SELECT b FROM s
            WHILE @i < 10 BEGIN SET @i += 1 INSERT INTO w SELECT a FROM r END
            BEGIN TRY UPDATE t SET a = 1 END TRY BEGIN CATCH ROLLBACK INSERT INTO e VALUES (1) END CATCH"""
        assert tables(sql, "tsql") == "s, r -> t, t2, w, e"


class TestProblems:
    """What is not understood."""

    def test_costs_one_statement_only(self) -> None:
        """The statements around it keep their lineage."""
        lineage = analyze("SELECT a FROM s; LATER x OF 1; SELECT b FROM r", "snowflake")
        assert [str(table) for table in lineage.inputs] == ["s", "r"]
        assert [statement.kind for statement in lineage.statements] == ["SELECT", "UNKNOWN", "SELECT"]
        assert lineage.problems == (Problem(1, "unexpected syntax in line 1"),)

    @pytest.mark.parametrize("function", ["script.split", "ahead._changes"])
    def test_never_raises(self, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not even where the look at the whole script fails, before any statement is read."""

        def fail(*_: object) -> None:
            raise RecursionError

        monkeypatch.setattr(f"lineage_kit.sql.{function}", fail)
        lineage = analyze("CREATE TABLE t AS SELECT a FROM s; DROP TABLE u")
        assert [str(table) for table in lineage.inputs] == ["s"]
        assert "t" in [str(table) for table in lineage.outputs]

    def test_names_the_line_in_the_script(self) -> None:
        """Counted from the beginning of the text, not of the statement."""
        lineage = analyze("SELECT a FROM s;\n\nSELECT b\nFROM FROM WHERE")
        assert lineage.problems == (Problem(1, "unexpected syntax in line 4"),)

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CALL p('secret')", "postgres"),
            ("EXECUTE IMMEDIATE 'DELETE FROM secret' || x", "oracle"),
            ("EXECUTE IMMEDIATE 'secret'", "snowflake"),
            ("SELECT 'secret", None),
            ("SELECT secret FROM FROM", None),
            ("secret", None),
            ("DO $$ BEGIN secret 'secret'; END $$", "postgres"),
        ],
    )
    def test_is_never_silent_and_never_tells_the_text(
        self, sql: str, dialect: str | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A statement may hold credentials: no reason and no log line quotes it."""
        lineage = analyze(sql, dialect)
        assert [problem.statement for problem in lineage.problems] == [0]
        assert "secret" not in f"{lineage} {caplog.text}"

    @pytest.mark.parametrize("opening", ["'", "[", "{{ ", "{% ", "/*", "$a$ $b$ ", "q'["])
    @pytest.mark.parametrize("dialect", ["postgres", "tsql", "oracle"])
    def test_what_is_opened_and_never_closed(self, opening: str, dialect: str) -> None:
        """The text is read once, not once more from every opening (which would take minutes here)."""
        sql = f"SELECT a FROM s; SELECT {opening * 20_001}"
        assert len(analyze(sql, dialect, max_seconds=0.5).statements) in {1, 2}

    def test_deep_nesting(self) -> None:
        """It costs the statement, not the process."""
        lineage = analyze("SELECT " + "(SELECT " * 500 + "a" + ")" * 500 + " FROM s; SELECT b FROM r")
        assert lineage.problems == (Problem(0, "nested too deeply"),)
        assert [str(table) for table in lineage.statements[1].inputs] == ["r"]


class TestTemporaryTables:
    """Temporary tables of the script: what fed them takes their place."""

    @pytest.mark.parametrize(
        ("create", "dialect", "name"),
        [
            ("CREATE TEMP TABLE tmp AS SELECT a, b + 1 AS c FROM s WHERE d", "postgres", "tmp"),
            ("CREATE TEMPORARY TABLE tmp AS SELECT a, b + 1 AS c FROM s WHERE d", "snowflake", "tmp"),
            ("CREATE TEMP TABLE tmp (a, c) AS SELECT a, b + 1 FROM s WHERE d", "postgres", "tmp"),
            ("SELECT a, b + 1 AS c INTO #tmp FROM s WHERE d", "tsql", "#tmp"),
            ("CREATE TEMP VIEW tmp AS SELECT a, b + 1 AS c FROM s WHERE d", "postgres", "tmp"),
            (
                "CREATE TABLE #tmp (a INT, c INT); INSERT INTO #tmp SELECT a, b + 1 FROM s WHERE d",
                "tsql",
                "#tmp",
            ),
        ],
    )
    def test_are_collapsed(self, create: str, dialect: str | None, name: str | None) -> None:
        """Tables, columns and conditions go through."""
        sql = f"{create}; INSERT INTO t (x, y) SELECT a, c FROM {name}; DROP TABLE {name}"
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.x IDENTITY", "s.b -> t.y TRANSFORMATION"]
        assert rows(sql, dialect) == ["s.d -> t.* FILTER"]

    def test_table_variables(self) -> None:
        """Those of SQL Server live no longer than the batch."""
        sql = "DECLARE @v TABLE (a INT); INSERT INTO @v (a) SELECT b FROM s; INSERT INTO t SELECT a FROM @v"
        assert tables(sql, "tsql") == "s -> t"
        assert columns(sql, "tsql") == ["s.b -> t.a IDENTITY"]

    def test_several_inserts_add_up(self) -> None:
        """A reader gets what all of them put in."""
        sql = """
            CREATE TEMP TABLE tmp (x INT);
            INSERT INTO tmp SELECT a FROM s;
            INSERT INTO tmp SELECT b FROM r;
            INSERT INTO t SELECT x FROM tmp"""
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "r.b -> t.x IDENTITY"]

    @pytest.mark.parametrize("last", ["INSERT INTO t SELECT x FROM early", "INSERT INTO t (x) SELECT e.x FROM early e"])
    def test_a_copy_does_not_grow(self, last: str) -> None:
        """What is put into a table later was not in it when it was read."""
        sql = f"""
            CREATE TEMP TABLE tmp (x INT);
            INSERT INTO tmp SELECT a FROM s;
            INSERT INTO tmp SELECT b FROM r;
            CREATE TEMP TABLE early AS SELECT * FROM tmp;
            INSERT INTO tmp SELECT c FROM q;
            INSERT INTO early SELECT d FROM p;
            {last}"""
        assert columns(sql, "postgres") == [f"{source} -> t.x IDENTITY" for source in ("s.a", "r.b", "p.d")]

    def test_a_copy_that_nobody_reads_does_not_grow(self) -> None:
        """It is told with what it holds, as other tables are."""
        sql = """
            CREATE TEMP TABLE tmp AS SELECT a AS x FROM s;
            INSERT INTO tmp SELECT b FROM r;
            CREATE TEMP TABLE early AS SELECT * FROM tmp;
            INSERT INTO tmp SELECT c FROM q"""
        assert columns(sql, "postgres") == ["s.a -> early.x IDENTITY", "r.b -> early.x IDENTITY"]

    def test_after_drop_the_name_is_a_table_again(self) -> None:
        """A permanent table of the same name is one."""
        sql = "CREATE TEMP TABLE x AS SELECT a FROM s; DROP TABLE x; INSERT INTO t SELECT a FROM x"
        assert tables(sql, "postgres") == "s, x -> t"

    def test_permanent_intermediates_stay(self) -> None:
        """Somebody else may read them."""
        sql = "CREATE TABLE mid AS SELECT a FROM s; INSERT INTO t SELECT a FROM mid"
        assert tables(sql) == "s, mid -> mid, t"


class TestKnowledgeFromEarlierStatements:
    """Columns and defaults that the script itself tells."""

    def test_columns_of_a_created_table(self) -> None:
        """They expand a star later on."""
        sql = "CREATE TABLE mid (a INT, b INT); CREATE TABLE t AS SELECT * FROM mid"
        assert columns(sql) == ["mid.a -> t.a IDENTITY", "mid.b -> t.b IDENTITY"]

    def test_columns_of_a_table_made_from_a_query(self) -> None:
        """The same for CREATE TABLE AS."""
        sql = "CREATE TABLE mid AS SELECT a, b AS c FROM s; CREATE TABLE t AS SELECT * FROM mid"
        assert columns(sql)[2:] == ["mid.a -> t.a IDENTITY", "mid.c -> t.c IDENTITY"]

    def test_a_table_made_anew_forgets_its_columns(self) -> None:
        """What it was before does not count after DROP and CREATE."""
        sql = """
            CREATE TABLE mid AS SELECT a FROM s; DROP TABLE mid; CREATE TABLE mid AS SELECT * FROM r;
            CREATE TABLE t AS SELECT * FROM mid"""
        assert columns(sql) == ["s.a -> mid.a IDENTITY"]

    @pytest.mark.parametrize(
        ("use", "dialect", "expected"),
        [
            ("USE x", "mysql", "x.s ->"),
            ("USE x", "tsql", "x.s ->"),
            ("USE SCHEMA x.y", "snowflake", "x.y.s ->"),
            ("USE DATABASE x; USE SCHEMA y", "snowflake", "x.y.s ->"),
            ("USE WAREHOUSE x", "snowflake", "s ->"),
            ("USE ROLE x", "snowflake", "s ->"),
            ("USE CATALOG x; USE SCHEMA y", "databricks", "x.y.s ->"),
            ("SET search_path TO x, y", "postgres", "x.s ->"),
            ("SET LOCAL search_path = 'x'", "postgres", "x.s ->"),
            ('SET search_path TO "$user", x', "redshift", "x.s ->"),
            ("SET SCHEMA 'x'", "postgres", "x.s ->"),
            ("SET CURRENT SCHEMA = x", "db2", "x.s ->"),
            ("ALTER SESSION SET CURRENT_SCHEMA = x", "oracle", "x.s ->"),
            ("DATABASE x", "teradata", "x.s ->"),
        ],
    )
    def test_defaults(self, use: str, dialect: str | None, expected: Any) -> None:
        """USE and the search path complete the names that follow."""
        assert tables(f"{use}; SELECT a FROM s", dialect) == expected


class TestTickit:
    """The statements of the example warehouse, as SQLite runs them."""

    def test_staging_copies_a_source_table(self) -> None:
        """The attached database is the schema of the source."""
        sql = """
            ATTACH DATABASE '/x/datalake.db' AS s3_datalake;
            DROP TABLE IF EXISTS category;
            CREATE TABLE category AS SELECT * FROM s3_datalake.category"""
        assert tables(sql, "sqlite", schema=CATEGORY) == "s3_datalake.category -> category"
        assert columns(sql, "sqlite", schema=CATEGORY) == [
            f"s3_datalake.category.{name} -> category.{name} IDENTITY"
            for name in ("catid", "catgroup", "catname", "catdesc")
        ]

    def test_fact_table(self) -> None:
        """Sales with the date of the event."""
        sql = """
            CREATE TABLE fact_sales AS
            SELECT s.salesid, s.listid, s.sellerid, s.buyerid, s.eventid, s.dateid, s.qtysold, s.pricepaid,
                   s.commission, d.caldate
            FROM sales s JOIN date d ON s.dateid = d.dateid"""
        assert tables(sql, "sqlite") == "sales, date -> fact_sales"
        assert len(columns(sql, "sqlite")) == 10
        assert columns(sql, "sqlite")[-1] == "date.caldate -> fact_sales.caldate IDENTITY"
        assert rows(sql, "sqlite") == ["sales.dateid -> fact_sales.* JOIN", "date.dateid -> fact_sales.* JOIN"]

    def test_dimension_of_four_tables(self) -> None:
        """Events with their category, venue and date."""
        sql = """
            CREATE TABLE dim_event AS
            SELECT e.eventid, e.eventname, c.catname, v.venuename, v.venuecity, d.caldate, e.starttime
            FROM event e
            JOIN date d ON e.dateid = d.dateid
            JOIN category c ON e.catid = c.catid
            JOIN venue v ON e.venueid = v.venueid"""
        assert tables(sql, "sqlite") == "event, date, category, venue -> dim_event"
        assert columns(sql, "sqlite") == [
            "event.eventid -> dim_event.eventid IDENTITY",
            "event.eventname -> dim_event.eventname IDENTITY",
            "category.catname -> dim_event.catname IDENTITY",
            "venue.venuename -> dim_event.venuename IDENTITY",
            "venue.venuecity -> dim_event.venuecity IDENTITY",
            "date.caldate -> dim_event.caldate IDENTITY",
            "event.starttime -> dim_event.starttime IDENTITY",
        ]


class TestRowsInScripts:
    """COPY ... FROM STDIN in a dump of Postgres, which the rows themselves follow."""

    @pytest.mark.parametrize("rows", ["", "1\tit's; (\n", '2\t"x\n3\t$$\n', "COPY q FROM stdin;\n", "/* --\n"])
    def test_rows_are_no_sql(self, rows: str) -> None:
        """They end with a line of two signs."""
        sql = f"COPY t (a, b) FROM stdin WITH (DELIMITER ';');\n{rows}\\.\n\nINSERT INTO u SELECT a FROM t;"
        lineage = analyze(sql, "postgres")
        assert [(statement.kind, str(*statement.outputs)) for statement in lineage.statements] == [
            ("COPY", "t"),
            ("INSERT", "u"),
        ]
        assert lineage.statements[1].position == sql.index("INSERT")
        assert lineage.problems == ()

    def test_rows_that_are_not_there(self) -> None:
        """The client sends them; what follows is SQL."""
        assert tables("COPY t FROM stdin;\nINSERT INTO u SELECT a FROM t;", "postgres") == "t -> t, u"


class TestVersionedComments:
    """Comments of MySQL that it runs, as dumps have them."""

    def test_statement_in_comments(self) -> None:
        """Each holds a part of it."""
        sql = (
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`r`@`%` SQL SECURITY DEFINER */\n"
            "/*!50001 VIEW `v` AS SELECT `s`.`a` AS `b` FROM `s` */;"
        )
        assert columns(sql, "mysql") == ["s.a -> v.b IDENTITY"]

    def test_elsewhere_they_are_comments(self) -> None:
        """Inside strings they are text, and in other databases nothing."""
        assert columns("SELECT /*!40000 SQL_NO_CACHE */ a, '/*!1 x */' AS b FROM s", "mysql") == ["s.a -> a IDENTITY"]
        assert tables("SELECT a FROM s /*!50001 , r */", "postgres") == "s ->"


class TestOpenSchema:
    """Exasol."""

    def test_is_the_default_from_there_on(self) -> None:
        """As USE is elsewhere."""
        assert tables("OPEN SCHEMA x; INSERT INTO t SELECT a FROM y.s", "exasol") == "y.s -> x.t"


class TestReset:
    """RESET of the search path."""

    @pytest.mark.parametrize("reset", ["RESET search_path", "RESET ALL"])
    def test_defaults_come_back(self, reset: str) -> None:
        """Those that the caller gave."""
        sql = f"SET search_path TO x; SELECT a FROM s; {reset}; INSERT INTO t SELECT a FROM s"
        assert tables(sql, "postgres", default_schema="d") == "x.s, d.s -> d.t"
