SELECT x.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.customer ORDER BY o.id) AS rn FROM orders o) x WHERE x.rn < 10

-- becomes
SELECT x.id FROM customer c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer = c.id ORDER BY o.id LIMIT 10) x
