"""What older releases of Airflow and its providers have elsewhere or not at all."""

from __future__ import annotations

from typing import Any

import pytest

try:
    from airflow.sdk.exceptions import TaskDeferred
except ImportError:  # before Airflow 3.1
    from airflow.exceptions import TaskDeferred

__all__ = ["TaskDeferred", "import_or_skip"]


def import_or_skip(path: str) -> Any:
    """Return what has an import path such as `package.module.Operator`; skip the test where the release lacks it."""
    module, _, name = path.rpartition(".")
    found = getattr(pytest.importorskip(module, exc_type=ImportError), name, None)
    if found is None:
        pytest.skip(f"the installed release of the provider has no {path}")
    return found
