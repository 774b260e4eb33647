"""Rows and files from one place to another."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.amazon.aws.transfers.dynamodb_to_s3 import DynamoDBToS3Operator
from airflow.providers.amazon.aws.transfers.ftp_to_s3 import FTPToS3Operator
from airflow.providers.amazon.aws.transfers.http_to_s3 import HttpToS3Operator
from airflow.providers.amazon.aws.transfers.local_to_s3 import LocalFilesystemToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_dynamodb import S3ToDynamoDBOperator
from airflow.providers.amazon.aws.transfers.s3_to_ftp import S3ToFTPOperator
from airflow.providers.amazon.aws.transfers.s3_to_sftp import S3ToSFTPOperator
from airflow.providers.amazon.aws.transfers.s3_to_sql import S3ToSqlOperator
from airflow.providers.amazon.aws.transfers.sftp_to_s3 import SFTPToS3Operator
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.common.io.operators.file_transfer import FileTransferOperator
from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer
from airflow.providers.ftp.operators.ftp import FTPFileTransmitOperator
from airflow.providers.sftp.operators.sftp import SFTPOperator
from airflow.sdk import DAG

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = os.environ["PLACES"]


def parse(path: str) -> Iterator[list[str]]:
    """Read the rows of a CSV file."""
    with Path(path).open(newline="") as file:
        yield from csv.reader(file)


with DAG("transfers", schedule=None):
    GenericTransfer(
        task_id="rows",
        sql="WITH named AS (SELECT * FROM public.orders WHERE customer IS NOT NULL) SELECT id, customer FROM named",
        source_conn_id="shop",
        destination_conn_id="mart",
        destination_table="public.orders",
        preoperator="TRUNCATE public.orders",
        insert_args={"target_fields": ["id", "buyer"]},
    )
    GenericTransfer(
        task_id="rows_to_sqlite",
        sql="SELECT id, customer FROM public.orders",
        source_conn_id="shop",
        destination_conn_id="small",
        destination_table="customers",
    )
    GenericTransfer(
        task_id="rows_in_pages",
        sql="SELECT id, customer FROM public.orders ORDER BY id",
        source_conn_id="shop",
        destination_conn_id="mart",
        destination_table="public.pages",
        preoperator="TRUNCATE public.pages",
        page_size=2,
        deferrable=True,
    )
    GenericTransfer(
        task_id="rows_to_nowhere",
        sql="SELECT id, customer FROM orders",
        source_conn_id="shop",
        destination_conn_id="mart",
        destination_table="nowhere",
    )
    query = {"sql_conn_id": "shop", "s3_bucket": "lake", "replace": True, "df_kwargs": {"index": False}}
    SqlToS3Operator(task_id="sql_to_s3", query="SELECT id, amount FROM public.orders", s3_key="out/orders", **query)
    SqlToS3Operator.partial(task_id="mapped_sql_to_s3", query="SELECT customer FROM orders", **query).expand(
        s3_key=["out/first.csv", "out/second.csv"]
    )
    S3ToSqlOperator(
        task_id="s3_to_sql",
        s3_bucket="lake",
        s3_key="in/customers.csv",
        sql_conn_id="small",
        table="customers",
        parser=parse,
    )
    S3ToSqlOperator(
        task_id="s3_to_nowhere",
        s3_bucket="lake",
        s3_key="in/customers.csv",
        sql_conn_id="small",
        table="nowhere",
        parser=parse,
    )
    LocalFilesystemToS3Operator(
        task_id="local_to_s3", filename=f"{PLACES}/local.csv", dest_bucket="lake", dest_key="in/local.csv"
    )
    DynamoDBToS3Operator(
        task_id="dynamodb_to_s3",
        dynamodb_table_name="orders",
        s3_bucket_name="lake",
        s3_key_prefix="dynamodb/",
        file_size=1,
    )
    S3ToDynamoDBOperator(
        task_id="s3_to_dynamodb",
        s3_bucket="lake",
        s3_key="in/orders.jsonl",
        dynamodb_table_name="imported",
        dynamodb_key_schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        dynamodb_attributes=[{"AttributeName": "id", "AttributeType": "S"}],
        check_interval=1,
    )
    LocalFilesystemToS3Operator.partial(task_id="mapped_local_to_s3", dest_bucket="lake").expand_kwargs(
        [
            {"filename": f"{PLACES}/local.csv", "dest_key": "mapped/first.csv"},
            {"filename": f"{PLACES}/divide.ipynb", "dest_key": "mapped/second.ipynb"},
        ]
    )
    FileTransferOperator(task_id="file_transfer", src=f"{PLACES}/local.csv", dst=f"{PLACES}/copy.csv")
    HttpToS3Operator(
        task_id="http_to_s3",
        http_conn_id="web",
        endpoint=f"v1/orders?api_key={os.environ['API_KEY']}",
        s3_bucket="lake",
        s3_key="in/orders.json",
    )
    SFTPOperator(
        task_id="sftp_put",
        ssh_conn_id="sftp",
        local_filepath=f"{PLACES}/local.csv",
        remote_filepath="/in/local.csv",
        operation="put",
    )
    SFTPOperator(
        task_id="sftp_get_missing",
        ssh_conn_id="sftp",
        local_filepath=f"{PLACES}/missing.csv",
        remote_filepath="/in/missing.csv",
        operation="get",
    )
    SFTPToS3Operator(
        task_id="sftp_to_s3",
        sftp_conn_id="sftp",
        sftp_path="/in/orders.csv",
        s3_bucket="lake",
        s3_key="sftp/orders.csv",
    )
    S3ToSFTPOperator(
        task_id="s3_to_sftp",
        sftp_conn_id="sftp",
        sftp_path="/in/customers.csv",
        s3_bucket="lake",
        s3_key="in/customers.csv",
    )
    if "AIRFLOW_CONN_FTP" in os.environ:
        FTPFileTransmitOperator(
            task_id="ftp_put",
            ftp_conn_id="ftp",
            local_filepath=f"{PLACES}/local.csv",
            remote_filepath="/in/local.csv",
            operation="put",
        )
        FTPToS3Operator(
            task_id="ftp_to_s3",
            ftp_conn_id="ftp",
            ftp_path="/in/orders.csv",
            s3_bucket="lake",
            s3_key="ftp/orders.csv",
        )
        S3ToFTPOperator(
            task_id="s3_to_ftp",
            ftp_conn_id="ftp",
            ftp_path="/in/customers.csv",
            s3_bucket="lake",
            s3_key="in/customers.csv",
        )
