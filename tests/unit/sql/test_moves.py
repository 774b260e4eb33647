"""Statements that give a table another name, or its rows to another table."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, tables

from lineage_kit.sql import analyze


class TestRename:
    """RENAME: the table of the new name has the rows of the old one."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("ALTER TABLE a RENAME TO b", "postgres"),
            ("ALTER TABLE IF EXISTS ONLY a RENAME TO b", "postgres"),
            ("ALTER VIEW a RENAME TO b", "postgres"),
            ("ALTER MATERIALIZED VIEW a RENAME TO b", "trino"),
            ("alter table a\n  rename /* final */ to b", "snowflake"),
            ("ALTER TABLE a RENAME AS b", "mysql"),
            ("ALTER TABLE a RENAME b", "mysql"),
            ("ALTER TABLE a ADD COLUMN x INT, RENAME TO b", "mysql"),
            ("RENAME TABLE a TO b", "mysql"),
            ("RENAME TABLE a TO b", "clickhouse"),
            ("RENAME TABLE a AS b", "teradata"),
            ("RENAME a TO b", "oracle"),
            ("RENAME TABLE a TO b", "db2"),
            ("RENAME OBJECT a TO b", "tsql"),
            ("EXEC sp_rename 'a', 'b'", "tsql"),
            ("EXECUTE sys.sp_rename @objname = N'a', @newname = N'b'", "tsql"),
        ],
    )
    def test_forms(self, sql: str, dialect: str) -> None:
        """Each database has its own."""
        assert tables(sql, dialect) == "a -> b"
        assert [statement.kind for statement in analyze(sql, dialect).statements] == ["ALTER"]

    def test_known_columns_go_along(self) -> None:
        """They keep their names."""
        assert columns("ALTER TABLE a RENAME TO b", schema={"a": ["x"]}) == ["a.x -> b.x IDENTITY"]

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("ALTER TABLE d.a RENAME TO b", "bigquery", "d.a -> d.b"),
            ("ALTER TABLE d.a RENAME TO e.b", "snowflake", "d.a -> e.b"),
            ("EXEC sp_rename 'dbo.a', 'b'", "tsql", "dbo.a -> dbo.b"),
            ("ALTER TABLE d.a SET SCHEMA e", "postgres", "d.a -> e.a"),
            ("ALTER SCHEMA e TRANSFER d.a", "tsql", "d.a -> e.a"),
            ("ALTER SCHEMA e TRANSFER OBJECT::d.a", "tsql", "d.a -> e.a"),
        ],
    )
    def test_schemas(self, sql: str, dialect: str, expected: str) -> None:
        """A new name without a schema is in that of the old one; some statements change the schema alone."""
        assert tables(sql, dialect) == expected

    def test_several(self) -> None:
        """From left to right."""
        assert tables("RENAME TABLE a TO b, c TO a", "mysql") == "a, c -> b, a"
        assert tables("ALTER TABLE a, c RENAME TO b, d", "vertica") == "a, c -> b, d"

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("ALTER TABLE a RENAME COLUMN x TO y", "postgres"),
            ("ALTER TABLE a RENAME x TO y", "postgres"),
            ("ALTER TABLE a RENAME CONSTRAINT x TO y", "postgres"),
            ("ALTER TABLE a RENAME INDEX x TO y", "mysql"),
            ("ALTER TABLE a PARTITION (d = '1') RENAME TO PARTITION (d = '2')", "hive"),
            ("EXEC sp_rename 'a.x', 'y', 'COLUMN'", "tsql"),
        ],
    )
    def test_parts_of_a_table(self, sql: str, dialect: str) -> None:
        """The table keeps its name and is changed."""
        assert tables(sql, dialect) == "-> a"


