SELECT 'a' AS what, country FROM customer UNION SELECT 'b', status FROM orders

-- becomes
SELECT 'a' AS what, country FROM customer UNION ALL SELECT 'b', status FROM orders
