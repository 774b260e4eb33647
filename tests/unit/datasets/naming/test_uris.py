"""Names of files and objects by the OpenLineage naming rules."""

from __future__ import annotations

import string
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lineage_kit.datasets.naming import DatasetName, from_uri, joinable, without_user
from lineage_kit.datasets.naming.uris import without_secrets

# A deadline would measure the machine, not the code.
no_deadline = settings(deadline=None)

SEGMENT = st.text(string.ascii_letters + string.digits + "-_.", min_size=1).filter(lambda text: set(text) != {"."})
PATH = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("s3://bucket/folder/key.csv", "s3://bucket", "folder/key.csv"),
        ("s3://bucket/a?b#c.csv", "s3://bucket", "a?b#c.csv"),
        ("s3a://bucket/folder/key.csv", "s3://bucket", "folder/key.csv"),
        ("s3n://bucket/folder/key.csv", "s3://bucket", "folder/key.csv"),
        ("S3://bucket/Folder/Key.csv", "s3://bucket", "Folder/Key.csv"),
        ("s3://bucket/folder/", "s3://bucket", "folder"),
        ("s3://bucket//folder/key", "s3://bucket", "folder/key"),
        ("s3://bucket/a b%20c", "s3://bucket", "a b%20c"),
        ("s3://bucket", "s3://bucket", "/"),
        ("s3://bucket/", "s3://bucket", "/"),
        ("gs://bucket/object", "gs://bucket", "object"),
        ("gcs://bucket/object", "gs://bucket", "object"),
        (
            "abfss://container@account.dfs.core.windows.net/path/to",
            "abfss://container@account.dfs.core.windows.net",
            "path/to",
        ),
        ("hdfs://namenode:8020/warehouse/t", "hdfs://namenode:8020", "warehouse/t"),
        ("dbfs://workspace/mnt/t", "dbfs://workspace", "mnt/t"),
        ("http://host:8080/data.csv?token=abc#part", "http://host:8080", "data.csv"),
        ("https://host/", "https://host", "/"),
    ],
)
def test_stores(uri: str, namespace: str, name: str) -> None:
    """The authority is in the namespace, the path without slashes around it is the name."""
    assert from_uri(uri) == DatasetName(namespace, name)


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("/data/x.csv", "file", "/data/x.csv"),
        ("/data//folder/../x.csv", "file", "/data/x.csv"),
        ("//data/x.csv", "file", "/data/x.csv"),
        ("/data/", "file", "/data"),
        ("/", "file", "/"),
        ("/data/what?#x%20y.csv", "file", "/data/what?#x%20y.csv"),
        ("file:/data/x.csv", "file", "/data/x.csv"),
        ("file:///data/x.csv", "file", "/data/x.csv"),
        ("file:////data/x.csv", "file", "/data/x.csv"),
        ("FILE:///data/x.csv", "file", "/data/x.csv"),
        ("file:///data/my%20file.csv", "file", "/data/my file.csv"),
        ("file://localhost/data/x.csv", "file", "/data/x.csv"),
        ("file://host/data/x.csv", "file://host", "/data/x.csv"),
        ("file://host/data/", "file://host", "/data"),
    ],
)
def test_files(uri: str, namespace: str, name: str) -> None:
    """A file's name is its absolute path, however it is written; a host other than this one is in the namespace."""
    assert from_uri(uri) == DatasetName(namespace, name)


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("ftp://host/out/x.csv", "file://host:21", "out/x.csv"),
        ("ftps://host/out/x.csv", "file://host:21", "out/x.csv"),
        ("sftp://host/out/x.csv", "file://host:22", "out/x.csv"),
        ("sftp://host:/out/x.csv", "file://host:22", "out/x.csv"),
        ("sftp://host:2222//out/x.csv", "file://host:2222", "out/x.csv"),
        ("sftp://user:secret@host/", "file://host:22", "/"),
        ("sftp://[2001:db8::1]/x.csv", "file://[2001:db8::1]:22", "x.csv"),
        ("sftp://[2001:db8::1]:2222/x.csv", "file://[2001:db8::1]:2222", "x.csv"),
    ],
)
def test_remote_files(uri: str, namespace: str, name: str) -> None:
    """Files of a server are named by host and port, as the asset converters of Airflow's providers do it."""
    assert from_uri(uri) == DatasetName(namespace, name)


