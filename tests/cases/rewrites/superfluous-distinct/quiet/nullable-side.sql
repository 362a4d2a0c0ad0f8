SELECT DISTINCT o.id FROM customer c LEFT JOIN orders o ON o.customer = c.id
