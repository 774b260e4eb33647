select id, customer, cast(amount as integer) as amount from {{ ref('raw_orders') }}
