"""Tasks whose cost is measured: half of them without SQL, half of them with."""

from __future__ import annotations

import os

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

try:
    from airflow.sdk import DAG, task
except ImportError:  # Airflow 2
    from airflow.decorators import task
    from airflow.models.dag import DAG

SQL = """
INSERT INTO fact_sales (sale_id, sold_on, seller, buyer, event_name, category, quantity, price, commission)
WITH named_events AS (
    SELECT e.event_id, e.event_name, c.category_name
    FROM event AS e
    JOIN category AS c ON c.category_id = e.category_id
)
SELECT
    s.sale_id,
    d.calendar_date,
    seller.first_name || ' ' || seller.last_name,
    buyer.first_name || ' ' || buyer.last_name,
    n.event_name,
    COALESCE(n.category_name, 'unknown'),
    s.quantity,
    s.price_paid,
    ROUND(s.price_paid * 0.15, 2)
FROM sales AS s
JOIN calendar AS d ON d.date_id = s.date_id
LEFT JOIN named_events AS n ON n.event_id = s.event_id
LEFT JOIN users AS seller ON seller.user_id = s.seller_id
LEFT JOIN users AS buyer ON buyer.user_id = s.buyer_id
WHERE s.quantity > 0
"""


@task
def without_sql() -> None:
    """Do nothing: what is measured is what surrounds it."""


with DAG("task_cost", schedule=None, max_active_tasks=1):
    for number in range(int(os.environ["LINEAGE_KIT_BENCHMARK_TASKS"])):
        without_sql.override(task_id=f"python_{number}")()
        SQLExecuteQueryOperator(task_id=f"sql_{number}", conn_id="warehouse", sql=SQL)
