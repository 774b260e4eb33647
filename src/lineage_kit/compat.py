"""Everything that differs between releases of Airflow and its providers, and nothing else.

Features are found by looking, not by version numbers. Every import happens inside the function that needs
it.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

#: Events of an alias that are looked at for the assets behind it.
_ALIAS_EVENTS = 100


def extractor_manager() -> ExtractorManager | None:
    """Return the extractor manager of the OpenLineage listener, or None where OpenLineage is off.

    The OpenLineage plugin imports its listener exactly when OpenLineage is enabled, so nothing is
    imported to find out that it is not.
    """
    listener = sys.modules.get("airflow.providers.openlineage.plugins.listener")
    conf = sys.modules.get("airflow.providers.openlineage.conf")
    if listener is None or conf is None or conf.is_disabled():
        return None
    manager: ExtractorManager = listener.get_openlineage_listener().extractor_manager
    return manager


def forks_tasks(component: Any) -> bool:
    """Tell whether ``component``, which a life-cycle hook names, is a scheduler whose tasks are forked from it.

    The job does not know its type yet when the hook is called; the command line does.
    """
    if type(component).__name__ != "Job" or "scheduler" not in sys.argv:
        return False
    from airflow.configuration import conf

    return "LocalExecutor" in conf.get("core", "executor", fallback="")


def default_source_code_enabled() -> bool:
    """Tell whether source code may be sent, on providers that do not say it per task (before 2.19)."""
    from airflow.providers.openlineage import conf

    return bool(conf.is_source_enabled())


def hook_lineage_allowed(task: Any) -> bool:
    """Tell whether the emission policy lets lineage of hooks into the events of ``task`` (provider 2.19 and later)."""
    try:
        from airflow.providers.openlineage.utils.emission_policy import resolve_task_emission_policy
    except ImportError:
        return True
    return bool(resolve_task_emission_policy(operator=task, dag_id=task.dag_id, task_id=task.task_id).hook_lineage)


def base_operator() -> type:
    """Return the class from which all operators and sensors derive."""
    try:
        from airflow.sdk import BaseOperator
    except ImportError:
        from airflow.models.baseoperator import BaseOperator
    operator: type = BaseOperator
    return operator


def base_hook() -> Any:
    """Return the class ``BaseHook``, whose ``get_connection`` asks wherever the process may ask."""
    try:
        from airflow.sdk import BaseHook
    except ImportError:
        from airflow.hooks.base import BaseHook
    return BaseHook


def renders_lineage() -> bool:
    """Tell whether Airflow renders the templates in inlets and outlets by itself; Airflow 3 does not."""
    return hasattr(sys.modules.get("airflow.lineage"), "prepare_lineage")


def current_context() -> Any:
    """Return the context of the task that runs in this process.

    Raises:
        Exception: no task does; of which kind depends on the release.

    """
    try:
        from airflow.sdk import get_current_context
    except ImportError:
        from airflow.operators.python import get_current_context
    return get_current_context()


def running_as(context: Any) -> AbstractContextManager[Any]:
    """Return a context manager whose body is the code of the task of ``context``."""
    try:
        from airflow.sdk.execution_time.context import set_current_context
    except ImportError:
        from airflow.models.taskinstance import set_current_context
    manager: AbstractContextManager[Any] = set_current_context(context)
    return manager


def skip_and_deferral() -> tuple[type[Exception], type[BaseException]]:
    """Return what a task raises to skip itself, and to defer itself."""
    try:
        from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred
    except ImportError:
        from airflow.exceptions import AirflowSkipException, TaskDeferred
    return AirflowSkipException, TaskDeferred


def template_accessors() -> dict[str, Any]:
    """Return what templates look things up with, as far as it is the same for all tasks."""
    try:
        from airflow.sdk.execution_time.context import (
            ConnectionAccessor,
            MacrosAccessor,
            OutletEventAccessors,
            VariableAccessor,
        )

        macros: Any = MacrosAccessor()
    except ImportError:
        from airflow import macros  # type: ignore[no-redef]
        from airflow.utils.context import ConnectionAccessor, OutletEventAccessors, VariableAccessor
    return {
        "conn": ConnectionAccessor(),
        "macros": macros,
        "outlet_events": OutletEventAccessors(),
        "var": {kind: VariableAccessor(deserialize_json=kind == "json") for kind in ("json", "value")},
    }


@cache
def _collector_getter() -> Callable[[], Any]:
    """Return Airflow's own accessor of the collector: a cached function from 3.2 on, a module global before."""
    try:
        from airflow.sdk.lineage import get_hook_lineage_collector
    except ImportError:
        from airflow.lineage.hook import get_hook_lineage_collector
    getter: Callable[[], Any] = get_hook_lineage_collector
    return getter


