SELECT x.id FROM (SELECT o.id, rank() OVER (PARTITION BY o.customer ORDER BY o.at) AS place FROM orders o) x WHERE x.place <= 10

-- becomes
SELECT x.id FROM customer c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer = c.id ORDER BY o.at LIMIT 10) x
