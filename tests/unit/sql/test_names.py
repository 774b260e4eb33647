"""Names: parts, defaults, case, dialects, parameters."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, rows, tables

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


class TestStoredNames:
    """Names as the database stores them, for who compares with its catalogue."""

    SQL = 'INSERT INTO Sales.Daily (Day, "Sum") SELECT Day, "Price" FROM Raw."Orders"'

    @pytest.mark.parametrize(
        ("dialect", "expected"),
        [
            ("postgres", ["raw.Orders.day -> sales.daily.day", "raw.Orders.Price -> sales.daily.Sum"]),
            ("redshift", ["raw.orders.day -> sales.daily.day", "raw.orders.price -> sales.daily.sum"]),
            ("trino", ["raw.orders.day -> sales.daily.day", "raw.orders.price -> sales.daily.sum"]),
            ("snowflake", ["RAW.Orders.DAY -> SALES.DAILY.DAY", "RAW.Orders.Price -> SALES.DAILY.Sum"]),
            ("oracle", ["RAW.Orders.DAY -> SALES.DAILY.DAY", "RAW.Orders.Price -> SALES.DAILY.Sum"]),
            ("exasol", ["RAW.Orders.DAY -> SALES.DAILY.DAY", "RAW.Orders.Price -> SALES.DAILY.Sum"]),
            ("tsql", ["Raw.Orders.Day -> Sales.Daily.Day", "Raw.Orders.Price -> Sales.Daily.Sum"]),
            ("sqlite", ["Raw.Orders.Day -> Sales.Daily.Day", "Raw.Orders.Price -> Sales.Daily.Sum"]),
            ("duckdb", ["Raw.Orders.Day -> Sales.Daily.Day", "Raw.Orders.Price -> Sales.Daily.Sum"]),
            (None, ["Raw.Orders.Day -> Sales.Daily.Day", "Raw.Orders.Price -> Sales.Daily.Sum"]),
        ],
    )
    def test_fold_of_the_dialect(self, dialect: str | None, expected: list[str]) -> None:
        """Unquoted names are folded; quoted ones are kept where the database keeps them."""
        assert columns(self.SQL, dialect, stored_names=True) == [f"{entry} IDENTITY" for entry in expected]

    @pytest.mark.parametrize(
        ("dialect", "expected"),
        [
            ("hive", "raw.orders -> sales.daily"),
            ("spark", "raw.orders -> sales.daily"),
            ("databricks", "raw.orders -> sales.daily"),
            ("bigquery", "Raw.Orders -> Sales.Daily"),
            ("mysql", "Raw.Orders -> Sales.Daily"),
            ("clickhouse", "Raw.Orders -> Sales.Daily"),
        ],
    )
    def test_names_in_backticks(self, dialect: str, expected: str) -> None:
        """Hive and Spark have no names in capitals, quoted or not."""
        assert tables("INSERT INTO Sales.Daily SELECT `Day` FROM Raw.`Orders`", dialect, stored_names=True) == expected

    def test_as_written_without_the_option(self) -> None:
        """Who shows lineage beside the SQL wants its spelling."""
        assert tables(self.SQL, "snowflake") == "Raw.Orders -> Sales.Daily"

    @pytest.mark.parametrize(
        "sql",
        [
            "USE DATABASE dwh; USE SCHEMA core; SELECT a FROM t",
            "SELECT a FROM IDENTIFIER('dwh.core.t')",
            "SELECT a FROM dwh.core.t AS t",
            "WITH c AS (SELECT a FROM dwh.core.t) SELECT * FROM C",
        ],
    )
    def test_wherever_a_name_stands(self, sql: str) -> None:
        """A name means the same table by whatever way it comes."""
        assert tables(sql, "snowflake", stored_names=True) == "DWH.CORE.T ->"
        assert columns(sql, "snowflake", stored_names=True) == ["DWH.CORE.T.A -> A IDENTITY"]

    @pytest.mark.parametrize(("path", "schema"), [("Core", "core"), ('"Core"', "Core")])
    def test_search_path(self, path: str, schema: str) -> None:
        """Its schemas are names like others."""
        sql = f"SET search_path TO {path}; SELECT a FROM t"
        assert tables(sql, "postgres", stored_names=True) == f"{schema}.t ->"

    def test_statements_that_no_grammar_has(self) -> None:
        """Their names are read from the text, and folded alike."""
        sql = 'REFRESH MATERIALIZED VIEW Mart."Daily"'
        assert tables(sql, "postgres", stored_names=True) == "-> mart.Daily"

    def test_defaults_count_as_unquoted(self) -> None:
        """They come from settings, where nobody writes quotes."""
        options = {"default_database": "dwh", "default_schema": "core", "stored_names": True}
        assert tables("SELECT a FROM t", "snowflake", **options) == "DWH.CORE.T ->"

    def test_known_columns_are_told_as_given(self) -> None:
        """Who passes them has read the catalogue."""
        known = {"CORE.T": ["ID", "Mixed Case"]}
        assert columns("SELECT * FROM core.t", "snowflake", schema=known, stored_names=True) == [
            "CORE.T.ID -> ID IDENTITY",
            "CORE.T.Mixed Case -> Mixed Case IDENTITY",
        ]


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
        ("sql", "dialect", "by"),
        [
            ("SELECT a FROM IDENTIFIER($name)", "snowflake", "variable"),
            ("SELECT a FROM IDENTIFIER('x.' || :name)", "databricks", "variable"),
            ("SELECT a FROM {{ ref('s') }}", "postgres", "template"),
        ],
    )
    def test_a_name_that_only_the_run_knows(self, sql: str, dialect: str, by: str) -> None:
        """It is a problem, not a missing table."""
        assert [problem.reason for problem in analyze(sql, dialect).problems] == [f"a table is named by a {by}"]


class TestNamesInStrings:
    """IDENTIFIER('...') of Snowflake, Databricks and Spark, wherever the name of a table may stand."""

    @pytest.mark.parametrize("dialect", ["databricks", "snowflake", "spark"])
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("INSERT INTO identifier('x.t') SELECT a FROM s", "s -> x.t"),
            ("INSERT INTO IDENTIFIER ('x.t') (b) SELECT a FROM s", "s -> x.t"),
            ("CREATE TABLE identifier('x.t') AS SELECT a FROM s", "s -> x.t"),
            ("CREATE TABLE identifier('x.' || 't') AS SELECT a FROM s", "s -> x.t"),
            ("INSERT INTO identifier('x' || '.t') SELECT a FROM identifier('q.' || 'r' || '.s')", "q.r.s -> x.t"),
            ("DROP TABLE identifier('x.' || 't')", "-> x.t"),
            ("CREATE TABLE identifier('x.t') (a INT)", "-> x.t"),
            ("CREATE OR REPLACE VIEW identifier('x.t') AS SELECT a FROM s", "s -> x.t"),
            ("UPDATE identifier('x.t') SET a = 1", "-> x.t"),
            ("DELETE FROM identifier('x.t') WHERE a = 1", "-> x.t"),
            ("TRUNCATE TABLE identifier('x.t')", "-> x.t"),
            ("DROP TABLE IF EXISTS identifier('x.t')", "-> x.t"),
            ("ALTER TABLE identifier('x.t') ADD COLUMN a INT", "-> x.t"),
            ("ALTER TABLE identifier('x.s') RENAME TO identifier('x.t')", "x.s -> x.t"),
        ],
    )
    def test_are_names(self, sql: str, expected: str, dialect: str) -> None:
        """The string holds the dotted name."""
        assert tables(sql, dialect) == expected

    def test_a_script_that_drops_what_it_made(self) -> None:
        """In a string or not, it is the same table."""
        sql = """
            CREATE TABLE identifier('x.w') AS SELECT a FROM s;
            INSERT INTO t SELECT a FROM x.w;
            DROP TABLE identifier('x.w');
        """
        assert columns(sql, "snowflake") == ["s.a -> t.a IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("INSERT INTO identifier($name) SELECT a FROM s", "snowflake"),
            ("INSERT INTO identifier($name) (b) SELECT a FROM s", "snowflake"),
            ("CREATE TABLE identifier($name) AS SELECT a FROM s", "snowflake"),
            ("UPDATE identifier($name) SET b = s.a FROM s", "snowflake"),
            ("DELETE FROM identifier($name) WHERE b IN (SELECT a FROM s)", "snowflake"),
            ("INSERT ALL INTO identifier($name) SELECT a FROM s", "snowflake"),
            ("INSERT INTO identifier(:name) SELECT a FROM s", "databricks"),
            ("INSERT INTO identifier(:name) (b) SELECT a FROM s", "databricks"),
            ("INSERT INTO identifier(concat('x.', :name)) SELECT a FROM s", "databricks"),
            ("INSERT INTO identifier(:schema || '.t') SELECT a FROM s", "databricks"),
            ("CREATE TABLE identifier(:name) AS SELECT a FROM s", "databricks"),
        ],
    )
    def test_a_variable_names_the_target(self, sql: str, dialect: str) -> None:
        """What is read is told all the same; no table is called like the function or the variable."""
        lineage = analyze(sql, dialect)
        assert (lineage.inputs, lineage.outputs) == ((TableName(None, None, "s"),), ())
        assert len(lineage.problems) == 1

    @pytest.mark.parametrize("sql", ["TRUNCATE TABLE identifier($name)", "DROP TABLE identifier(:name)"])
    def test_a_variable_names_the_only_table(self, sql: str) -> None:
        """Then nothing is told but that."""
        lineage = analyze(sql, "snowflake")
        assert (lineage.inputs, lineage.outputs) == ((), ())
        assert [problem.reason for problem in lineage.problems] == ["a table is named by a variable"]

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("SELECT a FROM identifier({})", "x.t ->"),
            ("INSERT INTO identifier({}) (b) SELECT a FROM s", "s -> x.t"),
            ("CREATE TABLE identifier({}) AS SELECT a FROM s", "s -> x.t"),
            ("DROP TABLE identifier({})", "-> x.t"),
            ("TRUNCATE TABLE identifier({})", "-> x.t"),
            ("SELECT a FROM identifier({} || '_new')", "x.t_new ->"),
        ],
    )
    @pytest.mark.parametrize(
        ("setting", "variable"),
        [
            ("SET name = 'x.t'", "$name"),
            ("SET part = 'x'; SET name = $part || '.t'", "$NAME"),
        ],
    )
    def test_a_variable_that_the_script_sets(self, setting: str, variable: str, statement: str, expected: str) -> None:
        """What it holds is known then."""
        assert tables(f"{setting}; {statement.format(variable)}", "snowflake") == expected

    @pytest.mark.parametrize(
        "setting",
        ["DECLARE OR REPLACE VARIABLE name STRING DEFAULT 'x.t'", "DECLARE VARIABLE name STRING; SET VAR name = 'x.t'"],
    )
    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("SELECT a FROM identifier(name)", "x.t ->"),
            ("INSERT INTO identifier(name) SELECT a FROM s", "s -> x.t"),
            ("CREATE TABLE identifier(name) AS SELECT a FROM s", "s -> x.t"),
        ],
    )
    def test_a_variable_of_databricks(self, setting: str, statement: str, expected: str) -> None:
        """It goes without a sign."""
        assert tables(f"{setting}; {statement}", "databricks") == expected

    def test_defaults_that_a_variable_names(self) -> None:
        """As for tables; where it is not known no default is."""
        sql = "SET name = 'd'; USE DATABASE identifier($name); USE SCHEMA identifier('s'); SELECT a FROM t"
        assert tables(sql, "snowflake") == "d.s.t ->"
        sql = "USE SCHEMA identifier($name); SELECT a FROM t"
        assert tables(sql, "snowflake", default_database="d", default_schema="s") == "d.t ->"

    @pytest.mark.parametrize("dialect", ["mysql", "postgres", "spark"])
    def test_a_table_of_that_name(self, dialect: str) -> None:
        """A list of names behind it is its column list."""
        assert columns("INSERT INTO identifier (b) SELECT a FROM s", dialect) == ["s.a -> identifier.b IDENTITY"]


class TestOtherServers:
    """Queries in a string that another server runs: tables are told where the statement could name them itself."""

    @pytest.mark.parametrize(
        ("item", "dialect", "table"),
        [
            ("OPENQUERY(srv, 'SELECT a FROM db.dbo.s WHERE b = ''1''') q", "tsql", "srv.db.dbo.s"),
            (
                "OPENQUERY([a b], 'WITH s AS (SELECT a FROM d.hr.r WHERE b = 1) SELECT a FROM s') q",
                "tsql",
                "a b.d.hr.r",
            ),
            ("TABLE(pg.system.query(query => 'SELECT a FROM public.s WHERE b = 1')) q", "trino", "pg.public.s"),
            ("TABLE(my.system.query('SELECT `a` FROM d.s WHERE b = 1')) q", "trino", "my.d.s"),
        ],
    )
    def test_in_from(self, item: str, dialect: str, table: str) -> None:
        """Neither the defaults of this database nor common table expressions of the query change them."""
        sql = f"INSERT INTO t (x) SELECT q.a FROM {item}"
        assert tables(sql, dialect) == f"{table} -> t"
        assert tables(sql, dialect, default_schema="m", default_database="d") == f"{table} -> d.m.t"
        assert [line.split(" -> ")[0] for line in columns(sql, dialect)] == [f"{table}.a"]
        assert rows(sql, dialect) == [f"{table}.b -> t.* FILTER"]

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO OPENQUERY(srv, 'SELECT x FROM d.dbo.t') SELECT a FROM s",
            "UPDATE OPENQUERY(srv, 'SELECT x FROM d.dbo.t') SET x = (SELECT max(a) FROM s)",
            "DELETE OPENQUERY(srv, 'SELECT x FROM d.dbo.t') WHERE x IN (SELECT a FROM s)",
        ],
    )
    def test_as_targets(self, sql: str) -> None:
        """What is written lies on the other server."""
        assert tables(sql, "tsql") == "s -> srv.d.dbo.t"

    @pytest.mark.parametrize(
        ("item", "dialect"),
        [
            ("OPENQUERY(srv, 'SELECT a FROM dbo.s')", "tsql"),
            ("OPENQUERY(srv, 'EXEC dbo.p')", "tsql"),
            ("OPENROWSET('SQLNCLI', 'Server=srv;PWD=p', 'SELECT a FROM dbo.s')", "tsql"),
            ("TABLE(my.system.query('SELECT a FROM s'))", "trino"),
            ("EXTERNAL_QUERY('p.eu.c', 'SELECT a::text AS a FROM u.s')", "bigquery"),
            ("postgres_query('pg', 'SELECT a FROM public.s')", "duckdb"),
        ],
    )
    def test_without_a_name_here(self, item: str, dialect: str) -> None:
        """They are functions like any other."""
        assert tables(f"INSERT INTO t SELECT r.b FROM r CROSS JOIN {item} q", dialect) == "r -> t"

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO OPENQUERY(srv, 'SELECT ! FROM') SELECT 1",
            "UPDATE OPENQUERY(srv, 'SELECT ! FROM') SET a = 1",
        ],
    )
    def test_targets_that_are_not_known(self, sql: str) -> None:
        """Then there is a problem instead of a table."""
        lineage = analyze(sql, "tsql")
        assert (lineage.inputs, lineage.outputs) == ((), ())
        assert len(lineage.problems) == 1

    def test_names_that_look_like_them(self) -> None:
        """Tables and functions may be called so."""
        assert tables("CREATE TABLE openquery (a INT, b INT)", "tsql") == "-> openquery"
        assert tables("SELECT a FROM d.query('x') q, s", "bigquery") == "s ->"


class TestKnownColumns:
    """The caller's schema."""

    @pytest.mark.parametrize("key", ["t", "public.t", "db.public.t", "PUBLIC.T"])
    def test_any_number_of_parts(self, key: str) -> None:
        """A known name matches where it does not contradict."""
        entries = columns(
            "SELECT * FROM t", "postgres", default_database="db", default_schema="public", schema={key: ["a"]}
        )
        assert entries == ["db.public.t.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        ("key", "written"),
        [
            ('"my.db".public.t', '"my.db".public.t'),
            ('public."t.2024"', 'public."t.2024"'),
            ('"public"."say ""t"""', 'public."say ""t"""'),
        ],
    )
    def test_parts_in_quotes(self, key: str, written: str) -> None:
        """A part in double quotes may have dots and doubled quotes in it."""
        entries = analyze(f"SELECT * FROM {written}", "postgres", schema={key: ["a"]}).columns
        assert [entry.source_column for entry in entries] == ["a"]

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


class TestLegacyNamesOfBigQuery:
    """[project:dataset.table]."""

    @pytest.mark.parametrize(("written", "told"), [("[p-1:d.t]", "p-1.d.t"), ("[d.t]", "d.t")])
    def test_brackets(self, written: str, told: str) -> None:
        """They quote the whole name."""
        assert tables(f"#legacySQL\nSELECT a FROM {written}", "bigquery") == f"{told} ->"
