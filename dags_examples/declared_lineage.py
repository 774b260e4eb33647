"""A small shop: lineage that its author declares, where nobody else can see it.

Raw orders come as a file, are loaded into a table, summed up by SQL, and exported. What SQL does is found by itself;
what Python and Bash do is declared, before the run or while it goes on.

It runs anywhere with one SQLite connection, `shop_db`, with the path of a database file as its host. The files are
written into the folder of that database.
"""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator

from lineage_kit import Column, File, Table, add_inputs, add_outputs, lineage, use_declared

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task


@dataclass
class RawOrder:
    """A line of the file that the shop sends."""

    id: int
    customer: str
    price: float
    pieces: int


# A file, whose address is known when the task runs. Its columns are those of a class that the code has anyway.
RAW = File(
    "file://{{ conn.shop_db.host.rpartition('/')[0] }}/orders-{{ ds }}.csv",
    columns=RawOrder,
    description="What the shop has sold on {{ ds }}",
    owners="team:shop",
    partition={"day": "{{ ds }}"},
    row_count=3,
)

# A table, named as SQL tasks on the connection name it: to them it is the same dataset.
ORDERS = Table.from_conn(
    "shop_db",
    "orders",
    columns=[
        Column("day", "TEXT", "when it was sold", tags=["partition"]),
        Column("id", "INTEGER", "the shop's number", tags=["pk"], from_=RAW["id"]),
        Column("customer", "TEXT", tags={"pii": "name"}, from_=RAW["customer"], transformation="SHA-256", masking=True),
        Column("amount", "REAL", from_=[RAW["price"], RAW["pieces"]], transformation="price * pieces"),
    ],
    description="One row for each order",
    owners={"team:sales": "OWNER", "user:jdoe": "MAINTAINER"},
    tags={"tier": "gold"},
    links=["https://wiki.example.com/orders"],
    source="sqlite://{{ conn.shop_db.host }}",
    symlinks=[Table.glue(region="eu-west-1", account="123456789012", database="shop", name="orders")],
    extra={"retention_days": 400},
)

# What SQL measures and what its author says are one dataset in the end.
REVENUE = Table.from_conn(
    "shop_db", "revenue", columns="day TEXT, revenue REAL", owners=["team:finance"], tags=["report"]
)

# Tables of other systems, from the words that these use. Columns that keep their name are mapped in one call.
CUSTOMERS = Table.snowflake(
    account="acme-prod",
    database="SHOP",
    schema="PUBLIC",
    name="CUSTOMERS",
    columns_from={**ORDERS.columns_named("customer"), "SPENT": ORDERS["amount"]},
)
DASHBOARD = Table.bigquery(project="acme", dataset="web", name="revenue", columns_from=REVENUE.columns_named())
EVENTS = File.kafka("broker.example.com:9092", "exports")

CREATE_ORDERS = "CREATE TABLE IF NOT EXISTS orders (day TEXT, id INTEGER, customer TEXT, amount REAL)"
SUM_UP = """
    DROP TABLE IF EXISTS revenue;
    CREATE TABLE revenue AS SELECT day, SUM(amount) AS revenue FROM orders GROUP BY day;
"""


def folder() -> Path:
    """Return where the files are."""
    return Path(SqliteHook.get_connection("shop_db").host).parent


def amount(line: dict[str, str]) -> float:
    """Return what was paid."""
    return float(line["price"]) * int(line["pieces"])


# A helper that knows nothing of tasks says with every call what it writes: here the file that it returns.
@lineage(outputs=lambda result: File(str(result)))
def write_csv(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    """Write rows into a file."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


with DAG("declared_lineage", schedule=None) as dag:

    @task(outlets=RAW)
    def receive(ds: str | None = None) -> None:
        """Stand for what the shop sends; nothing of it can be seen but what is declared."""
        lines = ["id,customer,price,pieces", "1,Ada,10.0,2", "2,Grace,5.0,1", "3,Ada,2.5,4"]
        (folder() / f"orders-{ds}.csv").write_text("\n".join(lines))

    create = SQLExecuteQueryOperator(task_id="create", conn_id="shop_db", sql=CREATE_ORDERS)

    # What is known only now is added to what was declared before: it is the same dataset.
    @task(inlets=[RAW], outlets=[ORDERS.with_(partition={"day": "{{ ds }}"})])
    def load(ds: str | None = None) -> None:
        """Load the file of a day in a way that no parser of SQL could read."""
        with (folder() / f"orders-{ds}.csv").open(newline="") as file:
            rows = [(ds, each["id"], each["customer"], amount(each)) for each in csv.DictReader(file)]
        database = sqlite3.connect(SqliteHook.get_connection("shop_db").host)
        with database:
            database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
        database.close()
        add_outputs(ORDERS.with_(row_count=len(rows)))

    sum_up = SQLExecuteQueryOperator(
        task_id="sum_up", conn_id="shop_db", sql=SUM_UP, split_statements=True, outlets=[REVENUE]
    )

    # Each mapped instance writes the file that is named by its own argument.
    check = BashOperator.partial(
        task_id="check", inlets=[ORDERS], outlets=[File("/var/log/shop/{{ task.env['CHECK'] }}.log")]
    ).expand(env=[{"CHECK": "prices"}, {"CHECK": "names"}], bash_command=["true"])

    @task
    def export() -> None:
        """Say while it runs what it reads and writes."""
        rows = SqliteHook("shop_db").get_records("SELECT day, revenue FROM revenue")
        add_inputs(REVENUE)
        for day, _ in rows:
            add_outputs(EVENTS)
            write_csv(folder() / f"revenue-{day}.csv", rows)

    # Other systems take the tables over by themselves; a task stands for that.
    publish = EmptyOperator(task_id="publish", inlets=[ORDERS, REVENUE], outlets=[CUSTOMERS, DASHBOARD])

    # It reads the file of settings too, which is nobody's business: only what is declared counts for its inputs.
    clean = BashOperator(task_id="clean", bash_command="true", inlets=[RAW])
    use_declared(clean, "override")

    [receive(), create] >> load() >> sum_up >> [export(), publish, clean]
    sum_up >> check
