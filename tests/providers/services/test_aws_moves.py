"""Services of AWS that read and write S3 by themselves: real operators, most of them on a mocked service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from airflow.providers.amazon.aws.operators.bedrock import BedrockBatchInferenceOperator
from airflow.providers.amazon.aws.operators.comprehend import (
    ComprehendCreateDocumentClassifierOperator,
    ComprehendStartPiiEntitiesDetectionJobOperator,
)
from airflow.providers.amazon.aws.operators.datasync import DataSyncOperator
from airflow.providers.amazon.aws.operators.rds import RdsStartExportTaskOperator
from airflow.providers.amazon.aws.operators.sagemaker import SageMakerAutoMLOperator, SageMakerTuningOperator
from support.aws import REGION, aws, context
from support.lineage_facts import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.openlineage.extractors import OperatorLineage

    Extract = Callable[..., OperatorLineage]

__all__ = ["aws"]
pytestmark = pytest.mark.usefixtures("aws")

ROLE = "arn:aws:iam::123456789012:role/mover"


class TestDataSync:
    """The operator that finds or makes a task of DataSync."""

    def operator(self, **arguments: Any) -> DataSyncOperator:
        """Return a task that makes what it does not find, and does not wait."""
        return DataSyncOperator(
            task_id="t",
            wait_for_completion=False,
            create_task_kwargs={"Name": "nightly"},
            create_source_location_kwargs={
                "ServerHostname": "files.example",
                "Subdirectory": "/exports",
                "User": "me",
                "Password": "secret-of-the-share",
                "AgentArns": ["arn:aws:datasync:eu-west-1:123456789012:agent/agent-0"],
            },
            create_destination_location_kwargs={
                "S3BucketArn": "arn:aws:s3:::lake",
                "Subdirectory": "landing",
                "S3Config": {"BucketAccessRoleArn": ROLE},
            },
            aws_conn_id=None,
            **arguments,
        )

    def test_locations_by_uri(self, extract: Extract) -> None:
        """Both are known before; once the task has run, it has an ARN, which changes nothing."""
        task = self.operator(
            source_location_uri="smb://files.example/exports/", destination_location_uri="s3://lake/landing/"
        )
        before = extract(task, "START")

        task.execute(context())
        found = extract(task)

        assert task.task_arn
        assert names(before.inputs) == names(found.inputs) == [("smb://files.example", "exports")]
        assert names(before.outputs) == names(found.outputs) == [("s3://lake", "landing")]
        assert "secret-of-the-share" not in repr(found)

    def test_a_task_by_its_arn(self, extract: Extract) -> None:
        """It need not have the locations that stand beside the ARN: they are not looked at then."""
        task = self.operator(
            task_arn="arn:aws:datasync:eu-west-1:123456789012:task/task-0",
            source_location_uri="smb://files.example/exports/",
            destination_location_uri="s3://lake/landing/",
        )

        found = extract(task)

        assert not found.inputs
        assert not found.outputs


class TestRdsExport:
    """The operator that exports a snapshot."""

    @pytest.mark.parametrize(("prefix", "folder"), [("exports/", "exports/nightly"), ("", "nightly")])
    def test_snapshot_and_folder(self, extract: Extract, prefix: str, folder: str) -> None:
        """RDS makes a folder with the name of the export."""
        client = boto3.client("rds", region_name=REGION)
        client.create_db_instance(
            DBInstanceIdentifier="shop",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="me",
            MasterUserPassword="secret-of-the-database",
        )
        snapshot = client.create_db_snapshot(DBSnapshotIdentifier="daily", DBInstanceIdentifier="shop")["DBSnapshot"]
        task = RdsStartExportTaskOperator(
            task_id="t",
            export_task_identifier="nightly",
            source_arn=snapshot["DBSnapshotArn"],
            s3_bucket_name="lake",
            s3_prefix=prefix,
            iam_role_arn=ROLE,
            kms_key_id="key",
            wait_for_completion=False,
            aws_conn_id=None,
        )

        task.execute(context())
        found = extract(task)

        assert names(found.inputs) == [(f"arn:aws:rds:{REGION}:123456789012", "snapshot/daily")]
        assert names(found.outputs) == [("s3://lake", folder)]


def test_sagemaker_tuning(extract: Extract) -> None:
    """Every channel is an input; one in a file system that is not S3 has no name."""
    channels = [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://lake/train/"}}},
        {"ChannelName": "other", "DataSource": {"FileSystemDataSource": {"FileSystemId": "fs-0"}}},
    ]
    job = {"InputDataConfig": channels, "OutputDataConfig": {"S3OutputPath": "s3://lake/models/"}}
    task = SageMakerTuningOperator(task_id="t", config={"TrainingJobDefinition": job}, aws_conn_id=None)

    found = extract(task, "START")

    assert names(found.inputs) == [("s3://lake", "train")]
    assert names(found.outputs) == [("s3://lake", "models")]


@pytest.mark.parametrize(
    "task",
    [
        SageMakerAutoMLOperator(
            task_id="t",
            job_name="j",
            s3_input="s3://lake/in/",
            s3_output="s3://lake/out/",
            target_attribute="churn",
            role_arn=ROLE,
        ),
        BedrockBatchInferenceOperator(
            task_id="t",
            job_name="j",
            role_arn=ROLE,
            model_id="m",
            input_uri="s3://lake/in/",
            output_uri="s3://lake/out/",
        ),
        ComprehendStartPiiEntitiesDetectionJobOperator(
            task_id="t",
            input_data_config={"S3Uri": "s3://lake/in/", "InputFormat": "ONE_DOC_PER_LINE"},
            output_data_config={"S3Uri": "s3://lake/out/"},
            mode="ONLY_REDACTION",
            data_access_role_arn=ROLE,
            language_code="en",
        ),
        ComprehendCreateDocumentClassifierOperator(
            task_id="t",
            document_classifier_name="c",
            input_data_config={"S3Uri": "s3://lake/in/"},
            output_data_config={"S3Uri": "s3://lake/out/"},
            mode="MULTI_CLASS",
            data_access_role_arn=ROLE,
            language_code="en",
        ),
    ],
    ids=lambda task: task.task_type,
)
def test_source_and_target_are_attributes(extract: Extract, task: Any) -> None:
    """They are known before; the services name the objects below by themselves."""
    found = extract(task, "START")

    assert names(found.inputs) == [("s3://lake", "in")]
    assert names(found.outputs) == [("s3://lake", "out")]


def test_a_classifier_need_not_have_an_output(extract: Extract) -> None:
    """Comprehend keeps the model itself."""
    task = ComprehendCreateDocumentClassifierOperator(
        task_id="t",
        document_classifier_name="c",
        input_data_config={"S3Uri": "s3://lake/in/", "TestS3Uri": "s3://lake/test/"},
        mode="MULTI_CLASS",
        data_access_role_arn=ROLE,
        language_code="en",
    )

    found = extract(task)

    assert names(found.inputs) == [("s3://lake", "in"), ("s3://lake", "test")]
    assert not found.outputs
