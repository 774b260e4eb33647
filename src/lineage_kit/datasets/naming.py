"""Names of files and objects by the OpenLineage naming rules (website/docs/spec/naming.md)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

#: Schemes that mean the same store, and the one that the naming rules use.
_CANONICAL_SCHEME = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
#: Schemes whose authority is ``container@account``; elsewhere a user stands before the ``@``, maybe with a password.
_CONTAINER_IN_AUTHORITY = {"abfs", "abfss", "wasb", "wasbs"}
#: Protocols to files of another machine, with their ports. The asset converters of Airflow's providers name such files
#: by host and port, whatever the protocol.
_REMOTE_FILES = {"ftp": 21, "ftps": 21, "sftp": 22}
#: Schemes of Azure's storage. Without an account they name a container, and the account is in a connection.
_AZURE = _CONTAINER_IN_AUTHORITY | {"az", "azure"}
_WEB = {"http", "https"}
_CONTAINER = re.compile(r"[$a-z0-9-]+")
#: A storage account, alone or as a host of one of its services; an account alone is one of the public cloud.
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_ACCOUNT_HOST = re.compile(
    r"(?P<account>[a-z0-9-]+)\.(?:privatelink\.)?(?:blob|dfs)\."
    r"(?P<cloud>core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|fabric\.microsoft\.com)(?::443)?"
)


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
    SFTP lead to is in the namespace ``file://{host}:{port}``, and a blob of Azure, however it is spelled, in
    ``abfss://{container}@{account}.dfs.core.windows.net``.
    """
    if uri.startswith("/"):
        return _local("", uri)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    scheme = _CANONICAL_SCHEME.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme == "file":
        return _local(parts.netloc, unquote(parts.path))
    authority = _authority(scheme, parts.netloc)
    path = parts.path.strip("/")
    if not scheme or not authority:
        return None
    if blob := _azure_blob(scheme, authority, path):
        return blob
    if scheme in _REMOTE_FILES:
        has_port = authority.rpartition("]")[2].rpartition(":")[2].isdecimal()
        scheme, authority = "file", authority if has_port else f"{authority.rstrip(':')}:{_REMOTE_FILES[scheme]}"
    return DatasetName(f"{scheme}://{authority}", path or "/")


def blob_name(account: str, container: str, path: str) -> DatasetName | None:
    """Return the name of a blob or folder in a container of Azure; None where ``account`` can be none.

    Args:
        account: name of the storage account, or the host of one of its services.
        container: of the account.
        path: in the container; empty for all of it.

    """
    known = account.lower()
    if _ACCOUNT.fullmatch(known):
        host = f"{known}.dfs.core.windows.net"
    elif found := _ACCOUNT_HOST.fullmatch(known):
        host = f"{found['account']}.dfs.{found['cloud']}"
    else:
        return None
    return DatasetName(f"abfss://{container}@{host}", path.strip("/") or "/")


def blob_at(uri: str) -> DatasetName | None:
    """Return the name of the blob of Azure at the URI of an asset; None unless container and host are both in it.

    Object storage has a connection before the ``@`` of such a URI, and the container behind it; early releases of
    Airflow take off what stands there.
    """
    name = from_uri(uri)
    if name is None or not name.namespace.startswith("abfss://"):
        return None
    _, at, host = urlsplit(uri).netloc.rpartition("@")
    return name if at and "." in host else None


def joinable(name: DatasetName) -> DatasetName:
    """Return the name by which the kit calls what others give ``name``, where that is certain: a blob of Azure."""
    scheme, _, authority = name.namespace.partition("://")
    return _azure_blob(scheme, authority, name.name.strip("/")) or name


def without_user(address: str) -> str:
    """Return a namespace or URL without the user and password that may stand before its host."""
    scheme, separator, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{_authority(scheme.lower(), authority)}{slash}{path}"


def _authority(scheme: str, written: str) -> str:
    """Return the authority without a user; of a container only the key that some write behind it goes."""
    user, at, host = written.rpartition("@")
    return f"{user.partition(':')[0]}{at}{host}" if scheme in _CONTAINER_IN_AUTHORITY else host


def _azure_blob(scheme: str, authority: str, path: str) -> DatasetName | None:
    """Return the name of a blob; None for what is none, or on a host that is not known to be Azure's."""
    web = scheme in _WEB
    if scheme not in _AZURE and not web:
        return None
    container, at, account = authority.rpartition("@")
    if at and not web:
        return blob_name(account, container, path)
    if _CONTAINER.fullmatch(authority) and not web:
        return DatasetName(f"abfss://{authority}", path or "/")
    container, _, path = path.partition("/")
    if not container or not _ACCOUNT_HOST.fullmatch(authority.lower()):
        return None
    # Only in web addresses are names encoded.
    return blob_name(authority, container, unquote(path) if web else path)


def _local(host: str, path: str) -> DatasetName | None:
    if not path.startswith("/"):
        return None
    namespace = f"file://{host}" if host and host != "localhost" else "file"
    # normpath keeps a leading double slash, as POSIX allows it to mean something.
    return DatasetName(namespace, os.path.normpath("/" + path.lstrip("/")))
