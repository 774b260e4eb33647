"""Queries: which tables they read, and which column of which table each output column comes from."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

KNOWN = {"s": ["i", "a"], "r": ["i", "b"]}


class TestTables:
    """Input tables of a query."""

    def test_plain_select_reads_its_table(self) -> None:
        """A SELECT without a target has inputs only."""
        assert tables("SELECT a FROM s") == "s ->"

    @pytest.mark.parametrize(
        "join",
        ["JOIN", "LEFT JOIN", "RIGHT OUTER JOIN", "FULL JOIN", "INNER JOIN"],
    )
    def test_both_sides_of_a_join_are_read(self, join: str) -> None:
        """Every kind of join reads both sides."""
        assert tables(f"SELECT 1 AS x FROM s {join} r ON s.i = r.i") == "s, r ->"

    def test_comma_and_cross_joins_are_read(self) -> None:
        """A list of tables in FROM is a join too."""
        assert tables("SELECT 1 AS x FROM a, b CROSS JOIN c") == "a, b, c ->"

    def test_tables_in_parentheses_are_read(self) -> None:
        """Parentheses around a join hide nothing."""
        assert tables("SELECT 1 AS x FROM (a JOIN b ON a.i = b.i) JOIN c ON c.i = a.i") == "a, b, c ->"

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT (SELECT max(b) FROM r) AS m FROM s",
            "SELECT a FROM s WHERE a IN (SELECT b FROM r)",
            "SELECT a FROM s WHERE EXISTS (SELECT 1 FROM r WHERE r.i = s.i)",
            "SELECT a FROM s WHERE a > ALL (SELECT b FROM r)",
            "SELECT a FROM s GROUP BY a HAVING count(*) > (SELECT max(b) FROM r)",
            "SELECT a FROM s ORDER BY (SELECT max(b) FROM r)",
            "SELECT CASE WHEN a IN (SELECT b FROM r) THEN 1 END AS x FROM s",
            "SELECT a FROM s JOIN (SELECT b FROM r) q ON q.b = s.a",
        ],
    )
    def test_subqueries_are_read_wherever_they_stand(self, sql: str) -> None:
        """A subquery reads its tables in any clause."""
        assert tables(sql) == "s, r ->"

    def test_a_table_read_twice_is_one_input(self) -> None:
        """Inputs have no duplicates, whatever the case of an unquoted name."""
        assert tables("SELECT a.x FROM Orders a JOIN orders b ON a.i = b.i") == "Orders ->"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT g FROM generate_series(1, 10) AS g", "postgres"),
            ("SELECT x FROM unnest(ARRAY[1, 2]) AS u(x)", "postgres"),
            ("SELECT x FROM UNNEST([1, 2]) AS x", "bigquery"),
            ("SELECT value FROM TABLE(FLATTEN(parse_json('[1]'))) f", "snowflake"),
            ("SELECT a FROM my_function(1)", "postgres"),
        ],
    )
    def test_table_functions_are_not_tables(self, sql: str, dialect: str | None) -> None:
        """A function in FROM gives rows, but is no dataset."""
        assert tables(sql, dialect) == "->"

    def test_values_are_not_tables(self) -> None:
        """Rows written in the statement come from nowhere."""
        assert tables("SELECT v.a FROM (VALUES (1, 2)) AS v(a, b)", "postgres") == "->"


class TestCommonTableExpressions:
    """WITH: names that are no tables."""

    def test_a_cte_is_not_an_input(self) -> None:
        """The tables behind it are."""
        assert tables("WITH c AS (SELECT a FROM src) SELECT a FROM c") == "src ->"

    def test_default_schema_completes_tables_behind_a_cte_and_not_the_cte(self) -> None:
        """The name of a common table expression never gets a schema."""
        sql = "WITH c AS (SELECT a FROM src) INSERT INTO t SELECT a FROM c"
        assert tables(sql, "postgres", default_schema="public") == "public.src -> public.t"

    def test_columns_pass_through_a_cte(self) -> None:
        """Each step of a chain counts: here a transformation, then a rename."""
        sql = "WITH c AS (SELECT upper(a) AS b FROM src) SELECT b AS z FROM c"
        assert columns(sql) == ["src.a -> z TRANSFORMATION"]

    def test_column_list_of_a_cte_renames_by_position(self) -> None:
        """WITH c (x, y) names the columns of the query inside."""
        sql = "WITH c (x, y) AS (SELECT a, b FROM src) SELECT y FROM c"
        assert columns(sql) == ["src.b -> y IDENTITY"]

    def test_nested_with(self) -> None:
        """A WITH inside a common table expression is local to it."""
        sql = "WITH a AS (WITH b AS (SELECT x FROM src) SELECT x FROM b) SELECT x FROM a JOIN b ON TRUE"
        assert tables(sql) == "src, b ->"

    def test_a_cte_may_be_called_like_the_table_it_reads(self) -> None:
        """Inside its own definition the name still means the table."""
        assert tables("WITH s AS (SELECT x FROM s) SELECT x FROM s") == "s ->"

    def test_a_qualified_name_is_never_a_cte(self) -> None:
        """With a schema in front, the table is meant."""
        assert tables("WITH s AS (SELECT x FROM src) SELECT s.x FROM s JOIN r.s AS q ON TRUE") == "src, r.s ->"

    def test_an_inner_cte_shadows_an_outer_one(self) -> None:
        """The innermost definition counts."""
        sql = "WITH c AS (SELECT x FROM one) SELECT x FROM (WITH c AS (SELECT x FROM two) SELECT x FROM c) q"
        assert tables(sql) == "two ->"

    def test_unquoted_cte_names_ignore_case(self) -> None:
        """CTE and Cte are the same name."""
        assert tables("WITH CTE AS (SELECT x FROM src) SELECT x FROM Cte", "postgres") == "src ->"

    def test_quoted_cte_names_keep_their_case(self) -> None:
        """In Postgres "C" and c are two names."""
        sql = 'WITH "C" AS (SELECT x FROM src) SELECT x FROM c'
        assert tables(sql, "postgres") == "c ->"

    def test_an_unused_cte_is_not_read(self) -> None:
        """The database does not read it either."""
        assert tables("WITH unused AS (SELECT x FROM r) SELECT a FROM s") == "s ->"

    def test_later_ctes_see_earlier_ones_only(self) -> None:
        """Without RECURSIVE a name used before its definition is a table."""
        assert tables("WITH a AS (SELECT x FROM b), b AS (SELECT x FROM src) SELECT a.x FROM a, b") == "b, src ->"

    def test_recursive_cte_is_fed_by_both_branches(self) -> None:
        """Columns that change places in the recursive branch are fed by both columns of the first."""
        sql = """
            WITH RECURSIVE c (n, m) AS (
                SELECT a, b FROM seed UNION ALL SELECT c.m, c.n FROM c JOIN step ON step.k = c.n
            )
            SELECT n FROM c"""
        assert tables(sql, "postgres") == "seed, step ->"
        assert columns(sql, "postgres") == ["seed.a -> n IDENTITY", "seed.b -> n IDENTITY"]

    def test_recursion_without_the_keyword(self) -> None:
        """SQL Server has no RECURSIVE: a set operation that reads itself is enough."""
        sql = "WITH c AS (SELECT id FROM t UNION ALL SELECT t.id FROM t JOIN c ON t.parent = c.id) SELECT id FROM c"
        assert tables(sql, "tsql") == "t ->"

    def test_long_chains_are_followed_to_the_end(self) -> None:
        """Three hundred links, each of which adds a table."""
        links = ", ".join(
            f"c{i} AS (SELECT c{i - 1}.a + t{i}.b AS a FROM c{i - 1} JOIN t{i} ON TRUE)" for i in range(1, 300)
        )
        sql = f"WITH c0 AS (SELECT a FROM t0), {links} SELECT a FROM c299"
        assert len(columns(sql)) == 300
        assert tables(sql).count(",") == 299

    def test_data_modifying_cte_reads_and_writes(self) -> None:
        """What DELETE ... RETURNING removes goes on into the query."""
        sql = "WITH gone AS (DELETE FROM s WHERE old RETURNING a) INSERT INTO archive SELECT a FROM gone"
        assert tables(sql, "postgres") == "s -> s, archive"
        assert columns(sql, "postgres") == ["s.a -> archive.a IDENTITY"]


class TestColumnResolution:
    """Which relation a column name means."""

    def test_alias_of_a_table(self) -> None:
        """The alias stands for the table, in any case."""
        assert columns("SELECT O.amount FROM orders o") == ["orders.amount -> amount IDENTITY"]

    def test_bare_table_name_as_qualifier(self) -> None:
        """A table with a schema can be called by its name alone."""
        assert columns("SELECT x.a FROM s1.x") == ["s1.x.a -> a IDENTITY"]

    def test_full_table_name_as_qualifier(self) -> None:
        """Schemas tell two tables of one name apart."""
        sql = "SELECT one.x.a, two.x.b FROM one.x JOIN two.x ON one.x.i = two.x.i"
        assert columns(sql) == ["one.x.a -> a IDENTITY", "two.x.b -> b IDENTITY"]

    def test_unqualified_column_of_a_single_table(self) -> None:
        """With one table there is no question."""
        assert columns("SELECT a FROM s") == ["s.a -> a IDENTITY"]

    def test_unqualified_column_in_a_join_is_not_guessed(self) -> None:
        """With two unknown tables nothing tells which one has the column."""
        assert columns("SELECT a FROM s JOIN r ON s.i = r.i") == ["?.a -> a IDENTITY"]

    def test_known_columns_settle_an_unqualified_name(self) -> None:
        """The caller's schema tells, also with one side known only."""
        sql = "SELECT a, b FROM s JOIN r ON s.i = r.i"
        known = {"s": ["i", "a"], "r": ["i", "b"]}
        assert columns(sql, schema=known) == ["s.a -> a IDENTITY", "r.b -> b IDENTITY"]
        assert columns(sql, schema={"s": ["i", "a"]}) == ["s.a -> a IDENTITY", "r.b -> b IDENTITY"]

    def test_subquery_lists_its_columns(self) -> None:
        """A derived table settles a name too."""
        sql = "SELECT total, name FROM c JOIN (SELECT id, sum(x) AS total FROM o GROUP BY id) q ON q.id = c.id"
        assert columns(sql) == ["o.x -> total AGGREGATION", "c.name -> name IDENTITY"]

    def test_known_columns_give_the_spelling(self) -> None:
        """Names known from the database win over the spelling in the SQL."""
        assert columns("SELECT A FROM s", schema={"s": ["a"]}) == ["s.a -> A IDENTITY"]

    def test_using_makes_one_column_of_two(self) -> None:
        """The merged column is that of the left side, for a full join of both."""
        sql = "SELECT i FROM s {} JOIN r USING (i)"
        assert columns(sql.format("LEFT")) == ["s.i -> i IDENTITY"]
        assert columns(sql.format("RIGHT")) == ["r.i -> i IDENTITY"]
        assert columns(sql.format("FULL")) == ["s.i -> i TRANSFORMATION", "r.i -> i TRANSFORMATION"]
        assert rows(sql.format("INNER")) == ["s.i -> * JOIN", "r.i -> * JOIN"]

    def test_natural_join_of_known_tables(self) -> None:
        """The common columns join, as far as they are known."""
        known = {"s": ["i", "a"], "r": ["i", "b"]}
        assert rows("SELECT a, b FROM s NATURAL JOIN r", schema=known) == ["s.i -> * JOIN", "r.i -> * JOIN"]

    def test_correlated_subquery_reaches_out(self) -> None:
        """A column that the inner relations cannot have is one of the outer query."""
        sql = "SELECT (SELECT max(q.b) + a FROM (SELECT b FROM r) q) AS m FROM s"
        assert columns(sql) == ["r.b -> m AGGREGATION", "s.a -> m TRANSFORMATION"]

    def test_lateral_subquery_sees_what_stands_before_it(self) -> None:
        """LATERAL may use columns of its left neighbours."""
        sql = "SELECT x.c FROM s CROSS JOIN LATERAL (SELECT s.a + r.b AS c FROM r) x"
        assert columns(sql, "postgres") == ["s.a -> c TRANSFORMATION", "r.b -> c TRANSFORMATION"]

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT v FROM s LATERAL VIEW explode(s.arr) e AS v", "spark"),
            ("SELECT u.v FROM s CROSS JOIN UNNEST(s.arr) AS u(v)", "trino"),
            ("SELECT v FROM s, UNNEST(s.arr) AS v", "bigquery"),
            ("SELECT f.value AS v FROM s, LATERAL FLATTEN(input => s.arr) f", "snowflake"),
            ("SELECT v FROM s, unnest(s.arr) AS v", "postgres"),
        ],
    )
    def test_unnested_values_come_from_the_array(self, sql: str, dialect: str | None) -> None:
        """Each dialect's way to make rows of an array derives from the array's column."""
        assert columns(sql, dialect) == ["s.arr -> v TRANSFORMATION"]

    def test_earlier_alias_in_the_select_list(self) -> None:
        """Where the dialect has it, an item may use the alias of an earlier one."""
        sql = "SELECT a + 1 AS b, b * 2 AS c FROM s"
        assert columns(sql, "snowflake")[1] == "s.a -> c TRANSFORMATION"
        assert columns(sql, "postgres")[1] == "s.b -> c TRANSFORMATION"

    def test_names_keep_their_spelling_where_the_dialect_folds(self) -> None:
        """Snowflake compares in capitals; an ambiguous name is still shown as written."""
        sql = "SELECT i FROM s JOIN r ON s.k = r.k"
        assert columns(sql, "snowflake", schema=KNOWN) == ["?.i -> i IDENTITY"]

    def test_alias_that_hides_a_column_of_its_own_name(self) -> None:
        """coalesce(x, 0) AS x proves that the table has x: that is what the next item means."""
        sql = "SELECT coalesce(x, y) AS x, x + 1 AS z FROM s"
        assert columns(sql, "snowflake")[2] == "s.x -> z TRANSFORMATION"

    def test_units_of_time_are_no_columns(self) -> None:
        """The day in dateadd(day, 1, a) is a word of the function, also where the dialect is not known."""
        assert columns("SELECT dateadd(day, 1, a) AS x FROM s") == ["s.a -> x TRANSFORMATION"]

    def test_path_into_a_nested_column(self) -> None:
        """A qualifier that is no relation is a column with fields."""
        assert columns("SELECT rec.f AS x, t.rec.g AS y FROM t", "bigquery") == [
            "t.rec -> x TRANSFORMATION",
            "t.rec -> y TRANSFORMATION",
        ]