class TestSwap:
    """Two tables change places."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("ALTER TABLE a SWAP WITH b", "snowflake"),
            ("ALTER DYNAMIC TABLE a SWAP WITH b", "snowflake"),
            ("ALTER TABLE a SWAP WITH b", "starrocks"),
            ("EXCHANGE TABLES a AND b", "clickhouse"),
            ("EXCHANGE TABLES a AND b ON CLUSTER c", "clickhouse"),
            ("EXCHANGE DICTIONARIES a AND b", "clickhouse"),
            ("ALTER TABLE a REPLACE WITH TABLE b", "doris"),
        ],
    )
    def test_forms(self, sql: str, dialect: str) -> None:
        """Each has the rows of the other then."""
        assert tables(sql, dialect) == "a, b -> b, a"

    def test_replaced_for_good(self) -> None:
        """Doris: the rows that the table had are lost."""
        sql = "ALTER TABLE a REPLACE WITH TABLE b PROPERTIES('swap' = 'false')"
        assert tables(sql, "doris") == "b -> a"


class TestRowsOfPartitions:
    """Partitions go from table to table."""

    @pytest.mark.parametrize(
        ("sql", "dialect", "expected"),
        [
            ("ALTER TABLE a EXCHANGE PARTITION (d = '1') WITH TABLE b", "hive", "b -> a"),
            ("ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b", "mysql", "b, a -> a, b"),
            ("ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b INCLUDING INDEXES", "oracle", "b, a -> a, b"),
            ("ALTER TABLE a REPLACE PARTITION '2020' FROM b", "clickhouse", "b -> a"),
            ("ALTER TABLE a ATTACH PARTITION '2020' FROM b", "clickhouse", "b -> a"),
            ("ALTER TABLE a MOVE PARTITION '2020' TO TABLE b", "clickhouse", "a -> b"),
            ("ALTER TABLE a ATTACH PARTITION b FOR VALUES FROM (1) TO (2)", "postgres", "b -> a"),
            ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "postgres", "a -> b"),
            ("ALTER TABLE a ATTACH PARTITION p STARTING 1 ENDING 2 FROM b", "db2", "b -> a"),
            ("ALTER TABLE a DETACH PARTITION p INTO b", "db2", "a -> b"),
            ("ALTER TABLE a SWITCH TO b", "tsql", "a -> b"),
            ("ALTER TABLE a SWITCH PARTITION 1 TO b PARTITION 2", "tsql", "a -> b"),
            ("ALTER TABLE a APPEND FROM b FILLTARGET", "redshift", "b -> a"),
            ("SELECT MOVE_PARTITIONS_TO_TABLE('a', '1', '2', 'b', true)", "vertica", "a -> b"),
            ("SELECT SWAP_PARTITIONS_BETWEEN_TABLES('a', '1', '2', 'b')", "vertica", "a, b -> b, a"),
        ],
    )
    def test_forms(self, sql: str, dialect: str, expected: str) -> None:
        """From the table that gives to the table that gets; an exchange goes both ways."""
        assert tables(sql, dialect) == expected

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("ALTER TABLE a ADD PARTITION (d = '1')", "hive"),
            ("ALTER TABLE a DROP PARTITION '2020'", "clickhouse"),
            ("ALTER TABLE a ATTACH PARTITION '2020'", "clickhouse"),
            ("ALTER TABLE a SPLIT PARTITION p AT (1) INTO (PARTITION p1, PARTITION p2)", "oracle"),
        ],
    )
    def test_within_one_table(self, sql: str, dialect: str) -> None:
        """Nothing comes from elsewhere."""
        assert tables(sql, dialect) == "-> a"


class TestBuildAndSwap:
    """Scripts that build a table beside the old one and then put it in its place."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            (
                """
                CREATE TABLE t__tmp AS SELECT a, b AS c FROM s;
                ALTER TABLE t RENAME TO t__old;
                ALTER TABLE t__tmp RENAME TO t;
                DROP TABLE t__old""",
                "postgres",
            ),
            (
                "CREATE TABLE t_new AS SELECT a, b AS c FROM s; ALTER TABLE t SWAP WITH t_new; DROP TABLE t_new",
                "snowflake",
            ),
            (
                """
                DROP TABLE IF EXISTS t_new;
                CREATE TABLE t_new LIKE t;
                INSERT INTO t_new (a, c) SELECT a, b FROM s;
                RENAME TABLE t TO t_old, t_new TO t;
                DROP TABLE t_old""",
                "mysql",
            ),
            (
                """
                CREATE TABLE t_new (a INT, c INT) ENGINE = MergeTree ORDER BY a;
                INSERT INTO t_new SELECT a, b FROM s;
                EXCHANGE TABLES t AND t_new;
                DROP TABLE t_new""",
                "clickhouse",
            ),
            (
                """
                SELECT a, b AS c INTO t_new FROM s;
                EXEC sp_rename 't', 't_old';
                EXEC sp_rename 't_new', 't';
                DROP TABLE t_old""",
                "tsql",
            ),
            (
                "CREATE TABLE t_new AS SELECT a, b AS c FROM s; DROP TABLE t; RENAME t_new TO t",
                "oracle",
            ),
            (
                """
                CREATE TABLE part (a INT, c INT);
                INSERT INTO part SELECT a, b FROM s;
                ALTER TABLE t EXCHANGE PARTITION p WITH TABLE part;
                DROP TABLE part""",
                "oracle",
            ),
            (
                """
                CREATE TABLE part (a INT, c INT);
                INSERT INTO part SELECT a, b FROM s;
                ALTER TABLE part SWITCH TO t;
                DROP TABLE part""",
                "tsql",
            ),
            (
                """
                CREATE TABLE part (a INT, c INT);
                INSERT INTO part SELECT a, b FROM s;
                ALTER TABLE t APPEND FROM part;
                DROP TABLE part""",
                "redshift",
            ),
        ],
    )
    def test_end_in_the_final_table(self, sql: str, dialect: str) -> None:
        """The names on the way do not exist after the script, and do not occur."""
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY", "s.b -> t.c IDENTITY"]

    def test_the_statement_that_fills_carries_the_output(self) -> None:
        """Under the last name; the renaming one changes that same table."""
        sql = "CREATE TABLE tmp AS SELECT a FROM s; ALTER TABLE tmp RENAME TO mid; ALTER TABLE mid RENAME TO t"
        create, *renames = analyze(sql, "postgres").statements
        assert [str(output) for output in create.outputs] == ["t"]
        assert [str(entry.target) for entry in create.columns] == ["t"]
        assert [(rename.inputs, rename.outputs, rename.columns) for rename in renames] == [((), create.outputs, ())] * 2

    def test_a_kept_old_table_has_the_rows_of_before(self) -> None:
        """It is a backup."""
        sql = "CREATE TABLE n AS SELECT a FROM s; ALTER TABLE t RENAME TO t_bak; ALTER TABLE n RENAME TO t"
        assert tables(sql, "postgres") == "s, t -> t, t_bak"

    def test_rows_taken_over_from_the_old_table(self) -> None:
        """What is read under its passing name is the table itself."""
        sql = "ALTER TABLE t RENAME TO t_bak; CREATE TABLE t AS SELECT a FROM t_bak WHERE b; DROP TABLE t_bak"
        assert tables(sql, "postgres") == "t -> t"
        assert columns(sql, "postgres") == ["t.a -> t.a IDENTITY"]

    def test_over_a_list_of_texts(self) -> None:
        """A list is one script."""
        sql = ["CREATE TABLE tmp AS SELECT a FROM s", "DROP TABLE IF EXISTS t", "ALTER TABLE tmp RENAME TO t"]
        assert tables(sql, "postgres") == "s -> t"

    def test_a_long_chain_of_names(self) -> None:
        """The table has its last name from the beginning, and each change of names is looked at once."""
        renames = "; ".join(f"ALTER TABLE w{number} RENAME TO w{number + 1}" for number in range(300))
        sql = f"CREATE TABLE w0 AS SELECT a FROM s; {renames}"
        assert tables(sql, "postgres") == "s -> w300"
        assert tables(f"{sql}; DROP TABLE w300", "postgres") == "s ->"

    def test_swapped_and_dropped(self) -> None:
        """The name stays, but the table that bears it at first does not."""
        sql = """
            CREATE TABLE n AS SELECT a FROM s; INSERT INTO t SELECT a FROM n; ALTER TABLE n SWAP WITH o;
            ALTER TABLE o RENAME TO p; DROP TABLE p"""
        assert columns(sql, "snowflake") == ["s.a -> t.a IDENTITY"]

    def test_defaults_that_change(self) -> None:
        """One name means another table after USE."""
        sql = """
            USE SCHEMA d.x; CREATE TABLE w AS SELECT a FROM s; INSERT INTO t SELECT a FROM w;
            USE SCHEMA d.y; CREATE TABLE v AS SELECT a FROM s; INSERT INTO u SELECT a FROM v;
            DROP TABLE v; DROP TABLE d.x.w"""
        assert tables(sql, "snowflake") == "d.x.s, d.y.s -> d.x.t, d.y.u"

    def test_names_are_compared_as_the_dialect_does(self) -> None:
        """Case, quotes and defaults."""
        sql = 'CREATE TABLE Tmp AS SELECT a FROM s; ALTER TABLE tmp RENAME TO "T"'
        assert tables(sql, "postgres") == "s -> T"
        sql = "USE SCHEMA d.x; CREATE TABLE tmp AS SELECT a FROM s; ALTER TABLE d.x.tmp RENAME TO d.x.t"
        assert tables(sql, "snowflake") == "d.x.s -> d.x.t"