@pytest.mark.parametrize("scheme", ["http", "https", "gs", "s3", "hdfs"])
@pytest.mark.parametrize("user", ["user:secret@", "user@", ":secret@", "AKIA:a@b@"])
def test_user_information(scheme: str, user: str) -> None:
    """Users and passwords are no part of a name."""
    assert from_uri(f"{scheme}://{user}host/data.csv") == DatasetName(f"{scheme}://host", "data.csv")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x.csv",
        "data/x.csv",
        "./x.csv",
        "../x.csv",
        "~/x.csv",
        "orders",
        "file://",
        "file:x.csv",
        "file://x.csv",
        "s3://",
        "s3:///key",
        "hdfs:///path",
        "http://user@/path",
        "mailto:someone",
        "C:\\data\\x.csv",
        "s3://[bucket/key",
    ],
)
def test_no_absolute_location(text: str) -> None:
    """What is no absolute location has no name that others could know."""
    assert from_uri(text) is None


@no_deadline
@given(st.text())
@example("http://[")
@example("//")
@example("x://@/")
@example("sftp://host/x")
def test_any_text(text: str) -> None:
    """Any text has no name or a complete one: a namespace, and a leading slash for files not reached by a protocol."""
    found = from_uri(text)
    if found is not None:
        assert found.namespace
        assert found.name
        files = found.namespace.partition("://")[0] == "file" and urlsplit(text).scheme == "file"
        files = files or found.namespace == "file"
        assert found.name.startswith("/") == (files or found.name == "/")


@no_deadline
@given(st.sampled_from(["s3", "gs", "abfss", "hdfs", "https", "file"]), SEGMENT, PATH)
def test_written_back(scheme: str, host: str, path: str) -> None:
    """Namespace and name together are the location again."""
    found = from_uri(f"{scheme}://{host}/{path}")

    assert found is not None
    namespace = "file://localhost" if found.namespace == "file" else found.namespace
    assert from_uri(f"{namespace}/{found.name.lstrip('/')}") == found


ACCOUNT = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=24)
CONTAINER = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=63)


@no_deadline
@given(
    ACCOUNT, CONTAINER, PATH, st.sampled_from(["core.windows.net", "core.chinacloudapi.cn", "core.usgovcloudapi.net"])
)
def test_spellings_of_a_blob(account: str, container: str, path: str, cloud: str) -> None:
    """A blob of Azure has one name, whatever protocol, service or credentials it is written with."""
    hosts = [f"{account}.{service}.{cloud}" for service in ("blob", "dfs", "privatelink.blob")]
    hosts.append(hosts[0].upper())
    schemes = ["abfs", "abfss", "wasb", "wasbs"]
    spellings = [f"{scheme}://{container}@{host}/{path}" for scheme in schemes for host in hosts]
    spellings += [f"{scheme}://{host}/{container}/{path}" for scheme in ("azure", "az", "abfss") for host in hosts]
    spellings += [f"https://{host}/{container}/{quote(path)}?sv=1&sig=secret" for host in hosts]
    spellings += [f"http://{hosts[0]}:443/{container}/{path}", f"wasbs://{container}:key@{hosts[0]}/{path}"]
    if cloud == "core.windows.net":
        spellings += [f"{scheme}://{container}@{account}/{path}" for scheme in schemes]

    assert {from_uri(spelling) for spelling in spellings} == {
        DatasetName(f"abfss://{container}@{account}.dfs.{cloud}", path)
    }


