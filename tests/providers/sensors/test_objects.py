"""Sensors of object stores: real sensors, a mocked S3, a bucket in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.lineage_facts import names
from support.releases import TaskDeferred, import_or_skip, make_or_skip

from lineage_kit.facets import incomplete, no_datasets

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.gcs_bucket import Bucket
    from support.xcoms import XComs

    Extract = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("collect")

_AMAZON = "airflow.providers.amazon.aws.sensors.s3"
_GOOGLE = "airflow.providers.google.cloud.sensors.gcs"
_AZURE = "airflow.providers.microsoft.azure.sensors.wasb"


def omissions(found: Any) -> list[str]:
    """Return why something is missing."""
    facet = found.run_facets.get(incomplete.KEY)
    return [each.cause for each in facet.omissions] if facet else []


class TestS3Key:
    """``S3KeySensor``."""

    def sensor(self, **arguments: Any) -> Any:
        """Return a sensor."""
        return make_or_skip(import_or_skip(f"{_AMAZON}.S3KeySensor"), task_id="t", aws_conn_id=None, **arguments)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"bucket_name": "lake", "bucket_key": "in/a.csv"},
            {"bucket_key": "s3://lake/in/a.csv"},
            {"bucket_key": ["s3://lake/in/a.csv", "s3://lake/in/a.csv"]},
        ],
    )
    def test_object(self, extract: Extract, lake: Any, arguments: dict[str, Any]) -> None:
        """The object is known before, however it is written; a sensor that fails has not seen it."""
        lake.put_object(Bucket="lake", Key="in/a.csv", Body=b"1")
        task = self.sensor(**arguments)

        task.execute({})
        found, before, failed = (extract(task, event) for event in ("COMPLETE", "START", "FAIL"))

        assert names(found.inputs) == names(before.inputs) == [("s3://lake", "in/a.csv")]
        assert found.outputs == failed.inputs == []
        assert [each.reason for each in failed.run_facets[no_datasets.KEY].explanations] == ["nothingFound"]
        assert "unknownSourceAttribute" not in found.run_facets

    @pytest.mark.usefixtures("skipped")
    def test_skipped(self, extract: Extract) -> None:
        """A sensor that skips itself has not seen the object either."""
        assert extract(self.sensor(bucket_key="s3://lake/in/a.csv"), "SKIPPED").inputs == []

    @pytest.mark.parametrize(
        ("key", "expected", "causes"),
        [
            ("in/*.csv", [("s3://lake", "in")], []),
            ("in/2026-01-*/a.csv", [("s3://lake", "in")], []),
            ("in/{a}.csv", [("s3://lake", "in/{a}.csv")], []),
            ("or*.csv", [], ["notAvailable"]),
            ("*/a.csv", [], ["notAvailable"]),
        ],
    )
    def test_wildcard(self, extract: Extract, key: str, expected: list[tuple[str, str]], causes: list[str]) -> None:
        """A wildcard stands for objects in a folder; where that is the whole bucket, the event says what is missing."""
        found = extract(self.sensor(bucket_name="lake", bucket_key=key, wildcard_match=True))

        assert names(found.inputs) == expected
        assert omissions(found) == causes

    def test_regular_expression(self, extract: Extract) -> None:
        """A regular expression is about all of the bucket, which would be too much."""
        assert extract(self.sensor(bucket_name="lake", bucket_key="in/.*", use_regex=True)).inputs == []

    def test_deferred(self, extract: Extract, lake: Any) -> None:
        """The process that goes on after a deferral knows the object too."""
        arguments = {"bucket_name": "lake", "bucket_key": "in/a.csv", "deferrable": True}
        with pytest.raises(TaskDeferred):
            self.sensor(**arguments).execute({})
        lake.put_object(Bucket="lake", Key="in/a.csv", Body=b"1")

        resumed = self.sensor(**arguments)
        resumed.execute_complete({}, {"status": "success"})

        assert names(extract(resumed).inputs) == [("s3://lake", "in/a.csv")]


class TestObjectsThatStay:
    """``S3KeysUnchangedSensor``."""

    def sensor(self, **arguments: Any) -> Any:
        """Return a sensor."""
        sensor = import_or_skip(f"{_AMAZON}.S3KeysUnchangedSensor")
        settings = {"bucket_name": "lake", "prefix": "in/", "inactivity_period": 0, "poke_interval": 0, **arguments}
        return make_or_skip(sensor, task_id="t", aws_conn_id=None, **settings)

    def test_objects(self, extract: Extract, lake: Any) -> None:
        """Before, the folder is known; afterwards the objects that the sensor last saw."""
        for key in ("in/a.csv", "in/b.csv"):
            lake.put_object(Bucket="lake", Key=key, Body=b"1")
        task = self.sensor()
        before = extract(task, "START")

        while not task.poke({}):
            pass

        assert names(before.inputs) == [("s3://lake", "in")]
        assert names(extract(task).inputs) == [("s3://lake", "in/a.csv"), ("s3://lake", "in/b.csv")]
        assert extract(task, "FAIL").inputs == []

    def test_deferred(self, extract: Extract) -> None:
        """The process that goes on after a deferral knows the folder only."""
        task = self.sensor(deferrable=True, previous_objects={"in/old.csv"})

        assert names(extract(task).inputs) == [("s3://lake", "in")]


class TestGcs:
    """Sensors of Google Cloud Storage."""

    @pytest.mark.parametrize("name", ["GCSObjectExistenceSensor", "GCSObjectUpdateSensor"])
    @pytest.mark.parametrize("deferrable", [False, True])
    def test_object(self, extract: Extract, name: str, deferrable: bool) -> None:
        """The object is known before; a sensor that fails has not seen it."""
        task = import_or_skip(f"{_GOOGLE}.{name}")(task_id="t", bucket="lake", object="in/a.csv", deferrable=deferrable)

        assert names(extract(task).inputs) == names(extract(task, "START").inputs) == [("gs://lake", "in/a.csv")]
        assert extract(task, "FAIL").inputs == []

    @pytest.mark.parametrize("pattern", ["in/*.csv", "in/{a,b}.csv", "in/[ab].csv"])
    def test_glob(self, extract: Extract, pattern: str) -> None:
        """Of a glob the folder is told."""
        sensor = import_or_skip(f"{_GOOGLE}.GCSObjectExistenceSensor")
        task = make_or_skip(sensor, task_id="t", bucket="lake", object=pattern, use_glob=True)

        assert names(extract(task).inputs) == [("gs://lake", "in")]

    def test_prefix(self, extract: Extract, gcs_bucket: Bucket, xcoms: XComs) -> None:
        """The sensor returns what it found; before that the folder is known."""
        gcs_bucket.objects.update({"in/a.csv": b"1", "in/b.csv": b"2", "out/c.csv": b"3"})
        task = import_or_skip(f"{_GOOGLE}.GCSObjectsWithPrefixExistenceSensor")(
            task_id="t", bucket="lake", prefix="in/"
        )
        before = extract(task, "START")

        xcoms.values["return_value"] = task.execute({})

        assert names(before.inputs) == [("gs://lake", "in")]
        assert names(extract(task).inputs) == [("gs://lake", "in/a.csv"), ("gs://lake", "in/b.csv")]

    def test_upload(self, extract: Extract, gcs_bucket: Bucket) -> None:
        """Before, the folder is known; afterwards the objects that the sensor last saw."""
        gcs_bucket.objects["in/a.csv"] = b"1"
        task = import_or_skip(f"{_GOOGLE}.GCSUploadSessionCompleteSensor")(
            task_id="t", bucket="lake", prefix="in/", inactivity_period=0, poke_interval=0
        )
        before = extract(task, "START")

        while not task.poke({}):
            pass

        assert names(before.inputs) == [("gs://lake", "in")]
        assert names(extract(task).inputs) == [("gs://lake", "in/a.csv")]


class TestAzure:
    """Sensors of Azure Blob Storage, which need nothing of the service to be asked."""

    @pytest.fixture(autouse=True)
    def _connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connection = {"conn_type": "wasb", "host": "https://acme.blob.core.windows.net", "password": "secret-1"}
        monkeypatch.setenv("AIRFLOW_CONN_WASB_DEFAULT", json.dumps(connection))

    def test_blob(self, extract: Extract) -> None:
        """The blob has the name that transfers give it."""
        task = import_or_skip(f"{_AZURE}.WasbBlobSensor")(task_id="t", container_name="box", blob_name="in/a.csv")
        found = extract(task)

        expected = [("abfss://box@acme.dfs.core.windows.net", "in/a.csv")]
        assert names(found.inputs) == names(extract(task, "START").inputs) == expected
        assert extract(task, "FAIL").inputs == []
        assert "secret" not in repr(found)

    @pytest.mark.parametrize(
        ("prefix", "expected"), [("in/or", [("abfss://box@acme.dfs.core.windows.net", "in")]), ("or", [])]
    )
    def test_prefix(self, extract: Extract, prefix: str, expected: list[tuple[str, str]]) -> None:
        """Of a prefix the folder is told, where it is in one."""
        task = import_or_skip(f"{_AZURE}.WasbPrefixSensor")(task_id="t", container_name="box", prefix=prefix)

        found = extract(task)

        assert names(found.inputs) == expected
        assert omissions(found) == ([] if expected else ["notAvailable"])
