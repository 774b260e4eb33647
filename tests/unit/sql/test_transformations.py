"""How a column takes part: OpenLineage's transformation types and subtypes, and masking."""

from __future__ import annotations

from typing import Any

import pytest
from support.sql_lineage import columns, rows, tables

from lineage_kit.sql import analyze


class TestDirect:
    """Values of the source reach the target."""

    @pytest.mark.parametrize("expression", ["a", "s.a", "(a)", "a AS x"])
    def test_an_unchanged_column_is_identity(self, expression: str) -> None:
        """Renaming and parentheses change nothing."""
        (entry,) = columns(f"SELECT {expression} FROM s")
        assert entry.startswith("s.a -> ")
        assert entry.endswith(" IDENTITY")

    @pytest.mark.parametrize("expression", ["a + 1", "upper(a)", "a || 'x'", "CAST(a AS INT)", "coalesce(a, 0)"])
    def test_a_changed_column_is_transformation(self, expression: str) -> None:
        """Any function or operator, casts included."""
        assert columns(f"SELECT {expression} AS x FROM s") == ["s.a -> x TRANSFORMATION"]

    @pytest.mark.parametrize("expression", ["sum(a)", "count(DISTINCT a)", "max(a) + 1", "array_agg(upper(a))"])
    def test_an_aggregated_column_is_aggregation(self, expression: str) -> None:
        """An aggregate anywhere on the way counts."""
        assert columns(f"SELECT {expression} AS x FROM s") == ["s.a -> x AGGREGATION"]

    def test_the_strongest_step_of_a_chain_counts(self) -> None:
        """An aggregate of a subquery stays one through later steps."""
        assert columns("SELECT m + 1 AS x FROM (SELECT max(a) AS m FROM s) q") == ["s.a -> x AGGREGATION"]

    def test_one_column_in_two_roles_has_two_entries(self) -> None:
        """A column can be shown and aggregated in one expression."""
        sql = "SELECT a - max(a) OVER () AS x FROM s"
        assert columns(sql) == ["s.a -> x TRANSFORMATION", "s.a -> x AGGREGATION"]

    def test_literals_and_parameters_have_no_source(self) -> None:
        """Nothing in the database feeds them."""
        assert columns("SELECT 1 AS a, 'x' AS b, current_date AS c, count(*) AS d FROM s") == []

    def test_scalar_subquery(self) -> None:
        """Its column is the value."""
        assert columns("SELECT (SELECT max(r.b) FROM r WHERE r.i = s.i) AS m FROM s") == ["r.b -> m AGGREGATION"]