class TestStars:
    """`*` and `t.*`, expanded where the columns are known."""

    def test_star_over_known_tables(self) -> None:
        """The columns of all tables, in order."""
        assert columns("SELECT * FROM s CROSS JOIN r", schema=KNOWN) == [
            "s.i -> i IDENTITY",
            "s.a -> a IDENTITY",
            "r.i -> i IDENTITY",
            "r.b -> b IDENTITY",
        ]

    def test_star_of_one_relation(self) -> None:
        """t.* means one relation, by alias or name."""
        sql = "SELECT x.*, s.a FROM s JOIN r AS x ON s.i = x.i"
        assert columns(sql, schema=KNOWN) == [
            "r.i -> i IDENTITY",
            "r.b -> b IDENTITY",
            "s.a -> a IDENTITY",
        ]

    def test_star_after_using_has_the_merged_column_once(self) -> None:
        """As the database does it, first the merged columns."""
        assert columns("SELECT * FROM s JOIN r USING (i)", schema=KNOWN) == [
            "s.i -> i IDENTITY",
            "s.a -> a IDENTITY",
            "r.b -> b IDENTITY",
        ]

    def test_star_over_a_subquery(self) -> None:
        """The columns of a subquery are known without any schema."""
        assert columns("SELECT * FROM (SELECT a, b + 1 AS c FROM s) q") == [
            "s.a -> a IDENTITY",
            "s.b -> c TRANSFORMATION",
        ]

    def test_star_over_an_unknown_table_tells_no_columns(self) -> None:
        """The table is still read."""
        assert columns("INSERT INTO t SELECT * FROM s") == []
        assert tables("INSERT INTO t SELECT * FROM s") == "s -> t"

    def test_names_pass_through_an_unknown_star(self) -> None:
        """What is taken from SELECT * by name is a column of the table behind."""
        assert columns("SELECT q.a FROM (SELECT * FROM s) q") == ["s.a -> a IDENTITY"]

    def test_a_listed_column_hides_one_behind_the_star(self) -> None:
        """Beside a star, a column that is written out is the one that is meant."""
        sql = "SELECT n FROM (SELECT *, row_number() OVER (ORDER BY d) AS n FROM s) q"
        assert columns(sql) == ["s.d -> n WINDOW"]

    def test_semi_join_shows_its_left_side_only(self) -> None:
        """The right side decides about rows, and has no columns in the result."""
        sql = "SELECT * FROM s LEFT SEMI JOIN r ON s.i = r.i"
        assert columns(sql, "spark", schema=KNOWN) == ["s.i -> i IDENTITY", "s.a -> a IDENTITY"]

    @pytest.mark.parametrize("word", ["EXCEPT", "EXCLUDE"])
    def test_star_without_some_columns(self, word: str) -> None:
        """BigQuery says EXCEPT, Snowflake EXCLUDE."""
        dialect = {"EXCEPT": "bigquery", "EXCLUDE": "snowflake"}[word]
        assert columns(f"SELECT * {word} (a) FROM s", dialect, schema=KNOWN) == ["s.i -> i IDENTITY"]

    def test_star_with_replaced_columns(self) -> None:
        """REPLACE changes what a column is, not where it stands."""
        assert columns("SELECT * REPLACE (i + 1 AS i) FROM s", "bigquery", schema=KNOWN) == [
            "s.i -> i TRANSFORMATION",
            "s.a -> a IDENTITY",
        ]


