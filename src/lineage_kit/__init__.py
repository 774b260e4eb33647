"""lineage-kit: Airflow tasks that tell the truth about their data.

Importing this package imports nothing else: not Airflow, not OpenLineage, not a SQL parser.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage_kit.datasets.declared.columns import Column
    from lineage_kit.datasets.declared.file import File
    from lineage_kit.datasets.declared.table import Table
    from lineage_kit.declared_mode import use_declared
    from lineage_kit.decorator import lineage
    from lineage_kit.runtime import add_inputs, add_outputs

__version__ = "0.1.0"

__all__ = ["Column", "File", "Table", "add_inputs", "add_outputs", "lineage", "use_declared"]

_HOMES = {
    "Column": "lineage_kit.datasets.declared.columns",
    "File": "lineage_kit.datasets.declared.file",
    "Table": "lineage_kit.datasets.declared.table",
    "add_inputs": "lineage_kit.runtime",
    "add_outputs": "lineage_kit.runtime",
    "lineage": "lineage_kit.decorator",
    "use_declared": "lineage_kit.declared_mode",
}


def __getattr__(name: str) -> Any:
    """Return a public name; its module is imported when it is first asked for."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
