"""Queries made from a model whose lineage is known by construction, and text that is no SQL at all."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_kit.sql import SqlLineage, analyze

if TYPE_CHECKING:
    from collections.abc import Iterator

# Without deadline: the first call imports a grammar. What a call may cost is measured by the benchmarks.
some_examples = settings(max_examples=60, deadline=None)
many_examples = settings(max_examples=150, deadline=None)

TABLES = ("orders", "items", "people")
COLUMNS = ("a", "b", "c")


@dataclass(frozen=True)
class Stored:
    """A table of the database."""

    name: str


@dataclass(frozen=True)
class Item:
    """A select item: an expression over columns of the relations in FROM, each given by two indexes."""

    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Select:
    """A SELECT over one or two relations."""

    relations: tuple[Node, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Union:
    """A UNION ALL of two queries with the same number of columns."""

    left: Select
    right: Select


Node = Stored | Select | Union
Sources = frozenset[tuple[str, str]]


def width(node: Node) -> int:
    """Return the number of columns of a relation."""
    if isinstance(node, Stored):
        return len(COLUMNS)
    return len(node.items) if isinstance(node, Select) else width(node.left)


def expected(node: Node) -> list[Sources]:
    """Return what feeds each column of a relation, by the meaning of the model."""
    if isinstance(node, Stored):
        return [frozenset({(node.name, column)}) for column in COLUMNS]
    if isinstance(node, Union):
        return [left | right for left, right in zip(expected(node.left), expected(node.right), strict=True)]
    inner = [expected(relation) for relation in node.relations]
    return [frozenset().union(*(inner[i][j] for i, j in item.parts)) for item in node.items]


@dataclass
class Writer:
    """Writes a model as SQL; the options change the text and not the meaning."""

    alias: str = "q"
    use_ctes: bool = False
    upper: bool = False

    def __post_init__(self) -> None:
        self.numbers: Iterator[int] = itertools.count()
        self.ctes: list[str] = []

    def statement(self, node: Select | Union) -> str:
        """Return an INSERT of the query."""
        query = self.query(node)
        ctes = f"WITH {', '.join(self.ctes)} " if self.ctes else ""
        sql = f"INSERT INTO target ({', '.join(self.names(node))}) {ctes}{query}"
        return sql.upper() if self.upper else sql

    def query(self, node: Select | Union) -> str:
        """Return a query without its WITH."""
        if isinstance(node, Union):
            return f"{self.query(node.left)} UNION ALL {self.query(node.right)}"
        aliases = [f"{self.alias}{next(self.numbers)}" for _ in node.relations]
        relations = [
            f"{self.relation(relation)} AS {alias}" for relation, alias in zip(node.relations, aliases, strict=True)
        ]
        items = [
            " + ".join(f"{aliases[i]}.{self.names(node.relations[i])[j]}" for i, j in item.parts) + f" AS x{index}"
            for index, item in enumerate(node.items)
        ]
        return f"SELECT {', '.join(items)} FROM {' CROSS JOIN '.join(relations)}"

    def relation(self, node: Node) -> str:
        """Return an item of FROM: a table, a subquery, or the name of a common table expression."""
        if isinstance(node, Stored):
            return node.name
        if not self.use_ctes:
            return f"({self.query(node)})"
        query = self.query(node)
        name = f"cte{len(self.ctes)}"
        self.ctes.append(f"{name} AS ({query})")
        return name

    def names(self, node: Node) -> list[str]:
        """Return the column names of a relation."""
        return list(COLUMNS) if isinstance(node, Stored) else [f"x{index}" for index in range(width(node))]


@st.composite
def selects(draw: st.DrawFn, depth: int = 3, columns: int | None = None) -> Select:
    """Return a SELECT whose relations nest up to some depth."""
    relations = tuple(draw(st.lists(nodes(depth - 1), min_size=1, max_size=2)))
    part = st.sampled_from([(i, j) for i, relation in enumerate(relations) for j in range(width(relation))])
    item = st.lists(part, min_size=1, max_size=2).map(lambda parts: Item(tuple(parts)))
    count = columns or draw(st.integers(1, 3))
    return Select(relations, tuple(draw(st.lists(item, min_size=count, max_size=count))))


@st.composite
def unions(draw: st.DrawFn, depth: int) -> Union:
    """Return a UNION ALL."""
    left = draw(selects(depth))
    return Union(left, draw(selects(depth, columns=width(left))))


def nodes(depth: int) -> st.SearchStrategy[Node]:
    """Return relations that nest up to some depth."""
    stored = st.sampled_from(TABLES).map(Stored)
    return stored if depth <= 0 else st.one_of(stored, selects(depth), unions(depth))


queries = st.one_of(selects(), unions(2))


def direct(sql: str) -> set[tuple[str, str, str]]:
    """Return the (table, column, target column) triples of the DIRECT entries, in lower case."""
    lineage = analyze(sql, "postgres")
    assert lineage.problems == ()
    return {
        (str(entry.source).lower(), entry.source_column.lower(), entry.target_column.lower())
        for entry in lineage.columns
        if entry.type == "DIRECT" and entry.target_column
    }


def triples(node: Select | Union) -> set[tuple[str, str, str]]:
    """Return the same by the meaning of the model."""
    return {(table, column, f"x{index}") for index, sources in enumerate(expected(node)) for table, column in sources}


class TestModel:
    """Random queries with known lineage."""

    @some_examples
    @given(queries)
    def test_lineage_is_that_of_the_model(self, node: Select | Union) -> None:
        """Exactly the pairs that the model implies."""
        assert direct(Writer().statement(node)) == triples(node)

    @some_examples
    @given(queries, st.sampled_from(["z", "orders", "Items", "x"]))
    def test_aliases_do_not_matter(self, node: Select | Union, alias: str) -> None:
        """Not even those that resemble tables and columns."""
        assert direct(Writer(alias=alias).statement(node)) == triples(node)

    @some_examples
    @given(queries)
    def test_a_subquery_may_move_into_a_cte(self, node: Select | Union) -> None:
        """Both ways to write it are the same."""
        assert direct(Writer(use_ctes=True).statement(node)) == triples(node)

    @some_examples
    @given(queries)
    def test_an_outer_select_changes_nothing(self, node: Select | Union) -> None:
        """SELECT of all columns, by name, from the query."""
        outer = Select((node,), tuple(Item(((0, index),)) for index in range(width(node))))
        assert direct(Writer().statement(outer)) == triples(node)

    @some_examples
    @given(queries)
    def test_case_of_unquoted_names_does_not_matter(self, node: Select | Union) -> None:
        """The same in capitals."""
        assert direct(Writer(upper=True).statement(node)) == triples(node)

    @some_examples
    @given(queries)
    def test_result_is_deterministic(self, node: Select | Union) -> None:
        """The same text gives the same result, order included."""
        sql = Writer(use_ctes=True).statement(node)
        assert analyze(sql) == analyze(sql)


WORDS = st.sampled_from(
    """
    SELECT FROM WHERE WITH AS ( ) , ; . * a b t s1.t JOIN ON = USING LATERAL UNNEST INSERT INTO VALUES UPDATE SET
    DELETE MERGE WHEN MATCHED THEN NOT CREATE TABLE VIEW TEMP DROP ALTER RENAME TO UNION ALL EXCEPT GROUP BY ORDER
    PIVOT FOR IN 'x' "q" $$ -- /* */ 1 %s :p ? CASE END OVER PARTITION QUALIFY RETURNING EXCLUDE REPLACE BEGIN GO
    COPY UNLOAD CALL EXECUTE LIKE CLONE RECURSIVE NATURAL CROSS APPLY TRUNCATE USE { } {{ [ ] :: -> => @v #t
    """.split()  # noqa: SIM905 - a list of a hundred strings cannot be read
)
DIALECTS = st.sampled_from(
    [None, "postgres", "snowflake", "bigquery", "tsql", "mysql", "oracle", "databricks", "duckdb"]
)


class TestAnyText:
    """Whatever the text says, the answer is a result."""

    @many_examples
    @given(st.lists(WORDS, max_size=25).map(" ".join), DIALECTS)
    def test_words_of_sql_in_any_order(self, sql: str, dialect: str | None) -> None:
        """Broken statements are problems, not exceptions."""
        assert isinstance(analyze(sql, dialect, None, "public", {"t": ["a"]}), SqlLineage)

    @many_examples
    @given(st.text(max_size=60), DIALECTS)
    def test_any_characters(self, text: str, dialect: str | None) -> None:
        """No text at all is too strange."""
        assert isinstance(analyze(text, dialect), SqlLineage)

    @many_examples
    @given(queries, st.data())
    def test_mutated_statements(self, node: Select | Union, data: st.DataObject) -> None:
        """A word lost, doubled or replaced in a good statement."""
        words = Writer(use_ctes=True).statement(node).split(" ")
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(words) - 1))
            words[at : at + 1] = data.draw(st.sampled_from([[], [words[at]] * 2, [data.draw(WORDS)]]))
            words = words or ["SELECT"]
        assert isinstance(analyze(" ".join(words), data.draw(DIALECTS)), SqlLineage)
