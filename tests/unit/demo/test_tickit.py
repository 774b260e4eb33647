"""The data of the demo is TICKIT-shaped and always the same."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_kit.demo.tickit import row_counts, write_lake
from lineage_kit.exceptions import LineageKitError

if TYPE_CHECKING:
    from pathlib import Path

FULL = {
    "category": 11,
    "venue": 202,
    "date": 365,
    "event": 8_798,
    "users": 49_990,
    "listing": 20_000,
    "sales": 20_000,
}
# Every column that refers to another table.
REFERENCES = [
    ("event", "venueid", "venue", "venueid"),
    ("event", "catid", "category", "catid"),
    ("event", "dateid", "date", "dateid"),
    ("listing", "sellerid", "users", "userid"),
    ("listing", "eventid", "event", "eventid"),
    ("listing", "dateid", "date", "dateid"),
    ("sales", "listid", "listing", "listid"),
    ("sales", "sellerid", "users", "userid"),
    ("sales", "buyerid", "users", "userid"),
    ("sales", "eventid", "event", "eventid"),
    ("sales", "dateid", "date", "dateid"),
]


def query(lake: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows that a query of the lake gives."""
    with closing(sqlite3.connect(lake)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a lake of a fiftieth of the full size."""
    path = tmp_path_factory.mktemp("lake") / "datalake.db"
    write_lake(path, scale=0.02)
    return path


class TestRowCounts:
    """How many rows a scale gives."""

    def test_full(self) -> None:
        """The sizes at scale 1 are TICKIT's, with 20,000 listings and sales."""
        assert row_counts() == FULL

    @given(st.floats(min_value=1e-9, max_value=100))
    def test_scale(self, scale: float) -> None:
        """A scale multiplies the large tables, never below one row, and leaves the small ones alone."""
        counts = row_counts(scale)
        for table in ("category", "venue", "date"):
            assert counts[table] == FULL[table]
        for table in ("event", "users", "listing", "sales"):
            assert counts[table] >= 1
            assert abs(counts[table] - FULL[table] * scale) <= 1

    @pytest.mark.parametrize("scale", [0, -1.0, float("nan")])
    def test_not_positive(self, scale: float) -> None:
        """A scale that is not positive is refused."""
        with pytest.raises(LineageKitError, match="must be positive"):
            row_counts(scale)


class TestWriteLake:
    """The tables of the lake."""

    def test_counts(self, lake: Path) -> None:
        """Every table has as many rows as its scale says, each with a key of its own."""
        for table, rows in row_counts(0.02).items():
            key = query(lake, f"SELECT name FROM pragma_table_info('{table}')")[0][0]
            assert query(lake, f"SELECT COUNT(*), COUNT(DISTINCT {key}) FROM {table}") == [(rows, rows)]

    def test_returns_the_counts(self, tmp_path: Path) -> None:
        """The number of rows of each table is returned."""
        assert write_lake(tmp_path / "lake.db", scale=0.001) == row_counts(0.001)

    @pytest.mark.parametrize(("table", "column", "other", "key"), REFERENCES)
    def test_references(self, lake: Path, table: str, column: str, other: str, key: str) -> None:
        """Every reference leads to a row, so that joins lose nothing."""
        assert query(lake, f"SELECT COUNT(*) FROM {table} WHERE {column} NOT IN (SELECT {key} FROM {other})") == [(0,)]

    def test_sales_agree_with_listings(self, lake: Path) -> None:
        """A sale has seller, event and date of its listing, and sells at most the tickets listed."""
        sql = """
            SELECT COUNT(*) FROM sales AS s JOIN listing AS l USING (listid)
            WHERE (s.sellerid, s.eventid, s.dateid) = (l.sellerid, l.eventid, l.dateid)
              AND s.qtysold BETWEEN 1 AND l.numtickets
              AND s.pricepaid = s.qtysold * l.priceperticket
        """
        assert query(lake, sql) == [(row_counts(0.02)["sales"],)]

    def test_values_vary(self, lake: Path) -> None:
        """Sellers, cities and likes are spread, and some venue has no number of seats."""
        (varied,) = query(
            lake,
            "SELECT (SELECT COUNT(DISTINCT sellerid) FROM listing), (SELECT COUNT(DISTINCT city) FROM users),"
            " (SELECT COUNT(DISTINCT likejazz) FROM users), (SELECT COUNT(*) FROM venue WHERE venueseats IS NULL)",
        )
        assert varied[0] > 100
        assert varied[1:3] == (8, 2)
        assert varied[3] > 0

    def test_same_bytes(self, tmp_path: Path) -> None:
        """The same scale gives the same rows on every machine: here is what they hash to."""
        write_lake(tmp_path / "lake.db", scale=0.01)
        rows = [query(tmp_path / "lake.db", f"SELECT * FROM {table}") for table in FULL]
        assert (
            hashlib.sha256(repr(rows).encode()).hexdigest()
            == "d096932e815bc258623e533bc823fabd058ec71f5d132f1b932d6f57f9240132"
        )

    def test_one_row(self, tmp_path: Path) -> None:
        """The smallest scale still gives references that hold."""
        write_lake(tmp_path / "lake.db", scale=1e-9)
        assert query(tmp_path / "lake.db", "SELECT listid, sellerid, buyerid, eventid FROM sales") == [(1, 1, 1, 1)]