class TestCreatedAndDropped:
    """Tables that the script makes and drops again are collapsed like temporary ones."""

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE TABLE stg AS SELECT a FROM s; INSERT INTO t SELECT a FROM stg; DROP TABLE stg",
            "CREATE VIEW stg AS SELECT a FROM s; INSERT INTO t SELECT a FROM stg; DROP VIEW stg",
            """
            DROP TABLE IF EXISTS stg; CREATE TABLE stg (a INT); INSERT INTO stg SELECT a FROM s;
            INSERT INTO t SELECT a FROM stg; drop
            table if exists STG cascade""",
            "CREATE TABLE stg AS SELECT a FROM s; INSERT INTO t SELECT a FROM stg; DROP TABLE other_view, stg",
        ],
    )
    def test_are_collapsed(self, sql: str) -> None:
        """They do not exist after the run."""
        lineage = analyze(sql, "postgres")
        assert lineage.problems == ()
        assert [str(table) for table in lineage.inputs] == ["s"]
        assert "stg" not in {str(table).lower() for table in lineage.outputs}
        assert columns(sql, "postgres") == ["s.a -> t.a IDENTITY"]

    def test_each_life_of_a_name_is_one_table(self) -> None:
        """What was in the first does not reach the readers of the second."""
        sql = """
            CREATE TABLE x AS SELECT a FROM s; INSERT INTO t SELECT a FROM x; DROP TABLE x;
            CREATE TABLE x AS SELECT b FROM r; INSERT INTO u SELECT b FROM x; DROP TABLE x"""
        assert tables(sql, "postgres") == "s, r -> t, u"
        assert columns(sql, "postgres") == ["s.a -> t.a IDENTITY", "r.b -> u.b IDENTITY"]

    def test_drop_before_create_is_no_end(self) -> None:
        """The table stays."""
        assert tables("DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT a FROM s", "postgres") == "s -> t"

    def test_a_name_that_is_made_again_stays(self) -> None:
        """The script leaves a table of that name."""
        sql = "CREATE TABLE t AS SELECT a FROM s; DROP TABLE t; CREATE TABLE t AS SELECT a FROM r"
        assert tables(sql, "postgres") == "s, r -> t"

    def test_a_table_of_before_is_no_intermediate(self) -> None:
        """Only what the script itself makes is its own."""
        sql = "INSERT INTO stg SELECT a FROM s; INSERT INTO t SELECT a FROM stg; DROP TABLE stg"
        assert tables(sql, "postgres") == "s, stg -> stg, t"

    @pytest.mark.parametrize(
        "last",
        [
            "SELECT 'loaded into w ' FROM log",
            "SELECT a /* into w */ FROM log",
            "WITH c AS (SELECT a FROM log) INSERT INTO w SELECT a FROM c",
        ],
    )
    def test_into_that_makes_no_table(self, last: str) -> None:
        """The word in a string or a comment, and that of INSERT, do not bring a dropped table back."""
        sql = f"CREATE TABLE w AS SELECT a FROM s; INSERT INTO z SELECT a FROM w; DROP TABLE w; {last}"
        assert columns(sql, "postgres")[0] == "s.a -> z.a IDENTITY"
        assert tables(sql, "postgres").startswith("s, log -> z")

    @pytest.mark.parametrize("opening", ["", "WITH c AS (SELECT a FROM s) "])
    def test_select_into(self, opening: str) -> None:
        """It makes a table, also behind WITH."""
        sql = f"{opening}SELECT a INTO w FROM {'c' if opening else 's'}; INSERT INTO z SELECT a FROM w; DROP TABLE w"
        assert tables(sql, "tsql") == "s -> z"

    @pytest.mark.parametrize(
        ("execute", "dialect"),
        [("EXECUTE IMMEDIATE '{}'", "oracle"), ("EXEC('{}')", "tsql"), ("EXECUTE '{}'", "postgres")],
    )
    def test_by_dynamic_sql(self, execute: str, dialect: str) -> None:
        """The text is a literal."""
        create = "SELECT a INTO stg FROM s" if dialect == "tsql" else "CREATE TABLE stg AS SELECT a FROM s"
        drop = execute.format("DROP TABLE stg")
        sql = f"BEGIN {execute.format(create)}; INSERT INTO t SELECT a FROM stg; {drop}; END"
        sql = f"DO $$ {sql} $$" if dialect == "postgres" else sql
        assert tables(sql, dialect) == "s -> t"
        assert columns(sql, dialect) == ["s.a -> t.a IDENTITY"]

    def test_drop_before_a_name_on_the_way(self) -> None:
        """What the script drops twice was never meant to stay."""
        sql = """
            DROP TABLE IF EXISTS t_new, t_old; CREATE TABLE t_new LIKE t; INSERT INTO t_new (a) SELECT a FROM s;
            RENAME TABLE t TO t_old, t_new TO t; DROP TABLE IF EXISTS t_old"""
        assert tables(sql, "mysql") == "s -> t"


