"""Files, objects, folders and topics that authors of DAGs declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.declared.dataset import DeclaredDataset
from lineage_kit.datasets.declared.identity import AtUri
from lineage_kit.datasets.declared.values import text_of
from lineage_kit.datasets.declared.words import in_its_words
from lineage_kit.datasets.naming import checked, from_uri, without_secrets
from lineage_kit.datasets.templates import is_template, without_templates
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from lineage_kit.datasets.declared.details import DetailArguments

_FORM = "File('s3://bucket/path/orders.csv') or File('/data/orders.csv')"


class File(DeclaredDataset):
    """A file, object, folder or topic, for ``inlets`` and ``outlets`` of every operator and decorator.

    Args:
        url: its absolute address, or the path of a local file. A user, a password and a signature in it
            are left out.
        details: see :class:`~lineage_kit.datasets.declared.details.DetailArguments`.

    Raises:
        DeclarationError: the address is not absolute or does not keep to OpenLineage's naming rules, or a detail is not
            of the right form; the message shows it.

    """

    def __init__(self, url: str, **details: Unpack[DetailArguments]) -> None:
        self._fill(AtUri(_address(url)), details)

    @classmethod
    @in_its_words
    def s3(cls, bucket: str, key: str, **details: Unpack[DetailArguments]) -> Self:
        """Return an object, or what lies under a prefix, in S3."""
        return cls(_joined("s3", bucket, key), **details)

    @classmethod
    @in_its_words
    def gcs(cls, bucket: str, key: str, **details: Unpack[DetailArguments]) -> Self:
        """Return an object, or what lies under a prefix, in Google Cloud Storage."""
        return cls(_joined("gs", bucket, key), **details)

    @classmethod
    @in_its_words
    def local(cls, path: str, *, host: str | None = None, **details: Unpack[DetailArguments]) -> Self:
        """Return a file by its absolute path; with a host, one on the file system of another machine."""
        return cls(f"file://{host}{path}" if host else path, **details)

    @classmethod
    @in_its_words
    def abfs(cls, account: str, container: str, path: str, **details: Unpack[DetailArguments]) -> Self:
        """Return a file in Azure Data Lake Storage, of an account by its name alone."""
        return cls(_joined("abfss", f"{container}@{account}.dfs.core.windows.net", path), **details)

    @classmethod
    @in_its_words
    def wasb(cls, account: str, container: str, path: str, **details: Unpack[DetailArguments]) -> Self:
        """Return a blob in Azure Blob Storage, of an account by its name alone."""
        return cls(_joined("wasbs", f"{container}@{account}.blob.core.windows.net", path), **details)

    @classmethod
    @in_its_words
    def hdfs(cls, namenode: str, path: str, *, port: int = 8020, **details: Unpack[DetailArguments]) -> Self:
        """Return a file in HDFS."""
        return cls(_joined("hdfs", f"{namenode}:{port}", path), **details)

    @classmethod
    @in_its_words
    def http(cls, url: str, **details: Unpack[DetailArguments]) -> Self:
        """Return what is at a web address; query and fragment are not part of it."""
        text = text_of(url, "a web address", "File.http('https://example.com/rates.json')")
        if not is_template(text) and not text.lower().startswith(("http://", "https://")):
            msg = f"{_quoted(text)} is no web address; write File.http('https://example.com/rates.json')."
            raise DeclarationError(msg)
        return cls(text, **details)

    @classmethod
    @in_its_words
    def kafka(cls, bootstrap: str, topic: str, *, port: int = 9092, **details: Unpack[DetailArguments]) -> Self:
        """Return a topic of a Kafka cluster, by the host of one of its bootstrap servers."""
        host = bootstrap if bootstrap.rpartition(":")[2].isdecimal() else f"{bootstrap}:{port}"
        return cls(_joined("kafka", host, topic), **details)

    @classmethod
    @in_its_words
    def dbfs(cls, workspace: str, path: str, **details: Unpack[DetailArguments]) -> Self:
        """Return a file in the file system of a Databricks workspace, by its host."""
        return cls(_joined("dbfs", workspace, path), **details)

    @classmethod
    @in_its_words
    def sftp(cls, host: str, path: str, *, port: int = 22, **details: Unpack[DetailArguments]) -> Self:
        """Return a file that SFTP leads to on another machine."""
        return cls(_joined("sftp", f"{host}:{port}", path), **details)


def _joined(scheme: str, authority: str, path: str) -> str:
    text_of(authority, "where a file is", _FORM)
    text_of(path, "the path of a file", _FORM)
    return f"{scheme}://{authority}/{path.lstrip('/')}"


def _quoted(text: str) -> str:
    """Return an address for a message; one that cannot be read may have a secret anywhere."""
    shown = without_secrets(text)
    return "This" if set("@;=?#") & set(shown) else repr(shown)


def _address(url: str) -> str:
    """Return the address without what may be a secret, checked as far as it is known before a task runs."""
    text = text_of(url, "the address of a file", _FORM)
    shown = without_secrets(text)
    sample = without_templates(shown)
    if sample == shown or "://" in sample or sample.startswith("/"):
        name = from_uri(sample)
        if name is None:
            msg = (
                f"{_quoted(text)} is no absolute address; it has a scheme and a host, or begins with a slash: {_FORM}."
            )
            raise DeclarationError(msg)
        checked(name.namespace, name.name)
    return shown
