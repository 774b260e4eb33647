"""Long lists of literals: they cost little, and what stands around them counts as ever."""

from __future__ import annotations

import pytest
from support.sql_lineage import rows, tables

from lineage_kit.sql import analyze
from lineage_kit.sql.text.literals import without_long_lists
from lineage_kit.sql.text.split import Piece

NUMBERS = ", ".join(map(str, range(2_000)))
NAMES = ", ".join(f"'it''s name {number}'" for number in range(1_000))


class TestLists:
    """What a statement with them gives."""

    @pytest.mark.parametrize("values", [NUMBERS, NAMES, f"{NUMBERS}, {NAMES}"])
    @pytest.mark.parametrize("dialect", [None, "bigquery", "mysql", "snowflake", "tsql"])
    def test_in(self, values: str, dialect: str | None) -> None:
        """The column that is compared decides about rows; the values come from nowhere."""
        sql = f"INSERT INTO t SELECT a FROM s WHERE b NOT IN ({values}) AND c = 1"
        assert tables(sql, dialect) == "s -> t"
        assert rows(sql, dialect) == ["s.b -> t.* FILTER", "s.c -> t.* FILTER"]

    def test_a_column_behind_many_values(self) -> None:
        """A list that holds a column is no list of literals."""
        assert rows(f"SELECT a FROM s WHERE 1 IN ({NUMBERS}, b)") == ["s.b -> * FILTER"]

    def test_values_that_become_columns(self) -> None:
        """PIVOT makes a column of each."""
        values = ", ".join(f"'{number:09}'" for number in range(500))
        sql = f"SELECT * FROM (SELECT k, v FROM s) q PIVOT (SUM(v) FOR k IN ({values}))"
        assert len({entry.target_column for entry in analyze(sql, "snowflake").columns if entry.target_column}) == 500

    def test_lines_stay(self) -> None:
        """A mistake behind a list is found in its line."""
        values = NUMBERS.replace(" ", "\n")
        lineage = analyze(f"SELECT a FROM s WHERE b IN ({values})\nAND ((( FROM", "postgres")
        assert [problem.reason for problem in lineage.problems] == ["unexpected syntax in line 2001"]

    def test_length_stays(self) -> None:
        """Offsets in the text are those of the script."""
        text = f"SELECT a FROM s WHERE b IN ({NUMBERS}) OR c = 1"
        shortened = without_long_lists(Piece(text, 0, 1)).text
        assert len(shortened) == len(text)
        assert " ".join(shortened.split()) == "SELECT a FROM s WHERE b IN (0 ) OR c = 1"

    def test_longer_than_the_parser_could_read_in_time(self) -> None:
        """What is passed over takes no time."""
        assert analyze(f"SELECT a FROM s WHERE b IN ({', '.join([NUMBERS] * 100)})", max_seconds=5).problems == ()
