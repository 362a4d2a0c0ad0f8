SELECT c.id, o.n FROM customer c LEFT JOIN orders o ON o.customer = c.id WHERE o.id IS NULL
