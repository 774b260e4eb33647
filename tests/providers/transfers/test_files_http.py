"""Answers of servers to objects: real operators, a web server on loopback, a mocked S3, a bucket in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.transfers.google_api_to_s3 import GoogleApiToS3Operator
from airflow.providers.amazon.aws.transfers.http_to_s3 import HttpToS3Operator
from airflow.providers.google.common.hooks.discovery_api import GoogleDiscoveryApiHook
from support.lineage_facts import names
from support.web_server import serve_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.gcs_bucket import Bucket

pytestmark = pytest.mark.usefixtures("collect")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of a web server, known to Airflow as connection `web`."""
    with serve_http() as port:
        connection = {
            "conn_type": "http",
            "host": "localhost",
            "port": port,
            "login": "pipeline",
            "password": "secret-1",
        }
        monkeypatch.setenv("AIRFLOW_CONN_WEB", json.dumps(connection))
        yield f"http://localhost:{port}"


class TestHttp:
    """``HttpToS3Operator`` and ``HttpToGCSOperator``."""

    def test_to_s3(self, extract: Callable[..., Any], web: str, lake: Any) -> None:
        """The address has neither query nor credentials."""
        task = HttpToS3Operator(
            task_id="t",
            http_conn_id="web",
            endpoint="v1/orders?api_key=secret-2",
            data={"token": "secret-3"},
            s3_bucket="lake",
            s3_key="raw/orders.json",
        )

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert lake.get_object(Bucket="lake", Key="raw/orders.json")["Body"].read() == b"[]"
        assert names(found.inputs) == names(before.inputs) == [(web, "v1/orders")]
        assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/orders.json")]
        assert "secret" not in repr(found)

    def test_to_gcs(self, extract: Callable[..., Any], web: str, gcs_bucket: Bucket) -> None:
        """The other store has the same source; older releases of the Google provider have no such operator."""
        module = pytest.importorskip("airflow.providers.google.cloud.transfers.http_to_gcs")
        task = module.HttpToGCSOperator(
            task_id="t", http_conn_id="web", endpoint="/v1/orders", bucket_name="lake", object_name="raw/orders.json"
        )

        task.execute({})
        found = extract(task)

        assert gcs_bucket.objects == {"raw/orders.json": b"[]"}
        assert names(found.inputs) == [(web, "v1/orders")]
        assert names(found.outputs) == [("gs://lake", "raw/orders.json")]

    @pytest.mark.usefixtures("web")
    def test_bucket_of_the_connection(
        self, extract: Callable[..., Any], lake: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bucket that only the connection names is known once the hook has reported the object."""
        settings = {"conn_type": "aws", "extra": {"service_config": {"s3": {"bucket_name": "lake"}}}}
        monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(settings))
        task = HttpToS3Operator(task_id="t", http_conn_id="web", endpoint="v1/orders", s3_key="raw/orders.json")

        task.execute({})
        found = extract(task)
        before = extract(task, "START")

        assert lake.head_object(Bucket="lake", Key="raw/orders.json")
        assert before.outputs == []
        assert names(found.outputs) == [("s3://lake", "raw/orders.json")]

    @pytest.mark.parametrize(
        ("connection", "endpoint", "source"),
        [
            ({"host": "api.example.com", "schema": "https"}, "/v1", ("https://api.example.com", "v1")),
            ({"host": "https://api.example.com/base/"}, "v1", ("https://api.example.com", "base/v1")),
            ({"host": "https://user:secret@api.example.com"}, "v1", ("https://api.example.com", "v1")),
            ({"host": "api.example.com", "port": 8080}, None, ("http://api.example.com:8080", "/")),
            ({}, "api.example.com/v1", ("http://api.example.com", "v1")),
        ],
    )
    def test_addresses(
        self,
        extract: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch,
        connection: dict[str, Any],
        endpoint: str | None,
        source: tuple[str, str],
    ) -> None:
        """The address is put together as the hook does it, without a request."""
        monkeypatch.setenv("AIRFLOW_CONN_WEB", json.dumps({"conn_type": "http", **connection}))
        task = HttpToS3Operator(task_id="t", http_conn_id="web", endpoint=endpoint, s3_key="s3://lake/x")

        found = extract(task, "START")

        assert names(found.inputs) == [source]
        assert "secret" not in repr(found)

    def test_unknown_connection(self, extract: Callable[..., Any]) -> None:
        """Where the connection cannot be looked up, the object is told."""
        task = HttpToS3Operator(task_id="t", http_conn_id="nowhere", endpoint="v1", s3_key="s3://lake/x")

        found = extract(task, "START")

        assert found.inputs == []
        assert names(found.outputs) == [("s3://lake", "x")]


def test_google_api(extract: Callable[..., Any], lake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source is the method of the API; its parameters stay out."""
    answer = {"items": [{"id": "1"}]}
    monkeypatch.setattr(GoogleDiscoveryApiHook, "__init__", lambda *_, **__: None)
    monkeypatch.setattr(GoogleDiscoveryApiHook, "query", lambda *_, **__: answer)
    task = GoogleApiToS3Operator(
        task_id="t",
        google_api_service_name="youtube",
        google_api_service_version="v3",
        google_api_endpoint_path="youtube.videos.list",
        google_api_endpoint_params={"key": "secret"},
        s3_destination_key="s3://lake/raw/videos.json",
    )

    task.execute({})
    found = extract(task)
    before = extract(task, "START")

    assert json.loads(lake.get_object(Bucket="lake", Key="raw/videos.json")["Body"].read()) == answer
    assert names(found.inputs) == names(before.inputs) == [("googleapis://youtube", "v3/youtube.videos.list")]
    assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/videos.json")]
    assert "secret" not in repr(found)
