"""TICKIT, step 2: build the dimensional model from the staging tables.

One fact table, two dimensions, and a summary. There is nothing about lineage in this file; the SQL says it
all. The two usual ways to rebuild a table are both here: DROP and CREATE TABLE AS, and DELETE and INSERT
into a table whose columns are declared.

It needs the connection `tickit` to the warehouse, and `rs_source_to_staging` to have run before.
"""

from __future__ import annotations

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

FACT_SALES = """
    DROP TABLE IF EXISTS fact_sales;
    CREATE TABLE fact_sales AS
    SELECT s.salesid, s.listid, s.sellerid, s.buyerid, s.eventid,
           d.caldate AS saledate, d.qtr, d.year,
           s.qtysold, s.pricepaid, s.commission,
           s.pricepaid - s.commission AS netpaid,
           s.pricepaid / s.qtysold AS priceperticket
    FROM sales AS s
    JOIN date AS d ON d.dateid = s.dateid;
"""

DIM_EVENT = """
    CREATE TABLE IF NOT EXISTS dim_event (
        eventid INTEGER, eventname TEXT, starttime TEXT, eventdate TEXT, holiday INTEGER,
        category TEXT, categorygroup TEXT, venue TEXT, city TEXT, state TEXT, seats INTEGER
    );
    DELETE FROM dim_event;
    INSERT INTO dim_event (
        eventid, eventname, starttime, eventdate, holiday,
        category, categorygroup, venue, city, state, seats
    )
    SELECT e.eventid, e.eventname, e.starttime, d.caldate, d.holiday,
           c.catname, c.catgroup, v.venuename, v.venuecity, v.venuestate, v.venueseats
    FROM event AS e
    JOIN date AS d ON d.dateid = e.dateid
    JOIN category AS c ON c.catid = e.catid
    JOIN venue AS v ON v.venueid = e.venueid;
"""

DIM_USERS = """
    DROP TABLE IF EXISTS dim_users;
    CREATE TABLE dim_users AS
    SELECT userid, username, firstname || ' ' || lastname AS fullname,
           city, state, email,
           likesports,
           CASE WHEN liketheatre + likebroadway + likemusicals > 0 THEN 1 ELSE 0 END AS likestage,
           CASE WHEN likeconcerts + likejazz + likeclassical + likeopera > 0 THEN 1 ELSE 0 END AS likemusic
    FROM users;
"""

CATEGORY_SALES = """
    DROP TABLE IF EXISTS category_sales;
    CREATE TABLE category_sales AS
    WITH sold AS (
        SELECT e.categorygroup, e.category, f.year, f.qtr, f.qtysold, f.netpaid
        FROM fact_sales AS f
        JOIN dim_event AS e ON e.eventid = f.eventid
    )
    SELECT categorygroup, category, year, qtr,
           SUM(qtysold) AS tickets, SUM(netpaid) AS revenue
    FROM sold
    GROUP BY categorygroup, category, year, qtr;
"""

with DAG(
    "rs_staging_to_dm",
    description="TICKIT: staging tables to the dimensional model",
    schedule=None,
    default_args={"conn_id": "tickit", "split_statements": True},
    tags=["tickit"],
):
    fact_sales = SQLExecuteQueryOperator(task_id="fact_sales", sql=FACT_SALES)
    dim_event = SQLExecuteQueryOperator(task_id="dim_event", sql=DIM_EVENT)
    dim_users = SQLExecuteQueryOperator(task_id="dim_users", sql=DIM_USERS)
    category_sales = SQLExecuteQueryOperator(task_id="category_sales", sql=CATEGORY_SALES)

    [fact_sales, dim_event] >> category_sales
