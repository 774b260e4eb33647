"""Entry point ``airflow.plugins``: the one Airflow plugin of this package.

It is declared as an entry point only. Declared in the provider metadata as well, it would be met twice, and the task
side of Airflow 3.3 drops every plugin that comes after a repeated name.
"""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from lineage_kit import conf, listener


class LineageKitPlugin(AirflowPlugin):
    """Registers the listener; with ``[lineage_kit] enabled = False`` it registers nothing."""

    name = "lineage_kit"
    listeners: ClassVar[list[Any]] = [listener] if conf.enabled() else []
