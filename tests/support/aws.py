"""AWS without AWS: credentials that mean nothing, a mocked service, and what operators want of their context."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - pytest looks the annotation of a fixture up
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

REGION = "eu-west-1"
SECRET = "secret-of-the-test"  # noqa: S105 - it opens nothing


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mock AWS, in the region that boto3 is set to; connections are those of boto3."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


def context() -> dict[str, Any]:
    """Return the context of a task instance that forgets what is pushed."""
    task_instance = SimpleNamespace(
        xcom_push=lambda **_: None,
        stats_tags={},
        try_number=1,
        dag_id="dag",
        task_id="t",
        run_id="run",
        map_index=-1,
    )
    return {"ti": task_instance}


def links(dataset: Any) -> list[tuple[str, str, str]]:
    """Return the other names of a dataset: type, namespace and name."""
    facet = (dataset.facets or {}).get("symlinks")
    return [(each.type, each.namespace, each.name) for each in facet.identifiers] if facet else []
