SELECT 'a' AS what, country FROM customer UNION SELECT 'b', status FROM orders
