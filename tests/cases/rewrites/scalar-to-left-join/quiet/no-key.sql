SELECT c.id, (SELECT o.note FROM orders o WHERE o.customer = c.id) FROM customer c
