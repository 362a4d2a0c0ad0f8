SELECT c.id, (SELECT sum(o.n + c.ref) FROM orders o WHERE o.customer = c.id) AS n FROM customer c
