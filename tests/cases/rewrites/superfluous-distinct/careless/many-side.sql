SELECT DISTINCT c.id, c.email FROM customer c JOIN orders o ON o.customer = c.id

-- becomes
SELECT c.id, c.email FROM customer c JOIN orders o ON o.customer = c.id
