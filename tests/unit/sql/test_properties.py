"""Queries made from a model whose lineage is known by construction, written in many ways that mean the same."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage_kit.sql import analyze

if TYPE_CHECKING:
    from collections.abc import Iterator

# Without deadline: the first call imports a grammar. What a call may cost is measured by the benchmarks.
some_examples = settings(max_examples=60, deadline=None)

TABLES = ("orders", "items", "people")
COLUMNS = ("a", "b", "c")

Place = tuple[int, int]
"""A column of a relation in FROM: the index of the relation and that of its column."""


@dataclass(frozen=True)
class Stored:
    """A table of the database."""

    name: str


@dataclass(frozen=True)
class Item:
    """A select item: values of some columns, which another column may decide about.

    `form` is plain (a sum), aggregate, case, window, or scalar (a subquery that `decides` is compared with, hence
    which rows it has).
    """

    parts: tuple[Place, ...]
    form: str = "plain"
    decides: Place = (0, 0)


@dataclass(frozen=True)
class Select:
    """A SELECT over one or two relations; without items it is a star over a single one."""

    relations: tuple[Node, ...]
    items: tuple[Item, ...]
    condition: Place | None = None
    group: Place | None = None


@dataclass(frozen=True)
class SetOperation:
    """UNION ALL, INTERSECT or EXCEPT of two queries with the same number of columns."""

    left: Select
    right: Select
    word: str = "UNION ALL"


Node = Stored | Select | SetOperation
Origins = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Flow:
    """What reaches a column: the columns whose values do, and those that only have an influence."""

    direct: Origins = frozenset()
    indirect: Origins = frozenset()

    def __or__(self, other: Flow) -> Flow:
        """Return what reaches a column that both reach."""
        return Flow(self.direct | other.direct, self.indirect | other.indirect)

    @property
    def all(self) -> Origins:
        """Every column that has to do with it."""
        return self.direct | self.indirect


@dataclass(frozen=True)
class Meaning:
    """What reaches each column of a relation, and what decides about its rows."""

    columns: tuple[Flow, ...]
    rows: Origins = frozenset()


def meaning(node: Node) -> Meaning:
    """Return the lineage of a relation, by the meaning of the model."""
    if isinstance(node, Stored):
        return Meaning(tuple(Flow(frozenset({(node.name, column)})) for column in COLUMNS))
    if isinstance(node, SetOperation):
        left, right = meaning(node.left), meaning(node.right)
        rows = left.rows | right.rows
        if node.word == "EXCEPT":
            return Meaning(left.columns, rows.union(*(flow.all for flow in right.columns)))
        return Meaning(tuple(map(Flow.__or__, left.columns, right.columns)), rows)
    inner = [meaning(relation) for relation in node.relations]
    rows = frozenset().union(*(relation.rows for relation in inner))
    for place in (node.condition, node.group):
        rows |= inner[place[0]].columns[place[1]].all if place else frozenset()
    for item in node.items:
        if item.form == "scalar":
            rows |= _deciding(item, inner) | {("people", "a")}
    if not node.items:
        return Meaning(inner[0].columns, rows)
    return Meaning(tuple(_flow(item, inner) for item in node.items), rows)


def _flow(item: Item, inner: list[Meaning]) -> Flow:
    flow = Flow()
    for i, j in item.parts:
        flow |= inner[i].columns[j]
    if item.form == "scalar":
        return Flow(frozenset({("people", "b")}))
    if item.form in {"case", "window"}:
        return Flow(flow.direct, flow.indirect | _deciding(item, inner))
    return flow


def _deciding(item: Item, inner: list[Meaning]) -> Origins:
    return inner[item.decides[0]].columns[item.decides[1]].all


def width(node: Node) -> int:
    """Return the number of columns of a relation."""
    return len(meaning(node).columns)


@dataclass
class Writer:
    """Writes a model as SQL; the options change the text and not the meaning.

    `alias` begins the aliases, or is all of each where `numbered` is False. `subqueries` stand in FROM as they are
    ("inline"), in one WITH ("with") or each in a WITH of its own that is called like a table ("shadow").
    """

    alias: str = "q"
    subqueries: str = "inline"
    numbers: Iterator[int] = field(default_factory=itertools.count)
    ctes: list[str] = field(default_factory=list)

    def statement(self, node: Node) -> str:
        """Return an INSERT of the query."""
        query = self.query(node)
        ctes = f"WITH {', '.join(self.ctes)} " if self.ctes else ""
        return f"INSERT INTO target ({', '.join(f'x{index}' for index in range(width(node)))}) {ctes}{query}"

    def query(self, node: Node) -> str:
        """Return a query without its WITH."""
        if isinstance(node, SetOperation):
            return f"{self.query(node.left)} {node.word} {self.query(node.right)}"
        if isinstance(node, Stored):
            return f"SELECT a, b, c FROM {node.name}"
        aliases = [f"{self.alias}{next(self.numbers)}" for _ in node.relations]
        names = [
            [f"{alias}.{name}" for name in self.names(relation)]
            for alias, relation in zip(aliases, node.relations, strict=True)
        ]
        relations = [f"{self.relation(node)} AS {alias}" for node, alias in zip(node.relations, aliases, strict=True)]
        items = [f"{self.item(item, names)} AS x{index}" for index, item in enumerate(node.items)] or ["*"]
        sql = f"SELECT {', '.join(items)} FROM {' CROSS JOIN '.join(relations)}"
        if node.condition:
            condition = f"{names[node.condition[0]][node.condition[1]]} > 1"
            sql = f"{sql} WHERE {condition}" if len(aliases) == 1 else self._joined(items, relations, condition)
        return f"{sql} GROUP BY {names[node.group[0]][node.group[1]]}" if node.group else sql

    @staticmethod
    def _joined(items: list[str], relations: list[str], condition: str) -> str:
        return f"SELECT {', '.join(items)} FROM {' JOIN '.join(relations)} ON {condition}"

    def item(self, item: Item, names: list[list[str]]) -> str:
        """Return an expression."""
        value = " + ".join(names[i][j] for i, j in item.parts)
        decides = names[item.decides[0]][item.decides[1]]
        return {
            "plain": value,
            "aggregate": f"max({value})",
            "case": f"CASE WHEN {decides} > 1 THEN {value} ELSE 0 END",
            "window": f"first_value({value}) OVER (PARTITION BY {decides})",
            "scalar": f"(SELECT max(z.b) FROM people AS z WHERE z.a = {decides})",
        }[item.form]

    def relation(self, node: Node) -> str:
        """Return an item of FROM: a table, a subquery, or the name of a common table expression."""
        if isinstance(node, Stored):
            return node.name
        query = self.query(node)
        if self.subqueries == "inline":
            return f"({query})"
        if self.subqueries == "shadow":
            return f"(WITH orders AS ({query}) SELECT * FROM orders)"
        name = f"cte{len(self.ctes)}"
        self.ctes.append(f"{name} AS ({query})")
        return name

    def names(self, node: Node) -> list[str]:
        """Return the column names of a relation."""
        if isinstance(node, Stored):
            return list(COLUMNS)
        if isinstance(node, SetOperation):
            return self.names(node.left)
        return self.names(node.relations[0]) if not node.items else [f"x{index}" for index in range(len(node.items))]


@st.composite
def selects(draw: st.DrawFn, depth: int = 3, columns: int | None = None) -> Select:
    """Return a SELECT whose relations nest up to some depth."""
    relations = tuple(draw(st.lists(nodes(depth - 1), min_size=1, max_size=2)))
    place = st.sampled_from([(i, j) for i, relation in enumerate(relations) for j in range(width(relation))])
    condition = draw(st.none() | place)
    if columns is None and len(relations) == 1 and draw(st.booleans()):
        return Select(relations, (), condition)
    form = st.sampled_from(["plain", "plain", "aggregate", "case", "window", "scalar"])
    item = st.builds(Item, st.lists(place, min_size=1, max_size=2).map(tuple), form, place)
    count = columns or draw(st.integers(1, 3))
    items = tuple(draw(st.lists(item, min_size=count, max_size=count)))
    return Select(relations, items, condition, draw(st.none() | place))


@st.composite
def set_operations(draw: st.DrawFn, depth: int) -> SetOperation:
    """Return a set operation."""
    left = draw(selects(depth))
    right = draw(selects(depth, columns=width(left)))
    return SetOperation(left, right, draw(st.sampled_from(["UNION ALL", "UNION", "INTERSECT", "EXCEPT"])))


def nodes(depth: int) -> st.SearchStrategy[Node]:
    """Return relations that nest up to some depth."""
    stored = st.sampled_from(TABLES).map(Stored)
    return stored if depth <= 0 else st.one_of(stored, selects(depth), set_operations(depth))


queries = st.one_of(selects(), set_operations(2))


def analyzed(sql: str) -> Meaning:
    """Return the lineage that the engine finds, in lower case and in the terms of the model."""
    lineage = analyze(sql, "postgres", schema=dict.fromkeys(TABLES, COLUMNS))
    assert lineage.problems == ()
    flows: dict[str, Flow] = {}
    rows: set[tuple[str, str]] = set()
    for entry in lineage.columns:
        origin = frozenset({(str(entry.source).lower(), entry.source_column.lower())})
        if entry.target_column is None:
            rows |= origin
            continue
        flow = Flow(direct=origin) if entry.type == "DIRECT" else Flow(indirect=origin)
        name = entry.target_column.lower()
        flows[name] = flows.get(name, Flow()) | flow
    count = 1 + max((int(name.removeprefix("x")) for name in flows), default=-1)
    return Meaning(tuple(flows.get(f"x{index}", Flow()) for index in range(count)), frozenset(rows))


class TestModel:
    """Random queries with known lineage."""

    @some_examples
    @given(queries)
    def test_lineage_is_that_of_the_model(self, node: Node) -> None:
        """Exactly the pairs that the model implies, direct and indirect."""
        assert analyzed(Writer().statement(node)) == meaning(node)

    @some_examples
    @given(queries, st.sampled_from(["z", "orders", "Items", "x", "cte", "target"]))
    def test_aliases_do_not_matter(self, node: Node, alias: str) -> None:
        """Not even those that resemble tables and columns."""
        assert analyzed(Writer(alias=alias).statement(node)) == meaning(node)

    @some_examples
    @given(queries, st.sampled_from(["with", "shadow"]))
    def test_a_subquery_may_move_into_a_cte(self, node: Node, subqueries: str) -> None:
        """Also into one that is called like a table, which its own query may read."""
        assert analyzed(Writer(subqueries=subqueries).statement(node)) == meaning(node)

    @some_examples
    @given(queries)
    def test_an_outer_select_changes_nothing(self, node: Node) -> None:
        """SELECT of all columns, by name and by star."""
        by_name = Select((node,), tuple(Item(((0, index),)) for index in range(width(node))))
        for outer in (by_name, Select((node,), ())):
            assert analyzed(Writer().statement(outer)) == meaning(node)

    @some_examples
    @given(queries)
    def test_case_of_unquoted_names_does_not_matter(self, node: Node) -> None:
        """The same in capitals."""
        assert analyzed(Writer().statement(node).upper()) == meaning(node)

    @some_examples
    @given(queries, st.randoms(use_true_random=False))
    def test_blanks_and_comments_do_not_matter(self, node: Node, random: st.Random) -> None:
        """Anywhere between two tokens."""
        between = [" ", "\n\t", " /* people.c, */ ", " -- FROM people\n"]
        tokens = re.findall(r"\w+|\S", Writer(subqueries="with").statement(node))
        assert analyzed("".join(token + random.choice(between) for token in tokens)) == meaning(node)

    @some_examples
    @given(queries)
    def test_result_is_deterministic(self, node: Node) -> None:
        """The same text gives the same result, order included."""
        sql = Writer(subqueries="with").statement(node)
        assert analyze(sql) == analyze(sql)
