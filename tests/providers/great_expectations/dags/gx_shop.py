"""A validation that succeeds and one that fails its task."""

from __future__ import annotations

import os
from typing import Any

import great_expectations.expectations as gxe
from airflow import DAG
from great_expectations_provider.operators.validate_batch import GXValidateBatchOperator
from openlineage.client.event_v2 import Dataset


def orders(context: Any) -> Any:
    """Configure the whole of `orders` as a batch."""
    source = context.data_sources.add_sqlite("shop", connection_string=os.environ["SHOP_URL"])
    return source.add_table_asset("orders", table_name="orders").add_batch_definition_whole_table("whole")


with DAG("gx_shop", schedule=None):
    for task_id, rows in (("good", 3), ("bad", 4)):
        GXValidateBatchOperator(
            task_id=task_id,
            configure_batch_definition=orders,
            configure_expectations=lambda _, rows=rows: gxe.ExpectTableRowCountToEqual(value=rows),
            inlets=[Dataset("postgres://db:5432", "shop.public.orders")],
        )
