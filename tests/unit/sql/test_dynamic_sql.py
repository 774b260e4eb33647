"""Statements that run others: dynamic SQL, prepared statements, calls."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import Problem, analyze

UNKNOWN_TEXT = Problem(0, "the text of dynamic SQL is only known when it runs")
UNKNOWN_ROUTINE = Problem(0, "the text of the called routine is not in the script")


class TestKnownTexts:
    """The text is a literal, or a variable that holds one."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("EXECUTE IMMEDIATE 'INSERT INTO t SELECT a FROM s'", "snowflake"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t SELECT a FROM s WHERE b = :1' USING v", "oracle"),
            ("EXECUTE IMMEDIATE q'[INSERT INTO t SELECT a FROM s WHERE b = 'x']'", "oracle"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t ' || 'SELECT a FROM s'", "oracle"),
            ('EXECUTE IMMEDIATE """INSERT INTO t SELECT a FROM s WHERE b = \'x\'"""', "bigquery"),
            ("DO $$ BEGIN EXECUTE 'INSERT INTO t SELECT a FROM s WHERE b = $1' USING v; END $$", "postgres"),
            ("EXEC('INSERT INTO t SELECT a FROM s WHERE b = ''x''')", "tsql"),
            ("EXECUTE (N'INSERT INTO t ' + N'SELECT a FROM s')", "tsql"),
            ("EXEC sp_executesql N'INSERT INTO t SELECT a FROM s WHERE b = @b', N'@b INT', @b = 1", "tsql"),
            ("DECLARE @q NVARCHAR(MAX) = N'INSERT INTO t SELECT a FROM s' EXEC (@q)", "tsql"),
            ("DECLARE @q NVARCHAR(MAX) = N''; SET @q += N'INSERT INTO t SELECT a FROM s'; EXEC (@q)", "tsql"),
            ("DECLARE @n INT = (SELECT 1), @q VARCHAR(99) = 'INSERT INTO t SELECT a FROM s'; EXEC (@q)", "tsql"),
            ("DECLARE @q NVARCHAR(MAX) SET @q = 'INSERT INTO t SELECT a FROM s' EXEC sp_executesql @q", "tsql"),
            ("DECLARE @q NVARCHAR(MAX) SELECT @q = 'INSERT INTO t SELECT a FROM s' EXEC (@q)", "tsql"),
            ("SET @q = 'INSERT INTO t SELECT a FROM s'; PREPARE p FROM @q; EXECUTE p; DEALLOCATE PREPARE p", "mysql"),
            ("PREPARE p AS INSERT INTO t SELECT a FROM s; EXECUTE p", "postgres"),
            ("PREPARE p FROM 'INSERT INTO t SELECT a FROM s'; EXECUTE p USING 1", "trino"),
            ("PREPARE p FROM INSERT INTO t SELECT a FROM s WHERE b = ?; EXECUTE p USING 1", "trino"),
            ("PREPARE p FROM WITH c AS (SELECT a FROM s) SELECT a FROM c; INSERT INTO t SELECT 1", "athena"),
            ("BEGIN LET q := 'INSERT INTO t SELECT a FROM s'; EXECUTE IMMEDIATE :q; END", "snowflake"),
            ("DECLARE q STRING DEFAULT 'INSERT INTO t SELECT a FROM s'; EXECUTE IMMEDIATE q", "bigquery"),
            (
                "DECLARE q VARCHAR2(200) := 'INSERT INTO t SELECT a FROM s'; BEGIN EXECUTE IMMEDIATE q; END;",
                "oracle",
            ),
        ],
    )
    def test_are_read(self, sql: str, dialect: str) -> None:
        """The statement that runs it has the lineage of the text."""
        assert tables(sql, dialect) == "s -> t"

    def test_kind_is_that_of_the_text(self) -> None:
        """Where the text is one statement."""
        lineage = analyze("EXECUTE IMMEDIATE 'TRUNCATE TABLE t'", "oracle")
        assert [statement.kind for statement in lineage.statements] == ["TRUNCATE"]

    def test_one_variable_after_the_other(self) -> None:
        """Each text counts once it was run."""
        sql = "SET @q = 'DELETE FROM t' EXEC (@q) SET @q = 'DELETE FROM u' EXEC (@q)"
        assert tables(sql, "tsql") == "-> t, u"

    def test_cursor_over_a_text(self) -> None:
        """OPEN runs it."""
        assert tables("BEGIN OPEN c FOR 'SELECT a FROM s'; END;", "oracle") == "s ->"


