"""Entry point ``airflow.policy``: the earliest moment at which Airflow hands control to a package.

Airflow imports this module inside ``import airflow``, without a guard: whatever raises here stops every Airflow
process. It therefore imports next to nothing and does no work; what must be in place before OpenLineage decides whether
it is enabled starts here and nowhere else.
"""

from __future__ import annotations

from typing import Any

from pluggy import HookimplMarker

from lineage_kit.entries import has_declared

#: As ``airflow.policies.hookimpl``, which nobody needs to import for it.
hookimpl = HookimplMarker("airflow.policy")


@hookimpl
def task_policy(task: Any) -> None:
    """Give Airflow its own entities for declared datasets; called for each task of a DAG that a DagBag loads.

    Raises:
        AirflowClusterPolicyViolation: declared datasets contradict each other; it becomes an import error of the DAG.

    """
    if not has_declared(task):
        return
    from airflow.exceptions import AirflowClusterPolicyViolation

    from lineage_kit import inlets
    from lineage_kit.exceptions import DeclarationError

    try:
        inlets.convert(task)
    except DeclarationError as error:
        raise AirflowClusterPolicyViolation(str(error)) from error
