"""Checks of `orders` on PostgreSQL (connection `shop`), each in a task that passes and in one that fails."""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import (
    BranchSQLOperator,
    SQLCheckOperator,
    SQLColumnCheckOperator,
    SQLIntervalCheckOperator,
    SQLTableCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

# The date that templates of a run without one see.
date = {"ds": "2026-01-31"}
with DAG("checks", schedule=None, default_args={"conn_id": "shop"}, user_defined_macros=date):
    for outcome, nulls, rows, ratio in (("passes", 1, 3, 3.0), ("fails", 0, 4, 1.5)):
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
        # Twice as many orders as on the day before.
        SQLIntervalCheckOperator(
            task_id=f"interval_{outcome}",
            table="orders",
            days_back=-1,
            date_filter_column="day",
            metrics_thresholds={"COUNT(*)": ratio},
        )
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