@no_deadline
@given(CONTAINER, PATH)
def test_container_of_an_account_that_is_not_told(container: str, path: str) -> None:
    """Without an account the protocols of Azure still have one name for a container."""
    spellings = [f"{scheme}://{container}/{path}" for scheme in ("abfs", "abfss", "az", "azure", "wasb", "wasbs")]

    assert {from_uri(spelling) for spelling in spellings} == {DatasetName(f"abfss://{container}", path)}


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("azure://account.blob.core.windows.net/box", "abfss://box@account.dfs.core.windows.net", "/"),
        ("https://account.blob.core.windows.net/", "https://account.blob.core.windows.net", "/"),
        ("https://account.blob.core.windows.net/box/a%20b", "abfss://box@account.dfs.core.windows.net", "a b"),
        ("abfss://Lab@onelake.dfs.fabric.microsoft.com/t", "abfss://Lab@onelake.dfs.fabric.microsoft.com", "t"),
        ("wasbs://box@storage.example/a", "wasbs://box@storage.example", "a"),
        ("wasbs://box:key@storage.example/a", "wasbs://box@storage.example", "a"),
        ("https://blob.core.windows.net/box/a", "https://blob.core.windows.net", "box/a"),
    ],
)
def test_edges_of_azure(uri: str, namespace: str, name: str) -> None:
    """Containers, encoded addresses, OneLake; a host that is not known to be Azure's stays as it is written."""
    assert from_uri(uri) == DatasetName(namespace, name)


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        ("wasbs://box@account", "in/a.csv", "abfss://box@account.dfs.core.windows.net in/a.csv"),
        ("wasbs://box@account", "/", "abfss://box@account.dfs.core.windows.net /"),
        ("https://account.blob.core.windows.net", "box/a", "abfss://box@account.dfs.core.windows.net a"),
        ("wasbs://box@Storage_1", "a", "wasbs://box@Storage_1 a"),
        ("s3://lake", "/a", "s3://lake /a"),
        ("file", "/a", "file /a"),
        ("bigquery", "p.d.t", "bigquery p.d.t"),
    ],
)
def test_names_of_others(namespace: str, name: str, expected: str) -> None:
    """What somebody else named as a blob of Azure gets the kit's name where that is certain; other names stay."""
    assert str(joinable(DatasetName(namespace, name))) == expected


@no_deadline
@given(PATH)
def test_file_forms(path: str) -> None:
    """A path and its URL are one dataset."""
    assert from_uri(f"/{path}") == from_uri(f"file:///{quote(path)}")


def test_text_form() -> None:
    """For people a name is its namespace and its name."""
    assert str(DatasetName("s3://bucket", "key")) == "s3://bucket key"


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("postgres://me:secret@db:5432", "postgres://db:5432"),
        ("https://me:se@cret@host/a@b", "https://host/a@b"),
        ("abfss://box@account.example", "abfss://box@account.example"),
        ("wasbs://box:key@account.example", "wasbs://box@account.example"),
        ("s3://lake", "s3://lake"),
        ("file", "file"),
        ("me@example.org", "me@example.org"),
        ("postgres://me:sec/ret@db:5432/shop", "postgres://db:5432/shop"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
        ("https://host?to=a@b", "https://host?to=a@b"),
        ("wasbs://box:ke/y==@account.example/a", "wasbs://box@account.example/a"),
    ],
)
def test_without_user(address: str, bare: str) -> None:
    """A user goes, with the password; a container of Azure stands at the same place and stays."""
    assert without_user(address) == bare


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://host/a?sig=S#S", "https://host/a"),
        ("https://me:S/S@host/a", "https://host/a"),
        ("wasbs://box@account.blob.core.windows.net/a?sv=1&sig=S", "wasbs://box@account.blob.core.windows.net/a"),
        ("sqlite:///x.db?key=S", "sqlite:///x.db"),
        ("s3://lake/a?b&c=1#d", "s3://lake/a?b&c=1#d"),
        ("s3://lake/a?b?X-Amz-Date=1&X-Amz-Signature=S", "s3://lake/a?b"),
        ("gs://lake/a?Expires=1&Signature=S", "gs://lake/a"),
        ("s3a://lake/a?token=S", "s3a://lake/a"),
        ("/data/a?token=b", "/data/a?token=b"),
        ("{{ params.base }}/a?b?sig=S", "{{ params.base }}/a?b"),
        ("https://host/{{ 'a/b?c@d' }}/{{ ds }}?x", "https://host/{{ 'a/b?c@d' }}/{{ ds }}"),
        ("https://{{ var.value.login }}@host:{{ params.port }}/a@b", "https://host:{{ params.port }}/a@b"),
    ],
)
def test_without_secrets(address: str, bare: str) -> None:
    """Users, passwords, queries and signatures go; of a key in an object store, only what signs it."""
    assert without_secrets(address) == bare


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://wiki/page?pageId=7#orders", "https://wiki/page?pageId=7#orders"),
        ("https://me:S@wiki/?tok=S", "https://wiki/"),
        ("https://wiki/page#a=b&access_token=S", "https://wiki/page"),
    ],
)
def test_query_that_belongs_to_a_link(address: str, bare: str) -> None:
    """A link keeps the query that finds the page, not one that opens it."""
    assert without_secrets(address, query=True) == bare


def test_signature_is_no_part_of_a_name() -> None:
    """What signs the address of an object changes with each request; the object is the same."""
    assert from_uri("s3://lake/a.csv?X-Amz-Signature=S") == DatasetName("s3://lake", "a.csv")
