"""Statements that change rows in place: UPDATE, DELETE, MERGE."""

from __future__ import annotations

import pytest
from sqlglot import exp
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze


class TestUpdate:
    """UPDATE with FROM, joins, subqueries; the target is an output and no input."""

    def test_literals_only(self) -> None:
        """Nothing is read."""
        assert tables("UPDATE t SET x = 1 WHERE id = 2") == "-> t"

    def test_from(self) -> None:
        """Postgres: FROM names what is joined to the target."""
        sql = "UPDATE t SET x = s.y FROM s WHERE t.id = s.id"
        assert tables(sql, "postgres") == "s -> t"
        assert columns(sql, "postgres") == ["s.y -> t.x IDENTITY"]
        assert rows(sql, "postgres") == ["s.id -> t.* FILTER"]

    def test_target_by_alias(self) -> None:
        """SQL Server: the target is the alias of an item of FROM."""
        sql = "UPDATE d SET x = s.x FROM dbo.t d JOIN dbo.s s ON d.id = s.id"
        assert tables(sql, "tsql") == "dbo.s -> dbo.t"
        assert columns(sql, "tsql") == ["dbo.s.x -> dbo.t.x IDENTITY"]

    def test_target_repeated_in_from(self) -> None:
        """SQL Server: the same name in FROM is the target itself."""
        assert tables("UPDATE t SET x = s.x FROM t JOIN s ON t.id = s.id", "tsql") == "s -> t"

    def test_target_read_a_second_time(self) -> None:
        """A self join reads the target too."""
        assert tables("UPDATE t SET x = o.x FROM t o WHERE o.id = t.parent", "postgres") == "t -> t"

    def test_joined_update(self) -> None:
        """MySQL: the qualifier of the assigned column says which table is written."""
        sql = "UPDATE a JOIN b ON a.i = b.i SET {}"
        assert tables(sql.format("a.x = b.x"), "mysql") == "b -> a"
        assert tables(sql.format("b.x = a.x"), "mysql") == "a -> b"
        assert columns(sql.format("b.x = a.x"), "mysql") == ["a.x -> b.x IDENTITY"]

    def test_own_columns_feed_too(self) -> None:
        """What was in the row before is a source."""
        assert columns("UPDATE t SET n = n + 1") == ["t.n -> t.n TRANSFORMATION"]

    def test_row_from_a_subquery(self) -> None:
        """SET (a, b) = (SELECT ...) goes by position."""
        assert columns("UPDATE t SET (x, y) = (SELECT a, b FROM s)", "postgres") == [
            "s.a -> t.x IDENTITY",
            "s.b -> t.y IDENTITY",
        ]

    def test_subquery_in_where(self) -> None:
        """It reads, be it the target itself."""
        assert tables("UPDATE t SET x = 1 WHERE id IN (SELECT id FROM s)") == "s -> t"
        assert tables("UPDATE t SET x = 1 WHERE id IN (SELECT max(id) FROM t)") == "t -> t"

    def test_cte(self) -> None:
        """WITH before UPDATE."""
        sql = "WITH c AS (SELECT id, x FROM s) UPDATE t SET x = c.x FROM c WHERE c.id = t.id"
        assert tables(sql, "postgres") == "s -> t"

    def test_rows_of_values(self) -> None:
        """With and without ROW, and in parentheses of one."""
        for value in ("(s.a, s.b)", "ROW(s.a, s.b)"):
            sql = f"UPDATE t SET (x, y) = {value} FROM s WHERE t.id = s.id"
            assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "s.b -> t.y IDENTITY"]
        assert columns("UPDATE t SET (x) = (SELECT a FROM s)", "postgres") == ["s.a -> t.x IDENTITY"]

    def test_query_as_target(self) -> None:
        """Oracle and SQL Server: what is written goes into the table behind the column."""
        sql = "UPDATE (SELECT t.x AS old, s.y AS new FROM t JOIN s ON t.id = s.id) q SET q.old = q.new"
        assert tables(sql, "oracle") == "s -> t"
        assert columns(sql, "oracle") == ["s.y -> t.x IDENTITY"]
        sql = "WITH c AS (SELECT x AS k, row_number() OVER (ORDER BY d) AS n FROM t) UPDATE c SET k = n"
        assert tables(sql, "tsql") == "-> t"
        assert columns(sql, "tsql") == ["t.d -> t.x WINDOW"]

    def test_row_of_a_subquery(self) -> None:
        """What decides about its row decides about the target as a whole."""
        sql = "UPDATE t SET (a, b) = (SELECT s.x, max(s.y) FROM s WHERE s.k = 1 GROUP BY s.x)"
        assert columns(sql, "postgres") == ["s.x -> t.a IDENTITY", "s.y -> t.b AGGREGATION"]
        assert rows(sql, "postgres") == ["s.k -> t.* FILTER", "s.x -> t.* GROUP_BY"]

    def test_one_target_feeds_another(self) -> None:
        """Then it is read as well."""
        sql = "UPDATE a JOIN b ON a.i = b.i SET a.x = b.x, b.y = 1"
        assert tables(sql, "mysql") == "b -> a, b"
        assert columns(sql, "mysql") == ["b.x -> a.x IDENTITY"]
        assert rows(sql, "mysql") == ["b.i -> a.* JOIN", "b.i -> b.* JOIN"]

    def test_from_before_set(self) -> None:
        """Teradata."""
        sql = "UPDATE d FROM t d, s SET x = s.y WHERE d.id = s.id"
        assert tables(sql, "teradata") == "s -> t"
        assert columns(sql, "teradata") == ["s.y -> t.x IDENTITY"]
        assert rows(sql, "teradata") == ["s.id -> t.* FILTER"]

    def test_variables_on_the_way(self) -> None:
        """SQL Server assigns to both."""
        assert columns("UPDATE t SET @v = x = x + 1", "tsql") == ["t.x -> t.x TRANSFORMATION"]

    def test_elements_of_arrays(self) -> None:
        """They change the column."""
        assert columns("UPDATE t SET x[1] = s.a FROM s", "postgres") == ["s.a -> t.x IDENTITY"]

    def test_mutations(self) -> None:
        """ClickHouse changes rows by ALTER TABLE."""
        sql = "ALTER TABLE t UPDATE x = y + 1 WHERE id IN (SELECT id FROM s)"
        assert tables(sql, "clickhouse") == "s -> t"
        assert columns(sql, "clickhouse") == ["t.y -> t.x TRANSFORMATION"]
        assert [statement.kind for statement in analyze(sql, "clickhouse").statements] == ["UPDATE"]
        assert tables("ALTER TABLE t DELETE WHERE id IN (SELECT id FROM s)", "clickhouse") == "s -> t"


