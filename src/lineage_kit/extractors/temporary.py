"""Files that mean nothing once the task is over."""

from __future__ import annotations

import os
import tempfile


def is_temporary_file(path: str) -> bool:
    """Tell whether the absolute path is in the temporary folder."""
    folder = os.path.realpath(tempfile.gettempdir())
    return os.path.commonpath([folder, os.path.realpath(path)]) == folder
