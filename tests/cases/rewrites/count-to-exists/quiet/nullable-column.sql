SELECT c.id FROM customer c WHERE (SELECT count(o.note) FROM orders o WHERE o.customer = c.id) > 0
