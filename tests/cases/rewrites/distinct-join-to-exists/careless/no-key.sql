SELECT DISTINCT c.country FROM customer c JOIN orders o ON o.customer = c.id

-- becomes
SELECT c.country FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id)
