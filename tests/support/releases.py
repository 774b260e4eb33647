"""What older releases of Airflow and its providers have elsewhere or not at all."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

try:
    from airflow.sdk.exceptions import TaskDeferred
except ImportError:  # before Airflow 3.1
    from airflow.exceptions import TaskDeferred

__all__ = ["TaskDeferred", "import_or_skip", "make_or_skip"]


def import_or_skip(path: str) -> Any:
    """Return what has an import path such as `package.module.Operator`; skip the test where the release lacks it."""
    module, _, name = path.rpartition(".")
    found = getattr(pytest.importorskip(module, exc_type=ImportError), name, None)
    if found is None:
        pytest.skip(f"the installed release of the provider has no {path}")
    return found


def make_or_skip(operator: type, **arguments: Any) -> Any:
    """Return an operator with arguments; skip the test where the release of the operator lacks one of them."""
    known = {name for cls in operator.__mro__ for name in inspect.signature(cls.__init__).parameters}
    if lacking := arguments.keys() - known:
        pytest.skip(f"the installed release of {operator.__name__} has no argument {', '.join(sorted(lacking))}")
    return operator(**arguments)