class TestTemporaryTables:
    """What goes into temporary tables, and what comes out."""

    def test_drop_before_a_temporary_table_is_made(self) -> None:
        """It only makes sure that there is none."""
        sql = "DROP TABLE IF EXISTS tmp; CREATE TEMP TABLE tmp AS SELECT a FROM s; INSERT INTO t SELECT a FROM tmp"
        assert tables(sql, "postgres") == "s -> t"
        sql = "DROP TABLE IF EXISTS #x; SELECT a INTO #x FROM s; INSERT INTO t SELECT a FROM #x"
        assert tables(sql, "tsql") == "s -> t"

    def test_a_temporary_table_is_not_a_table_of_its_name(self) -> None:
        """SQL Server: #t is not t."""
        assert tables("SELECT a INTO #t FROM t; INSERT INTO u SELECT a FROM #t", "tsql") == "t -> u"

    def test_unused_ones_are_told(self) -> None:
        """What comes next in the session may read them."""
        assert tables("CREATE TEMP TABLE tmp AS SELECT a FROM s", "postgres") == "s -> tmp"
        assert columns("CREATE TEMP TABLE tmp AS SELECT a FROM s", "postgres") == ["s.a -> tmp.a IDENTITY"]
        assert tables("CREATE TEMP TABLE tmp AS SELECT a FROM s; DROP TABLE tmp", "postgres") == "s ->"
        assert tables("DECLARE @v TABLE (a INT); INSERT INTO @v SELECT a FROM s", "tsql") == "s ->"

    def test_changed_columns_of_a_copy(self) -> None:
        """Rows that do not match keep what they had."""
        sql = """
            CREATE TEMP TABLE tmp AS SELECT * FROM s; UPDATE tmp SET a = r.b FROM r WHERE r.id = tmp.id;
            INSERT INTO t (x) SELECT a FROM tmp"""
        assert columns(sql, "postgres") == ["s.a -> t.x IDENTITY", "r.b -> t.x IDENTITY"]

    def test_rows_added_by_position(self) -> None:
        """The names of the query do not matter where the columns of the table are known."""
        sql = """
            CREATE TEMP TABLE tmp AS SELECT a, b FROM s;
            INSERT INTO tmp SELECT x, y FROM r;
            INSERT INTO t SELECT a, b FROM tmp"""
        assert columns(sql, "postgres") == [
            "s.a -> t.a IDENTITY",
            "r.x -> t.a IDENTITY",
            "s.b -> t.b IDENTITY",
            "r.y -> t.b IDENTITY",
        ]

    def test_statements_that_fill_different_columns(self) -> None:
        """Each column has its own sources."""
        sql = """
            CREATE TEMP TABLE tmp (a INT, b INT);
            INSERT INTO tmp (a) SELECT x FROM s;
            UPDATE tmp SET b = r.y FROM r WHERE r.x = tmp.a;
            INSERT INTO t SELECT a, b FROM tmp"""
        assert tables(sql, "postgres") == "s, r -> t"
        assert columns(sql, "postgres") == ["s.x -> t.a IDENTITY", "r.y -> t.b IDENTITY"]

    def test_truncate_forgets(self) -> None:
        """What is put in later is all that there is."""
        sql = """
            CREATE TEMP TABLE tmp (x INT);
            INSERT INTO tmp SELECT a FROM s1; INSERT INTO t1 SELECT x FROM tmp;
            TRUNCATE tmp;
            INSERT INTO tmp SELECT b FROM s2; INSERT INTO t2 SELECT x FROM tmp"""
        assert columns(sql, "postgres") == ["s1.a -> t1.x IDENTITY", "s2.b -> t2.x IDENTITY"]

    def test_stars_whose_columns_nobody_knows(self) -> None:
        """A column that is named later is one of the table behind the star; a temporary table is never a source."""
        sql = """
            CREATE TEMP TABLE stage (LIKE t); INSERT INTO stage SELECT * FROM s;
            INSERT INTO t (id) SELECT id FROM stage"""
        assert tables(sql, "redshift") == "s -> t"
        assert columns(sql, "redshift") == ["s.id -> t.id IDENTITY"]

    def test_clone_of_a_temporary_table(self) -> None:
        """The copy has what fed it."""
        sql = "CREATE TEMPORARY TABLE tmp AS SELECT a FROM s; CREATE TABLE t CLONE tmp"
        assert tables(sql, "snowflake") == "s -> t"
        assert columns(sql, "snowflake") == ["s.a -> t.a IDENTITY"]

    def test_spark_keeps_global_views_in_a_schema_of_their_own(self) -> None:
        """They are read by it."""
        sql = "CREATE GLOBAL TEMP VIEW v AS SELECT a FROM s; INSERT INTO t SELECT a FROM global_temp.v"
        assert tables(sql, "spark") == "s -> t"