class TestTargetReadInSubqueries:
    """The target is an input as well where a subquery of FROM, or a common table expression, reads it."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("UPDATE t SET x = q.m FROM (SELECT id, max(y) AS m FROM t GROUP BY id) q WHERE q.id = t.id", "postgres"),
            ("UPDATE t JOIN (SELECT id, MAX(y) AS m FROM t GROUP BY id) q ON q.id = t.id SET t.x = q.m", "mysql"),
            ("UPDATE a SET x = q.m FROM t a JOIN (SELECT id, MAX(y) m FROM t GROUP BY id) q ON q.id = a.id", "tsql"),
            ("DELETE FROM t USING (SELECT min(id) AS id FROM t GROUP BY k) AS q WHERE q.id = t.id", "postgres"),
            ("WITH q AS (SELECT MIN(id) AS id FROM t GROUP BY k) DELETE t FROM t JOIN q ON q.id = t.id", "mysql"),
        ],
    )
    def test_is_read(self, sql: str, dialect: str) -> None:
        """Its rows decide about its rows."""
        assert tables(sql, dialect) == "t -> t"

    def test_the_query_that_is_the_target_does_not_read_it(self) -> None:
        """It only tells which rows change."""
        sql = "WITH q AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY id) AS n FROM t)"
        assert tables(f"{sql} DELETE q FROM q JOIN s ON s.id = q.id WHERE q.n > 1", "tsql") == "s -> t"


class TestDelete:
    """DELETE: the target is an output; other tables decide which rows go."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("DELETE FROM t USING s WHERE t.id = s.id", "postgres"),
            ("DELETE FROM t WHERE id IN (SELECT id FROM s)", "postgres"),
            ("DELETE t FROM t JOIN s ON t.id = s.id", "mysql"),
            ("DELETE d FROM t d JOIN s ON d.id = s.id", "tsql"),
            ("DELETE FROM t WHERE EXISTS (SELECT 1 FROM s WHERE s.id = t.id)", "snowflake"),
            ("WITH c AS (SELECT id FROM s) DELETE FROM t WHERE id IN (SELECT id FROM c)", "postgres"),
            ("DELETE t d WHERE d.id IN (SELECT id FROM s)", "oracle"),
            ("DELETE FROM (SELECT * FROM t WHERE id IN (SELECT id FROM s))", "oracle"),
            ("DELETE FROM t FROM t d JOIN s ON d.id = s.id", "tsql"),
            ("DELETE QUICK FROM t WHERE id IN (SELECT id FROM s)", "mysql"),
            ("DELETE t FROM s WHERE t.id = s.id", "teradata"),
            ("DELETE t WHERE id IN (SELECT id FROM s)", "bigquery"),
        ],
    )
    def test_forms(self, sql: str, dialect: str | None) -> None:
        """Each dialect's way to delete by another table."""
        assert tables(sql, dialect) == "s -> t"

    def test_plain(self) -> None:
        """The target's own columns are no lineage of it."""
        assert tables("DELETE FROM t WHERE x < 5") == "-> t"
        assert rows("DELETE FROM t WHERE x < 5") == []

    def test_several_targets(self) -> None:
        """MySQL deletes from several tables of one join."""
        sql = "DELETE a, b FROM a JOIN b ON a.i = b.i JOIN s ON s.i = a.i"
        assert tables(sql, "mysql") == "s -> a, b"
        assert rows(sql, "mysql") == ["s.i -> a.* JOIN", "s.i -> b.* JOIN"]
        sql = "DELETE FROM a, b USING a JOIN b ON a.i = b.i JOIN s ON s.i = a.i"
        assert tables(sql, "mysql") == "s -> a, b"

    def test_returning_inside_a_cte(self) -> None:
        """The removed rows are read."""
        sql = "WITH moved AS (DELETE FROM s WHERE d < 5 RETURNING a, b) INSERT INTO t (x, y) SELECT a, b FROM moved"
        assert tables(sql, "postgres") == "s -> s, t"
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "s.b -> t.y IDENTITY"]
        assert rows(sql, "postgres") == ["s.d -> t.* FILTER"]

    def test_through_a_cte(self) -> None:
        """SQL Server deletes through a common table expression, as in removing duplicates."""
        sql = """
            WITH d AS (SELECT *, row_number() OVER (PARTITION BY a ORDER BY b) AS n FROM t)
            DELETE FROM d WHERE n > 1"""
        assert tables(sql, "tsql") == "-> t"


