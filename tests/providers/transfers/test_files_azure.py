"""Blobs of Azure to S3: the real operator, a container that answers as the hook does, a mocked S3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.lineage_facts import check_flow, names

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("airflow.providers.microsoft.azure.hooks.wasb")

from airflow.providers.amazon.aws.transfers.azure_blob_to_s3 import AzureBlobStorageToS3Operator
from airflow.providers.microsoft.azure.hooks.wasb import WasbHook

from lineage_kit.testing import TaskInstanceStandIn

pytestmark = pytest.mark.usefixtures("collect")

_CONTAINER = "abfss://landing@acme.dfs.core.windows.net"


@pytest.fixture(autouse=True)
def _blobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", "wasb://acme:secret@")
    monkeypatch.setattr(WasbHook, "get_blobs_list_recursive", lambda *_, **__: ["in/a.csv", "in/b.csv"])
    monkeypatch.setattr(WasbHook, "get_file", lambda *_, file_path, **__: Path(file_path).write_text("1"))


def _task(prefix: str = "in/") -> AzureBlobStorageToS3Operator:
    return AzureBlobStorageToS3Operator(
        task_id="t", container_name="landing", prefix=prefix, dest_s3_key="s3://lake/raw", replace=True
    )


@pytest.mark.usefixtures("lake")
def test_copied_blobs(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object says which blob it was, as the operator returned them."""
    task = _task()

    copied = task.execute({})
    monkeypatch.setattr(TaskInstanceStandIn, "xcom_pull", lambda *_, **__: copied, raising=False)
    found = extract(task)

    check_flow(
        found,
        {
            ("s3://lake", "raw/in/a.csv"): [(_CONTAINER, "in/a.csv")],
            ("s3://lake", "raw/in/b.csv"): [(_CONTAINER, "in/b.csv")],
        },
    )


def test_before_it_runs_the_folders_are_known(extract: Callable[..., Any]) -> None:
    """Which blobs there are is known afterwards."""
    found = extract(_task(), "START")

    assert names(found.inputs) == [(_CONTAINER, "in")]
    assert names(found.outputs) == [("s3://lake", "raw")]
    assert "secret" not in repr(found)


def test_prefix_in_no_folder(extract: Callable[..., Any]) -> None:
    """What begins the names of some blobs of a container is not the container; the event says what is missing."""
    found = extract(_task("orders_"), "START")

    assert (found.inputs, names(found.outputs)) == ([], [("s3://lake", "raw")])
    assert [each.cause for each in found.run_facets["lineageKit_incomplete"].omissions] == ["notAvailable"]


@pytest.mark.parametrize(
    ("connection", "account"),
    [
        ({"login": "acme"}, "acme"),
        ({"host": "https://acme.blob.core.windows.net/", "login": "client"}, "acme"),
        ({"host": "acme.blob.core.windows.net"}, "acme"),
        ({"host": "active-directory-id", "login": "acme"}, "acme"),
        ({"extra": {"connection_string": "BlobEndpoint=x;AccountName=acme;AccountKey=secret"}}, "acme"),
        ({"extra": {"sas_token": "https://acme.blob.core.windows.net/?sig=secret"}}, "acme"),
        ({}, None),
    ],
)
def test_accounts(
    extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], account: str | None
) -> None:
    """The account is found in each place where the hook looks for it."""
    monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", json.dumps({"conn_type": "wasb", **connection}))

    found = extract(_task(), "START")

    assert names(found.inputs) == ([(f"abfss://landing@{account}.dfs.core.windows.net", "in")] if account else [])
    assert "secret" not in repr(found)


def test_names_of_the_provider(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A blob that the provider names without the host of its account has the name that other operators give it."""
    from airflow.providers.google.cloud.transfers.azure_blob_to_gcs import AzureBlobStorageToGCSOperator
    from support.releases import make_or_skip

    monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", "wasb://acme:c2VjcmV0@")
    task = make_or_skip(
        AzureBlobStorageToGCSOperator,
        task_id="t",
        container_name="landing",
        blob_name="in/a.csv",
        bucket_name="lake",
        object_name="raw/a.csv",
        filename="a.csv",
        gzip=False,
        unwrap_single=True,
    )

    found = extract(task, "START")

    assert names(found.inputs) == [(_CONTAINER, "in/a.csv")]
    assert names(found.outputs) == [("gs://lake", "raw/a.csv")]
