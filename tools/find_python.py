"""Print the path of an installed Python of a wanted version; exit 1 and say so where there is none.

Usage: find_python.py [VERSION ...]    for example: find_python.py 3.12

The first wanted version that is found wins. Looked at are the names on PATH, the versions of pyenv and those
of uv. Every candidate is run, because a name on PATH may be a shim of a version that is not there. Nothing is
downloaded. This file itself runs on Python 3.8, which may be the default somewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What the package is tested on, the newest first; then what Airflow supports beyond that.
SUPPORTED = ("3.13", "3.12", "3.11", "3.10", "3.14")


def find_python(version: str) -> str | None:
    """Return the path of an interpreter of a version such as "3.12" that can make a virtual environment."""
    return next((path for path in _candidates(version) if path and _serves(path, version)), None)


def _candidates(version: str) -> Iterator[str | None]:
    for name in (f"python{version}", "python3", "python"):
        yield shutil.which(name)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in sorted(pyenv.glob(f"versions/{version}.*"), key=_patch_number, reverse=True):
        yield str(folder / "bin" / "python")
    if shutil.which("uv"):
        yield _output_of(["uv", "python", "find", "--no-python-downloads", "--no-project", "--system", version])


def _serves(path: str, version: str) -> bool:
    # Debian ships Python without ensurepip, which venv needs to install pip; uv needs neither.
    needed = "sys" if shutil.which("uv") else "sys, venv, ensurepip"
    return _output_of([path, "-c", f"import {needed}; print('%d.%d' % sys.version_info[:2])"]) == version


def _output_of(command: Sequence[str]) -> str | None:
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    except OSError:
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def _patch_number(folder: Path) -> int:
    digits = folder.name.rpartition(".")[2]
    return int(digits) if digits.isdigit() else -1


def main(versions: Sequence[str]) -> int:
    """Print the first version found; return the exit code."""
    for version in versions:
        path = find_python(version)
        if path:
            print(path)
            return 0
    print(
        f"no Python {', '.join(versions)} found that can make a virtual environment"
        " (on Debian and Ubuntu: apt-get install python3-venv)",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or SUPPORTED))
