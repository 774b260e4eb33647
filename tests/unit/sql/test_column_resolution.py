"""Column names in queries: which column of which relation each of them means."""

from __future__ import annotations

import pytest
from support.sql_lineage import columns, rows

KNOWN = {"s": ["i", "a"], "r": ["i", "b"]}


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

    def test_tables_of_one_name_in_the_callers_schema(self) -> None:
        """The entry with the same parts counts."""
        known = {"s": ["a"], "x.s": ["b"], "d.x.s": ["c"]}
        assert columns("SELECT * FROM s", schema=known) == ["s.a -> a IDENTITY"]
        assert columns("SELECT * FROM x.s", schema=known) == ["x.s.b -> b IDENTITY"]
        assert columns("SELECT * FROM s", schema=known, default_schema="x") == ["x.s.b -> b IDENTITY"]
        assert columns("SELECT * FROM y.s", schema=known) == ["y.s.a -> a IDENTITY"]

    def test_the_leftmost_table_wins_in_clickhouse(self) -> None:
        """A name that both sides of a join have is no error there."""
        sql = "SELECT i, a FROM s JOIN r ON s.i = r.i"
        assert columns(sql, "clickhouse", schema=KNOWN) == ["s.i -> i IDENTITY", "s.a -> a IDENTITY"]
        assert columns(sql, "postgres", schema=KNOWN) == ["?.i -> i IDENTITY", "s.a -> a IDENTITY"]

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

    @pytest.mark.parametrize("dialect", ["mysql", "oracle", "postgres", "snowflake", "sqlite", "tsql"])
    def test_qualifier_without_a_relation(self, dialect: str) -> None:
        """Where no dot leads into a column, nothing tells whose column it is; behind an alias it is a path."""
        assert columns("SELECT z.f AS x FROM t", dialect) == ["?.f -> x IDENTITY"]
        assert columns("SELECT t.rec.f AS x FROM t", dialect) == ["t.rec -> x TRANSFORMATION"]

    def test_inner_table_of_a_correlated_subquery_comes_first(self) -> None:
        """A name that both could have means the inner table, unless the outer one is known to have it."""
        sql = "SELECT (SELECT max(b) FROM r WHERE k = 1) AS m FROM {}"
        assert rows(sql.format("s")) == ["r.k -> * FILTER"]
        assert rows(sql.format("(SELECT k FROM s) q")) == ["?.k -> * FILTER"]

    def test_known_inner_columns_send_the_name_outside(self) -> None:
        """The inner table is known not to have the column."""
        sql = "SELECT (SELECT max(b) FROM r WHERE a = 1) AS m FROM s"
        assert rows(sql, schema=KNOWN) == ["s.a -> * FILTER"]

    def test_alias_may_be_the_name_of_another_table(self) -> None:
        """Inside the query only the alias counts."""
        assert columns("SELECT r.a, s.b FROM s AS r JOIN r AS s ON r.i = s.i") == [
            "s.a -> a IDENTITY",
            "r.b -> b IDENTITY",
        ]

    def test_both_sides_of_a_self_join_are_one_table(self) -> None:
        """Two aliases, one source."""
        assert columns("SELECT a.id, b.name AS boss FROM s a LEFT JOIN s b ON a.p = b.id") == [
            "s.id -> id IDENTITY",
            "s.name -> boss IDENTITY",
        ]

    def test_names_of_columns_that_an_alias_lists(self) -> None:
        """FROM s AS t (x, y) renames the columns by position, where they are known."""
        sql = "SELECT t.x, y FROM s AS t (x, y)"
        assert columns(sql, "postgres", schema=KNOWN) == ["s.i -> x IDENTITY", "s.a -> y IDENTITY"]
        assert columns(sql, "postgres") == ["?.x -> x IDENTITY", "?.y -> y IDENTITY"]

    def test_values_of_the_session_are_no_columns(self) -> None:
        """They need no parentheses, and are columns only in quotes."""
        sql = 'SELECT current_date AS d, current_user AS u, user AS v, "user" AS w FROM s'
        assert columns(sql, "postgres") == ["s.user -> w IDENTITY"]

    def test_reserved_words_differ_between_dialects(self) -> None:
        """MySQL has a table whose column is called user."""
        assert columns("SELECT user, utc_date AS d FROM s", "mysql") == ["s.user -> user IDENTITY"]

    @pytest.mark.parametrize(
        ("name", "dialect"),
        [("grouping__id", "hive"), ("GROUPING__ID", "spark"), ("$day", "sqlite")],
    )
    def test_values_of_one_dialect(self, name: str, dialect: str) -> None:
        """The group of a row, and a parameter."""
        assert columns(f"SELECT a, {name} AS x FROM s", dialect) == ["s.a -> a IDENTITY"]

    def test_names_that_are_values_elsewhere(self) -> None:
        """Quotes make a column of them, and so does another dialect."""
        assert columns("SELECT grouping__id AS x FROM s", "mysql") == ["s.grouping__id -> x IDENTITY"]
        assert columns('SELECT "$day" AS x FROM s', "sqlite") == ["s.$day -> x IDENTITY"]

    def test_hierarchical_queries_compute_their_level(self) -> None:
        """So they do row numbers and sequences; ROWID is a column of the row."""
        sql = """
            SELECT LEVEL, ROWNUM AS n, ids.NEXTVAL AS id, t.ROWID AS r
            FROM t START WITH p IS NULL CONNECT BY PRIOR i = p AND LEVEL < 5"""
        assert columns(sql, "oracle") == ["t.ROWID -> r IDENTITY"]
        assert rows(sql, "oracle") == ["t.p -> * FILTER", "t.i -> * FILTER"]

    def test_level_is_a_column_elsewhere(self) -> None:
        """Snowflake computes it beside CONNECT BY only."""
        assert columns("SELECT level FROM t", "snowflake") == ["t.level -> level IDENTITY"]
        assert columns("SELECT level FROM t CONNECT BY PRIOR i = p", "snowflake") == []

    def test_hidden_columns_are_those_of_their_table(self) -> None:
        """What a row carries without being listed comes from the table."""
        assert columns("SELECT _PARTITIONTIME AS p, a FROM d.s", "bigquery", schema={"d.s": ["a"]}) == [
            "d.s._PARTITIONTIME -> p IDENTITY",
            "d.s.a -> a IDENTITY",
        ]

    def test_columns_by_position(self) -> None:
        """Snowflake numbers the columns of files, and of anything else in FROM."""
        assert columns("SELECT $1, f.$2:k::int AS k FROM @stage f", "snowflake") == [
            "@stage.$1 -> $1 IDENTITY",
            "@stage.$2 -> k TRANSFORMATION",
        ]
        assert columns("SELECT $2 AS x FROM (SELECT a, b FROM s)", "snowflake") == ["s.b -> x IDENTITY"]


