"""TICKIT, step 1: copy the tables of the data lake into staging tables of the warehouse.

There is nothing about lineage in this file. With lineage-kit installed each task reports what it read and
wrote, column by column.

It runs anywhere with two SQLite connections: `tickit`, the warehouse, and `tickit_lake`, the data lake,
each with the path of a database file as its host. On Redshift the lake would be an external schema over S3,
created once: `CREATE EXTERNAL SCHEMA s3_datalake FROM DATA CATALOG ...`. SQLite's counterpart, ATTACH,
lasts as long as the connection, so each task does it anew.
"""

from __future__ import annotations

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

ATTACH_LAKE = "ATTACH DATABASE '{{ conn.tickit_lake.host }}' AS s3_datalake"

STAGING = {
    "category": """
        CREATE TABLE category AS
        SELECT catid, catgroup, catname, TRIM(catdesc) AS catdesc
        FROM s3_datalake.category
    """,
    "venue": """
        CREATE TABLE venue AS
        SELECT venueid, venuename, TRIM(venuecity) AS venuecity, UPPER(venuestate) AS venuestate,
               COALESCE(venueseats, 0) AS venueseats
        FROM s3_datalake.venue
    """,
    "date": """
        CREATE TABLE date AS
        SELECT dateid, caldate, day, week, month, qtr, year,
               CASE WHEN holiday = 'true' THEN 1 ELSE 0 END AS holiday
        FROM s3_datalake.date
    """,
    "event": """
        CREATE TABLE event AS
        SELECT eventid, venueid, catid, dateid, TRIM(eventname) AS eventname, starttime
        FROM s3_datalake.event
    """,
    "users": """
        CREATE TABLE users AS
        SELECT userid, username, firstname, lastname, city, UPPER(state) AS state, LOWER(email) AS email,
               phone, likesports, liketheatre, likeconcerts, likejazz, likeclassical, likeopera, likerock,
               likevegas, likebroadway, likemusicals
        FROM s3_datalake.users
    """,
    "listing": """
        CREATE TABLE listing AS
        SELECT listid, sellerid, eventid, dateid, numtickets,
               CAST(priceperticket AS DECIMAL(8, 2)) AS priceperticket,
               CAST(totalprice AS DECIMAL(8, 2)) AS totalprice,
               listtime
        FROM s3_datalake.listing
    """,
    "sales": """
        CREATE TABLE sales AS
        SELECT salesid, listid, sellerid, buyerid, eventid, dateid, qtysold,
               CAST(pricepaid AS DECIMAL(8, 2)) AS pricepaid,
               CAST(commission AS DECIMAL(8, 2)) AS commission,
               saletime
        FROM s3_datalake.sales
    """,
}

with DAG(
    "rs_source_to_staging",
    description="TICKIT: data lake to staging tables",
    schedule=None,
    default_args={"conn_id": "tickit"},
    tags=["tickit"],
):
    for table, create in STAGING.items():
        # DROP before ATTACH: once attached, SQLite looks in the lake for what the warehouse does not have.
        SQLExecuteQueryOperator(
            task_id=f"load_{table}",
            sql=[f"DROP TABLE IF EXISTS {table}", ATTACH_LAKE, create],
        )
