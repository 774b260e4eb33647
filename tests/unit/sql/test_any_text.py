"""Text that is no SQL, nearly SQL, or SQL of another dialect: the answer is always a result."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_kit.sql import SqlLineage, analyze
from lineage_kit.sql.dialects import known_dialects

# Without deadline: the first call imports a grammar. What a call may cost is measured by the benchmarks.
many_examples = settings(max_examples=150, deadline=None)

WORDS = st.sampled_from(
    """
    SELECT FROM WHERE WITH AS ( ) , ; . * a b t s1.t JOIN ON = USING LATERAL UNNEST INSERT INTO VALUES UPDATE SET
    DELETE MERGE WHEN MATCHED THEN NOT CREATE TABLE VIEW TEMP DROP ALTER RENAME TO UNION ALL EXCEPT GROUP BY ORDER
    PIVOT UNPIVOT FOR IN 'x' "q" $$ -- /* */ 1 %s :p ? CASE END OVER PARTITION QUALIFY RETURNING EXCLUDE REPLACE
    BEGIN GO COPY UNLOAD CALL EXECUTE LIKE CLONE RECURSIVE NATURAL CROSS APPLY TRUNCATE USE { } {{ [ ] :: -> => @v #t
    COLUMNS STRUCT OFFSET LIMIT MATCH_RECOGNIZE MEASURES ARRAY VALUE $1 NAME LEVEL CONNECT PRIOR
    """.split()
)
DIALECTS = st.sampled_from([None, *known_dialects()])
_TOKENS = re.compile(r"\s+|\w+|\S")


def statements_of_the_tests() -> list[str]:
    """Return the SQL texts of the tests in this folder: every kind of statement in every dialect."""
    texts: dict[str, None] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _opens_statement(node.value):
                texts[node.value] = None
    return list(texts)


def _opens_statement(text: str) -> bool:
    words = r"select|with|insert|update|delete|merge|create|drop|alter|copy|unload|begin|declare|exec|load|export|from"
    return re.match(rf"\s*(?:{words})\b\s", text, re.IGNORECASE) is not None and len(text) < 2_000


STATEMENTS = statements_of_the_tests()


def check(text: str, dialect: str | None) -> None:
    """Analyze a text within the time given, and find a result that is a value."""
    lineage = analyze(text, dialect, None, "public", {"t": ["a"]}, max_seconds=2)
    assert isinstance(lineage, SqlLineage)
    assert hash(lineage) == hash(lineage)
    # Reasons name constructs, and a short text may be one.
    assert all(text not in problem.reason for problem in lineage.problems if len(text) > 30)


class TestAnyText:
    """Whatever the text says."""

    @many_examples
    @given(st.lists(WORDS, max_size=25).map(" ".join), DIALECTS)
    def test_words_of_sql_in_any_order(self, sql: str, dialect: str | None) -> None:
        """Broken statements are problems, not exceptions."""
        check(sql, dialect)

    @many_examples
    @given(st.text(max_size=60), DIALECTS)
    def test_any_characters(self, text: str, dialect: str | None) -> None:
        """No text at all is too strange."""
        check(text, dialect)

    @many_examples
    @given(st.sampled_from(STATEMENTS), DIALECTS)
    def test_statements_of_other_dialects(self, sql: str, dialect: str | None) -> None:
        """A good statement in the wrong dialect."""
        check(sql, dialect)

    @settings(many_examples, max_examples=400)
    @given(st.sampled_from(STATEMENTS), DIALECTS, st.data())
    def test_mutated_statements(self, sql: str, dialect: str | None, data: st.DataObject) -> None:
        """Tokens lost, doubled, replaced or put elsewhere in a good statement."""
        tokens = _TOKENS.findall(sql)
        for _ in range(data.draw(st.integers(1, 3))):
            at, other = (data.draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
            tokens[at : at + 1] = data.draw(
                st.sampled_from([[], [tokens[at]] * 2, [tokens[other]], [data.draw(WORDS)], [tokens[at], "("]])
            )
            tokens = tokens or ["SELECT"]
        check("".join(tokens), dialect)

    @many_examples
    @given(st.sampled_from(STATEMENTS), DIALECTS, st.data())
    def test_statements_cut_off(self, sql: str, dialect: str | None, data: st.DataObject) -> None:
        """The text ends anywhere, in the middle of a string or a comment too."""
        check(sql[: data.draw(st.integers(0, len(sql)))], dialect)


@pytest.mark.parametrize(
    "sql",
    [
        " UNION ALL ".join(f"SELECT a FROM t{i}" for i in range(1_000)),
        "SELECT a FROM t WHERE " + " OR ".join(f"b = {i}" for i in range(3_000)),
        "SELECT " + " || ".join(f"c{i}" for i in range(2_000)) + " AS x FROM t",
        "SELECT a FROM t WHERE b IN (" + ", ".join(map(str, range(5_000))) + ")",
        "SELECT a FROM " + "(SELECT a FROM " * 60 + "t" + ") q" * 60,
    ],
    ids=["unions", "conditions", "concatenation", "list", "subqueries"],
)
def test_long_statements_are_understood(sql: str) -> None:
    """What programs write has no limit that a person would keep to."""
    lineage = analyze(sql, "postgres")
    assert lineage.problems == ()
    assert lineage.inputs
