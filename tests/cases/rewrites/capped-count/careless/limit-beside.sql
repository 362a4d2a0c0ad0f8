SELECT count(*) FROM orders

-- becomes
SELECT count(*) FROM (SELECT 1 FROM orders LIMIT 5) AS counted
