"""What templating leaves in SQL: bind parameters, variables of clients, Jinja that was not rendered."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import Problem, analyze

DIALECTS = ["postgres", "redshift", "snowflake", "bigquery", "databricks", "tsql", "mysql", "oracle", "trino", None]
NAMED_BY_TEMPLATE = Problem(0, "a table is named by a template")


@pytest.mark.parametrize("dialect", DIALECTS)
class TestValues:
    """Placeholders where a value belongs."""

    @pytest.mark.parametrize("value", ["%s", "%(x)s", "?", ":x", ":1", "@x", "${x}", "&x", "{x}", "{{ x['y'] }}"])
    def test_are_no_columns(self, value: str, dialect: str | None) -> None:
        """Each of them is some value, wherever it stands."""
        sql = f"""
            INSERT INTO t (x, y, z)
            SELECT a, {value}, coalesce(b, {value}) FROM s WHERE c = {value} AND d IN ({value}, {value})"""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.x IDENTITY", "s.b -> t.z TRANSFORMATION"]

    @pytest.mark.parametrize("value", ["%s", "%(x)s", "?", "{{ x }}"])
    def test_may_be_lists_and_limits(self, value: str, dialect: str | None) -> None:
        """Also rows of VALUES."""
        sql = f"INSERT INTO t VALUES {value}; SELECT a FROM s WHERE b IN {value} LIMIT {value}"
        assert tables(sql, dialect) == "s -> t"

    def test_numbered(self, dialect: str | None) -> None:
        """In Snowflake $1 is the first column of a stage instead."""
        expected = [] if dialect != "snowflake" else ["s.$1 -> t.x IDENTITY"]
        assert columns("INSERT INTO t (x) SELECT $1 FROM s WHERE b IN ($2, $3)", dialect) == expected

    def test_doubled_percent_sign(self, dialect: str | None) -> None:
        """What the DB-API needs for the operator."""
        assert columns("SELECT a %% 2 AS b FROM s WHERE c = %s", dialect) == ["s.a -> b TRANSFORMATION"]


@pytest.mark.parametrize("dialect", DIALECTS)
class TestNames:
    """Placeholders where a name belongs."""

    @pytest.mark.parametrize("part", ["{{ x }}", "{{ params.schema }}", "%s", "%(x)s", "${x}", "{x}"])
    def test_parts_of_names_are_told_as_written(self, part: str, dialect: str | None) -> None:
        """What they become is not known, but which table is meant is."""
        sql = f"INSERT INTO {part}.t SELECT r.a FROM {part}.s_{part} r JOIN d.{part}_q USING (k)"
        assert tables(sql, dialect) == f"{part}.s_{part}, d.{part}_q -> {part}.t"
        assert columns(sql, dialect) == [f"{part}.s_{part}.a -> {part}.t.a IDENTITY"]

    @pytest.mark.parametrize("name", ["{{ ref('s') }}", "%(x)s", "{x}", "{{ d }}.{{ s }}"])
    def test_whole_names_are_no_tables(self, name: str, dialect: str | None) -> None:
        """Nothing is told about them but the problem."""
        lineage = analyze(f"INSERT INTO t SELECT r.a FROM {name} r", dialect)
        assert (lineage.inputs, lineage.columns) == ((), ())
        assert [str(table) for table in lineage.outputs] == ["t"]
        assert lineage.problems == (NAMED_BY_TEMPLATE,)

    def test_the_same_template_is_the_same_table(self, dialect: str | None) -> None:
        """What a script puts into it comes out again."""
        lineage = analyze("INSERT INTO {{ x }} SELECT a FROM s; INSERT INTO t SELECT a FROM {{ x }}", dialect)
        assert ([str(name) for name in lineage.inputs], [str(name) for name in lineage.outputs]) == (["s"], ["t"])
        assert [problem.statement for problem in lineage.problems] == [0, 1]


class TestQuotedNames:
    """Inside quotes a template is text like any other."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ('SELECT a FROM "{{ x }}"."t"', "postgres"),
            ("SELECT a FROM `{{ x }}`.`t`", "databricks"),
            ("SELECT a FROM `{{ x }}.t`", "bigquery"),
            ("SELECT a FROM [{{ x }}].[t]", "tsql"),
        ],
    )
    def test_keep_it(self, sql: str, dialect: str) -> None:
        """The name is told as written."""
        assert tables(sql, dialect) == "{{ x }}.t ->"

    def test_variables_of_clients(self) -> None:
        """There is $(x) of sqlcmd, and &x. of SQL*Plus, whose dot ends it."""
        assert tables("SELECT a FROM $(db).dbo.s", "tsql") == "$(db).dbo.s ->"
        assert tables("SELECT a FROM &owner..s WHERE b = &&day", "oracle") == "&owner.s ->"

    def test_bitwise_and_is_none(self) -> None:
        """A variable stands where an operand is missing."""
        assert columns("SELECT a &b AS c FROM s", "mysql") == ["s.a -> c TRANSFORMATION", "s.b -> c TRANSFORMATION"]