class TestSetOperations:
    """UNION, INTERSECT, EXCEPT."""

    @pytest.mark.parametrize("operation", ["UNION", "UNION ALL", "INTERSECT"])
    def test_columns_are_combined_by_position(self, operation: str) -> None:
        """The names are those of the first query."""
        assert columns(f"SELECT a, b FROM s {operation} SELECT c, d FROM r") == [
            "s.a -> a IDENTITY",
            "r.c -> a IDENTITY",
            "s.b -> b IDENTITY",
            "r.d -> b IDENTITY",
        ]

    def test_values_of_except_are_those_of_its_left_side(self) -> None:
        """The right side only decides which rows stay."""
        sql = "SELECT a FROM s EXCEPT SELECT b FROM r"
        assert columns(sql) == ["s.a -> a IDENTITY"]
        assert rows(sql) == ["r.b -> * FILTER"]

    def test_order_by_behind_a_union_names_output_columns(self) -> None:
        """It sorts by what the branches gave."""
        sql = "SELECT a AS x FROM s UNION SELECT b FROM r ORDER BY x"
        assert rows(sql) == ["s.a -> * SORT", "r.b -> * SORT"]

    def test_a_thousand_branches(self) -> None:
        """The depth of the tree does not matter."""
        sql = " UNION ALL ".join(f"SELECT a FROM t{i}" for i in range(1000))
        assert tables(sql).count(",") == 999


class TestPivot:
    """PIVOT and UNPIVOT."""

    def test_pivoted_columns_aggregate_on_a_condition(self) -> None:
        """Each new column aggregates the value column where the spread column has that value."""
        sql = "SELECT * FROM s PIVOT (sum(x) FOR y IN ([u], [v])) p"
        assert columns(sql, "tsql", schema={"s": ["id", "x", "y"]}) == [
            "s.id -> id IDENTITY",
            "s.x -> u AGGREGATION",
            "s.y -> u CONDITIONAL",
            "s.x -> v AGGREGATION",
            "s.y -> v CONDITIONAL",
        ]

    def test_unpivoted_column_gathers_all(self) -> None:
        """The name column comes from no data."""
        sql = "SELECT id, n, v FROM s UNPIVOT (v FOR n IN (a, b)) u"
        assert columns(sql, "tsql") == ["s.id -> id IDENTITY", "s.a -> v IDENTITY", "s.b -> v IDENTITY"]
