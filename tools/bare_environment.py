"""Make a virtual environment that has everything the running one has, except lineage-kit.

Tests and benchmarks compare with it what the OpenLineage provider does alone. Nothing is downloaded or copied: the
packages are linked, so it takes about a second and serves as long as the running environment is not changed.
"""

from __future__ import annotations

import os
import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path

DISTRIBUTION = "airflow-provider-lineage-kit"


def make_bare_environment(folder: Path) -> Path:
    """Make the environment and return its interpreter.

    Args:
        folder: Where to make it; what is there already is replaced.

    Raises:
        importlib.metadata.PackageNotFoundError: lineage-kit is not installed in the running environment.

    """
    ours = _own_entries()
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(folder)
    paths = {"base": str(folder), "platbase": str(folder)}
    scheme = "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix"  # the name is new in Python 3.11
    for scheme_path in ("purelib", "platlib"):
        target = Path(sysconfig.get_path(scheme_path, scheme, paths))
        for entry in Path(sysconfig.get_path(scheme_path)).iterdir():
            link = target / entry.name
            if entry.name not in ours and not link.exists():
                link.symlink_to(entry)
    return folder / "bin" / "python"


def _own_entries() -> set[str]:
    """Return what lineage-kit has put into site-packages: names of files and of top folders.

    An editable installation has a `.pth` file there, which its list of files names as well.
    """
    files = distribution(DISTRIBUTION).files or []
    return {file.parts[0] for file in files if file.parts[0] != os.pardir}
