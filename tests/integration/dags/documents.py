"""Tasks that say in lineage documents what they did, and what they were told about their run."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator

try:
    from airflow.sdk import dag, get_current_context, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.operators.python import get_current_context

# The name of the output is what the shell was told about its parent.
DOCUMENT = (
    '{\\"lineage_kit\\": {\\"version\\": 1, \\"outputs\\": [{\\"uri\\": \\"s3://lake/$OPENLINEAGE_PARENT_ID\\"}]}}'
)
SAYS = f'echo working; echo "{DOCUMENT}"'


@dag(schedule=None, start_date=datetime(2024, 1, 1, tzinfo=timezone.utc), catchup=False)
def documents() -> None:
    """Say something in every way that a worker alone can serve."""
    BashOperator(task_id="bash", bash_command=SAYS)
    BashOperator(task_id="bash_with_env", bash_command=SAYS, env={"MINE": "1"})
    BashOperator(task_id="bash_fails", bash_command=f'echo "{DOCUMENT}" > "$LINEAGE_KIT_DOCUMENT"; exit 1')
    BashOperator.partial(task_id="mapped").expand(bash_command=[SAYS, SAYS])

    @task.bash
    def decorated_bash() -> str:
        """Return the command."""
        return SAYS

    @task
    def python() -> dict[str, Any]:
        """Return a document beside something else."""
        document = {
            "version": 1,
            "inputs": [{"uri": "/data/in.csv"}],
            "outputs": [{"uri": "/data/out", "row_count": 3}],
        }
        return {"rows": 3, "lineage_kit": document}

    @task
    def python_fails() -> None:
        """Say what was done, and fail then."""
        document = {"version": 1, "inputs": [{"uri": "/data/in.csv"}]}
        get_current_context()["ti"].xcom_push(key="lineage_kit", value=document)
        msg = "after it was said"
        raise ValueError(msg)

    @task
    def python_says_it_wrongly() -> dict[str, Any]:
        """Return what breaks the schema."""
        return {"lineage_kit": {"version": 1, "inputs": [{"url": "/data/in.csv"}]}}

    decorated_bash()
    python()
    python_fails()
    python_says_it_wrongly()


documents()
