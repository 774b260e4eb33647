"""The SQL that `sql.py` measures: written for it, over a star schema of a shop, and texts of great size."""

from __future__ import annotations

FIVE_LINES = """
INSERT INTO mart.daily_sales (day, store_id, revenue)
SELECT s.sold_on, s.store_id, SUM(s.price * s.quantity)
FROM raw.sales s
JOIN raw.stores t ON t.store_id = s.store_id AND t.open
GROUP BY s.sold_on, s.store_id
"""

# Ten reports as analysts write them: common table expressions, windows, rollups, correlated subqueries.
REPORTS = (
    """
INSERT INTO mart.loyal_customers
WITH yearly AS (
  SELECT c.customer_key, c.first_name, c.last_name, c.country, d.year AS sold_year, 'store' AS channel,
         SUM((s.list_price - s.cost - s.discount + s.sales_price) / 2) AS total
  FROM customers c
  JOIN store_sales s ON s.customer_key = c.customer_key
  JOIN dates d ON d.date_key = s.date_key
  GROUP BY c.customer_key, c.first_name, c.last_name, c.country, d.year
  UNION ALL
  SELECT c.customer_key, c.first_name, c.last_name, c.country, d.year AS sold_year, 'web' AS channel,
         SUM((w.list_price - w.cost - w.discount + w.sales_price) / 2) AS total
  FROM customers c
  JOIN web_sales w ON w.customer_key = c.customer_key
  JOIN dates d ON d.date_key = w.date_key
  GROUP BY c.customer_key, c.first_name, c.last_name, c.country, d.year
)
SELECT later.customer_key, later.first_name, later.last_name, later.country,
       CASE WHEN first.total > 0 THEN later.total / first.total ELSE NULL END AS growth
FROM yearly first, yearly later, yearly first_web, yearly later_web
WHERE later.customer_key = first.customer_key
  AND first.customer_key = first_web.customer_key
  AND first.customer_key = later_web.customer_key
  AND first.channel = 'store' AND first_web.channel = 'web'
  AND later.channel = 'store' AND later_web.channel = 'web'
  AND first.sold_year = 2024 AND later.sold_year = 2024 + 1
  AND first_web.sold_year = 2024 AND later_web.sold_year = 2024 + 1
  AND first.total > 0 AND first_web.total > 0
  AND CASE WHEN first_web.total > 0 THEN later_web.total / first_web.total ELSE 0.0 END
    > CASE WHEN first.total > 0 THEN later.total / first.total ELSE 0.0 END
ORDER BY later.customer_key, later.first_name, later.last_name
LIMIT 100
""",
    """
INSERT INTO mart.returns_above_average
WITH returned AS (
  SELECT r.customer_key, r.store_key, SUM(r.amount) AS total_return
  FROM store_returns r, dates d
  WHERE r.date_key = d.date_key AND d.year = 2025
  GROUP BY r.customer_key, r.store_key
)
SELECT c.customer_id, c.salutation, c.first_name, c.last_name, a.city, a.state, one.total_return
FROM returned one, stores s, customers c, addresses a
WHERE one.total_return > (SELECT AVG(total_return) * 1.2 FROM returned two WHERE one.store_key = two.store_key)
  AND s.store_key = one.store_key AND s.state IN ('TN', 'SD', 'AL')
  AND one.customer_key = c.customer_key AND c.address_key = a.address_key
ORDER BY c.customer_id, c.salutation, c.first_name, c.last_name, a.city, a.state, one.total_return
LIMIT 100
""",
    """
INSERT INTO mart.category_by_state
SELECT i.category, i.class, a.state, GROUPING(i.category) + GROUPING(i.class) AS level,
       SUM(s.net_profit) / NULLIF(SUM(s.sales_price), 0) AS margin,
       RANK() OVER (
         PARTITION BY GROUPING(i.category) + GROUPING(i.class), CASE WHEN GROUPING(i.class) = 0 THEN i.category END
         ORDER BY SUM(s.net_profit) / NULLIF(SUM(s.sales_price), 0)
       ) AS rank_within_parent
FROM store_sales s
JOIN dates d ON d.date_key = s.date_key
JOIN items i ON i.item_key = s.item_key
JOIN stores t ON t.store_key = s.store_key
JOIN addresses a ON a.address_key = t.address_key
WHERE d.year = 2025 AND t.state IN ('CA', 'NY', 'TX', 'WA')
GROUP BY ROLLUP (i.category, i.class), a.state
ORDER BY level DESC, CASE WHEN GROUPING(i.category) + GROUPING(i.class) = 0 THEN i.category END, rank_within_parent
""",
    """
CREATE TABLE mart.weekdays AS
WITH weekly AS (
  SELECT d.week, s.store_key,
         SUM(CASE WHEN d.day_name = 'Sunday' THEN s.sales_price ELSE NULL END) AS sunday,
         SUM(CASE WHEN d.day_name = 'Monday' THEN s.sales_price ELSE NULL END) AS monday,
         SUM(CASE WHEN d.day_name = 'Tuesday' THEN s.sales_price ELSE NULL END) AS tuesday,
         SUM(CASE WHEN d.day_name = 'Wednesday' THEN s.sales_price ELSE NULL END) AS wednesday,
         SUM(CASE WHEN d.day_name = 'Thursday' THEN s.sales_price ELSE NULL END) AS thursday,
         SUM(CASE WHEN d.day_name = 'Friday' THEN s.sales_price ELSE NULL END) AS friday,
         SUM(CASE WHEN d.day_name = 'Saturday' THEN s.sales_price ELSE NULL END) AS saturday
  FROM store_sales s JOIN dates d ON d.date_key = s.date_key
  GROUP BY d.week, s.store_key
)
SELECT this.store_name, this.week, this.sunday / last.sunday AS sunday, this.monday / last.monday AS monday,
       this.tuesday / last.tuesday AS tuesday, this.wednesday / last.wednesday AS wednesday,
       this.thursday / last.thursday AS thursday, this.friday / last.friday AS friday,
       this.saturday / last.saturday AS saturday
FROM (SELECT t.store_name, t.store_id, w.* FROM weekly w JOIN stores t ON t.store_key = w.store_key
      WHERE w.week BETWEEN 5200 AND 5252) this
JOIN (SELECT t.store_id AS other_id, w.* FROM weekly w JOIN stores t ON t.store_key = w.store_key
      WHERE w.week BETWEEN 5252 AND 5304) last
  ON this.store_id = last.other_id AND this.week = last.week - 52
""",
    """
INSERT INTO mart.gifts (customer_id, gender, purchases, first_city, last_city)
SELECT c.customer_id, g.gender, COUNT(*) AS purchases, MIN(a.city) AS first_city, MAX(a.city) AS last_city
FROM customers c
JOIN addresses a ON a.address_key = c.address_key
JOIN demographics g ON g.demographics_key = c.demographics_key
WHERE a.county IN ('Rush County', 'Toole County', 'Jefferson County')
  AND EXISTS (SELECT 1 FROM store_sales s, dates d
              WHERE c.customer_key = s.customer_key AND s.date_key = d.date_key AND d.year = 2025 AND d.month < 7)
  AND (EXISTS (SELECT 1 FROM web_sales w, dates d
               WHERE c.customer_key = w.customer_key AND w.date_key = d.date_key AND d.year = 2025 AND d.month < 7)
    OR EXISTS (SELECT 1 FROM catalog_sales k, dates d
               WHERE c.customer_key = k.customer_key AND k.date_key = d.date_key AND d.year = 2025 AND d.month < 7))
  AND c.customer_key NOT IN (SELECT b.customer_key FROM blocked b WHERE b.until IS NULL)
GROUP BY c.customer_id, g.gender
HAVING COUNT(*) > 2
ORDER BY c.customer_id, g.gender
LIMIT 100
""",
    """
INSERT INTO mart.channels
SELECT channel, id, SUM(sales) AS sales, SUM(returns) AS returns, SUM(profit) AS profit
FROM (
  SELECT 'store channel' AS channel, 'store' || st.store_id AS id, st.sales, COALESCE(sr.returns, 0) AS returns,
         st.profit - COALESCE(sr.loss, 0) AS profit
  FROM (SELECT t.store_id, SUM(s.sales_price) AS sales, SUM(s.net_profit) AS profit
        FROM store_sales s, dates d, stores t
        WHERE s.date_key = d.date_key AND d.day BETWEEN CAST('2025-08-04' AS date) AND CAST('2025-08-18' AS date)
          AND s.store_key = t.store_key
        GROUP BY t.store_id) st
  LEFT JOIN (SELECT t.store_id, SUM(r.amount) AS returns, SUM(r.net_loss) AS loss
             FROM store_returns r, dates d, stores t
             WHERE r.date_key = d.date_key AND d.day BETWEEN CAST('2025-08-04' AS date) AND CAST('2025-08-18' AS date)
               AND r.store_key = t.store_key
             GROUP BY t.store_id) sr ON st.store_id = sr.store_id
  UNION ALL
  SELECT 'web channel' AS channel, 'site' || ws.site_id AS id, ws.sales, COALESCE(wr.returns, 0) AS returns,
         ws.profit - COALESCE(wr.loss, 0) AS profit
  FROM (SELECT p.site_id, SUM(w.sales_price) AS sales, SUM(w.net_profit) AS profit
        FROM web_sales w, dates d, sites p
        WHERE w.date_key = d.date_key AND d.day BETWEEN CAST('2025-08-04' AS date) AND CAST('2025-08-18' AS date)
          AND w.site_key = p.site_key
        GROUP BY p.site_id) ws
  LEFT JOIN (SELECT p.site_id, SUM(r.amount) AS returns, SUM(r.net_loss) AS loss
             FROM web_returns r, dates d, sites p
             WHERE r.date_key = d.date_key AND d.day BETWEEN CAST('2025-08-04' AS date) AND CAST('2025-08-18' AS date)
               AND r.site_key = p.site_key
             GROUP BY p.site_id) wr ON ws.site_id = wr.site_id
) x
GROUP BY ROLLUP (channel, id)
ORDER BY channel, id
LIMIT 100
""",
    """
INSERT INTO mart.brand_months
WITH monthly AS (
  SELECT i.category, i.brand, t.store_name, t.company, d.year, d.month, SUM(s.sales_price) AS total,
         AVG(SUM(s.sales_price)) OVER (PARTITION BY i.category, i.brand, t.store_name, t.company, d.year) AS average,
         RANK() OVER (PARTITION BY i.category, i.brand, t.store_name, t.company ORDER BY d.year, d.month) AS position
  FROM items i, store_sales s, dates d, stores t
  WHERE s.item_key = i.item_key AND s.date_key = d.date_key AND s.store_key = t.store_key
    AND (d.year = 2025 OR (d.year = 2024 AND d.month = 12) OR (d.year = 2026 AND d.month = 1))
  GROUP BY i.category, i.brand, t.store_name, t.company, d.year, d.month
), neighbours AS (
  SELECT m.category, m.brand, m.store_name, m.company, m.year, m.month, m.average, m.total,
         before.total AS previous_total, after.total AS next_total
  FROM monthly m, monthly before, monthly after
  WHERE m.category = before.category AND m.category = after.category
    AND m.brand = before.brand AND m.brand = after.brand
    AND m.store_name = before.store_name AND m.store_name = after.store_name
    AND m.position = before.position + 1 AND m.position = after.position - 1
)
SELECT * FROM neighbours
WHERE year = 2025 AND average > 0
  AND CASE WHEN average > 0 THEN ABS(total - average) / average ELSE NULL END > 0.1
ORDER BY total - average, store_name
LIMIT 100
""",
    """
INSERT INTO mart.stock_shift
SELECT w.warehouse_name, i.item_id,
       SUM(CASE WHEN d.day < CAST('2025-05-13' AS date) THEN v.quantity ELSE 0 END) AS before_change,
       SUM(CASE WHEN d.day >= CAST('2025-05-13' AS date) THEN v.quantity ELSE 0 END) AS after_change,
       COUNT(DISTINCT d.day) AS days, STDDEV_SAMP(v.quantity) / NULLIF(AVG(v.quantity), 0) AS variation
FROM inventory v
JOIN warehouses w ON w.warehouse_key = v.warehouse_key
JOIN items i ON i.item_key = v.item_key
JOIN dates d ON d.date_key = v.date_key
WHERE i.price BETWEEN 0.99 AND 1.49
  AND d.day BETWEEN CAST('2025-05-13' AS date) - INTERVAL '30' DAY AND CAST('2025-05-13' AS date) + INTERVAL '30' DAY
GROUP BY w.warehouse_name, i.item_id
HAVING SUM(CASE WHEN d.day >= CAST('2025-05-13' AS date) THEN v.quantity ELSE 0 END)
     / NULLIF(SUM(CASE WHEN d.day < CAST('2025-05-13' AS date) THEN v.quantity ELSE 0 END), 0) BETWEEN 0.66 AND 1.5
ORDER BY w.warehouse_name, i.item_id
LIMIT 100
""",
    """
CREATE VIEW mart.best_customers AS
WITH frequent AS (
  SELECT SUBSTRING(i.description, 1, 30) AS description, i.item_key, d.day, COUNT(*) AS times
  FROM store_sales s, dates d, items i
  WHERE s.date_key = d.date_key AND s.item_key = i.item_key AND d.year IN (2022, 2023, 2024, 2025)
  GROUP BY SUBSTRING(i.description, 1, 30), i.item_key, d.day
  HAVING COUNT(*) > 4
), top_sales AS (
  SELECT MAX(c.sales) AS highest
  FROM (SELECT s.customer_key, SUM(s.quantity * s.sales_price) AS sales
        FROM store_sales s, customers c, dates d
        WHERE s.customer_key = c.customer_key AND s.date_key = d.date_key AND d.year IN (2022, 2023, 2024, 2025)
        GROUP BY s.customer_key) c
), best AS (
  SELECT s.customer_key, SUM(s.quantity * s.sales_price) AS sales
  FROM store_sales s, customers c
  WHERE s.customer_key = c.customer_key
  GROUP BY s.customer_key
  HAVING SUM(s.quantity * s.sales_price) > 0.95 * (SELECT highest FROM top_sales)
)
SELECT c.last_name, c.first_name, x.sales
FROM (SELECT k.customer_key, SUM(k.quantity * k.list_price) AS sales
      FROM catalog_sales k, dates d
      WHERE d.year = 2025 AND d.month = 2 AND k.date_key = d.date_key
        AND k.item_key IN (SELECT item_key FROM frequent) AND k.customer_key IN (SELECT customer_key FROM best)
      GROUP BY k.customer_key
      UNION ALL
      SELECT w.customer_key, SUM(w.quantity * w.list_price) AS sales
      FROM web_sales w, dates d
      WHERE d.year = 2025 AND d.month = 2 AND w.date_key = d.date_key
        AND w.item_key IN (SELECT item_key FROM frequent) AND w.customer_key IN (SELECT customer_key FROM best)
      GROUP BY w.customer_key) x
JOIN customers c ON c.customer_key = x.customer_key
""",
    """
INSERT INTO mart.excess_discounts
SELECT SUM(w.discount) AS excess_discount, COUNT(DISTINCT w.order_id) AS orders,
       SUM(w.shipping) AS shipping, SUM(w.net_profit) AS profit
FROM web_sales w
JOIN items i ON i.item_key = w.item_key
JOIN dates d ON d.date_key = w.date_key
LEFT JOIN promotions p ON p.promotion_key = w.promotion_key AND p.channel = 'mail'
WHERE i.manufacturer_id = 350
  AND d.day BETWEEN CAST('2025-01-27' AS date) AND CAST('2025-01-27' AS date) + INTERVAL '90' DAY
  AND w.discount > (SELECT 1.3 * AVG(v.discount) FROM web_sales v JOIN dates e ON e.date_key = v.date_key
                    WHERE v.item_key = i.item_key AND e.day BETWEEN CAST('2025-01-27' AS date)
                      AND CAST('2025-01-27' AS date) + INTERVAL '90' DAY)
  AND NOT EXISTS (SELECT 1 FROM web_returns r WHERE r.order_id = w.order_id)
  AND EXISTS (SELECT 1 FROM web_sales o WHERE o.order_id = w.order_id AND o.warehouse_key <> w.warehouse_key)
ORDER BY COUNT(DISTINCT w.order_id)
""",
)


