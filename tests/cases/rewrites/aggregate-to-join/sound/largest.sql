SELECT c.id, (SELECT max(o.total) FROM orders o WHERE o.maybe = c.id) FROM customer c ORDER BY c.id LIMIT 3

-- becomes
SELECT c.id, grouped.value AS max FROM customer c LEFT JOIN (SELECT o.maybe AS key1, max(o.total) AS value FROM orders o GROUP BY o.maybe) grouped ON grouped.key1 = c.id ORDER BY c.id LIMIT 3
