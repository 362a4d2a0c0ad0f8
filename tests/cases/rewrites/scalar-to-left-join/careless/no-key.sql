SELECT c.id, (SELECT o.note FROM orders o WHERE o.customer = c.id ORDER BY o.id LIMIT 1) FROM customer c

-- becomes
SELECT c.id, o.note FROM customer c LEFT JOIN orders o ON o.customer = c.id
