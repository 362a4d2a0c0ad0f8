SELECT DISTINCT status FROM orders ORDER BY status DESC

-- becomes
WITH RECURSIVE distinct_values AS (
  (SELECT orders.status AS status FROM orders ORDER BY orders.status LIMIT 1)
  UNION ALL
  SELECT (SELECT orders.status FROM orders WHERE orders.status > distinct_values.status ORDER BY orders.status LIMIT 1) FROM distinct_values WHERE distinct_values.status IS NOT NULL
)
SELECT status FROM distinct_values WHERE status IS NOT NULL ORDER BY status DESC
