"""One query that fills several tables: FROM ... INSERT of Hive and Spark, INSERT ALL of Oracle and Snowflake."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import Location, analyze


class TestFromInsert:
    """FROM stands once, before all the INSERTs."""

    SQL = """
        FROM s
        INSERT OVERWRITE TABLE a PARTITION (d = 'x') SELECT x, y WHERE k = 1
        INSERT INTO TABLE b SELECT z, count(*) AS n GROUP BY z"""

    @pytest.mark.parametrize("dialect", ["hive", "spark", "databricks"])
    def test_each_insert_has_its_own_columns_and_conditions(self, dialect: str) -> None:
        """What stands behind one INSERT says nothing about the other."""
        assert tables(self.SQL, dialect) == "s -> a, b"
        assert columns(self.SQL, dialect) == [
            "s.x -> a.x IDENTITY",
            "s.y -> a.y IDENTITY",
            "s.z -> b.z IDENTITY",
        ]
        assert rows(self.SQL, dialect) == ["s.k -> a.* FILTER", "s.z -> b.* GROUP_BY"]

    def test_joins_and_subqueries(self) -> None:
        """FROM may hold whatever it holds elsewhere."""
        sql = """
            FROM (SELECT s.x, r.y FROM s JOIN r ON s.i = r.i) q
            INSERT INTO a SELECT q.x
            INSERT INTO b SELECT q.y"""
        assert tables(sql, "spark") == "s, r -> a, b"
        assert columns(sql, "spark") == ["s.x -> a.x IDENTITY", "r.y -> b.y IDENTITY"]

    def test_lateral_views_of_from_and_of_one_insert(self) -> None:
        """Those behind FROM are seen by all, those behind a SELECT by that one."""
        sql = """
            FROM s LATERAL VIEW explode(arr) e AS v
            INSERT INTO TABLE a SELECT e.v
            INSERT INTO TABLE b (bx) SELECT f.w LATERAL VIEW explode(other) f AS w"""
        assert columns(sql, "hive") == ["s.arr -> a.v TRANSFORMATION", "s.other -> b.bx TRANSFORMATION"]

    def test_cte(self) -> None:
        """WITH before FROM."""
        sql = "WITH c AS (SELECT x FROM s) FROM c INSERT OVERWRITE TABLE a SELECT x INSERT INTO b SELECT x AS y"
        assert tables(sql, "hive") == "s -> a, b"
        assert columns(sql, "hive") == ["s.x -> a.x IDENTITY", "s.x -> b.y IDENTITY"]

    def test_directory_among_the_targets(self) -> None:
        """Files beside tables."""
        sql = "FROM s INSERT OVERWRITE DIRECTORY '/out' SELECT x INSERT INTO TABLE a SELECT y"
        lineage = analyze(sql, "hive")
        assert [str(output) for output in lineage.outputs] == ["/out", "a"]
        assert lineage.outputs[0] == Location("/out")

    def test_scripts_in_the_place_of_select(self) -> None:
        """MAP and REDUCE of Hive give every argument to a script."""
        sql = """
            FROM (FROM s MAP s.a, s.b USING 'm.py' AS x, y CLUSTER BY x) q
            INSERT OVERWRITE TABLE t REDUCE q.y USING 'r.py' AS (z STRING)"""
        assert tables(sql, "hive") == "s -> t"
        assert columns(sql, "hive") == ["s.a -> t.z TRANSFORMATION", "s.b -> t.z TRANSFORMATION"]

    def test_words_in_strings_and_comments(self) -> None:
        """They open nothing."""
        sql = "FROM s -- INSERT INTO z\nINSERT INTO a SELECT x, 'INSERT INTO z' AS text"
        assert tables(sql, "spark") == "s -> a"

    def test_from_without_insert_is_a_query(self) -> None:
        """DuckDB and Spark let FROM stand first."""
        assert tables("FROM s SELECT x", "duckdb") == "s ->"

    def test_with_before_an_ordinary_insert(self) -> None:
        """It looks alike at the beginning."""
        assert tables("WITH c AS (SELECT x FROM s) INSERT INTO a SELECT x FROM c", "hive") == "s -> a"


class TestInsertAll:
    """INSERT ALL and INSERT FIRST: a query behind all the INTOs."""

    @pytest.mark.parametrize("dialect", ["oracle", "snowflake"])
    def test_values_name_columns_of_the_query(self, dialect: str) -> None:
        """They are expressions over it."""
        sql = "INSERT ALL INTO a (x) VALUES (p) INTO b (y, z) VALUES (q, p + q) SELECT p, q FROM s"
        assert tables(sql, dialect) == "s -> a, b"
        assert columns(sql, dialect) == [
            "s.p -> a.x IDENTITY",
            "s.q -> b.y IDENTITY",
            "s.p -> b.z TRANSFORMATION",
            "s.q -> b.z TRANSFORMATION",
        ]

    def test_errors_of_each_target(self) -> None:
        """Oracle: the table of errors behind a target, named or not, is none of the targets."""
        sql = (
            "INSERT ALL WHEN p > 1 THEN INTO a (x) VALUES (p) LOG ERRORS INTO e ('n') REJECT LIMIT UNLIMITED"
            " ELSE INTO b (y) VALUES (q) LOG ERRORS SELECT p, q FROM s"
        )
        assert tables(sql, "oracle") == "s -> a, b"
        assert columns(sql, "oracle") == ["s.p -> a.x IDENTITY", "s.q -> b.y IDENTITY"]

    def test_without_values_everything_goes(self) -> None:
        """By position into the column list, else under the names of the query."""
        sql = "INSERT ALL INTO a INTO b (x, y) SELECT p, q FROM s"
        assert columns(sql, "snowflake") == [
            "s.p -> a.p IDENTITY",
            "s.q -> a.q IDENTITY",
            "s.p -> b.x IDENTITY",
            "s.q -> b.y IDENTITY",
        ]

    def test_positions_of_the_query(self) -> None:
        """Snowflake: $2 is its second column."""
        assert columns("INSERT ALL INTO a (x) VALUES ($2) SELECT p, q FROM s", "snowflake") == ["s.q -> a.x IDENTITY"]

    def test_constants_and_defaults_have_no_source(self) -> None:
        """The tables are written nevertheless."""
        sql = "INSERT ALL INTO a (x) VALUES (DEFAULT) INTO b (y) VALUES (NULL) SELECT p FROM s"
        assert tables(sql, "snowflake") == "s -> a, b"
        assert columns(sql, "snowflake") == []

    def test_conditions_decide_about_the_rows_of_their_targets(self) -> None:
        """ELSE: the rows for which none of them holds."""
        sql = """
            INSERT ALL
              WHEN p > 1 THEN INTO a (x) VALUES (p)
              WHEN q > 1 THEN INTO b (x) VALUES (p) INTO c (x) VALUES (p)
              ELSE INTO d (x) VALUES (p)
            SELECT p, q FROM s WHERE k = 1"""
        assert rows(sql, "oracle") == [
            "s.k -> a.* FILTER",
            "s.p -> a.* FILTER",
            "s.k -> b.* FILTER",
            "s.q -> b.* FILTER",
            "s.k -> c.* FILTER",
            "s.q -> c.* FILTER",
            "s.k -> d.* FILTER",
            "s.p -> d.* FILTER",
            "s.q -> d.* FILTER",
        ]

    def test_first_takes_the_first_condition_that_holds(self) -> None:
        """So that the ones before matter too."""
        sql = "INSERT FIRST WHEN p > 1 THEN INTO a WHEN q > 1 THEN INTO b SELECT p, q FROM s"
        assert rows(sql, "snowflake") == ["s.p -> a.* FILTER", "s.q -> b.* FILTER", "s.p -> b.* FILTER"]

    def test_subqueries_in_conditions_are_read(self) -> None:
        """Like anywhere else."""
        sql = "INSERT FIRST WHEN p > (SELECT max(k) FROM r) THEN INTO a ELSE INTO b SELECT p FROM s"
        assert tables(sql, "snowflake") == "s, r -> a, b"

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT OVERWRITE ALL INTO a (x) VALUES (p) SELECT p FROM s",
            "INSERT /*+ APPEND */ ALL INTO a (x) VALUES (p) SELECT p FROM s",
            "insert all\n  into a (x) -- the first\n  values (p)\nselect p from s",
            "INSERT ALL INTO a (x) VALUES (p) (SELECT p FROM s)",
            "INSERT ALL INTO a (x) VALUES (p) WITH c AS (SELECT p FROM s) SELECT p FROM c",
        ],
    )
    def test_spellings(self, sql: str) -> None:
        """Hints, comments, parentheses and WITH around the query."""
        assert tables(sql, "snowflake") == "s -> a"
        assert columns(sql, "snowflake") == ["s.p -> a.x IDENTITY"]

    def test_what_is_not_understood_names_no_table_after_the_keyword(self) -> None:
        """ALL and FIRST are never targets."""
        lineage = analyze("INSERT ALL INTO a (x) VALUES (p + + ) SELECT p FROM s", "snowflake")
        assert len(lineage.problems) == 1
        assert [str(table) for table in (*lineage.inputs, *lineage.outputs)] == ["s", "a"]