class TestIndirectOfAColumn:
    """The source influences one target column."""

    def test_conditions_of_case(self) -> None:
        """Conditions decide, branches give values."""
        assert columns("SELECT CASE WHEN a > 1 THEN b ELSE c END AS x FROM s") == [
            "s.a -> x CONDITIONAL",
            "s.b -> x TRANSFORMATION",
            "s.c -> x TRANSFORMATION",
        ]

    def test_operand_of_case(self) -> None:
        """CASE a WHEN 1: the operand is a condition."""
        assert columns("SELECT CASE a WHEN 1 THEN b END AS x FROM s") == [
            "s.a -> x CONDITIONAL",
            "s.b -> x TRANSFORMATION",
        ]

    def test_condition_of_if(self) -> None:
        """The function IF is a CASE."""
        assert columns("SELECT IF(a, b, c) AS x FROM s", "mysql") == [
            "s.a -> x CONDITIONAL",
            "s.b -> x TRANSFORMATION",
            "s.c -> x TRANSFORMATION",
        ]

    @pytest.mark.parametrize(
        ("expression", "dialect"),
        [
            ("IIF(a > 1, b, c)", "tsql"),
            ("CHOOSE(a, b, c)", "tsql"),
            ("IFF(a > 1, b, c)", "snowflake"),
            ("NVL2(a, b, c)", "oracle"),
            ("DECODE(a, 1, b, c)", "redshift"),
            ("if(a, b, c)", "trino"),
            ("multiIf(a = 1, b, a = 2, c, 0)", "clickhouse"),
            ("a ? b : c", "clickhouse"),
            ("iif(a, b, c)", "sqlite"),
        ],
    )
    def test_functions_that_choose(self, expression: str, dialect: str) -> None:
        """CASE by other names: the first argument decides, the others are values."""
        assert columns(f"SELECT {expression} AS x FROM s", dialect) == [
            "s.a -> x CONDITIONAL",
            "s.b -> x TRANSFORMATION",
            "s.c -> x TRANSFORMATION",
        ]

    def test_what_decides_in_decode(self) -> None:
        """Operand and search values are conditions, results and default are values."""
        assert columns("SELECT DECODE(a, b, c, d, e, f) AS x FROM s", "oracle") == [
            "s.a -> x CONDITIONAL",
            "s.b -> x CONDITIONAL",
            "s.c -> x TRANSFORMATION",
            "s.d -> x CONDITIONAL",
            "s.e -> x TRANSFORMATION",
            "s.f -> x TRANSFORMATION",
        ]

    def test_what_decides_in_nullif(self) -> None:
        """NULLIF(a, b) shows a or nothing; COALESCE and GREATEST show any of their arguments."""
        assert columns("SELECT NULLIF(a, b) AS x FROM s") == ["s.a -> x TRANSFORMATION", "s.b -> x CONDITIONAL"]
        assert columns("SELECT COALESCE(a, b) AS x FROM s") == ["s.a -> x TRANSFORMATION", "s.b -> x TRANSFORMATION"]

    @pytest.mark.parametrize(
        ("expression", "dialect"),
        [
            ("max_by(a, b)", "trino"),
            ("MIN_BY(a, b)", "snowflake"),
            ("argMax(a, b)", "clickhouse"),
            ("arg_max(a, b)", "duckdb"),
            ("sumIf(a, b > 1)", "clickhouse"),
            ("ANY_VALUE(a HAVING MAX b)", "bigquery"),
        ],
    )
    def test_what_decides_in_an_aggregate(self, expression: str, dialect: str) -> None:
        """The second argument tells which rows' values count."""
        assert columns(f"SELECT {expression} AS x FROM s", dialect) == ["s.a -> x AGGREGATION", "s.b -> x CONDITIONAL"]

    def test_filter_of_an_aggregate(self) -> None:
        """FILTER (WHERE ...) decides which values are aggregated."""
        assert columns("SELECT sum(a) FILTER (WHERE b) AS x FROM s", "postgres") == [
            "s.a -> x AGGREGATION",
            "s.b -> x CONDITIONAL",
        ]

    def test_window(self) -> None:
        """PARTITION BY and ORDER BY of a window; the aggregated value stays direct."""
        assert columns("SELECT sum(a) OVER (PARTITION BY b ORDER BY c) AS x FROM s") == [
            "s.a -> x AGGREGATION",
            "s.b -> x WINDOW",
            "s.c -> x WINDOW",
        ]

    def test_value_taken_from_another_row(self) -> None:
        """lag, lead and first_value show a value; they do not aggregate."""
        assert columns("SELECT lag(a) OVER (ORDER BY c) AS x FROM s") == [
            "s.a -> x TRANSFORMATION",
            "s.c -> x WINDOW",
        ]

    def test_named_window(self) -> None:
        """A window may be defined once, build on another, and be used twice."""
        sql = """
            SELECT sum(a) OVER w AS x, avg(a) OVER w AS y
            FROM s WINDOW v AS (PARTITION BY b), w AS (v ORDER BY c)"""
        assert columns(sql, "postgres") == [
            "s.a -> x AGGREGATION",
            "s.c -> x WINDOW",
            "s.b -> x WINDOW",
            "s.a -> y AGGREGATION",
            "s.c -> y WINDOW",
            "s.b -> y WINDOW",
        ]

    def test_ordered_set_aggregate(self) -> None:
        """The column of WITHIN GROUP is the one that is aggregated."""
        sql = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) AS x FROM s"
        assert columns(sql, "postgres") == ["s.a -> x AGGREGATION"]

    def test_order_inside_an_aggregate(self) -> None:
        """It arranges values and is none."""
        sql = "SELECT string_agg(a, ',' ORDER BY b) AS x FROM s"
        assert columns(sql, "postgres") == ["s.a -> x AGGREGATION", "s.b -> x SORT"]