def _collector_exists() -> bool:
    """Tell whether a hook has asked for the collector in this process.

    Creating it only to find it empty imports the asset handlers of every installed provider, which takes
    seconds.
    """
    module = sys.modules.get("airflow.sdk.lineage") or sys.modules.get("airflow.lineage.hook")
    if module is None:
        return False
    cache_info = getattr(module.get_hook_lineage_collector, "cache_info", None)
    if cache_info is not None:
        return bool(cache_info().currsize)
    return getattr(module, "_hook_lineage_collector", True) is not None


def hook_lineage_collector() -> Any | None:
    """Return the collector of hook lineage, or None where no hook of this process has used it."""
    if not _collector_exists():
        return None
    from airflow.providers.common.compat.lineage.hook import get_hook_lineage_collector

    collector = get_hook_lineage_collector()
    return collector if hasattr(collector, "has_collected") else None


def reset_hook_lineage_collector() -> None:
    """Give the next task of this process a collector of its own; Airflow before 3.2 offers no way."""
    cache_clear = getattr(_collector_getter(), "cache_clear", None)
    if cache_clear is not None and _collector_exists():
        cache_clear()


def collected_extra() -> frozenset[str]:
    """Return the ids of what the collector keeps beside assets; none where the release keeps nothing else."""
    return frozenset(_collector_entries("_extra"))


def drop_collected_extra(*, but: frozenset[str]) -> None:
    """Take entries other than assets out of the collector again.

    Airflow has no public way for that. Where the collector is not made as expected, everything stays in it.

    Args:
        but: the ids of those that stay.

    """
    for name in ("_extra", "_extra_counts"):
        entries = _collector_entries(name)
        for key in [key for key in list(entries) if key not in but]:
            entries.pop(key, None)


def _collector_entries(name: str) -> dict[str, Any]:
    """Return what the collector keeps in an attribute of its own; Airflow before 3.2 may have none of that name."""
    entries = getattr(hook_lineage_collector(), name, None)
    return entries if isinstance(entries, dict) else {}


def sql_hook_lineage_key() -> str | None:
    """Return the key under which hooks report SQL, or None where the installed common-sql cannot (1.27 for one)."""
    try:
        from airflow.providers.common.sql.hooks.lineage import SqlJobHookLineageExtra
    except ImportError:
        return None
    return str(SqlJobHookLineageExtra.KEY.value)


def max_collected_assets() -> int | None:
    """Return how many assets of a kind the collector keeps, or None where the release has no such limit."""
    return _collector_limit("MAX_COLLECTED_ASSETS")


def max_collected_extra() -> int | None:
    """Return how many SQL reports the collector keeps, or None where the release has no such limit."""
    return _collector_limit("MAX_COLLECTED_EXTRA")


def _collector_limit(name: str) -> int | None:
    limit = getattr(sys.modules.get(_collector_getter().__module__), name, None)
    return limit if isinstance(limit, int) else None


def provider_hook_lineage(manager: ExtractorManager, task_instance: Any, state: Any) -> OperatorLineage | None:
    """Ask the OpenLineage provider for hook lineage; from release 2.11 on that also sends child events for SQL."""
    import inspect

    if "task_instance" in inspect.signature(manager.get_hook_lineage).parameters:
        lineage: OperatorLineage | None = manager.get_hook_lineage(task_instance, state)
        return lineage
    from airflow.providers.openlineage.extractors import OperatorLineage

    found = manager.get_hook_lineage()
    return OperatorLineage(inputs=found[0], outputs=found[1]) if found else None


