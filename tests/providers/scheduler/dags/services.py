"""Services of AWS, as far as moto plays them."""

from __future__ import annotations

from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.operators.glue_catalog import (
    GlueCatalogCreatePartitionOperator,
    GlueCatalogCreateTableOperator,
    GlueCatalogDeleteTableOperator,
)
from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.sensors.glue_catalog_partition import GlueCatalogPartitionSensor
from airflow.providers.common.compat.lineage.entities import File
from airflow.sdk import DAG

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
            "Role": "arn:aws:iam::123456789012:role/glue",
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
