SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer = c.id) AS n FROM customer c

-- becomes
SELECT c.id, count(*) AS n FROM customer c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id
