"""Names: parts, defaults, case, dialects, parameters."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import Location, TableName, analyze


class TestTableNames:
    """Parts of a name, and what completes them."""

    @pytest.mark.parametrize(
        ("written", "dialect", "expected"),
        [
            ("t", "postgres", TableName("db", "sch", "t")),
            ("x.t", "postgres", TableName("db", "x", "t")),
            ("y.x.t", "postgres", TableName("y", "x", "t")),
            ("y..t", "tsql", TableName("y", "sch", "t")),
            ("srv.y.x.t", "tsql", TableName("srv.y", "x", "t")),
            ("`p-1.d.t`", "bigquery", TableName("p-1", "d", "t")),
        ],
    )
    def test_defaults_complete_missing_parts(self, written: str, dialect: str | None, expected: Any) -> None:
        """What the SQL says stays; parts beyond three belong to the database."""
        lineage = analyze(f"SELECT a FROM {written}", dialect, default_database="db", default_schema="sch")
        assert lineage.inputs == (expected,)

    def test_without_defaults_parts_stay_open(self) -> None:
        """Nothing is invented."""
        assert analyze("SELECT a FROM t").inputs == (TableName(None, None, "t"),)

    def test_quoted_names_lose_their_quotes_only(self) -> None:
        """Blanks and dots inside belong to the name."""
        (table,) = analyze('SELECT a FROM "My Schema"."my.table"', "postgres").inputs
        assert table == TableName(None, "My Schema", "my.table")

    def test_a_default_makes_short_and_long_names_one(self) -> None:
        """public.t and t are the same table then."""
        sql = "SELECT 1 AS x FROM t JOIN public.t AS u ON TRUE"
        assert tables(sql, "postgres", default_schema="public") == "public.t ->"

    @pytest.mark.parametrize(
        ("dialect", "expected"),
        [
            ("postgres", "Orders, ORDERS ->"),  # the quoted name is a table of its own
            ("snowflake", "Orders ->"),  # unquoted names are stored in capitals
            ("tsql", "Orders ->"),
            (None, "Orders ->"),
        ],
    )
    def test_case_rules(self, dialect: str | None, expected: Any) -> None:
        """Whether two spellings are one table follows the dialect; the first spelling is shown."""
        assert tables('SELECT 1 AS x FROM Orders a, orders b, "ORDERS" c', dialect) == expected

    def test_tables_of_mysql_keep_their_case(self) -> None:
        """They are files; columns and aliases ignore case."""
        assert tables("SELECT A.x FROM t a JOIN T b ON a.i = B.i", "mysql") == "t, T ->"

    def test_str(self) -> None:
        """A name is written with its known parts."""
        assert str(TableName("a", None, "c")) == "a.c"
        assert str(TableName("a", "b", "c")) == "a.b.c"
        assert str(Location("s3://bucket/key")) == "s3://bucket/key"


class TestPlacesOfTables:
    """What may stand where a table is expected."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("SELECT a FROM 's3://bucket/key.parquet'", "duckdb", "s3://bucket/key.parquet ->"),
            ("SELECT a FROM parquet.`s3://bucket/key`", "spark", "s3://bucket/key ->"),
            ("SELECT a FROM @stage/path t", "snowflake", "@stage/path ->"),
            ("SELECT a FROM IDENTIFIER('x.s') q", "snowflake", "x.s ->"),
            ("INSERT INTO IDENTIFIER('x.t') SELECT a FROM s", "snowflake", "s -> x.t"),
        ],
    )
    def test_files_stages_and_dynamic_names(self, sql: str, dialect: str, expected: str) -> None:
        """Files and stages are locations; a name in a string is a name."""
        assert tables(sql, dialect) == expected

    def test_credentials_of_a_uri_are_not_kept(self) -> None:
        """Neither user information nor a signature."""
        (location,) = analyze("SELECT a FROM 's3://user:secret@bucket/key?sig=secret'", "duckdb").inputs
        assert location == Location("s3://bucket/key")

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [("SELECT a FROM IDENTIFIER($name)", "snowflake"), ("SELECT a FROM {{ ref('s') }}", "postgres")],
    )
    def test_a_name_that_only_the_run_knows(self, sql: str, dialect: str) -> None:
        """It is a problem, not a missing table."""
        assert [problem.reason for problem in analyze(sql, dialect).problems] == ["a table is named by a variable"]


