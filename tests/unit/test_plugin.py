"""The Airflow plugin, as a fresh Airflow process loads it."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from support.fresh_python import in_fresh_python

from lineage_kit.provider_info import get_provider_info

OPENLINEAGE = "airflow.providers.openlineage.plugins.listener"

# Airflow 3.2 and later have two plugin managers, the task side's and the server's; earlier releases have one. pluggy
# calls the last of a hook's implementations first.
LOAD = """
import importlib
managers = []
for name in ("airflow.plugins_manager", "airflow.sdk.plugins_manager"):
    try:
        manager = importlib.import_module(name)
    except ImportError:
        continue
    if hasattr(manager, "_get_plugins"):
        plugins, errors = manager._get_plugins()
    else:
        manager.ensure_plugins_loaded()
        plugins, errors = manager.plugins, manager.import_errors
    ours = [module.__name__ for plugin in plugins if plugin.name == "lineage_kit" for module in plugin.listeners]
    managers.append({"names": [plugin.name for plugin in plugins], "listeners": ours, "errors": errors})
try:
    from airflow.sdk.listener import get_listener_manager
except ImportError:
    from airflow.listeners.listener import get_listener_manager
hooks = get_listener_manager().hook
def called(name):
    implementations = getattr(hooks, name).get_hookimpls()[::-1]
    return [getattr(one.plugin, "__name__", type(one.plugin).__module__) for one in implementations]
order = {name: called("on_task_instance_" + name) for name in ("running", "success", "failed")}
answer({"managers": managers, "order": order})
"""


def load(**environment: str) -> dict[str, Any]:
    """Return what a fresh Airflow process with a transport configured knows of plugins and listeners."""
    found: dict[str, Any] = in_fresh_python(LOAD, AIRFLOW__OPENLINEAGE__TRANSPORT='{"type": "console"}', **environment)
    assert found["managers"]
    return found


def order(*listeners: str) -> dict[str, list[str]]:
    """Return the order of calls in which each hook calls these listeners."""
    return {hook: [*listeners] for hook in ("running", "success", "failed")}


def test_is_registered_once() -> None:
    """The plugin is declared in one place, as an entry point."""
    distribution = importlib.metadata.distribution("airflow-provider-lineage-kit")
    entries = [entry for entry in distribution.entry_points if entry.group == "airflow.plugins"]

    assert [(entry.name, entry.value) for entry in entries] == [("lineage_kit", "lineage_kit.plugin:LineageKitPlugin")]
    assert "plugins" not in get_provider_info()


def test_is_loaded() -> None:
    """The plugin loads under a name that no other has, and its listener is called before OpenLineage's."""
    found = load()

    for manager in found["managers"]:
        assert manager["names"].count("lineage_kit") == 1
        assert manager["listeners"] == ["lineage_kit.listener"]
        assert manager["errors"] == {}
    assert found["order"] == order("lineage_kit.listener", OPENLINEAGE)


def test_switched_off() -> None:
    """With `enabled = False` the plugin is there without a listener, and OpenLineage's is alone."""
    found = load(AIRFLOW__LINEAGE_KIT__ENABLED="False")

    for manager in found["managers"]:
        assert "lineage_kit" in manager["names"]
        assert manager["listeners"] == []
    assert found["order"] == order(OPENLINEAGE)
