"""Tasks of the kinds that every Airflow version has."""

from __future__ import annotations

from datetime import datetime, timezone

from airflow.providers.standard.operators.bash import BashOperator

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


@dag(schedule=None, start_date=datetime(2024, 1, 1, tzinfo=timezone.utc), catchup=False)
def smoke() -> None:
    """Run a @task, a mapped @task and a BashOperator."""

    @task
    def decorated() -> None:
        """Do nothing."""

    @task
    def mapped(number: int) -> int:
        """Return what is given."""
        return number

    decorated()
    mapped.expand(number=[1, 2])
    BashOperator(task_id="bash", bash_command="true")


smoke()