class TestJinja:
    """Statements and comments of Jinja."""

    def test_macros_that_render_to_nothing_or_to_a_clause(self) -> None:
        """Before a statement, and where no value can stand."""
        sql = "{{ config(materialized='table') }}\nSELECT a FROM s WHERE b = 1 {{ more }} ORDER BY a {{ limit }}"
        assert tables(sql) == "s ->"

    def test_comments(self) -> None:
        """They may hold quotes and semicolons."""
        assert tables("{# it's; #} SELECT a FROM s {#- ' -#}") == "s ->"

    def test_of_several_branches_the_first_one_counts(self) -> None:
        """All of them at once would be no statement."""
        sql = "SELECT a FROM {% if x %} s {% elif y %} r {% else %} q {% endif %} {% if z %} WHERE b = 1 {% endif %}"
        assert tables(sql) == "s ->"

    def test_loops(self) -> None:
        """The body counts once, with the comma at its end."""
        sql = "{% set x = ['a'] %}SELECT {% for c in x %} b, {% endfor %} FROM s"
        assert columns(sql) == ["s.b -> b IDENTITY"]

    def test_macros_are_not_run_where_they_are_defined(self) -> None:
        """Neither is the text that a variable takes."""
        sql = "{% macro m(x) %} SELECT z FROM z {% endmacro %}{% set y %} FROM {% endset %} SELECT a FROM s"
        assert tables(sql) == "s ->"

    def test_in_a_body_of_a_routine(self) -> None:
        """Texts inside texts have templates too."""
        sql = "DO $$ BEGIN INSERT INTO t SELECT a FROM {{ x }}.s WHERE b = {{ ds }}; END $$"
        assert tables(sql, "postgres") == "{{ x }}.s -> t"

    def test_positions_stay(self) -> None:
        """Whatever stands for a template is as long as it."""
        sql = "{{ config(\n x=1) }}\nSELECT a FROM {{ y }}.s;\nSELECT b FROM r"
        assert [(statement.line, sql[statement.position :][:8]) for statement in analyze(sql).statements] == [
            (3, "SELECT a"),
            (4, "SELECT b"),
        ]


def test_commas_that_stay() -> None:
    """INSERT is a function, too."""
    sql = "WITH c AS (SELECT a FROM s) SELECT lower(a) AS b, INSERT(a, 1, 2, 'x') AS c FROM c; SELECT 1"
    assert columns(sql, "mysql") == ["s.a -> b TRANSFORMATION", "s.a -> c TRANSFORMATION"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, b, FROM s",
        "SELECT a FROM s WHERE b IN (1, 2,)",
        "WITH c AS (SELECT a FROM s), SELECT a FROM c",
        "SELECT a FROM s GROUP BY a,",
        ";; SELECT a FROM s; /* */ ;",
    ],
)
def test_trailing_commas(sql: str, dialect: str | None) -> None:
    """A list that a template ended with a comma, and statements that it left empty."""
    assert tables(sql, dialect) == "s ->"
