"""The environment that has everything but lineage-kit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pluggy
import pytest
from bare_environment import DISTRIBUTION, make_bare_environment

LIST = """
import importlib.util, json
from importlib.metadata import distributions
print(json.dumps({
    "distributions": sorted({found.name for found in distributions()}),
    "entry points": sorted({str(ep) for found in distributions() for ep in found.entry_points}),
    "lineage_kit": importlib.util.find_spec("lineage_kit") is not None,
}))
"""


def run(python: str, code: str) -> str:
    """Return what an interpreter prints that looks at nothing but its own environment."""
    return subprocess.run([python, "-I", "-c", code], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the interpreter of an environment made by the tool."""
    return str(make_bare_environment(tmp_path_factory.mktemp("bare")))


@pytest.fixture(scope="module")
def there(bare: str) -> dict[str, Any]:
    """Give what the environment made by the tool contains."""
    found: dict[str, Any] = json.loads(run(bare, LIST))
    return found


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    """Give what the running environment contains."""
    found: dict[str, Any] = json.loads(run(sys.executable, LIST))
    return found


def test_package_cannot_be_imported(there: dict[str, Any], here: dict[str, Any]) -> None:
    """The import system finds no `lineage_kit`, not even a namespace package, where it otherwise finds it."""
    assert here["lineage_kit"]
    assert not there["lineage_kit"]


def test_only_our_distribution_is_missing(there: dict[str, Any], here: dict[str, Any]) -> None:
    """Every other installed distribution is known to `importlib.metadata`."""
    assert set(here["distributions"]) - set(there["distributions"]) == {DISTRIBUTION}
    assert set(there["distributions"]) <= set(here["distributions"])


def test_only_our_entry_points_are_missing(there: dict[str, Any], here: dict[str, Any]) -> None:
    """Airflow is told of every plugin, provider and policy but those of lineage-kit."""
    missing = set(here["entry points"]) - set(there["entry points"])

    assert set(there["entry points"]) <= set(here["entry points"])
    assert missing
    assert all("lineage_kit" in entry_point for entry_point in missing)


def test_modules_are_those_of_the_running_environment(bare: str) -> None:
    """What is imported there is the very file that is imported here."""
    code = "import pluggy; print(pluggy.__file__)"

    assert Path(run(bare, code).strip()).resolve() == Path(pluggy.__file__).resolve()