def wide_table(columns: int) -> str:
    """Return a CREATE TABLE AS with that many columns, each an expression."""
    items = [
        f"  CASE WHEN s.kind_{number} IS NULL THEN 0 ELSE COALESCE(s.value_{number}, t.value_{number}, 0) END"
        f" AS column_{number}"
        for number in range(columns)
    ]
    return "CREATE TABLE mart.wide AS\nSELECT\n" + ",\n".join(items) + "\nFROM raw.s s\nJOIN raw.t t ON t.id = s.id"


def chain(links: int) -> str:
    """Return a chain of common table expressions, each of which reads the one before."""
    parts = ["c0 AS (\n  SELECT id, a, b, d FROM raw.source\n)"]
    parts += [
        f"c{link} AS (\n  SELECT id, a + {link} AS a, COALESCE(b, a) AS b, UPPER(d) AS d\n"
        f"  FROM c{link - 1}\n  WHERE a > {link}\n)"
        for link in range(1, links)
    ]
    return "INSERT INTO mart.chained\nWITH " + ",\n".join(parts) + f"\nSELECT id, a, b, d FROM c{links - 1}"


def script(statements: int) -> str:
    """Return a script of many statements, twenty lines each."""
    return ";\n".join(_statement(number) for number in range(statements)) + ";\n"