class TestIndirectOfTheRows:
    """The source decides about rows, hence about the whole target."""

    @pytest.mark.parametrize(
        ("clause", "expected"),
        [
            ("WHERE s.b > 1", ["s.b -> * FILTER"]),
            ("GROUP BY s.b", ["s.b -> * GROUP_BY"]),
            ("GROUP BY 1", ["s.a -> * GROUP_BY"]),
            ("GROUP BY a HAVING max(b) > 1", ["s.a -> * GROUP_BY", "s.b -> * FILTER"]),
            ("ORDER BY s.b DESC", ["s.b -> * SORT"]),
            ("ORDER BY 1", ["s.a -> * SORT"]),
            ("JOIN r ON s.b = r.c", ["s.b -> * JOIN", "r.c -> * JOIN"]),
            ("WHERE a IN (SELECT c FROM r WHERE d)", ["r.d -> * FILTER", "s.a -> * FILTER", "r.c -> * FILTER"]),
        ],
    )
    def test_clauses(self, clause: str, expected: Any) -> None:
        """One entry per column and role, with no target column."""
        assert rows(f"SELECT s.a FROM s {clause}") == expected

    @pytest.mark.parametrize(
        "item",
        [
            "(SELECT max(r.b) FROM r WHERE r.i = s.i)",
            "CASE WHEN s.k > (SELECT max(r.b) FROM r WHERE r.i = s.i) THEN 1 END",
            "s.k IN (SELECT r.b FROM r WHERE r.i = s.i)",
            "EXISTS (SELECT r.z FROM r WHERE r.i = s.i)",
            "[x + (SELECT max(r.b) FROM r WHERE r.i = s.i) FOR x IN s.list]",
        ],
    )
    def test_subquery_in_an_expression(self, item: str) -> None:
        """Its clauses decide about rows like those of any query."""
        sql = f"SELECT {item} AS m FROM s"
        assert rows(sql, "duckdb") == ["r.i -> * FILTER", "s.i -> * FILTER"]
        assert not any("FILTER" in entry for entry in columns(sql, "duckdb"))

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE t SET x = (SELECT max(r.b) FROM r WHERE r.i = 1)",
            "INSERT INTO t (x) VALUES ((SELECT max(r.b) FROM r WHERE r.i = 1))",
            "INSERT INTO t (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = (SELECT max(r.b) FROM r WHERE r.i = 1)",
            "SELECT s.x INTO t FROM s ORDER BY (SELECT max(r.b) FROM r WHERE r.i = 1)",
            "INSERT INTO t (SELECT x FROM s) ORDER BY (SELECT max(r.b) FROM r WHERE r.i = 1)",
        ],
    )
    def test_subquery_in_a_statement_that_writes(self, sql: str) -> None:
        """So they do where the expression is not in a select list."""
        assert "r.i -> t.* FILTER" in rows(sql, "postgres")

    def test_qualify(self) -> None:
        """It filters, and may use an alias of the select list."""
        sql = "SELECT a, row_number() OVER (PARTITION BY b ORDER BY c) AS n FROM s QUALIFY n = 1"
        assert rows(sql, "snowflake") == ["s.b -> * FILTER", "s.c -> * FILTER"]

    def test_order_by_prefers_the_alias(self) -> None:
        """ORDER BY means the output column where both exist."""
        assert rows("SELECT b AS a FROM s ORDER BY a") == ["s.b -> * SORT"]

    def test_conditions_inside_a_subquery_reach_the_result(self) -> None:
        """What decides about the rows of a subquery decides about those of the query."""
        assert rows("SELECT q.a FROM (SELECT a FROM s WHERE b > 1) q") == ["s.b -> * FILTER"]

    def test_types_match_subtypes(self) -> None:
        """IDENTITY, TRANSFORMATION and AGGREGATION are DIRECT, the others INDIRECT."""
        lineage = analyze("SELECT sum(a) OVER (ORDER BY b) AS x, c FROM s WHERE d")
        assert [(entry.source_column, entry.type) for entry in lineage.columns] == [
            ("a", "DIRECT"),
            ("b", "INDIRECT"),
            ("c", "DIRECT"),
            ("d", "INDIRECT"),
        ]


