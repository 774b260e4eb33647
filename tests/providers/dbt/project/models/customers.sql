-- depends_on: {{ ref('raw_orders') }}
{{ config(materialized='incremental', unique_key='customer') }}
select customer, sum(amount) as total from {{ ref('recent') }} group by customer