def _statement(number: int) -> str:
    return f"""-- step {number}
INSERT INTO mart.table_{number} (
  id,
  customer,
  revenue,
  share,
  changed_at
)
SELECT
  o.id,
  LOWER(c.name) AS customer,
  SUM(o.price * o.quantity) AS revenue,
  SUM(o.price) / NULLIF(SUM(o.quantity), 0) AS share,
  CURRENT_TIMESTAMP AS changed_at
FROM raw.orders_{number} o
JOIN raw.customers c
  ON c.id = o.customer_id
LEFT JOIN raw.blocked b ON b.id = c.id
WHERE o.status = 'done' AND b.id IS NULL
GROUP BY o.id, LOWER(c.name)"""


def long_list(values: int) -> str:
    """Return a query with a long IN list."""
    return f"INSERT INTO t SELECT a FROM s WHERE b IN ({', '.join(map(str, range(values)))})"


def union(branches: int) -> str:
    """Return a UNION ALL of many branches."""
    selects = [f"SELECT a, b FROM raw.part_{number} WHERE c = {number}" for number in range(branches)]
    return "INSERT INTO t\n" + "\nUNION ALL\n".join(selects)


def rows(number: int) -> str:
    """Return an INSERT of that many rows."""
    return "INSERT INTO t (a, b, c) VALUES\n" + ",\n".join(f"({row}, 'name {row}', {row}.5)" for row in range(number))
