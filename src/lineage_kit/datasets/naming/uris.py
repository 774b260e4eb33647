"""Names of files and objects by the OpenLineage naming rules (website/docs/spec/naming.md)."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote, urlsplit

from lineage_kit.datasets.naming.name import DatasetName
from lineage_kit.datasets.naming.schemes import CONTAINER_SCHEMES, canonical_scheme
from lineage_kit.datasets.templates import templates_in

#: Protocols to files of another machine, with their ports. The asset converters of Airflow's providers name such files
#: by host and port, whatever the protocol.
_REMOTE_FILES = {"ftp": 21, "ftps": 21, "sftp": 22}
#: Schemes of Azure's storage. Without an account they name a container, and the account is in a connection.
_AZURE = CONTAINER_SCHEMES | {"az", "azure"}
_WEB = {"http", "https"}
_STORES = {"s3", "gs"}
_CONTAINER = re.compile(r"[$a-z0-9-]+")
#: A storage account, alone or as a host of one of its services; an account alone is one of the public cloud.
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_ACCOUNT_HOST = re.compile(
    r"(?P<account>[a-z0-9-]+)\.(?:privatelink\.)?(?:blob|dfs)\."
    r"(?P<cloud>core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|fabric\.microsoft\.com)(?::443)?"
)

#: What stands for a piece of Jinja while an address is read, with its number between.
_HOLE = "\ue000{}\ue001"
#: An authority before which a slash can only be one of a password: what seems to be its port is none.
_CUT_SHORT = re.compile(r"[^\[\]]*:(?![\d\ue000\ue001]*$).*")
#: What signs an address, or opens what it leads to: from its question mark to the end.
_SIGNATURE = re.compile(
    r"[?#](?:[^?#]*&)?(?:x-(?:amz|goog|ms)-[\w-]*|awsaccesskeyid|googleaccessid|auth|code|key|pass|pwd|sig|tok|"
    r"[\w.-]*(?:(?:access|api|account)[-_]?key|credentials?|passwd|password|secret|session(?:[-_]?id)?|signature|token)"
    r")=.*",
    re.IGNORECASE | re.DOTALL,
)


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
    scheme = canonical_scheme(parts.scheme)
    if scheme == "file":
        return _local(parts.netloc, unquote(parts.path))
    authority = _authority(scheme, parts.netloc)
    # Keys of object stores may have in them what begins a query or a fragment elsewhere.
    key = _SIGNATURE.sub("", uri.partition("://")[2].partition("/")[2])
    path = (key if scheme in _STORES else parts.path).strip("/")
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
    end = _end_of_authority(rest)
    if "@" in rest[end:] and "@" not in rest[:end] and _CUT_SHORT.fullmatch(rest[:end]):
        at = rest.index("@")
        end = at + _end_of_authority(rest[at:])
    return f"{scheme}{separator}{_authority(scheme.lower(), rest[:end])}{rest[end:]}"


def without_secrets(address: str, *, query: bool = False) -> str:
    """Return an address without what may open the data that it leads to; text that is no address stays as it is.

    The user and password before the host go, and query and fragment; of object stores, whose keys may have in them
    what begins a query elsewhere, only the query that signs an address. Jinja counts as a word.

    Args:
        address: of a file, object, page or system.
        query: whether a query and a fragment that hold no secret belong to the address, as they do to links.

    """
    pieces = templates_in(address)
    for number, piece in enumerate(pieces):
        address = address.replace(piece, _HOLE.format(number), 1)
    scheme, separator, _ = address.partition("://")
    if separator or address.startswith(_HOLE[0]):
        address = _SIGNATURE.sub("", without_user(address))
        if separator and not query and canonical_scheme(scheme) not in _STORES | {"file"}:
            address = re.split("[?#]", address, maxsplit=1)[0]
    for number, piece in enumerate(pieces):
        address = address.replace(_HOLE.format(number), piece)
    return address


def _end_of_authority(rest: str) -> int:
    """Return where path, query or fragment begin."""
    found = re.search("[/?#]", rest)
    return found.start() if found else len(rest)


def _authority(scheme: str, written: str) -> str:
    """Return the authority without a user; of a container only the key that some write behind it goes."""
    user, at, host = written.rpartition("@")
    return f"{user.partition(':')[0]}{at}{host}" if scheme in CONTAINER_SCHEMES else host


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
