"""Shell commands of workers that call dbt; what finds out what dbt did is imported for those only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("dbt")
def bash(extraction: Extraction) -> OperatorLineage | None:
    """``BashOperator``, ``@task.bash`` whose command calls dbt: all that it read and wrote, and results of its tests.

    It comes from ``manifest.json`` and ``run_results.json`` in dbt's target folder, once dbt has written them for this
    run of the task, on FAIL too. Outputs are the models, seeds and snapshots that dbt wrote, with column lineage from
    their compiled SQL and the rows that the database counted. Inputs are what they read and dbt did not write, and all
    that was tested, with the assertions. Each model, and what was tested, has child events as well.
    """
    task = extraction.task
    command = task.bash_command
    if extraction.kind is EventKind.START or not isinstance(command, str) or "dbt" not in command:
        return None
    from lineage_kit.extractors.dbt.calls import find_calls
    from lineage_kit.extractors.dbt.outcome import lineage_of_calls

    own = texts_of(task.env)
    inherited = {} if task.env is not None and not getattr(task, "append_env", False) else os.environ
    # Without a folder of its own, the command runs in a temporary one that is gone by now.
    return lineage_of_calls(extraction, find_calls(command, task.cwd, {**inherited, **own}))


def texts_of(variables: Any) -> dict[str, str]:
    """Return those variables that have a value."""
    pairs = variables.items() if isinstance(variables, dict) else ()
    return {str(name): str(value) for name, value in pairs if value is not None}
