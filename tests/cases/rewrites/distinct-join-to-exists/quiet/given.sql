SELECT DISTINCT c.id, o.n FROM customer c JOIN orders o ON o.customer = c.id
