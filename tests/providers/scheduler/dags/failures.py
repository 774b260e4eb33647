"""Tasks that fail after they have begun; each of them says before what it is about to do."""

from __future__ import annotations

import os
from typing import NoReturn

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.operators.datasync import DataSyncOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_catalog import (
    GlueCatalogCreatePartitionOperator,
    GlueCatalogCreateTableOperator,
)
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator
from airflow.providers.amazon.aws.operators.rds import RdsStartExportTaskOperator
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.transfers.dynamodb_to_s3 import DynamoDBToS3Operator
from airflow.providers.amazon.aws.transfers.ftp_to_s3 import FTPToS3Operator
from airflow.providers.amazon.aws.transfers.http_to_s3 import HttpToS3Operator
from airflow.providers.amazon.aws.transfers.local_to_s3 import LocalFilesystemToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_dynamodb import S3ToDynamoDBOperator
from airflow.providers.amazon.aws.transfers.s3_to_ftp import S3ToFTPOperator
from airflow.providers.amazon.aws.transfers.s3_to_sftp import S3ToSFTPOperator
from airflow.providers.amazon.aws.transfers.sftp_to_s3 import SFTPToS3Operator
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.common.compat.lineage.entities import File
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator
from airflow.providers.common.sql.operators.sql import SQLBulkLoadOperator, SQLInsertRowsOperator
from airflow.providers.ftp.operators.ftp import FTPFileTransmitOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import DAG, task

PLACES = os.environ["PLACES"]
MISSING = f"{PLACES}/missing.csv"
LOCATION = {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://lake/raw/orders/"}

with DAG("failures", schedule=None):

    @task
    def hook_calls() -> NoReturn:
        """Read and write through hooks before the task fails."""
        hook = PostgresHook("shop")
        hook.get_records("SELECT customer FROM orders")
        S3Hook().load_string("-", key="out/half.txt", bucket_name="lake", replace=True)
        hook.insert_rows("half", [(1,), (2,)], target_fields=["id"])
        msg = "half of the work is done"
        raise RuntimeError(msg)

    @task.sql(conn_id="shop")
    def decorated_sql() -> str:
        """Return SQL that cannot be run."""
        return "INSERT INTO nowhere SELECT id FROM orders"

    hook_calls()
    decorated_sql()
    SQLInsertRowsOperator(
        task_id="insert_rows", conn_id="shop", schema="public", table_name="nowhere", columns=["id"], rows=[(1,)]
    )
    SQLBulkLoadOperator(task_id="bulk_load", conn_id="shop", table="public.nowhere", tmp_file=f"{PLACES}/local.csv")

    SqlToS3Operator(
        task_id="sql_to_s3",
        sql_conn_id="shop",
        query="SELECT id FROM public.nowhere",
        s3_bucket="lake",
        s3_key="out/nowhere",
    )
    DynamoDBToS3Operator(
        task_id="dynamodb_to_s3",
        dynamodb_table_name="nothing",
        s3_bucket_name="lake",
        s3_key_prefix="nothing/",
        file_size=1,
    )
    S3ToDynamoDBOperator(
        task_id="s3_to_dynamodb",
        s3_bucket="nowhere",
        s3_key="in/orders.jsonl",
        dynamodb_table_name="never",
        dynamodb_key_schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        dynamodb_attributes=[],
    )

    FileTransferOperator(task_id="file_transfer", src=MISSING, dst=f"{PLACES}/copied.csv")
    LocalFilesystemToS3Operator(task_id="local_to_s3", filename=MISSING, dest_bucket="lake", dest_key="in/missing.csv")
    LocalFilesystemToS3Operator.partial(task_id="mapped", dest_bucket="lake", dest_key="in/customers.csv").expand(
        filename=[f"{PLACES}/local.csv", MISSING]
    )
    HttpToS3Operator(
        task_id="http_to_s3",
        http_conn_id="web",
        endpoint="v1/orders",
        method="POST",  # which the server does not know
        s3_bucket="lake",
        s3_key="in/never.json",
    )
    SFTPToS3Operator(
        task_id="sftp_to_s3",
        sftp_conn_id="sftp",
        sftp_path="/in/missing.csv",
        s3_bucket="lake",
        s3_key="sftp/missing.csv",
    )
    S3ToSFTPOperator(
        task_id="s3_to_sftp",
        sftp_conn_id="sftp",
        sftp_path="/in/missing.csv",
        s3_bucket="lake",
        s3_key="in/missing.csv",
    )
    if "AIRFLOW_CONN_FTP" in os.environ:
        FTPFileTransmitOperator(
            task_id="ftp_get",
            ftp_conn_id="ftp",
            local_filepath=MISSING,
            remote_filepath="/in/missing.csv",
            operation="get",
        )
        FTPToS3Operator(
            task_id="ftp_to_s3",
            ftp_conn_id="ftp",
            ftp_path="/in/missing.csv",
            s3_bucket="lake",
            s3_key="ftp/missing.csv",
        )
        S3ToFTPOperator(
            task_id="s3_to_ftp",
            ftp_conn_id="ftp",
            ftp_path="/in/missing.csv",
            s3_bucket="lake",
            s3_key="in/missing.csv",
        )

    RedshiftDataOperator(
        task_id="redshift",
        sql="INSERT INTO gold.nowhere SELECT id FROM sales.orders",
        database="dev",
        cluster_identifier="tickets",
        poll_interval=1,
    )
    AthenaOperator(
        task_id="athena",
        query="SELECT id FROM nowhere",
        database="raw",
        output_location="s3://lake/athena/",
        sleep_time=0,
    )
    GlueCatalogCreateTableOperator(
        task_id="glue_create",
        database_name="nowhere",
        table_name="orders",
        table_input={"StorageDescriptor": LOCATION},
        if_exists="fail",
    )
    GlueCatalogCreatePartitionOperator(
        task_id="glue_partition",
        database_name="raw",
        table_name="nowhere",
        partition_input={"Values": ["2026-01-31"], "StorageDescriptor": LOCATION},
    )
    GlueCrawlerOperator(
        task_id="glue_crawler",
        config={"Name": "nobody", "DatabaseName": "raw", "Targets": {"S3Targets": [{"Path": "s3://lake/raw/orders/"}]}},
    )
    GlueJobOperator(
        task_id="glue_job",
        job_name="never",
        script_location="s3://lake/scripts/load.py",
        s3_bucket="lake",
        iam_role_name="nobody",
        outlets=[File(url="s3://lake/loaded.parquet")],
    )
    DataSyncOperator(
        task_id="datasync",
        source_location_uri="smb://files.example/exports/",
        destination_location_uri="s3://lake/landing/",
    )
    RdsStartExportTaskOperator(
        task_id="rds_export",
        export_task_identifier="never",
        source_arn="arn:aws:rds:eu-west-1:123456789012:snapshot:missing",
        s3_bucket_name="lake",
        iam_role_arn="arn:aws:iam::123456789012:role/glue",
        kms_key_id="key",
    )