class TestMasking:
    """Functions that hide the value."""

    @pytest.mark.parametrize(
        ("expression", "dialect"),
        [
            ("md5(a)", "postgres"),
            ("sha2(a, 256)", "snowflake"),
            ("sha1_hex(a)", "snowflake"),
            ("hash(a)", "snowflake"),
            ("SHA256(a)", "bigquery"),
            ("FARM_FINGERPRINT(a)", "bigquery"),
            ("HASHBYTES('SHA2_256', a)", "tsql"),
            ("xxhash64(a)", "spark"),
            ("standard_hash(a)", "oracle"),
            ("to_hex(md5(to_utf8(a)))", "trino"),
            ("crypt(a, gen_salt('bf'))", "postgres"),
            ("hashtext(a)", "postgres"),
            ("pgp_sym_encrypt(a, 'k')", "postgres"),
            ("FNV_HASH(a)", "redshift"),
            ("FUNC_SHA1(a)", "redshift"),
            ("BINARY_CHECKSUM(a)", "tsql"),
            ("ENCRYPTBYKEY(KEY_GUID('k'), a)", "tsql"),
            ("DBMS_CRYPTO.HASH(a, 2)", "oracle"),
            ("aes_encrypt(a, 'k')", "databricks"),
            ("mask(a)", "databricks"),
            ("DETERMINISTIC_ENCRYPT('k', a, '')", "bigquery"),
            ("cityHash64(a)", "clickhouse"),
            ("halfMD5(a)", "clickhouse"),
            ("HASHBUCKET(HASHROW(a))", "teradata"),
            ("mask_show_last_n(a, 4)", "hive"),
        ],
    )
    def test_hashes(self, expression: str, dialect: str | None) -> None:
        """A hash of a column masks it, also inside other functions."""
        assert columns(f"SELECT {expression} AS x FROM s", dialect) == ["s.a -> x TRANSFORMATION masked"]

    def test_masking_survives_later_steps(self) -> None:
        """What was masked in a subquery stays so."""
        assert columns("SELECT h AS x FROM (SELECT md5(a) AS h FROM s) q") == ["s.a -> x TRANSFORMATION masked"]

    def test_other_functions_do_not_mask(self) -> None:
        """A name that only resembles a hash is none."""
        assert columns("SELECT hashtag(a) AS x, masked(b) AS y FROM s") == [
            "s.a -> x TRANSFORMATION",
            "s.b -> y TRANSFORMATION",
        ]


class TestMethodsOfXml:
    """T-SQL: a method behind a query that gives XML."""

    def test_value_of_a_query(self) -> None:
        """The usual way to put texts of rows together."""
        sql = (
            "SELECT STUFF((SELECT ',' + s.a FROM s WHERE s.id = r.id FOR XML PATH(''), TYPE)"
            ".value('.', 'varchar(max)'), 1, 1, '') AS x FROM r"
        )
        assert tables(sql, "tsql") == "r, s ->"
        assert "s.a -> x TRANSFORMATION" in columns(sql, "tsql")
