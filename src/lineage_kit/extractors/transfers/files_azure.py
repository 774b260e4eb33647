"""Blobs of Azure to S3."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lineage_kit.datasets.naming import DatasetName, blob_name, from_uri
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.copies import PART, Copy, folder_of, lineage_of_copies
from lineage_kit.extractors.family import family
from lineage_kit.extractors.returned import returned

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def azure_blob_to_s3(extraction: Extraction) -> OperatorLineage:
    """``AzureBlobStorageToS3Operator``: the blobs and the objects in S3, each object with the blob it was.

    Which blobs were copied is what the operator returned. Where that is not known (yet) the folders are told.
    """
    task = extraction.task
    account = storage_account(extraction, task.wasb_conn_id)
    copied = extraction.attempt(PART, lambda: returned(extraction))
    if not isinstance(copied, list):
        folder = folder_of(extraction, task.prefix or "")
        source = stored_blob(account, task.container_name, folder) if folder is not None else None
        return lineage_of_copies([Copy(source, from_uri(task.dest_s3_key))])
    return lineage_of_copies(
        Copy(stored_blob(account, task.container_name, blob), from_uri(posixpath.join(task.dest_s3_key, blob)))
        for blob in copied
    )


def storage_account(extraction: Extraction, conn_id: str, *, part: str = PART) -> str | None:
    """Return the account of a connection to Azure's storage, by its name or its host; None where nobody tells it."""
    connection = extraction.attempt(part, lambda: connection_of(extraction, conn_id))
    return _account(connection) if connection is not None else None


def stored_blob(account: str | None, container: str, path: str) -> DatasetName | None:
    """Return the name of a blob or folder; None where the account is not known."""
    return blob_name(account, container, path) if account else None


def _account(connection: Any) -> str | None:
    """Return the storage account, found where the hook looks for it, in its order."""
    extra = connection.extra_dejson
    text, token = (
        str(extra.get(field) or extra.get(f"extra__wasb__{field}") or "")
        for field in ("connection_string", "sas_token")
    )
    if named := re.search(r"\bAccountName=([^;]+)", text):
        return named[1]
    url = token if token.startswith("https") else connection.host or ""
    host = urlsplit(url if "//" in url else f"//{url}").hostname
    return host if host and "." in host else connection.login
