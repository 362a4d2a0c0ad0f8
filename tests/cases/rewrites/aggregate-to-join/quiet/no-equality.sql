SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer < c.id) AS n FROM customer c
