"""Names of files and objects by the OpenLineage naming rules (website/docs/spec/naming.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

#: Schemes that mean the same store, and the one that the naming rules use.
_CANONICAL_SCHEME = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
#: Schemes whose authority is ``container@account``; elsewhere a user stands before the ``@``, maybe with a password.
_CONTAINER_IN_AUTHORITY = {"abfs", "abfss", "wasb", "wasbs"}
#: Protocols to files of another machine, with their ports. The asset converters of Airflow's providers name such files
#: by host and port, whatever the protocol.
_REMOTE_FILES = {"ftp": 21, "ftps": 21, "sftp": 22}


@dataclass(frozen=True, order=True)
class DatasetName:
    """The identity of a dataset: two datasets with the same name in the same namespace are one."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"


def from_uri(uri: str) -> DatasetName | None:
    """Return the name of the file or object at ``uri``, or None where the text is no absolute location.

    Local paths are in the namespace ``file``; object stores and remote file systems have their authority
    in the namespace and the path, without a leading slash, as name (HDFS and HTTP included). What FTP and
    SFTP lead to is in the namespace ``file://{host}:{port}``.
    """
    if uri.startswith("/"):
        return _local("", uri)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    scheme = _CANONICAL_SCHEME.get(parts.scheme.lower(), parts.scheme.lower())
    if not scheme:
        return None
    if scheme == "file":
        return _local(parts.netloc, unquote(parts.path))
    authority = parts.netloc if scheme in _CONTAINER_IN_AUTHORITY else parts.netloc.rpartition("@")[2]
    path = parts.path.strip("/")
    if not authority:
        return None
    if scheme in _REMOTE_FILES:
        has_port = authority.rpartition("]")[2].rpartition(":")[2].isdecimal()
        scheme, authority = "file", authority if has_port else f"{authority.rstrip(':')}:{_REMOTE_FILES[scheme]}"
    return DatasetName(f"{scheme}://{authority}", path or "/")


def without_user(address: str) -> str:
    """Return a namespace or URL without the user and password that may stand before its host."""
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    if scheme.lower() not in _CONTAINER_IN_AUTHORITY:
        authority = authority.rpartition("@")[2]
    return f"{scheme}{separator}{authority}{slash}{path}"


def _local(host: str, path: str) -> DatasetName | None:
    if not path.startswith("/"):
        return None
    namespace = f"file://{host}" if host and host != "localhost" else "file"
    # normpath keeps a leading double slash, as POSIX allows it to mean something.
    return DatasetName(namespace, os.path.normpath("/" + path.lstrip("/")))
