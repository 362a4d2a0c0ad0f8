SELECT c.id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer = c.id) > 1
