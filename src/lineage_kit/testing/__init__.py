"""Helpers for tests of your own DAGs and extractors: what a task tells, without a scheduler around it.

``assert_lineage`` compares what a task tells with what its author expects, ``events_of`` runs a whole DAG and gives
what it emitted, and ``lineage_of`` is for those who want to look for themselves.
"""

from __future__ import annotations

from lineage_kit.testing.asking import extract, lineage_of
from lineage_kit.testing.asserting import assert_lineage
from lineage_kit.testing.dag_runs import events_of
from lineage_kit.testing.events import DagRunEvents, JobEvents
from lineage_kit.testing.stand_in import TaskInstanceStandIn, task_instance_of

__all__ = [
    "DagRunEvents",
    "JobEvents",
    "TaskInstanceStandIn",
    "assert_lineage",
    "events_of",
    "extract",
    "lineage_of",
    "task_instance_of",
]
