"""Services of AWS, as far as moto plays them."""

from __future__ import annotations

from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.operators.comprehend import (
    ComprehendCreateDocumentClassifierOperator,
    ComprehendStartPiiEntitiesDetectionJobOperator,
)
from airflow.providers.amazon.aws.operators.datasync import DataSyncOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_catalog import (
    GlueCatalogCreatePartitionOperator,
    GlueCatalogCreateTableOperator,
    GlueCatalogDeleteTableOperator,
)
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator
from airflow.providers.amazon.aws.operators.rds import RdsStartExportTaskOperator
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.operators.sagemaker import SageMakerTuningOperator
from airflow.providers.amazon.aws.sensors.glue_catalog_partition import GlueCatalogPartitionSensor
from airflow.providers.common.compat.lineage.entities import File
from airflow.sdk import DAG

ROLE = "arn:aws:iam::123456789012:role/glue"
ORDERS = {"database_name": "raw", "table_name": "orders"}
STORAGE = {
    "Columns": [{"Name": "id", "Type": "int"}, {"Name": "amount", "Type": "double"}],
    "Location": "s3://lake/raw/orders/",
}

with DAG("services", schedule=None):
    redshift = {"database": "dev", "cluster_identifier": "tickets", "poll_interval": 1}
    RedshiftDataOperator(
        task_id="redshift",
        sql="INSERT INTO gold.daily (id, total) SELECT id, amount FROM sales.orders WHERE day = :day",
        parameters=[{"name": "day", "value": "2026-01-31"}],
        **redshift,
    )
    RedshiftDataOperator(
        task_id="redshift_unload",
        sql="UNLOAD ('SELECT id FROM sales.orders') TO 's3://lake/unloaded/' IAM_ROLE default",
        deferrable=True,
        **redshift,
    )
    create = GlueCatalogCreateTableOperator(
        task_id="glue_create",
        table_input={"StorageDescriptor": STORAGE, "PartitionKeys": [{"Name": "day", "Type": "date"}]},
        if_exists="fail",
        **ORDERS,
    )
    partition = GlueCatalogCreatePartitionOperator(
        task_id="glue_partition",
        partition_input={
            "Values": ["2026-01-31"],
            "StorageDescriptor": {"Location": "s3://lake/raw/orders/day=2026-01-31"},
        },
        **ORDERS,
    )
    athena = AthenaOperator(
        task_id="athena",
        query="SELECT id, sum(amount) AS total FROM orders GROUP BY id",
        database="raw",
        output_location="s3://lake/athena/",
        sleep_time=0,
    )
    delete = GlueCatalogDeleteTableOperator(task_id="glue_delete", **ORDERS)
    sensor = GlueCatalogPartitionSensor(
        task_id="glue_sensor", database_name="raw", table_name="orders", expression="day='2026-01-31'", poke_interval=1
    )
    create >> [partition, athena] >> delete
    partition >> sensor >> delete
    GlueCatalogDeleteTableOperator(task_id="glue_delete_missing", database_name="raw", table_name="nowhere")
    GlueCrawlerOperator(
        task_id="glue_crawler",
        config={
            "Name": "orders",
            "Role": ROLE,
            "DatabaseName": "raw",
            "Targets": {"S3Targets": [{"Path": "s3://lake/raw/orders/"}]},
        },
        wait_for_completion=False,
    )
    GlueJobOperator(
        task_id="glue_job",
        job_name="load",
        script_location="s3://lake/scripts/load.py",
        s3_bucket="lake",
        iam_role_name="glue",
        create_job_kwargs={"GlueVersion": "4.0", "NumberOfWorkers": 2, "WorkerType": "G.1X"},
        wait_for_completion=False,
        outlets=[File(url="s3://lake/loaded.parquet")],
    )

    # Services that move objects by themselves.
    DataSyncOperator(
        task_id="datasync",
        source_location_uri="smb://files.example/exports/",
        destination_location_uri="s3://lake/landing/",
        create_task_kwargs={"Name": "nightly"},
        create_source_location_kwargs={
            "ServerHostname": "files.example",
            "Subdirectory": "/exports",
            "User": "me",
            "Password": "not-asked-for",
            "AgentArns": ["arn:aws:datasync:eu-west-1:123456789012:agent/agent-0"],
        },
        create_destination_location_kwargs={
            "S3BucketArn": "arn:aws:s3:::lake",
            "Subdirectory": "landing",
            "S3Config": {"BucketAccessRoleArn": ROLE},
        },
        wait_for_completion=False,
    )
    RdsStartExportTaskOperator(
        task_id="rds_export",
        export_task_identifier="nightly",
        source_arn="arn:aws:rds:eu-west-1:123456789012:snapshot:daily",
        s3_bucket_name="lake",
        s3_prefix="exports/",
        iam_role_arn=ROLE,
        kms_key_id="key",
        wait_for_completion=False,
    )
    SageMakerTuningOperator(
        task_id="sagemaker",
        config={
            "HyperParameterTuningJobName": "churn",
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            },
            "TrainingJobDefinition": {
                "AlgorithmSpecification": {"TrainingInputMode": "File", "AlgorithmName": "a"},
                "RoleArn": ROLE,
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lake/train/"}},
                    }
                ],
                "OutputDataConfig": {"S3OutputPath": "s3://lake/models/"},
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
        },
        wait_for_completion=False,
    )
    ComprehendStartPiiEntitiesDetectionJobOperator(
        task_id="comprehend_pii",
        input_data_config={"S3Uri": "s3://lake/letters/", "InputFormat": "ONE_DOC_PER_LINE"},
        output_data_config={"S3Uri": "s3://lake/redacted/"},
        mode="ONLY_REDACTION",
        data_access_role_arn=ROLE,
        language_code="en",
        start_pii_entities_kwargs={"RedactionConfig": {"PiiEntityTypes": ["NAME"], "MaskMode": "MASK"}},
        wait_for_completion=False,
    )
    ComprehendCreateDocumentClassifierOperator(
        task_id="comprehend_classifier",
        document_classifier_name="letters",
        input_data_config={"S3Uri": "s3://lake/letters/"},
        output_data_config={"S3Uri": "s3://lake/classes/"},
        mode="MULTI_CLASS",
        data_access_role_arn=ROLE,
        language_code="en",
        wait_for_completion=False,
    )
