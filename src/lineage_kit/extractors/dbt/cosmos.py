"""Operators of Astronomer Cosmos, which run dbt in many ways; only in the local ones do they tell of datasets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from airflow.providers.openlineage.extractors import OperatorLineage

from lineage_kit.extractors.dbt.calls import DbtCall
from lineage_kit.extractors.dbt.family import texts_of
from lineage_kit.extractors.dbt.outcome import lineage_of_calls
from lineage_kit.extractors.dbt.shell import UNKNOWN
from lineage_kit.extractors.extraction import EventKind
from lineage_kit.extractors.family import correction, family
from lineage_kit.extractors.merge import combine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineage_kit.extractors.extraction import Extraction

#: Options of Cosmos that say what dbt runs, in the order in which it writes them.
_SELECTING = ("select", "exclude", "selector", "models")

#: Facets of one model, test or query, which Cosmos puts onto the task: those of the last that dbt ran.
_OF_ONE = frozenset({"dbt_node", "externalQuery", "jobType", "sql", "tags", "test"})


@family("dbt")
def remote(extraction: Extraction) -> OperatorLineage | None:
    """Operators of Cosmos outside local mode: as ``BashOperator``, from the folder ``[lineage_kit] dbt_artifacts``."""
    return lineage_of_calls(extraction, _calls(extraction))


@correction("dbt")
def local(extraction: Extraction, official: Callable[[], OperatorLineage]) -> OperatorLineage | None:
    """Operators of Cosmos in local and virtualenv mode: what they say of models and tests that succeeded.

    SQL and other facets of a single model are left out where the task ran several. Cosmos keeps nothing of models and
    tests that failed, and removes its folder: on FAIL the folder ``[lineage_kit] dbt_artifacts`` is looked at, where
    the operator's ``callback`` may put the files.
    """
    answer = official()
    # Cosmos keeps its events on the operator, on Airflow 2 on the task instance too.
    owners = (extraction.task, extraction.task_instance)
    completes = next((found for each in owners if (found := getattr(each, "openlineage_events_completes", None))), ())
    if len(completes) > 1:
        for facets in (answer.run_facets, answer.job_facets):
            for name in _OF_ONE & facets.keys():
                del facets[name]
    if extraction.kind is not EventKind.FAIL:
        return answer
    found = lineage_of_calls(extraction, _calls(extraction))
    if found is None:
        return answer
    # The files tell all that Cosmos would, in names that may differ from the integration's.
    return combine([found, OperatorLineage(run_facets=answer.run_facets, job_facets=answer.job_facets)])


def _calls(extraction: Extraction) -> list[DbtCall]:
    """Return the call that the operator makes; of its command line only what says which models run is known."""
    task = extraction.task
    command = next(iter(getattr(task, "base_cmd", ())), None)
    if extraction.kind is EventKind.START or command is None:
        return []
    words = [UNKNOWN, command, UNKNOWN]
    for option in _SELECTING:
        if value := getattr(task, option, None):
            words += [f"--{option}", " ".join(value) if isinstance(value, list) else str(value), UNKNOWN]
    return [DbtCall(command, tuple(words), None, {**os.environ, **texts_of(task.env)}, elsewhere=True)]
