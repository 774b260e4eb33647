"""Stars: `*` and `t.*`, expanded where the columns are known."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

KNOWN = {"s": ["i", "a"], "r": ["i", "b"]}


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

    def test_star_after_several_using(self) -> None:
        """The join that comes last is the outermost: what it merges stands before what its left side merged."""
        known = {"s": ["i", "k", "a"], "r": ["i", "b"], "q": ["k", "c"]}
        sql = "INSERT INTO t (v, w, x, y, z) SELECT * FROM s JOIN r USING (i) JOIN q USING (k)"
        assert columns(sql, "postgres", schema=known) == [
            "s.k -> t.v IDENTITY",
            "s.i -> t.w IDENTITY",
            "s.a -> t.x IDENTITY",
            "r.b -> t.y IDENTITY",
            "q.c -> t.z IDENTITY",
        ]

    @pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "clickhouse"])
    def test_merged_columns_in_their_place(self, dialect: str) -> None:
        """Some databases leave them where the left table has them."""
        sql = "INSERT INTO t (x, y, z) SELECT * FROM s JOIN r USING (i)"
        assert columns(sql, dialect, schema={"s": ["a", "i"], "r": ["i", "b"]}) == [
            "s.a -> t.x IDENTITY",
            "s.i -> t.y IDENTITY",
            "r.b -> t.z IDENTITY",
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

    def test_star_with_renamed_columns(self) -> None:
        """RENAME names columns, also of a table that nobody lists."""
        sql = "SELECT q.* EXCLUDE (a) RENAME (b AS z) FROM (SELECT a, b FROM s) q"
        assert columns(sql, "snowflake") == ["s.b -> z IDENTITY"]
        assert columns("SELECT * RENAME (b AS z) FROM s", "snowflake") == ["s.b -> z IDENTITY"]

    @pytest.mark.parametrize(
        ("star", "dialect"),
        [("* ILIKE 'a%'", "snowflake"), ("* ILIKE '_x'", "snowflake"), ("* LIKE '%x'", "duckdb")],
    )
    def test_star_by_pattern(self, star: str, dialect: str) -> None:
        """Only columns whose name matches are in the result."""
        sql = f"SELECT {star} FROM (SELECT ax, b FROM s)"
        assert columns(sql, dialect) == ["s.ax -> ax IDENTITY"]

    def test_star_as_a_function(self) -> None:
        """COLUMNS(*) of DuckDB is a star."""
        assert columns("SELECT COLUMNS(* EXCLUDE b) FROM (SELECT a, b FROM s)", "duckdb") == ["s.a -> a IDENTITY"]
        assert columns("SELECT COLUMNS(q.*) FROM (SELECT a FROM s) q, r", "duckdb") == ["s.a -> a IDENTITY"]

    @pytest.mark.parametrize(
        "choice",
        [
            "'^a'",
            "'x$|^a[xy]'",
            "['AX', 'ay']",
            "c -> c LIKE 'a%'",
            "lambda c: c LIKE 'a%'",
            "c -> c IN ('ax', 'ay')",
            "c -> c <> 'b'",
            "c -> NOT (c = 'b' OR c LIKE 'z%')",
        ],
    )
    def test_columns_of_chosen_names(self, choice: str) -> None:
        """By a regular expression, a list or a function of the name."""
        assert columns(f"SELECT COLUMNS({choice}) FROM (SELECT ax, ay, b FROM s)", "duckdb") == [
            "s.ax -> ax IDENTITY",
            "s.ay -> ay IDENTITY",
        ]

    @pytest.mark.parametrize("choice", ["'(a+)+$'", "c -> length(c) > 1", "c -> c LIKE d", "'['"])
    def test_names_that_nobody_can_tell(self, choice: str) -> None:
        """Nothing is told of columns that are chosen in a way that is not followed, or takes for ever."""
        assert columns(f"SELECT COLUMNS({choice}) FROM (SELECT a, b FROM s)", "duckdb") == []

    def test_expressions_over_chosen_columns(self) -> None:
        """They are calculated for each of the columns, and called like it unless the alias says otherwise."""
        sql = r"SELECT max(COLUMNS('^a')), max(COLUMNS('^a')) AS 'max_\0', b FROM (SELECT ax, ay, b FROM s) GROUP BY b"
        assert columns(sql, "duckdb") == [
            "s.ax -> ax AGGREGATION",
            "s.ay -> ay AGGREGATION",
            "s.ax -> max_ax AGGREGATION",
            "s.ay -> max_ay AGGREGATION",
            "s.b -> b IDENTITY",
        ]
        assert columns("SELECT COLUMNS(*) + COLUMNS(*) FROM (SELECT a, b FROM s)", "duckdb") == [
            "s.a -> a TRANSFORMATION",
            "s.b -> b TRANSFORMATION",
        ]

    def test_chosen_columns_as_arguments(self) -> None:
        """With a star before it, all of the chosen columns are arguments of one call."""
        sql = "SELECT coalesce(*COLUMNS('^a')) AS c FROM (SELECT ax, ay, b FROM s)"
        assert columns(sql, "duckdb") == ["s.ax -> c TRANSFORMATION", "s.ay -> c TRANSFORMATION"]
        sql = "SELECT b FROM (SELECT ax, ay, b FROM s) WHERE COLUMNS('^a') IS NOT NULL"
        assert rows(sql, "duckdb") == ["s.ax -> * FILTER", "s.ay -> * FILTER"]

    def test_star_of_a_nested_value(self) -> None:
        """Its fields are not known by name, but all come from the one column."""
        sql = "SELECT q.f FROM (SELECT r.* FROM (SELECT ARRAY_AGG(x)[OFFSET(0)] AS r FROM d.s) y) q"
        assert columns(sql, "bigquery") == ["d.s.x -> f AGGREGATION"]

    @pytest.mark.parametrize(
        ("value", "dialect"),
        [
            ("STRUCT(a, b + 1 AS c)", "bigquery"),
            ("STRUCT(a, b + 1 AS c)", "spark"),
            ("{'a': a, 'c': b + 1}", "duckdb"),
            ("STRUCT_PACK(a := a, c := b + 1)", "duckdb"),
        ],
    )
    def test_star_of_a_value_that_the_query_builds(self, value: str, dialect: str) -> None:
        """Its fields are what it is built of."""
        expected = ["d.s.a -> a IDENTITY", "d.s.b -> c TRANSFORMATION"]
        query = f"(SELECT {value} AS t FROM d.s) q"
        assert columns(f"SELECT t.* FROM {query}", dialect) == expected
        assert columns(f"SELECT q.t.* FROM {query}", dialect) == expected
        assert columns(f"SELECT t.a, q.t.c FROM {query}", dialect) == expected

    def test_star_of_values_in_each_other(self) -> None:
        """Down to any depth, and less what is left out."""
        query = "(SELECT STRUCT(STRUCT(a, b) AS x, c) AS t FROM d.s)"
        assert columns(f"SELECT t.x.* EXCEPT (a) FROM {query}", "bigquery") == ["d.s.b -> b IDENTITY"]
        assert columns(f"SELECT t.* EXCEPT (x) FROM {query}", "bigquery") == ["d.s.c -> c IDENTITY"]

    @pytest.mark.parametrize(
        ("value", "dialect"),
        [("STRUCT(a, b + 1)", "bigquery"), ("OBJECT_CONSTRUCT('a', a)", "snowflake"), ("f(STRUCT(a))", "bigquery")],
    )
    def test_star_of_a_value_with_other_fields(self, value: str, dialect: str) -> None:
        """Fields without a name, or that only the data tell, are not made up."""
        assert columns(f"SELECT t.* FROM (SELECT {value} AS t FROM s)", dialect) == []

    def test_star_over_wide_chains(self) -> None:
        """Five hundred columns through ten subqueries."""
        names = ", ".join(f"c{i}" for i in range(500))
        links = "".join(f", q{i} AS (SELECT * FROM q{i - 1})" for i in range(1, 10))
        sql = f"WITH q0 AS (SELECT {names} FROM s){links} SELECT * FROM q9"
        assert columns(sql) == [f"s.c{i} -> c{i} IDENTITY" for i in range(500)]