def translate_asset(asset: Any, context: Any) -> Any | None:
    """Return the OpenLineage dataset of an Airflow asset, or None where no installed provider knows its scheme."""
    from airflow.providers.common.compat.openlineage.utils.utils import translate_airflow_asset

    return translate_airflow_asset(asset, context)


def dag_bag(path: str) -> Any:
    """Return the DAGs of a file or folder, and nothing of Airflow's own examples."""
    import inspect

    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
    # Releases that do not ask load no examples here.
    asks = "include_examples" in inspect.signature(DagBag).parameters
    return DagBag(path, **({"include_examples": False} if asks else {}))


def emits_events(task: Any) -> bool:
    """Tell whether the user's settings let the OpenLineage provider send events of ``task``."""
    try:
        from airflow.providers.openlineage.utils.emission_policy import resolve_task_emission_policy
    except ImportError:
        from airflow.providers.openlineage.utils.utils import is_operator_disabled, is_selective_lineage_enabled

        return bool(not is_operator_disabled(task) and is_selective_lineage_enabled(task))
    return bool(resolve_task_emission_policy(operator=task, dag_id=task.dag_id, task_id=task.task_id).emit)


def ancestors(task_instance: Any) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return namespace, job and run id of a task as the parent of what it starts, and of the root above."""
    from airflow.providers.openlineage.plugins import macros

    # Earlier releases take no root from the configuration of the DAG run.
    root_namespace = getattr(macros, "lineage_root_job_namespace", None)
    namespace: str = macros.lineage_job_namespace()
    return (
        (namespace, macros.lineage_job_name(task_instance), macros.lineage_run_id(task_instance)),
        (
            root_namespace(task_instance) if root_namespace else namespace,
            macros.lineage_root_job_name(task_instance),
            macros.lineage_root_run_id(task_instance),
        ),
    )


def unknown_source_attribute(task: Any) -> dict[str, Any]:
    """Return the run facet that the OpenLineage provider sends for operators that it does not know."""
    from airflow.providers.openlineage.utils.utils import get_unknown_source_attribute_run_facet

    facets: dict[str, Any] = get_unknown_source_attribute_run_facet(task=task)
    return facets


def provider_declared(manager: ExtractorManager, task: Any, task_instance: Any) -> OperatorLineage:
    """Return the inlets and outlets as the OpenLineage provider converts them; newer releases add runtime outlets."""
    import inspect

    from airflow.providers.openlineage.extractors import OperatorLineage

    lineage = OperatorLineage()
    extra = {"task_instance": task_instance}
    wanted = inspect.signature(manager.extract_inlets_and_outlets).parameters
    manager.extract_inlets_and_outlets(lineage, task, **{name: extra[name] for name in extra if name in wanted})
    return lineage


def runtime_outlets(task_instance: Any) -> list[Any]:
    """Return the assets that the task added to its outlets while it ran (provider 2.16 and later)."""
    try:
        from airflow.providers.openlineage.utils.utils import get_runtime_outlet_assets
    except ImportError:
        return []
    return [asset for asset, _alias in get_runtime_outlet_assets(task_instance)]


def assets_behind(alias: Any, context: Any) -> list[Any]:
    """Return the assets of the latest events of an alias among the inlets.

    Releases whose accessor has no limit would fetch every event that there ever was; they are not asked.
    """
    try:
        from airflow.sdk.execution_time.context import InletEventsAccessor
    except ImportError:
        return []
    if not hasattr(InletEventsAccessor, "limit"):
        return []
    latest = context["inlet_events"][alias].ascending(False).limit(_ALIAS_EVENTS)
    return list({event.asset.uri: event.asset for event in latest}.values())


def redacted(value: Any) -> Any:
    """Return ``value`` with the secrets that Airflow knows masked, and with what has a name like ``password``."""
    try:
        from airflow.sdk._shared.secrets_masker import redact
    except ImportError:
        try:
            from airflow.sdk.execution_time.secrets_masker import redact
        except ImportError:
            from airflow.utils.log.secrets_masker import redact
    return redact(value)
