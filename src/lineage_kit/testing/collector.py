"""What hooks report while a test executes an operator."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from lineage_kit import compat

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hooks_report() -> Iterator[None]:
    """Let hooks report to a collector that is new, and gone afterwards.

    Airflow gives them one that keeps anything only where a plugin reads it. OpenLineage's does, which most tests do not
    configure.
    """
    with ExitStack() as changes:
        try:
            from airflow.sdk import plugins_manager
        except ImportError:  # before Airflow 3.2
            from airflow import plugins_manager
            from airflow.lineage import hook

            plugins_manager.initialize_hook_lineage_readers_plugins()
            changes.enter_context(patch.object(plugins_manager, "hook_lineage_reader_classes", [object]))
            changes.enter_context(patch.object(hook, "_hook_lineage_collector", None))
        else:
            changes.enter_context(patch.object(plugins_manager, "get_hook_lineage_readers_plugins", lambda: [object]))
            compat.reset_hook_lineage_collector()
        try:
            yield
        finally:
            compat.reset_hook_lineage_collector()


def forget_reports() -> None:
    """Forget what hooks have reported in this process, on every release of Airflow."""
    compat.reset_hook_lineage_collector()
    hook = sys.modules.get("airflow.lineage.hook")
    if getattr(hook, "_hook_lineage_collector", None) is not None:  # before Airflow 3.2 it is a module global
        hook._hook_lineage_collector = None  # type: ignore[union-attr] # noqa: SLF001 - as above
