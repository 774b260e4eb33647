"""What all tests share: an environment without the developer's own settings, and PostgreSQL on demand.

Nothing here imports Airflow: tests of pure modules stay fast, and Airflow meets the environment made below.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from support.postgres import PostgresDatabase, PostgresUnavailableError, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_home = pytest.StashKey[str]()
# What a developer's shell may hold and what would change the outcome of a test.
_FOREIGN_PREFIXES = ("AIRFLOW_", "OPENLINEAGE_", "OTEL_", "LINEAGE_KIT_")
_WANTED = {"LINEAGE_KIT_TEST_POSTGRES", "LINEAGE_KIT_TEST_DBT"}


def pytest_configure(config: pytest.Config) -> None:
    """Give Airflow a home of its own before any test module can import it."""
    for name in [name for name in os.environ if name.startswith(_FOREIGN_PREFIXES) and name not in _WANTED]:
        del os.environ[name]
    config.stash[_home] = tempfile.mkdtemp(prefix="lineage-kit-home-")
    os.environ["AIRFLOW_HOME"] = config.stash[_home]
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    # A cancelled CI job sends SIGTERM, which would end pytest and leave the servers of fixtures running.
    signal.signal(signal.SIGTERM, _interrupt)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove Airflow's home."""
    shutil.rmtree(config.stash[_home], ignore_errors=True)


def _interrupt(signum: int, _frame: FrameType | None) -> None:
    msg = f"signal {signum}"
    raise KeyboardInterrupt(msg)


@pytest.fixture(scope="session")
def postgres_or_reason() -> Iterator[PostgresDatabase | str]:
    """Give the maintenance database of a PostgreSQL server, or the reason why there is none."""
    with ExitStack() as stack:
        found: PostgresDatabase | str
        try:
            found = stack.enter_context(postgres_server())
        except PostgresUnavailableError as error:
            found = str(error)
        yield found


@pytest.fixture(scope="session")
def postgres(postgres_or_reason: PostgresDatabase | str) -> PostgresDatabase:
    """Give the maintenance database of a server; `create_database` makes a fresh one for each consumer."""
    if isinstance(postgres_or_reason, str):
        pytest.skip(postgres_or_reason)
    return postgres_or_reason