class TestWholeRows:
    """The name of an item of FROM in the place of a column, where the dialect has that."""

    @pytest.mark.parametrize(
        ("sql", "dialect"),
        [
            ("SELECT row_to_json(q) AS x FROM (SELECT i, a FROM s) q", "postgres"),
            ("SELECT json_agg(s) AS x FROM s", "postgres"),
            ("SELECT TO_JSON_STRING(t) AS x FROM s AS t", "bigquery"),
            ("SELECT s AS x FROM s", "duckdb"),
            ("SELECT to_json(struct(*)) AS x FROM s", "spark"),
            ("SELECT object_construct(s.*) AS x FROM s", "snowflake"),
        ],
    )
    def test_a_row_is_made_of_its_columns(self, sql: str, dialect: str) -> None:
        """All known columns feed it."""
        sources = {line.split(" ")[0] for line in columns(sql, dialect, schema=KNOWN)}
        assert sources == {"s.i", "s.a"}

    def test_a_row_of_unknown_columns_has_no_sources(self) -> None:
        """As with a star, nobody knows which there are."""
        assert columns("SELECT row_to_json(t) AS x FROM s t", "postgres") == []

    def test_a_column_of_the_same_name_comes_first(self) -> None:
        """It is known, or may exist in a table of unknown columns."""
        assert columns("SELECT s FROM s", "postgres", schema={"s": ["s", "a"]}) == ["s.s -> s IDENTITY"]
        assert columns("SELECT s FROM s", "postgres") == ["s.s -> s IDENTITY"]

    def test_column_of_a_row(self) -> None:
        """(t).a is t.a; (a).f is a field of the column a."""
        assert columns("SELECT (t).a, (t.b).f FROM s t", "postgres") == [
            "s.a -> a IDENTITY",
            "s.b -> f TRANSFORMATION",
        ]

    @pytest.mark.parametrize("expression", ["count(*)", "count(s.*)"])
    def test_counted_rows_have_no_sources(self, expression: str) -> None:
        """No value of a column is read."""
        assert columns(f"SELECT {expression} AS n FROM s", schema=KNOWN) == []


