"""Files that mean nothing once the task is over."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage_kit.datasets.naming import DatasetName


def is_temporary_file(path: str) -> bool:
    """Tell whether the absolute path is in the temporary folder."""
    folder = os.path.realpath(tempfile.gettempdir())
    return os.path.commonpath([folder, os.path.realpath(path)]) == folder


def is_temporary(name: DatasetName) -> bool:
    """Tell whether the dataset is a file in the temporary folder of the worker."""
    return name.namespace == "file" and is_temporary_file(name.name)