class TestKnownColumns:
    """The caller's schema."""

    @pytest.mark.parametrize("key", ["t", "public.t", "db.public.t", "PUBLIC.T"])
    def test_any_number_of_parts(self, key: str) -> None:
        """A known name matches where it does not contradict."""
        entries = columns(
            "SELECT * FROM t", "postgres", default_database="db", default_schema="public", schema={key: ["a"]}
        )
        assert entries == ["db.public.t.a -> a IDENTITY"]

    def test_another_schema_does_not_match(self) -> None:
        """The table is another one."""
        assert columns("SELECT * FROM x.t", schema={"y.t": ["a"]}) == []

    def test_two_possible_tables_settle_nothing(self) -> None:
        """Nothing tells which one the database would take."""
        assert columns("SELECT * FROM t", schema={"x.t": ["a"], "y.t": ["b"]}) == []

    def test_case_tells_two_known_tables_apart(self) -> None:
        """Databases may have both; the spelling of the SQL decides."""
        known = {"T": ["a"], "t": ["b"]}
        assert columns("SELECT * FROM t", schema=known) == ["t.b -> b IDENTITY"]

    def test_system_columns_are_columns_too(self) -> None:
        """A name that the known columns lack is still a column of the only table."""
        assert columns("SELECT ctid AS c FROM t", "postgres", schema={"t": ["a"]}) == ["t.ctid -> c IDENTITY"]


class TestDialects:
    """Names of dialects."""

    @pytest.mark.parametrize("name", ["postgres", "postgresql", "PostgreSQL"])
    def test_synonyms(self, name: str | None) -> None:
        """Hooks call dialects otherwise than the parser does."""
        assert analyze("SELECT a::int AS b FROM s WHERE c ~* 'x'", name).problems == ()

    @pytest.mark.parametrize("name", ["mssql", "tsql"])
    def test_sql_server(self, name: str | None) -> None:
        """Mssql is the name of Airflow's hook."""
        assert tables("SELECT TOP 5 [a b] FROM [s]", name) == "s ->"

    @pytest.mark.parametrize("name", [None, "", "generic", "ansi", "nosuchsql", "no such, dialect=1", "../x"])
    def test_unknown_names_mean_generic_sql(self, name: str | None) -> None:
        """No name is refused."""
        assert tables("SELECT a FROM s", name) == "s ->"


class TestParameters:
    """What a driver puts in later is an opaque value."""

    @pytest.mark.parametrize("parameter", ["%s", "%(name)s", "?", ":name", "%s::int", "(%s + 1)"])
    @pytest.mark.parametrize("dialect", [None, "postgres", "redshift", "snowflake", "mysql", "sqlite", "bigquery"])
    def test_every_style_parses(self, parameter: str, dialect: str | None) -> None:
        """In each dialect of a database whose driver uses it."""
        assert tables(f"INSERT INTO t SELECT a FROM s WHERE b = {parameter}", dialect) == "s -> t"

    def test_lists_of_parameters(self) -> None:
        """In VALUES, in IN, behind LIMIT."""
        assert tables("INSERT INTO t VALUES (%s, %s, %(x)s)", "postgres") == "-> t"
        assert tables("SELECT a FROM s WHERE b IN (%s, %s) AND c IN %s LIMIT %s", "postgres") == "s ->"

    def test_unrendered_templates(self) -> None:
        """An expression of Jinja is some value; its statements and comments are nothing."""
        sql = """
            SELECT a, '{{ ds }}' AS d FROM s {# note #}
            WHERE b = {{ params['x'] }} {% if full %} AND c = 1 {% endif %}"""
        assert columns(sql, "postgres") == ["s.a -> a IDENTITY"]

    def test_percent_signs_that_are_no_parameters(self) -> None:
        """A modulo, doubled or not, and text in strings."""
        assert columns("SELECT a % b AS x, c %% 2 AS y FROM s WHERE d LIKE '%s%%'", "postgres") == [
            "s.a -> x TRANSFORMATION",
            "s.b -> x TRANSFORMATION",
            "s.c -> y TRANSFORMATION",
        ]
