"""Declared datasets of one task, checked against each other before it runs."""

from __future__ import annotations

from typing import Any

import pytest

from lineage_kit import Column, File, Table
from lineage_kit.datasets.declared.consistency import check
from lineage_kit.exceptions import DeclarationError

SHOP = "postgres://shop.example.com:5432"
ORDERS = Table(SHOP, "shop.public.orders")


def made_of(source: Any) -> Table:
    """Return a table with a column that is made of one of ``source``."""
    return Table(SHOP, "shop.public.report", columns=[Column("x", from_=source["x"])])


@pytest.mark.parametrize(
    ("read", "source"),
    [
        (Table.from_conn("db", "public.orders"), Table.from_conn("db", "shop.public.orders")),
        (Table.from_conn("db", "shop.public.orders"), ORDERS),
        (ORDERS, Table.from_conn("db", "shop.public.orders")),
        (File("s3a://b/k"), File("s3://b/k")),
        (File("file:///d/k"), File("/d/k")),
        (Table("s3://b", "k"), File("s3://b/k")),
        (File("s3://b/{{ds}}"), File("s3://b/{{ ds }}")),
        (Table(SHOP, "s.p.{{ds}}"), Table(SHOP, "s.p.{{ ds }}")),
        (File("s3://b/folder"), File("s3://b/folder/a.csv")),
        (File("s3://b/folder/a.csv"), File("s3://b/folder")),
        (File("s3://b/"), File("s3://b/a.csv")),
        (ORDERS.with_(symlinks=File("s3://b/k")), File("s3://b/k")),
        (File("s3://b/k"), ORDERS.with_(symlinks=File("s3://b/k"))),
        (File("s3://b/k", symlinks=Table.from_conn("db", "public.orders")), ORDERS),
    ],
)
def test_source_that_may_be_read(read: Any, source: Any) -> None:
    """Two spellings of a dataset, a folder with its files, or what is named when the task runs, is no mistake."""
    check("Task 't'", [read], [made_of(source)])


def test_source_that_is_written_by_the_same_task() -> None:
    """A task may read again what it writes."""
    check("Task 't'", [File("s3://b/k")], [ORDERS, made_of(ORDERS)])


@pytest.mark.parametrize(
    ("read", "source"),
    [
        (File("s3://b/k"), ORDERS),
        (File("s3://b/folder"), File("s3://b/folder2")),
        (Table(SHOP, "shop.public.other"), ORDERS),
    ],
)
def test_source_that_is_not_read(read: Any, source: Any) -> None:
    """Where all names are known, and nothing else can say what the task reads, the mistake is certain."""
    with pytest.raises(DeclarationError, match="which is none of its inlets"):
        check("Task 't'", [read], [made_of(source)])
    check("Task 't'", [read], [made_of(source)], may_read_more=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"columns": ["x", "y"]}, {"columns_from": {"x": File("/in.csv")["x"]}}),
        ({"columns": ["x", "y"]}, {"columns": ["y", "x"]}),
        ({"columns": ["x"]}, {"columns": {"x": "INT"}}),
        ({"columns": {"x": "DECIMAL(10, 2)"}}, {"columns": {"x": "decimal(10,2)"}}),
        ({"columns": [Column("x", description="a")]}, {"columns": [Column("x", description="b")]}),
    ],
)
def test_outlets_that_go_together(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two declarations of one table may each say a part."""
    check("Task 't'", [], [ORDERS.with_(**one), ORDERS.with_(**other)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ORDERS.with_(columns=["x"]), ORDERS.with_(columns=["x", "y"])),
        (ORDERS.with_(columns={"x": "INT"}), ORDERS.with_(columns={"x": "TEXT"})),
        (File("s3://b/k", columns=["x"]), File("s3a://b/k", columns=["y"])),
    ],
)
def test_outlets_that_contradict_each_other(one: Any, other: Any) -> None:
    """A table cannot have two sets of columns, however its name is spelled."""
    with pytest.raises(DeclarationError, match="twice, with different columns"):
        check("Task 't'", [], [one, other])
