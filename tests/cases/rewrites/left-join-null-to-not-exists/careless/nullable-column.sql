SELECT c.id FROM customer c LEFT JOIN orders o ON o.customer = c.id WHERE o.note IS NULL

-- becomes
SELECT c.id FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id)
