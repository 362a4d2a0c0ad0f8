SELECT 'customer' AS what, id FROM customer
UNION
SELECT 'order', id FROM orders
ORDER BY id LIMIT 5

-- becomes
SELECT 'customer' AS what, id FROM customer
UNION ALL
SELECT 'order', id FROM orders
ORDER BY id LIMIT 5
