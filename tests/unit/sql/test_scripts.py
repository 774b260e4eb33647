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

    def test_go_ends_a_batch(self) -> None:
        """SQL Server's client: GO on a line of its own, in any case, perhaps with a count."""
        sql = "SET NOCOUNT ON\nGO\nINSERT INTO t SELECT a FROM s\n  go 5\nINSERT INTO u SELECT go FROM r\n"
        assert tables(sql, "tsql") == "s, r -> t, u"

    def test_lines_of_sql_server_need_no_semicolon(self) -> None:
        """What touches no dataset ends where the next statement begins a line."""
        sql = "SET NOCOUNT ON\nDECLARE @day INT = 1\nBEGIN TRAN\nINSERT INTO t\nSELECT a FROM s"
        assert tables(sql, "tsql") == "s -> t"

    def test_statements_of_a_block(self) -> None:
        """BEGIN, ELSE and the like only stand before them."""
        sql = "BEGIN\n  INSERT INTO t SELECT a FROM s;\n  DELETE FROM u;\nEND;"
        lineage = analyze(sql, "snowflake")
        assert [statement.kind for statement in lineage.statements] == ["INSERT", "DELETE", "END"]
        assert tables(sql, "snowflake") == "s -> t, u"

    def test_body_of_a_routine_stays_with_its_definition(self) -> None:
        """Its semicolons end nothing; defining it runs nothing."""
        sql = """
            CREATE PROCEDURE p AS BEGIN
                IF 1 = 1 BEGIN INSERT INTO t SELECT a FROM s; END;
                UPDATE t SET x = CASE WHEN y = 1 THEN 2 END;
            END;
            SELECT b FROM r"""
        lineage = analyze(sql, "tsql")
        assert [statement.kind for statement in lineage.statements] == ["CREATE_PROCEDURE", "SELECT"]
        assert [str(table) for table in lineage.inputs] == ["r"]
        assert lineage.problems == (Problem(0, "the body of a procedure is not analysed"),)


class TestProblems:
    """What is not understood."""

    def test_costs_one_statement_only(self) -> None:
        """The statements around it keep their lineage."""
        lineage = analyze("SELECT a FROM s; LET x := 1; SELECT b FROM r", "snowflake")
        assert [str(table) for table in lineage.inputs] == ["s", "r"]
        assert [statement.kind for statement in lineage.statements] == ["SELECT", "UNKNOWN", "SELECT"]
        assert lineage.problems == (Problem(1, "unexpected syntax in line 1"),)

    def test_names_the_line_in_the_script(self) -> None:
        """Counted from the beginning of the text, not of the statement."""
        lineage = analyze("SELECT a FROM s;\n\nSELECT b\nFROM FROM WHERE")
        assert lineage.problems == (Problem(1, "unexpected syntax in line 4"),)

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CALL p('secret')", "postgres"),
            ("EXECUTE IMMEDIATE 'secret'", "snowflake"),
            ("UNLOAD ('SELECT 1') TO 's3://b' CREDENTIALS 'secret'", "redshift"),
            ("SELECT 'secret", None),
            ("SELECT secret FROM FROM", None),
            ("secret", None),
            ("DO $$ BEGIN PERFORM 'secret'; END $$", "postgres"),
        ],
    )
    def test_is_never_silent_and_never_tells_the_text(
        self, sql: str, dialect: str | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A statement may hold credentials: no reason and no log line quotes it."""
        lineage = analyze(sql, dialect)
        assert [problem.statement for problem in lineage.problems] == [0]
        assert [statement.kind for statement in lineage.statements] == ["UNKNOWN"]
        assert "secret" not in f"{lineage} {caplog.text}"

    @pytest.mark.parametrize("opening", ["'", "[", "{{ ", "{% ", "/*", "$a$ $b$ ", "q'["])
    @pytest.mark.parametrize("dialect", ["postgres", "tsql", "oracle"])
    def test_what_is_opened_and_never_closed(self, opening: str, dialect: str) -> None:
        """The text is read once, not once more from every opening (which would take minutes here)."""
        assert len(analyze(f"SELECT a FROM s; SELECT {opening * 20_001}", dialect).statements) in {1, 2}

    def test_deep_nesting(self) -> None:
        """It costs the statement, not the process."""
        lineage = analyze("SELECT " + "(" * 500 + "a" + ")" * 500 + " FROM s; SELECT b FROM r")
        assert lineage.problems == (Problem(0, "nested too deeply"),)
        assert [str(table) for table in lineage.inputs] == ["r"]


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
            ("SET search_path TO x, y", "postgres", "x.s ->"),
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
