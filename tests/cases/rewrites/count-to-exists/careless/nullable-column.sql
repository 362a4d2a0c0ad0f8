SELECT c.id FROM customer c WHERE (SELECT count(o.note) FROM orders o WHERE o.customer = c.id) > 0

-- becomes
SELECT c.id FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id)
