SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer = c.id) AS n FROM customer c

-- becomes
SELECT c.id, g.n FROM customer c JOIN (SELECT customer, count(*) AS n FROM orders GROUP BY customer) g ON g.customer = c.id