class TestPaths:
    """Fields of structs and documents: the source is the column that holds them."""

    @pytest.mark.parametrize(
        ("expression", "dialect"),
        [
            ("a.b.c", "bigquery"),
            ("s.a.b", "bigquery"),
            ("a[OFFSET(0)].b", "bigquery"),
            ("JSON_VALUE(a, '$.b')", "bigquery"),
            ("a.b", "spark"),
            ("a['k']", "spark"),
            ("a:b.c::int", "databricks"),
            ("a:b[0].c::string", "snowflake"),
            ('s.a:"b c"', "snowflake"),
            ("a['k']", "duckdb"),
            ("a ->> '$.k'", "duckdb"),
            ("a -> 'k' ->> 'l'", "postgres"),
            ("a #>> '{k,l}'", "postgres"),
            ("(s.a).f.g", "postgres"),
            ("upper(a -> 'k')", "postgres"),
            ("JSON_UNQUOTE(a -> '$.k')", "mysql"),
            ("JSON_VALUE(a, '$.k')", "tsql"),
            ("a.value('(k)[1]', 'int')", "tsql"),
            ("s.a.extract('/k')", "oracle"),
            ("s.a.extract('/k/text()').getStringVal()", "oracle"),
            ("XMLTYPE(a).extract('/k').getNumberVal()", "oracle"),
            ("json_extract_scalar(a, '$.k')", "trino"),
            ("a.k.l", "redshift"),
            ("tupleElement(a, 1)", "clickhouse"),
        ],
    )
    def test_path(self, expression: str, dialect: str) -> None:
        """However the dialect writes it."""
        assert columns(f"SELECT {expression} AS x FROM s", dialect) == ["s.a -> x TRANSFORMATION"]

    def test_variables_of_lambdas_are_no_columns(self) -> None:
        """Other names inside are."""
        assert columns("SELECT transform(l, x -> x + b) AS y FROM s", "spark") == [
            "s.l -> y TRANSFORMATION",
            "s.b -> y TRANSFORMATION",
        ]
        assert columns("SELECT [x + b FOR x IN l IF x > c] AS y FROM s", "duckdb") == [
            "s.l -> y TRANSFORMATION",
            "s.b -> y TRANSFORMATION",
            "s.l -> y CONDITIONAL",
            "s.c -> y CONDITIONAL",
        ]


class TestUnitsOfTime:
    """The day of datediff(day, a, b) is a word of the function."""

    @pytest.mark.parametrize(
        "dialect", [None, "postgres", "snowflake", "redshift", "tsql", "databricks", "duckdb", "clickhouse", "teradata"]
    )
    @pytest.mark.parametrize("expression", ["datediff(day, a, b)", "dateadd(day, a, b)"])
    def test_the_unit_stands_first(self, expression: str, dialect: str | None) -> None:
        """The other two arguments are columns, whatever the grammar takes them for."""
        assert set(columns(f"SELECT {expression} AS x FROM s", dialect)) == {
            "s.a -> x TRANSFORMATION",
            "s.b -> x TRANSFORMATION",
        }

    @pytest.mark.parametrize(
        ("expression", "dialect"),
        [
            ("date_trunc(week, a)", None),
            ("DATE_TRUNC(a, WEEK(MONDAY))", "bigquery"),
            ("EXTRACT(DAYOFWEEK FROM a)", "bigquery"),
            ("LAST_DAY(a, MONTH)", "bigquery"),
            ("DATEPART(dw, a)", "tsql"),
            ("DATEDIFF_BIG(ms, a, GETDATE())", "tsql"),
            ("DATENAME(weekday, a)", "tsql"),
            ("date_part(epoch_second, a)", "snowflake"),
            ("last_day(a, month)", "snowflake"),
            ("date_part(dow, a)", "redshift"),
            ("TIMESTAMPDIFF(MINUTE, a, NOW())", "mysql"),
            ("timestampadd(HOUR, 1, a)", "databricks"),
            ("EXTRACT(YEAR FROM a)", "oracle"),
        ],
    )
    def test_units_of_one_column(self, expression: str, dialect: str | None) -> None:
        """Only the column is a source."""
        assert columns(f"SELECT {expression} AS x FROM s", dialect) == ["s.a -> x TRANSFORMATION"]


class TestAliasesInClauses:
    """Where the name of a select item can be used again."""

    SQL = "SELECT a + 1 AS x FROM s {} x"

    @pytest.mark.parametrize(
        ("clause", "dialect", "source"),
        [
            ("WHERE", "postgres", "x"),
            ("WHERE", "bigquery", "x"),
            ("WHERE", "snowflake", "a"),
            ("WHERE", "duckdb", "a"),
            ("GROUP BY", "postgres", "a"),
            ("GROUP BY", "mysql", "a"),
            ("GROUP BY", "tsql", "x"),
            ("GROUP BY", "oracle", "x"),
            ("GROUP BY", "trino", "x"),
            ("GROUP BY 1 HAVING", "bigquery", "a"),
            ("GROUP BY 1 HAVING", "postgres", "x"),
            ("ORDER BY", "tsql", "a"),
            ("ORDER BY", "oracle", "a"),
        ],
    )
    def test_alias_or_column(self, clause: str, dialect: str, source: str) -> None:
        """Where the alias does not count, the name means a column of the table."""
        assert rows(self.SQL.format(clause), dialect)[-1].split(" ")[0] == f"s.{source}"

    def test_group_by_all(self) -> None:
        """It means every item that no aggregate feeds."""
        assert rows("SELECT a, upper(b) AS u, sum(c) AS t FROM s GROUP BY ALL", "duckdb") == [
            "s.a -> * GROUP_BY",
            "s.b -> * GROUP_BY",
        ]

    @pytest.mark.parametrize("dialect", ["duckdb", "snowflake"])
    def test_order_by_all(self, dialect: str) -> None:
        """It means every item."""
        assert rows("SELECT a, b AS x FROM s ORDER BY ALL", dialect) == ["s.a -> * SORT", "s.b -> * SORT"]
