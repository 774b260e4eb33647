select 1 where (select sum(total) from {{ ref('customers') }}) > (select sum(amount) from {{ ref('orders') }})
