SELECT c.id FROM customer c LEFT JOIN orders o ON o.customer = c.id WHERE o.note IS NULL
