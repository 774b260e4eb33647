"""A fresh interpreter: what an import brings along can only be seen where nothing has been imported yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

# What follows the marker is the answer; Airflow prints and logs around it.
_MARKER = "answer of the script: "
_PRELUDE = f"""
import json, sys
def answer(value):
    print("\\n{_MARKER}" + json.dumps(value), flush=True)
def loaded(*packages):
    return sorted({{name for name in sys.modules for package in packages if (name + ".").startswith(package + ".")}})
"""


def in_fresh_python(script: str, **environment: str) -> Any:
    """Return what ``script`` passes to ``answer``, run by a new interpreter with the variables added to its own.

    The script can also call ``loaded(*packages)``: the modules of those packages that have been imported.
    """
    done = subprocess.run(
        [sys.executable, "-c", _PRELUDE + script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rpartition(_MARKER)[2])
