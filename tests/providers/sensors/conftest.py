"""What sensors wait for: servers on loopback, and stores as others play them."""

import pytest
from support.file_servers import ftp_server, sftp_server  # fixtures, found by their names
from support.gcs_bucket import gcs_bucket
from support.s3_bucket import lake
from support.xcoms import xcoms

from lineage_kit.testing import TaskInstanceStandIn

__all__ = ["ftp_server", "gcs_bucket", "lake", "sftp_server", "xcoms"]


@pytest.fixture
def skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the task end the way a sensor with `soft_fail` does that has seen nothing in time."""
    monkeypatch.setattr(TaskInstanceStandIn, "state", "skipped", raising=False)