class TestUnknownValues:
    """The text is put together, and only values in it are not known."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("EXECUTE IMMEDIATE 'INSERT INTO t (b) SELECT a FROM s WHERE d = ''' || v || ''''", "oracle"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t (b) SELECT a FROM s WHERE d > ' || to_char(v, 'YYYY')", "oracle"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t (b) SELECT a FROM s WHERE d IN (' || v || ',' || w || ')'", "oracle"),
            (
                (
                    "BEGIN q := 'INSERT INTO t (b) SELECT a FROM s WHERE d = ' || CHR(39) || v || CHR(39);"
                    " EXECUTE IMMEDIATE q; END;"
                ),
                "oracle",
            ),
            ("EXECUTE format('INSERT INTO t (b) SELECT a FROM s WHERE d LIKE %L', v)", "postgres"),
            ("EXECUTE format('INSERT INTO %1$I (b) SELECT a FROM %2$s WHERE d = %3$L', 't', 's', v)", "postgres"),
            ("EXECUTE 'INSERT INTO t (b) SELECT a FROM s WHERE d = ' || quote_literal(v) USING w", "postgres"),
            ("EXEC (N'INSERT INTO t (b) SELECT a FROM s WHERE d = ''' + @d + N'''')", "tsql"),
            (
                (
                    "SET @q = N'INSERT INTO t (b) SELECT a FROM s WHERE d = ' + CAST(@d AS VARCHAR(9))"
                    " EXEC sp_executesql @q"
                ),
                "tsql",
            ),
            ("SET @q = 'INSERT INTO t (b) SELECT a FROM s' SET @q += ' WHERE d = 1' EXEC (@q)", "tsql"),
            ("SET @q = 'INSERT INTO t (b) SELECT a FROM s' SET @q = @q + ' WHERE d = 1' EXEC (@q)", "tsql"),
            ("SET @n = 't' EXEC ('INSERT INTO ' + QUOTENAME(@n) + ' (b) SELECT a FROM s WHERE d = 1')", "tsql"),
            (
                "SET @q = CONCAT('INSERT INTO t (b) SELECT a FROM s WHERE d = ''', x, ''''); PREPARE p FROM @q",
                "mysql",
            ),
            (
                'EXECUTE IMMEDIATE FORMAT("""INSERT INTO t (b) SELECT a FROM s WHERE d BETWEEN %s AND 2""", v)',
                "bigquery",
            ),
            (
                (
                    "BEGIN LET q := 'INSERT INTO t (b) SELECT a FROM s WHERE d = ''' || :d || '''';"
                    " EXECUTE IMMEDIATE :q;"
                    " END"
                ),
                "snowflake",
            ),
        ],
    )
    def test_are_no_problem(self, sql: str, dialect: str) -> None:
        """No column comes from them."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.b IDENTITY"]
        assert rows(sql, dialect) == ["s.d -> t.* FILTER"]


