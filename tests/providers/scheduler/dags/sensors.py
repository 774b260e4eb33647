"""Sensors that see what they wait for at once, and some that wait in vain."""

from __future__ import annotations

import os

from airflow.providers.amazon.aws.sensors.dynamodb import DynamoDBValueSensor
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.ftp.sensors.ftp import FTPSensor
from airflow.providers.http.sensors.http import HttpSensor
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG

PLACES = os.environ["PLACES"]

with DAG("sensors", schedule=None, default_args={"poke_interval": 1}):
    for outcome, key in (("passes", "in/customers.csv"), ("fails", "in/missing.csv")):
        patience = {"timeout": 60 if outcome == "passes" else 0}
        S3KeySensor(task_id=f"s3_{outcome}", bucket_name="lake", bucket_key=key, **patience)
    for outcome, amount in (("passes", 10), ("fails", 100)):
        patience = {"timeout": 60 if outcome == "passes" else 0}
        sql = f"SELECT count(*) FROM public.orders WHERE amount > {amount}"
        SqlSensor(task_id=f"sql_{outcome}", conn_id="shop", sql=sql, **patience)
    S3KeySensor.partial(task_id="mapped", bucket_name="lake").expand(bucket_key=["in/customers.csv", "in/orders.jsonl"])
    FileSensor(task_id="file", filepath=f"{PLACES}/local.csv")
    SFTPSensor(task_id="sftp", sftp_conn_id="sftp", path="/in/orders.csv")
    HttpSensor(task_id="http", http_conn_id="web", endpoint=f"v1/orders?api_key={os.environ['API_KEY']}")
    DynamoDBValueSensor(
        task_id="dynamodb",
        table_name="orders",
        partition_key_name="id",
        partition_key_value="1",
        attribute_name="id",
        attribute_value="1",
    )
    if "AIRFLOW_CONN_FTP" in os.environ:
        FTPSensor(task_id="ftp", ftp_conn_id="ftp", path="/in/orders.csv")
