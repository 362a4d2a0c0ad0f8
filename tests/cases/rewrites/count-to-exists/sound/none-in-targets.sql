SELECT c.id, 0 = (SELECT count(o.id) FROM orders o WHERE o.maybe = c.id) AS free FROM customer c

-- becomes
SELECT c.id, NOT EXISTS (SELECT 1 FROM orders o WHERE o.maybe = c.id) AS free FROM customer c
