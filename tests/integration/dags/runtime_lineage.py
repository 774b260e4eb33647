"""Tasks whose code says while it runs what it reads and writes."""

from __future__ import annotations

from typing import Any

from airflow.models import BaseOperator
from airflow.providers.common.compat.assets import Asset, AssetAlias
from airflow.providers.sqlite.hooks.sqlite import SqliteHook

from lineage_kit import File, Table, add_inputs, add_outputs, lineage

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task

ORDERS = Table("postgres://shop.example:5432", "shop.public.orders", columns=["id", "amount"])


@lineage(inputs=lambda day: File(f"s3://lake/{day}/orders.csv"), outputs=lambda result: [File(result)])
def convert(day: str) -> str:
    """Stand for a helper of a library, which knows nothing of tasks."""
    return f"s3://lake/{day}/orders.parquet"


class LoadHook(SqliteHook):
    """A team's own hook."""

    @lineage(outputs=lambda self, table: Table.from_conn(self.get_conn_id(), table, tags=["loaded"]))
    def load(self, table: str) -> None:
        """Load nothing into a table."""


class LoadOperator(BaseOperator):
    """An operator that leaves it to its hook to say what it writes."""

    def execute(self, context: Any) -> None:
        """Load."""
        LoadHook("warehouse").load(context["params"].get("table", "totals"))


with DAG("runtime_lineage", schedule=None) as dag:

    @task(outlets=[File("s3://lake/declared.csv")])
    def adds() -> None:
        """Say it in the task's own code, and in a function that it calls."""
        add_inputs(ORDERS)
        add_outputs(Table("postgres://shop.example:5432", "shop.public.day_{{ run_id[:6] }}", row_count=3))
        convert("monday")

    adds()

    @task
    @lineage(inputs=lambda number: File(f"/data/{number}.csv"))
    def below(number: int) -> None:
        """Read another file in each mapped instance."""

    below.expand(number=[0, 1])

    @lineage(inputs=ORDERS, outputs=lambda result: [File(path) for path in result["paths"]])
    @task(multiple_outputs=True)
    def above() -> dict[str, Any]:
        """Return what was written."""
        return {"paths": ["/data/a.csv", "/data/b.csv"]}

    above()

    @task(retries=0)
    def fails() -> None:
        """Fail between reading and writing."""
        add_inputs(ORDERS)
        msg = "no"
        raise ValueError(msg)

    fails()

    @task
    def says_nonsense() -> None:
        """Say what is no dataset."""
        add_outputs("s3://lake/nonsense", None, 5)

    says_nonsense()

    LoadOperator(task_id="hook")


with DAG("runtime_assets", schedule=None):

    @task(outlets=[AssetAlias("reports"), Asset("gs://lake/known.csv", extra={"owners": ["team:sales"]})])
    def writes_assets(*, outlet_events: Any = None) -> None:
        """Write an asset that is known only now."""
        outlet_events[AssetAlias("reports")].add(Asset("gs://lake/report.csv"))

    @task(inlets=[AssetAlias("reports")])
    def reads_alias() -> None:
        """Read what was written through the alias."""

    writes_assets() >> reads_alias()
