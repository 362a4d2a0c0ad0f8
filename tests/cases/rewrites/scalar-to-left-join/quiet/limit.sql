SELECT c.id, (SELECT o.note FROM orders o WHERE o.customer = c.id ORDER BY o.id LIMIT 1) FROM customer c
