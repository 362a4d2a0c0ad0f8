SELECT DISTINCT c.id FROM customer c JOIN orders o ON o.customer = c.id
