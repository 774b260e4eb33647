"""Names of dialects, also of those for which the parser has no grammar."""

from __future__ import annotations

import pytest
from support.sql_lineage import tables

from lineage_kit.sql import analyze
from lineage_kit.sql.dialects import dialect_of, fallbacks, known_dialects

OF_POSTGRES = ["postgresql", "greenplum", "cockroachdb", "timescaledb", "yugabyte", "alloydb"]


class TestNames:
    """Every name in use means the nearest grammar."""

    @pytest.mark.parametrize("name", OF_POSTGRES)
    def test_kin_of_postgres(self, name: str) -> None:
        """They are Postgres for lineage."""
        assert dialect_of(name) == dialect_of("postgres")

    @pytest.mark.parametrize(
        ("name", "other"),
        [("sybase", "tsql"), ("mssql", "tsql"), ("pyspark", "spark"), ("sparksql", "spark"), ("mariadb", "mysql")],
    )
    def test_other_names(self, name: str, other: str) -> None:
        """Hooks and users call them so."""
        assert dialect_of(name) == dialect_of(other)

    @pytest.mark.parametrize("name", [None, "", "ansi", "generic", "nobody knows", "__class__"])
    def test_generic(self, name: str | None) -> None:
        """No name and unknown names mean SQL in general."""
        assert dialect_of(name).name == ""

    @pytest.mark.parametrize("name", ["DB2", " exasol ", "Vertica", "singlestore", "fabric", "dremio", "hana", "flink"])
    def test_dialects_without_a_grammar_of_their_own(self, name: str) -> None:
        """They keep their name, whichever release of the parser is installed."""
        assert dialect_of(name).name == name.strip().lower()

    def test_all_known_names_work(self) -> None:
        """Each of them reads a plain statement."""
        for name in known_dialects():
            if name not in {"dax", "prql", "solr"}:  # no SQL
                assert tables("SELECT a FROM s", name) == "s ->", name


class TestCase:
    """Which names are the same, in databases that the parser does not know."""

    @pytest.mark.parametrize(
        ("dialect", "expected"),
        [
            ("db2", "Orders ->"),  # unquoted names are stored in capitals
            ("exasol", "Orders ->"),
            ("netezza", "Orders ->"),
            ("hana", "Orders ->"),
            ("vertica", "Orders ->"),  # quotes do not make names differ
            ("teradata", "Orders ->"),
            ("greenplum", "Orders, ORDERS ->"),  # unquoted names are stored in small letters
        ],
    )
    def test_quoted_and_unquoted(self, dialect: str, expected: str) -> None:
        """The first spelling is shown."""
        assert tables('SELECT 1 AS x FROM Orders a, orders b, "ORDERS" c', dialect) == expected

    def test_names_that_keep_their_case(self) -> None:
        """In Flink two spellings are two tables."""
        assert tables("SELECT 1 AS x FROM Orders a, orders b", "flink") == "Orders, orders ->"

    @pytest.mark.parametrize("dialect", ["db2", "netezza", "hana"])
    def test_stored_in_capitals(self, dialect: str) -> None:
        """As the catalogue of the database has them."""
        lineage = analyze('SELECT a FROM sch.Orders JOIN "Raw".x ON 1 = 1', dialect, stored_names=True)
        assert [str(table) for table in lineage.inputs] == ["SCH.ORDERS", "Raw.X"]


class TestFallbacks:
    """Other grammars are asked only where they take the text apart alike."""

    def test_plain_text(self) -> None:
        """Without quotes all of them do."""
        text = "SELECT a FROM s"
        assert "duckdb" in {type(other.grammar).__name__.lower() for other in fallbacks(dialect_of("db2"), text)}

    def test_strings_in_double_quotes(self) -> None:
        """They would be names elsewhere."""
        for other in fallbacks(dialect_of("mysql"), 'SELECT "a" FROM s'):
            assert '"' in other.grammar.tokenizer_class.QUOTES

    def test_backslashes(self) -> None:
        """They end or continue a string."""
        for other in fallbacks(dialect_of("postgres"), r"SELECT '\' FROM s"):
            assert "\\" not in other.grammar.tokenizer_class.STRING_ESCAPES

    def test_never_the_same_grammar_again(self) -> None:
        """It has refused already."""
        own = dialect_of("postgres")
        assert all(type(other.grammar) is not type(own.grammar) for other in fallbacks(own, "SELECT"))
