SELECT DISTINCT c.country FROM customer c JOIN orders o ON o.customer = c.id
