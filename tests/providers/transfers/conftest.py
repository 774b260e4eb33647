"""Both ends of transfers: servers on loopback, and stores as others play them."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest
from support.file_servers import ftp_server, sftp_server  # fixtures, found by their names
from support.gcs_bucket import gcs_bucket
from support.s3_bucket import lake

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ftp_server", "gcs_bucket", "lake", "sftp_server"]


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the worker a temporary folder of its own, so that other files of the test are lasting ones."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
