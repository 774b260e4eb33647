"""Checks of `orders` on PostgreSQL (connection `shop`), each in a task that passes and in one that fails."""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator,
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLTableCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("checks", schedule=None, default_args={"conn_id": "shop"}):
    for outcome, nulls, rows in (("passes", 1, 3), ("fails", 0, 4)):
        SQLColumnCheckOperator(
            task_id=f"column_{outcome}",
            table="orders",
            column_mapping={
                "customer": {"null_check": {"equal_to": nulls}},
                "amount": {"min": {"equal_to": 10}, "max": {"leq_to": 30}},
            },
        )
        SQLTableCheckOperator(
            task_id=f"table_{outcome}",
            table="orders",
            checks={"row_count_check": {"check_statement": f"COUNT(*) = {rows}"}},
        )
        SQLValueCheckOperator(task_id=f"value_{outcome}", sql="SELECT count(*) FROM orders", pass_value=rows)
        SQLThresholdCheckOperator(
            task_id=f"threshold_{outcome}", sql="SELECT count(*) FROM orders", min_threshold=rows, max_threshold=rows
        )
        SQLCheckOperator(task_id=f"check_{outcome}", sql=f"SELECT count(*) = {rows} FROM orders")
    SQLTableCheckOperator.partial(task_id="mapped", table="orders").expand(
        checks=[{"any_rows": {"check_statement": "COUNT(*) > 0"}}, {"positive": {"check_statement": "SUM(amount) > 0"}}]
    )
    SQLColumnCheckOperator(
        task_id="missing_table", table="nowhere", column_mapping={"id": {"null_check": {"equal_to": 0}}}
    )
    BranchSQLOperator(
        task_id="branch",
        sql="SELECT count(*) > 0 FROM orders",
        follow_task_ids_if_true="chosen",
        follow_task_ids_if_false="passed_over",
    ) >> [EmptyOperator(task_id="chosen"), EmptyOperator(task_id="passed_over")]
