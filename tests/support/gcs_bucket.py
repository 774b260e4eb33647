"""Fixture: a bucket of Google Cloud Storage in memory, behind the real hook."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest


class Bucket:
    """What the hook uses of a client and of a bucket, which are one here; `objects` is what is stored."""

    name = "lake"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def bucket(self, *_: Any, **__: Any) -> Bucket:
        """Return the only bucket."""
        return self

    get_bucket = bucket

    def blob(self, blob_name: str, **_: Any) -> _Blob:
        """Return an object, which may not be there yet."""
        return _Blob(self.objects, blob_name)

    def list_blobs(self, prefix: str = "", **_: Any) -> Any:
        """Return the objects with the prefix, as one page."""
        found = [_Blob(self.objects, name) for name in sorted(self.objects) if name.startswith(prefix or "")]
        return _Page(found)


class _Page(list[Any]):
    next_page_token = None
    prefixes = ()


class _Blob(SimpleNamespace):
    def __init__(self, objects: dict[str, bytes], name: str) -> None:
        super().__init__(name=name)
        self._objects = objects

    def upload_from_filename(self, filename: str, **_: Any) -> None:
        self._objects[self.name] = Path(filename).read_bytes()

    def upload_from_string(self, data: bytes, **_: Any) -> None:
        self._objects[self.name] = data

    def download_to_filename(self, filename: str, **_: Any) -> None:
        Path(filename).write_bytes(self._objects[self.name])

    def delete(self, **_: Any) -> None:
        del self._objects[self.name]


@pytest.fixture
def gcs_bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Give the bucket `lake`, behind every connection to Google."""
    from airflow.providers.google.cloud.hooks.gcs import GCSHook

    made = Bucket()
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", "google-cloud-platform://")
    monkeypatch.setattr(GCSHook, "get_conn", lambda _self: made)
    return made
