"""Objects of a store to tables of Trino, Presto, Hive and Teradata: real operators and hooks, nothing behind them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.apache.hive.transfers.s3_to_hive import S3ToHiveOperator
from airflow.providers.google.cloud.hooks.gcs import GCSHook
from airflow.providers.presto.hooks.presto import PrestoHook
from airflow.providers.presto.transfers.gcs_to_presto import GCSToPrestoOperator
from airflow.providers.teradata.hooks.teradata import TeradataHook
from airflow.providers.teradata.transfers.s3_to_teradata import S3ToTeradataOperator
from airflow.providers.trino.hooks.trino import TrinoHook
from airflow.providers.trino.transfers.gcs_to_trino import GCSToTrinoOperator
from support.lineage_facts import counted, names, row_count
from support.scripted_database import ScriptedDatabase

from lineage_kit.extractors.transfers.files_to_sql import teradata_location

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def _connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for hook in (PrestoHook, TrinoHook, TeradataHook):
        monkeypatch.setattr(hook, "get_conn", lambda _self: ScriptedDatabase())
    monkeypatch.setenv("AIRFLOW_CONN_PRESTO", "presto://me@db.example:8080/shop?catalog=lake")
    monkeypatch.setenv("AIRFLOW_CONN_TRINO", "trino://me@db.example:8080/shop?catalog=lake")
    monkeypatch.setenv("AIRFLOW_CONN_TERADATA", "teradata://me:secret@db.example:1025/shop")
    monkeypatch.setenv("AIRFLOW_CONN_HIVE", "hive-cli://db.example:10000/shop?use_beeline=true")
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", "google-cloud-platform://")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTING")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def _download(_hook: GCSHook, *, bucket_name: str, object_name: str, filename: str) -> str:
    Path(filename).write_text(f"{bucket_name},{object_name}\n1,2\n")
    return filename


@pytest.mark.parametrize("event", ["START", "COMPLETE"])
@pytest.mark.parametrize(
    ("operator", "arguments", "namespace"),
    [
        (GCSToTrinoOperator, {"trino_table": "orders", "trino_conn_id": "trino"}, "trino://db.example:8080"),
        (GCSToPrestoOperator, {"presto_table": "orders", "presto_conn_id": "presto"}, "presto://db.example:8080"),
    ],
)
@pytest.mark.usefixtures("collect")
def test_from_gcs(  # noqa: PLR0913, PLR0917 - what the cases differ in
    extract: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    operator: Any,
    arguments: dict[str, str],
    namespace: str,
    event: str,
) -> None:
    """The object, not the temporary copy, is the input; the rows inserted are counted."""
    monkeypatch.setattr(GCSHook, "download", _download)
    task = operator(task_id="t", source_bucket="lake", source_object="in/orders.csv", **arguments)

    if event == "COMPLETE":
        task.execute({})
    found = extract(task, event)

    assert names(found.inputs) == [("gs://lake", "in/orders.csv")]
    assert names(found.outputs) == [(namespace, "lake.shop.orders")]
    assert row_count(found.outputs[0]) == (counted(2) if event == "COMPLETE" else None)


@pytest.mark.usefixtures("collect")
def test_s3_to_teradata(extract: Callable[..., Any]) -> None:
    """Teradata reads the objects itself; the credentials in its statement stay there."""
    task = S3ToTeradataOperator(
        task_id="t",
        s3_source_key="/s3/lake.s3.amazonaws.com/in/orders",
        teradata_table="mart.orders",
        teradata_conn_id="teradata",
        aws_conn_id=None,
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [("s3://lake", "in/orders")]
    assert names(found.outputs) == [("teradata://db.example:1025", "mart.orders")]
    assert "secret" not in repr(found)


@pytest.mark.usefixtures("collect")
def test_azure_blob_to_teradata(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Azure's provider is only needed for credentials, which a public container does without."""
    hooks = ModuleType("airflow.providers.microsoft.azure.hooks.wasb")
    hooks.WasbHook = object  # type: ignore[attr-defined]
    for name in ("airflow.providers.microsoft.azure", "airflow.providers.microsoft.azure.hooks"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, hooks.__name__, hooks)
    from airflow.providers.teradata.transfers.azure_blob_to_teradata import AzureBlobStorageToTeradataOperator

    task = AzureBlobStorageToTeradataOperator(
        task_id="t",
        blob_source_key="/az/acc.blob.core.windows.net/box/in/orders",
        public_bucket=True,
        teradata_table="mart.orders",
        teradata_conn_id="teradata",
    )

    task.execute({})
    found = extract(task)

    assert names(found.inputs) == [("abfss://box@acc.dfs.core.windows.net", "in/orders")]
    assert names(found.outputs) == [("teradata://db.example:1025", "mart.orders")]


@pytest.mark.parametrize(
    ("location", "uri"),
    [
        ("/s3/lake.s3.amazonaws.com/in/a.csv", "s3://lake/in/a.csv"),
        ("/S3/my.lake.s3.eu-west-1.amazonaws.com/in", "s3://my.lake/in"),
        ("/s3/s3.amazonaws.com/lake/in/a.csv", "s3://lake/in/a.csv"),
        ("/az/acc.blob.core.windows.net/box/in/a.csv", "https://acc.blob.core.windows.net/box/in/a.csv"),
        ("/gs/storage.googleapis.com/lake/in/a.csv", "gs://lake/in/a.csv"),
        ("/az/acc.blob.core.windows.net", ""),
        ("in/a.csv", ""),
        ("", ""),
    ],
)
def test_locations_of_teradata(location: str, uri: str) -> None:
    """Teradata's spelling of an object store means what others write as a URI."""
    assert teradata_location(location) == uri


@pytest.mark.parametrize(
    ("arguments", "inputs"),
    [
        ({"s3_key": "s3://lake/in/orders.csv"}, [("s3://lake", "in/orders.csv")]),
        ({"s3_key": "s3://lake/in/*.csv", "wildcard_match": True}, []),
    ],
)
def test_s3_to_hive(extract: Callable[..., Any], arguments: dict[str, Any], inputs: list[tuple[str, str]]) -> None:
    """A wildcard is no object, and which one matched is not told: the event says that something is missing."""
    task = S3ToHiveOperator(
        task_id="t", hive_table="orders", field_dict={"id": "INT"}, hive_cli_conn_id="hive", **arguments
    )

    found = extract(task, "START")

    assert names(found.inputs) == inputs
    assert names(found.outputs) == [("hive://db.example:10000", "shop.orders")]
    assert ("lineageKit_incomplete" in found.run_facets) is not bool(inputs)
