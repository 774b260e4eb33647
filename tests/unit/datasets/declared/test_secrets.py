"""What may be secret in addresses that authors write, and that Airflow would store."""

from __future__ import annotations

from typing import Any

import pytest

from lineage_kit import File, Table
from lineage_kit.exceptions import DeclarationError

SHOP = "postgres://shop.example.com:5432"


@pytest.mark.parametrize(
    "dataset",
    [
        File("https://h/x?sig=HUSH"),
        File("https://u:HU/SH@h/x"),
        File("wasbs://box@account.blob.core.windows.net/x?sv=1&sig=HUSH"),
        File("s3://b/k?X-Amz-Date=1&X-Amz-Signature=HUSH"),
        Table(SHOP, "s.p.o", links=["https://u:HUSH@w/?tok=HUSH"]),
    ],
    ids=repr,
)
def test_is_left_out(dataset: Any) -> None:
    """What is told and shown of a dataset has no secret in it."""
    assert "HUSH" not in f"{dataset!r} {dataset.told()}".replace("/", "")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("postgres://u:HUSH@h:5432/db?password=HUSH", "postgres://h:5432/db"),
        ("postgres://u:HU/SH@h/db", "postgres://h/db"),
        ("postgres://h/db?password=HUSH", "postgres://h/db"),
        ("postgres://u:HU?SH@h/db", "postgres://h/db"),
        ("postgres://h?user=u@w.net&password=HUSH", "postgres://h"),
        ("jdbc:sqlserver://h:1433;databaseName=shop;user=u@w.net;password=HUSH", "jdbc:sqlserver://h:1433"),
        ("jdbc:redshift:iam://h:5439/dev?pwd=HUSH", "jdbc:redshift:iam://h:5439/dev"),
        ("mongodb://u:HUSH@h1:27017,h2:27017/shop", "mongodb://h1:27017,h2:27017/shop"),
        ("postgres://{{ var.value.login }}@h:{{ params.port }}/db", "postgres://h:{{ params.port }}/db"),
        ("abfss://box@account.dfs.core.windows.net", "abfss://box@account.dfs.core.windows.net"),
        ("s3://lake/ds=1", "s3://lake/ds=1"),
        ("sqlite:///data/x.db?key=HUSH", "sqlite:///data/x.db"),
        ("spanner://project:instance", "spanner://project:instance"),
        ("arn:aws:glue:eu-west-1:123456789012", "arn:aws:glue:eu-west-1:123456789012"),
        ("{{ params.source }}", "{{ params.source }}"),
    ],
)
def test_source(source: str, told: str) -> None:
    """Of the address of a system stays where it is; options of drivers go."""
    assert Table(SHOP, "s.p.o", source=source).told()["source"] == told


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table(SHOP, "s.p.o", source="host=h dbname=db password=HUSH"),
        lambda: Table(SHOP, "s.p.o", source="Driver={x};Server=h;PWD=HUSH"),
        lambda: Table(SHOP, "s.p.o", source="u:HUSH@h"),
        lambda: Table(SHOP, "s.p.o", source="jdbc:oracle:thin:u/HUSH@//h:1521/x"),
        lambda: Table(SHOP, "s.p.o", source="jdbc:teradata://h/USER=u,PASSWORD=HUSH"),
        lambda: Table(SHOP, "s.p.o", symlinks=[("postgres://u:HUSH@h:5432", "a.b.c")]),
        lambda: Table(SHOP, "s.p.o", symlinks=["postgres://u:HUSH@h:5432"]),
        lambda: Table.from_conn("postgresql://u:HUSH@h/db", "public.orders"),
        lambda: Table.from_conn("host=h password=HUSH", "public.orders"),
        lambda: Table("postgres://u:HUSH@h:5432", "a.b.c"),
        lambda: Table("x://u;password=HUSH", "a.b.c"),
        lambda: Table("sqlite:///x.db?key=HUSH", "orders"),
        lambda: Table("s3://b", "k?X-Amz-Signature=HUSH"),
        lambda: Table.sqlite(path="/x.db?key=HUSH", name="orders"),
        lambda: File("u:HUSH@h/x"),
        lambda: File("h;password=HUSH"),
        lambda: File.http("ftp://u:HUSH@h/x?sig=HUSH"),
    ],
)
def test_is_refused_without_a_quotation(make: Any) -> None:
    """What is no address, or no name, is refused, and not repeated in the message."""
    with pytest.raises(DeclarationError) as refused:
        make()

    assert "HUSH" not in str(refused.value)