class TestMerge:
    """MERGE: every WHEN clause."""

    SQL = """
        MERGE INTO t USING {} s ON t.id = s.id
        WHEN MATCHED AND s.gone THEN DELETE
        WHEN MATCHED THEN UPDATE SET x = s.x, n = t.n + 1
        WHEN NOT MATCHED THEN INSERT (id, x) VALUES (s.id, upper(s.x))"""

    def test_tables(self) -> None:
        """The target is an output only."""
        assert tables(self.SQL.format("src"), "snowflake") == "src -> t"

    def test_columns_of_every_clause(self) -> None:
        """Assignments and inserted values."""
        assert columns(self.SQL.format("src"), "snowflake") == [
            "src.x -> t.x IDENTITY",
            "t.n -> t.n TRANSFORMATION",
            "src.id -> t.id IDENTITY",
            "src.x -> t.x TRANSFORMATION",
        ]

    @pytest.mark.parametrize(
        "clauses",
        [
            "UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            "UPDATE * WHEN NOT MATCHED THEN INSERT *",
            "UPDATE SET t.* = s.* WHEN NOT MATCHED THEN INSERT (*) VALUES (s.*)",
            "UPDATE ALL BY NAME WHEN NOT MATCHED THEN INSERT ALL BY NAME",
        ],
    )
    @pytest.mark.parametrize("dialect", ["databricks", "snowflake", "bigquery", "tsql", None])
    def test_all_columns(self, clauses: str, dialect: str | None) -> None:
        """They go into those of their names, as far as they are known."""
        sql = f"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN {clauses}"
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == []
        assert columns(sql, dialect, schema={"s": ["id", "a"]}) == ["s.id -> t.id IDENTITY", "s.a -> t.a IDENTITY"]

    def test_source_may_be_a_query(self) -> None:
        """Columns go through it to the tables behind."""
        entries = columns(self.SQL.format("(SELECT k AS id, a + b AS x, FALSE AS gone FROM src)"), "snowflake")
        assert entries[:2] == ["src.a -> t.x TRANSFORMATION", "src.b -> t.x TRANSFORMATION"]

    @pytest.mark.parametrize("schema", [{}, {"t": ["id", "x"], "src": ["id", "x"]}])
    def test_names_of_a_new_row(self, schema: dict[str, list[str]]) -> None:
        """What is inserted can only come from the source: the target has no such row yet."""
        sql = """
            MERGE INTO t USING src s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET x = s.x
            WHEN NOT MATCHED AND y > 1 THEN INSERT (id, x) VALUES (id, upper(x))
            WHEN NOT MATCHED BY SOURCE THEN UPDATE SET x = t.z"""
        assert columns(sql, "bigquery", schema=schema) == [
            "src.x -> t.x IDENTITY",
            "src.id -> t.id IDENTITY",
            "src.x -> t.x TRANSFORMATION",
            "t.z -> t.x IDENTITY",
        ]

    def test_conditions(self) -> None:
        """ON joins, AND filters; the target's own columns do not count."""
        assert rows(self.SQL.format("src"), "snowflake") == ["src.id -> t.* JOIN", "src.gone -> t.* FILTER"]

    def test_star_goes_by_name(self) -> None:
        """UPDATE SET * and INSERT * of Databricks, where the source's columns are known."""
        sql = """
            MERGE INTO t USING s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
        known = {"s": ["id", "x"]}
        assert columns(sql, "databricks", schema=known) == ["s.id -> t.id IDENTITY", "s.x -> t.x IDENTITY"]

    def test_star_without_some_columns(self) -> None:
        """Databricks leaves out those of EXCEPT."""
        sql = "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * EXCEPT (x)"
        assert columns(sql, "databricks", schema={"s": ["id", "x", "y"]}) == [
            "s.id -> t.id IDENTITY",
            "s.y -> t.y IDENTITY",
        ]

    def test_row_goes_by_position(self) -> None:
        """INSERT ROW of BigQuery."""
        sql = "MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW"
        assert columns(sql, "bigquery", schema={"s": ["id", "x"], "t": ["k", "v"]}) == [
            "s.id -> t.k IDENTITY",
            "s.x -> t.v IDENTITY",
        ]

    def test_values_without_column_list(self) -> None:
        """The known columns stand for it; else values that are columns keep their names."""
        sql = "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.x + 1)"
        assert columns(sql, "postgres", schema={"t": ["k", "v"]}) == [
            "s.id -> t.k IDENTITY",
            "s.x -> t.v TRANSFORMATION",
        ]
        assert columns(sql, "postgres") == ["s.id -> t.id IDENTITY"]

    @pytest.mark.parametrize(
        ("clauses", "dialect"),
        [
            ("WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT (x) VALUES (s.x)", "tsql"),
            ("WHEN NOT MATCHED BY SOURCE THEN UPDATE SET y = 1 WHEN NOT MATCHED THEN INSERT (x) VALUES (s.x)", "spark"),
            ("WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT (x) VALUES (s.x)", "postgres"),
            ("WHEN NOT MATCHED THEN INSERT (x) VALUES (s.x) ELSE IGNORE", "db2"),
            ("WHEN MATCHED THEN UPDATE SET (x, y) = (s.x, 1)", "postgres"),
            ("WHEN MATCHED THEN UPDATE SET x = s.x LOG ERRORS REJECT LIMIT UNLIMITED", "oracle"),
            ("WHEN MATCHED THEN UPDATE SET x = s.x DELETE WHERE t.x = 0", "oracle"),
        ],
    )
    def test_clauses(self, clauses: str, dialect: str) -> None:
        """Those that write no column of the source add none."""
        sql = f"MERGE INTO t USING s ON t.id = s.id {clauses}"
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.x -> t.x IDENTITY"]

    @pytest.mark.parametrize("dialect", ["exasol", "oracle"])
    @pytest.mark.parametrize(
        ("clauses", "expected"),
        [
            ("WHEN MATCHED THEN UPDATE SET x = s.x WHERE s.d = 1", ["s.d"]),
            (
                "WHEN MATCHED THEN UPDATE SET y = CASE WHEN 1 > 0 THEN 1 END, x = s.x WHERE s.d = 1 DELETE WHERE s.e",
                ["s.d", "s.e"],
            ),
            ("WHEN NOT MATCHED THEN INSERT (x) VALUES (s.x) WHERE s.d = 1 OR s.e = 2", ["s.d", "s.e"]),
            (
                "WHEN MATCHED THEN UPDATE SET x = 1 WHERE s.d WHEN NOT MATCHED THEN INSERT (x) VALUES (s.x) WHERE s.e",
                ["s.d", "s.e"],
            ),
        ],
    )
    def test_rows_that_a_clause_concerns(self, clauses: str, expected: list[str], dialect: str) -> None:
        """Oracle and Exasol write their condition behind the action."""
        sql = f"MERGE INTO t USING s ON (t.id = s.id) {clauses}"
        assert "s.x -> t.x IDENTITY" in columns(sql, dialect)
        assert rows(sql, dialect) == ["s.id -> t.* JOIN", *(f"{column} -> t.* FILTER" for column in expected)]

    def test_columns_by_name(self) -> None:
        """DuckDB: those of the source go into those of the target that are called so."""
        sql = "MERGE INTO t USING (SELECT id, a AS x FROM s) q ON t.id = q.id WHEN MATCHED THEN UPDATE BY NAME"
        assert columns(sql, "duckdb") == ["s.id -> t.id IDENTITY", "s.a -> t.x IDENTITY"]

    def test_source_may_be_values_or_a_cte(self) -> None:
        """Values come from nowhere."""
        clause = "ON t.id = q.id WHEN MATCHED THEN UPDATE SET x = q.x"
        assert tables(f"MERGE INTO t USING (VALUES (1, 2)) AS q (id, x) {clause}", "tsql") == "-> t"
        sql = f"WITH q AS (SELECT id, x FROM s) MERGE INTO t USING q {clause}"
        assert tables(sql, "postgres") == "s -> t"
        assert columns(sql, "postgres") == ["s.x -> t.x IDENTITY"]

    def test_temporary_source(self) -> None:
        """What fed it takes its place."""
        sql = """
            CREATE TEMP TABLE q AS SELECT id, a AS x FROM s;
            MERGE INTO t USING q ON t.id = q.id WHEN MATCHED THEN UPDATE SET x = q.x"""
        assert tables(sql, "snowflake") == "s -> t"
        assert columns(sql, "snowflake") == ["s.a -> t.x IDENTITY"]


class TestInsertOfMergeWithoutList:
    """MERGE ... INSERT VALUES (...), in every dialect that lets it go without a column list."""

    SQL = "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a, s.b + 1)"

    @pytest.mark.parametrize("dialect", ["bigquery", "databricks", "oracle", "postgres", "redshift", "snowflake"])
    def test_by_position(self, dialect: str) -> None:
        """Into the columns of the target, if they are known; else by the names of the values that have one."""
        assert columns(self.SQL, dialect, schema={"t": ["x", "y", "z"]}) == [
            "s.id -> t.x IDENTITY",
            "s.a -> t.y IDENTITY",
            "s.b -> t.z TRANSFORMATION",
        ]
        assert columns(self.SQL, dialect) == ["s.id -> t.id IDENTITY", "s.a -> t.a IDENTITY"]


class TestCompoundAssignment:
    """SET a += b."""

    @pytest.mark.parametrize(
        "sql",
        [
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a += s.b;",
            "UPDATE t SET a += s.b FROM t JOIN s ON t.id = s.id",
            "UPDATE x SET a = a + s.b FROM t AS x JOIN s ON x.id = s.id",
        ],
    )
    def test_bare_name_of_the_assigned_column(self, sql: str) -> None:
        """It is the target's: that table has such a column for certain."""
        assert columns(sql, "tsql") == ["t.a -> t.a TRANSFORMATION", "s.b -> t.a TRANSFORMATION"]


