"""Queries: which tables they read, and which column of which table each output column comes from."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql.queries import query
from lineage_kit.sql.queries.query import QueryReader


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
        "joined",
        [
            "((a JOIN b ON a.i = b.i) JOIN c ON c.i = a.i)",
            "(((a JOIN b ON a.i = b.i)) JOIN (c CROSS JOIN d) ON c.i = a.i)",
            "((SELECT x, i FROM a) AS a JOIN b ON a.i = b.i)",
            "(a CROSS JOIN ((b CROSS JOIN c)))",
        ],
    )
    def test_nested_parentheses_around_joins(self, joined: str) -> None:
        """What is joined inside keeps its names."""
        assert columns(f"SELECT a.x, b.y FROM {joined}") == ["a.x -> x IDENTITY", "b.y -> y IDENTITY"]

    def test_parentheses_around_a_query(self) -> None:
        """However many there are, its alias stands behind the last."""
        assert columns("SELECT q.x FROM (((SELECT x FROM a))) AS q") == ["a.x -> x IDENTITY"]

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

    def test_recursion_over_many_columns(self) -> None:
        """Each round moves the values one column on; after as many rounds as columns the first has seen them all."""
        names = [f"c{number}" for number in range(12)]
        sql = f"""
            WITH RECURSIVE r ({", ".join(names)}) AS (
                SELECT {", ".join(names)} FROM s UNION ALL SELECT {", ".join([*names[1:], names[-1]])} FROM r
            )
            SELECT c0 FROM r"""
        assert columns(sql, "postgres") == [f"s.{name} -> c0 IDENTITY" for name in names]

    def test_what_a_step_of_a_recursion_does_to_values(self) -> None:
        """Values that go round are what a step makes of them; conditions over the result concern what fed it."""
        sql = """
            WITH RECURSIVE c (n, m) AS (
                SELECT a, b FROM seed UNION ALL SELECT c.m + 1, md5(c.m) FROM c JOIN step ON step.k = c.n
            )
            SELECT n, m FROM c"""
        assert columns(sql, "postgres") == [
            "seed.a -> n IDENTITY",
            "seed.b -> n TRANSFORMATION",
            "seed.b -> n TRANSFORMATION masked",
            "seed.b -> m IDENTITY",
            "seed.b -> m TRANSFORMATION masked",
        ]
        assert rows(sql, "postgres") == [
            "step.k -> * JOIN",
            "seed.a -> * JOIN",
            "seed.b -> * JOIN",
            "seed.b -> * JOIN masked",
        ]

    def test_recursions_in_each_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each is read once: to read those inside twice would double the work with every level."""
        read: list[object] = []
        read_query = QueryReader.query
        monkeypatch.setattr(QueryReader, "query", lambda *of: read.append(of) or read_query(*of))
        sql = "SELECT a AS x FROM s"
        for level in range(10):
            sql = f"""
                WITH RECURSIVE c{level} AS (
                    SELECT a AS x FROM s{level} UNION ALL SELECT q.x FROM c{level} JOIN ({sql}) q ON c{level}.x > 0
                ) SELECT x FROM c{level}"""
        expected = ["s9", *(f"s{level}" for level in range(9)), "s"]
        assert sorted(columns(sql, "postgres")) == sorted(f"{table}.a -> x IDENTITY" for table in expected)
        assert len(read) <= 50

    @pytest.mark.parametrize("dialect", ["snowflake", "oracle"])
    def test_union_without_recursion(self, dialect: str) -> None:
        """Where no keyword marks recursion, a set operation that does not read itself is a query like others."""
        query = "WITH c AS (SELECT a FROM s UNION ALL SELECT a FROM r ORDER BY a) SELECT a FROM c"
        assert columns(query, dialect) == ["s.a -> a IDENTITY", "r.a -> a IDENTITY"]
        assert rows(query, dialect) == ["s.a -> * SORT", "r.a -> * SORT"]

    def test_unions_in_unions_are_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each level that is read twice would double the work of those inside it."""
        sql = "SELECT a FROM s"
        for level in range(12):
            inner = f"WITH c{level} AS (SELECT a FROM v UNION ALL {sql}) SELECT a FROM c{level}"
            sql = f"SELECT a FROM u UNION ALL ({inner})"
        read: list[object] = []
        read_from = query.add_relations

        def counted(*arguments: Any) -> None:
            read.append(arguments)
            read_from(*arguments)

        monkeypatch.setattr(query, "add_relations", counted)
        assert columns(sql, "snowflake") == ["u.a -> a IDENTITY", "v.a -> a IDENTITY", "s.a -> a IDENTITY"]
        assert len(read) < 12 * 5

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

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT a, b FROM s UNION BY NAME SELECT b, c FROM r", "duckdb"),
            ("SELECT a, b FROM s UNION ALL BY NAME SELECT c, b FROM r", "duckdb"),
            ("SELECT a, b FROM s UNION ALL BY NAME SELECT b, c FROM r", "snowflake"),
        ],
    )
    def test_columns_are_combined_by_name(self, sql: str, dialect: str) -> None:
        """BY NAME: a column that only one side has is in the result too."""
        assert columns(sql, dialect) == [
            "s.a -> a IDENTITY",
            "s.b -> b IDENTITY",
            "r.b -> b IDENTITY",
            "r.c -> c IDENTITY",
        ]

    def test_positions_behind_a_star_are_not_known(self) -> None:
        """What stands at the position of a on the other side is not said."""
        sql = "SELECT q.a FROM (SELECT a FROM s UNION ALL SELECT * FROM r) q"
        assert columns(sql) == ["s.a -> a IDENTITY"]
        assert columns(sql, schema={"r": ["x"]}) == ["s.a -> a IDENTITY", "r.x -> a IDENTITY"]


class TestNamesOfItems:
    """What an item of the select list is called."""

    @pytest.mark.parametrize(
        "item",
        [
            *("a AS x", "a x", "x = a", "[x] = a", "'x' = a", "N'x' = a", "a AS 'x'", "a 'x'"),
            *("x = (SELECT a)", "[x] = (SELECT r.a FROM (SELECT s.a) AS r)"),
        ],
    )
    def test_spellings_of_tsql(self, item: str) -> None:
        """The name may stand before the value, and be a string."""
        assert columns(f"SELECT b AS y, {item} FROM s", "tsql") == ["s.b -> y IDENTITY", "s.a -> x IDENTITY"]


class TestNamesOfValues:
    """What the columns of VALUES are called without an alias."""

    @pytest.mark.parametrize(
        ("values", "name", "dialect"),
        [
            ("VALUES (1, (SELECT a FROM s))", "col2", "spark"),
            ("VALUES ROW(1, (SELECT a FROM s))", "column_1", "mysql"),
            ("VALUES (1, (SELECT a FROM s))", "col1", "duckdb"),
            ("VALUES (1, (SELECT a FROM s))", "column2", "postgres"),
        ],
    )
    def test_second_column(self, values: str, name: str, dialect: str) -> None:
        """Databases count from 0 or from 1."""
        assert columns(f"SELECT {name} AS x FROM ({values}) AS v", dialect) == ["s.a -> x IDENTITY"]


class TestNamedExpressions:
    """ClickHouse names expressions in WITH."""

    def test_expression(self) -> None:
        """It is what it would be in the place where its name stands."""
        sql = "WITH a + b AS total, 5 AS k SELECT total * k AS x FROM s"
        assert columns(sql, "clickhouse") == ["s.a -> x TRANSFORMATION", "s.b -> x TRANSFORMATION"]

    def test_scalar_subquery(self) -> None:
        """Its table is read where the name is used."""
        sql = "WITH (SELECT max(b) FROM r) AS m SELECT a, {} AS x FROM s"
        assert tables(sql.format("m"), "clickhouse") == "s, r ->"
        assert columns(sql.format("m"), "clickhouse") == ["s.a -> a IDENTITY", "r.b -> x AGGREGATION"]
        assert tables(sql.format("1"), "clickhouse") == "s ->"

    def test_scalar_subquery_stands_alone(self) -> None:
        """The query that uses it may have a column of the same name."""
        sql = "WITH (SELECT max(b) FROM r) AS m SELECT m AS x FROM (SELECT b FROM s) AS q"
        assert columns(sql, "clickhouse") == ["r.b -> x AGGREGATION"]

    def test_name_inside_a_common_table_expression(self) -> None:
        """Those that follow see it too."""
        sql = "WITH (SELECT max(b) FROM r) AS m, c AS (SELECT m AS x FROM s) SELECT x FROM c"
        assert columns(sql, "clickhouse") == ["r.b -> x AGGREGATION"]

    def test_expression_over_a_column_of_its_name(self) -> None:
        """Inside the expression the name means the column."""
        assert columns("WITH a + 1 AS a SELECT a FROM s", "clickhouse") == ["s.a -> a TRANSFORMATION"]


class TestTableNames:
    """What names a table, and what stands around the name."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("SELECT a FROM s AT (OFFSET => -60) t", "snowflake", "s ->"),
            ("SELECT a FROM s SAMPLE (10)", "snowflake", "s ->"),
            ("SELECT a FROM db..s", "snowflake", "db.s ->"),
            ("SELECT a FROM d.s FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "bigquery", "d.s ->"),
            ("SELECT a FROM `p-1.d.s_*` WHERE _TABLE_SUFFIX > '2'", "bigquery", "p-1.d.s_* ->"),
            ("SELECT a FROM p.d.INFORMATION_SCHEMA.TABLES", "bigquery", "p.d.INFORMATION_SCHEMA.TABLES ->"),
            ("SELECT a FROM s VERSION AS OF 3", "databricks", "s ->"),
            ("SELECT a FROM srv.db.dbo.s WITH (NOLOCK)", "tsql", "srv.db.dbo.s ->"),
            ("SELECT a FROM s@link", "oracle", "s@link ->"),
            ("SELECT a FROM s PARTITION (p1)", "oracle", "s ->"),
            ("SELECT a FROM ONLY s", "postgres", "s ->"),
            ("SELECT a FROM s FINAL", "clickhouse", "s ->"),
            ("SELECT a FROM s TABLESAMPLE (BUCKET 1 OUT OF 4 ON i)", "hive", "s ->"),
            ('SELECT a FROM "s.x"."ta ble"', "postgres", "s.x.ta ble ->"),
            ("SELECT `from` FROM `order`.`select`", "mysql", "order.select ->"),
            ("SELECT a FROM größe.表", None, "größe.表 ->"),
            ("FROM s", "duckdb", "s ->"),
        ],
    )
    def test_name(self, sql: str, dialect: str | None, expected: str) -> None:
        """Time travel, samples, partitions and hints are not part of it."""
        assert tables(sql, dialect) == expected

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT x FROM ML.PREDICT(MODEL d.m, TABLE d.s)", "bigquery"),
            ("SELECT x FROM ML.PREDICT(MODEL d.m, (SELECT a FROM d.s))", "bigquery"),
            ("SELECT x FROM TABLE(f(input => TABLE(d.s)))", "trino"),
            ("SELECT x FROM f(TABLE(d.s))", "databricks"),
            ("SELECT x FROM TABLE(p.f(CURSOR(SELECT a FROM d.s)))", "oracle"),
        ],
    )
    def test_tables_that_a_function_is_given(self, sql: str, dialect: str) -> None:
        """They are read; models and the function itself are no tables."""
        assert tables(sql, dialect) == "d.s ->"

    def test_columns_pass_through_a_function_of_tables(self) -> None:
        """Its own columns derive from all that it is given."""
        sql = "SELECT id, predicted FROM ML.PREDICT(MODEL d.m, (SELECT id, a FROM d.s))"
        assert columns(sql, "bigquery") == [
            "d.s.id -> id IDENTITY",
            "d.s.id -> predicted TRANSFORMATION",
            "d.s.a -> predicted TRANSFORMATION",
        ]

    def test_columns_of_a_function_that_nobody_knows(self) -> None:
        """What it is given does not tell which of its columns hold what, even where one has the same name."""
        assert columns("SELECT m FROM f((SELECT a AS m, b FROM s))", "postgres") == [
            "s.a -> m TRANSFORMATION",
            "s.b -> m TRANSFORMATION",
        ]