class TestUnknownTexts:
    """What is put together while the script runs."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("EXECUTE IMMEDIATE 'DELETE FROM ' || v", "oracle"),
            ("EXECUTE IMMEDIATE 'DELETE FROM t_' || v", "oracle"),
            ("EXECUTE IMMEDIATE 'DELETE FROM ' || v || '.t WHERE a = 1'", "oracle"),
            ("EXECUTE 'COPY t FROM ''s3://b/' || v || ''' IAM_ROLE ''r'''", "redshift"),
            ("EXECUTE IMMEDIATE v", "bigquery"),
            ("EXECUTE IMMEDIATE CONCAT('DELETE FROM ', v)", "bigquery"),
            ("EXECUTE format('DELETE FROM %I', v)", "postgres"),
            ("EXEC ('DELETE FROM ' + @v)", "tsql"),
            ("EXEC sp_executesql @v", "tsql"),
            ("PREPARE p FROM @v", "mysql"),
        ],
    )
    def test_are_problems(self, sql: str, dialect: str) -> None:
        """Lineage may be missing, which the reader has to know."""
        assert analyze(sql, dialect).problems == (UNKNOWN_TEXT,)

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("EXECUTE IMMEDIATE 'INSERT INTO ' || v || ' SELECT a FROM s'", "oracle", "s ->"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t SELECT a FROM s_' || v", "oracle", "-> t"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t SELECT a FROM s ' || v", "oracle", "s -> t"),
            ("EXECUTE IMMEDIATE 'INSERT INTO t SELECT ' || v || ' FROM s'", "oracle", "s -> t"),
            ("EXECUTE format('INSERT INTO %I SELECT a FROM %I.s', v, w)", "postgres", "->"),
            ("EXEC ('INSERT INTO ' + QUOTENAME(@v) + ' SELECT a FROM s')", "tsql", "s ->"),
            ("EXECUTE 'COPY t FROM ''s3://b/' || v || ''' IAM_ROLE ''r'''", "redshift", "-> t"),
        ],
    )
    def test_tell_the_tables_that_are_certain(self, sql: str, dialect: str, expected: str) -> None:
        """A part that is not known names no table, and the problem stays."""
        lineage = analyze(sql, dialect)
        assert f"{', '.join(map(str, lineage.inputs))} -> {', '.join(map(str, lineage.outputs))}".strip() == expected
        assert lineage.problems == (UNKNOWN_TEXT,)

    def test_on_a_linked_server(self) -> None:
        """The tables are those of another database."""
        lineage = analyze("EXEC ('INSERT INTO t SELECT a FROM s') AT other", "tsql")
        assert (lineage.inputs, lineage.outputs) == ((), ())
        assert lineage.problems == (Problem(0, "dynamic SQL runs on a linked server"),)

    @pytest.mark.parametrize(
        "assignments",
        [
            "IF @x = 1 SET @q = 'DELETE FROM t' ELSE SET @q = 'DELETE FROM u'",
            "SET @q = 'DELETE FROM t' SET @q = REPLACE(@q, 't', 'u')",
            "SET @q = 'DELETE FROM t' SELECT @q = b FROM s",
        ],
    )
    def test_of_variables_that_are_not_certain(self, assignments: str) -> None:
        """A variable that was assigned twice may hold either, or something else."""
        lineage = analyze(f"{assignments} EXEC (@q)", "tsql")
        assert lineage.outputs == ()
        assert [problem.reason for problem in lineage.problems] == [UNKNOWN_TEXT.reason]


class TestCalls:
    """CALL, EXEC and the plain call of Oracle."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CALL p(1)", "postgres"),
            ("EXEC dbo.p @x = 1", "tsql"),
            ("EXEC @r = p", "tsql"),
            ("EXECUTE TASK k", "snowflake"),
            ("BEGIN k.p(1); END;", "oracle"),
            ("BEGIN do_it; END;", "oracle"),
        ],
    )
    def test_of_a_routine_that_is_not_there(self, sql: str, dialect: str) -> None:
        """What it does is not known."""
        assert analyze(sql, dialect).problems == (UNKNOWN_ROUTINE,)

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("CREATE PROCEDURE x.p() LANGUAGE sql AS $$ INSERT INTO t SELECT a FROM s $$; CALL p()", "postgres"),
            ("CREATE PROC p AS INSERT INTO t SELECT a FROM s\nGO\nEXEC dbo.p", "tsql"),
            ("CREATE TASK k AS INSERT INTO t SELECT a FROM s; EXECUTE TASK k", "snowflake"),
        ],
    )
    def test_of_a_routine_that_the_script_defines(self, sql: str, dialect: str) -> None:
        """What it does was told with its definition."""
        assert tables(sql, dialect) == "s -> t"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("BEGIN dbms_output.put_line('x'); END;", "oracle"),
            ("BEGIN list.EXTEND(1); list.DELETE; END;", "oracle"),
            ("EXEC sp_updatestats", "tsql"),
            ("CALL lake.system.expire_snapshots('x.t')", "trino"),
        ],
    )
    def test_of_what_touches_no_data(self, sql: str, dialect: str) -> None:
        """Routines of the database itself that print, wait or describe."""
        assert tables(sql, dialect) == "->"