class TestTargetsBehindExpressions:
    """T-SQL: a common table expression may be changed, under an alias too."""

    @pytest.mark.parametrize("query", ["SELECT id, a FROM t", "SELECT * FROM t"])
    def test_alias_in_from(self, query: str) -> None:
        """What changes is the table behind it."""
        sql = f"WITH c AS ({query}) UPDATE x SET a = s.a FROM c AS x JOIN s ON s.id = x.id"
        assert tables(sql, "tsql") == "s -> t"
        assert columns(sql, "tsql") == ["s.a -> t.a IDENTITY"]
        assert tables(f"WITH c AS ({query}) DELETE x FROM c AS x", "tsql") == "-> t"


class TestFieldsOfColumns:
    """What is assigned to a field or an element changes the column that has it."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("UPDATE d.t SET col.f = s.a FROM s WHERE t.id = s.id", "bigquery"),
            ("UPDATE d.t SET t.col.f.g = s.a FROM s WHERE t.id = s.id", "bigquery"),
            ("UPDATE d.t AS x SET x.col.f.g.h.i = s.a FROM s WHERE x.id = s.id", "bigquery"),
            ("UPDATE d.t AS x SET t.col = s.a FROM s WHERE x.id = s.id", "bigquery"),
            ("UPDATE d.t SET d.t.col = s.a FROM s WHERE t.id = s.id", "bigquery"),
            ("UPDATE d.t SET col.f = s.a FROM s", "postgres"),
            ("UPDATE d.t SET (col.f, n) = (SELECT s.a, 1 FROM s)", "postgres"),
            ("MERGE INTO d.t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET col.f = s.a", "databricks"),
            ("MERGE INTO d.t x USING s ON x.id = s.id WHEN MATCHED THEN UPDATE SET x.col.f = s.a", "databricks"),
            ("UPDATE d.t SET t.col = s.a FROM s", "snowflake"),
            ("UPDATE d.t JOIN s ON t.id = s.id SET d.t.col = s.a", "mysql"),
        ],
    )
    def test_the_column_is_written(self, sql: str, dialect: str) -> None:
        """A name of the target before it is a qualifier, any other one the column."""
        assert columns(sql, dialect) == ["s.a -> d.t.col IDENTITY"]


@pytest.mark.skipif("using_cond" not in exp.Merge.arg_types, reason="the parser's oldest releases lack USING there")
class TestBareActions:
    """MERGE of DuckDB: UPDATE and INSERT without columns."""

    SQL = "MERGE INTO t USING (SELECT id, a FROM s) AS s USING (id) WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN"

    @pytest.mark.parametrize("action", ["INSERT", "INSERT BY NAME", "INSERT *"])
    def test_all_columns(self, action: str) -> None:
        """Everything that the source has."""
        assert columns(f"{self.SQL} {action}", "duckdb") == ["s.id -> t.id IDENTITY", "s.a -> t.a IDENTITY"]

    def test_by_position(self) -> None:
        """As in an INSERT without a list, if the columns are known."""
        told = columns(f"{self.SQL} INSERT", "duckdb", schema={"t": ["x", "y"]})
        assert told == ["s.id -> t.x IDENTITY", "s.a -> t.y IDENTITY"]


class TestQueryAsTarget:
    """Oracle: UPDATE of a query, which may have no alias."""

    @pytest.mark.parametrize("alias", ["", " q"])
    @pytest.mark.parametrize("condition", ["", " WHERE sv > 1"])
    def test_writes_the_table_behind_it(self, alias: str, condition: str) -> None:
        """The column behind that of the query."""
        sql = f"UPDATE (SELECT t.v AS tv, s.v AS sv FROM t JOIN s ON s.id = t.id){alias} SET tv = sv{condition}"
        assert tables(sql, "oracle") == "s -> t"
        assert columns(sql, "oracle") == ["s.v -> t.v IDENTITY"]


class TestChangedRowsInFrom:
    """T-SQL: INSERT ... SELECT ... FROM (a statement with OUTPUT)."""

    def test_deleted_rows(self) -> None:
        """They move from one table to the other."""
        sql = "INSERT INTO t (x, b) SELECT d.a, b FROM (DELETE FROM s OUTPUT deleted.a, deleted.b WHERE c = 1) AS d"
        assert tables(sql, "tsql") == "s -> s, t"
        assert columns(sql, "tsql") == ["s.a -> t.x IDENTITY", "s.b -> t.b IDENTITY"]

    def test_action_under_another_name(self) -> None:
        """It is no column of a table."""
        sql = (
            "INSERT INTO t (k, a) SELECT k, act FROM (MERGE INTO m USING s ON m.id = s.id WHEN MATCHED THEN UPDATE"
            " SET x = s.x OUTPUT $action AS act, s.k) AS d WHERE act = 'UPDATE'"
        )
        assert tables(sql, "tsql") == "s -> m, t"
        assert columns(sql, "tsql") == ["s.x -> m.x IDENTITY", "s.k -> t.k IDENTITY"]
        assert rows(sql, "tsql") == ["s.id -> m.* JOIN", "s.id -> t.* JOIN"]

    def test_rows_of_a_merge(self) -> None:
        """The columns may have other names outside."""
        sql = (
            "INSERT INTO t (k) SELECT d.k FROM (MERGE INTO m USING s ON m.id = s.id WHEN MATCHED THEN UPDATE"
            " SET x = s.x OUTPUT $action, inserted.x, inserted.id) AS d (act, v, k) WHERE d.act = 'UPDATE'"
        )
        assert tables(sql, "tsql") == "s, m -> m, t"
        assert columns(sql, "tsql") == ["s.x -> m.x IDENTITY", "m.id -> t.k IDENTITY"]


class TestSources:
    """What feeds a table, or decides about its rows, is an input; only the target's own columns need not be."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("UPDATE a JOIN b ON a.k = b.k SET a.x = b.y, b.z = 1 WHERE a.q = 1", "mysql"),
            ("UPDATE a JOIN b ON a.k = b.k SET a.x = b.y, b.z = a.w WHERE a.q = 1", "mysql"),
            ("DELETE a, b FROM a JOIN b ON a.k = b.k JOIN s ON s.k = b.k WHERE a.q = 1", "mysql"),
            ("UPDATE t SET a = 1 OUTPUT inserted.id, inserted.a INTO lg (id, a) WHERE q = 1", "tsql"),
            ("INSERT INTO t (a) OUTPUT inserted.a, inserted.id INTO lg (a, id) SELECT x FROM s WHERE q = 1", "tsql"),
            ("DELETE FROM t OUTPUT 'gone', s.x INTO lg (a, x) FROM t JOIN s ON s.k = t.k WHERE t.q = 1", "tsql"),
            ("WITH d AS (DELETE FROM t WHERE k IN (SELECT k FROM s) RETURNING a) INSERT INTO lg SELECT a FROM d", None),
            ("WITH d AS (UPDATE t SET a = 1 WHERE q = 1 RETURNING b) INSERT INTO lg SELECT b FROM d", "postgres"),
        ],
    )
    def test_are_inputs(self, sql: str, dialect: str | None) -> None:
        """Whichever way the rows take."""
        lineage = analyze(sql, dialect)
        others = {entry.source for entry in lineage.columns if entry.source != entry.target}
        assert others
        assert others <= set(lineage.inputs)


class TestErrorTables:
    """Oracle: LOG ERRORS INTO."""

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO t (x) SELECT a FROM s LOG ERRORS INTO e ('tag') REJECT LIMIT UNLIMITED",
            "UPDATE t SET x = (SELECT a FROM s) LOG ERRORS INTO e",
            "DELETE FROM t WHERE x IN (SELECT a FROM s) LOG ERRORS INTO e REJECT LIMIT 10",
            "MERGE INTO t USING s ON (t.i = s.i) WHEN MATCHED THEN UPDATE SET x = s.a LOG ERRORS INTO e",
        ],
    )
    def test_are_no_outputs(self, sql: str) -> None:
        """They are written only if rows fail."""
        assert tables(sql, "oracle") == "s -> t"
        assert analyze(sql, "oracle").problems == ()
